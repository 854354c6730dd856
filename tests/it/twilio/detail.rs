//! Everything that we take from a webhook, as JSON.

use desk::channels::twilio::Twilio;
use desk::channels::{Arrived, Effect, Inbound, Item, Provider, Sender, Status};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::FORM;

/// The items of a webhook that came to our address with this query.
pub fn items(body: &[u8], query: &str) -> Vec<Item> {
    let arrived = Arrived { query, ..Arrived::body(body, Some(FORM), Timestamp::now()) };
    Twilio.parse(&arrived).unwrap()
}

/// The details of a webhook's items, without what does not apply.
pub fn of(body: &[u8], query: &str) -> Value {
    let detail = items(body, query).into_iter().map(|item| match item {
        Item::Message(found) => message(&found),
        Item::Status(found) => status(&found),
        Item::Event(found) => json!({ "text": found.text }),
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
    let Effect::Message(body) = &found.effect else { panic!("{:?}", found.effect) };
    json!({
        "contact": sender(&found.contact),
        "whole_seconds": found.whole_seconds.then_some(true),
        "quoted": found.quoted,
        "forwarded": found.forwarded.then_some(true),
        "referral": referral,
        "body": body,
    })
}

fn sender(sender: &Sender) -> Value {
    json!({
        "phone": sender.phone,
        "user_id": sender.user_id,
        "parent_user_id": sender.parent_user_id,
        "name": sender.name,
        "username": sender.username,
    })
}

fn status(found: &Status) -> Value {
    let fault = found.fault.as_ref();
    json!({
        "recipient": found.recipient,
        "opaque": found.opaque,
        "price": found.price,
        "fault": fault.map(|fault| {
            json!({ "class": fault.class.as_str(), "code": fault.code, "reason": fault.reason })
        }),
    })
}
