//! Handing a conversation from a bot to people, with everything that the bot knows.

use contract::{BotId, Owner, Packet, Stage};

use super::Outcome;
use super::work::Work;
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
    work.moved(change).await
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
