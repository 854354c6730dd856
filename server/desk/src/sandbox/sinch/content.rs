//! What a customer writes, in the shape of `contact_message`.

use contract::Body;
use contract::message::{CardEntry, ContactCard, Media, OrderItem};
use serde_json::{Map, Value, json};

use crate::sandbox::stand_in::{Between, Said};

/// Text that no longer fits.
const TEXT: usize = 4096;

/// The one key that holds what was said; a sentence if customers cannot write such a thing. None for what Sinch has no
/// shape for.
pub(super) fn content(between: &Between<'_>, said: &Said<'_>) -> Result<Option<Value>, String> {
    let mut content = match said.body {
        Body::Text { text } if text.is_empty() => return Err("Write something first.".to_owned()),
        Body::Text { text } if text.chars().count() > TEXT => {
            return Err(format!("A message can be at most {TEXT} characters long."));
        }
        Body::Text { text } => json!({ "text_message": { "text": text } }),
        Body::Media(media) => file(between, media),
        Body::Location(place) => {
            let coordinates = json!({ "latitude": place.latitude, "longitude": place.longitude });
            let location = json!({
                "coordinates": coordinates,
                "title": place.name.clone().unwrap_or_default(),
                "label": place.address.clone().unwrap_or_default(),
            });
            json!({ "location_message": location })
        }
        Body::Contacts { cards } if !cards.is_empty() => json!({ "contact_info_message": card(&cards[0]) }),
        Body::ButtonReply { id, .. } | Body::ListReply { id, .. } => {
            // No label: that is on the phone only.
            let answered = said.quoted.unwrap_or_default();
            json!({ "choice_response_message": { "message_id": answered, "postback_data": id } })
        }
        Body::FlowReply { name, fields } => {
            let answers: Map<String, Value> =
                fields.iter().map(|field| (field.name.clone(), json!(field.value))).collect();
            let reply = json!({
                "name": name.as_deref().unwrap_or("flow"),
                "response_json": Value::Object(answers).to_string(),
                "body": "Sent",
            });
            let message = json!({ "type": "nfm_reply", "nfm_reply": reply });
            json!({ "channel_specific_message": { "message_type": "nfm_reply", "message": message } })
        }
        Body::Order { text, items } => {
            let products = items.iter().map(product).collect::<Result<Vec<_>, _>>()?;
            json!({ "product_response_message": { "products": products, "title": text, "catalog_id": "0" } })
        }
        Body::Unsupported { .. } => return Ok(None),
        _ => return Err("A customer cannot write a message of this kind.".to_owned()),
    };
    if let Some(quoted) = said.quoted {
        content["reply_to"] = json!({ "message_id": quoted });
    }
    Ok(Some(content))
}

fn file(between: &Between<'_>, media: &Media) -> Value {
    let id = media.id.as_deref().unwrap_or_default();
    let mime = media.mime.as_deref().unwrap_or_default().split(';').next().unwrap_or_default();
    let ending = match mime {
        "image/jpeg" => "jpg",
        "audio/mpeg" => "mp3",
        "text/plain" => "txt",
        mime => mime.rsplit('/').next().unwrap_or_default(),
    };
    let url = format!("{}/files/{id}/{}.{ending}", between.account.api_base, media.kind.as_str());
    if let Some(caption) = &media.caption {
        return json!({ "media_card_message": { "url": url, "caption": caption } });
    }
    let mut message = json!({ "url": url });
    if let Some(name) = &media.file_name {
        message["filename_override"] = json!(name);
    }
    json!({ "media_message": message })
}

fn card(card: &ContactCard) -> Value {
    let entries = |key: &str, entries: &[CardEntry]| -> Vec<Value> {
        entries.iter().map(|entry| json!({ key: entry.value, "type": entry.label })).collect()
    };
    json!({
        "name": { "full_name": card.name, "first_name": card.first_name, "last_name": card.last_name },
        "phone_numbers": entries("phone_number", &card.phones),
        "email_addresses": entries("email_address", &card.emails),
        "urls": entries("url", &card.urls),
    })
}

fn product(item: &OrderItem) -> Result<Value, String> {
    let number = |text: &str| {
        let number = serde_json::from_str::<serde_json::Number>(text.trim());
        number.map_err(|_| "Quantities and prices must be numbers.".to_owned())
    };
    Ok(json!({
        "id": item.product,
        "marketplace": "FACEBOOK",
        "quantity": number(&item.quantity)?,
        "item_price": number(&item.price)?,
        "currency": item.currency,
    }))
}
