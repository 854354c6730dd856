//! The turns that a batch brings to bots. Those that are due at once are taken with the batch: the bot is asked as soon as
//! it is committed, and nobody reads back what the batch has just written.

use std::collections::HashSet;

use contract::{Author, Body, Change, ConversationId};

use super::Batch;
use crate::bots;
use crate::domain::Conversation;
use crate::state::Desk;
use crate::store::bots::{Heard, Queued, Taken};
use crate::store::journal::NewEvent;
use crate::store::messages::NewMessage;

impl Batch {
    /// The conversations whose turns may be taken with the batch: nothing that rules or other statements do to them
    /// comes between, and this process has room for them.
    pub(super) fn at_once(&self, desk: &Desk) -> HashSet<ConversationId> {
        if self.speaks_of_messages() {
            return HashSet::new();
        }
        let heard = self.heard(desk);
        let free =
            self.turns.iter().filter(|(id, (bot, _))| !heard.contains_key(id) && desk.turns.has_room(*bot));
        free.map(|(id, _)| *id).collect()
    }

    /// The turns, those of these conversations to be taken.
    pub(super) fn queued(&self, at_once: &HashSet<ConversationId>) -> Vec<Queued> {
        let queued = self.turns.iter().map(|(conversation, (bot, epoch))| Queued {
            conversation: *conversation,
            bot: *bot,
            epoch: *epoch,
            tapped: self.has_tapped(*conversation),
            take: at_once.contains(conversation),
        });
        queued.collect()
    }

    fn has_tapped(&self, id: ConversationId) -> bool {
        let last = self.messages.iter().rfind(|new| new.conversation == id && new.author == Author::Contact);
        last.is_some_and(|new| matches!(new.body, Body::ButtonReply { .. } | Body::ListReply { .. }))
    }
}

/// Adds what the batch itself has brought to what a bot is told.
pub(super) fn complete(
    taken: &mut Taken,
    (events, messages): (&[NewEvent], &[NewMessage]),
    conversation: &Conversation,
) {
    let Taken { turn, told } = taken;
    turn.window_until = conversation.window_until;
    let regained = events.iter().rev().find_map(|event| match &event.change {
        Change::OwnerChanged { cause, .. } if event.conversation == turn.conversation => {
            Some((event.seq, cause.clone()))
        }
        _ => None,
    });
    if let Some((seq, cause)) = regained {
        (turn.heard_from, turn.owner_from, turn.regained) = (seq, seq, Some(cause));
        told.regain();
    }
    let all = bots::bot(&turn.kind).is_some_and(|bot| bot.about().calls_out);
    let heard = messages.iter().filter(|new| {
        new.conversation == turn.conversation && new.author == Author::Contact && new.seq > turn.heard_from
    });
    for new in heard {
        told.add(Heard { message: new.id, seq: new.seq, body: new.body.clone(), at: new.at }, all);
    }
}
