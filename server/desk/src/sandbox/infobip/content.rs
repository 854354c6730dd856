//! What a customer writes, in the shape of `message`.

use contract::Body;
use contract::message::{CardEntry, ContactCard, Media, MediaKind, OrderItem};
use serde_json::{Map, Value, json};

use crate::sandbox::access::business;
use crate::sandbox::stand_in::{Between, Said};

/// The longest text that is passed on.
const TEXT: usize = 4096;

/// A message of a customer; a sentence if customers cannot write such a thing.
pub(super) fn said(between: &Between<'_>, said: &Said<'_>) -> Result<Value, String> {
    let mut message = match said.body {
        Body::Text { text } if text.is_empty() => return Err("Write something first.".to_owned()),
        Body::Text { text } if text.chars().count() > TEXT => {
            return Err(format!("A message can be at most {TEXT} characters long."));
        }
        Body::Text { text } => json!({ "type": "TEXT", "text": text }),
        Body::Media(media) => file(between, media),
        Body::Location(place) => json!({
            "type": "LOCATION",
            "latitude": place.latitude,
            "longitude": place.longitude,
            "name": place.name,
            "address": place.address,
            "url": place.url,
        }),
        Body::Contacts { cards } if !cards.is_empty() => {
            json!({ "type": "CONTACT", "contacts": cards.iter().map(card).collect::<Vec<_>>() })
        }
        Body::ButtonReply { id, title } => match said.on.map(|on| &on.body) {
            Some(Body::Template(_)) => json!({ "type": "BUTTON", "text": title, "payload": id }),
            _ => json!({ "type": "INTERACTIVE_BUTTON_REPLY", "id": id, "title": title }),
        },
        Body::ListReply { id, title, description } => {
            let mut reply = json!({ "type": "INTERACTIVE_LIST_REPLY", "id": id, "title": title });
            put(&mut reply, "description", description.as_deref());
            reply
        }
        Body::FlowReply { fields, .. } => {
            let answers: Map<String, Value> =
                fields.iter().map(|field| (field.name.clone(), json!(field.value))).collect();
            json!({ "type": "INTERACTIVE_FLOW_REPLY", "text": "Sent", "response": answers })
        }
        Body::Order { text, items } => {
            let items = items.iter().map(item).collect::<Result<Vec<_>, _>>()?;
            json!({ "type": "ORDER", "catalogId": "0", "productItems": items, "text": text })
        }
        Body::Unsupported { .. } => json!({ "type": "UNSUPPORTED" }),
        _ => return Err("A customer cannot write a message of this kind.".to_owned()),
    };
    if let Some(quoted) = said.quoted {
        message["context"] = json!({ "from": business(between.number), "id": quoted });
    }
    Ok(message)
}

/// A file; of a document the words beside it are often its name.
fn file(between: &Between<'_>, media: &Media) -> Value {
    let (base, sender) = (&between.account.api_base, business(between.number));
    let url = format!("{base}/whatsapp/1/senders/{sender}/media/{}", media.id.as_deref().unwrap_or_default());
    let kind = media.kind.as_str().to_ascii_uppercase();
    let mut message = json!({ "type": kind, "url": url });
    let caption = match media.kind {
        MediaKind::Document => media.caption.as_deref().or(media.file_name.as_deref()),
        MediaKind::Image | MediaKind::Video => media.caption.as_deref(),
        MediaKind::Audio | MediaKind::Voice | MediaKind::Sticker => None,
    };
    put(&mut message, "caption", caption);
    message
}

fn card(card: &ContactCard) -> Value {
    let mut name = json!({ "formattedName": card.name });
    put(&mut name, "firstName", card.first_name.as_deref());
    put(&mut name, "lastName", card.last_name.as_deref());
    let entries = |key: &str, entries: &[CardEntry]| -> Vec<Value> {
        let entry = |entry: &CardEntry| {
            let mut value = json!({});
            put(&mut value, key, Some(&entry.value));
            put(&mut value, "type", entry.label.as_deref());
            put(&mut value, "waId", entry.wa_id.as_deref());
            value
        };
        entries.iter().map(entry).collect()
    };
    let mut value = json!({
        "name": name,
        "phones": entries("phone", &card.phones),
        "emails": entries("email", &card.emails),
        "urls": entries("url", &card.urls),
        "addresses": [],
    });
    if let Some(company) = &card.company {
        value["org"] = json!({ "company": company });
    }
    value
}

fn item(item: &OrderItem) -> Result<Value, String> {
    let number = |text: &str| {
        let number = serde_json::from_str::<serde_json::Number>(text.trim());
        number.map_err(|_| "Quantities and prices must be numbers.".to_owned())
    };
    Ok(json!({
        "productRetailerId": item.product,
        "quantity": number(&item.quantity)?,
        "itemPrice": number(&item.price)?,
        "currency": item.currency,
    }))
}

fn put(object: &mut Value, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        object[key] = json!(value);
    }
}
