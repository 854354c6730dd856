//! A bot's answer: all of it or nothing, and only while the bot still owns the conversation under the epoch that
//! it saw. An answer that comes after a takeover is dropped here, in the send's own transaction.

use contract::{Actor, Author, Owner};

use super::Outcome;
use super::hand_off;
use super::work::{Saying, Work};
use crate::bots::{After, Answer};
use crate::domain::Refused;
use crate::state::Desk;
use crate::store::bots::Turn;

/// Writes a bot's answer down and ends its turn. Refused if the bot does not own the conversation any more.
pub async fn answer(desk: &Desk, turn: &Turn, answer: Answer, heard_to: i64) -> Outcome<()> {
    let mut work = Work::open(desk, turn.conversation, Actor::Bot(turn.bot)).await?;
    let owner = work.conversation.owner;
    if owner != Owner::Bot(turn.bot) || work.conversation.epoch != turn.epoch {
        work.tx.end_turn(turn.conversation, turn.version).await?;
        work.commit(desk).await?;
        let epoch = turn.epoch;
        return Err(Refused::NotOwner { owner, epoch }.into());
    }
    for body in answer.messages {
        work.say(Saying { author: Author::Bot(turn.bot), body, quoted: None }).await?;
    }
    work.tx.remember(turn.conversation, turn.bot, &answer.memory, heard_to).await?;
    work.tx.end_turn(turn.conversation, turn.version).await?;
    if let Some(packet) = answer.handoff {
        hand_off::by_bot(&mut work, turn.bot, turn.epoch, &packet).await?;
    } else if answer.after == After::Resolve {
        let change = work.conversation.resolve(work.now)?;
        work.moved(change).await?;
    }
    work.commit(desk).await
}
