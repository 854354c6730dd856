//! What a bot is sent that was written for Chatwoot: its `message_created`, `conversation_opened` and
//! `conversation_resolved`, with everything that we send besides. Numbers stand where Chatwoot has numbers. What the
//! customer has written in one burst is one message.

use std::collections::BTreeMap;

use contract::{Card, Owner, Priority, Time};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::request;
use crate::bots::turn::said;
use crate::bots::{Heard, Turn};

/// Chatwoot has accounts and inboxes, and the desk is one of each.
const ONE: i64 = 1;

/// One turn.
pub(super) fn body(turn: &Turn) -> Value {
    let mut body = request::body(turn);
    let words: Vec<String> = turn.heard.iter().filter_map(|heard| said(&heard.body)).collect();
    let last = turn.heard.last();
    let at = last.and_then(|heard| Timestamp::from_millisecond(heard.at.0).ok()).unwrap_or_default();
    let sender = json!({
        "id": ONE, "name": turn.contact_name, "type": "contact", "identifier": turn.contact,
        "account": { "id": ONE, "name": "Baton" },
    });
    let message = json!({
        "event": "message_created",
        "id": last.map_or(0, |heard| heard.seq),
        "content": words.join("\n"),
        "content_type": "text",
        "content_attributes": {},
        "message_type": "incoming",
        "private": false,
        "created_at": at.to_string(),
        "attachments": turn.heard.iter().filter_map(attachment).collect::<Vec<_>>(),
        "sender": sender,
        "account": { "id": ONE, "name": "Baton" },
        "inbox": { "id": ONE, "name": "WhatsApp" },
        "conversation": {
            "id": turn.number, "inbox_id": ONE, "status": "pending", "channel": "Channel::Whatsapp",
            "can_reply": true, "labels": [], "priority": null, "custom_attributes": {},
            "additional_attributes": {}, "meta": { "sender": sender, "assignee": null },
            "contact_inbox": { "source_id": turn.contact },
        },
    });
    if let (Some(body), Value::Object(message)) = (body.as_object_mut(), message) {
        body.extend(message);
    }
    body
}

/// What became of a conversation.
#[derive(Debug, Clone)]
pub struct News {
    /// `conversation_opened`: to people; or `conversation_resolved`.
    pub event: String,
    /// The number of the desk's event that it is about.
    pub seq: i64,
    /// The conversation's number.
    pub number: i64,
    /// What is known of it.
    pub attributes: BTreeMap<String, String>,
    /// The conversation, as it is now.
    pub card: Card,
    /// The desk's clock.
    pub now: Time,
}

/// What became of a conversation. What Chatwoot calls open is with people or waits for them.
pub fn news(news: &News) -> Value {
    let card = &news.card;
    let status = if news.event == "conversation_resolved" { "resolved" } else { "open" };
    let sender = json!({
        "id": ONE, "name": card.contact_name, "type": "contact", "identifier": card.contact,
        "phone_number": card.address.starts_with('+').then_some(&card.address),
    });
    let assignee = match card.owner {
        Owner::Agent(id) => json!({ "id": id, "name": card.owner_name, "type": "user" }),
        Owner::Nobody | Owner::Bot(_) => Value::Null,
    };
    let priority = match card.priority {
        Priority::Normal => Value::Null,
        other => json!(other.as_str()),
    };
    let seconds = |at: Time| at.0.div_euclid(1000);
    json!({
        "event": news.event,
        "id": news.number, "inbox_id": ONE, "status": status, "channel": "Channel::Whatsapp",
        "can_reply": card.window_until.is_some_and(|until| until > news.now), "labels": card.labels, "priority": priority,
        "custom_attributes": news.attributes, "additional_attributes": {}, "messages": [],
        "contact_inbox": { "source_id": card.contact }, "unread_count": card.unread,
        "meta": { "sender": sender, "assignee": assignee, "assignee_type": assignee.is_object().then_some("User"),
                  "team": null, "hmac_verified": false },
        "snoozed_until": card.snoozed_until.map(seconds),
        "waiting_since": card.waiting_since.map_or(0, seconds),
        "last_activity_at": seconds(card.last_at), "timestamp": seconds(card.last_at),
        "account": { "id": ONE, "name": "Baton" }, "inbox": { "id": ONE, "name": card.channel_name },
        "conversation_id": card.id, "epoch": card.epoch, "seq": news.seq,
    })
}

fn attachment(heard: &Heard) -> Option<Value> {
    let file = heard.file.as_ref()?;
    let kind = file.mime.split('/').next().filter(|kind| matches!(*kind, "image" | "video" | "audio"));
    Some(json!({ "id": heard.seq, "file_type": kind.unwrap_or("file"), "data_url": file.url }))
}

#[cfg(test)]
mod tests {
    use contract::Body;

    use super::*;

    #[test]
    fn a_burst_is_one_message_with_numbers_where_chatwoot_has_them() {
        let heard =
            vec![Heard::new(4, Body::text("hi"), Time(0)), Heard::new(5, Body::text("there"), Time(1_000))];
        let turn = Turn { heard, number: 17, ..Turn::over(Value::Null, 1) };
        let body = body(&turn);
        assert_eq!((&body["event"], &body["message_type"]), (&json!("message_created"), &json!("incoming")));
        assert_eq!((&body["content"], &body["id"]), (&json!("hi\nthere"), &json!(5)));
        assert_eq!(body["conversation"]["id"], 17);
        assert_eq!(body["conversation"]["status"], "pending");
        // And ours is all there.
        assert_eq!((&body["epoch"], body["messages"].as_array().map(Vec::len)), (&json!(1), Some(2)));
    }
}
