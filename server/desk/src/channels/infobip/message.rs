//! What customers write.

use jiff::Timestamp;
use serde_json::Value;

use super::form::Pairs;
use super::{content, person, time};
use crate::channels::json::filled;
use crate::channels::{Effect, Inbound, Item, Referral};

/// Why there is no message.
enum Skip {
    Ignored(&'static str),
    Rejected(String),
}

fn missing(what: &str) -> Skip {
    Skip::Rejected(format!("no {what}"))
}

/// Reads one message. Answers to a form come beside it, in their order.
pub(super) fn read(item: &Value, answers: Option<&Pairs>, now: Timestamp) -> Item {
    let channel = filled(item, "to").map(|to| person::channel(&to));
    let id = filled(item, "messageId");
    match inbound(item, (channel.clone(), id.clone()), answers, now) {
        Ok(inbound) => Item::Message(Box::new(inbound)),
        Err(Skip::Ignored(reason)) => Item::Ignored { channel, id, reason: reason.to_owned() },
        Err(Skip::Rejected(reason)) => Item::Rejected { channel, id, reason },
    }
}

fn inbound(
    item: &Value,
    (channel, id): (Option<String>, Option<String>),
    answers: Option<&Pairs>,
    now: Timestamp,
) -> Result<Inbound, Skip> {
    // The same address may take other channels of the account, which have numbers of their own.
    if filled(item, "integrationType").is_some_and(|kind| !kind.trim().eq_ignore_ascii_case("WHATSAPP")) {
        return Err(Skip::Ignored("not_whatsapp"));
    }
    let channel = channel.ok_or_else(|| missing("to"))?;
    let id = id.ok_or_else(|| missing("messageId"))?;
    let message = item.get("message").unwrap_or(&Value::Null);
    let about = message.get("context").unwrap_or(&Value::Null);
    if filled(about, "groupId").is_some() {
        return Err(Skip::Ignored("group"));
    }
    let from = filled(item, "from");
    let contact = person::customer(from.as_deref(), item.get("contact").unwrap_or(&Value::Null));
    if person::address(&contact).is_none() {
        return Err(missing("sender"));
    }
    if contact.phone.as_deref() == Some(channel.as_str()) {
        return Err(Skip::Ignored("self_echo"));
    }
    let received = time::moment(item.get("receivedAt"), now);
    let target = filled(about, "id").filter(|target| *target != id);
    let (effect, quoted) = match filled(message, "type").as_deref() {
        Some("REACTION") => (reaction(message, target)?, None),
        kind => (Effect::Message(content::body(kind.unwrap_or("unknown"), message, answers)), target),
    };
    Ok(Inbound {
        channel,
        id,
        repeat: None,
        contact,
        echo: false,
        at: received.at,
        whole_seconds: received.whole_seconds,
        quoted,
        referral: message.get("referral").and_then(referral),
        forwarded: false,
        effect,
    })
}

/// An emoji that was put on a message or (`REMOVED`) taken off.
fn reaction(message: &Value, target: Option<String>) -> Result<Effect, Skip> {
    let removed = filled(message, "action").is_some_and(|action| action == "REMOVED");
    Ok(Effect::React {
        message: target.ok_or_else(|| missing("context.id"))?,
        emoji: filled(message, "emoji").filter(|_| !removed),
    })
}

/// The advertisement or post; its kind may be `UNKNOWN`.
fn referral(raw: &Value) -> Option<Referral> {
    let referral = Referral {
        source_type: filled(raw, "sourceType")
            .map(|kind| kind.to_ascii_lowercase())
            .filter(|kind| kind != "unknown"),
        source_id: filled(raw, "sourceId"),
        source_url: filled(raw, "sourceUrl"),
        headline: filled(raw, "headline"),
        click_id: filled(raw, "ctwaClickId"),
    };
    (referral != Referral::default()).then_some(referral)
}
