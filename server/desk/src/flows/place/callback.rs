//! Promises to write back: made when nobody can answer, kept by the next word between the customer and people.

use contract::event::HandoffNews;
use contract::team::TextKind;
use contract::{Actor, Change, ConversationId, HandoffId, Packet, ReasonCode, Stage, Time};

use super::super::Outcome;
use super::super::work::Work;
use super::terms::Terms;
use super::{climb, set_out, tell};
use crate::state::Desk;
use crate::store::callbacks::{NewCallback, Run};

/// When somebody writes back who could be there, in milliseconds from now. Out of hours it is when it opens.
const WITHIN_MS: i64 = 3_600_000;

/// Promises to write back, unless that is promised already.
pub(super) async fn promise(
    work: &mut Work,
    terms: &Terms,
    (reason, handoff): (&str, Option<HandoffId>),
) -> Outcome<()> {
    let due = due(terms, work.now);
    let (conversation, by, now) = (work.conversation.id, work.actor, work.now);
    if work.tx.promise(&NewCallback { conversation, handoff, by, reason, due, now }).await? {
        work.record(Change::CallbackPromised(HandoffNews {
            handoff,
            until: Some(due),
            reason: Some(reason.to_owned()),
            ..HandoffNews::default()
        }));
    }
    Ok(())
}

fn due(terms: &Terms, now: Time) -> Time {
    let opens = terms.hours().filter(|hours| !hours.is_open(now)).and_then(|hours| hours.next_open(now));
    opens.unwrap_or(now.plus_ms(WITHIN_MS))
}

/// A bot that has the customer because nobody else can lets go, and still nobody can: somebody writes back, and the bot
/// goes on. What it passes on is kept.
pub async fn instead(work: &mut Work, packet: &Packet, run: Run) -> Outcome<()> {
    work.begin_handoff(packet).await?;
    let handoff = work.conversation.handoff;
    let terms = Terms::of(work).await?;
    promise(work, &terms, (run.obstacle.as_str(), handoff)).await?;
    work.end_handoff("callback").await?;
    tell::first_of(work, &terms, (packet, &[TextKind::Callback, TextKind::of(run.obstacle)])).await
}

/// It is time to write back, and nobody has: people are told, and it waits for them, or is with whoever is to write back.
/// Of several servers that try at once one does it.
pub async fn due_now(desk: &Desk, id: ConversationId) -> Outcome<()> {
    let mut work = Work::open(desk, id, Actor::Desk).await?;
    let now = work.now;
    let Some(due) = work.tx.tell_due(id, now).await? else { return Ok(()) };
    work.record(Change::CallbackDue(HandoffNews {
        until: Some(due.at),
        reason: Some(due.reason),
        agent: due.keeper,
        ..HandoffNews::default()
    }));
    let text = "A customer was promised that somebody writes back, and it is time. Nobody has yet.";
    work.tx.alert_of_callback(id, text).await?;
    match (work.conversation.stage, due.keeper) {
        // Whoever is to write back has it from now on.
        (Stage::Bot | Stage::Snoozed | Stage::Waiting, Some(keeper)) => {
            let change = work.conversation.give(keeper, "callback", now)?;
            work.moved(change).await?;
        }
        (Stage::Bot, None) => {
            let packet = Packet {
                reason: Some("It is time to write back, as was promised.".to_owned()),
                ..Packet::because(ReasonCode::Rule)
            };
            recall(&mut work, &packet).await?;
        }
        (Stage::Snoozed, None) => {
            let change = work.conversation.wake("callback_due", now);
            work.moved(change).await?;
        }
        (Stage::Waiting | Stage::Assigned | Stage::Resolved, _) => {}
    }
    work.commit(desk).await
}

/// People have it again. The customer is told nothing: it is they who are written to next.
async fn recall(work: &mut Work, packet: &Packet) -> Outcome<()> {
    let change = work.conversation.hand_off(work.now)?;
    work.begin_handoff(packet).await?;
    work.moved(change).await?;
    let Some(handoff) = work.conversation.handoff else { return Ok(()) };
    let terms = set_out(work, handoff, packet).await?;
    if let Some(mut standing) = work.tx.standing(handoff).await? {
        climb::climb(work, &terms, &mut standing).await?;
    }
    Ok(())
}
