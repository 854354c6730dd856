//! What a message of a customer holds.

use std::fmt;

use contract::Body;
use contract::message::{Field, Location, Media, MediaKind};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::form::Form;
use crate::channels::json::plain;

/// The most files that are read of one message.
const FILES: usize = 10;
/// Longest name of a file.
const FILE_NAME: usize = 240;

/// Reads the content, its first file included. What is not to be understood is kept as such and shown as a
/// placeholder, unless there are words: then these are what counts, whatever kind they came in.
pub(super) fn read(form: &Form) -> Body {
    let known = button(form).or_else(|| row(form)).or_else(|| form_reply(form)).or_else(|| location(form));
    known
        .or_else(|| files(form).into_iter().next())
        .or_else(|| form.filled("Body").map(Body::text))
        .unwrap_or_else(|| Body::Unsupported {
            kind: form.filled("MessageType").unwrap_or_else(|| "empty".to_owned()),
            detail: None,
        })
}

/// The files behind the first one.
pub(super) fn further_files(form: &Form) -> Vec<Body> {
    files(form).into_iter().skip(1).collect()
}

/// A tap on a quick reply. Its payload is free text and may be empty.
fn button(form: &Form) -> Option<Body> {
    let payload = form.filled("ButtonPayload");
    let title = form.filled("ButtonText");
    if payload.is_none() && title.is_none() {
        return None;
    }
    let title = title.or_else(|| form.filled("Body")).or_else(|| payload.clone())?;
    Some(Body::ButtonReply { id: payload.unwrap_or_else(|| title.clone()), title })
}

/// A row of a menu.
fn row(form: &Form) -> Option<Body> {
    let (id, title) = (form.filled("ListId"), form.filled("ListTitle"));
    if id.is_none() && title.is_none() {
        return None;
    }
    let title = title.or_else(|| form.filled("Body")).or_else(|| id.clone())?;
    Some(Body::ListReply {
        id: id.unwrap_or_else(|| title.clone()),
        title,
        description: form.filled("ListDescription"),
    })
}

/// A form that was filled in: JSON, which may be broken. What cannot be taken apart is shown as it is.
fn form_reply(form: &Form) -> Option<Body> {
    let raw = form.any(&["FlowData", "InteractiveData"])?;
    let fields = match serde_json::from_str::<Pairs>(&raw) {
        Ok(Pairs(pairs)) => pairs.into_iter().filter(|(name, _)| name != "flow_token").map(field).collect(),
        Err(_) => vec![Field { name: "response".to_owned(), value: raw }],
    };
    Some(Body::FlowReply { name: None, fields })
}

fn field((name, value): (String, Value)) -> Field {
    let text =
        plain(&value).unwrap_or_else(|| if value.is_null() { String::new() } else { value.to_string() });
    Field { name: name.replace('\0', ""), value: text }
}

/// The members of a JSON object in the order given.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Pairs;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// A place. 0/0 is a place like any other.
fn location(form: &Form) -> Option<Body> {
    let degrees = |key: &str, most: f64| {
        let degrees: f64 = form.text(key)?.trim().parse().ok()?;
        (degrees.abs() <= most).then_some(degrees)
    };
    Some(Body::Location(Location {
        latitude: degrees("Latitude", 90.0)?,
        longitude: degrees("Longitude", 180.0)?,
        name: form.filled("Label"),
        address: form.filled("Address"),
        url: None,
    }))
}

/// Every file, by the keys that are there: the count beside them may be wrong. Where a file is announced and
/// no address is given, that is said.
fn files(form: &Form) -> Vec<Body> {
    let mut numbers = form.numbered("MediaUrl");
    numbers.truncate(FILES);
    let announced = form.filled("NumMedia").is_some_and(|count| count.trim() != "0");
    if numbers.is_empty() && (announced || kind_of(form.text("MessageType").unwrap_or_default()).is_some()) {
        numbers.push(0);
    }
    numbers.iter().enumerate().map(|(place, number)| Body::Media(file(form, *number, place == 0))).collect()
}

/// One file. Words stand beside the first; those of a document are its name where they look like one.
fn file(form: &Form, number: u8, first: bool) -> Media {
    let link = form.filled(&format!("MediaUrl{number}"));
    let mime = form.filled(&format!("MediaContentType{number}"));
    let kind = kind(form.text("MessageType"), mime.as_deref(), link.as_deref());
    let words = form.filled("Body").filter(|_| first);
    let (file_name, caption) = match words {
        Some(words) if kind == MediaKind::Document && is_file_name(&words) => (Some(words), None),
        words => (None, words),
    };
    let reachable = link.as_deref().is_some_and(|link| link.starts_with("http") || link.starts_with('/'));
    Media {
        id: link.as_deref().and_then(id),
        unavailable: (!reachable).then(|| "Twilio gave no address for this file".to_owned()),
        link,
        mime,
        caption,
        file_name,
        ..Media::of(kind)
    }
}

/// The file's own id, the last part of its address.
fn id(link: &str) -> Option<String> {
    let last = link.rsplit('/').next()?;
    let plain = last.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (last.starts_with("ME") && plain).then(|| last.to_owned())
}

/// What a file is: as the message says, else by its type, else by the end of its address.
fn kind(message: Option<&str>, mime: Option<&str>, link: Option<&str>) -> MediaKind {
    let mime = mime.map(|mime| mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    let told = message.and_then(kind_of);
    let typed = mime.as_deref().map(kind_of_type);
    let ending = link.and_then(|link| link.rsplit('/').next()?.rsplit_once('.')).map(|(_, ending)| ending);
    match (told, typed) {
        // WhatsApp's voice notes are the only sounds in Ogg.
        (Some(MediaKind::Audio), Some(MediaKind::Voice)) => MediaKind::Voice,
        (Some(told), _) => told,
        (None, Some(typed)) => typed,
        (None, None) => ending.map_or(MediaKind::Document, kind_of_ending),
    }
}

fn kind_of(message: &str) -> Option<MediaKind> {
    match message.trim().to_ascii_lowercase().as_str() {
        "image" => Some(MediaKind::Image),
        "video" => Some(MediaKind::Video),
        "audio" => Some(MediaKind::Audio),
        "voice" => Some(MediaKind::Voice),
        "document" => Some(MediaKind::Document),
        "sticker" => Some(MediaKind::Sticker),
        _ => None,
    }
}

/// The kind of a type. Pictures of customers are JPEG or PNG; WebP is a sticker.
fn kind_of_type(mime: &str) -> MediaKind {
    match mime.split_once('/') {
        Some(("image", "webp")) => MediaKind::Sticker,
        Some(("image", _)) => MediaKind::Image,
        Some(("video", _)) => MediaKind::Video,
        Some(("audio", "ogg")) => MediaKind::Voice,
        Some(("audio", _)) => MediaKind::Audio,
        _ => MediaKind::Document,
    }
}

/// The kind of an ending (`jpg`).
fn kind_of_ending(ending: &str) -> MediaKind {
    match ending.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" | "png" => MediaKind::Image,
        "webp" => MediaKind::Sticker,
        "mp4" | "3gp" | "3gpp" => MediaKind::Video,
        "ogg" | "oga" | "opus" => MediaKind::Voice,
        "mp3" | "m4a" | "aac" | "amr" => MediaKind::Audio,
        _ => MediaKind::Document,
    }
}

/// Whether words look like a file's name: one line that ends in a dot and a few letters or digits.
fn is_file_name(words: &str) -> bool {
    let Some((stem, ending)) = words.rsplit_once('.') else { return false };
    let plain = ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    !stem.trim().is_empty()
        && (1..=5).contains(&ending.len())
        && plain
        && !words.contains(['\n', '\r', '/', '\\'])
        && words.chars().count() <= FILE_NAME
}
