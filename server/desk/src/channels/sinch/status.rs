//! What became of something we sent.

use serde_json::Value;

use super::parse::Envelope;
use super::{fault, person};
use crate::channels::json::filled;
use crate::channels::{Item, Status, StatusWord};

/// Reads `message_delivery_report`. Only its status counts: a message that was delivered can still have a reason.
/// Whichever channel it went over, it is ours.
pub(super) fn read(envelope: &Envelope, raw: &Value) -> Item {
    let Some(id) = filled(raw, "message_id") else { return envelope.rejected(None, "no message_id") };
    let word = match filled(raw, "status").as_deref() {
        Some("QUEUED_ON_CHANNEL") => StatusWord::Sent,
        Some("DELIVERED") => StatusWord::Delivered,
        Some("READ") => StatusWord::Read,
        Some("FAILED") => StatusWord::Failed,
        // Another channel is tried next; a later report says how that went.
        Some("SWITCHING_CHANNEL") => return envelope.ignored(Some(id), "switching_channel"),
        Some(_) => return envelope.ignored(Some(id), "unknown_status"),
        None => return envelope.rejected(Some(id), "no status"),
    };
    let identity = raw.get("channel_identity").and_then(|identity| filled(identity, "identity"));
    let reason = raw.get("reason").filter(|_| word == StatusWord::Failed);
    Item::Status(Box::new(Status {
        channel: envelope.channel.clone().unwrap_or_default(),
        id,
        word,
        at: envelope.at,
        recipient: person::address(&person::by_identity(identity.as_deref())),
        opaque: filled(raw, "metadata").or_else(|| envelope.metadata.clone()),
        fault: reason.map(fault::reported),
        price: None,
    }))
}
