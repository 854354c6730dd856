//! What a message holds, by its type.

use contract::message::{Body, CardEntry, ContactCard, Location, Media, MediaKind, OrderItem};
use serde_json::Value;

use super::form::{self, Pairs};
use crate::channels::json::{decimal, filled, list, plain, text};

/// Longest text of what the desk cannot show otherwise.
const TOLD: usize = 2_000;

/// Reads the content of a message. What is not to be understood is kept as such and shown as a placeholder.
pub(super) fn body(kind: &str, raw: &Value, answers: Option<&Pairs>) -> Body {
    let known = match kind {
        "TEXT" => Some(Body::Text { text: text(raw, "text").unwrap_or_default() }),
        "IMAGE" => Some(media(MediaKind::Image, raw)),
        "VIDEO" => Some(media(MediaKind::Video, raw)),
        "AUDIO" => Some(media(MediaKind::Audio, raw)),
        "VOICE" => Some(media(MediaKind::Voice, raw)),
        "DOCUMENT" => Some(media(MediaKind::Document, raw)),
        "STICKER" => Some(media(MediaKind::Sticker, raw)),
        "LOCATION" => location(raw),
        "CONTACT" => contacts(raw),
        "BUTTON" => button(raw),
        "INTERACTIVE_BUTTON_REPLY" => chosen(raw).map(|(id, title)| Body::ButtonReply { id, title }),
        "INTERACTIVE_LIST_REPLY" => chosen(raw).map(|(id, title)| Body::ListReply {
            id,
            title,
            description: filled(raw, "description"),
        }),
        "INTERACTIVE_FLOW_REPLY" => Some(Body::FlowReply {
            name: filled(raw, "text"),
            fields: form::fields(raw.get("response"), answers),
        }),
        "ORDER" => Some(order(raw)),
        _ => None,
    };
    known.unwrap_or_else(|| Body::Unsupported { kind: kind.to_owned(), detail: detail(kind, raw) })
}

/// What can be said about something that cannot be shown as what it is.
fn detail(kind: &str, raw: &Value) -> Option<String> {
    let told = match kind {
        "INFECTED_CONTENT" => {
            let virus = filled(raw, "malware").map(|name| format!(" ({name})")).unwrap_or_default();
            format!("Infobip found a virus in this file{virus} and has not passed it on.")
        }
        "INTERACTIVE_PAYMENT_CONFIRMATION" | "INTERACTIVE_PAYMENT_ACKNOWLEDGEMENT" => told(raw, &["type"]),
        "INTERACTIVE_CALL_PERMISSION_REPLY" => told(raw.get("callPermissionReply")?, &[]),
        // The hash of the passkey is for the one who asked for it, not for a screen.
        "INTERACTIVE_IN_THREAD_AUTHENTICATION_REPLY" => {
            told(raw.get("inThreadAuthenticationReply")?, &["businessScopedPasskeyHash"])
        }
        _ => String::new(),
    };
    Some(told.chars().take(TOLD).collect::<String>()).filter(|told| !told.is_empty())
}

/// Everything that an object says, each after its key, without the keys that are named.
pub(super) fn told(value: &Value, without: &[&str]) -> String {
    let mut words = Vec::new();
    for (key, value) in sorted(value) {
        if !without.contains(&key) {
            leaves(key, value, &mut words);
        }
    }
    words.join(" · ").chars().take(TOLD).collect()
}

/// The members of an object by key, whichever order they are kept in.
fn sorted(value: &Value) -> Vec<(&str, &Value)> {
    let members = value.as_object().into_iter().flatten();
    let mut members: Vec<_> = members.map(|(key, value)| (key.as_str(), value)).collect();
    members.sort_by_key(|(key, _)| *key);
    members
}

fn leaves(key: &str, value: &Value, into: &mut Vec<String>) {
    let key = key.replace('\0', "");
    match value {
        Value::Object(_) => {
            sorted(value)
                .into_iter()
                .for_each(|(inner, value)| leaves(&format!("{key}.{inner}"), value, into));
        }
        Value::Array(things) => things.iter().for_each(|thing| leaves(&key, thing, into)),
        Value::Bool(flag) => into.push(format!("{key}: {flag}")),
        Value::Null => {}
        _ => into.extend(plain(value).map(|word| format!("{key}: {word}"))),
    }
}

/// A file, by the address at Infobip from which it can be had for seven days. The caption of a document often is
/// its name.
fn media(kind: MediaKind, raw: &Value) -> Body {
    let (link, caption) = (filled(raw, "url"), filled(raw, "caption"));
    let named = kind == MediaKind::Document && caption.as_deref().is_some_and(is_file_name);
    Body::Media(Media {
        unavailable: link.is_none().then(|| "Infobip sent no file".to_owned()),
        file_name: caption.clone().filter(|_| named),
        link,
        caption,
        ..Media::of(kind)
    })
}

/// Whether words look like the name of a file: they end in a dot and a few letters, and hold no path.
fn is_file_name(words: &str) -> bool {
    let ending = words.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
    (1..=5).contains(&ending.len())
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && words.chars().count() <= 240
        && !words.contains(['/', '\\', '\n', '\r'])
}

/// A place. 0/0 is a place like any other.
fn location(raw: &Value) -> Option<Body> {
    let (latitude, longitude) = (decimal(raw, "latitude")?, decimal(raw, "longitude")?);
    let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    on_earth.then(|| {
        Body::Location(Location {
            latitude,
            longitude,
            name: filled(raw, "name"),
            address: filled(raw, "address"),
            url: filled(raw, "url"),
        })
    })
}

fn contacts(raw: &Value) -> Option<Body> {
    let cards: Vec<_> = list(raw, "contacts").iter().filter(|card| card.is_object()).map(card).collect();
    (!cards.is_empty()).then_some(Body::Contacts { cards })
}

fn card(raw: &Value) -> ContactCard {
    let names = raw.get("name").unwrap_or(&Value::Null);
    let (first_name, last_name) = (filled(names, "firstName"), filled(names, "lastName"));
    let parts = || [&first_name, &last_name].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    ContactCard {
        name: filled(names, "formattedName").unwrap_or_else(parts),
        company: raw.get("org").and_then(|org| filled(org, "company")),
        phones: entries(raw, "phones", "phone"),
        emails: entries(raw, "emails", "email"),
        urls: entries(raw, "urls", "url"),
        origin: None,
        first_name,
        last_name,
    }
}

fn entries(card: &Value, key: &str, value: &str) -> Vec<CardEntry> {
    let entry = |raw: &Value| {
        let wa_id = filled(raw, "waId");
        let value = filled(raw, value).or_else(|| wa_id.clone())?;
        Some(CardEntry { value, label: filled(raw, "type"), wa_id })
    };
    list(card, key).iter().filter_map(entry).collect()
}

/// A tap on a template's quick reply. Without a payload of ours it repeats the label.
fn button(raw: &Value) -> Option<Body> {
    let (title, payload) = (text(raw, "text"), text(raw, "payload"));
    let title = title.or_else(|| payload.clone())?;
    Some(Body::ButtonReply { id: payload.unwrap_or_else(|| title.clone()), title })
}

/// The id and the title of what was chosen.
fn chosen(raw: &Value) -> Option<(String, String)> {
    let (id, title) = (text(raw, "id"), text(raw, "title"));
    (id.is_some() || title.is_some()).then(|| (id.unwrap_or_default(), title.unwrap_or_default()))
}

fn order(raw: &Value) -> Body {
    let item = |raw: &Value| OrderItem {
        product: filled(raw, "productRetailerId").unwrap_or_default(),
        quantity: filled(raw, "quantity").unwrap_or_default(),
        price: filled(raw, "itemPrice").unwrap_or_default(),
        currency: filled(raw, "currency").unwrap_or_default(),
    };
    let items = list(raw, "productItems").iter().filter(|raw| raw.is_object()).map(item).collect();
    Body::Order { text: filled(raw, "text"), items }
}
