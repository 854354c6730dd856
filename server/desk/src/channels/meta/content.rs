//! What a message holds, by its type.

use std::fmt;

use contract::message::{Body, CardEntry, ContactCard, Field, Location, Media, MediaKind, OrderItem};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::channels::json::{decimal, filled, flag, list, plain, text};

/// The types that have an object of their own name.
pub(super) const KINDS: &[&str] = &[
    "text",
    "image",
    "video",
    "audio",
    "voice",
    "document",
    "sticker",
    "location",
    "contacts",
    "interactive",
    "button",
    "reaction",
    "order",
    "system",
    "edit",
    "revoke",
    "unsupported",
];

/// Reads the content of a message. What is not to be understood is kept as such and shown as a placeholder;
/// the errors of the message, else those beside it in the change, say why.
pub(super) fn body(kind: &str, raw: &Value, beside: &Value) -> Body {
    let inner = raw.get(kind).filter(|inner| !inner.is_null());
    let known = match kind {
        "text" => Some(Body::Text { text: inner.and_then(|inner| text(inner, "body")).unwrap_or_default() }),
        "image" => Some(media(MediaKind::Image, inner, raw)),
        "video" => Some(media(MediaKind::Video, inner, raw)),
        "audio" if inner.is_some_and(|inner| flag(inner, "voice")) => {
            Some(media(MediaKind::Voice, inner, raw))
        }
        "audio" => Some(media(MediaKind::Audio, inner, raw)),
        "voice" => Some(media(MediaKind::Voice, inner, raw)),
        "document" => Some(media(MediaKind::Document, inner, raw)),
        "sticker" => Some(media(MediaKind::Sticker, inner, raw)),
        "location" => inner.and_then(location),
        "contacts" => contacts(raw),
        "interactive" => inner.and_then(interactive),
        "button" => inner.and_then(button),
        "order" => inner.map(order),
        _ => None,
    };
    known.unwrap_or_else(|| Body::Unsupported {
        kind: inner.and_then(|inner| filled(inner, "type")).unwrap_or_else(|| kind.to_owned()),
        detail: complaint(raw).or_else(|| complaint(beside)),
    })
}

/// What the first error says, in the most telling of its words.
fn complaint(holder: &Value) -> Option<String> {
    let error = list(holder, "errors").first()?;
    let data = error.get("error_data").unwrap_or(&Value::Null);
    filled(data, "details")
        .or_else(|| filled(error, "details"))
        .or_else(|| filled(error, "message"))
        .or_else(|| filled(error, "title"))
}

/// A file. With errors beside it Meta could not fetch it from the phone: caption and name stay.
fn media(kind: MediaKind, inner: Option<&Value>, raw: &Value) -> Body {
    let inner = inner.unwrap_or(&Value::Null);
    let (id, link) = (filled(inner, "id"), filled(inner, "url").or_else(|| filled(inner, "link")));
    let nothing = id.is_none() && link.is_none();
    let unavailable = complaint(raw).or_else(|| nothing.then(|| "WhatsApp sent no file".to_owned()));
    Body::Media(Media {
        id,
        link,
        mime: filled(inner, "mime_type"),
        caption: filled(inner, "caption"),
        file_name: filled(inner, "filename"),
        sha256: filled(inner, "sha256"),
        animated: inner.get("animated").and_then(Value::as_bool),
        unavailable,
        ..Media::of(kind)
    })
}

/// A place; its coordinates may be text. 0/0 is a place like any other.
fn location(inner: &Value) -> Option<Body> {
    let (latitude, longitude) = (decimal(inner, "latitude")?, decimal(inner, "longitude")?);
    let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    on_earth.then(|| {
        Body::Location(Location {
            latitude,
            longitude,
            name: filled(inner, "name"),
            address: filled(inner, "address"),
            url: filled(inner, "url"),
        })
    })
}

fn contacts(raw: &Value) -> Option<Body> {
    let cards: Vec<_> = list(raw, "contacts").iter().filter(|card| card.is_object()).map(card).collect();
    (!cards.is_empty()).then_some(Body::Contacts { cards })
}

fn card(raw: &Value) -> ContactCard {
    let names = raw.get("name").unwrap_or(&Value::Null);
    let (first_name, last_name) = (filled(names, "first_name"), filled(names, "last_name"));
    let parts = || [&first_name, &last_name].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    ContactCard {
        name: filled(names, "formatted_name").unwrap_or_else(parts),
        company: raw.get("org").and_then(|org| filled(org, "company")),
        phones: entries(raw, "phones", "phone"),
        emails: entries(raw, "emails", "email"),
        urls: entries(raw, "urls", "url"),
        origin: filled(raw, "origin"),
        first_name,
        last_name,
    }
}

fn entries(card: &Value, key: &str, value: &str) -> Vec<CardEntry> {
    let entry = |raw: &Value| {
        let wa_id = filled(raw, "wa_id");
        Some(CardEntry {
            value: filled(raw, value).or_else(|| wa_id.clone())?,
            label: filled(raw, "type"),
            wa_id,
        })
    };
    list(card, key).iter().filter_map(entry).collect()
}

/// A tap on a template's quick reply. Without a payload of ours it repeats the label.
fn button(inner: &Value) -> Option<Body> {
    let (title, payload) = (text(inner, "text"), text(inner, "payload"));
    let title = title.or_else(|| payload.clone())?;
    Some(Body::ButtonReply { id: payload.unwrap_or_else(|| title.clone()), title })
}

/// An answer to something interactive. Its object may be missing while the errors beside it say why.
fn interactive(inner: &Value) -> Option<Body> {
    let kind = filled(inner, "type")?;
    let answer = inner.get(&kind).filter(|answer| answer.is_object())?;
    let (id, title) = (text(answer, "id").unwrap_or_default(), text(answer, "title").unwrap_or_default());
    match kind.as_str() {
        "button_reply" => Some(Body::ButtonReply { id, title }),
        "list_reply" => Some(Body::ListReply { id, title, description: filled(answer, "description") }),
        "nfm_reply" => Some(Body::FlowReply { name: filled(answer, "name"), fields: filled_in(answer) }),
        _ => None,
    }
}

/// What was filled in: JSON in a string, which may be broken, no object, or missing. What cannot be taken
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
    let field = |(name, value): (String, Value)| Field {
        name: name.replace('\0', ""),
        value: plain(&value)
            .unwrap_or_else(|| if value.is_null() { String::new() } else { value.to_string() }),
    };
    pairs.into_iter().filter(|(name, _)| name != "flow_token").map(field).collect()
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

fn order(inner: &Value) -> Body {
    let item = |raw: &Value| OrderItem {
        product: filled(raw, "product_retailer_id").unwrap_or_default(),
        quantity: filled(raw, "quantity").unwrap_or_default(),
        price: filled(raw, "item_price").unwrap_or_default(),
        currency: filled(raw, "currency").unwrap_or_default(),
    };
    let items = list(inner, "product_items").iter().filter(|raw| raw.is_object()).map(item).collect();
    Body::Order { text: filled(inner, "text"), items }
}
