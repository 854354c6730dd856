//! Priorities.

use contract::{Change, Priority};

use super::work::Work;

/// Says how soon somebody should look.
pub fn prioritise(work: &mut Work, priority: Priority) {
    if work.conversation.priority == priority {
        return;
    }
    work.conversation.priority = priority;
    work.record(Change::PriorityChanged { priority });
}
