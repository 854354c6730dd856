//! Typing: somebody writes a reply or a note.

use contract::Owner;

use super::Agent;
use super::work::Work;
use crate::jobs::marks::Mark;

/// Tells the colleagues that an agent is typing. Where it is a reply of the owner's that could go out as it is, the
/// customer is told too.
pub fn typing(work: &mut Work, agent: Agent, reply: bool) {
    work.type_hint(agent.id);
    let conversation = &work.conversation;
    if reply && conversation.owner == Owner::Agent(agent.id) && conversation.window_open(work.now) {
        work.mark(Mark::Typing(conversation.id));
    }
}
