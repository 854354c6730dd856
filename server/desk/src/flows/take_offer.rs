//! Accepting and declining an offer: each a compare-and-set on the offer and the epoch, under the conversation's lock.

use contract::event::HandoffNews;
use contract::{Change, OfferId};

use super::place::{self, tell};
use super::work::Work;
use super::{Agent, Outcome, note};
use crate::domain::Refused;
use crate::store::offers::{Ended, Offered};

/// Accepts an offer. Of two who do so at once one has it, and the other is told who.
pub async fn accept(work: &mut Work, agent: Agent, epoch: i64, id: OfferId) -> Outcome<()> {
    let offer = asked(work, agent, (epoch, id)).await?;
    let now = work.now;
    if !work.tx.end_offer(&offer, Ended::Accepted, (Some(agent.id), None), now).await? {
        return Err(Refused::OfferOver.into());
    }
    let change = work.conversation.accept(agent.id, now)?;
    work.record(Change::HandoffAccepted(HandoffNews { agent: Some(agent.id), ..place::news(&offer) }));
    work.moved(change).await?;
    tell::taken(work, agent.id).await
}

/// Declines an offer: somebody else is asked. Where a whole team is, that is when nobody is left.
pub async fn decline(
    work: &mut Work,
    agent: Agent,
    epoch: i64,
    (id, reason): (OfferId, Option<&str>),
) -> Outcome<()> {
    let reason = reason.map(note::tidy).transpose()?;
    let offer = asked(work, agent, (epoch, id)).await?;
    let (now, by) = (work.now, (agent.id, reason.as_deref()));
    let left = match offer.agent {
        Some(_) => false,
        None => !work.tx.decline_for_oneself(&offer, by, now).await?,
    };
    work.record(Change::HandoffDeclined(HandoffNews { agent: Some(agent.id), ..place::news(&offer) }));
    if left {
        return Ok(());
    }
    if !work.tx.end_offer(&offer, Ended::Declined, (Some(by.0), by.1), now).await? {
        return Err(Refused::OfferOver.into());
    }
    place::declined(work).await
}

/// The offer, if it is this agent's to answer now.
async fn asked(work: &mut Work, agent: Agent, (epoch, id): (i64, OfferId)) -> Outcome<Offered> {
    let conversation = work.conversation.id;
    let offer = work.tx.offer_of(id, conversation).await?.ok_or(Refused::NotFound)?;
    // Somebody else has it already: that is what they want to know.
    work.conversation.mine_or_free(agent.id)?;
    if !offer.open || offer.until <= work.now || offer.epoch != work.conversation.epoch {
        return Err(Refused::OfferOver.into());
    }
    work.conversation.seen(epoch)?;
    if !work.tx.is_asked(&offer, agent.id).await? {
        return Err(Refused::Forbidden.into());
    }
    Ok(offer)
}
