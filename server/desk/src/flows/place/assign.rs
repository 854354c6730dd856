//! What is known of a team and a conversation when somebody is to be chosen, and the run that gives a team what waits.
//!
//! One run at a time decides for a team. It holds the team, its counter and the counters of its members, then the
//! conversations that it gives away; whatever somebody else holds it leaves for the next run, so that it waits for nobody
//! and no team keeps another one waiting. A conversation is given under the epoch under which it was looked at.

use std::collections::HashMap;

use contract::team::{Obstacle, Strategy};
use contract::{Actor, ChannelId, ConversationId, Stage, TeamId, Time};

use super::super::work::{Wakes, Work};
use super::super::{Outcome, rules};
use super::tell;
use super::terms::Terms;
use crate::domain::assignment::{Candidate, Circle, Routed, Snapshot, There, Wanted, route};
use crate::state::Desk;
use crate::store::Tx;
use crate::store::assignment::Queued;
use crate::store::conversations::Held;
use crate::store::teams::TeamTerms;

/// Conversations that a run looks at.
const LOOKED_AT: i64 = 200;
/// Conversations that a run gives away.
const GIVEN: usize = 25;
/// Conversations of which a run writes down that nobody has them yet.
const NOTED: usize = 10;

/// What came of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    /// Nothing more can be given away now.
    Done,
    /// There may be more to give away.
    More,
    /// Somebody else is at it, or holds what is needed.
    Elsewhere,
}

/// One that is to be given away.
struct Pick {
    id: ConversationId,
    epoch: i64,
    known: Snapshot,
    routed: Routed,
}

/// Gives away what waits for a team, the most urgent first, then what has waited longest.
pub async fn run(desk: &Desk, team: TeamId) -> Outcome<Ran> {
    let mut tx = desk.store.begin().await?;
    if !tx.begin_run_of(team).await? {
        return Ok(Ran::Elsewhere);
    }
    let Some(terms) = tx.team_terms(team).await? else { return Ok(Ran::Done) };
    let Some(active) = tx.hold_team_load(team).await? else { return Ok(Ran::Elsewhere) };
    let queued = tx.queued(team, LOOKED_AT).await?;
    if queued.is_empty() {
        return Ok(Ran::Done);
    }
    let candidates = tx.could_be_given(team).await?;
    let mut plan =
        Plan { now: tx.now().await?, version: desk.rules.now().version, terms, active, candidates };
    let (picks, left) = plan.make(&mut tx, queued).await?;
    for Pick { id, known, routed, .. } in left {
        tx.note_assignment(id, &known, &routed).await?;
    }
    let held_back = plan.candidates.iter().any(|one| one.elsewhere);
    let wanted = picks.len();
    let (tx, news, given) = give_all(desk, tx, team, picks).await?;
    tx.commit().await?;
    news.tell(desk);
    Ok(match given {
        0 if wanted > 0 || held_back => Ran::Elsewhere,
        0 => Ran::Done,
        _ => Ran::More,
    })
}

/// What a run goes by.
struct Plan {
    now: Time,
    version: i32,
    terms: TeamTerms,
    active: i32,
    candidates: Vec<Candidate>,
}

impl Plan {
    /// Who gets what; and what nobody gets of which that is to be written down.
    async fn make(&mut self, tx: &mut Tx, queued: Vec<Queued>) -> Outcome<(Vec<Pick>, Vec<Pick>)> {
        let mut channels: HashMap<ChannelId, (bool, bool)> = HashMap::new();
        let (mut picks, mut left) = (Vec::new(), Vec::new());
        for (looked, one) in queued.into_iter().enumerate() {
            if looked >= NOTED && self.is_used_up() {
                break;
            }
            let (open, bot) = match channels.get(&one.channel) {
                Some(known) => *known,
                None => {
                    let known = self.answers(tx, one.channel).await?;
                    channels.insert(one.channel, known);
                    known
                }
            };
            let (id, epoch, noted) = (one.id, one.epoch, one.noted);
            let known = self.snapshot(one, open, bot);
            let routed = route(&known);
            if let Some(agent) = routed.agent() {
                self.count(agent);
                picks.push(Pick { id, epoch, known, routed });
                if picks.len() == GIVEN {
                    break;
                }
                continue;
            }
            if !noted && left.len() < NOTED {
                left.push(Pick { id, epoch, known, routed });
            }
        }
        Ok((picks, left))
    }

    /// Whether nobody can be given anything more, whatever it is.
    fn is_used_up(&self) -> bool {
        let free = |one: &Candidate| {
            one.there == There::Online
                && !one.elsewhere
                && !one.busy
                && one.capacity.is_none_or(|most| one.active < most)
        };
        let assigning = &self.terms.assigning;
        assigning.strategy == Strategy::Manual
            || assigning.capacity.is_some_and(|most| self.active >= most)
            || !self.candidates.iter().any(free)
    }

    /// Whether people answer on a channel now, and whether a bot does where nobody is there.
    async fn answers(&self, tx: &mut Tx, channel: ChannelId) -> Outcome<(bool, bool)> {
        let terms = Terms {
            channel: tx.channel_placing(channel).await?,
            team: Some(self.terms.clone()),
            language: None,
        };
        Ok((terms.is_open(self.now), has_bot(&terms)))
    }

    fn snapshot(&self, one: Queued, open: bool, bot: bool) -> Snapshot {
        let mut candidates = self.candidates.clone();
        for candidate in &mut candidates {
            candidate.asked_before = one.asked.contains(&candidate.agent);
        }
        let team = Circle {
            id: Some(self.terms.id),
            asking: self.terms.asking,
            assigning: self.terms.assigning,
            active: self.active,
            open,
            bot,
        };
        let (last_agent, last_at) = one.last;
        let wanted = Wanted { waited_s: one.waited_s, skills: one.skills, last_agent, last_at };
        Snapshot { at: self.now, version: self.version, team, wanted, candidates }
    }

    /// Somebody has one more.
    fn count(&mut self, agent: contract::AgentId) {
        self.active += 1;
        if let Some(one) = self.candidates.iter_mut().find(|one| one.agent == agent) {
            one.active += 1;
            one.turn_at = Some(self.now);
        }
    }
}

/// Whether a bot steps in where nobody is there.
pub(super) fn has_bot(terms: &Terms) -> bool {
    terms.fallback_bot().is_some() && terms.rule(Obstacle::NobodyOnline).is_some()
}

/// Gives away what nobody else holds. How many.
async fn give_all(desk: &Desk, mut tx: Tx, team: TeamId, picks: Vec<Pick>) -> Outcome<(Tx, Wakes, usize)> {
    let ids: Vec<ConversationId> = picks.iter().map(|pick| pick.id).collect();
    let mut held = tx.lock_free(&ids).await?;
    let (mut news, mut given) = (Wakes::default(), 0);
    for pick in picks {
        let waits =
            |held: &Held| held.conversation.stage == Stage::Waiting && held.conversation.epoch == pick.epoch;
        let Some(held) = held.remove(&pick.id).filter(waits) else { continue };
        let Some(agent) = pick.routed.agent() else { continue };
        if !tx.claim(pick.id, team, agent).await? {
            continue;
        }
        let mut work = Work::over(desk, tx, held, Actor::Desk)?;
        let change = work.conversation.give(agent, "auto", work.now)?;
        work.moved(change).await?;
        work.tx.note_assignment(pick.id, &pick.known, &pick.routed).await?;
        tell::taken(&mut work, agent).await?;
        rules::follow(&mut work).await?;
        let (back, more) = work.write_down().await?;
        tx = back;
        news.add(more);
        given += 1;
    }
    Ok((tx, news, given))
}
