//! Closing a conversation. It keeps its history; the customer's next message may reopen it.

use contract::Change;
use contract::event::HandoffNews;

use super::work::Work;
use super::{Agent, Outcome};

/// Resolves a conversation. A colleague's is refused with who has it, and resolving twice is refused, so that
/// two agents see who was first.
pub async fn resolve(work: &mut Work, agent: Agent, epoch: i64) -> Outcome<()> {
    work.conversation.mine_or_free(agent.id)?;
    work.conversation.seen(epoch)?;
    close(work).await
}

/// Resolves it, whoever has it.
pub(super) async fn close(work: &mut Work) -> Outcome<()> {
    let change = work.conversation.resolve(work.now)?;
    work.moved(change).await?;
    if work.tx.end_callback(work.conversation.id, "dropped", work.now).await? {
        work.record(Change::CallbackDropped(HandoffNews::default()));
    }
    Ok(())
}
