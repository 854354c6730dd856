//! What was put aside comes back when its time has come.

use contract::{Actor, ConversationId};

use super::Outcome;
use super::work::Work;
use crate::state::Desk;

/// Wakes a conversation, if its time has come. Two servers that try at once do it once.
pub async fn wake(desk: &Desk, id: ConversationId) -> Outcome<()> {
    let mut work = Work::open(desk, id, Actor::Desk).await?;
    if work.conversation.snoozed_until.is_none_or(|until| until > work.now) {
        return Ok(());
    }
    let change = work.conversation.wake("snooze_ended", work.now);
    work.moved(change).await?;
    work.commit(desk).await
}
