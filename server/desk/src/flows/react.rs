//! The owner's emoji on the customer's message.

use contract::capability::{Degree, Feature};
use contract::{Author, Change, MessageId, Owner};

use super::Outcome;
use super::work::Work;
use crate::domain::Refused;
use crate::store::outbox::Payload;

/// Puts an emoji on a message, or takes it off, here and on the customer's phone.
pub async fn react(
    work: &mut Work,
    author: Author,
    epoch: i64,
    (message, emoji): (MessageId, &str),
) -> Outcome<()> {
    if !owns(work.conversation.owner, author) {
        let (owner, epoch) = (work.conversation.owner, work.conversation.epoch);
        return Err(Refused::NotOwner { owner, epoch }.into());
    }
    work.conversation.seen(epoch)?;
    if emoji.chars().count() > 12 || emoji.contains('\0') {
        return Err(Refused::Invalid("A reaction is one emoji.".to_owned()).into());
    }
    if !work.conversation.window_open(work.now) {
        return Err(Refused::WindowClosed.into());
    }
    let (degree, why) = work.capability(Feature::Reaction);
    if degree == Degree::Missing {
        return Err(Refused::NotCarried(why).into());
    }
    work.message(message).await?;
    let Some(target) = work.tx.provider_id(message).await? else {
        return Err(Refused::Invalid("That message has not reached the provider yet.".to_owned()).into());
    };
    let shown = (!emoji.is_empty()).then_some(emoji);
    work.tx.react(message, author, shown).await?;
    work.record(Change::MessageChanged { message });
    work.deliver(message, Payload::Reaction { target, emoji: emoji.to_owned() });
    Ok(())
}

fn owns(owner: Owner, author: Author) -> bool {
    match (owner, author) {
        (Owner::Agent(owner), Author::Agent(agent)) => owner == agent,
        (Owner::Bot(owner), Author::Bot(bot)) => owner == bot,
        _ => false,
    }
}
