//! Who somebody is: by their identity on the channel, for Sinch's own contacts may not exist.

use serde_json::Value;

use crate::channels::json::{filled, list};
use crate::channels::{Sender, phone};

/// The channel that the desk is for.
const WHATSAPP: &str = "WHATSAPP";

/// Somebody by an identity on WhatsApp: a number (at times with `+`) or a user id, whichever its pattern says.
/// Empty where it is neither.
pub(super) fn by_identity(identity: Option<&str>) -> Sender {
    let identity = identity.unwrap_or_default().trim();
    let mut sender = Sender::default();
    if phone::is_parent_user_id(identity) {
        sender.parent_user_id = Some(identity.to_owned());
    } else if phone::is_user_id(identity) {
        sender.user_id = Some(identity.to_owned());
    } else {
        sender.phone = phone::normalise(identity);
    }
    sender
}

/// Who a message or an event is from. Sinch's id of the contact (none in dispatch mode) stands in only where the
/// identity says nothing: one contact there can hold several people's numbers.
pub(super) fn sender(raw: &Value) -> Sender {
    let part = raw.get("channel_identity").unwrap_or(&Value::Null);
    let mut sender = by_identity(filled(part, "identity").as_deref());
    if address(&sender).is_none() {
        sender.external_id = filled(raw, "contact_id");
    }
    sender
}

/// The phone's digits, else the user id.
pub(super) fn address(sender: &Sender) -> Option<String> {
    [&sender.phone, &sender.user_id, &sender.parent_user_id].into_iter().flatten().next().cloned()
}

/// The channel that something came over, where it is another one than WhatsApp.
pub(super) fn elsewhere(raw: &Value) -> Option<String> {
    let part = raw.get("channel_identity").unwrap_or(&Value::Null);
    let channel = filled(part, "channel").or_else(|| filled(raw, "channel"));
    channel.filter(|channel| channel != WHATSAPP)
}

/// The WhatsApp identities of one of Sinch's contacts.
pub(super) fn on_whatsapp(contact: &Value) -> Vec<Sender> {
    list(contact, "channel_identities")
        .iter()
        .filter(|identity| filled(identity, "channel").as_deref() == Some(WHATSAPP))
        .map(|identity| by_identity(filled(identity, "identity").as_deref()))
        .filter(|sender| address(sender).is_some())
        .collect()
}
