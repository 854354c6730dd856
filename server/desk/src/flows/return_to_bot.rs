//! Giving a conversation back to the channel's bot, with what was settled: in words for colleagues, and name by name for
//! the bot, which a note never reaches.

use contract::message::Field;
use contract::{Author, MessageId};

use super::hand_off::SLOTS;
use super::work::Work;
use super::{Agent, Outcome, note};
use crate::domain::Refused;

/// The bot has it again. The note is mandatory: the next person reads why.
pub async fn return_to_bot(
    work: &mut Work,
    agent: Agent,
    epoch: i64,
    (text, settled): (&str, &[Field]),
) -> Outcome<MessageId> {
    let text = note::tidy(text)?;
    let size: usize = settled.iter().map(|field| field.name.len() + field.value.len()).sum();
    if size > SLOTS {
        return Err(Refused::Invalid(format!("What was settled holds more than {SLOTS} bytes.")).into());
    }
    work.conversation.mine_or_free(agent.id)?;
    work.conversation.seen(epoch)?;
    let Some(bot) = work.bot else {
        return Err(Refused::Invalid("This number has no bot. An admin can give it one.".to_owned()).into());
    };
    let written = work.note(Author::Agent(agent.id), &text);
    let change = work.conversation.return_to_bot(bot, work.now)?;
    work.conversation.unread = 0;
    work.tx.settle(work.conversation.id, settled).await?;
    work.moved(change).await?;
    Ok(written)
}
