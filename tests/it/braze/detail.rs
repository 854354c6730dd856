//! Everything that we take from a webhook, as JSON.

use desk::channels::braze::Braze;
use desk::channels::{Effect, Inbound, Item};
use serde_json::{Value, json};

use crate::protocol::parse;

/// The details of a webhook's items, without what does not apply.
pub fn of(fixture: &Value) -> Value {
    let items = parse(&Braze, None, fixture.to_string().as_bytes()).unwrap();
    let detail = items.iter().map(|item| match item {
        Item::Message(found) => message(found),
        Item::Event(found) => json!({ "text": found.text }),
        Item::Status(_) | Item::Ignored { .. } | Item::Rejected { .. } => json!({}),
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
    let Effect::Message(body) = &found.effect else { panic!("{:?}", found.effect) };
    assert!(!found.echo && !found.forwarded && found.at.is_none() && found.quoted.is_none());
    json!({
        "contact": {
            "phone": found.contact.phone,
            "user_id": found.contact.user_id,
            "external_id": found.contact.external_id,
            "name": found.contact.name,
        },
        "repeat": found.repeat,
        "body": body,
    })
}
