//! Events of which no facts are kept: they have happened, and no decision about them says what was known.

use std::collections::{BTreeMap, HashMap};

use contract::{Actor, Change, ConversationId};

use super::super::events;

/// Something that was recorded.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Where.
    pub conversation: ConversationId,
    /// Its number there.
    pub seq: i64,
    /// In which transaction.
    pub tx: i64,
    /// By whom.
    pub actor: Actor,
    /// What.
    pub change: Change,
    /// Whether it is the first message of the customer in the conversation.
    pub is_first: bool,
    /// Whether it is counted; otherwise it is here for those that are.
    pub counts: bool,
}

/// A decision about something that was recorded.
#[derive(Debug, Clone)]
pub struct Decided {
    /// Where.
    pub conversation: ConversationId,
    /// The number of the last event before it.
    pub seq: i64,
    /// About which event.
    pub event: String,
    /// Whether something was done.
    pub acted: bool,
}

/// What was decided in one transaction about one conversation.
#[derive(Debug, Default)]
struct Together<'a> {
    /// By event, until which number it is covered.
    until: BTreeMap<&'a str, i64>,
    /// From here on it is what rules did.
    ruled: Option<i64>,
}

/// The events that rules could have listened to and of which no facts are kept. What rules themselves did is none.
pub fn missed(recorded: &[Recorded], decided: &[Decided]) -> Vec<&'static str> {
    let transactions: HashMap<(ConversationId, i64), i64> =
        recorded.iter().map(|one| ((one.conversation, one.seq), one.tx)).collect();
    let mut together: HashMap<(ConversationId, i64), Together<'_>> = HashMap::new();
    for one in decided {
        let Some(tx) = transactions.get(&(one.conversation, one.seq)) else { continue };
        let here = together.entry((one.conversation, *tx)).or_default();
        let until = here.until.entry(&one.event).or_insert(one.seq);
        *until = one.seq.max(*until);
        if one.acted {
            here.ruled = Some(here.ruled.map_or(one.seq, |seq| seq.min(one.seq)));
        }
    }
    let nothing = Together::default();
    let mut missed = Vec::new();
    for one in recorded.iter().filter(|one| one.counts) {
        let here = together.get(&(one.conversation, one.tx)).unwrap_or(&nothing);
        if one.actor == Actor::Desk && here.ruled.is_some_and(|seq| seq < one.seq) {
            continue;
        }
        let is_known = |event: &&'static str| here.until.get(event).is_some_and(|until| *until >= one.seq);
        missed.extend(told(one).into_iter().filter(|event| !is_known(event)));
    }
    missed
}

/// What it is to rules.
fn told(one: &Recorded) -> Vec<&'static str> {
    let mut told = events::of(one.actor, &one.change);
    if one.is_first && told.contains(&events::MESSAGE_IN) {
        told.push(events::FIRST_MESSAGE);
    }
    if matches!(one.change, Change::HandoffCreated { .. }) {
        told.push(events::HANDED_OFF);
    }
    told
}

#[cfg(test)]
mod tests {
    use contract::{HandoffId, MessageId, Priority, ReasonCode, Stage};
    use uuid::Uuid;

    use super::*;

    fn recorded(seq: i64, tx: i64, actor: Actor, change: Change) -> Recorded {
        let conversation = ConversationId(Uuid::nil());
        Recorded { conversation, seq, tx, actor, change, is_first: seq == 2, counts: true }
    }

    fn decided(seq: i64, event: &str, acted: bool) -> Decided {
        Decided { conversation: ConversationId(Uuid::nil()), seq, event: event.to_owned(), acted }
    }

    #[test]
    fn what_was_decided_covers_its_own_transaction_alone() {
        let message = Change::MessageCreated { message: MessageId(Uuid::nil()) };
        let handoff =
            Change::HandoffCreated { handoff: HandoffId(Uuid::nil()), reason: ReasonCode::CustomerAsked };
        let urgent = Change::PriorityChanged { priority: Priority::Urgent };
        let all = [
            recorded(1, 7, Actor::Contact, Change::Opened { stage: Stage::Bot }),
            recorded(2, 7, Actor::Contact, message.clone()),
            recorded(3, 8, Actor::Contact, message.clone()),
            recorded(4, 9, Actor::Contact, message.clone()),
            recorded(5, 9, Actor::Contact, message),
            recorded(6, 9, Actor::Desk, urgent.clone()),
            recorded(7, 10, Actor::Desk, urgent),
            recorded(8, 10, Actor::Desk, handoff),
        ];
        assert_eq!(
            missed(&all, &[]),
            [
                "conversation_opened",
                "message_in",
                "first_message",
                "message_in",
                "message_in",
                "message_in",
                "priority_changed",
                "priority_changed",
                "handed_off"
            ]
        );
        // Two that came in at once were asked about once, and what the rule did is nobody's event.
        let known = [
            decided(2, "first_message", false),
            decided(5, "message_in", true),
            decided(8, "handed_off", false),
        ];
        let left = ["conversation_opened", "message_in", "message_in", "priority_changed"];
        assert_eq!(missed(&all, &known), left);
        let beside: Vec<_> = all.iter().map(|one| Recorded { counts: one.seq == 3, ..one.clone() }).collect();
        assert_eq!(missed(&beside, &known), ["message_in"]);
    }
}
