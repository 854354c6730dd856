//! Who wrote: by the message's own fields, helped out by the list of contacts beside it.

use serde_json::Value;

use crate::channels::json::{filled, list};
use crate::channels::{Sender, phone};

/// A sender of what these fields hold. A user id may stand where a number used to be, so the pattern decides;
/// what is neither is left out. A number in a field for user ids is none of ours.
pub(super) fn sender(value: &Value, keys: &[&str]) -> Sender {
    let mut sender = Sender::default();
    for key in keys {
        let Some(value) = filled(value, key) else { continue };
        let value = value.trim();
        let (slot, value) = if phone::is_parent_user_id(value) {
            (&mut sender.parent_user_id, Some(value.to_owned()))
        } else if phone::is_user_id(value) {
            (&mut sender.user_id, Some(value.to_owned()))
        } else if key.ends_with("user_id") {
            continue;
        } else {
            (&mut sender.phone, phone::normalise(value))
        };
        if slot.is_none() {
            *slot = value;
        }
    }
    sender
}

/// The phone's digits, else the user id: how `inspect` and recipients name somebody.
pub(super) fn address(sender: &Sender) -> Option<String> {
    [&sender.phone, &sender.user_id, &sender.parent_user_id].into_iter().flatten().next().cloned()
}

/// Everybody in `contacts[]`. `profile` may be missing and its name empty; `wa_id` may be missing or hold a
/// user id.
pub(super) fn contacts(value: &Value) -> Vec<Sender> {
    list(value, "contacts")
        .iter()
        .filter(|contact| contact.is_object())
        .map(|contact| {
            let mut sender = sender(contact, &["wa_id", "user_id", "parent_user_id"]);
            let profile = contact.get("profile").unwrap_or(&Value::Null);
            sender.name = filled(profile, "name");
            sender.username = filled(profile, "username")
                .or_else(|| filled(contact, "username"))
                .map(|name| name.trim_start_matches('@').to_owned())
                .filter(|name| !name.is_empty());
            sender
        })
        .collect()
}

/// Adds what the list of contacts knows about a sender: from the entry with the same number or user id, or
/// from the only entry if nothing in it says that it is somebody else.
pub(super) fn complete(mut sender: Sender, contacts: &[Sender]) -> Sender {
    let matching = contacts.iter().find(|contact| matches(&sender, contact));
    let only = match contacts {
        [contact] if !contradicts(&sender, contact) => Some(contact),
        _ => None,
    };
    if let Some(contact) = matching.or(only) {
        let fill = |slot: &mut Option<String>, known: &Option<String>| {
            if slot.is_none() {
                slot.clone_from(known);
            }
        };
        fill(&mut sender.phone, &contact.phone);
        fill(&mut sender.user_id, &contact.user_id);
        fill(&mut sender.parent_user_id, &contact.parent_user_id);
        fill(&mut sender.name, &contact.name);
        fill(&mut sender.username, &contact.username);
    }
    sender
}

fn matches(sender: &Sender, contact: &Sender) -> bool {
    let phones = sender.phone.as_deref().zip(contact.phone.as_deref());
    let user_ids = sender.user_id.as_deref().zip(contact.user_id.as_deref());
    phones.is_some_and(|(one, other)| phone::same(one, other)) || user_ids.is_some_and(|(a, b)| a == b)
}

fn contradicts(sender: &Sender, contact: &Sender) -> bool {
    let phones = sender.phone.as_deref().zip(contact.phone.as_deref());
    let user_ids = sender.user_id.as_deref().zip(contact.user_id.as_deref());
    phones.is_some_and(|(one, other)| !phone::same(one, other)) || user_ids.is_some_and(|(a, b)| a != b)
}
