//! The ladder, rung by rung.

use contract::Change;
use contract::event::HandoffNews;
use contract::team::{Asking, Assigning, Obstacle};
use contract::{TeamId, Time};

use super::super::Outcome;
use super::super::work::Work;
use super::terms::Terms;
use super::{AGAIN_MS, assign, callback, fallback};
use crate::domain::assignment::{Circle, Snapshot, Wanted, route};
use crate::domain::ladder::Step;
use crate::store::offers::{Asked, Busy, Offered};
use crate::store::placings::Standing;
use crate::store::teams::TeamTerms;

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
    if let Some(team) = terms.team.as_ref().filter(|team| team.asking == Asking::Assign) {
        work.tx.queue_for(work.conversation.id, Some(team.id)).await?;
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
    let asked = Asked {
        handoff: standing.handoff,
        conversation: work.conversation.id,
        epoch: work.conversation.epoch,
        step: i32::try_from(standing.step).unwrap_or(i32::MAX),
        agent,
        team,
        // Whoever is named is asked whatever else they can do; who else can what is asked for, is looked at before.
        skills: &[],
        now: work.now,
        seconds: seconds.unwrap_or(standing.seconds),
    };
    let of_team = team_of(work, terms, team).await?;
    let worth_waiting = match (agent, of_team.as_ref().map(|team| team.asking)) {
        (None, Some(Asking::All)) => {
            let there = work.tx.is_anyone_there(team).await?;
            let offer = if there { work.tx.ask_all(&asked).await? } else { None };
            let Some(offer) = offer else { return Ok(None) };
            return offered(work, &offer).await.map(Some);
        }
        (None, Some(Asking::Assign)) => return wait_for_run(work, standing, &asked).await,
        (None, _) => {
            let circle = (terms, of_team.as_ref());
            match ask_in_turn(work, circle, (&*standing, &asked)).await? {
                Turn::Asked(offer) => {
                    standing.step_until = None;
                    return offered(work, &offer).await.map(Some);
                }
                Turn::Waits(worth) => worth,
            }
        }
        (Some(_), _) => {
            if let Some(offer) = work.tx.ask_one(&asked).await? {
                standing.step_until = None;
                return offered(work, &offer).await.map(Some);
            }
            work.tx.anyone_fits(&asked, Busy::Whatever).await?
        }
    };
    if !worth_waiting {
        return Ok(None);
    }
    // Somebody fits who is asked something else just now. That is waited for, but not for ever.
    let until = standing.step_until.unwrap_or(work.now.plus_ms(i64::from(asked.seconds) * 2_000));
    standing.step_until = Some(until);
    Ok((work.now < until).then(|| work.now.plus_ms(BUSY_MS)))
}

async fn team_of(work: &mut Work, terms: &Terms, team: Option<TeamId>) -> Outcome<Option<TeamTerms>> {
    let Some(id) = team else { return Ok(None) };
    match &terms.team {
        Some(team) if team.id == id => Ok(Some(team.clone())),
        _ => Ok(work.tx.team_terms(id).await?),
    }
}

/// A team that is given its conversations has the rung's time to have this one. Nothing where nobody of it is there, or
/// the time is over; it goes on waiting for the team until somebody else is asked.
async fn wait_for_run(work: &mut Work, standing: &mut Standing, asked: &Asked<'_>) -> Outcome<Option<Time>> {
    if !work.tx.is_anyone_there(asked.team).await? {
        return Ok(None);
    }
    work.tx.queue_for(work.conversation.id, asked.team).await?;
    let until = standing.step_until.unwrap_or(work.now.plus_ms(i64::from(asked.seconds) * 1_000));
    standing.step_until = Some(until);
    Ok((work.now < until).then_some(until))
}

/// Whoever's turn it was.
enum Turn {
    /// They are asked.
    Asked(Offered),
    /// Nobody can be asked now; whether that is worth waiting for.
    Waits(bool),
}

/// Asks whoever's turn it is, and writes down why it is theirs.
async fn ask_in_turn(
    work: &mut Work,
    (terms, team): (&Terms, Option<&TeamTerms>),
    (standing, asked): (&Standing, &Asked<'_>),
) -> Outcome<Turn> {
    let assigning = team.map_or_else(Assigning::default, |team| team.assigning);
    let circle = Circle {
        id: asked.team,
        asking: Asking::OneByOne,
        assigning,
        active: match assigning.capacity.and(asked.team) {
            Some(team) => work.tx.team_load(team).await?,
            None => 0,
        },
        open: true,
        bot: assign::has_bot(terms),
    };
    let (last_agent, last_at) = match assigning.sticky_minutes {
        Some(_) => work.tx.last_agent_of(asked.conversation).await?,
        None => (None, None),
    };
    let waited_s = work.conversation.waiting_since.map_or(0, |since| (work.now.0 - since.0) / 1000);
    let wanted = Wanted { waited_s, skills: standing.packet.skills.clone(), last_agent, last_at };
    // Of two that would ask the same person at once, one asks somebody else.
    for _ in 0..5 {
        let candidates = work.tx.could_be_asked(asked.team, asked.handoff).await?;
        let (at, version) = (work.now, work.rules.version);
        let known = Snapshot { at, version, team: circle, wanted: wanted.clone(), candidates };
        let routed = route(&known);
        let Some(agent) = routed.agent() else {
            return Ok(Turn::Waits(routed.is_worth_waiting(assigning.relax_seconds.is_some())));
        };
        let one = Asked { agent: Some(agent), skills: &[], ..asked.clone() };
        if let Some(offer) = work.tx.ask_one(&one).await? {
            work.tx.note_assignment(asked.conversation, &known, &routed).await?;
            return Ok(Turn::Asked(offer));
        }
    }
    Ok(Turn::Waits(true))
}

/// Somebody is asked: it waits for no run.
async fn offered(work: &mut Work, offer: &Offered) -> Outcome<Time> {
    work.tx.queue_for(work.conversation.id, None).await?;
    work.record(Change::HandoffOffered(HandoffNews { until: Some(offer.until), ..news(offer) }));
    Ok(offer.until)
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
