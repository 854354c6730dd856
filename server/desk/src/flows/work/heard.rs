//! What has happened in a piece of work, as far as rules listen to it.

use contract::{Actor, Change};

use crate::domain::rules::{Compiled, events};

/// What was heard.
#[derive(Debug, Default)]
pub(in crate::flows) struct Heard {
    /// The events, each once, in their order.
    pub(super) events: Vec<&'static str>,
    /// Whether anybody listens just now.
    pub(super) loud: Loud,
}

/// Whether anybody listens. What rules themselves do, nobody hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::flows) enum Loud {
    /// Rules do.
    #[default]
    Yes,
    /// Nobody does.
    No,
}

impl Heard {
    /// Hears what was recorded.
    pub(super) fn hear(&mut self, rules: &Compiled, actor: Actor, change: &Change) {
        if self.loud == Loud::No || rules.is_idle() {
            return;
        }
        for event in events::of(actor, change) {
            if rules.listens(event) && !self.events.contains(&event) {
                self.events.push(event);
            }
        }
    }

    /// Nobody listens from now on. Whether somebody did.
    pub(super) fn hush(&mut self) -> Loud {
        std::mem::replace(&mut self.loud, Loud::No)
    }
}
