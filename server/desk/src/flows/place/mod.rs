//! Where a handoff goes: who is asked to take it, what the customer is told, and the bot that steps in when nobody can.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | a handoff begins its way, and goes on when its time has come |
//! | `terms` | what its team and its channel say |
//! | `climb` | the ladder, rung by rung |
//! | [`assign`] | the run that gives a team what waits for it |
//! | [`tell`] | what the customer is told: one text for each change |
//! | [`fallback`] | the bot that has the customer because nobody else can |
//! | [`callback`] | promises to write back |
//! | [`silence`] | agents who say nothing for too long |

use contract::event::HandoffNews;
use contract::handoff::OnTimeout;
use contract::team::{Obstacle, OnLapse, TextKind};
use contract::{Actor, BotId, Change, ConversationId, HandoffId, Packet, ReasonCode};

use super::Outcome;
use super::work::Work;
use crate::domain::ladder::{self, Plan, Step};
use crate::flows::hand_off::has_failed;
use crate::state::Desk;
use crate::store::offers::Ended;
use crate::store::placings::{Placed, Standing};

pub mod assign;
pub mod callback;
mod climb;
pub mod fallback;
pub mod silence;
pub mod tell;
mod terms;

pub(super) use climb::news;
use climb::{Climbed, climb};
use terms::Terms;

/// How long somebody is asked where no team says, in seconds.
const SECONDS: i32 = 20;
/// How often a conversation that waits is looked at for whether a bot should step in, in milliseconds.
const AGAIN_MS: i64 = 15_000;
/// The longest time that a packet may give, in seconds: a day.
const LONGEST_S: i32 = 86_400;

/// A handoff begins its way. `failed` is a bot that must not be asked, because it has just failed.
pub async fn place(work: &mut Work, packet: &Packet, failed: Option<BotId>) -> Outcome<()> {
    let Some(handoff) = work.conversation.handoff else { return Ok(()) };
    let actor = std::mem::replace(&mut work.actor, Actor::Desk);
    let terms = set_out(work, handoff, packet).await?;
    let Some(mut standing) = work.tx.standing(handoff).await? else { return Ok(()) };
    let obstacle = fallback::obstacle(work, &terms, &standing.ladder).await?;
    if obstacle == Some(Obstacle::AfterHours) {
        let news = HandoffNews { handoff: Some(handoff), team: standing.team, ..HandoffNews::default() };
        work.record(Change::HandoffAfterHours(news));
    }
    let ruled = obstacle.filter(|obstacle| terms.rule(*obstacle).is_some());
    if let Some(obstacle) = ruled
        && fallback::start(work, &terms, obstacle, failed).await?
    {
        tell::first_of(work, &terms, (packet, &[TextKind::of(obstacle)])).await?;
    } else {
        let climbed = climb(work, &terms, &mut standing).await?;
        tell::first_of(work, &terms, (packet, kinds(climbed, obstacle, ruled))).await?;
    }
    work.actor = actor;
    Ok(())
}

/// A handoff that is under way is asked of others. Whoever was asked is asked no more.
pub async fn again(work: &mut Work, wish: &Packet) -> Outcome<()> {
    let Some(handoff) = work.conversation.handoff else { return Ok(()) };
    let Some(standing) = work.tx.standing(handoff).await? else { return Ok(()) };
    if let Some(offer) = work.tx.open_offer(handoff).await? {
        work.tx.end_offer(&offer, Ended::Withdrawn, (None, None), work.now).await?;
    }
    let packet = Packet { target: wish.target.clone(), ladder: wish.ladder.clone(), ..standing.packet };
    place(work, &packet, None).await
}

/// What the customer is told, the first of these for which there is a text.
fn kinds(climbed: Climbed, obstacle: Option<Obstacle>, ruled: Option<Obstacle>) -> &'static [TextKind] {
    match (climbed, obstacle) {
        (Climbed::Kept | Climbed::Promised, Some(Obstacle::AfterHours)) => {
            &[TextKind::Callback, TextKind::AfterHours, TextKind::AgentUnavailable]
        }
        (Climbed::Kept | Climbed::Promised, _) => &[TextKind::Callback, TextKind::AgentUnavailable],
        (_, Some(Obstacle::AfterHours)) => &[TextKind::AfterHours, TextKind::AgentUnavailable],
        (_, Some(Obstacle::QueueLong)) if ruled.is_some() => &[TextKind::QueueLong, TextKind::AgentAvailable],
        (Climbed::Waits, Some(_)) => &[TextKind::AgentUnavailable],
        (Climbed::Waits | Climbed::Asked, _) => &[TextKind::AgentAvailable],
    }
}

/// Resolves who is asked, and writes it down.
pub(super) async fn set_out(work: &mut Work, handoff: HandoffId, packet: &Packet) -> Outcome<Terms> {
    let channel = work.tx.channel_placing(work.conversation.channel).await?;
    let target = packet.target.as_ref();
    let (agents, teams) = ladder::named(target, &packet.ladder);
    let mut names = work.tx.find_names(&agents, &teams).await?;
    let team = match ladder::team_of(target, channel.team, &names) {
        Some(team) => work.tx.team_terms(team).await?,
        None => None,
    };
    let terms = Terms { channel, team, language: packet.language.clone() };
    let rungs = if packet.ladder.is_empty() { terms.ladder() } else { packet.ladder.as_slice() };
    if packet.ladder.is_empty() {
        let (agents, teams) = ladder::named(target, rungs);
        names = work.tx.find_names(&agents, &teams).await?;
    }
    let plan = Plan { target, rungs, team: terms.channel.team, skilled: !packet.skills.is_empty() };
    let ladder = ladder::resolve(plan, &names);
    let ahead = work.tx.ahead(ladder.team, work.conversation.id).await?;
    let seconds = packet.timeout_s.map(|seconds| i64::from(seconds.clamp(1, LONGEST_S)));
    let placed = Placed {
        ladder: &ladder,
        seconds: terms.team.as_ref().map_or(SECONDS, |team| team.seconds),
        times_out_at: seconds.map(|seconds| work.now.plus_ms(seconds * 1000)),
        ahead,
        language: packet.language.as_deref(),
    };
    work.tx.place(handoff, work.conversation.id, placed).await?;
    Ok(terms)
}

/// A handoff goes on when its time has come: an offer has lapsed, it has taken too long, or somebody may be free now. Of
/// several servers that try at once one does it, and the others find that it is done.
pub async fn go_on(desk: &Desk, id: ConversationId) -> Outcome<()> {
    let mut work = Work::open(desk, id, Actor::Desk).await?;
    let Some(handoff) = work.conversation.handoff else { return Ok(()) };
    let Some(mut standing) = work.tx.standing(handoff).await? else { return Ok(()) };
    if standing.due_at.is_none_or(|due| due > work.now) {
        return Ok(());
    }
    let terms = Terms::of(&mut work).await?;
    let late = standing.times_out_at.is_some_and(|at| at <= work.now);
    if let Some(offer) = work.tx.open_offer(handoff).await?.filter(|offer| offer.until > work.now && !late) {
        // Somebody still has time to answer.
        standing.due_at = Some(offer.until);
        work.tx.save_standing(&standing).await?;
        return work.commit(desk).await;
    }
    lapse(&mut work, &terms, &standing).await?;
    if late {
        time_out(&mut standing);
    }
    go_up(&mut work, &terms, standing).await?;
    work.commit(desk).await
}

/// Somebody would not: the next one is asked.
pub(super) async fn declined(work: &mut Work) -> Outcome<()> {
    let Some(handoff) = work.conversation.handoff else { return Ok(()) };
    let Some(standing) = work.tx.standing(handoff).await? else { return Ok(()) };
    let actor = std::mem::replace(&mut work.actor, Actor::Desk);
    let terms = Terms::of(work).await?;
    go_up(work, &terms, standing).await?;
    work.actor = actor;
    Ok(())
}

/// The open offer is over. Whoever let it lapse is away, if their team says so.
async fn lapse(work: &mut Work, terms: &Terms, standing: &Standing) -> Outcome<()> {
    let Some(offer) = work.tx.open_offer(standing.handoff).await? else { return Ok(()) };
    let now = work.now;
    if !work.tx.end_offer(&offer, Ended::Lapsed, (None, None), now).await? {
        return Ok(());
    }
    work.record(Change::HandoffExpired(climb::news(&offer)));
    let away = match (offer.team, &terms.team) {
        (Some(id), Some(team)) if team.id == id => team.on_lapse,
        (Some(id), _) => work.tx.team_terms(id).await?.map_or(OnLapse::Stays, |team| team.on_lapse),
        (None, Some(team)) => team.on_lapse,
        (None, None) => OnLapse::Stays,
    };
    // A handoff that has taken too long ends an offer early: nobody has let that one lapse.
    if let (Some(agent), OnLapse::Away, true) = (offer.agent, away, offer.until <= now) {
        work.tx.put_away(agent, now).await?;
    }
    Ok(())
}

fn time_out(standing: &mut Standing) {
    standing.times_out_at = None;
    standing.step_until = None;
    let instead = match standing.packet.on_timeout {
        OnTimeout::NextStep => {
            standing.step += 1;
            return;
        }
        OnTimeout::BotKeeps => Step::BotKeeps,
        OnTimeout::Callback => Step::Callback,
    };
    // Nothing comes after it, so what lies above is left out.
    standing.ladder.truncate(standing.step);
    standing.step = standing.ladder.len();
    standing.ladder.push(instead);
}

/// The next rung; at the end of the ladder the bot steps in, if nobody can answer, and the customer is told.
pub(super) async fn go_up(work: &mut Work, terms: &Terms, mut standing: Standing) -> Outcome<()> {
    let was_up = standing.step >= standing.ladder.len();
    let climbed = climb(work, terms, &mut standing).await?;
    if climbed == Climbed::Asked {
        return Ok(());
    }
    let obstacle = match climbed {
        Climbed::Waits => fallback::obstacle(work, terms, &standing.ladder).await?,
        _ => None,
    };
    let trusted = !has_failed(standing.packet.reason_code) && standing.packet.reason_code != ReasonCode::Rule;
    if let Some(obstacle) = obstacle.filter(|obstacle| trusted && terms.rule(*obstacle).is_some())
        && fallback::start(work, terms, obstacle, None).await?
    {
        return tell::first_of(work, terms, (&standing.packet, &[TextKind::of(obstacle)])).await;
    }
    if was_up {
        return Ok(());
    }
    // Everybody who could be asked was: whoever is there has not taken it.
    let kinds = match climbed {
        Climbed::Waits if obstacle != Some(Obstacle::AfterHours) => &[TextKind::AgentUnavailable],
        climbed => kinds(climbed, obstacle, None),
    };
    tell::first_of(work, terms, (&standing.packet, kinds)).await
}
