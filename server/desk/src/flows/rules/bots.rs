//! What rules do with bots.

use contract::{BotId, Owner};

use super::super::Outcome;
use super::super::work::Work;
use super::deeds::{done, so_already};
use crate::domain::Refused;
use crate::store::bots::Queued;

/// A bot gets it, and answers what the customer wrote last, if nobody has.
pub(super) async fn give(work: &mut Work, bot: BotId) -> Outcome<Option<String>> {
    if work.conversation.owner == Owner::Bot(bot) {
        return so_already();
    }
    let refused = |why: &str| Err(Refused::Invalid(why.to_owned()).into());
    if !work.conversation.window_open(work.now) {
        return refused("The customer's window is closed: a bot could say nothing.");
    }
    if !work.tx.is_bot_well(bot).await? {
        return refused("The bot is switched off, or left alone after too many failures.");
    }
    let change = work.conversation.give_to_bot(bot, "rule", work.now)?;
    work.conversation.unread = 0;
    work.moved(change).await?;
    let (id, epoch, now) = (work.conversation.id, work.conversation.epoch, work.now);
    if work.tx.is_bot_asked(id).await? {
        let turn = Queued { conversation: id, bot, epoch, tapped: false, take: false };
        work.tx.queue_turn(turn, now).await?;
    }
    done()
}

/// The channel's bot has it again, and answers what the customer writes from then on.
pub(super) async fn give_back(work: &mut Work) -> Outcome<Option<String>> {
    if matches!(work.conversation.owner, Owner::Bot(_)) {
        return so_already();
    }
    let Some(bot) = work.bot else {
        return Err(Refused::Invalid("This number has no bot that is switched on.".to_owned()).into());
    };
    let change = work.conversation.return_to_bot(bot, work.now)?;
    work.conversation.unread = 0;
    work.moved(change).await?;
    done()
}
