//! The envelope of a webhook: one event of one app, told by the key of its payload.

use jiff::Timestamp;
use serde_json::Value;

use super::{event, message, status};
use crate::channels::json::{self, filled, list, text};
use crate::channels::{Item, Malformed};

/// Longest word of theirs in a reason.
const WORD: usize = 64;

/// What the envelope says about its payload.
pub(super) struct Envelope {
    /// `app_id`, which is the channel.
    pub channel: Option<String>,
    /// `event_time`, when it happened on WhatsApp; else `accepted_time`, when Sinch took it in.
    pub at: Option<Timestamp>,
    /// `message_metadata`.
    pub metadata: Option<String>,
    /// When this is read.
    pub now: Timestamp,
}

impl Envelope {
    /// An item that is of no concern.
    pub(super) fn ignored(&self, id: Option<String>, reason: impl Into<String>) -> Item {
        Item::Ignored { channel: self.channel.clone(), id, reason: reason.into() }
    }

    /// An item that cannot be understood.
    pub(super) fn rejected(&self, id: Option<String>, reason: impl Into<String>) -> Item {
        Item::Rejected { channel: self.channel.clone(), id, reason: reason.into() }
    }
}

type Reader = fn(&Envelope, &Value) -> Item;

/// The payloads that are read, messages before statuses. There is one in a body; more would be read as well.
const READERS: &[(&str, Reader)] = &[
    ("message", message::inbound),
    ("event", message::event),
    ("unsupported_callback", message::unsupported),
    ("message_delivery_report", status::read),
    ("channel_event_notification", event::channel),
    ("channel_event", event::channel),
    ("opt_in_notification", event::opted_in),
    ("opt_out_notification", event::opted_out),
    ("contact_merge_notification", event::merged),
    ("duplicated_contact_identities_notification", event::duplicated),
    ("duplicated_identities_notification", event::duplicated),
];

/// The payloads that are of no concern: reports about typing, echoes of what we sent, Sinch's own contacts and
/// conversations, and what other products of Sinch's say.
const ASIDE: &[&str] = &[
    "event_delivery_report",
    "message_submit_notification",
    "contact_create_notification",
    "contact_update_notification",
    "contact_delete_notification",
    "conversation_start_notification",
    "conversation_stop_notification",
    "conversation_delete_notification",
    "capability_notification",
    "record_notification",
    "smart_conversation_notification",
    "smart_conversations_notification",
    "message_redaction",
    "message_inbound_smart_conversation_redaction",
    "batch_status_update",
    "batch_status_update_notification",
];

/// The keys of the envelope itself.
const OWN: &[&str] =
    &["app_id", "project_id", "accepted_time", "event_time", "message_metadata", "correlation_id", "trigger"];

/// Reads a webhook.
pub(super) fn parse(bytes: &[u8], now: Timestamp) -> Result<Vec<Item>, Malformed> {
    let body = json::body(bytes).map_err(|error| Malformed(format!("not JSON ({:?})", error.classify())))?;
    let Some(members) = body.as_object() else { return Err(Malformed("not a JSON object".to_owned())) };
    if filled(&body, "type").as_deref() == Some("whatsapp") && !members.contains_key("app_id") {
        return Ok(legacy(&body));
    }
    let envelope = Envelope {
        channel: filled(&body, "app_id").map(|id| id.trim().to_owned()),
        at: time(&body, "event_time", now).or_else(|| time(&body, "accepted_time", now)),
        metadata: filled(&body, "message_metadata"),
        now,
    };
    let mut items: Vec<Item> =
        READERS.iter().flat_map(|(key, read)| each(&envelope, &body, key, *read)).collect();
    items.extend(ASIDE.iter().flat_map(|key| aside(&envelope, &body, key)));
    if items.is_empty() {
        let key = members.keys().find(|key| !OWN.contains(&key.as_str()));
        items.push(envelope.ignored(None, format!("payload:{}", short(key.map(String::as_str)))));
    }
    Ok(items)
}

fn each(envelope: &Envelope, body: &Value, key: &str, read: Reader) -> Vec<Item> {
    let one = |payload: &Value| match payload.is_object() {
        true => read(envelope, payload),
        false => envelope.rejected(None, format!("{key} is not an object")),
    };
    list(body, key).iter().map(one).collect()
}

fn aside(envelope: &Envelope, body: &Value, key: &str) -> Option<Item> {
    let payload = body.get(key).filter(|payload| !payload.is_null())?;
    let nested = ["contact", "conversation"].iter().find_map(|part| filled(payload.get(*part)?, "id"));
    let id = ["message_id", "event_id", "request_id", "entity_id", "batch_id", "contact_id"]
        .iter()
        .find_map(|part| filled(payload, part));
    Some(envelope.ignored(id.or(nested), key))
}

/// A body of the older WhatsApp API: one item for each thing in it, so that nothing is uncounted.
fn legacy(body: &Value) -> Vec<Item> {
    let one = |id: Option<String>| Item::Ignored { channel: None, id, reason: "legacy_api".to_owned() };
    let things = ["notifications", "statuses"].iter().flat_map(|key| list(body, key));
    let items: Vec<_> = things.map(|thing| one(filled(thing, "message_id"))).collect();
    if items.is_empty() { vec![one(None)] } else { items }
}

/// A time under a key (RFC 3339) that makes sense.
pub(super) fn time(value: &Value, key: &str, now: Timestamp) -> Option<Timestamp> {
    let at: Timestamp = text(value, key)?.trim().parse().ok()?;
    // The same span as for times that come as numbers.
    json::moment(Some(&Value::from(at.as_second())), now).at.map(|_| at)
}

/// A word from outside, cut to what a reason can bear.
pub(super) fn short(word: Option<&str>) -> String {
    word.unwrap_or("none").replace('\0', "").chars().take(WORD).collect()
}
