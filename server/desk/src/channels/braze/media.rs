//! Files: those that customers send come as addresses that hold for a week; ours go as addresses too.

use std::collections::HashSet;

use contract::Body;
use contract::message::{Media, MediaKind};
use http::Method;
use serde_json::Value;
use url::Url;

use super::fields;
use crate::channels::provider::FileRow;
use crate::channels::{Call, Content, NotCarried, Via};

/// Hosts that Braze serves files from: its own and those of its media library.
pub(super) const HOSTS: &[&str] = &[
    ".braze.com",
    ".braze.eu",
    "braze-images.com",
    ".braze-images.com",
    "appboy-images.com",
    ".appboy-images.com",
];

/// What an agent can send: pictures as such, other files as a link in the text, so of any type.
pub(super) const FILES: &[FileRow] = &[
    (MediaKind::Image, &["image/jpeg", "image/png"], 5 << 20, 1_024),
    (MediaKind::Video, &[], 100 << 20, 1_024),
    (MediaKind::Audio, &[], 100 << 20, 1_024),
    (MediaKind::Document, &[], 100 << 20, 1_024),
];

/// Longest name of a file, in characters.
const NAME: usize = 240;

/// Every file in a value: a list of addresses, or text with them in whichever way Liquid has printed it. Something
/// else is kept as what it is.
pub(super) fn bodies(value: &Value) -> Vec<Body> {
    let text = match value {
        Value::String(text) => text.replace('\0', ""),
        Value::Array(_) => value.to_string(),
        _ => return Vec::new(),
    };
    let found = addresses(&text);
    if !found.is_empty() {
        return found.into_iter().map(|address| Body::Media(file(address))).collect();
    }
    let bare = text.trim_matches(|letter: char| letter.is_whitespace() || "[]\",'".contains(letter));
    // Nothing, in the ways in which Liquid prints that; or a tag that was not filled in.
    if matches!(bare, "" | "nil" | "null") || bare.starts_with("{{") {
        return Vec::new();
    }
    let detail = Some(format!("No address of a file: {}", bare.chars().take(NAME).collect::<String>()));
    vec![Body::Unsupported { kind: "media".to_owned(), detail }]
}

/// The addresses in a text, each once. They may be separated by commas, quoted, or not separated at all.
fn addresses(text: &str) -> Vec<&str> {
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    let mut rest = text;
    while let Some(start) = next_address(rest, 0) {
        rest = &rest[start..];
        let ends = |letter: char| letter.is_whitespace() || "\"'<>[]|\\".contains(letter);
        let mut end = rest.find(ends).unwrap_or(rest.len());
        // An address inside of another one stands behind a mark; one that follows directly does not.
        let mut from = 1;
        while let Some(next) = next_address(&rest[..end], from) {
            if !rest[..next].ends_with(['=', '/', '?', '&', ':', '#']) {
                end = next;
                break;
            }
            from = next + 1;
        }
        let address = rest[..end].trim_end_matches([',', ';']);
        if address.len() > "https://".len() && seen.insert(address) {
            found.push(address);
        }
        rest = &rest[end.max(1)..];
    }
    found
}

/// Where the next address begins, from a byte on.
fn next_address(text: &str, from: usize) -> Option<usize> {
    let begins = |at: usize| {
        let starts =
            |word: &str| text.get(at..at + word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        starts("https://") || starts("http://")
    };
    text.bytes()
        .enumerate()
        .skip(from)
        .find(|(at, byte)| matches!(byte, b'h' | b'H') && begins(*at))
        .map(|(at, _)| at)
}

/// A file by its address. Braze does not say what it is, so its name's ending does.
fn file(address: &str) -> Media {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    let name = path.split_once("://").and_then(|(_, rest)| rest.rsplit_once('/')).map(|(_, name)| name);
    let name = name.map(decoded).filter(|name| !name.trim().is_empty());
    let ending =
        name.as_deref().and_then(|name| name.rsplit_once('.')).map(|(_, end)| end.to_ascii_lowercase());
    let kind = match ending.as_deref() {
        Some("jpg" | "jpeg" | "png" | "gif" | "heic" | "bmp") => MediaKind::Image,
        Some("mp4" | "3gp" | "3gpp" | "mov" | "webm") => MediaKind::Video,
        Some("ogg" | "oga" | "opus" | "mp3" | "m4a" | "aac" | "amr" | "wav") => MediaKind::Audio,
        // WhatsApp makes JPEG of pictures, and has WebP for stickers only.
        Some("webp") => MediaKind::Sticker,
        _ => MediaKind::Document,
    };
    let file_name = name.filter(|_| kind == MediaKind::Document);
    Media { link: Some(address.to_owned()), file_name, ..Media::of(kind) }
}

/// A name without its percent signs and without what cannot be shown.
fn decoded(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let [first, tail @ ..] = rest {
        let pair = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let coded = pair.filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match coded.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    let name = String::from_utf8_lossy(&bytes);
    name.chars().filter(|letter| !letter.is_control() && !matches!(letter, '/' | '\\')).take(NAME).collect()
}

/// The call for a file's bytes: the address itself, without credentials, for it needs none.
pub(super) fn fetch(via: &Via<'_>, media: &Media) -> Result<Call, NotCarried> {
    let refused = |reason: &str| Err(NotCarried(reason.to_owned()));
    let Some(address) = fields::address(media) else {
        return refused("Braze gave no address for this file.");
    };
    let Ok(url) = Url::parse(address) else { return refused("The address of this file is none.") };
    let own = fields::base(via.account).ok().and_then(|base| Url::parse(&base).ok());
    let at_own = own.is_some_and(|own| own.origin() == url.origin());
    let at_braze = url.scheme() == "https" && url.port().is_none() && url.host_str().is_some_and(is_braze);
    if !(at_own || at_braze) || !url.username().is_empty() || url.password().is_some() {
        return refused(
            "This file does not lie at one of Braze's addresses, so it is not fetched. Open the link only \
                        if you trust it.",
        );
    }
    Ok(Call { method: Method::GET, url: url.into(), headers: Vec::new(), content: Content::Nothing })
}

/// Whether a host is one of Braze's, or below one.
fn is_braze(host: &str) -> bool {
    HOSTS.iter().any(|known| match known.starts_with('.') {
        true => host.len() > known.len() && host.ends_with(known),
        false => host == *known,
    })
}
