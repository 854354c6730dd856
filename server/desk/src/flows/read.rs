//! Reading: an agent has seen what the customer wrote.

use contract::{Change, Owner};

use super::Agent;
use super::work::Work;
use crate::jobs::marks::Mark;

/// Notes that an agent has read up to an event. Only the owner's reading counts, and shows the customer blue
/// ticks: a supervisor who looks in is no answer.
pub fn read(work: &mut Work, agent: Agent, seq: i64) {
    let mine = work.conversation.owner == Owner::Agent(agent.id);
    if !mine || work.conversation.unread == 0 || seq < work.conversation.seq {
        return;
    }
    work.conversation.unread = 0;
    work.record(Change::ReadByAgent);
    work.mark(Mark::Read(work.conversation.id));
}
