//! Whom a piece of work wakes once it is committed.

use contract::{AgentId, ConversationId};

use crate::jobs::marks::Mark;
use crate::state::Desk;

/// What others must be told.
#[derive(Debug, Default)]
pub(in crate::flows) struct Wakes {
    pub(super) events: bool,
    pub(super) deliveries: bool,
    pub(super) fetch: bool,
    pub(super) marks: Vec<Mark>,
    pub(super) typing: Vec<(AgentId, ConversationId)>,
}

impl Wakes {
    /// Whether anything was recorded.
    pub(in crate::flows) fn has_events(&self) -> bool {
        self.events
    }

    /// The same, and more.
    pub(in crate::flows) fn add(&mut self, more: Wakes) {
        self.events |= more.events;
        self.deliveries |= more.deliveries;
        self.fetch |= more.fetch;
        self.marks.extend(more.marks);
        self.typing.extend(more.typing);
    }

    /// Tells them.
    pub(in crate::flows) fn tell(self, desk: &Desk) {
        if self.events {
            desk.bus.events();
        }
        if self.deliveries {
            desk.bus.deliveries();
        }
        if self.fetch {
            desk.bus.files();
        }
        for mark in self.marks {
            desk.bus.mark(mark);
        }
        for (agent, conversation) in self.typing {
            desk.bus.typing(agent, conversation);
        }
    }
}
