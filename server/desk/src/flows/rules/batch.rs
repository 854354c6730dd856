//! What a batch of webhooks has brought, conversation by conversation, in the batch's own transaction and under the locks
//! that it holds.

use std::collections::BTreeMap;

use contract::{Actor, Change, ConversationId, Owner, Stage};

use super::super::Outcome;
use super::super::work::{Wakes, Work};
use crate::domain::rules::{Compiled, events};
use crate::state::Desk;
use crate::store::Tx;
use crate::store::journal::NewEvent;

/// What has happened in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Happened {
    /// The events that rules listen to, each once, in their order.
    events: Vec<&'static str>,
    /// Where it stood before, if it has moved.
    was: Option<(Stage, Owner)>,
}

/// By conversation, in the order of their locks.
pub type Heard = BTreeMap<ConversationId, Happened>;

/// What rules listen to of these events. `is_first` says in which conversations a customer has written for the first
/// time.
pub fn heard(rules: &Compiled, all: &[NewEvent], is_first: impl Fn(ConversationId) -> bool) -> Heard {
    let mut heard = Heard::new();
    if rules.is_idle() {
        return heard;
    }
    for event in all {
        let happened = heard.entry(event.conversation).or_default();
        if let Change::OwnerChanged { from_stage, from, .. } = &event.change {
            happened.was.get_or_insert((*from_stage, *from));
        }
        for key in events::of(event.actor, &event.change) {
            // What comes first stands first.
            if key == events::MESSAGE_IN && is_first(event.conversation) {
                happened.add(rules, events::FIRST_MESSAGE);
            }
            happened.add(rules, key);
        }
    }
    heard.retain(|_, happened| !happened.events.is_empty());
    heard
}

impl Happened {
    fn add(&mut self, rules: &Compiled, key: &'static str) {
        if rules.listens(key) && !self.events.contains(&key) {
            self.events.push(key);
        }
    }
}

/// Asks the rules. Others must be told of what they have done once the transaction is committed; the conversations in
/// which they have done something.
pub async fn ask(desk: &Desk, mut tx: Tx, heard: Heard) -> Outcome<(Tx, Wakes, Vec<ConversationId>)> {
    let (mut news, mut moved) = (Wakes::default(), Vec::new());
    for (id, mut happened) in heard {
        let Some(held) = tx.lock(id).await? else { continue };
        // Whoever is blocked writes into a conversation that stays resolved.
        if held.conversation.stage == Stage::Resolved && happened.events.contains(&events::MESSAGE_IN) {
            // What they were asked for counts all the same.
            happened.events.retain(|event| *event == events::RATED);
        }
        if happened.events.is_empty() {
            continue;
        }
        let mut work = Work::over(desk, tx, held, Actor::Desk)?;
        if let Some(was) = happened.was {
            work.stood(was);
        }
        super::ask(&mut work, &happened.events).await?;
        let (held, more) = work.write_down().await?;
        tx = held;
        if more.has_events() {
            moved.push(id);
        }
        news.add(more);
    }
    Ok((tx, news, moved))
}

#[cfg(test)]
mod tests {
    use contract::rules::{Act, Rule};
    use contract::{MessageId, RuleId, Time};
    use uuid::Uuid;

    use super::*;

    fn event(seq: i64, actor: Actor, change: Change) -> NewEvent {
        NewEvent { conversation: ConversationId(Uuid::nil()), seq, at: Time(0), actor, change }
    }

    fn listening(when: &[&str]) -> Compiled {
        let rule = Rule {
            id: RuleId(Uuid::nil()),
            name: "a rule".to_owned(),
            active: true,
            when: when.iter().map(|when| (*when).to_owned()).collect(),
            condition: contract::rules::Condition::default(),
            then: vec![Act { action: "resolve".to_owned(), with: BTreeMap::new(), ladder: Vec::new() }],
            after: contract::rules::After::Stop,
        };
        Compiled::new(1, vec![rule])
    }

    #[test]
    fn each_event_is_told_once_and_only_to_rules_that_listen() {
        let message = MessageId(Uuid::nil());
        let all = [
            event(1, Actor::Contact, Change::Opened { stage: Stage::Bot }),
            event(2, Actor::Contact, Change::MessageCreated { message }),
            event(3, Actor::Contact, Change::MessageCreated { message }),
        ];
        let told =
            |rules: &Compiled| heard(rules, &all, |_| true).into_values().next().unwrap_or_default().events;
        assert_eq!(
            told(&listening(&["message_in"])),
            ["conversation_opened", "first_message", "message_in"],
            "what was known at the beginning is kept, whoever listens"
        );
        assert_eq!(told(&listening(&["resolved"])), ["conversation_opened", "first_message"]);
        assert!(told(&Compiled::default()).is_empty(), "nobody asks where there are no rules");
    }
}
