//! Everything that we take from a webhook, as JSON.

use desk::channels::infobip::Infobip;
use desk::channels::{AccountEvent, Effect, Fault, Inbound, Item, News, Scope, Sender, Status};
use serde_json::{Value, json};

use crate::protocol::parse;

/// The details of a webhook's items, without what does not apply.
pub fn of(fixture: &Value) -> Value {
    let items = parse(&Infobip, None, fixture.to_string().as_bytes()).unwrap();
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
        "whole_seconds": found.whole_seconds,
        "quoted": found.quoted,
        "referral": referral,
        "effect": effect(&found.effect),
    })
}

pub fn sender(sender: &Sender) -> Value {
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
        Effect::Notice { kind, text } => json!({ "notice": { "kind": kind, "text": text } }),
        other => panic!("Infobip tells of nothing like {other:?}"),
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

fn news(news: &News) -> Value {
    match news {
        News::Template { name, language, status, category, quality, reason } => json!({ "template": {
            "name": name, "language": language, "status": status, "category": category, "quality": quality,
            "reason": reason,
        } }),
        News::Preference { contact, scope, wanted } => {
            let scope = if *scope == Scope::Marketing { "marketing" } else { "all" };
            json!({ "preference": { "contact": sender(contact), "scope": scope, "wanted": wanted } })
        }
        other => panic!("Infobip tells of nothing like {other:?}"),
    }
}
