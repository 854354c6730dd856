//! Files: sent by a public address of ours, received by the address that Infobip gives.

use contract::message::{Media, MediaKind};
use http::Method;
use secrecy::SecretString;
use url::Url;

use super::limits::LIMITS;
use crate::channels::limits::{Carried, refused};
use crate::channels::provider::FileRow;
use crate::channels::{Account, Call, Content, NotCarried, Step, Via};

/// Hosts, beside the connection's own, from which files are fetched.
pub(super) const HOSTS: &[&str] = &["api.infobip.com", ".api.infobip.com"];

/// Longest caption.
const CAPTION: u32 = 3_000;

/// Kinds of files that Infobip takes, with their types, bytes and captions (channels reference: sending).
pub(super) const RULES: &[FileRow] = &[
    (MediaKind::Image, &["image/jpeg", "image/png"], 5 << 20, CAPTION),
    (MediaKind::Video, &["video/mp4", "video/3gpp"], 16 << 20, CAPTION),
    (
        MediaKind::Audio,
        &["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus"],
        16 << 20,
        0,
    ),
    (MediaKind::Voice, &["audio/ogg"], 16 << 20, 0),
    (MediaKind::Document, &[], 100 << 20, CAPTION),
    (MediaKind::Sticker, &["image/webp"], 500 << 10, 0),
];

/// The header of every call.
pub(super) fn key(account: &Account) -> (&'static str, SecretString) {
    ("authorization", SecretString::from(format!("App {}", account.current("api_key"))))
}

/// A call that asks for something.
pub(super) fn get(account: &Account, url: String) -> Call {
    Call { method: Method::GET, url, headers: vec![key(account)], content: Content::Nothing }
}

/// A file goes by an address; one of our own store gets its address when it is sent.
pub(super) fn source(media: &Media) -> Carried {
    match media.link.as_deref().filter(|link| !link.trim().is_empty()) {
        Some(link) => LIMITS.web_address(link),
        None if media.file.is_some() => Ok(()),
        None => refused("There is no file to send: Infobip takes files by their address only."),
    }
}

/// The address from which Infobip fetches a file.
pub(super) fn address(media: &Media) -> Result<&str, NotCarried> {
    match media.link.as_deref().filter(|link| !link.trim().is_empty()) {
        Some(link) => LIMITS.web_address(link).map(|()| link),
        None => refused(
            "Infobip fetches files from a public address of the desk, and this file has none. An admin can set the \
             desk's public address.",
        ),
    }
}

/// The call for a file's bytes: to the address as it was given, with our key, and so only to Infobip. It may answer
/// with a redirect to a store of files, which must not get the key.
pub(super) fn fetch(via: &Via<'_>, media: &Media) -> Result<Step, NotCarried> {
    let Some(link) = media.link.as_deref().filter(|link| !link.trim().is_empty()) else {
        return refused("Infobip gave no address for this file.");
    };
    match Url::parse(link) {
        Ok(url) if is_theirs(&url, &via.account.api_base) => {
            Ok(Step::Call(get(via.account, url.to_string())))
        }
        _ => refused("The address of this file is not one of Infobip's."),
    }
}

/// Whether an address is the connection's own, or Infobip's by https. A host counts as below another one only at
/// a dot.
fn is_theirs(url: &Url, api_base: &str) -> bool {
    if !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    let own = Url::parse(api_base).is_ok_and(|base| {
        matches!(base.scheme(), "https" | "http") && base.has_host() && base.origin() == url.origin()
    });
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let listed = |known: &&str| match known.strip_prefix('.') {
        Some(_) => host.ends_with(*known),
        None => host == **known,
    };
    let known = url.scheme() == "https" && url.port().is_none() && HOSTS.iter().any(listed);
    own || known
}
