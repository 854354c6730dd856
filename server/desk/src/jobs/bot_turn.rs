//! Bots' turns: asked outside any transaction, answered in one. A bot that fails in whatever way hands off.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | which turns are taken, and when |
//! | `crowd` | how many are under way, so that a slow bot keeps no other from its turns |
//! | `table` | where turns begin, whoever has taken them |
//! | `ask` | one turn: what the bot is given, and its answer |
//! | `answers` | answers on their way into effect, several at once |
//! | `judge` | what a turn says of the bot |
//! | `calls` | what bots were asked, written down |

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use tokio::time::Instant;

use crate::domain::{Refused, delivery};
use crate::flows::Failed;
use crate::flows::bot_answer::Done;
use crate::flows::bot_failure::{self, Why};
use crate::live::bus::Topic;
use crate::state::Desk;
use crate::store;
use crate::store::bots::Turn;

mod answers;
mod ask;
mod calls;
mod crowd;
mod judge;
mod table;

use answers::Answers;
use ask::{Asked, Brought, ask};
use calls::Calls;
use judge::Verdict;
pub use table::Table;

/// How often the job looks by itself.
const LOOK: Duration = Duration::from_secs(1);
/// The longest that a turn waits after the database did not do its part.
const LONGEST_WAIT_MS: i64 = 15_000;
/// How often a turn is tried whose answer a fault of ours keeps from taking effect.
const TRIES: i32 = 4;
/// Promises that are looked at in one go.
const PROMISES: i64 = 100;

/// Where turns end.
#[derive(Clone)]
struct Ends {
    answers: Answers,
    calls: Calls,
}

/// Gives bots their turns.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut woken = desk.bus.listen(Topic::Turns);
    let crowd = desk.turns.crowd();
    let _open = desk.turns.open(Ends { answers: Answers::open(&desk), calls: Calls::open(&desk) });
    let mut looked = Instant::now();
    loop {
        woken.borrow_and_update();
        while round(&desk).await? {}
        // What came meanwhile waits for nothing else, as long as nothing else waits for long.
        if woken.has_changed().unwrap_or(false) && looked.elapsed() < LOOK && !desk.stop.is_cancelled() {
            continue;
        }
        looked = Instant::now();
        for overdue in desk.store.overdue_answers(PROMISES).await? {
            if let Err(error) = bot_failure::break_promise(&desk, overdue).await {
                tracing::warn!(error = %error, "a bot's promise could not be ended");
            }
        }
        let next = desk.store.next_turn_ms(&crowd.full()).await?.unwrap_or(i64::MAX);
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            _ = woken.changed() => {}
            () = crowd.has_room() => {}
            () = tokio::time::sleep(pause(next)) => {}
        }
    }
}

/// How long nothing is due that is due in so many milliseconds.
fn pause(next: i64) -> Duration {
    Duration::from_millis(u64::try_from(next).unwrap_or(0)).clamp(Duration::from_millis(5), LOOK)
}

/// Takes the turns that are due. Says whether there may be more.
async fn round(desk: &Desk) -> store::Result<bool> {
    let crowd = desk.turns.crowd();
    let room = crowd.room();
    if desk.stop.is_cancelled() || room == 0 {
        return Ok(false);
    }
    let taken = desk.store.claim_turns(room, &crowd.full()).await?;
    if taken.is_empty() {
        return Ok(false);
    }
    tracing::debug!(turns = taken.len(), "bots are asked");
    let more = i64::try_from(taken.len()).is_ok_and(|taken| taken == room);
    desk.turns.begin(desk, ask::bring(desk, taken).await);
    Ok(more)
}

/// Takes one turn: a bot that must not be asked is not, and whatever goes wrong ends with people.
async fn take(desk: &Desk, mut brought: Brought, ends: &Ends) {
    let taken = AssertUnwindSafe(attempt(desk, &mut brought, ends)).catch_unwind().await;
    let turn = &brought.turn;
    let failed = match taken {
        Ok(Ok(())) => return,
        Ok(Err(Failed::Store(error))) => {
            tracing::warn!(error = %error, "a bot's turn waits for the database");
            if turn.attempts < TRIES || !matches!(error, store::Error::Broken(_)) {
                return later(desk, turn).await;
            }
            "The desk could not put its answer into effect.".to_owned()
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

/// The turn comes again in a moment. If the database does not hear this either, it comes when the lease ends.
async fn later(desk: &Desk, turn: &Turn) {
    let wait = delivery::backoff_ms(turn.attempts, rand::random()).min(LONGEST_WAIT_MS);
    if let Err(error) = desk.store.put_turn_back(turn, wait).await {
        tracing::warn!(error = %error, "a bot's turn waits for its lease to end");
    }
}

async fn attempt(desk: &Desk, brought: &mut Brought, ends: &Ends) -> Result<(), Failed> {
    if let Some(why) = ask::forbidden(desk, &brought.turn).await? {
        bot_failure::fail(desk, &brought.turn, &why).await?;
        return Ok(());
    }
    let begun = Instant::now();
    let mut asked = ask(desk, brought).await?;
    let turn = &brought.turn;
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let verdict = put(desk, turn, &mut asked, &ends.answers).await?;
    judge::note(desk, &ends.calls, turn, (&asked, ms, &verdict)).await;
    Ok(())
}

/// Puts an answer, or its failure, into effect.
async fn put(desk: &Desk, turn: &Turn, asked: &mut Asked, answers: &Answers) -> Result<Verdict, Failed> {
    let error = match asked.take_answer() {
        Ok(answer) => match answers.put(desk, turn, answer, asked.heard_to).await {
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
