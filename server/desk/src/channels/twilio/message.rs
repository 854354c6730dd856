//! Messages of customers.

use serde_json::Value;

use super::form::Form;
use super::{body, parse, person};
use crate::channels::json::filled;
use crate::channels::{Effect, Inbound, Item, Referral};

/// What a customer answers to the question whether the business may call.
const CALL: &str = "VOICE_CALL_REQUEST";

/// Reads a message. Twilio may put several files into one; each but the first becomes a message of its own,
/// with the number of the file behind the id.
pub(super) fn read(form: &Form) -> Vec<Item> {
    let (id, channel) = (parse::id(form), parse::channel(form, "To"));
    let (id, channel) = match (id, channel) {
        (Some(id), Some(channel)) => (id, channel),
        (None, channel) => return vec![rejected(channel, None, "no MessageSid")],
        (id, None) => return vec![rejected(None, id, "no To")],
    };
    let beside = person::beside(form);
    let contact = person::sender(form, &beside);
    if contact.phone.as_deref() == Some(channel.as_str()) {
        return vec![ignored(channel, id, "self_echo")];
    }
    if contact.phone.is_none() && contact.user_id.is_none() && contact.parent_user_id.is_none() {
        return vec![rejected(Some(channel), Some(id), "no sender")];
    }
    if about_a_call(form) {
        return vec![ignored(channel, id, "call_permission")];
    }
    let first = Inbound {
        channel,
        repeat: None,
        contact,
        echo: false,
        at: None,
        whole_seconds: false,
        quoted: form.filled("OriginalRepliedMessageSid").filter(|quoted| *quoted != id),
        referral: referral(form),
        forwarded: ["Forwarded", "FrequentlyForwarded"].iter().any(|key| flag(form, &beside, key)),
        effect: Effect::Message(body::read(form)),
        id: id.clone(),
    };
    let further = body::further_files(form).into_iter().zip(1_u32..);
    let further: Vec<_> = further
        .map(|(file, number)| Inbound {
            id: numbered(&id, number),
            effect: Effect::Message(file),
            ..first.clone()
        })
        .collect();
    [first].into_iter().chain(further).map(|message| Item::Message(Box::new(message))).collect()
}

/// The id of a further file of a message: no id of Twilio's, so that none is taken twice.
pub(super) fn numbered(id: &str, number: u32) -> String {
    format!("{id}:{number}")
}

/// The id by which Twilio knows a message, whichever of its files is meant. None where it is none of Twilio's.
pub(super) fn sid(id: &str) -> Option<&str> {
    let sid = id.split(':').next().unwrap_or_default();
    (!sid.is_empty() && sid.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(sid)
}

fn ignored(channel: String, id: String, reason: &str) -> Item {
    Item::Ignored { channel: Some(channel), id: Some(id), reason: reason.to_owned() }
}

fn rejected(channel: Option<String>, id: Option<String>, reason: &str) -> Item {
    Item::Rejected { channel, id, reason: reason.to_owned() }
}

/// Whether it is a customer's answer to a request for calls. It looks like a tap on a button.
fn about_a_call(form: &Form) -> bool {
    let asked = ["Body", "ButtonText"].iter().any(|key| form.text(key) == Some(CALL));
    asked && matches!(form.text("ButtonPayload"), Some("ACCEPTED" | "REJECTED"))
}

/// Whether a flag is set; older webhooks have it only where it is, and the metadata repeats it.
fn flag(form: &Form, beside: &Value, key: &str) -> bool {
    let word = form.filled(key).or_else(|| filled(beside, key));
    word.is_some_and(|word| word.trim().eq_ignore_ascii_case("true"))
}

/// The advertisement, if any of it is told. The number of its files is always there and says nothing.
fn referral(form: &Form) -> Option<Referral> {
    let referral = Referral {
        source_type: form.filled("ReferralSourceType"),
        source_id: form.filled("ReferralSourceId"),
        source_url: form.filled("ReferralSourceUrl"),
        headline: form.filled("ReferralHeadline"),
        click_id: form.filled("ReferralCtwaClid"),
    };
    (referral != Referral::default()).then_some(referral)
}
