//! What a turn says of the bot: it is written down, and a bot that fails, is slow or lets go of everything is left alone
//! for a while. A bot that does well costs nothing here.

use super::ask::Asked;
use super::calls::Calls;
use crate::bots;
use crate::flows::Failed;
use crate::flows::bot_answer::Done;
use crate::flows::bot_failure::{self, Why};
use crate::state::Desk;
use crate::store::bots::{CallOutcome, NewCall, Turn};

/// What came of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The bot answered.
    Done(Done),
    /// It did not, or its answer was of no use.
    Failed(Why),
    /// Its answer came too late to be of use; that is nobody's fault.
    Dropped,
}

/// Writes down what came of a turn and what it says of the bot. What cannot be written is lost: the customer has been
/// answered, and that is what counts.
pub async fn note(desk: &Desk, calls: &Calls, turn: &Turn, (asked, ms, verdict): (&Asked, u64, &Verdict)) {
    if let Err(error) = judge(desk, calls, turn, (asked, ms, verdict)).await {
        tracing::warn!(error = %error, "what came of a bot's turn could not be written down");
    }
}

async fn judge(
    desk: &Desk,
    calls: &Calls,
    turn: &Turn,
    (asked, ms, verdict): (&Asked, u64, &Verdict),
) -> Result<(), Failed> {
    let calls_out = bots::bot(&turn.kind).is_some_and(|bot| bot.about().calls_out);
    let limits = &turn.terms.limits;
    let slow = ms > u64::try_from(limits.slow_ms).unwrap_or(u64::MAX);
    // What speaks against a bot is counted below, so that it is written first.
    let against = slow || matches!(verdict, Verdict::Failed(_) | Verdict::Done(Done::HandedOff(_)));
    if against && (calls_out || matches!(verdict, Verdict::Failed(_))) {
        desk.store.note_bot_calls(&[call(turn, (asked, ms, verdict))]).await?;
    } else if calls_out {
        calls.note(call(turn, (asked, ms, verdict)));
    }
    let rests = match verdict {
        Verdict::Dropped => None,
        Verdict::Failed(_) => {
            let failures = desk.store.count_bot_failure(turn.bot).await?;
            if turn.health.open {
                Some("It failed again when it was tried.".to_owned())
            } else {
                limits.after_failures(failures)
            }
        }
        Verdict::Done(done) => {
            if turn.health.open || turn.health.failures > 0 {
                desk.store.close_breaker(turn.bot).await?;
            }
            let noteworthy = slow || matches!(done, Done::HandedOff(_));
            if noteworthy && calls_out { limits.after(desk.store.recent_turns(turn).await?) } else { None }
        }
    };
    let Some(why) = rests else { return Ok(()) };
    leave_alone(desk, turn, &why).await
}

async fn leave_alone(desk: &Desk, turn: &Turn, why: &str) -> Result<(), Failed> {
    if desk.store.open_breaker(turn, why).await? {
        tracing::warn!(bot = %turn.bot, "a bot is left alone for a while");
        let text = format!("People answer in its place until it is well again. {why}");
        bot_failure::tell_admins(desk, turn.bot, &text).await?;
    }
    Ok(())
}

fn call(turn: &Turn, (asked, ms, verdict): (&Asked, u64, &Verdict)) -> NewCall {
    let (outcome, reason, error) = match verdict {
        Verdict::Done(Done::Later) => (CallOutcome::Later, None, None),
        Verdict::Done(Done::HandedOff(reason)) => (CallOutcome::HandedOff, Some(*reason), None),
        Verdict::Done(Done::Said | Done::Repeated) => (CallOutcome::Answered, None, None),
        Verdict::Failed(why) => (CallOutcome::Failed, Some(why.code), Some(why.words.clone())),
        Verdict::Dropped => (CallOutcome::Dropped, None, None),
    };
    NewCall {
        bot: turn.bot,
        conversation: turn.conversation,
        turn: asked.id.clone(),
        ms,
        outcome,
        reason,
        error,
        sources: asked.sources.clone(),
        exchanges: asked.exchanges.clone(),
    }
}
