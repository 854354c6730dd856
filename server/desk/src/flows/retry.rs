//! What did not arrive: trying it again, and settling what nobody knows.

use contract::command::Verdict;
use contract::{Body, DeliveryState, MessageId};

use super::work::Work;
use super::{Agent, Outcome, template};
use crate::domain::Refused;
use crate::store::outbox::{Fresh, Later, Moved};

const AGAIN: Later<'static> = Later { wait_ms: 0, code: None, reason: None, fresh: Fresh::Yes };

/// Sends a failed message again, from its failed part on.
pub async fn retry(work: &mut Work, agent: Agent, epoch: i64, message: MessageId) -> Outcome<()> {
    work.conversation.mine_or_free(agent.id)?;
    work.conversation.seen(epoch)?;
    let found = work.message(message).await?;
    if found.state != Some(DeliveryState::Failed) {
        return Err(Refused::Invalid("Only a message that has failed can be tried again.".to_owned()).into());
    }
    may_go(work, &found.body).await?;
    requeue(work, message, &[DeliveryState::Failed, DeliveryState::Cancelled]).await
}

/// Settles a message that the provider may have or not.
pub async fn settle(work: &mut Work, agent: Agent, message: MessageId, verdict: Verdict) -> Outcome<()> {
    work.conversation.mine_or_free(agent.id)?;
    let found = work.message(message).await?;
    if found.state != Some(DeliveryState::Uncertain) {
        return Err(Refused::Invalid("It is known by now what became of this message.".to_owned()).into());
    }
    if verdict == Verdict::SendAgain {
        may_go(work, &found.body).await?;
        return requeue(work, message, &[DeliveryState::Uncertain, DeliveryState::Cancelled]).await;
    }
    for part in work.tx.parts(&[message]).await? {
        if part.state == DeliveryState::Uncertain {
            let to = Moved {
                state: DeliveryState::Accepted,
                provider_id: None,
                code: Some("settled_by_hand"),
                reason: None,
            };
            work.tx.move_delivery(part.id, to).await?;
        }
    }
    work.refresh_message(message, None).await
}

/// What held when it was written may hold no longer: the window, the template, the customer's wish.
async fn may_go(work: &mut Work, body: &Body) -> Outcome<()> {
    if let Body::Template(template) = body {
        return template::hold_again(work, template).await;
    }
    if body.needs_window() && !work.conversation.window_open(work.now) {
        return Err(Refused::WindowClosed.into());
    }
    Ok(())
}

async fn requeue(work: &mut Work, message: MessageId, from: &[DeliveryState]) -> Outcome<()> {
    for part in work.tx.parts(&[message]).await? {
        if !part.reaction && from.contains(&part.state) {
            work.tx.requeue(part.id, AGAIN).await?;
        }
    }
    work.requeued();
    work.refresh_message(message, None).await
}
