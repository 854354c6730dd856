//! Files: sent by a public address of ours, received by an address of Twilio's.

use std::time::Duration;

use contract::message::{Media, MediaKind};
use http::Method;
use serde_json::Value;
use url::Url;

use super::{access, fault};
use crate::channels::json::{self, filled, list};
use crate::channels::limits::refused;
use crate::channels::provider::FileRow;
use crate::channels::{Answer, Call, Content, Fault, Learned, Need, NotCarried, Step, Via};

/// What the keys of files begin with.
pub(super) const KEY: &str = "media";
/// A file's address stays until the file is deleted.
const LIVES: Duration = Duration::from_secs(24 * 60 * 60);
/// The list of a message's files.
const LIST: &str = "/Media.json";

/// Kinds of files that are taken, with their types, bytes and captions (channels reference: limits).
pub(super) const FILES: &[FileRow] = &[
    (MediaKind::Image, &["image/jpeg", "image/png"], 5 << 20, 1_600),
    (MediaKind::Video, &["video/mp4", "video/3gpp"], 16 << 20, 1_600),
    (MediaKind::Audio, &["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"], 16 << 20, 0),
    (MediaKind::Voice, &["audio/ogg"], 16 << 20, 0),
    (MediaKind::Document, &[], 16 << 20, 1_600),
    (MediaKind::Sticker, &["image/webp"], 100 << 10, 0),
];

/// The next call on the way to a file's bytes. A message of the backlog names only the list of its files, with
/// the number of the one that is meant: that is read first.
pub(super) fn fetch(via: &Via<'_>, media: &Media) -> Result<Step, NotCarried> {
    let Some(link) = media.link.as_deref().map(str::trim).filter(|link| !link.is_empty()) else {
        return refused("Twilio gave no address for this file.");
    };
    let (address, _) = link.split_once('#').unwrap_or((link, ""));
    if !address.ends_with(LIST) {
        return Ok(Step::Call(get(via, address)?));
    }
    let key = format!("{KEY}:{link}");
    match via.known.get(&key) {
        Some(file) => Ok(Step::Call(get(via, file)?)),
        None => Ok(Step::First(Need { key, call: get(via, address)? })),
    }
}

/// The address of a file in the list of a message's files: the one with the number behind the key.
pub(super) fn learn(need: &Need, answer: &Answer) -> Result<Learned, Fault> {
    let number = need.key.rsplit_once('#').and_then(|(_, number)| number.parse().ok());
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    let file = list(&body, "media_list").get(number.unwrap_or(0_usize)).and_then(|file| filled(file, "uri"));
    match file.filter(|_| (200..300).contains(&answer.status)) {
        Some(uri) => Ok(Learned { value: uri.trim_end_matches(".json").to_owned(), lives: LIVES }),
        None => Err(fault::of_answer(answer)),
    }
}

/// The call for an address, with credentials where they belong: to the connection's own host, or by https to a
/// host of Twilio's. Its store of files gets none, and any other host is not called.
fn get(via: &Via<'_>, address: &str) -> Result<Call, NotCarried> {
    let not_ours = "The address of this file is not one of Twilio's.";
    if address.starts_with('/') && !address.starts_with("//") {
        return Ok(access::get(via.account, access::api(via.account, address)));
    }
    let (Ok(url), Ok(own)) = (Url::parse(address), Url::parse(&via.account.api_base)) else {
        return refused(not_ours);
    };
    let call = access::get(via.account, address.to_owned());
    let plain = url.username().is_empty() && url.password().is_none();
    let own = url.origin() == own.origin();
    let open = url.scheme() == "https" && url.port().is_none();
    let of = |domain: &str| {
        let host = url.host_str().unwrap_or_default();
        open && (host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')))
    };
    match plain {
        true if own || of("twilio.com") => Ok(call),
        true if of("twiliocdn.com") => {
            Ok(Call { method: Method::GET, headers: Vec::new(), content: Content::Nothing, ..call })
        }
        _ => refused(not_ours),
    }
}
