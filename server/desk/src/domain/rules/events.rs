//! What rules can listen to.

use contract::rules::EventWord;
use contract::{Actor, Change, DeliveryState, Owner, Stage};

use super::timed;

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Its word.
    pub key: &'static str,
    /// Its name for people.
    pub name: &'static str,
}

/// A conversation began.
pub const OPENED: &str = "conversation_opened";
/// The customer's first message in a conversation.
pub const FIRST_MESSAGE: &str = "first_message";
/// A message of the customer.
pub const MESSAGE_IN: &str = "message_in";
/// The customer has said how it was, which opens nothing again.
pub const RATED: &str = "rated";
/// A bot has let go, and nobody has been asked yet.
pub const HANDED_OFF: &str = "handed_off";

/// Everything that rules can listen to.
pub const EVENTS: &[Event] = &[
    Event { key: OPENED, name: "A conversation begins" },
    Event { key: FIRST_MESSAGE, name: "The customer writes for the first time in a conversation" },
    Event { key: MESSAGE_IN, name: "The customer writes" },
    Event { key: "message_out", name: "A bot or somebody here writes" },
    Event { key: "message_failed", name: "A message does not arrive" },
    Event { key: HANDED_OFF, name: "A bot hands over" },
    Event { key: "offer_expired", name: "Nobody accepts in time" },
    Event { key: "assigned", name: "Somebody gets the conversation" },
    Event { key: "unassigned", name: "Somebody loses the conversation" },
    Event { key: "stage_changed", name: "The stage changes" },
    Event { key: "priority_changed", name: "The priority changes" },
    Event { key: "labelled", name: "The labels change" },
    Event { key: "conversation_reopened", name: "A resolved conversation is opened again" },
    Event { key: "resolved", name: "A conversation is resolved" },
    Event { key: RATED, name: "The customer says how it was" },
    Event { key: "sla_warning", name: "A promise about time will be broken soon" },
    Event { key: "sla_breached", name: "A promise about time is broken" },
];

impl Event {
    /// How an editor shows it.
    pub fn word(&self) -> EventWord {
        EventWord { key: self.key.to_owned(), name: self.name.to_owned(), minutes: None }
    }
}

/// Whether there is such an event.
pub fn is_known(key: &str) -> bool {
    EVENTS.iter().any(|event| event.key == key) || timed::is_timed(key)
}

/// Whether what was known is kept also where no rule listens, so that rules can be tried on it later.
pub fn is_kept(key: &str) -> bool {
    [OPENED, FIRST_MESSAGE, HANDED_OFF].contains(&key)
}

/// What a recorded change is to rules. A handoff is not among it: it is told before anybody is asked to take it.
pub fn of(actor: Actor, change: &Change) -> Vec<&'static str> {
    match change {
        Change::Opened { stage: Stage::Resolved } => Vec::new(),
        Change::Opened { .. } => vec![OPENED],
        Change::MessageCreated { .. } => match actor {
            Actor::Contact => vec![MESSAGE_IN],
            Actor::Bot(_) | Actor::Agent(_) | Actor::Phone => vec!["message_out"],
            Actor::Desk | Actor::Provider => Vec::new(),
        },
        Change::DeliveryChanged { state: DeliveryState::Failed, .. } => vec!["message_failed"],
        Change::OwnerChanged { from_stage, from, stage, to, .. } => {
            moved((*from_stage, *from), (*stage, *to))
        }
        Change::HandoffExpired(_) => vec!["offer_expired"],
        Change::PriorityChanged { .. } => vec!["priority_changed"],
        Change::Labelled { .. } => vec!["labelled"],
        Change::Rated { .. } => vec![RATED],
        Change::SlaWarning(_) => vec!["sla_warning"],
        Change::SlaBreached(_) => vec!["sla_breached"],
        _ => Vec::new(),
    }
}

fn moved((from_stage, from): (Stage, Owner), (stage, to): (Stage, Owner)) -> Vec<&'static str> {
    let mut events = Vec::new();
    if from != to && to.agent().is_some() {
        events.push("assigned");
    }
    if from.agent().is_some() && to.agent().is_none() {
        events.push("unassigned");
    }
    if from_stage != stage {
        events.push("stage_changed");
        match (from_stage, stage) {
            (Stage::Resolved, _) => events.push("conversation_reopened"),
            (_, Stage::Resolved) => events.push("resolved"),
            _ => {}
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use contract::{AgentId, Priority};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn one_change_can_be_several_events() {
        let change = Change::OwnerChanged {
            cause: "resolve".to_owned(),
            from_stage: Stage::Assigned,
            from: Owner::Agent(AgentId(Uuid::nil())),
            stage: Stage::Resolved,
            to: Owner::Nobody,
            epoch: 3,
        };
        assert_eq!(of(Actor::Desk, &change), ["unassigned", "stage_changed", "resolved"]);
    }

    #[test]
    fn every_event_that_is_told_is_one_that_rules_can_listen_to() {
        let told = [
            of(Actor::Contact, &Change::Opened { stage: Stage::Bot }),
            of(Actor::Phone, &Change::MessageCreated { message: contract::MessageId(Uuid::nil()) }),
            of(Actor::Desk, &Change::PriorityChanged { priority: Priority::High }),
            moved((Stage::Resolved, Owner::Nobody), (Stage::Assigned, Owner::Agent(AgentId(Uuid::nil())))),
        ];
        for event in told.iter().flatten() {
            assert!(is_known(event), "{event}");
        }
        assert!(
            of(Actor::Contact, &Change::Opened { stage: Stage::Resolved }).is_empty(),
            "a blocked customer"
        );
    }
}
