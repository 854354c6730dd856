//! What somebody had who may not sign in any more, or has gone, goes back into the queue.

use contract::{Actor, ConversationId, Stage};

use super::Outcome;
use super::work::Work;
use crate::state::Desk;

/// Gives up a conversation whose agent is gone. Two servers that try at once do it once, and one that was given to
/// somebody else meanwhile stays there.
pub async fn release(desk: &Desk, id: ConversationId) -> Outcome<()> {
    let mut work = Work::open(desk, id, Actor::Desk).await?;
    let Some(agent) = work.conversation.owner.agent() else { return Ok(()) };
    if work.tx.is_active_agent(agent).await? {
        return Ok(());
    }
    let change = work.conversation.release("agent_gone", work.now);
    work.moved(change).await?;
    work.commit(desk).await
}

/// Gives up a conversation that waits for somebody who has gone for longer than their team allows.
pub async fn deserted(desk: &Desk, id: ConversationId) -> Outcome<()> {
    let mut work = Work::open(desk, id, Actor::Desk).await?;
    if work.conversation.stage != Stage::Assigned || !work.tx.is_deserted(id).await? {
        return Ok(());
    }
    let change = work.conversation.release("agent_offline", work.now);
    work.moved(change).await?;
    work.commit(desk).await
}
