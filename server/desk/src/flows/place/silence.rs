//! An agent who says nothing for longer than their team allows: the bot steps in rather than leaving the customer alone.

use contract::team::{Obstacle, TextKind};
use contract::{Actor, ConversationId, Packet, ReasonCode, Stage};

use super::super::Outcome;
use super::super::work::Work;
use super::terms::Terms;
use super::{fallback, tell};
use crate::state::Desk;

/// Takes a conversation from an agent who owes an answer for too long. Without a bot that could step in it waits for
/// somebody else.
pub async fn end(desk: &Desk, id: ConversationId) -> Outcome<()> {
    let mut work = Work::open(desk, id, Actor::Desk).await?;
    if work.conversation.stage != Stage::Assigned || !work.tx.is_silent(id).await? {
        return Ok(());
    }
    let terms = Terms::of(&mut work).await?;
    if !fallback::start(&mut work, &terms, Obstacle::AgentSilent, None).await? {
        let change = work.conversation.release("agent_silent", work.now);
        work.moved(change).await?;
    }
    let nothing = Packet::because(ReasonCode::Rule);
    tell::first_of(&mut work, &terms, (&nothing, &[TextKind::AgentSilent])).await?;
    work.commit(desk).await
}
