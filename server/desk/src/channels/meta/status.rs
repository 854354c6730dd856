//! What became of something we sent.

use serde_json::Value;

use super::fault::fault_of;
use super::parse::Change;
use super::person;
use crate::channels::json::{self, filled, list};
use crate::channels::{Item, Status, StatusWord};

/// Reads one status. Words that are not of the ladder (`deleted`, `warning`, later ones) and the statuses of
/// calls are of no concern. A status of a group message names the group, and the member beside it.
pub(super) fn read(context: &Change<'_>, raw: &Value) -> Item {
    let id = filled(raw, "id");
    if filled(raw, "type").as_deref() == Some("call") {
        return context.ignored(id, "call");
    }
    let Some(id) = id else { return context.rejected(None, "no id") };
    let Some(channel) = context.channel.clone() else {
        return context.rejected(Some(id), "no phone_number_id");
    };
    let Some(given) = filled(raw, "status") else { return context.rejected(Some(id), "no status") };
    let Some(word) = word(&given) else { return context.ignored(Some(id), "unknown_status") };
    let fault = list(raw, "errors").first().filter(|_| word == StatusWord::Failed);
    Item::Status(Box::new(Status {
        channel,
        id,
        word,
        at: json::moment(raw.get("timestamp"), context.now).at,
        recipient: recipient(raw),
        opaque: filled(raw, "biz_opaque_callback_data"),
        fault: fault.map(|error| fault_of(error, None)),
        price: raw.get("pricing").and_then(price),
    }))
}

fn word(given: &str) -> Option<StatusWord> {
    match given {
        "sent" => Some(StatusWord::Sent),
        "delivered" => Some(StatusWord::Delivered),
        "read" => Some(StatusWord::Read),
        "played" => Some(StatusWord::Played),
        "failed" => Some(StatusWord::Failed),
        _ => None,
    }
}

fn recipient(raw: &Value) -> Option<String> {
    let keys: &[&str] = match filled(raw, "recipient_type").as_deref() {
        Some("group") => &["recipient_participant_id", "recipient_participant_user_id"],
        _ => &["recipient_id", "recipient_user_id", "recipient_parent_user_id"],
    };
    person::address(&person::sender(raw, keys))
}

/// `category/type`; before July 2025 there was no type.
fn price(raw: &Value) -> Option<String> {
    let category = filled(raw, "category")?;
    Some(match filled(raw, "type") {
        Some(kind) => format!("{category}/{kind}"),
        None => category,
    })
}
