//! What a webhook is: a message, a status, or none of our business.

use serde_json::Value;

use super::form::{self, Form};
use super::{message, person, status};
use crate::channels::{Arrived, Item, Malformed, json};

/// The kinds of bodies that Twilio signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Everything about messages.
    Form,
    /// News of other products.
    Json,
}

/// The kind of a content type. None where it is neither.
pub(super) fn kind(content_type: &str) -> Option<Kind> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    [(form::TYPE, Kind::Form), ("application/json", Kind::Json)]
        .into_iter()
        .find_map(|(name, kind)| essence.eq_ignore_ascii_case(name).then_some(kind))
}

/// Fields that only a message has. A status repeats neither what was said nor who says it.
const SAID: &[&str] =
    &["Body", "NumMedia", "MessageType", "ProfileName", "WaId", "Latitude", "ButtonText", "MediaUrl0"];

/// Reads a webhook. It holds one message, or one status.
pub(super) fn parse(arrived: &Arrived<'_>) -> Result<Vec<Item>, Malformed> {
    if is_json(arrived) {
        let body = json::body(arrived.body);
        let body = body.map_err(|error| Malformed(format!("not JSON ({:?})", error.classify())))?;
        return Ok(vec![Item::Ignored { channel: None, id: id_of(&body), reason: "json".to_owned() }]);
    }
    let form = Form::read(arrived.body)?;
    let id = id(&form);
    let word = form.any(&["MessageStatus", "SmsStatus"]);
    let said = SAID.iter().any(|key| form.text(key).is_some());
    let is_status = word.as_deref().is_some_and(|word| word != "received") && !said;
    if word.is_none() && !said {
        return Ok(vec![Item::Ignored { channel: None, id, reason: "unknown".to_owned() }]);
    }
    if let Some(other) = person::elsewhere(&form) {
        return Ok(vec![Item::Ignored { channel: None, id, reason: other }]);
    }
    Ok(match (is_status, word) {
        (true, Some(word)) => vec![status::read(&form, arrived.query, &word)],
        _ => message::read(&form),
    })
}

/// Whether a body is JSON: by its type or, where that is not known, by how it begins.
fn is_json(arrived: &Arrived<'_>) -> bool {
    match arrived.content_type {
        Some(content_type) => kind(content_type) == Some(Kind::Json),
        None => matches!(arrived.body.trim_ascii_start().first(), Some(b'{' | b'[')),
    }
}

fn id_of(body: &Value) -> Option<String> {
    json::filled(body, "id")
}

/// The message's id. Any of its names may be the only one.
pub(super) fn id(form: &Form) -> Option<String> {
    form.any(&["MessageSid", "SmsMessageSid", "SmsSid"]).map(|id| id.trim().to_owned())
}

/// The channel's id: the digits of our number, or the Messaging Service where that is all there is.
pub(super) fn channel(form: &Form, ours: &str) -> Option<String> {
    let number = form.filled(ours).as_deref().and_then(person::number);
    number.or_else(|| form.filled("MessagingServiceSid").map(|sid| sid.trim().to_owned()))
}
