//! The webhook of a campaign that fires on every message, with the body that the desk asks admins to enter: every
//! value escaped, and an id of the dispatch.

use contract::Body;
use contract::message::Media;
use serde_json::{Map, Value, json};

use crate::sandbox::party::Party;
use crate::sandbox::stand_in::{Between, Said, Written};

/// What the ids of people here begin with.
const PERSON: &str = "customer-";

/// Braze's own id of a person.
pub(super) fn person(party: &Party) -> String {
    format!("{PERSON}{}", party.key())
}

/// The number or user id of a person with this id of Braze's.
pub(super) fn key_of(person: &str) -> Option<&str> {
    person.strip_prefix(PERSON)
}

/// What a customer has written. Places and contact cards are not passed on.
pub(super) fn said(between: &Between<'_>, said: &Said<'_>) -> Result<Option<Written>, String> {
    let (mut message, mut files, mut form, mut product) = <(String, String, String, String)>::default();
    match said.body {
        Body::Text { text } if text.is_empty() => return Err("Write something first.".to_owned()),
        Body::Text { text } => message.clone_from(text),
        Body::Media(media) => {
            files = address(between, media);
            message = media.caption.clone().unwrap_or_default();
        }
        // What was tapped comes as its words.
        Body::ButtonReply { title, .. } | Body::ListReply { title, .. } => message.clone_from(title),
        Body::FlowReply { fields, .. } => {
            let answers: Map<String, Value> =
                fields.iter().map(|field| (field.name.clone(), json!(field.value))).collect();
            form = Value::Object(answers).to_string();
        }
        Body::Order { items, .. } => {
            product = items.first().map(|item| item.product.clone()).unwrap_or_default();
        }
        Body::Location(_) | Body::Contacts { .. } | Body::Unsupported { .. } => return Ok(None),
        _ => return Err("A customer cannot write a message of this kind.".to_owned()),
    }
    let party = between.party;
    let body = json!({
        "user_id": person(party),
        "phone_number": party.number.as_ref().map(|number| format!("+{number}")).unwrap_or_default(),
        "message": message,
        "profile_name": party.name,
        "media_urls": files,
        "flow_response": form,
        "product_id": product,
        "catalog_id": "",
        "event_id": said.id,
    });
    // What stands last in the address of the campaign is the channel.
    let channel: String =
        url::form_urlencoded::byte_serialize(between.number.line.provider_channel.as_bytes()).collect();
    Ok(Some(Written::json(&body).at(&format!("/{channel}"))))
}

/// The public address of a file.
fn address(between: &Between<'_>, media: &Media) -> String {
    let mime = media.mime.as_deref().unwrap_or_default().split(';').next().unwrap_or_default();
    let ending = mime.rsplit('/').next().unwrap_or_default();
    let id = media.id.as_deref().unwrap_or_default();
    format!("{}/media/{id}/{}.{ending}", between.account.api_base, media.kind.as_str())
}
