//! Handing a conversation from a bot to people, with everything that the bot knows.

use contract::{BotId, Change, Owner, Packet, ReasonCode, Stage};

use super::work::Work;
use super::{Outcome, place, rules};
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
    check(packet)?;
    // A bot that has the customer because nobody else can, and still nobody can: somebody writes back.
    if let Some(run) = work.tx.run(work.conversation.id).await?.filter(|run| run.bot == bot)
        && place::fallback::holds(work, run.obstacle).await?
    {
        return place::callback::instead(work, packet, run).await;
    }
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
    let from = work.conversation.owner;
    let change = work.conversation.hand_off(work.now)?;
    work.begin_handoff(packet).await?;
    work.moved(change).await?;
    if let Some(priority) = packet.priority.filter(|priority| *priority != work.conversation.priority) {
        work.conversation.priority = priority;
        work.record(Change::PriorityChanged { priority });
    }
    let failed = match from {
        Owner::Bot(bot) if has_failed(packet.reason_code) => Some(bot),
        _ => None,
    };
    match rules::handed_off(work, packet).await? {
        Some(packet) => place::place(work, &packet, failed).await,
        None => Ok(()),
    }
}

/// Whether a bot that lets go for this reason cannot be relied on for the moment.
pub fn has_failed(reason: ReasonCode) -> bool {
    matches!(
        reason,
        ReasonCode::BotFailed | ReasonCode::BotTimeout | ReasonCode::BreakerOpen | ReasonCode::TurnBudget
    )
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
