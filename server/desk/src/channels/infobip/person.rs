//! Who somebody is: by the address that a message came from, helped out by the contact beside it.

use serde_json::Value;

use crate::channels::json::filled;
use crate::channels::{Sender, phone};

/// A sender of an address and of what the object `contact` says. A user id may stand where a number used to be,
/// so the pattern decides; the address itself wins.
pub(super) fn customer(address: Option<&str>, contact: &Value) -> Sender {
    let mut sender = Sender::default();
    if let Some(address) = address {
        place(&mut sender, address);
    }
    for key in ["phoneNumber", "userId", "parentUserId"] {
        if let Some(value) = filled(contact, key).filter(|value| fits(key, value)) {
            place(&mut sender, &value);
        }
    }
    sender.name = filled(contact, "name");
    sender.username = filled(contact, "username")
        .map(|name| name.trim().trim_start_matches('@').to_owned())
        .filter(|name| !name.is_empty());
    sender
}

/// A number in a field for user ids is none that can be written to.
fn fits(key: &str, value: &str) -> bool {
    key == "phoneNumber" || phone::is_user_id(value.trim())
}

fn place(sender: &mut Sender, value: &str) {
    let value = value.trim();
    let (slot, value) = if phone::is_parent_user_id(value) {
        (&mut sender.parent_user_id, Some(value.to_owned()))
    } else if phone::is_user_id(value) {
        (&mut sender.user_id, Some(value.to_owned()))
    } else {
        (&mut sender.phone, phone::normalise(value))
    };
    if slot.is_none() {
        *slot = value;
    }
}

/// The phone's digits, else a user id: how `inspect` and recipients name somebody.
pub(super) fn address(sender: &Sender) -> Option<String> {
    [&sender.phone, &sender.user_id, &sender.parent_user_id].into_iter().flatten().next().cloned()
}

/// The channel that a number of ours stands for: its digits; what is no number stays as it is.
pub(super) fn channel(number: &str) -> String {
    phone::normalise(number).unwrap_or_else(|| number.trim().to_owned())
}
