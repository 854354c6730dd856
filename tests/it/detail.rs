//! Everything that we take from a webhook, as JSON: what `inspect` leaves out.

use desk::channels::{AccountEvent, Effect, Fault, Inbound, Item, News, Sender, Status};
use serde_json::{Value, json};

/// The details of items, without what does not apply.
pub fn of(items: &[Item]) -> Value {
    let detail = items.iter().map(|item| match item {
        Item::Message(found) => message(found),
        Item::Status(found) => status(found),
        Item::Event(found) => event(found),
        Item::Ignored { .. } | Item::Rejected { .. } => json!({}),
    });
    json!({ "items": detail.map(without_nulls).collect::<Vec<_>>() })
}

/// A value without what is not there.
pub fn without_nulls(mut value: Value) -> Value {
    if let Value::Object(members) = &mut value {
        members.retain(|_, value| !value.is_null());
        members.values_mut().for_each(|value| *value = without_nulls(value.take()));
    }
    value
}

fn message(found: &Inbound) -> Value {
    let referral = found.referral.as_ref().map(|referral| {
        json!({
            "source_type": referral.source_type,
            "source_id": referral.source_id,
            "source_url": referral.source_url,
            "headline": referral.headline,
            "click_id": referral.click_id,
        })
    });
    json!({
        "contact": sender(&found.contact),
        "echo": found.echo.then_some(true),
        "repeat": found.repeat,
        "whole_seconds": found.whole_seconds,
        "quoted": found.quoted,
        "forwarded": found.forwarded.then_some(true),
        "referral": referral,
        "effect": effect(&found.effect),
    })
}

fn sender(sender: &Sender) -> Value {
    json!({
        "phone": sender.phone,
        "user_id": sender.user_id,
        "parent_user_id": sender.parent_user_id,
        "name": sender.name,
        "username": sender.username,
        "external_id": sender.external_id,
    })
}

fn effect(effect: &Effect) -> Value {
    match effect {
        Effect::Message(body) => json!({ "message": body }),
        Effect::React { message, emoji } => json!({ "react": { "message": message, "emoji": emoji } }),
        Effect::Edit { message, body } => json!({ "edit": { "message": message, "body": body } }),
        Effect::Revoke { message } => json!({ "revoke": { "message": message } }),
        Effect::Moved { kind, to, text } => {
            json!({ "moved": { "kind": kind, "to": sender(to), "text": text } })
        }
        Effect::Notice { kind, text } => json!({ "notice": { "kind": kind, "text": text } }),
    }
}

fn status(found: &Status) -> Value {
    json!({
        "recipient": found.recipient,
        "opaque": found.opaque,
        "price": found.price,
        "fault": found.fault.as_ref().map(fault),
    })
}

fn fault(fault: &Fault) -> Value {
    json!({ "class": fault.class.as_str(), "code": fault.code, "reason": fault.reason })
}

fn event(found: &AccountEvent) -> Value {
    json!({ "text": found.text, "news": found.news.as_ref().map(news) })
}

/// News that the desk acts on.
pub fn news(news: &News) -> Value {
    match news {
        News::Template { name, language, status, category, quality, reason } => json!({ "template": {
            "name": name, "language": language, "status": status, "category": category, "quality": quality,
            "reason": reason,
        } }),
        News::Health { quality, messaging_limit, rate } => {
            json!({ "health": { "quality": quality, "messaging_limit": messaging_limit, "rate": rate } })
        }
        News::Preference { contact, scope, wanted } => {
            let scope = format!("{scope:?}").to_lowercase();
            json!({ "preference": { "contact": sender(contact), "scope": scope, "wanted": wanted } })
        }
        News::Moved { from, to } => json!({ "moved": { "from": sender(from), "to": sender(to) } }),
        News::Stopped(why) => json!({ "stopped": why }),
        News::Resumed => json!("resumed"),
    }
}
