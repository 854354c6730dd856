//! Work that is set down: others do theirs in the same transaction, and all of it is written in one go.

use contract::Time;

use super::Work;
use crate::domain::Conversation;
use crate::store::Tx;
use crate::store::batch::Left;
use crate::store::journal::NewEvent;
use crate::store::messages::NewMessage;
use crate::store::outbox::NewDelivery;

/// What pieces of work leave behind.
#[derive(Debug, Default)]
pub(in crate::flows) struct Down {
    messages: Vec<NewMessage>,
    deliveries: Vec<NewDelivery>,
    events: Vec<NewEvent>,
    changed: Vec<Conversation>,
}

impl Down {
    /// The same, and more.
    pub(in crate::flows) fn add(&mut self, more: Down) {
        self.messages.extend(more.messages);
        self.deliveries.extend(more.deliveries);
        self.events.extend(more.events);
        self.changed.extend(more.changed);
    }

    /// Writes all of it.
    pub(in crate::flows) async fn write(&self, tx: &mut Tx, now: Time) -> crate::store::Result<()> {
        let left = Left {
            messages: &self.messages,
            deliveries: &self.deliveries,
            events: &self.events,
            changed: &self.changed,
        };
        tx.leave(left, now).await
    }
}

impl Work {
    /// Gives the transaction back, with what is to be written; nothing if there is more to it than words: files, pauses,
    /// a template, or something that rules are to be asked about, now or in time.
    pub(in crate::flows) fn set_down(self) -> (Tx, Option<Down>) {
        let more = !self.heard.events.is_empty()
            || !self.rules.timed().is_empty()
            || self.conversation.sla.is_some()
            || !self.held_back.is_empty()
            || !self.files.is_empty()
            || !self.marks.is_empty()
            || self.used.is_some();
        let Work { tx, conversation, before, messages, deliveries, events, .. } = self;
        let changed = if conversation == before { Vec::new() } else { vec![conversation] };
        (tx, (!more).then_some(Down { messages, deliveries, events, changed }))
    }
}
