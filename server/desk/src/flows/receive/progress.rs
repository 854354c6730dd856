//! What statuses do: per delivery only the furthest counts, and a message is as far as its slowest part.

use std::collections::{BTreeMap, HashMap};

use contract::{Actor, Change, ChannelId, ConversationId, DeliveryId, DeliveryState, MessageId, Time};
use serde::{Deserialize, Serialize};

use super::Batch;
use super::apply::Fate;
use crate::channels::{Class, Fault, Status, StatusWord};
use crate::domain::delivery;
use crate::flows::opt_out;
use crate::store::ledger::Entry;
use crate::store::outbox::Part;
use crate::store::statuses::{MessageMoved, NewParked, Progress, Target};

/// How far the deliveries and messages of a batch have come.
#[derive(Default)]
pub(super) struct Ledger {
    states: HashMap<DeliveryId, DeliveryState>,
    echoes: HashMap<MessageId, DeliveryState>,
    moved: BTreeMap<DeliveryId, Progress>,
    touched: BTreeMap<MessageId, ConversationId>,
    before: HashMap<MessageId, Option<DeliveryState>>,
    failures: HashMap<MessageId, (String, String)>,
}

/// A status as it is parked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ParkedStatus {
    /// The provider's id of the message.
    pub(super) id: String,
    /// What we attached to the send.
    #[serde(default)]
    pub(super) opaque: Option<String>,
    word: String,
    at: Option<i64>,
    failure: Option<(String, String)>,
    price: Option<String>,
}

/// What a status says, as far as it moves anything.
#[derive(Clone)]
pub(super) struct Word {
    word: StatusWord,
    at: Option<Time>,
    failure: Option<(String, String)>,
    price: Option<String>,
}

impl Ledger {
    pub(super) fn new(parts: &[Part], echoes: Vec<(MessageId, DeliveryState)>) -> Ledger {
        Ledger {
            states: parts.iter().map(|part| (part.id, part.state)).collect(),
            echoes: echoes.into_iter().collect(),
            ..Ledger::default()
        }
    }

    /// Applies a status to what it is about. Says whether it moved it.
    pub(super) fn hear(&mut self, target: &Target, word: &Word) -> bool {
        let Some(delivery) = target.delivery else { return self.hear_echo(target, word) };
        let Some(state) = self.states.get(&delivery).copied() else { return false };
        let Some(next) = delivery::after_status(state, word.word) else { return false };
        self.states.insert(delivery, next);
        let moved = self.moved.entry(delivery).or_insert_with(|| Progress {
            delivery,
            provider_id: target.provider_id.clone(),
            state: next,
            sent_at: None,
            delivered_at: None,
            read_at: None,
            played_at: None,
            failure: None,
            price: None,
        });
        moved.state = next;
        moved.price = word.price.clone().or_else(|| moved.price.take());
        match word.word {
            StatusWord::Sent => moved.sent_at = word.at,
            StatusWord::Delivered => moved.delivered_at = word.at,
            StatusWord::Read => moved.read_at = word.at,
            StatusWord::Played => (moved.read_at, moved.played_at) = (moved.read_at.or(word.at), word.at),
            StatusWord::Failed => moved.failure = word.failure.clone(),
        }
        if let Some(failure) = word.failure.clone().filter(|_| next == DeliveryState::Failed) {
            self.failures.insert(target.message, failure);
        }
        self.touched.insert(target.message, target.conversation);
        true
    }

    fn hear_echo(&mut self, target: &Target, word: &Word) -> bool {
        let Some(state) = self.echoes.get(&target.message).copied() else { return false };
        let Some(next) = delivery::after_status(state, word.word) else { return false };
        self.echoes.insert(target.message, next);
        self.touched.insert(target.message, target.conversation);
        true
    }
}

impl Word {
    fn of(status: &Status) -> Word {
        Word {
            word: status.word,
            at: status.at.map(|at| Time(at.as_millisecond())),
            failure: status.fault.as_ref().map(|fault| (fault.code.clone(), fault.reason.clone())),
            price: status.price.clone(),
        }
    }

    pub(super) fn of_parked(parked: &ParkedStatus) -> Option<Word> {
        const WORDS: [StatusWord; 5] = [
            StatusWord::Sent,
            StatusWord::Delivered,
            StatusWord::Read,
            StatusWord::Played,
            StatusWord::Failed,
        ];
        let word = WORDS.into_iter().find(|word| word.as_str() == parked.word)?;
        Some(Word {
            word,
            at: parked.at.map(Time),
            failure: parked.failure.clone(),
            price: parked.price.clone(),
        })
    }
}

impl Batch {
    /// Applies a status, or parks it when its message is not known (yet).
    pub(super) fn status(&mut self, channel: ChannelId, status: &Status, entry: &Entry) -> Fate {
        let key = (channel, status.id.clone());
        let found = self.targets.get(&key).cloned();
        let of = found.as_ref().map_or(channel, |target| target.on);
        self.pause_on(of, status.fault.as_ref());
        let Some(target) = found else {
            let parked = ParkedStatus {
                id: status.id.clone(),
                opaque: status.opaque.clone(),
                word: status.word.as_str().to_owned(),
                at: status.at.map(jiff::Timestamp::as_millisecond),
                failure: status.fault.as_ref().map(|fault| (fault.code.clone(), fault.reason.clone())),
                price: status.price.clone(),
            };
            self.parked.push(NewParked {
                channel,
                provider_id: status.id.clone(),
                status: serde_json::to_value(parked).unwrap_or_default(),
                entry: entry.clone(),
                anywhere: status.channel.is_empty(),
            });
            return Fate::Parked;
        };
        if self.hear(&target, &Word::of(status)) { Fate::Applied } else { Fate::Duplicate }
    }

    /// Applies what a status says to what it is about.
    pub(super) fn hear(&mut self, target: &Target, word: &Word) -> bool {
        if !self.progress.before.contains_key(&target.message) {
            let before = self.state_of(target.message);
            self.progress.before.insert(target.message, before);
        }
        let told = word.failure.as_ref().and_then(|(code, reason)| {
            opt_out::told(&target.provider, (code, reason)).map(|scope| (scope, code.clone(), reason.clone()))
        });
        let Some((scope, code, reason)) = told else { return self.progress.hear(target, word) };
        let failure = Some((code.clone(), opt_out::explained(scope, &reason)));
        let moved = self.progress.hear(target, &Word { failure, ..word.clone() });
        if moved {
            self.refused_by_contact(target, scope, (&code, &reason));
        }
        moved
    }

    /// An account that does not hold any more stops the number.
    fn pause_on(&mut self, channel: ChannelId, fault: Option<&Fault>) {
        if let Some(fault) = fault.filter(|fault| fault.class == Class::Auth) {
            self.paused.push((channel, format!("{}: {}", fault.code, fault.reason)));
        }
    }

    /// The state of a message by those of its parts, reactions left out.
    fn state_of(&self, message: MessageId) -> Option<DeliveryState> {
        if let Some(state) = self.progress.echoes.get(&message) {
            return Some(*state);
        }
        let states: Vec<DeliveryState> = self
            .parts
            .iter()
            .filter(|part| part.message == message && !part.reaction)
            .filter_map(|part| self.progress.states.get(&part.id).copied())
            .collect();
        delivery::of_message(&states)
    }

    /// Records how far messages have come, once each.
    pub(super) fn settle_progress(&mut self) {
        let touched = std::mem::take(&mut self.progress.touched);
        for (message, conversation) in touched {
            let Some(state) = self.state_of(message) else { continue };
            if self.progress.before.get(&message) == Some(&Some(state)) {
                continue;
            }
            self.record(conversation, Actor::Provider, Change::DeliveryChanged { message, state });
            let failure = self.progress.failures.get(&message).cloned();
            self.moved.push(MessageMoved { message, state, failure });
        }
    }

    /// What is to be written of deliveries.
    pub(super) fn take_progress(&mut self) -> Vec<Progress> {
        std::mem::take(&mut self.progress.moved).into_values().collect()
    }
}
