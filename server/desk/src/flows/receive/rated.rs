//! The customer says how it was. That is no question: it opens nothing again, and no bot answers it.

use contract::{Actor, AddressId, Body, Change, ConversationId, MessageId, Stage, Time};

use super::{Batch, Late};
use crate::domain::rating;

impl Batch {
    /// Whether a message is the answer that a customer was asked for, and which.
    pub(super) fn rating(&self, address: AddressId, body: &Body, at: Time) -> Option<(ConversationId, i16)> {
        let known = self.addresses.get(&address).filter(|known| !known.blocked)?;
        let id = known.conversation.filter(|id| self.rated.get(id).is_some_and(|until| at < *until))?;
        Some((id, rating::score(body)?))
    }

    /// The answer counts once.
    pub(super) fn rate(&mut self, id: ConversationId, (message, score): (MessageId, i16)) {
        self.rated.remove(&id);
        self.late.push(Late::Rate { conversation: id, message, score });
        self.record(id, Actor::Contact, Change::Rated { score });
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        if conversation.stage == Stage::Resolved {
            conversation.unread = 0;
        }
    }
}
