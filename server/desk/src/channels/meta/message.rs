//! Messages of customers, and those that the business wrote on its own phone app.

use contract::Body;
use serde_json::Value;

use super::parse::Change;
use super::{content, person};
use crate::channels::json::{self, filled, flag};
use crate::channels::{Effect, Inbound, Item, Referral, Sender, phone};

/// Who wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The customer: `messages[]`.
    Customer,
    /// The business, on its phone app: `message_echoes[]`. The customer is whom it went to.
    Business,
}

/// Why there is no message.
enum Skip {
    Ignored(String),
    Rejected(String),
}

fn missing(what: &str) -> Skip {
    Skip::Rejected(format!("no {what}"))
}

/// Types that say nothing to anybody: the chat was opened for the first time, a message vanished, a message
/// was pinned. They must not open an empty conversation.
const SILENT: &[&str] = &["request_welcome", "ephemeral", "pin"];

/// Reads one message.
pub(super) fn read(context: &Change<'_>, raw: &Value, side: Side) -> Item {
    match inbound(context, raw, side) {
        Ok(inbound) => Item::Message(Box::new(inbound)),
        Err(Skip::Ignored(reason)) => context.ignored(filled(raw, "id"), reason),
        Err(Skip::Rejected(reason)) => context.rejected(filled(raw, "id"), reason),
    }
}

fn inbound(context: &Change<'_>, raw: &Value, side: Side) -> Result<Inbound, Skip> {
    let channel = context.channel.clone().ok_or_else(|| missing("phone_number_id"))?;
    let id = filled(raw, "id").ok_or_else(|| missing("id"))?;
    if filled(raw, "group_id").is_some() {
        return Err(Skip::Ignored("group".to_owned()));
    }
    if side == Side::Customer && from_ourselves(context, raw) {
        return Err(Skip::Ignored("self_echo".to_owned()));
    }
    let kind = kind(raw);
    if SILENT.contains(&kind.as_str()) {
        return Err(Skip::Ignored(kind));
    }
    let keys: &[&str] = match side {
        Side::Customer => &["from", "from_user_id", "from_parent_user_id"],
        Side::Business => &["to", "to_user_id", "to_parent_user_id"],
    };
    let mut contact = person::complete(person::sender(raw, keys), &context.contacts);
    let effect = effect(context, &kind, raw, &mut contact)?;
    if person::address(&contact).is_none() {
        return Err(missing(if side == Side::Customer { "sender" } else { "recipient" }));
    }
    let time = json::moment(raw.get("timestamp"), context.now);
    let about = raw.get("context").unwrap_or(&Value::Null);
    Ok(Inbound {
        quoted: filled(about, "id").filter(|quoted| *quoted != id),
        forwarded: flag(about, "forwarded") || flag(about, "frequently_forwarded"),
        referral: raw.get("referral").and_then(referral),
        echo: side == Side::Business,
        at: time.at,
        whole_seconds: time.whole_seconds,
        channel,
        id,
        repeat: None,
        contact,
        effect,
    })
}

/// The type; where it is missing, the one whose content is there.
fn kind(raw: &Value) -> String {
    filled(raw, "type").unwrap_or_else(|| {
        let found = content::KINDS.iter().find(|kind| raw.get(**kind).is_some());
        found.map_or_else(|| "unknown".to_owned(), |kind| (*kind).to_owned())
    })
}

/// Whether a message comes from our own number or its id: an echo that must not open a conversation with
/// ourselves.
fn from_ourselves(context: &Change<'_>, raw: &Value) -> bool {
    let Some(from) = filled(raw, "from") else { return false };
    let from = from.trim();
    context.channel.as_deref() == Some(from)
        || phone::normalise(from).is_some_and(|from| context.own.as_deref() == Some(from.as_str()))
}

fn effect(context: &Change<'_>, kind: &str, raw: &Value, contact: &mut Sender) -> Result<Effect, Skip> {
    let inner = raw.get(kind).unwrap_or(&Value::Null);
    match kind {
        "reaction" => Ok(Effect::React {
            message: filled(inner, "message_id").ok_or_else(|| missing("reaction.message_id"))?,
            emoji: filled(inner, "emoji"),
        }),
        "edit" => Ok(Effect::Edit {
            message: filled(inner, "original_message_id")
                .ok_or_else(|| missing("edit.original_message_id"))?,
            body: edited(context, inner),
        }),
        "revoke" => Ok(Effect::Revoke {
            message: filled(inner, "original_message_id")
                .ok_or_else(|| missing("revoke.original_message_id"))?,
        }),
        "system" => Ok(system(inner, contact)),
        _ => Ok(Effect::Message(content::body(kind, raw, context.value))),
    }
}

/// What a message says after its change. An edit of a reaction or of another edit is not to be understood.
fn edited(context: &Change<'_>, edit: &Value) -> Body {
    match edit.get("message").filter(|message| message.is_object()) {
        Some(message) => content::body(&kind(message), message, context.value),
        None => Body::Unsupported { kind: "edit".to_owned(), detail: None },
    }
}

/// News about the contact. With a new number or user id the sender is the old one, by `previous_user_id`
/// where the message itself already goes by the new one.
fn system(system: &Value, contact: &mut Sender) -> Effect {
    let kind = filled(system, "type").unwrap_or_else(|| "unknown".to_owned());
    let text = filled(system, "body").unwrap_or_default();
    let to = match kind.as_str() {
        "user_changed_number" | "customer_changed_number" => {
            person::sender(system, &["wa_id", "new_wa_id", "user_id"])
        }
        "user_changed_user_id" => {
            let before = person::sender(system, &["previous_user_id", "previous_parent_user_id"]);
            let now = person::sender(system, &["user_id", "parent_user_id"]);
            was(contact, &before, &now);
            now
        }
        _ => Sender::default(),
    };
    match person::address(&to) {
        Some(_) => Effect::Moved { kind, to, text },
        None => Effect::Notice { kind, text },
    }
}

/// Sets a contact back to the user ids that it had before.
fn was(contact: &mut Sender, before: &Sender, now: &Sender) {
    if before.user_id.is_some() {
        contact.user_id.clone_from(&before.user_id);
    }
    if before.parent_user_id.is_some() {
        contact.parent_user_id.clone_from(&before.parent_user_id);
    }
    // Somebody known by nothing but the new id: better that than nobody.
    if person::address(contact).is_none() {
        contact.user_id.clone_from(&now.user_id);
    }
}

/// An item of the field `user_id_update`: a customer's user id was issued anew. It has no id of its own, so
/// that the ids themselves are its name.
pub(super) fn user_id_update(context: &Change<'_>, raw: &Value) -> Item {
    let part = |key: &str| raw.get(key).unwrap_or(&Value::Null);
    let (ids, parents) = (part("user_id"), part("parent_user_id"));
    let (before, now) = (filled(ids, "previous"), filled(ids, "current"));
    let before = before.filter(|id| phone::is_user_id(id));
    let (Some(now), Some(channel)) = (now.filter(|id| phone::is_user_id(id)), context.channel.clone()) else {
        return context.rejected(None, "no user_id.current or no phone_number_id");
    };
    let parent = |key: &str| filled(parents, key).filter(|id| phone::is_parent_user_id(id));
    let id = format!("user_id_update:{}:{now}", before.as_deref().unwrap_or("none"));
    let known =
        Sender { user_id: before, parent_user_id: parent("previous"), ..person::sender(raw, &["wa_id"]) };
    if person::address(&known).is_none() {
        return context.rejected(Some(id), "no sender");
    }
    let time = json::moment(raw.get("timestamp"), context.now);
    Item::Message(Box::new(Inbound {
        channel,
        id,
        repeat: None,
        contact: known,
        echo: false,
        at: time.at,
        whole_seconds: time.whole_seconds,
        quoted: None,
        referral: None,
        forwarded: false,
        effect: Effect::Moved {
            kind: "user_id_update".to_owned(),
            to: Sender { user_id: Some(now), parent_user_id: parent("current"), ..Sender::default() },
            text: filled(raw, "detail").unwrap_or_default(),
        },
    }))
}

fn referral(raw: &Value) -> Option<Referral> {
    let referral = Referral {
        source_type: filled(raw, "source_type"),
        source_id: filled(raw, "source_id"),
        source_url: filled(raw, "source_url"),
        headline: filled(raw, "headline"),
        click_id: filled(raw, "ctwa_clid"),
    };
    (referral != Referral::default()).then_some(referral)
}
