//! What a message holds: exactly one of the shapes of `contact_message`.

use std::fmt;

use contract::message::{Body, CardEntry, ContactCard, Field, Location, Media, MediaKind, OrderItem};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::parse::short;
use crate::channels::json::{decimal, filled, list, plain, text};

type Reader = fn(&Value) -> Option<Body>;

/// The shapes that are known.
const READERS: &[(&str, Reader)] = &[
    ("text_message", words),
    ("media_message", file),
    ("media_card_message", file),
    ("location_message", location),
    ("choice_response_message", choice),
    ("product_response_message", order),
    ("channel_specific_message", form),
    ("contact_info_message", contact),
    ("fallback_message", fallback),
    // Named by some of Sinch's pages; the models of its libraries have `reply_to` beside the content instead.
    ("reply_message", reply),
];

/// Reads the content. What is not to be understood is kept as such and shown as a placeholder.
pub(super) fn body(said: &Value) -> Body {
    let known = READERS.iter().find_map(|(key, read)| Some((*key, read, object(said, key)?)));
    if let Some((key, read, inner)) = known {
        return read(inner).unwrap_or_else(|| Body::Unsupported { kind: key.to_owned(), detail: None });
    }
    let members = said.as_object().into_iter().flatten();
    let kind = members.map(|(key, _)| key.as_str()).find(|key| *key != "reply_to");
    Body::Unsupported { kind: short(kind), detail: None }
}

/// What WhatsApp sent and Sinch has no shape for. Its payload is WhatsApp's own, as text; some of Sinch's pages
/// show it as it is.
pub(super) fn unsupported(raw: &Value) -> Body {
    let kind = match raw.get("payload") {
        Some(Value::String(payload)) => {
            serde_json::from_str::<Value>(payload).ok().and_then(|payload| filled(&payload, "type"))
        }
        payload => payload.and_then(|payload| filled(payload, "type")),
    };
    let kind = kind.map_or_else(|| "unsupported".to_owned(), |kind| short(Some(&kind)));
    Body::Unsupported { kind, detail: None }
}

/// The message that this one answers; for a tap, the one with the buttons.
pub(super) fn quoted(said: &Value) -> Option<String> {
    ["reply_to", "choice_response_message", "reply_message"]
        .iter()
        .find_map(|key| filled(object(said, key)?, "message_id"))
}

fn object<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.get(key).filter(|inner| inner.is_object())
}

fn words(inner: &Value) -> Option<Body> {
    Some(Body::Text { text: text(inner, "text").unwrap_or_default() })
}

/// A file by its address. Its kind is not told: the ending of its name or of the address says it, else it is a
/// document until its bytes are there.
fn file(inner: &Value) -> Option<Body> {
    let (link, name) = (filled(inner, "url"), filled(inner, "filename_override"));
    let kind = name.as_deref().and_then(kind_of).or_else(|| link.as_deref().and_then(kind_of));
    let kind = kind.unwrap_or(MediaKind::Document);
    Some(Body::Media(Media {
        unavailable: link.is_none().then(|| "Sinch sent no address of the file".to_owned()),
        link,
        caption: filled(inner, "caption"),
        file_name: name.filter(|_| kind == MediaKind::Document),
        ..Media::of(kind)
    }))
}

/// The kind by the ending of a name or address. WhatsApp records voice notes as Ogg and makes stickers of WebP;
/// nobody attaches those by hand.
fn kind_of(name: &str) -> Option<MediaKind> {
    let path = name.split(['?', '#']).next()?;
    let (_, ending) = path.rsplit('/').next()?.rsplit_once('.')?;
    match ending.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" | "png" => Some(MediaKind::Image),
        "webp" => Some(MediaKind::Sticker),
        "mp4" | "3gp" | "3gpp" => Some(MediaKind::Video),
        "ogg" | "oga" | "opus" => Some(MediaKind::Voice),
        "aac" | "amr" | "mp3" | "m4a" => Some(MediaKind::Audio),
        _ => None,
    }
}

/// A place; 0/0 is one like any other.
fn location(inner: &Value) -> Option<Body> {
    let at = inner.get("coordinates")?;
    let (latitude, longitude) = (decimal(at, "latitude")?, decimal(at, "longitude")?);
    let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    let (name, address) = (filled(inner, "title"), filled(inner, "label"));
    on_earth.then_some(Body::Location(Location { latitude, longitude, name, address, url: None }))
}

/// A tap on a button or a row of a menu: Sinch tells them not apart, and it tells no label. The title is the same
/// as the id, so that bots and agents have something to read; what stood on the button can be looked up by the
/// message that is quoted and this id.
fn choice(inner: &Value) -> Option<Body> {
    let id = filled(inner, "postback_data")?;
    Some(Body::ButtonReply { title: id.clone(), id })
}

fn order(inner: &Value) -> Option<Body> {
    let item = |raw: &Value| OrderItem {
        product: filled(raw, "id").unwrap_or_default(),
        quantity: filled(raw, "quantity").unwrap_or_default(),
        price: filled(raw, "item_price").unwrap_or_default(),
        currency: filled(raw, "currency").unwrap_or_default(),
    };
    let items = list(inner, "products").iter().filter(|raw| raw.is_object()).map(item).collect();
    Some(Body::Order { text: filled(inner, "title"), items })
}

/// What only WhatsApp has: so far the answer to a form.
fn form(inner: &Value) -> Option<Body> {
    let message = inner.get("message").unwrap_or(&Value::Null);
    let Some(answer) = object(message, "nfm_reply") else {
        let kind = filled(inner, "message_type").or_else(|| filled(message, "type"))?;
        return Some(Body::Unsupported { kind: short(Some(&kind)), detail: None });
    };
    Some(Body::FlowReply { name: filled(answer, "name"), fields: filled_in(answer) })
}

/// What was filled in: JSON in a string, in the order given and without the internal token. What cannot be taken
/// apart is shown as it is.
fn filled_in(answer: &Value) -> Vec<Field> {
    let raw = match answer.get("response_json") {
        Some(Value::String(raw)) => raw.clone(),
        None | Some(Value::Null) => return Vec::new(),
        Some(given) => given.to_string(),
    };
    let Ok(Pairs(pairs)) = serde_json::from_str::<Pairs>(&raw) else {
        let whole = Field { name: "response".to_owned(), value: raw.replace('\0', "") };
        return if whole.value.trim().is_empty() { Vec::new() } else { vec![whole] };
    };
    let shown = |value: &Value| match value {
        Value::Null => String::new(),
        value => plain(value).unwrap_or_else(|| value.to_string()),
    };
    let named = pairs.into_iter().filter(|(name, _)| name != "flow_token");
    named.map(|(name, value)| Field { name: name.replace('\0', ""), value: shown(&value) }).collect()
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

/// A contact card, in the shape in which cards are sent.
fn contact(inner: &Value) -> Option<Body> {
    let names = inner.get("name").unwrap_or(&Value::Null);
    let (first_name, last_name) = (filled(names, "first_name"), filled(names, "last_name"));
    let parts = || [&first_name, &last_name].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    let card = ContactCard {
        name: filled(names, "full_name").unwrap_or_else(parts),
        company: inner.get("organization").and_then(|company| filled(company, "company")),
        phones: entries(inner, "phone_numbers", "phone_number"),
        emails: entries(inner, "email_addresses", "email_address"),
        urls: entries(inner, "urls", "url"),
        origin: None,
        first_name,
        last_name,
    };
    Some(Body::Contacts { cards: vec![card] })
}

fn entries(card: &Value, key: &str, value: &str) -> Vec<CardEntry> {
    let entry =
        |raw: &Value| Some(CardEntry { value: filled(raw, value)?, label: filled(raw, "type"), wa_id: None });
    list(card, key).iter().filter_map(entry).collect()
}

/// What Sinch could not take in; the reason says why.
fn fallback(inner: &Value) -> Option<Body> {
    let reason = inner.get("reason").unwrap_or(&Value::Null);
    let detail = filled(reason, "description").or_else(|| filled(reason, "code"));
    Some(Body::Unsupported { kind: "fallback_message".to_owned(), detail })
}

fn reply(inner: &Value) -> Option<Body> {
    let known = READERS.iter().filter(|(key, _)| *key != "reply_message");
    known.into_iter().find_map(|(key, read)| read(object(inner, key)?))
}
