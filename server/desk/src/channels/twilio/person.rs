//! Who wrote, and to whom. `whatsapp:` stands before a number (with `+`) or a business-scoped user id; an
//! address without it is one of another channel.

use serde_json::Value;

use super::form::Form;
use crate::channels::json::{self, filled};
use crate::channels::{Sender, phone};

const PREFIX: &str = "whatsapp:";

/// An address without `whatsapp:` before it; none where something else or nothing stands there.
pub(super) fn bare(address: &str) -> Option<&str> {
    let address = address.trim();
    let (prefix, rest) = address.split_at_checked(PREFIX.len())?;
    prefix.eq_ignore_ascii_case(PREFIX).then(|| rest.trim())
}

/// The digits of an address that is a WhatsApp number.
pub(super) fn number(address: &str) -> Option<String> {
    phone::normalise(bare(address)?)
}

/// The digits of a number, or the user id, with or without `whatsapp:` before it.
pub(super) fn address(given: &str) -> Option<String> {
    let bare = bare(given).unwrap_or(given).trim();
    if phone::is_user_id(bare) { Some(bare.to_owned()) } else { phone::normalise(bare) }
}

/// The other channel that a webhook belongs to (`sms`, `channel:messenger`), if it is none of WhatsApp's.
pub(super) fn elsewhere(form: &Form) -> Option<String> {
    let addresses: Vec<_> = ["From", "To"].iter().filter_map(|key| form.filled(key)).collect();
    let other = addresses.first().filter(|_| addresses.iter().all(|address| bare(address).is_none()))?;
    let told =
        form.filled("ChannelPrefix").is_some_and(|prefix| prefix.trim().eq_ignore_ascii_case("whatsapp"));
    if told {
        return None;
    }
    let named = other.trim().split_once(':').map(|(prefix, _)| prefix);
    let named = named.filter(|prefix| (1..=20).contains(&prefix.len()));
    let named = named.filter(|prefix| prefix.bytes().all(|byte| byte.is_ascii_lowercase()));
    Some(named.map_or("sms".to_owned(), |prefix| format!("channel:{prefix}")))
}

/// Who wrote. A user id may stand where a number used to be, so the pattern decides; what is neither is left
/// out. A number in the field for user ids is none of ours.
pub(super) fn sender(form: &Form, beside: &Value) -> Sender {
    let mut sender = Sender::default();
    for key in ["From", "WaId", "ExternalUserId"] {
        let Some(given) = form.filled(key).or_else(|| filled(beside, key)) else { continue };
        let bare = bare(&given).unwrap_or(&given).trim();
        let (slot, value) = if phone::is_parent_user_id(bare) {
            (&mut sender.parent_user_id, Some(bare.to_owned()))
        } else if phone::is_user_id(bare) {
            (&mut sender.user_id, Some(bare.to_owned()))
        } else if key == "ExternalUserId" {
            continue;
        } else {
            (&mut sender.phone, phone::normalise(bare))
        };
        if slot.is_none() {
            *slot = value;
        }
    }
    sender.name = form.filled("ProfileName").or_else(|| filled(beside, "ProfileName"));
    sender
}

/// What `ChannelMetadata` repeats of a message: `data.context`, in JSON that may be broken or missing.
pub(super) fn beside(form: &Form) -> Value {
    let given = form.filled("ChannelMetadata").unwrap_or_default();
    let mut metadata = json::body(given.as_bytes()).unwrap_or(Value::Null);
    metadata.pointer_mut("/data/context").map(Value::take).unwrap_or_default()
}
