//! What became of a provider call: written down in one transaction, after the call and outside it.

use contract::{Actor, Author, Change, ConversationId, DeliveryId, DeliveryState};

use super::work::Work;
use super::{Outcome, opt_out};
use crate::state::Desk;
use crate::store::outbox::{Claimed, Fresh, Later, Moved, Part};

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// The provider has taken it.
    Accepted {
        /// The provider's id of it.
        id: String,
        /// The address that the provider knows the recipient by.
        address: Option<String>,
    },
    /// It will be tried again.
    Later {
        /// After so many milliseconds.
        wait_ms: i64,
        /// Why, for a program.
        code: String,
        /// Why, for a person.
        reason: String,
    },
    /// It will not arrive.
    Failed {
        /// Why, for a program.
        code: String,
        /// Why, for a person.
        reason: String,
    },
    /// The provider may have it or not.
    Uncertain {
        /// What is known.
        reason: String,
    },
}

/// Writes down what became of a delivery that this process has made. If a status was faster, or the lease has
/// ended meanwhile, only what is news is written.
pub async fn settle(desk: &Desk, claimed: &Claimed, settled: &Settled) -> Outcome<()> {
    let mut work = Work::open(desk, claimed.conversation, Actor::Provider).await?;
    let parts = work.tx.parts(&[claimed.message]).await?;
    let Some(part) = parts.iter().find(|part| part.id == claimed.id) else { return Ok(()) };
    match settled {
        Settled::Accepted { id, address } => accepted(&mut work, part, id, address.as_deref()).await?,
        // Whatever a status or an ended lease has made of it meanwhile holds.
        _ if part.state != DeliveryState::Sending => return Ok(()),
        Settled::Later { wait_ms, code, reason } => {
            let later = Later { wait_ms: *wait_ms, code: Some(code), reason: Some(reason), fresh: Fresh::No };
            work.tx.requeue(part.id, later).await?;
            work.requeued();
            changed(&mut work, part, Some((code, reason))).await?;
        }
        Settled::Failed { code, reason } => failed(&mut work, part, code, reason).await?,
        Settled::Uncertain { reason } => uncertain(&mut work, part, reason).await?,
    }
    work.commit(desk).await?;
    // The next message of this conversation may go now.
    desk.bus.deliveries();
    Ok(())
}

/// A delivery's lease has ended without an answer: whoever made the call is gone, and the provider may have it
/// or not. Never sent again by itself.
pub async fn abandon(desk: &Desk, delivery: DeliveryId, conversation: ConversationId) -> Outcome<()> {
    let mut work = Work::open(desk, conversation, Actor::Desk).await?;
    let Some(part) = work.tx.lock_abandoned(delivery).await? else { return Ok(()) };
    uncertain(&mut work, &part, "The desk stopped before the provider's answer was known.").await?;
    work.commit(desk).await?;
    desk.bus.deliveries();
    Ok(())
}

async fn accepted(work: &mut Work, part: &Part, id: &str, address: Option<&str>) -> Outcome<()> {
    let provider_id = (!id.is_empty()).then_some(id);
    let known = matches!(part.state, DeliveryState::Sending | DeliveryState::Uncertain);
    let state = if known { DeliveryState::Accepted } else { part.state };
    work.tx.move_delivery(part.id, Moved { state, provider_id, code: None, reason: None }).await?;
    if let Some(address) = address {
        work.tx.learn_identity(work.conversation.id, address).await?;
    }
    if known { changed(work, part, None).await } else { Ok(()) }
}

async fn failed(work: &mut Work, part: &Part, code: &str, reason: &str) -> Outcome<()> {
    let to =
        Moved { state: DeliveryState::Failed, provider_id: None, code: Some(code), reason: Some(reason) };
    work.tx.move_delivery(part.id, to).await?;
    if part.reaction {
        // It never reached the phone, so it must not look as if it had.
        if let Some(agent) = work.conversation.owner.agent() {
            work.tx.react(part.message, Author::Agent(agent), None).await?;
            work.record(Change::MessageChanged { message: part.message });
        }
        return Ok(());
    }
    work.tx.cancel_message(part.message, "earlier_part_failed").await?;
    let Some(scope) = opt_out::told(work.provider.about().provider, (code, reason)) else {
        return changed(work, part, Some((code, reason))).await;
    };
    let wish = opt_out::wish(&work.conversation, scope, (code, reason), work.now);
    work.record_by(Actor::Contact, Change::ConsentChanged { scope, state: wish.state });
    work.tx.add_consents(&[wish]).await?;
    changed(work, part, Some((code, &opt_out::explained(scope, reason)))).await
}

async fn uncertain(work: &mut Work, part: &Part, reason: &str) -> Outcome<()> {
    let to = Moved {
        state: DeliveryState::Uncertain,
        provider_id: None,
        code: Some("no_answer"),
        reason: Some(reason),
    };
    work.tx.move_delivery(part.id, to).await?;
    changed(work, part, Some(("no_answer", reason))).await
}

async fn changed(work: &mut Work, part: &Part, why: Option<(&str, &str)>) -> Outcome<()> {
    if part.reaction {
        return Ok(());
    }
    work.refresh_message(part.message, why).await
}
