//! A bot that fails hands off with the reason: the customer is never left with silence.

use contract::{Actor, BotId, Owner, Packet, ReasonCode, Stage};

use super::work::Work;
use super::{Outcome, hand_off};
use crate::state::Desk;
use crate::store::bots::{Overdue, Turn};

/// Why a bot did not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The reason of the handoff.
    pub code: ReasonCode,
    /// In words, for colleagues.
    pub words: String,
    /// Whether an admin has to see to it.
    pub alert: bool,
}

impl Why {
    /// Nothing that an admin has to see to.
    pub fn new(code: ReasonCode, words: impl Into<String>) -> Why {
        Why { code, words: words.into(), alert: false }
    }
}

/// The bot could not answer: people take over. Says whether they do; not where somebody has the conversation already or
/// the turn was answered meanwhile.
pub async fn fail(desk: &Desk, turn: &Turn, why: &Why) -> Outcome<bool> {
    let mut work = Work::open(desk, turn.conversation, Actor::Desk).await?;
    if !work.tx.is_unanswered(turn).await? {
        return Ok(false);
    }
    work.tx.end_turn(turn).await?;
    if why.alert {
        work.tx.alert_of_bot(turn.bot, "bot", &why.words).await?;
    }
    let handed = let_go(&mut work, (turn.bot, turn.epoch), why).await?;
    work.commit(desk).await?;
    Ok(handed)
}

/// The bot has not answered although it had promised to: people take over.
pub async fn break_promise(desk: &Desk, overdue: Overdue) -> Outcome<bool> {
    let mut work = Work::open(desk, overdue.conversation, Actor::Desk).await?;
    // It may have answered, or another process was faster.
    let promised = work.tx.end_await(overdue.conversation, overdue.epoch).await?;
    let why = Why::new(ReasonCode::BotTimeout, "The bot said that it answers later, and has not.");
    let handed = promised && let_go(&mut work, (overdue.bot, overdue.epoch), &why).await?;
    work.commit(desk).await?;
    Ok(handed)
}

/// Something is wrong with a bot, and an admin has to see to it.
pub async fn tell_admins(desk: &Desk, bot: BotId, text: &str) -> Outcome<()> {
    let mut tx = desk.store.begin().await?;
    tx.alert_of_bot(bot, "bot_rests", text).await?;
    Ok(tx.commit().await?)
}

/// People take over from a bot, if it still has the conversation.
pub(super) async fn let_go(work: &mut Work, (bot, epoch): (BotId, i64), why: &Why) -> Outcome<bool> {
    let mine = work.conversation.owner == Owner::Bot(bot) && work.conversation.epoch == epoch;
    if !mine || work.conversation.stage != Stage::Bot {
        return Ok(false);
    }
    let packet = Packet { reason: Some(why.words.clone()), ..Packet::because(why.code) };
    hand_off::begin(work, &packet).await?;
    Ok(true)
}
