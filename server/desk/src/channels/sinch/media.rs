//! Files of customers: fetched from where Sinch or WhatsApp keeps them.

use contract::message::{Media, MediaKind};
use http::Method;
use secrecy::SecretString;
use url::Url;

use super::access;
use crate::channels::limits::refused;
use crate::channels::provider::FileRow;
use crate::channels::{Account, Call, Content, NotCarried, Step, Via};

/// Below this stand Sinch's own hosts, which get the token.
const SINCH: &str = ".sinch.com";

/// Where files are kept: at Sinch, or at WhatsApp itself.
pub(super) const HOSTS: &[&str] = &[SINCH, "lookaside.fbsbx.com", ".fbcdn.net", ".whatsapp.net"];

/// Kinds of files that go out, with their types and bytes; no text can stand beside one (channels reference:
/// limits).
pub(super) const FILES: &[FileRow] = &[
    (MediaKind::Image, &["image/jpeg", "image/png"], 5 << 20, 0),
    (MediaKind::Video, &["video/mp4", "video/3gpp"], 16 << 20, 0),
    (MediaKind::Audio, &["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"], 16 << 20, 0),
    (MediaKind::Voice, &["audio/ogg"], 16 << 20, 0),
    (MediaKind::Document, &[], 100 << 20, 0),
    (MediaKind::Sticker, &["image/webp"], 100 << 10, 0),
];

/// The call for a file's bytes. The token goes only to Sinch's own hosts and to that of the connection: some
/// channels' files need it there, and nobody else may see it.
pub(super) fn fetch(via: &Via<'_>, media: &Media) -> Result<Step, NotCarried> {
    let Some(url) = media.link.as_deref().and_then(|link| Url::parse(link).ok()) else {
        return refused("Sinch gave no address for this file.");
    };
    let ours = is_ours(via.account, &url);
    let host = url.host_str().unwrap_or_default();
    if !ours && (url.scheme() != "https" || !HOSTS.iter().any(|known| stands_for(known, host))) {
        return refused("This file lies neither at Sinch nor at WhatsApp; it is not fetched.");
    }
    if ours || stands_for(SINCH, host) {
        return access::with_token(via, Method::GET, url.into(), Content::Nothing);
    }
    let headers: Vec<(&'static str, SecretString)> = Vec::new();
    Ok(Step::Call(Call { method: Method::GET, url: url.into(), headers, content: Content::Nothing }))
}

/// Whether a file lies where the connection's own calls go.
fn is_ours(account: &Account, url: &Url) -> bool {
    Url::parse(&account.api_base).is_ok_and(|base| base.origin().is_tuple() && base.origin() == url.origin())
}

/// Whether an entry of the list stands for a host: itself, or below its dot.
fn stands_for(known: &str, host: &str) -> bool {
    match known.starts_with('.') {
        true => host.len() > known.len() && host.ends_with(known),
        false => host == known,
    }
}
