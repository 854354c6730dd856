//! Handing a conversation from a bot to people, with everything that the bot knows.

use contract::{Author, Body, BotId, Change, Owner, Packet, Stage};

use super::Outcome;
use super::work::{Saying, Work};
use crate::bots::fit;
use crate::domain::Refused;

/// The most that the slots of a packet may hold, in bytes.
pub const SLOTS: usize = 4096;

/// A bot lets go. Asking again while the handoff is open changes nothing.
pub async fn by_bot(work: &mut Work, bot: BotId, epoch: i64, packet: &Packet) -> Outcome<()> {
    if work.conversation.stage == Stage::Waiting && work.conversation.handoff.is_some() {
        return Ok(());
    }
    if work.conversation.owner != Owner::Bot(bot) {
        let (owner, epoch) = (work.conversation.owner, work.conversation.epoch);
        return Err(Refused::NotOwner { owner, epoch }.into());
    }
    work.conversation.seen(epoch)?;
    begin(work, packet).await
}

/// An agent sends a bot's conversation into the queue.
pub async fn by_agent(work: &mut Work, epoch: i64, packet: &Packet) -> Outcome<()> {
    work.conversation.seen(epoch)?;
    begin(work, packet).await
}

/// The desk itself takes it from the bot (it failed, say).
pub async fn begin(work: &mut Work, packet: &Packet) -> Outcome<()> {
    check(packet)?;
    let change = work.conversation.hand_off(work.now)?;
    work.begin_handoff(packet).await?;
    work.moved(change).await?;
    if let Some(priority) = packet.priority.filter(|priority| *priority != work.conversation.priority) {
        work.conversation.priority = priority;
        work.record(Change::PriorityChanged { priority });
    }
    tell_customer(work, packet).await
}

/// Says to the customer what the packet has for what is really so. It never keeps the handoff from happening: what cannot
/// go out now is not said.
async fn tell_customer(work: &mut Work, packet: &Packet) -> Outcome<()> {
    let texts = &packet.customer_text;
    if texts.is_empty() || !work.conversation.window_open(work.now) {
        return Ok(());
    }
    let text = match work.tx.is_anyone_there().await? {
        true => &texts.agent_available,
        false => &texts.agent_unavailable,
    };
    let Some(text) = text else { return Ok(()) };
    let provider = work.provider;
    for body in fit::fit(Body::text(text), &|body| provider.carries(body).is_ok()).messages {
        work.say(Saying { author: Author::Desk, body, quoted: None }).await?;
    }
    Ok(())
}

fn check(packet: &Packet) -> Outcome<()> {
    let slots: usize = packet.slots.iter().map(|slot| slot.name.len() + slot.value.len()).sum();
    if slots > SLOTS {
        return Err(Refused::Invalid(format!("The packet's slots hold more than {SLOTS} bytes.")).into());
    }
    if packet.confidence.is_some_and(|confidence| !(0.0..=1.0).contains(&confidence)) {
        return Err(Refused::Invalid("The packet's confidence is not between 0 and 1.".to_owned()).into());
    }
    Ok(())
}
