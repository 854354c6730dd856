//! Withdrawing a message that has not left.

use contract::MessageId;

use super::work::Work;
use super::{Agent, Outcome};
use crate::domain::Refused;

/// Withdraws what is still queued of a message.
pub async fn cancel(work: &mut Work, agent: Agent, message: MessageId) -> Outcome<()> {
    work.conversation.mine_or_free(agent.id)?;
    work.message(message).await?;
    if !work.tx.cancel_message(message, "withdrawn").await? {
        let why = "It has left already: WhatsApp cannot call a message back.";
        return Err(Refused::Invalid(why.to_owned()).into());
    }
    work.refresh_message(message, Some(("withdrawn", "Withdrawn before it left."))).await
}
