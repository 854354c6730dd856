//! A bot's answer: all of it or nothing, and only while the bot still owns the conversation under the epoch that
//! it saw. An answer that comes after a takeover is dropped here, in the send's own transaction; so is one to what
//! somebody else has answered meanwhile.

use contract::message::Choice;
use contract::{Actor, Author, Body, BotId, ConversationId, Owner, ReasonCode};

use super::work::{Saying, Work};
use super::{Outcome, hand_off};
use crate::bots::{After, Answer, fit};
use crate::channels::Provider;
use crate::domain::Refused;
use crate::media::sendable::{self, Reach};
use crate::state::Desk;
use crate::store::bots::{Remembered, Turn};

pub mod together;

/// What came of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// It was said.
    Said,
    /// People take over.
    HandedOff(ReasonCode),
    /// The bot answers later.
    Later,
    /// It was said before, by a process that took the turn again.
    Repeated,
}

/// Writes a bot's answer down and ends its turn. Refused if the bot does not own the conversation any more.
pub async fn answer(desk: &Desk, turn: &Turn, answer: Answer, heard_to: i64) -> Outcome<Done> {
    let mut work = Work::open(desk, turn.conversation, Actor::Bot(turn.bot)).await?;
    let owner = work.conversation.owner;
    if owner != Owner::Bot(turn.bot) || work.conversation.epoch != turn.epoch {
        work.tx.end_turn(turn).await?;
        work.commit(desk).await?;
        let epoch = turn.epoch;
        return Err(Refused::NotOwner { owner, epoch }.into());
    }
    let (bot, memory, later) = (turn.bot, answer.memory.clone(), answer.after == After::Later);
    let offered = say(&mut work, bot, &answer).await?;
    let remembered =
        Remembered { memory: &memory, answered_seq: heard_to, epoch: turn.epoch, offered: &offered };
    if work.tx.conclude(&[(turn.place(), remembered)]).await?.is_empty() {
        return Ok(Done::Repeated);
    }
    if answer.missed {
        work.tx.note_miss(turn.conversation, bot, heard_to).await?;
    }
    let done = finish(&mut work, (bot, turn.epoch), answer).await?;
    if later && done == Done::Later {
        let until = work.now.plus_ms(i64::from(turn.terms.deadline_ms));
        work.tx.await_answer(turn, heard_to, until).await?;
    }
    work.commit(desk).await?;
    Ok(done)
}

/// What a bot says by itself, without being asked: the answer that it has promised, or something new. Refused if it does
/// not own the conversation under this epoch.
pub async fn by_itself(
    desk: &Desk,
    (bot, conversation, epoch): (BotId, ConversationId, i64),
    answer: Answer,
) -> Outcome<Done> {
    let mut work = Work::open(desk, conversation, Actor::Bot(bot)).await?;
    if work.conversation.owner != Owner::Bot(bot) {
        let (owner, epoch) = (work.conversation.owner, work.conversation.epoch);
        return Err(Refused::NotOwner { owner, epoch }.into());
    }
    work.conversation.seen(epoch)?;
    if !work.tx.is_bot_active(bot).await? {
        return Err(Refused::Invalid("The bot is switched off.".to_owned()).into());
    }
    let said = say(&mut work, bot, &answer).await?;
    if !said.is_empty() {
        work.tx.offer(conversation, bot, &said).await?;
    }
    work.tx.end_await(conversation, epoch).await?;
    let done = finish(&mut work, (bot, epoch), answer).await?;
    work.commit(desk).await?;
    Ok(done)
}

/// Says what a bot says, in a form that the channel carries. Gives what it has offered under numbers.
async fn say(work: &mut Work, bot: BotId, answer: &Answer) -> Outcome<Vec<Choice>> {
    let (provider, reach) = (work.provider, work.reach);
    let carries = |body: &Body| carries(provider, reach, body);
    let (mut offered, mut silent) = (Vec::new(), !answer.messages.is_empty() && answer.handoff.is_none());
    for (at, body) in answer.messages.iter().enumerate() {
        let silence: u32 =
            answer.pauses.iter().filter(|pause| pause.before == at).map(|pause| pause.ms).sum();
        work.pause(i64::from(silence));
        let fitted = fit::fit(body.clone(), &carries);
        if !fitted.offered.is_empty() {
            offered = fitted.offered;
        }
        for body in fitted.messages {
            silent = false;
            work.say(Saying { author: Author::Bot(bot), body, quoted: None }).await?;
        }
    }
    if silent {
        return Err(Refused::Invalid("There is nothing in it to say.".to_owned()).into());
    }
    Ok(offered)
}

/// Whether a channel carries a body as it stands.
pub(super) fn carries(provider: &dyn Provider, reach: Reach, body: &Body) -> bool {
    let mut body = body.clone();
    let files = body.files_mut().iter().all(|media| sendable::fits(provider, reach, media).is_ok());
    files && provider.carries(&body).is_ok()
}

async fn finish(work: &mut Work, (bot, epoch): (BotId, i64), answer: Answer) -> Outcome<Done> {
    if let Some(packet) = answer.handoff {
        hand_off::by_bot(work, bot, epoch, &packet).await?;
        return Ok(Done::HandedOff(packet.reason_code));
    }
    match answer.after {
        After::Stay => Ok(Done::Said),
        After::Later => Ok(Done::Later),
        After::Resolve => {
            let change = work.conversation.resolve(work.now)?;
            work.moved(change).await?;
            Ok(Done::Said)
        }
    }
}
