//! Opening a resolved conversation again, for oneself.

use super::work::Work;
use super::{Agent, Outcome};
use crate::domain::Refused;

/// Reopens a conversation. If the customer has begun another one since, that one is where to go on.
pub async fn reopen(work: &mut Work, agent: Agent) -> Outcome<()> {
    let change = work.conversation.reopen(agent.id, work.now)?;
    if !work.tx.is_latest(&work.conversation).await? {
        let why = "The customer has begun another conversation since. Go on there.";
        return Err(Refused::Invalid(why.to_owned()).into());
    }
    work.moved(change).await
}
