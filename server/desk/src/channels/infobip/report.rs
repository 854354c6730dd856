//! What became of something we sent: reports of delivery and of reading.

use jiff::Timestamp;
use serde_json::Value;

use super::fault::{self, Fate};
use super::{person, send, time};
use crate::channels::json::filled;
use crate::channels::{AccountEvent, Item, News, Scope, Status, StatusWord};

/// Reads a report of reading. In these `from` is the customer and `to` is our number; they carry no
/// `callbackData`, but our own id of the message.
pub(super) fn seen(item: &Value, now: Timestamp) -> Item {
    let Some(id) = filled(item, "messageId") else { return no_id() };
    Item::Status(Box::new(Status {
        channel: filled(item, "to").map(|to| person::channel(&to)).unwrap_or_default(),
        word: StatusWord::Read,
        at: time::moment(item.get("seenAt"), now).at,
        recipient: recipient(item, "from"),
        opaque: opaque(item, &id),
        fault: None,
        price: None,
        id,
    }))
}

/// Reads a report of delivery. It names whom the message went to, but not the number that it came from. Somebody
/// who has opted out of marketing is news as well.
pub(super) fn delivery(item: &Value, now: Timestamp) -> Vec<Item> {
    let Some(id) = filled(item, "messageId") else { return vec![no_id()] };
    let part = |key: &str| item.get(key).unwrap_or(&Value::Null);
    let (word, fault) = match fault::fate(part("status"), part("error")) {
        Some(Fate::Sent) => (StatusWord::Sent, None),
        Some(Fate::Delivered) => (StatusWord::Delivered, None),
        Some(Fate::Failed(fault)) => (StatusWord::Failed, Some(fault)),
        None => {
            let reason = "unknown_status".to_owned();
            return vec![Item::Ignored { channel: None, id: Some(id), reason }];
        }
    };
    let done = time::moment(item.get("doneAt"), now).at;
    let at = done.or_else(|| time::moment(item.get("sentAt"), now).at);
    let opted_out = fault.as_ref().is_some_and(|fault| fault.code == fault::OPTED_OUT);
    let mut items = vec![Item::Status(Box::new(Status {
        channel: String::new(),
        word,
        at,
        recipient: recipient(item, "to"),
        opaque: opaque(item, &id),
        fault,
        price: price(part("price")),
        id,
    }))];
    if opted_out {
        items.extend(wish(item, at));
    }
    items
}

/// The customer's wish that a report of this kind of failure tells.
fn wish(item: &Value, at: Option<Timestamp>) -> Option<Item> {
    let contact =
        person::customer(filled(item, "to").as_deref(), item.get("contact").unwrap_or(&Value::Null));
    Some(Item::Event(AccountEvent {
        channel: None,
        id: Some(person::address(&contact)?),
        kind: "marketing_opt_out".to_owned(),
        text: "WhatsApp refused a marketing message: the customer has opted out.".to_owned(),
        at,
        news: Some(News::Preference { contact, scope: Scope::Marketing, wanted: false }),
    }))
}

fn no_id() -> Item {
    Item::Rejected { channel: None, id: None, reason: "no messageId".to_owned() }
}

/// What we attached to the send: it comes back as `callbackData`, and stands in our own id of the message.
fn opaque(item: &Value, id: &str) -> Option<String> {
    filled(item, "callbackData").or_else(|| send::opaque_of(id).map(str::to_owned))
}

fn recipient(item: &Value, key: &str) -> Option<String> {
    let contact = item.get("contact").unwrap_or(&Value::Null);
    let address = filled(item, key);
    person::address(&person::customer(address.as_deref(), &Value::Null))
        .or_else(|| person::address(&person::customer(None, contact)))
}

/// `0.21 BRL`: what a message costs.
fn price(raw: &Value) -> Option<String> {
    let amount = filled(raw, "pricePerMessage")?;
    Some(match filled(raw, "currency") {
        Some(currency) => format!("{amount} {currency}"),
        None => amount,
    })
}
