//! Switching a bot off. What it is about to answer goes to people at once, under a new epoch, so that an answer that is
//! on its way counts no more; everything else that it has goes when its customer writes again.

use contract::{Actor, BotId, ConversationId, ReasonCode};

use super::Outcome;
use super::bot_failure::{self, Why};
use super::work::Work;
use crate::domain::Refused;
use crate::state::Desk;

/// Switches a bot on, or off. Says how many conversations went to people.
pub async fn switch(desk: &Desk, bot: BotId, active: bool) -> Outcome<usize> {
    let mut tx = desk.store.begin().await?;
    if !tx.set_bot_active(bot, active).await? {
        return Err(Refused::NotFound.into());
    }
    tx.commit().await?;
    if active {
        desk.store.close_breaker(bot).await?;
        return Ok(0);
    }
    // Each in a transaction of its own. Should the process die on the way, those that are left are refused the bot when
    // their turn is taken.
    let mut handed = 0;
    for (conversation, epoch) in desk.store.open_turns(bot).await? {
        handed += usize::from(let_go(desk, bot, (conversation, epoch)).await?);
    }
    Ok(handed)
}

async fn let_go(desk: &Desk, bot: BotId, (conversation, epoch): (ConversationId, i64)) -> Outcome<bool> {
    let mut work = Work::open(desk, conversation, Actor::Desk).await?;
    let why = Why::new(ReasonCode::BreakerOpen, "The bot is switched off.");
    let handed = bot_failure::let_go(&mut work, (bot, epoch), &why).await?;
    if handed {
        work.tx.drop_turn(conversation).await?;
    }
    work.commit(desk).await?;
    Ok(handed)
}
