//! The ladder, rung by rung.

use contract::Change;
use contract::event::HandoffNews;
use contract::team::{Asking, Obstacle};
use contract::{TeamId, Time};

use super::super::Outcome;
use super::super::work::Work;
use super::terms::Terms;
use super::{AGAIN_MS, callback, fallback};
use crate::domain::ladder::Step;
use crate::store::offers::{Asked, Busy, Offered};
use crate::store::placings::Standing;

/// How soon a rung is tried again whose people are asked something else, in milliseconds.
const BUSY_MS: i64 = 1_000;

/// Where a handoff has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Climbed {
    /// Somebody is asked, or will be in a moment.
    Asked,
    /// Nobody is left to be asked: it waits in the queue.
    Waits,
    /// The bot keeps the customer, and somebody writes back.
    Kept,
    /// It waits in the queue, and somebody writes back.
    Promised,
}

/// Goes up from the present rung to the first one on which somebody can be asked. Out of hours nobody is.
pub(super) async fn climb(work: &mut Work, terms: &Terms, standing: &mut Standing) -> Outcome<Climbed> {
    let (open, mut promised) = (terms.is_open(work.now), false);
    while let Some(step) = standing.ladder.get(standing.step).cloned() {
        match step {
            Step::BotKeeps if fallback::keep(work, terms, standing).await? => return Ok(Climbed::Kept),
            Step::BotKeeps | Step::Callback => {
                let reason = if open { Obstacle::NobodyOnline } else { Obstacle::AfterHours };
                callback::promise(work, terms, (reason.as_str(), Some(standing.handoff))).await?;
                promised = true;
            }
            Step::Agent { .. } | Step::Team { .. } | Step::Skill { .. } if open => {
                if let Some(due) = ask(work, terms, standing, &step).await? {
                    due_at(standing, Some(due));
                    work.tx.save_standing(standing).await?;
                    return Ok(if promised { Climbed::Promised } else { Climbed::Asked });
                }
            }
            Step::Agent { .. } | Step::Team { .. } | Step::Skill { .. } => {}
        }
        standing.step += 1;
        standing.step_until = None;
    }
    let again = terms.has_rules().then(|| work.now.plus_ms(AGAIN_MS));
    due_at(standing, again);
    work.tx.save_standing(standing).await?;
    Ok(if promised { Climbed::Promised } else { Climbed::Waits })
}

fn due_at(standing: &mut Standing, due: Option<Time>) {
    standing.due_at = match (due, standing.times_out_at) {
        (Some(due), Some(end)) => Some(due.min(end)),
        (due, end) => due.or(end),
    };
}

/// Asks whoever a rung names. When to look again; nothing where nobody is left on it.
async fn ask(work: &mut Work, terms: &Terms, standing: &mut Standing, step: &Step) -> Outcome<Option<Time>> {
    let (agent, team, seconds) = match step {
        Step::Agent { agent, seconds } => (Some(*agent), None, *seconds),
        Step::Team { team, seconds } => (None, Some(*team), *seconds),
        Step::Skill { seconds } => (None, None, *seconds),
        Step::BotKeeps | Step::Callback => return Ok(None),
    };
    // Whoever is named is asked whatever else they can do.
    let skills: Vec<String> = match agent {
        Some(_) => Vec::new(),
        None => standing.packet.skills.iter().map(|skill| skill.trim().to_lowercase()).collect(),
    };
    let asked = Asked {
        handoff: standing.handoff,
        conversation: work.conversation.id,
        epoch: work.conversation.epoch,
        step: i32::try_from(standing.step).unwrap_or(i32::MAX),
        agent,
        team,
        skills: &skills,
        now: work.now,
        seconds: seconds.unwrap_or(standing.seconds),
    };
    if asks_all(work, terms, team).await? {
        let there = work.tx.is_anyone_there(team).await?;
        let offer = if there { work.tx.ask_all(&asked).await? } else { None };
        return Ok(offer.map(|offer| offered(work, &offer)));
    }
    if let Some(offer) = work.tx.ask_one(&asked).await? {
        standing.step_until = None;
        return Ok(Some(offered(work, &offer)));
    }
    if !work.tx.anyone_fits(&asked, Busy::Whatever).await? {
        return Ok(None);
    }
    // Somebody fits who is asked something else just now. That is waited for, but not for ever.
    let until = standing.step_until.unwrap_or(work.now.plus_ms(i64::from(asked.seconds) * 2_000));
    standing.step_until = Some(until);
    Ok((work.now < until).then(|| work.now.plus_ms(BUSY_MS)))
}

async fn asks_all(work: &mut Work, terms: &Terms, team: Option<TeamId>) -> Outcome<bool> {
    let Some(id) = team else { return Ok(false) };
    let asking = match &terms.team {
        Some(team) if team.id == id => Some(team.asking),
        _ => work.tx.team_terms(id).await?.map(|team| team.asking),
    };
    Ok(asking == Some(Asking::All))
}

fn offered(work: &mut Work, offer: &Offered) -> Time {
    work.record(Change::HandoffOffered(HandoffNews { until: Some(offer.until), ..news(offer) }));
    offer.until
}

/// What is said of an offer.
pub(in crate::flows) fn news(offer: &Offered) -> HandoffNews {
    HandoffNews {
        handoff: Some(offer.handoff),
        offer: Some(offer.id),
        agent: offer.agent,
        team: offer.team,
        ..HandoffNews::default()
    }
}
