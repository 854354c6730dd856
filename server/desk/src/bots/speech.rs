//! What bots say, from the loose JSON of their answers.

use contract::Body;
use contract::message::{Choice, Media, MediaKind};
use serde_json::Value;
use url::Url;

/// Text under a key that says something; a number counts as text. PostgreSQL takes no NUL.
pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    let text = match value.get(key)? {
        Value::String(text) => text.replace('\0', ""),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.trim().is_empty())
}

/// The members of a list under a key.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A text with things to choose: buttons, or a menu where there are too many or where that is wished. What the channel
/// makes of it is decided later; without any choice it is a text.
pub(super) fn choose(text: String, choices: Vec<Choice>, menu: Option<String>) -> Body {
    if choices.is_empty() {
        return Body::text(text);
    }
    if menu.is_none() && choices.len() <= super::fit::BUTTONS {
        let buttons = choices.into_iter().map(|choice| Choice { description: None, ..choice }).collect();
        return Body::Buttons { text, header: None, footer: None, buttons };
    }
    super::fit::menu(text, choices, menu)
}

/// A file at a public address. What is no web address is text.
pub(super) fn file(kind: MediaKind, address: &str, caption: Option<String>) -> Body {
    let web = Url::parse(address.trim()).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
    if !web {
        let words = [caption.as_deref(), Some(address)];
        return Body::text(words.into_iter().flatten().collect::<Vec<_>>().join("\n"));
    }
    let name = || address.split(['?', '#']).next()?.rsplit('/').next().filter(|name| name.contains('.'));
    let file_name = if kind == MediaKind::Document { name().map(str::to_owned) } else { None };
    Body::Media(Media { link: Some(address.trim().to_owned()), caption, file_name, ..Media::of(kind) })
}

/// The kind of a file, by its type where that is known, else by the end of its address.
pub fn kind_of(mime: Option<&str>, address: &str) -> MediaKind {
    if let Some(kind) = mime.and_then(|mime| mime.split('/').next()).and_then(top_level) {
        return kind;
    }
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let end = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match end.as_str() {
        "jpg" | "jpeg" | "png" => MediaKind::Image,
        "mp4" | "3gp" => MediaKind::Video,
        "mp3" | "ogg" | "aac" | "amr" | "m4a" => MediaKind::Audio,
        _ => MediaKind::Document,
    }
}

fn top_level(word: &str) -> Option<MediaKind> {
    match word {
        "image" => Some(MediaKind::Image),
        "video" => Some(MediaKind::Video),
        "audio" => Some(MediaKind::Audio),
        "application" | "text" => Some(MediaKind::Document),
        _ => None,
    }
}
