//! Bots' turns: asked outside any transaction, answered in one. A bot that fails in whatever way hands off.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | which turns are taken, and when |
//! | `crowd` | how many are under way, so that a slow bot keeps no other from its turns |
//! | `ask` | one turn: what the bot is given, and its answer |
//! | `judge` | what a turn says of the bot |

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;

use crate::domain::Refused;
use crate::flows::Failed;
use crate::flows::bot_answer::{self, Done};
use crate::flows::bot_failure::{self, Why};
use crate::live::bus::Topic;
use crate::state::Desk;
use crate::store;
use crate::store::bots::Turn;

mod ask;
mod crowd;
mod judge;

use ask::{Asked, ask};
use crowd::Crowd;
use judge::Verdict;

/// How often the job looks by itself.
const LOOK_MS: i64 = 1_000;
/// Promises that are looked at in one go.
const PROMISES: i64 = 100;

/// Gives bots their turns.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut woken = desk.bus.listen(Topic::Turns);
    let crowd = Crowd::default();
    loop {
        woken.borrow_and_update();
        while let taken @ 1.. = round(&desk, &crowd).await? {
            tracing::debug!(turns = taken, "bots are asked");
        }
        for overdue in desk.store.overdue_answers(PROMISES).await? {
            if let Err(error) = bot_failure::break_promise(&desk, overdue).await {
                tracing::warn!(error = %error, "a bot's promise could not be ended");
            }
        }
        let next = desk.store.next_turn_ms(&crowd.full()).await?.unwrap_or(LOOK_MS).clamp(5, LOOK_MS);
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            _ = woken.changed() => {}
            () = crowd.has_room() => {}
            () = tokio::time::sleep(Duration::from_millis(next.unsigned_abs())) => {}
        }
    }
}

/// Takes the turns that are due. Says how many there were.
async fn round(desk: &Desk, crowd: &Crowd) -> store::Result<usize> {
    let room = crowd.room();
    if desk.stop.is_cancelled() || room == 0 {
        return Ok(0);
    }
    let turns = desk.store.claim_turns(room, &crowd.full()).await?;
    let taken = turns.len();
    for turn in turns {
        let (desk, place) = (desk.clone(), crowd.enter(turn.bot));
        desk.tasks.clone().spawn(async move {
            take(&desk, &turn).await;
            drop(place);
        });
    }
    Ok(taken)
}

/// Takes one turn: a bot that must not be asked is not, and whatever goes wrong ends with people.
async fn take(desk: &Desk, turn: &Turn) {
    let taken = AssertUnwindSafe(attempt(desk, turn)).catch_unwind().await;
    let failed = match taken {
        Ok(Ok(())) => return,
        Ok(Err(Failed::Store(error))) => {
            // The lease ends and the turn comes again.
            tracing::warn!(error = %error, "a bot's turn waits for the database");
            return;
        }
        Ok(Err(Failed::Refused(refused))) => {
            format!("What follows from it was refused: {}", refused.code().as_str())
        }
        Err(_) => "The bot broke.".to_owned(),
    };
    let why = Why::new(contract::ReasonCode::BotFailed, failed);
    if let Err(error) = bot_failure::fail(desk, turn, &why).await {
        tracing::error!(error = %error, "a bot failed and could not hand off");
    }
}

async fn attempt(desk: &Desk, turn: &Turn) -> Result<(), Failed> {
    if let Some(why) = ask::forbidden(desk, turn).await? {
        bot_failure::fail(desk, turn, &why).await?;
        return Ok(());
    }
    let begun = tokio::time::Instant::now();
    let mut asked = ask(desk, turn).await?;
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let verdict = put(desk, turn, &mut asked).await?;
    judge::note(desk, turn, (&asked, ms, &verdict)).await;
    Ok(())
}

/// Puts an answer, or its failure, into effect.
async fn put(desk: &Desk, turn: &Turn, asked: &mut Asked) -> Result<Verdict, Failed> {
    let error = match asked.take_answer() {
        Ok(answer) => match bot_answer::answer(desk, turn, answer, asked.heard_to).await {
            Ok(Done::Repeated) => return Ok(Verdict::Dropped),
            Ok(done) => return Ok(Verdict::Done(done)),
            // The conversation changed hands while the bot was thinking: its answer is of no use any more.
            Err(Failed::Refused(Refused::NotOwner { .. })) => return Ok(Verdict::Dropped),
            Err(Failed::Refused(refused)) => ask::refused(&refused),
            Err(failed) => return Err(failed),
        },
        Err(error) => ask::failed(&error),
    };
    bot_failure::fail(desk, turn, &error).await?;
    Ok(Verdict::Failed(error))
}
