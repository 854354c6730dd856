//! Everything that we take from a webhook, as JSON.

use desk::channels::sinch::Sinch;
use desk::channels::{AccountEvent, Effect, Fault, Inbound, Item, News, Sender, Status};
use serde_json::{Value, json};

use crate::protocol::parse;

/// The details of a webhook's items, without what does not apply.
pub fn of(fixture: &Value) -> Value {
    let items = parse(&Sinch, None, fixture.to_string().as_bytes()).unwrap();
    let detail = items.iter().map(|item| match item {
        Item::Message(found) => message(found),
        Item::Status(found) => status(found),
        Item::Event(found) => event(found),
        Item::Ignored { .. } | Item::Rejected { .. } => json!({}),
    });
    json!({ "items": detail.map(without_nulls).collect::<Vec<_>>() })
}

fn without_nulls(mut value: Value) -> Value {
    if let Value::Object(members) = &mut value {
        members.retain(|_, value| !value.is_null());
        members.values_mut().for_each(|value| *value = without_nulls(value.take()));
    }
    value
}

fn message(found: &Inbound) -> Value {
    json!({
        "contact": sender(&found.contact),
        "whole_seconds": found.whole_seconds,
        "quoted": found.quoted,
        "effect": effect(&found.effect),
    })
}

pub fn sender(sender: &Sender) -> Value {
    json!({
        "phone": sender.phone,
        "user_id": sender.user_id,
        "parent_user_id": sender.parent_user_id,
        "external_id": sender.external_id,
    })
}

fn effect(effect: &Effect) -> Value {
    match effect {
        Effect::Message(body) => json!({ "message": body }),
        Effect::React { message, emoji } => json!({ "react": { "message": message, "emoji": emoji } }),
        other => panic!("Sinch tells of no {other:?}"),
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
        News::Template { .. } => panic!("Sinch tells of no templates: {news:?}"),
    }
}
