//! Bots' turns: asked outside any transaction, answered in one. A bot that fails in whatever way hands off.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;

use crate::bots::{self, Answer, BotError, Heard, Opening};
use crate::flows::{Failed, bot_answer, bot_failure};
use crate::live::bus::Topic;
use crate::state::Desk;
use crate::store;
use crate::store::bots::Turn;

/// How long a bot may take to answer.
const DEADLINE: Duration = Duration::from_secs(30);
/// Turns that are taken at once.
const AT_ONCE: i64 = 32;
/// How often the job looks by itself.
const LOOK_MS: i64 = 1_000;

/// Gives bots their turns.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut woken = desk.bus.listen(Topic::Turns);
    loop {
        woken.borrow_and_update();
        while let taken @ 1.. = round(&desk).await? {
            tracing::debug!(turns = taken, "bots have answered");
        }
        let next = desk.store.next_turn_ms().await?.unwrap_or(LOOK_MS).clamp(5, LOOK_MS);
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            _ = woken.changed() => {}
            () = tokio::time::sleep(Duration::from_millis(next.unsigned_abs())) => {}
        }
    }
}

/// Takes the turns that are due. Says how many there were.
async fn round(desk: &Desk) -> store::Result<usize> {
    if desk.stop.is_cancelled() {
        return Ok(0);
    }
    let turns = desk.store.claim_turns(AT_ONCE).await?;
    let taken = turns.len();
    futures::future::join_all(turns.iter().map(|turn| take(desk, turn))).await;
    Ok(taken)
}

async fn take(desk: &Desk, turn: &Turn) {
    let asked = AssertUnwindSafe(tokio::time::timeout(DEADLINE, ask(desk, turn))).catch_unwind().await;
    let done = match asked {
        Ok(Ok(Ok((answer, heard_to)))) => bot_answer::answer(desk, turn, answer, heard_to).await,
        Ok(Ok(Err(Asked::Store(error)))) => Err(Failed::Store(error)),
        Ok(Ok(Err(Asked::Bot(error)))) => bot_failure::fail(desk, turn, &error.to_string()).await,
        Ok(Err(_)) => bot_failure::fail(desk, turn, "the bot did not answer in time").await,
        Err(_) => bot_failure::fail(desk, turn, "the bot broke").await,
    };
    match done {
        // The conversation changed hands while the bot was thinking: its answer is of no use any more.
        Ok(()) | Err(Failed::Refused(crate::domain::Refused::NotOwner { .. })) => {}
        Err(Failed::Refused(refused)) => {
            let reason = format!("the bot's answer was refused: {}", refused.code().as_str());
            if let Err(error) = bot_failure::fail(desk, turn, &reason).await {
                tracing::error!(error = %error, "a bot failed and could not hand off");
            }
        }
        // The lease ends and the turn comes again.
        Err(Failed::Store(error)) => tracing::warn!(error = %error, "a bot's turn waits for the database"),
    }
}

enum Asked {
    Bot(BotError),
    Store(store::Error),
}

async fn ask(desk: &Desk, turn: &Turn) -> Result<(Answer, i64), Asked> {
    let heard = desk.store.heard(turn.conversation, turn.heard_from).await.map_err(Asked::Store)?;
    let heard_to = heard.last().map_or(turn.heard_from, |last| last.seq);
    let bot = bots::bot(&turn.kind)
        .ok_or_else(|| Asked::Bot(BotError::Failed(format!("this build has no bot `{}`", turn.kind))))?;
    if heard.is_empty() {
        let quiet = Answer {
            messages: Vec::new(),
            handoff: None,
            after: bots::After::Stay,
            memory: turn.memory.clone(),
        };
        return Ok((quiet, heard_to));
    }
    let asked = bots::Turn {
        definition: turn.definition.clone(),
        version: turn.definition_version,
        memory: turn.memory.clone(),
        heard: heard
            .into_iter()
            .map(|heard| Heard { seq: heard.seq, body: heard.body, at: heard.at })
            .collect(),
        contact_name: turn.contact_name.clone(),
        language: None,
        opening: opening(turn),
    };
    let answer = bot.answer(asked).await.map_err(Asked::Bot)?;
    Ok((answer, heard_to))
}

fn opening(turn: &Turn) -> Opening {
    match turn.regained.as_deref() {
        _ if turn.memory.is_null() => Opening::New,
        Some("return_to_bot") => Opening::Returned,
        Some(_) => Opening::New,
        None => Opening::Ongoing,
    }
}
