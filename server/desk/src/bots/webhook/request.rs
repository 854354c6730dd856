//! What a bot behind a web address is sent.

use contract::{Body, Time};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::bots::turn::said;
use crate::bots::{Heard, Spoken, Turn};

/// One turn. `message` is the last of `messages`, all of which came in one burst.
pub(super) fn body(turn: &Turn) -> Value {
    let messages: Vec<Value> = turn.heard.iter().map(message).collect();
    let mut body = json!({
        "type": "message_created",
        "id": turn.id,
        "conversation_id": turn.conversation,
        "owner": { "kind": "bot", "id": turn.bot },
        "epoch": turn.epoch,
        "opening": turn.opening.as_str(),
        "contact": contact(turn),
        "message": messages.last(),
        "messages": messages,
        "history_since_ownership": history(&turn.since_ownership),
        "history_before": history(&turn.before),
    });
    if turn.preview {
        body["preview"] = json!(true);
    }
    if let Some(fallback) = &turn.fallback {
        body["fallback_started"] = json!({ "reason": fallback.reason, "packet": fallback.packet });
    }
    if !turn.settled.is_empty() {
        body["settled"] = json!(turn.settled);
    }
    if let Some(until) = turn.window_until {
        body["window_expires_at"] = time(until);
    }
    body
}

fn contact(turn: &Turn) -> Value {
    let mut contact = Map::from_iter([("id".to_owned(), json!(turn.contact))]);
    let known = [("name", &turn.contact_name), ("language", &turn.language)];
    for (key, value) in known {
        if let Some(value) = value {
            contact.insert(key.to_owned(), json!(value));
        }
    }
    Value::Object(contact)
}

fn message(heard: &Heard) -> Value {
    let mut message = json!({
        "id": heard.message,
        "seq": heard.seq,
        "type": heard.body.kind(),
        "at": time(heard.at),
    });
    if let Some(text) = heard.body.words() {
        message["text"] = json!(text);
    }
    if let Some(file) = &heard.file {
        message["media"] = json!([{ "url": file.url, "mime_type": file.mime }]);
    }
    match &heard.body {
        Body::ButtonReply { id, .. } | Body::ListReply { id, .. } => message["payload"] = json!(id),
        Body::Location(place) => {
            message["location"] = json!({
                "latitude": place.latitude, "longitude": place.longitude,
                "name": place.name, "address": place.address,
            });
        }
        Body::FlowReply { fields, .. } => message["fields"] = json!(fields),
        Body::Contacts { cards } => message["contacts"] = json!(cards),
        Body::Order { items, .. } => message["items"] = json!(items),
        _ => {}
    }
    message
}

fn history(spoken: &[Spoken]) -> Vec<Value> {
    let line = |spoken: &Spoken| {
        json!({
            "author": spoken.by.as_str(),
            "type": spoken.body.kind(),
            "text": said(&spoken.body),
            "at": time(spoken.at),
        })
    };
    spoken.iter().map(line).collect()
}

fn time(at: Time) -> Value {
    Timestamp::from_millisecond(at.0).map_or(Value::Null, |at| json!(at.to_string()))
}
