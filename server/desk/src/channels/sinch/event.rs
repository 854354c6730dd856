//! News about the channel and its people.

use serde_json::Value;

use super::parse::{Envelope, short};
use super::person;
use crate::channels::json::{filled, list, plain};
use crate::channels::{AccountEvent, Item, News, Scope, Sender};

/// Longest text of an event.
const TEXT: usize = 2_000;

/// Words in the type or the state of a channel event after which nothing can be sent any more. Sinch publishes no
/// list of its event types, so these are WhatsApp's own words for it.
const STOPS: &[&str] = &["BANNED", "BLOCKED", "DISABLED", "SUSPENDED"];
/// Words after which it can.
const RESUMES: &[&str] = &["UNBANNED", "UNBLOCKED", "REINSTATED", "REENABLED"];

fn event(envelope: &Envelope, id: Option<String>, kind: &str, text: &str, news: Option<News>) -> Item {
    Item::Event(AccountEvent {
        channel: envelope.channel.clone(),
        id,
        kind: kind.to_owned(),
        text: text.chars().take(TEXT).collect(),
        at: envelope.at,
        news,
    })
}

/// Reads `channel_event_notification` (and the event itself, which some of Sinch's pages show without it).
pub(super) fn channel(envelope: &Envelope, raw: &Value) -> Item {
    let raw = raw.get("channel_event").filter(|inner| inner.is_object()).unwrap_or(raw);
    if let Some(elsewhere) = person::elsewhere(raw) {
        return envelope.ignored(None, format!("channel:{}", short(Some(&elsewhere))));
    }
    let Some(kind) = filled(raw, "event_type") else { return envelope.rejected(None, "no event_type") };
    let data = raw.get("additional_data").unwrap_or(&Value::Null);
    let mut words = Vec::new();
    leaves("", data, &mut words);
    let text = words.join(" · ");
    let news = match filled(data, "quality_rating") {
        Some(rating) => Some(News::Health { quality: Some(rating), messaging_limit: None, rate: None }),
        None => standing(&kind, data, &text),
    };
    event(envelope, None, &kind, &text, news)
}

/// Whether the number stopped or may go on: by a word of the event's type, or of its state.
fn standing(kind: &str, data: &Value, text: &str) -> Option<News> {
    // A template that is taken out of use stops nothing else.
    if kind.contains("TEMPLATE") {
        return None;
    }
    let states = ["event", "status", "state"].iter().filter_map(|key| filled(data, key));
    let said: Vec<String> = std::iter::once(kind.to_owned()).chain(states).collect();
    let has = |words: &[&str]| {
        said.iter()
            .flat_map(|said| said.split(|letter: char| !letter.is_ascii_alphanumeric()))
            .any(|word| words.iter().any(|known| word.eq_ignore_ascii_case(known)))
    };
    match (has(RESUMES), has(STOPS)) {
        (true, _) => Some(News::Resumed),
        (_, true) => Some(News::Stopped(format!("Sinch reports {kind}. {text}").trim().to_owned())),
        _ => None,
    }
}

/// Everything that is told, each after its key, in the order of the keys.
fn leaves(key: &str, value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| key.as_str());
            members.into_iter().for_each(|(key, value)| leaves(key, value, into));
        }
        Value::Array(things) => things.iter().for_each(|thing| leaves(key, thing, into)),
        Value::Bool(flag) => into.push(format!("{}: {flag}", short(Some(key)))),
        value => into.extend(plain(value).map(|word| format!("{}: {word}", short(Some(key))))),
    }
}

/// Reads `opt_in_notification`.
pub(super) fn opted_in(envelope: &Envelope, raw: &Value) -> Item {
    opted(envelope, raw, ("opt_in_notification", "OPT_IN_SUCCEEDED", true))
}

/// Reads `opt_out_notification`.
pub(super) fn opted_out(envelope: &Envelope, raw: &Value) -> Item {
    opted(envelope, raw, ("opt_out_notification", "OPT_OUT_SUCCEEDED", false))
}

/// A customer does or does not want to be written to. It counts only where it succeeded and says who it is by
/// their WhatsApp identity.
fn opted(envelope: &Envelope, raw: &Value, (kind, success, wanted): (&str, &str, bool)) -> Item {
    let contact = person::by_identity(filled(raw, "identity").as_deref());
    let address = person::address(&contact);
    let status = filled(raw, "status");
    let told = status.as_deref() == Some(success) && person::elsewhere(raw).is_none() && address.is_some();
    let error = raw.get("error_details").and_then(|error| filled(error, "description"));
    let words: Vec<_> = [filled(raw, "channel"), status, error].into_iter().flatten().collect();
    let news = told.then_some(News::Preference { contact, scope: Scope::All, wanted });
    event(envelope, address.or_else(|| filled(raw, "contact_id")), kind, &words.join(" · "), news)
}

/// Reads `contact_merge_notification`: two of Sinch's contacts are one now. The desk acts on it where both had a
/// WhatsApp identity; a number that only moved to another of Sinch's contacts is still the same number.
pub(super) fn merged(envelope: &Envelope, raw: &Value) -> Item {
    let part = |key: &str| raw.get(key).unwrap_or(&Value::Null);
    let (gone, kept) = (part("deleted_contact"), part("preserved_contact"));
    let id = filled(kept, "id");
    let was = filled(gone, "id").or_else(|| filled(raw, "deleted_contact_id"));
    let text = format!("{} -> {}", short(was.as_deref()), short(id.as_deref()));
    event(envelope, id, "contact_merge_notification", &text, moved(gone, kept))
}

fn moved(gone: &Value, kept: &Value) -> Option<News> {
    let from: Sender = person::on_whatsapp(gone).into_iter().next()?;
    let to = person::on_whatsapp(kept).into_iter().find(|to| *to != from)?;
    Some(News::Moved { from, to })
}

/// Reads `duplicated_contact_identities_notification`: several of Sinch's contacts share one identity. It names no
/// second identity, so that nobody moves anywhere; an admin can merge them at Sinch.
pub(super) fn duplicated(envelope: &Envelope, raw: &Value) -> Item {
    let shared =
        ["duplicated_identities", "duplicated_channel_identities"].iter().flat_map(|key| list(raw, key));
    let words = shared.map(|shared| {
        let ids: Vec<_> = list(shared, "contact_ids").iter().filter_map(plain).collect();
        let of = [filled(shared, "channel"), filled(shared, "identity")];
        let of: Vec<_> = of.into_iter().flatten().collect();
        format!("{}: {}", of.join(" "), ids.join(", "))
    });
    let text = words.collect::<Vec<_>>().join(" · ");
    event(envelope, None, "duplicated_contact_identities_notification", &text, None)
}
