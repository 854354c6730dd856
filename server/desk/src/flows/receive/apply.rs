//! Applying the items of one webhook in memory.

use contract::{Actor, Change, ConversationId};

use super::{Batch, Late, Parsed};
use crate::channels::Item;
use crate::store::channels::Channel;
use crate::store::journal::NewEvent;
use crate::store::ledger::{NewRejection, Tally};

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    Applied,
    Duplicate,
    Ignored,
    Parked,
    Rejected { reason: &'static str, detail: String, provider_channel: Option<String> },
}

impl Batch {
    /// Applies a webhook: every item by itself, so that a bad one does not harm its neighbours.
    pub(super) fn apply(&mut self, parsed: &Parsed) {
        let mut tally = Tally::default();
        let items = match &parsed.items {
            Ok(items) => items.as_slice(),
            Err(malformed) => {
                tally.items = 1;
                let fate = Fate::Rejected {
                    reason: "malformed",
                    detail: malformed.0.clone(),
                    provider_channel: None,
                };
                self.count(parsed, 0, fate, &mut tally);
                &[]
            }
        };
        tally.items += i32::try_from(items.len()).unwrap_or(i32::MAX);
        for (index, item) in items.iter().enumerate() {
            let fate = self.item(parsed, item);
            self.count(parsed, index, fate, &mut tally);
        }
        self.tallies.push((parsed.pending.entry.clone(), tally));
    }

    fn item(&mut self, parsed: &Parsed, item: &Item) -> Fate {
        let connection = parsed.pending.incoming.connection;
        match item {
            Item::Message(inbound) => match self.channel(parsed, &inbound.channel) {
                Ok(_) if self.is_repeat(parsed, inbound) => Fate::Duplicate,
                Ok(channel) => self.message(&channel, inbound, parsed.pending.received_at),
                Err(fate) => fate,
            },
            Item::Status(status) if status.channel.is_empty() => {
                match super::any_of(&self.channels, connection) {
                    Some(channel) => self.status(channel, status, &parsed.pending.entry),
                    None => no_channel("", "No number is set up for the connection."),
                }
            }
            Item::Status(status) => match self.channel(parsed, &status.channel) {
                Ok(channel) => self.status(channel.id, status, &parsed.pending.entry),
                Err(fate) => fate,
            },
            Item::Event(_) if self.told => Fate::Duplicate,
            Item::Event(event) => {
                let channel = event
                    .channel
                    .as_ref()
                    .and_then(|named| self.channels.get(&(connection, named.clone())))
                    .cloned();
                if let Some(channel) = &channel {
                    self.preference(channel, event, parsed.pending.received_at);
                    self.merged(channel, event, parsed.pending.received_at);
                }
                let channel = channel.map(|channel| channel.id);
                self.late.push(Late::Account { connection, channel, event: event.clone() });
                Fate::Applied
            }
            Item::Ignored { .. } => Fate::Ignored,
            Item::Rejected { channel, reason, .. } => Fate::Rejected {
                reason: "malformed",
                detail: reason.clone(),
                provider_channel: channel.clone(),
            },
        }
    }

    fn channel(&self, parsed: &Parsed, named: &str) -> Result<Channel, Fate> {
        let connection = parsed.pending.incoming.connection;
        self.channels
            .get(&(connection, named.to_owned()))
            .cloned()
            .ok_or_else(|| no_channel(named, "No number with this id is set up for the connection."))
    }

    fn count(&mut self, parsed: &Parsed, index: usize, fate: Fate, tally: &mut Tally) {
        match fate {
            Fate::Applied => tally.applied += 1,
            Fate::Duplicate => tally.duplicate += 1,
            Fate::Ignored => tally.ignored += 1,
            Fate::Parked => tally.parked += 1,
            Fate::Rejected { reason, detail, provider_channel } => {
                tally.rejected += 1;
                self.rejections.push(NewRejection {
                    entry: parsed.pending.entry.clone(),
                    connection: parsed.pending.incoming.connection,
                    item: i32::try_from(index).unwrap_or(i32::MAX),
                    reason,
                    detail,
                    provider_channel,
                });
            }
        }
    }

    /// Records what happened in a conversation that is locked, under its next number.
    pub(super) fn record(&mut self, id: ConversationId, actor: Actor, change: Change) -> i64 {
        let Some(conversation) = self.conversations.get_mut(&id) else { return 0 };
        let seq = conversation.next_seq();
        self.touched.insert(id);
        self.events.push(NewEvent { conversation: id, seq, at: self.now, actor, change });
        seq
    }
}

fn no_channel(named: &str, detail: &str) -> Fate {
    let provider_channel = Some(named.to_owned()).filter(|named| !named.is_empty());
    Fate::Rejected { reason: "unknown_channel", detail: detail.to_owned(), provider_channel }
}
