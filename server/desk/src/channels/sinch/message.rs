//! Messages of customers, and what else they do.

use serde_json::Value;

use super::parse::{Envelope, short, time};
use super::{content, person};
use crate::channels::json::{filled, flag};
use crate::channels::{Effect, Inbound, Item, Sender};

/// Why there is no message.
enum Skip {
    Ignored(String),
    Rejected(String),
}

fn missing(what: &str) -> Skip {
    Skip::Rejected(format!("no {what}"))
}

fn item(envelope: &Envelope, id: Option<String>, read: Result<Inbound, Skip>) -> Item {
    match read {
        Ok(inbound) => Item::Message(Box::new(inbound)),
        Err(Skip::Ignored(reason)) => envelope.ignored(id, reason),
        Err(Skip::Rejected(reason)) => envelope.rejected(id, reason),
    }
}

/// Reads `message`: something that a customer wrote.
pub(super) fn inbound(envelope: &Envelope, raw: &Value) -> Item {
    item(envelope, filled(raw, "id"), written(envelope, raw))
}

fn written(envelope: &Envelope, raw: &Value) -> Result<Inbound, Skip> {
    on_our_channel(raw)?;
    // Imported by somebody over the API; it was said long ago and elsewhere.
    if flag(raw, "injected") {
        return Err(Skip::Ignored("injected".to_owned()));
    }
    if filled(raw, "direction").as_deref() == Some("TO_CONTACT") {
        return Err(Skip::Ignored("to_contact".to_owned()));
    }
    let said = raw.get("contact_message").filter(|said| said.is_object());
    let said = said.ok_or_else(|| missing("contact_message"))?;
    let inbound = made(envelope, raw, Effect::Message(content::body(said)))?;
    let quoted = content::quoted(said).filter(|quoted| *quoted != inbound.id);
    Ok(Inbound { quoted, ..inbound })
}

/// Reads `unsupported_callback`: what WhatsApp sent and Sinch has no shape for. It is shown as such, for somebody
/// wrote something.
pub(super) fn unsupported(envelope: &Envelope, raw: &Value) -> Item {
    let read = || {
        on_our_channel(raw)?;
        made(envelope, raw, Effect::Message(content::unsupported(raw)))
    };
    item(envelope, filled(raw, "id"), read())
}

/// Reads `event`: a reaction, or something that says nothing to anybody (typing, a deleted conversation).
pub(super) fn event(envelope: &Envelope, raw: &Value) -> Item {
    item(envelope, filled(raw, "id"), happened(envelope, raw))
}

fn happened(envelope: &Envelope, raw: &Value) -> Result<Inbound, Skip> {
    let about = raw.get("contact_message_event").unwrap_or(&Value::Null);
    let Some(reaction) = about.get("reaction_event").filter(|reaction| reaction.is_object()) else {
        let part = |key: &str| raw.get(key).and_then(Value::as_object).and_then(|part| part.keys().next());
        let kind = part("contact_message_event").or_else(|| part("contact_event"));
        return Err(Skip::Ignored(format!("event:{}", short(kind.map(String::as_str)))));
    };
    // It is about a message of ours, so that the channel it came over does not matter.
    let message = filled(reaction, "message_id").ok_or_else(|| missing("reaction_event.message_id"))?;
    let taken_off = filled(reaction, "action").as_deref() == Some("REACTION_ACTION_UNREACT");
    let emoji = filled(reaction, "emoji").filter(|_| !taken_off);
    made(envelope, raw, Effect::React { message, emoji })
}

/// An app can serve other channels beside WhatsApp; their people cannot be answered from here.
fn on_our_channel(raw: &Value) -> Result<(), Skip> {
    match person::elsewhere(raw) {
        Some(channel) => Err(Skip::Ignored(format!("channel:{}", short(Some(&channel))))),
        None => Ok(()),
    }
}

/// A message or an event with what each says about itself. Its time is the one that Sinch gave it, to the microsecond, so
/// that it is the same whichever way it comes in; else that of the envelope.
fn made(envelope: &Envelope, raw: &Value, effect: Effect) -> Result<Inbound, Skip> {
    let channel = envelope.channel.clone().ok_or_else(|| missing("app_id"))?;
    let id = filled(raw, "id").ok_or_else(|| missing("id"))?;
    let contact: Sender = person::sender(raw);
    if person::address(&contact).is_none() && contact.external_id.is_none() {
        return Err(missing("sender"));
    }
    let own = time(raw, "accept_time", envelope.now);
    let at = own.or(envelope.at);
    // One in a thousand falls on the beginning of a second and is no less exact for it.
    let exact = own.is_some() && filled(raw, "accept_time").is_some_and(|text| text.contains('.'));
    Ok(Inbound {
        channel,
        id,
        repeat: None,
        contact,
        echo: false,
        at,
        whole_seconds: !exact && at.is_none_or(|at| at.subsec_nanosecond() == 0),
        quoted: None,
        referral: None,
        forwarded: false,
        effect,
    })
}
