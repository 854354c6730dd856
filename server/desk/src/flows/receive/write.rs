//! Writing a batch: a statement a table.

use std::collections::HashSet;

use contract::{Actor, Change, ConversationId};

use super::{Batch, Parsed, late, turns};
use crate::flows::Outcome;
use crate::store::Tx;
use crate::store::batch::{Outcomes, Settled};
use crate::store::bots::Taken;
use crate::store::ledger::{Entry, NewEntry, Pending, Tally};

/// What is particular about how a batch is written.
#[derive(Default)]
pub(super) struct How<'a> {
    /// Its webhooks, if they are not in the ledger yet.
    pub new: Option<&'a [&'a Parsed]>,
    /// The conversations whose turns are taken with it.
    pub at_once: HashSet<ConversationId>,
}

/// Writes everything that a batch has come to. The turns that were taken with it.
pub(super) async fn write(tx: &mut Tx, mut batch: Batch, how: How<'_>) -> Outcome<Vec<Taken>> {
    batch.note_renames();
    let now = batch.now;
    let (mut opened, mut changed) = (Vec::new(), Vec::new());
    for id in &batch.touched {
        let Some(conversation) = batch.conversations.remove(id) else { continue };
        if batch.opened.contains(id) { opened.push(conversation) } else { changed.push(conversation) }
    }
    tx.open_conversations(&opened).await?;
    let queued = batch.queued(&how.at_once);
    let mut messages = std::mem::take(&mut batch.messages);
    if batch.speaks_of_messages() {
        tx.add_messages(&messages).await?;
        messages.clear();
    }
    tx.want_files(&batch.files).await?;
    tx.save_progress(&batch.take_progress()).await?;
    tx.move_messages(&batch.moved).await?;
    late::carry_out(tx, std::mem::take(&mut batch.late), now).await?;
    tx.note_sightings(&batch.sighted).await?;
    tx.park(&batch.parked, now).await?;
    tx.reject(&batch.rejections, now).await?;
    let pointed: Vec<_> =
        batch.pointed.iter().map(|(id, (conversation, last))| (*id, *conversation, last.clone())).collect();
    let Batch { events, tallies, .. } = &batch;
    let new: Option<Vec<NewEntry<'_>>> =
        how.new.map(|new| new.iter().map(|one| one.written(tallies)).collect());
    let ledger = new.as_deref().map_or(Outcomes::Kept(tallies), Outcomes::New);
    let settled = Settled {
        messages: &messages,
        events,
        changed: &changed,
        pointed: &pointed,
        ledger,
        turns: (&queued, now),
    };
    let mut taken = tx.settle_batch(settled).await?;
    for one in &mut taken {
        let id = one.turn.conversation;
        if let Some(conversation) = opened.iter().chain(&changed).find(|conversation| conversation.id == id) {
            turns::complete(one, (events, &messages), conversation);
        }
    }
    Ok(taken)
}

impl Parsed {
    /// The webhook with what became of it.
    fn written(&self, tallies: &[(Entry, Tally)]) -> NewEntry<'_> {
        let Pending { entry, received_at, incoming, .. } = &self.pending;
        let tally = tallies.iter().find(|(of, _)| of == entry).map(|(_, tally)| *tally);
        NewEntry { entry, received_at: *received_at, incoming, tally }
    }
}

impl Batch {
    /// Whether something that is written on its own may point to messages of this batch: then they go first.
    pub(super) fn speaks_of_messages(&self) -> bool {
        !(self.files.is_empty() && self.moved.is_empty() && self.late.is_empty())
    }

    /// Contacts who call themselves something else, and their open conversations that show it.
    fn note_renames(&mut self) {
        let renamed = std::mem::take(&mut self.renamed);
        for (contact, (name, username)) in renamed {
            self.late.push(super::Late::Rename { contact, name, username });
            let shown: Vec<_> = self
                .conversations
                .values()
                .filter(|conversation| {
                    conversation.contact == contact && !self.opened.contains(&conversation.id)
                })
                .map(|conversation| conversation.id)
                .collect();
            for id in shown {
                self.record(id, Actor::Contact, Change::ContactChanged);
            }
        }
    }
}
