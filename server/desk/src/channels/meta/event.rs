//! News about the account, its numbers, its templates and what customers want to hear.

use serde_json::Value;

use super::fault::fault_of;
use super::parse::Change;
use super::{news, person};
use crate::channels::json::{self, filled, plain};
use crate::channels::{AccountEvent, Item, News, Scope, Sender, phone};

/// Longest text of an event.
const TEXT: usize = 2_000;

/// Fields whose news the desk keeps. The rest (flows, payments, partners, calling settings, the import of old
/// chats) is of no concern to it.
const FIELDS: &[&str] = &[
    "account_alerts",
    "account_review_update",
    "account_update",
    "business_capability_update",
    "message_template_components_update",
    "message_template_quality_update",
    "message_template_status_update",
    "phone_number_name_update",
    "phone_number_quality_update",
    "security",
    "template_category_update",
];

/// Whether the desk keeps the news of a field.
pub(super) fn known(field: &str) -> bool {
    FIELDS.contains(&field)
}

/// News of a field. It is about a template (`message_template_id`, a number here and text in the templates'
/// list), about one of our numbers (by its digits, for the phone number id is not told), or else about the
/// account.
pub(super) fn account(context: &Change<'_>, field: &str) -> Item {
    let id = filled(context.value, "message_template_id")
        .or_else(|| filled(context.value, "display_phone_number").as_deref().and_then(phone::normalise))
        .or_else(|| context.account.clone());
    Item::Event(AccountEvent {
        channel: context.channel.clone(),
        id,
        kind: field.to_owned(),
        text: told(context.value),
        at: context.at,
        news: news::of(field, context.value),
    })
}

/// Whether a customer wants marketing messages: `stop`, `resume` or `signup`.
pub(super) fn preference(context: &Change<'_>, raw: &Value) -> Item {
    let contact = person::complete(person::sender(raw, &["wa_id", "user_id"]), &context.contacts);
    let Some(id) = person::address(&contact) else { return context.rejected(None, "no sender") };
    let words: Vec<_> = ["value", "category", "detail"].iter().filter_map(|key| filled(raw, key)).collect();
    Item::Event(AccountEvent {
        channel: context.channel.clone(),
        id: Some(id),
        kind: "user_preferences".to_owned(),
        text: words.join(" · "),
        at: json::moment(raw.get("timestamp"), context.now).at.or(context.at),
        news: wish(raw, contact),
    })
}

/// What the customer wishes: the one category there is, and three words for it.
fn wish(raw: &Value, contact: Sender) -> Option<News> {
    let wanted = match filled(raw, "value")?.as_str() {
        "stop" => false,
        "resume" | "signup" => true,
        _ => return None,
    };
    Some(News::Preference { contact, scope: Scope::Marketing, wanted })
}

/// Something that is wrong with the account or a webhook as a whole; it may come without any message.
pub(super) fn error(context: &Change<'_>, raw: &Value) -> Item {
    let fault = fault_of(raw, None);
    Item::Event(AccountEvent {
        channel: context.channel.clone(),
        id: None,
        kind: "errors".to_owned(),
        text: format!("{} {}", fault.code, fault.reason).trim().to_owned(),
        at: context.at,
        news: None,
    })
}

/// What happened first, then everything else that is told, each after its key.
fn told(value: &Value) -> String {
    let heads = ["event", "decision", "new_quality_score", "new_category"];
    let head = heads.iter().find_map(|key| filled(value, key).map(|word| (*key, word)));
    let mut words: Vec<String> = head.iter().map(|(_, word)| word.clone()).collect();
    for (key, value) in sorted(value) {
        let elsewhere = ["metadata", "contacts", "messaging_product", "message_template_id"].contains(&key);
        if !elsewhere && head.as_ref().is_none_or(|(head, _)| *head != key) {
            leaves(key, value, &mut words);
        }
    }
    words.join(" · ").chars().take(TEXT).collect()
}

/// The members of an object by key, whichever order they are kept in.
fn sorted(value: &Value) -> Vec<(&str, &Value)> {
    let members = value.as_object().into_iter().flatten();
    let mut members: Vec<_> = members.map(|(key, value)| (key.as_str(), value)).collect();
    members.sort_by_key(|(key, _)| *key);
    members
}

fn leaves(key: &str, value: &Value, into: &mut Vec<String>) {
    let key = key.trim_start_matches("message_template_").replace('\0', "");
    match value {
        Value::Object(_) => sorted(value).into_iter().for_each(|(key, value)| leaves(key, value, into)),
        Value::Array(things) => things.iter().for_each(|thing| leaves(&key, thing, into)),
        Value::Bool(flag) => into.push(format!("{key}: {flag}")),
        Value::Null => {}
        // What Meta writes for no reason at all.
        Value::String(word) if word == "NONE" => {}
        _ => into.extend(plain(value).map(|word| format!("{key}: {word}"))),
    }
}
