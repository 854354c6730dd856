//! A bot that fails hands off with the reason: the customer is never left with silence.

use contract::{Actor, Owner, Packet, ReasonCode, Stage};

use super::work::Work;
use super::{Outcome, hand_off};
use crate::state::Desk;
use crate::store::bots::Turn;

/// The bot could not answer: people take over.
pub async fn fail(desk: &Desk, turn: &Turn, reason: &str) -> Outcome<()> {
    let mut work = Work::open(desk, turn.conversation, Actor::Desk).await?;
    work.tx.end_turn(turn.conversation, turn.version).await?;
    let mine = work.conversation.owner == Owner::Bot(turn.bot) && work.conversation.epoch == turn.epoch;
    if mine && work.conversation.stage == Stage::Bot {
        let packet = Packet { reason: Some(reason.to_owned()), ..Packet::because(ReasonCode::BotFailed) };
        hand_off::begin(&mut work, &packet).await?;
    }
    work.commit(desk).await
}
