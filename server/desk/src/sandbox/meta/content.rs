//! What a customer can write, in the shape of Meta's webhooks: `type` and the object of that name.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::Body;
use contract::message::{CardEntry, ContactCard, Field, Media, MediaKind, OrderItem};
use serde_json::{Map, Number, Value, json};

use crate::sandbox::stand_in::Said;

/// Longest text that Meta passes on.
const TEXT: usize = 4096;

/// A message of a customer; a sentence if customers cannot write such a thing.
pub fn content(body: &Body) -> Result<Value, String> {
    match body {
        Body::Text { text } => text_content(text),
        Body::Media(media) => Ok(media_content(media)),
        Body::Location(place) => {
            let mut location = json!({ "latitude": place.latitude, "longitude": place.longitude });
            put(&mut location, "name", place.name.as_deref());
            put(&mut location, "address", place.address.as_deref());
            put(&mut location, "url", place.url.as_deref());
            Ok(json!({ "type": "location", "location": location }))
        }
        Body::Contacts { cards } if !cards.is_empty() => {
            let cards: Vec<Value> = cards.iter().map(card).collect();
            Ok(json!({ "type": "contacts", "contacts": cards }))
        }
        Body::ButtonReply { id, title } => {
            Ok(interactive("button_reply", json!({ "id": id, "title": title })))
        }
        Body::ListReply { id, title, description } => {
            let mut reply = json!({ "id": id, "title": title });
            put(&mut reply, "description", description.as_deref());
            Ok(interactive("list_reply", reply))
        }
        Body::Order { text, items } => {
            let items: Vec<Value> = items.iter().map(item).collect::<Result<_, _>>()?;
            let text = text.as_deref().unwrap_or_default();
            let order = json!({ "catalog_id": "0", "text": text, "product_items": items });
            Ok(json!({ "type": "order", "order": order }))
        }
        Body::Unsupported { kind, .. } => {
            let error = json!({
                "code": 131_051,
                "title": "Message type unknown",
                "message": "Message type unknown",
                "error_data": { "details": "Message type is currently not supported." },
            });
            Ok(json!({ "type": "unsupported", "unsupported": { "type": kind }, "errors": [error] }))
        }
        _ => Err("A customer cannot write a message of this kind.".to_owned()),
    }
}

/// What a customer has said, with what it answers: a template's quick reply and a form's answer go by that.
pub fn said(said: &Said<'_>) -> Result<Value, String> {
    match (said.body, said.on.map(|on| &on.body)) {
        (Body::FlowReply { name, fields }, on) => {
            let token = match on {
                Some(Body::Flow(flow)) => flow.token.as_deref(),
                _ => None,
            };
            Ok(form(name.as_deref(), fields, token))
        }
        (Body::ButtonReply { id, title }, Some(Body::Template(_))) => {
            Ok(json!({ "type": "button", "button": { "payload": id, "text": title } }))
        }
        (body, _) => content(body),
    }
}

/// The answer to a form; the token comes back as it was sent.
fn form(name: Option<&str>, fields: &[Field], token: Option<&str>) -> Value {
    let mut answers: Map<String, Value> =
        fields.iter().map(|field| (field.name.clone(), Value::String(field.value.clone()))).collect();
    answers.insert("flow_token".to_owned(), json!(token.unwrap_or("unused")));
    let reply = json!({
        "name": name.unwrap_or("flow"),
        "body": "Sent",
        "response_json": Value::Object(answers).to_string(),
    });
    interactive("nfm_reply", reply)
}

fn interactive(kind: &str, reply: Value) -> Value {
    let mut interactive = json!({ "type": kind });
    interactive[kind] = reply;
    json!({ "type": "interactive", "interactive": interactive })
}

fn text_content(text: &str) -> Result<Value, String> {
    if text.is_empty() {
        return Err("Write something first.".to_owned());
    }
    if text.chars().count() > TEXT {
        return Err(format!("A message can be at most {TEXT} characters long."));
    }
    Ok(json!({ "type": "text", "text": { "body": text } }))
}

fn media_content(media: &Media) -> Value {
    let kind = match media.kind {
        MediaKind::Voice => "audio",
        kind => kind.as_str(),
    };
    let mut file = json!({});
    put(&mut file, "id", media.id.as_deref());
    put(&mut file, "mime_type", media.mime.as_deref());
    put(&mut file, "sha256", media.sha256.as_deref().map(base64).as_deref());
    match media.kind {
        MediaKind::Audio | MediaKind::Voice => file["voice"] = json!(media.kind == MediaKind::Voice),
        MediaKind::Sticker => file["animated"] = json!(media.animated.unwrap_or(false)),
        MediaKind::Document => put(&mut file, "filename", media.file_name.as_deref()),
        MediaKind::Image | MediaKind::Video => {}
    }
    if matches!(media.kind, MediaKind::Image | MediaKind::Video | MediaKind::Document) {
        put(&mut file, "caption", media.caption.as_deref());
    }
    let mut content = json!({ "type": kind });
    content[kind] = file;
    content
}

/// A digest in hexadecimal digits, as webhooks have it.
fn base64(hex: &str) -> String {
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..hex.len()).step_by(2).filter_map(byte).collect();
    STANDARD.encode(bytes)
}

fn card(card: &ContactCard) -> Value {
    let mut name = json!({ "formatted_name": card.name });
    put(&mut name, "first_name", card.first_name.as_deref());
    put(&mut name, "last_name", card.last_name.as_deref());
    let mut value = json!({ "name": name });
    for (key, entry_key, entries) in
        [("phones", "phone", &card.phones), ("emails", "email", &card.emails), ("urls", "url", &card.urls)]
    {
        if !entries.is_empty() {
            value[key] = entries.iter().map(|entry| card_entry(entry, entry_key)).collect();
        }
    }
    if let Some(company) = &card.company {
        value["org"] = json!({ "company": company });
    }
    put(&mut value, "origin", card.origin.as_deref());
    value
}

fn card_entry(entry: &CardEntry, key: &str) -> Value {
    let mut value = json!({});
    put(&mut value, key, Some(&entry.value));
    put(&mut value, "type", entry.label.as_deref());
    put(&mut value, "wa_id", entry.wa_id.as_deref());
    value
}

fn item(item: &OrderItem) -> Result<Value, String> {
    let number = |text: &str| {
        let number = serde_json::from_str::<Number>(text.trim());
        number.map_err(|_| "Quantities and prices must be numbers.".to_owned())
    };
    Ok(json!({
        "product_retailer_id": item.product,
        "quantity": number(&item.quantity)?,
        "item_price": number(&item.price)?,
        "currency": item.currency,
    }))
}

fn put(object: &mut Value, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        object[key] = json!(value);
    }
}
