//! Webhooks: one event of an app in each. Which event it is only the key of its payload tells.

use contract::Time;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{content, error};
use crate::channels::StatusWord;
use crate::sandbox::access::business;
use crate::sandbox::stand_in::{Between, News, Said, Written};

/// A moment by RFC 3339.
pub(super) fn date(at: Time) -> String {
    let at = Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(TimeZone::UTC);
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

fn app<'a>(between: &Between<'a>) -> &'a str {
    &between.number.line.provider_channel
}

fn envelope(between: &Between<'_>, metadata: &str, key: &str, payload: Value) -> Written {
    let mut body = json!({
        "app_id": app(between),
        "accepted_time": date(between.at),
        "event_time": date(between.at),
        "project_id": between.account.current("project_id"),
        "message_metadata": metadata,
        "correlation_id": "",
    });
    body[key] = payload;
    Written::json(&body)
}

fn identity(between: &Between<'_>) -> Value {
    json!({ "channel": "WHATSAPP", "identity": between.party.key(), "app_id": app(between) })
}

/// Something that a customer has written.
pub(super) fn said(between: &Between<'_>, said: &Said<'_>) -> Result<Written, String> {
    match content::content(between, said)? {
        Some(content) => Ok(envelope(between, "", "message", message(between, said.id, &content))),
        None => {
            let payload = json!({ "type": said.body.kind(), "id": said.id }).to_string();
            let unsupported = json!({
                "channel": "WHATSAPP",
                "payload": payload,
                "processing_mode": "DISPATCH",
                "id": said.id,
                "contact_id": "",
                "conversation_id": "",
                "channel_identity": identity(between),
            });
            Ok(envelope(between, "", "unsupported_callback", unsupported))
        }
    }
}

/// The message itself, as it is in webhooks and lists. In dispatch mode there is no contact and no conversation.
pub(super) fn message(between: &Between<'_>, id: &str, content: &Value) -> Value {
    json!({
        "id": id,
        "direction": "TO_APP",
        "channel_identity": identity(between),
        "conversation_id": "",
        "contact_id": "",
        "metadata": "",
        "accept_time": date(between.at),
        "sender_id": business(between.number),
        "processing_mode": "DISPATCH",
        "injected": false,
        "contact_message": content,
    })
}

/// An emoji on a message; an empty one takes it off.
pub(super) fn reaction(between: &Between<'_>, id: &str, (message, emoji): (&str, &str)) -> Written {
    let action = if emoji.is_empty() { "REACTION_ACTION_UNREACT" } else { "REACTION_ACTION_REACT" };
    let reaction = json!({
        "emoji": emoji, "action": action, "message_id": message, "reaction_category": "unspecified",
    });
    let event = json!({
        "id": id,
        "direction": "TO_APP",
        "channel_identity": identity(between),
        "contact_id": "",
        "conversation_id": "",
        "accept_time": date(between.at),
        "processing_mode": "DISPATCH",
        "contact_message_event": { "reaction_event": reaction },
    });
    envelope(between, "", "event", event)
}

/// A delivery report.
pub(super) fn status(between: &Between<'_>, news: &News<'_>) -> Written {
    let status = match news.word {
        StatusWord::Sent => "QUEUED_ON_CHANNEL",
        StatusWord::Delivered => "DELIVERED",
        StatusWord::Read | StatusWord::Played => "READ",
        StatusWord::Failed => "FAILED",
    };
    let metadata = news.opaque.unwrap_or_default();
    let mut report = json!({
        "message_id": news.id,
        "conversation_id": "",
        "status": status,
        "channel_identity": identity(between),
        "contact_id": "",
        "metadata": metadata,
        "processing_mode": "DISPATCH",
    });
    if let Some(failure) = news.failure {
        report["reason"] = error::reason(failure);
    }
    envelope(between, metadata, "message_delivery_report", report)
}
