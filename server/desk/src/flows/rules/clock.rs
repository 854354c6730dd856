//! What time brings about: each is told once, in a transaction that holds the conversation's lock, whichever server is
//! first.

use contract::{Actor, ConversationId};

use super::super::Outcome;
use super::super::work::Work;
use crate::state::Desk;

/// Asks the rules about what is due in a conversation. Where somebody works on it just now, it is due a moment later.
pub async fn strike(desk: &Desk, id: ConversationId) -> Outcome<()> {
    let mut tx = desk.store.begin().await?;
    let Some(held) = tx.lock_free(&[id]).await?.remove(&id) else { return Ok(()) };
    let mut work = Work::over(desk, tx, held, Actor::Desk)?;
    let rules = work.rules.clone();
    let due = work.tx.take_timers(id, rules.timed()).await?;
    if due.is_empty() {
        return Ok(());
    }
    let happened: Vec<&str> = due.iter().map(String::as_str).collect();
    super::ask(&mut work, &happened).await?;
    work.commit(desk).await
}
