//! Files: sent by the id of an upload, received by the address that an id leads to.

use std::time::Duration;

use contract::Body;
use contract::message::{Media, MediaKind, Parameter};
use http::Method;
use secrecy::SecretString;
use serde_json::Value;

use super::fault;
use crate::channels::json::{self, filled};
use crate::channels::limits::refused;
use crate::channels::provider::FileRow;
use crate::channels::{Account, Answer, Call, Class, Content, Fault, Learned, Need, NotCarried, Step, Via};

/// The id of an upload holds for 30 days; a day less, so that none ends on its way.
const UPLOAD: Duration = Duration::from_secs(29 * 24 * 60 * 60);
/// The address of a file holds for five minutes; a minute less.
const ADDRESS: Duration = Duration::from_secs(4 * 60);
/// The most bytes of a file that is fetched.
const LARGEST: i64 = 100 << 20;

/// The header of every call.
pub(super) fn bearer(account: &Account) -> (&'static str, SecretString) {
    ("authorization", SecretString::from(format!("Bearer {}", account.current("access_token"))))
}

/// The upload that a body needs first: of its file, or of the one in a template's header.
pub(super) fn needed(via: &Via<'_>, body: &Body) -> Option<Need> {
    files(body).into_iter().find_map(|media| {
        let file = media.file?;
        let key = format!("upload:{file}");
        if via.known.contains_key(&key) {
            return None;
        }
        let mime = media.mime.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
        let call = Call {
            method: Method::POST,
            url: format!("{}/{}/media", via.account.api_base, via.channel),
            headers: vec![bearer(via.account)],
            content: Content::Upload {
                fields: vec![("messaging_product", "whatsapp".to_owned()), ("type", mime.clone())],
                part: "file",
                file: file.to_string(),
                name: media.file_name.clone().unwrap_or_else(|| media.kind.as_str().to_owned()),
                mime,
            },
        };
        Some(Need { key, call })
    })
}

fn files(body: &Body) -> Vec<&Media> {
    match body {
        Body::Media(media) => vec![media],
        Body::Template(template) => template
            .header
            .iter()
            .filter_map(|parameter| match parameter {
                Parameter::Media(media) => Some(media),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The body with the ids of its uploads in the place of our own.
pub(super) fn named(via: &Via<'_>, body: &Body) -> Body {
    let name = |media: &mut Media| {
        if let Some(file) = media.file.take() {
            media.id = via.known.get(&format!("upload:{file}")).cloned();
        }
    };
    let mut body = body.clone();
    match &mut body {
        Body::Media(media) => name(media),
        Body::Template(template) => {
            for parameter in &mut template.header {
                if let Parameter::Media(media) = parameter {
                    name(media);
                }
            }
        }
        _ => {}
    }
    body
}

/// The next call on the way to a file's bytes: its address by its id, then the bytes with the same token.
pub(super) fn fetch(via: &Via<'_>, media: &Media) -> Result<Step, NotCarried> {
    let Some(id) = media.id.as_deref().filter(|id| !id.is_empty()) else {
        return refused("WhatsApp gave no id for this file.");
    };
    let get = |url: String| Call {
        method: Method::GET,
        url,
        headers: vec![bearer(via.account)],
        content: Content::Nothing,
    };
    let key = format!("file:{id}");
    match via.known.get(&key) {
        Some(url) => Ok(Step::Call(get(url.clone()))),
        None if id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') => {
            let url = format!("{}/{id}?phone_number_id={}", via.account.api_base, via.channel);
            Ok(Step::First(Need { key, call: get(url) }))
        }
        None => refused("The id of this file is not one of WhatsApp's."),
    }
}

/// The id of an upload, or the address of a file.
pub(super) fn learn(need: &Need, answer: &Answer) -> Result<Learned, Fault> {
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    // Customers can send documents of up to 2 GB: what is too large is not begun.
    let size = body.get("file_size").and_then(json::integer).unwrap_or(0);
    if size > LARGEST {
        return Err(Fault {
            class: Class::Permanent,
            code: "too_large".to_owned(),
            reason: format!("It is larger than {} MB.", LARGEST >> 20),
            retry_after: None,
        });
    }
    let (key, lives) = if need.key.starts_with("upload:") { ("id", UPLOAD) } else { ("url", ADDRESS) };
    match filled(&body, key).filter(|_| (200..300).contains(&answer.status)) {
        Some(value) => Ok(Learned { value, lives }),
        None => Err(fault::fault_of(body.get("error").unwrap_or(&Value::Null), Some(answer.status))),
    }
}

/// Kinds of files that Meta takes, with their types, bytes and captions (channels reference: media).
pub(super) const FILES: &[FileRow] = &[
    (MediaKind::Image, &["image/jpeg", "image/png"], 5 << 20, 1_024),
    (MediaKind::Video, &["video/mp4", "video/3gpp"], 16 << 20, 1_024),
    (MediaKind::Audio, &["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"], 16 << 20, 0),
    (MediaKind::Voice, &["audio/ogg"], 16 << 20, 0),
    (MediaKind::Document, &[], 100 << 20, 1_024),
    (MediaKind::Sticker, &["image/webp"], 500 << 10, 0),
];
