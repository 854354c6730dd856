//! Events.

use contract::{Change, Owner, Stage};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::words::{At, Party};
use super::{Conversation, Handoff, Message};

/// The names of all events.
pub const NAMES: [&str; 31] = [
    "conversation_opened",
    "message_created",
    "message_changed",
    "delivery_changed",
    "stage_changed",
    "owner_changed",
    "handoff_created",
    "handoff_offered",
    "handoff_accepted",
    "handoff_declined",
    "handoff_expired",
    "handoff_after_hours",
    "handoff_ended",
    "handoff_summarised",
    "fallback_started",
    "fallback_ended",
    "callback_promised",
    "callback_assigned",
    "callback_due",
    "callback_kept",
    "callback_dropped",
    "snoozed",
    "labelled",
    "priority_changed",
    "read_by_agent",
    "contact_changed",
    "consent_changed",
    "attributes_changed",
    "sla_warning",
    "sla_breached",
    "rated",
];

/// The name of an event that means nothing: somebody tries whether an address is told.
pub const TEST: &str = "test";

/// Something that happened to a conversation. The same event may come more than once: its `id` tells.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Event {
    /// Which: the same however often and by whatever way it comes.
    pub id: String,
    /// Its place in the feed: what comes `after` it is what you have not seen.
    pub cursor: String,
    /// Its one name: `conversation_opened`, `message_created`, `message_changed`, `delivery_changed`, `owner_changed`,
    /// `stage_changed`, `handoff_created`, `handoff_offered`, `handoff_accepted`, `handoff_declined`, `handoff_expired`,
    /// `handoff_after_hours`, `handoff_ended`, `handoff_summarised`, `fallback_started`, `fallback_ended`,
    /// `callback_promised`, `callback_assigned`, `callback_due`, `callback_kept`, `callback_dropped`, `snoozed`,
    /// `labelled`, `priority_changed`, `read_by_agent`, `contact_changed`, `consent_changed`, `attributes_changed`,
    /// `sla_warning`, `sla_breached`, `rated`. More may come: leave out what you do not know.
    pub r#type: &'static str,
    /// When.
    pub at: At,
    /// Of which conversation.
    pub conversation_id: Uuid,
    /// Its number there: 1, 2, 3 and so on.
    pub seq: i64,
    /// Who did it.
    pub actor: Party,
    /// What changed, by the event's type: for `owner_changed` and `stage_changed` `cause`, `epoch`, and `from` and `to`
    /// with `stage` and `owner`; for `delivery_changed` the `state`; for `attributes_changed` the `attributes`, as they are
    /// when the event is read; and so on.
    #[schema(value_type = Object)]
    pub change: Map<String, Value>,
    /// The message that it speaks of, as it is when the event is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
    /// The handoff that it speaks of, as it is when the event is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handoff: Option<Handoff>,
    /// The conversation, as it is when the event is read: never older than the event.
    pub conversation: Conversation,
}

impl Event {
    /// An event at a place in the feed, for somebody who reaches the desk at an address.
    pub fn of(event: &contract::Event, cursor: String, desk: &str) -> Event {
        Event {
            id: format!("{}:{}", event.conversation, event.seq),
            cursor,
            r#type: event.change.name(),
            at: At(event.at),
            conversation_id: event.conversation.0,
            seq: event.seq,
            actor: Party::from(event.actor).named(event.actor_name.clone()),
            change: change(&event.change, event.to_name.clone()),
            message: event.message.as_deref().map(|message| Message::of(message, desk)),
            handoff: event.handoff.as_deref().map(Handoff::from),
            conversation: Conversation::from(&*event.card),
        }
    }
}

/// What changed. The fields that are stored, with moments as text; only changes of owner have a shape of their own.
fn change(change: &Change, to_name: Option<String>) -> Map<String, Value> {
    if let Change::OwnerChanged { cause, from_stage, from, stage, to, epoch } = change {
        let side = |stage: Stage, owner: Owner, name| json!({ "stage": stage, "owner": Party::from(owner).named(name) });
        return Map::from_iter([
            ("cause".to_owned(), json!(cause)),
            ("epoch".to_owned(), json!(epoch)),
            ("from".to_owned(), side(*from_stage, *from, None)),
            ("to".to_owned(), side(*stage, *to, to_name)),
        ]);
    }
    let stored = serde_json::to_value(change).unwrap_or_default();
    let Value::Object(named) = stored else { return Map::new() };
    let Some(Value::Object(fields)) = named.into_iter().next().map(|(_, fields)| fields) else {
        return Map::new();
    };
    fields.into_iter().map(|(key, value)| told(key, value)).collect()
}

/// A field as it is told: what is an id says so, and moments are text.
fn told(key: String, value: Value) -> (String, Value) {
    let moment =
        matches!(key.as_str(), "at" | "until" | "due") || key.ends_with("_at") || key.ends_with("_until");
    match value.as_i64().filter(|_| moment) {
        Some(ms) => (key, json!(At(contract::Time(ms)))),
        None if matches!(key.as_str(), "message" | "handoff" | "offer") => (format!("{key}_id"), value),
        None => (key, value),
    }
}

#[cfg(test)]
mod tests {
    use contract::{AgentId, BotId, MessageId, Time};

    use super::*;

    #[test]
    fn a_change_of_owner_has_two_sides_and_one_of_the_stage_alone_another_name() {
        let (bot, agent) = (BotId(Uuid::nil()), AgentId(Uuid::nil()));
        let mut moved = Change::OwnerChanged {
            cause: "take".to_owned(),
            from_stage: Stage::Bot,
            from: Owner::Bot(bot),
            stage: Stage::Assigned,
            to: Owner::Agent(agent),
            epoch: 2,
        };
        assert_eq!(moved.name(), "owner_changed");
        let told = Value::Object(change(&moved, Some("Ana".to_owned())));
        assert_eq!(told["to"]["owner"], json!({ "kind": "agent", "id": Uuid::nil(), "name": "Ana" }));
        assert_eq!(told["from"]["stage"], "bot");
        if let Change::OwnerChanged { from, .. } = &mut moved {
            *from = Owner::Agent(agent);
        }
        assert_eq!(moved.name(), "stage_changed");
    }

    #[test]
    fn every_event_is_in_the_list_of_names() {
        let source = include_str!("../../../../app/contract/src/event.rs");
        let from = source.find("pub fn name(&self)").unwrap();
        let until = from + source[from..].find("\n    }\n").unwrap();
        let named =
            source[from..until].lines().filter_map(|line| line.split_once("=> \"")?.1.split('"').next());
        assert_eq!(named.collect::<Vec<_>>(), NAMES);
    }

    #[test]
    fn moments_are_text_and_ids_say_so() {
        let told = change(&Change::Snoozed { until: Time(1_000) }, None);
        assert_eq!(Value::Object(told), json!({ "until": "1970-01-01T00:00:01Z" }));
        let told = change(&Change::MessageCreated { message: MessageId(Uuid::nil()) }, None);
        assert_eq!(Value::Object(told), json!({ "message_id": Uuid::nil() }));
        assert!(change(&Change::ReadByAgent, None).is_empty());
    }
}
