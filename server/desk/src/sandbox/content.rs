//! What a customer can write, in the shape of Meta's webhooks: `type` and the object of that name.

use contract::Body;
use contract::message::{CardEntry, ContactCard, Media, MediaKind, OrderItem};
use serde_json::{Map, Number, Value, json};
use uuid::Uuid;

use super::wire;

/// Longest text that Meta passes on.
const TEXT: usize = 4096;

/// What a customer writes, as the phone keeps it: files get what the provider would give them.
pub fn complete(body: Body) -> Body {
    let Body::Media(mut media) = body else { return body };
    let id = media.id.take().unwrap_or_else(|| wire::digits(&Uuid::new_v4().to_string(), 15));
    media.mime = media.mime.or_else(|| Some(mime(media.kind, media.file_name.as_deref()).to_owned()));
    media.sha256 = Some(wire::digest(&id));
    media.id = Some(id);
    media.link = None;
    Body::Media(media)
}

/// The type of a file, by its name's ending, else by its kind.
fn mime(kind: MediaKind, name: Option<&str>) -> &'static str {
    let ending = name.and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase());
    match (kind, ending.as_deref()) {
        (MediaKind::Image, Some("png")) => "image/png",
        (MediaKind::Image, _) => "image/jpeg",
        (MediaKind::Video, Some("3gp")) => "video/3gpp",
        (MediaKind::Video, _) => "video/mp4",
        (MediaKind::Audio, Some("ogg")) => "audio/ogg",
        (MediaKind::Audio, _) => "audio/mpeg",
        (MediaKind::Voice, _) => "audio/ogg; codecs=opus",
        (MediaKind::Sticker, _) => "image/webp",
        (MediaKind::Document, Some("txt")) => "text/plain",
        (MediaKind::Document, Some("csv")) => "text/csv",
        (MediaKind::Document, Some("docx")) => {
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        }
        (MediaKind::Document, Some("xlsx")) => {
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        }
        (MediaKind::Document, _) => "application/pdf",
    }
}

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

/// The answer to a form; the token comes back as it was sent.
pub fn form(body: &Body, token: Option<&str>) -> Result<Value, String> {
    let Body::FlowReply { name, fields } = body else { return content(body) };
    let mut answers: Map<String, Value> =
        fields.iter().map(|field| (field.name.clone(), Value::String(field.value.clone()))).collect();
    answers.insert("flow_token".to_owned(), json!(token.unwrap_or("unused")));
    let reply = json!({
        "name": name.as_deref().unwrap_or("flow"),
        "body": "Sent",
        "response_json": Value::Object(answers).to_string(),
    });
    Ok(interactive("nfm_reply", reply))
}

/// A tap on a template's quick reply.
pub fn quick_reply(payload: &str, text: &str) -> Value {
    json!({ "type": "button", "button": { "payload": payload, "text": text } })
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
    put(&mut file, "sha256", media.sha256.as_deref());
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
