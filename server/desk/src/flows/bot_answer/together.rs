//! Answers that come at the same moment share a transaction, if all that they do is to say something. Each counts or does
//! not count for itself, under the same conditions as one that comes alone.

use std::collections::HashSet;

use contract::{Actor, Body, ConversationId, Owner};

use super::super::Outcome;
use super::super::work::{Down, Work};
use super::{Done, say};
use crate::bots::{After, Answer};
use crate::state::Desk;
use crate::store::bots::{Place, Remembered};

/// An answer that is to take effect.
#[derive(Debug)]
pub struct Ready {
    /// The turn that it answers.
    pub place: Place,
    /// What it says.
    pub answer: Answer,
    /// The last event that it answers.
    pub heard_to: i64,
}

/// Whether an answer says something and does nothing else.
pub fn only_says(answer: &Answer) -> bool {
    let plain = |body: &Body| !matches!(body, Body::Template(_)) && body.clone().files_mut().is_empty();
    answer.handoff.is_none()
        && answer.after == After::Stay
        && !answer.missed
        && answer.pauses.is_empty()
        && answer.messages.iter().all(plain)
}

/// Writes answers down and ends their turns. One outcome an answer, in their order; absent where it is to be looked at by
/// itself: somebody else has the conversation or works on it, or it cannot be said.
pub async fn answer(desk: &Desk, ready: &[Ready]) -> Outcome<Vec<Option<Done>>> {
    let ids: Vec<ConversationId> = ready.iter().map(|one| one.place.conversation).collect();
    let mut tx = desk.store.begin().await?;
    let mut held = tx.lock_free(&ids).await?;
    let now = held.values().map(|held| held.now).max();
    let mut said = Vec::new();
    for (at, one) in ready.iter().enumerate() {
        let Place { conversation, bot, epoch, .. } = one.place;
        let Some(held) = held.remove(&conversation) else { continue };
        if held.conversation.owner != Owner::Bot(bot) || held.conversation.epoch != epoch {
            continue;
        }
        let mut work = Work::over(desk, tx, held, Actor::Bot(bot))?;
        let offered = say(&mut work, bot, &one.answer).await;
        let (back, down) = work.set_down();
        tx = back;
        if let (Ok(offered), Some(down)) = (offered, down) {
            said.push((at, offered, down));
        }
    }
    let mut done: Vec<Option<Done>> = ready.iter().map(|_| None).collect();
    let Some(now) = now.filter(|_| !said.is_empty()) else { return Ok(done) };
    let remembered: Vec<(Place, Remembered<'_>)> = said
        .iter()
        .filter_map(|(at, offered, _)| ready.get(*at).map(|one| (one, offered)))
        .map(|(one, offered)| {
            let (memory, epoch) = (&one.answer.memory, one.place.epoch);
            (one.place, Remembered { memory, answered_seq: one.heard_to, epoch, offered })
        })
        .collect();
    let concluded: HashSet<ConversationId> = tx.conclude(&remembered).await?.into_iter().collect();
    let mut all = Down::default();
    for (at, _, down) in said {
        let first = ids.get(at).is_some_and(|id| concluded.contains(id));
        if first {
            all.add(down);
        }
        if let Some(slot) = done.get_mut(at) {
            *slot = Some(if first { Done::Said } else { Done::Repeated });
        }
    }
    all.write(&mut tx, now).await?;
    tx.commit().await?;
    desk.bus.events();
    desk.bus.deliveries();
    Ok(done)
}
