//! Promises about time: set up, tended in the transaction of whatever happens, and told of once when they are due.

use contract::event::SlaNews;
use contract::sla::{SlaDraft, SlaTarget};
use contract::{Actor, Change, ConversationId, SlaId, Time};

use super::Outcome;
use super::work::Work;
use crate::domain::sla::{Clock, Due, Terms};
use crate::domain::{Conversation, Refused, hours};
use crate::state::Desk;
use crate::store::Tx;
use crate::store::slas::{NAME_TAKEN, Promised};

/// The longest name, in characters.
const NAME: usize = 120;
/// The longest time, in minutes: a year.
const LONGEST: i32 = 525_600;

/// Makes or changes a policy.
pub async fn save(desk: &Desk, sla: Option<SlaId>, mut draft: SlaDraft) -> Outcome<SlaId> {
    draft.name = draft.name.trim().to_owned();
    check(&draft).map_err(invalid)?;
    let mut tx = desk.store.begin().await?;
    let saved = tx.save_sla(sla, &draft).await;
    if matches!(&saved, Err(error) if error.is_conflict(NAME_TAKEN)) {
        return Err(invalid("There is a promise of this name already.".to_owned()));
    }
    let id = saved?.ok_or_else(gone)?;
    tx.commit().await?;
    Ok(id)
}

/// Takes a policy away. It holds nowhere any more.
pub async fn remove(desk: &Desk, sla: SlaId) -> Outcome<()> {
    let mut tx = desk.store.begin().await?;
    if !tx.remove_sla(sla).await? {
        return Err(gone());
    }
    Ok(tx.commit().await?)
}

fn check(draft: &SlaDraft) -> Result<(), String> {
    if draft.name.is_empty() || draft.name.chars().count() > NAME || draft.name.contains('\0') {
        return Err(format!("Give the promise a name of at most {NAME} characters."));
    }
    let mut promised = SlaTarget::ALL.into_iter().filter_map(|target| draft.minutes(target)).peekable();
    if promised.peek().is_none() {
        return Err("Nothing is promised: give at least one time.".to_owned());
    }
    if !promised.all(|minutes| (1..=LONGEST).contains(&minutes)) || !(0..=LONGEST).contains(&draft.warning) {
        return Err(format!("A time is 1 to {LONGEST} minutes."));
    }
    Ok(())
}

fn invalid(why: String) -> super::Failed {
    Refused::Invalid(why).into()
}

fn gone() -> super::Failed {
    invalid("This promise does not exist any more.".to_owned())
}

/// Sets the clocks of a conversation, once all that they count from is written.
pub(super) async fn tend(tx: &mut Tx, conversation: &Conversation, now: Time) -> Outcome<()> {
    let Some(promised) = tx.promised(conversation).await? else { return Ok(()) };
    let clocks =
        with_terms(&promised, |terms| dues(terms, terms.tend(&promised.clocks, promised.standing, now)));
    Ok(tx.keep_clocks(conversation, &clocks).await?)
}

fn with_terms<T>(promised: &Promised, ask: impl FnOnce(&Terms<'_>) -> T) -> T {
    // Hours that cannot be read close nothing.
    let hours = promised.hours.as_ref().and_then(|hours| hours::check(hours).ok());
    ask(&Terms { policy: &promised.policy, hours: hours.as_ref() })
}

fn dues(terms: &Terms<'_>, clocks: Vec<Clock>) -> Vec<(Clock, Due)> {
    clocks.into_iter().map(|clock| (clock, terms.due(&clock))).collect()
}

/// Tells what is due in a conversation. Of several servers that try at once one does it; where somebody works on it just
/// now, it is due a moment later.
pub async fn strike(desk: &Desk, id: ConversationId) -> Outcome<()> {
    let mut tx = desk.store.begin().await?;
    let Some(held) = tx.lock_free(&[id]).await?.remove(&id) else { return Ok(()) };
    let mut work = Work::over(desk, tx, held, Actor::Desk)?;
    let Some(promised) = work.tx.promised(&work.conversation).await? else { return Ok(()) };
    let now = work.now;
    let reached = |at: Option<Time>| at.filter(|at| *at <= now);
    let (clocks, news) = with_terms(&promised, |terms| {
        let (mut clocks, mut news) = (promised.clocks.clone(), Vec::new());
        for clock in &mut clocks {
            let Due { warn_at, breach_at } = terms.due(clock);
            let told = |due| SlaNews { target: clock.target, due };
            if let Some(due) = reached(breach_at) {
                news.push(Change::SlaBreached(told(due)));
                clock.breached_at = Some(now);
            } else if let (Some(_), Some(due)) = (reached(warn_at), breach_at) {
                news.push(Change::SlaWarning(told(due)));
                clock.warned_at = Some(now);
            }
        }
        (dues(terms, clocks), news)
    });
    work.tx.keep_clocks(&work.conversation, &clocks).await?;
    for change in news {
        work.record(change);
    }
    work.commit(desk).await
}
