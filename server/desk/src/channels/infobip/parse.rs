//! The envelope of a webhook. One address takes all kinds of them; which one it is, its shape tells.

use jiff::Timestamp;
use serde_json::Value;

use super::form::{self, Answers};
use super::{event, message, report};
use crate::channels::json::{self, filled, list};
use crate::channels::{Item, Malformed};

/// Reads a webhook. Messages come before reports; otherwise items stand in the order of the body.
/// `pendingMessageCount` says that more will be pushed later, which is nothing to act on.
pub(super) fn parse(bytes: &[u8], now: Timestamp) -> Result<Vec<Item>, Malformed> {
    let body = json::body(bytes).map_err(|error| Malformed(format!("not JSON ({:?})", error.classify())))?;
    if !body.is_object() {
        return Err(Malformed("not a JSON object".to_owned()));
    }
    if body.get("results").is_none_or(Value::is_null) {
        return Ok(vec![read_notice(&body, now)]);
    }
    let results = list(&body, "results");
    if results.is_empty() {
        return Ok(vec![aside("empty")]);
    }
    let answers = form::answers(bytes);
    let mut items: Vec<Item> =
        results.iter().enumerate().flat_map(|(index, item)| read(item, (&answers, index), now)).collect();
    items.sort_by_key(|item| !matches!(item, Item::Message(_)));
    Ok(items)
}

/// One of `results[]`, by the keys that it has.
fn read(item: &Value, (answers, index): (&Answers, usize), now: Timestamp) -> Vec<Item> {
    let has = |key: &str| item.get(key).is_some_and(|value| !value.is_null());
    let one = |item| vec![item];
    if !item.is_object() {
        return one(broken(None, "an item of results is not an object"));
    }
    if item.get("message").is_some_and(Value::is_object) {
        return one(message::read(item, answers.of(index), now));
    }
    if has("message") {
        return one(broken(filled(item, "messageId"), "the message is not an object"));
    }
    if has("seenAt") {
        return one(report::seen(item, now));
    }
    if has("status") {
        return report::delivery(item, now);
    }
    if has("text") || has("cleanText") {
        // The number's inbound configuration names another format: an admin has to change it.
        let reason = "the format of SMS: choose MO_OTT_CONTACT in the number's inbound configuration";
        return one(broken(filled(item, "messageId"), reason));
    }
    one(Item::Ignored { channel: None, id: filled(item, "messageId"), reason: "unknown_shape".to_owned() })
}

/// What stands at the top of a body: news about a customer, a template or a payment.
fn read_notice(body: &Value, now: Timestamp) -> Item {
    let content = body.get("content").unwrap_or(&Value::Null);
    let kind = filled(content, "type");
    if kind.as_deref() == Some("user_identity_changed") {
        return event::identity(body, content, now);
    }
    if let Some(change) = body.get("change").filter(|change| event::of_template(change)) {
        return event::template(body, change, now);
    }
    if filled(content, "notificationMessagesStatus").is_some() {
        return event::preference(body, content, now);
    }
    if kind.as_deref() == Some("payment") {
        return event::payment(body, content, now);
    }
    aside("unknown_shape")
}

fn aside(reason: &str) -> Item {
    Item::Ignored { channel: None, id: None, reason: reason.to_owned() }
}

fn broken(id: Option<String>, reason: &str) -> Item {
    Item::Rejected { channel: None, id, reason: reason.to_owned() }
}
