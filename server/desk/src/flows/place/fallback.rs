//! The bot that has the customer because nobody else can: out of hours, with nobody there, behind too long a queue, or
//! while an agent says nothing.

use contract::event::HandoffNews;
use contract::team::Obstacle;
use contract::{BotId, Change};

use super::super::Outcome;
use super::super::work::Work;
use super::callback;
use super::terms::Terms;
use crate::domain::ladder::Step;
use crate::store::callbacks::Run;
use crate::store::placings::Standing;

/// What keeps people from answering now, if anything does.
pub(super) async fn obstacle(work: &mut Work, terms: &Terms, ladder: &[Step]) -> Outcome<Option<Obstacle>> {
    if !terms.is_open(work.now) {
        return Ok(Some(Obstacle::AfterHours));
    }
    let team = terms.team.as_ref().map(|team| team.id);
    // A ladder that leads out of the team has more people than those in it.
    let own = |step: &Step| matches!(step, Step::Team { team: asked, .. } if Some(*asked) == team);
    let wider = ladder.iter().any(|step| !own(step) && !matches!(step, Step::BotKeeps | Step::Callback));
    let team_there = work.tx.is_anyone_there(team).await?;
    let there = team_there || wider && work.tx.is_anyone_there(None).await?;
    if !there {
        return Ok(Some(Obstacle::NobodyOnline));
    }
    let Some(limit) = terms.rule(Obstacle::QueueLong).and_then(|rule| rule.limit) else { return Ok(None) };
    let ahead = work.tx.ahead(team, work.conversation.id).await?;
    Ok((ahead >= limit).then_some(Obstacle::QueueLong))
}

/// Whether what has once kept people from answering still does.
pub async fn holds(work: &mut Work, obstacle: Obstacle) -> Outcome<bool> {
    let terms = Terms::of(work).await?;
    Ok(match obstacle {
        Obstacle::AfterHours => !terms.is_open(work.now),
        Obstacle::NobodyOnline | Obstacle::AgentSilent => {
            let team = terms.team.as_ref().map(|team| team.id);
            !terms.is_open(work.now) || !work.tx.is_anyone_there(team).await?
        }
        Obstacle::QueueLong => {
            self::obstacle(work, &terms, &[]).await?.is_some_and(|obstacle| obstacle != Obstacle::AgentSilent)
        }
    })
}

/// The named bot steps in. False where there is none that could: it is switched off, left alone or has just failed, or
/// the customer's window is closed, in which a bot can say nothing and a person has at least a template.
pub(super) async fn start(
    work: &mut Work,
    terms: &Terms,
    obstacle: Obstacle,
    failed: Option<BotId>,
) -> Outcome<bool> {
    match terms.fallback_bot().filter(|bot| Some(*bot) != failed) {
        Some(bot) => hand_to(work, bot, obstacle, "fallback").await,
        None => Ok(false),
    }
}

/// The bot keeps the customer, and promises that somebody writes back. False where no bot can.
pub(super) async fn keep(work: &mut Work, terms: &Terms, standing: &Standing) -> Outcome<bool> {
    let Some(bot) = work.bot.or(terms.fallback_bot()) else { return Ok(false) };
    if !hand_to(work, bot, Obstacle::NobodyOnline, "bot_keeps").await? {
        return Ok(false);
    }
    callback::promise(work, terms, (Obstacle::NobodyOnline.as_str(), Some(standing.handoff))).await?;
    Ok(true)
}

async fn hand_to(work: &mut Work, bot: BotId, obstacle: Obstacle, cause: &str) -> Outcome<bool> {
    if !work.conversation.window_open(work.now) || !work.tx.is_bot_well(bot).await? {
        return Ok(false);
    }
    let handoff = work.conversation.handoff;
    let change = work.conversation.fall_back(bot, cause, work.now);
    if change.is_none() {
        return Ok(false);
    }
    work.moved(change).await?;
    work.tx.begin_run(work.conversation.id, Run { bot, handoff, obstacle }, work.now).await?;
    work.record(Change::FallbackStarted(HandoffNews {
        handoff,
        bot: Some(bot),
        reason: Some(obstacle.as_str().to_owned()),
        ..HandoffNews::default()
    }));
    Ok(true)
}
