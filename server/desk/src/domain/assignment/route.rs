//! Who could have a conversation, in which order, and who has it.

use std::cmp::Reverse;

use contract::assignment::{Choice, Verdict, Waits, Why};
use contract::team::Strategy;
use contract::time::MINUTE_MS;
use contract::{AgentId, Time};

use super::skills::{Need, ring};
use super::{Candidate, Routed, Snapshot, There};

/// Decides who has it. Nobody gets more than they are given at once.
pub fn route(known: &Snapshot) -> Routed {
    let needs: Vec<Need> = known.wanted.skills.iter().map(|words| Need::read(words)).collect();
    let ring = ring(known.team.assigning.relax_seconds, known.wanted.waited_s);
    let (mut eligible, mut others) = (Vec::new(), Vec::new());
    for candidate in &known.candidates {
        match obstacle(candidate, &needs, ring) {
            None => eligible.push(candidate),
            Some(why) => others.push(Verdict { agent: candidate.agent, why, place: None }),
        }
    }
    eligible.sort_by_key(|candidate| turn(known, &needs, candidate));
    let choice = choose(known, eligible.first().map(|first| first.agent));
    let places = (1..).zip(&eligible);
    let verdicts = places
        .map(|(place, one)| Verdict { agent: one.agent, why: Why::Eligible, place: Some(place) })
        .chain(others)
        .collect();
    Routed { choice, ring, verdicts }
}

fn choose(known: &Snapshot, first: Option<AgentId>) -> Choice {
    let (team, anybody) = (&known.team, known.candidates.iter().any(|one| one.there == There::Online));
    match first {
        _ if !team.open => Choice::Closed,
        _ if !anybody && team.bot => Choice::Bot,
        _ if !anybody => Choice::Queue(Waits::NobodyThere),
        _ if team.assigning.strategy == Strategy::Manual => Choice::Queue(Waits::Manual),
        _ if team.assigning.capacity.is_some_and(|most| team.active >= most) => {
            Choice::Queue(Waits::TeamFull)
        }
        Some(agent) => Choice::Agent(agent),
        None => Choice::Queue(Waits::NobodyFree),
    }
}

/// What keeps somebody from having it.
fn obstacle(candidate: &Candidate, needs: &[Need], ring: i32) -> Option<Why> {
    match candidate.there {
        There::Offline => return Some(Why::Offline),
        There::Away => return Some(Why::Away),
        There::Online => {}
    }
    if candidate.asked_before {
        return Some(Why::AskedBefore);
    }
    if !needs.iter().all(|need| need.is_met(&candidate.skills, ring)) {
        return Some(Why::Unskilled);
    }
    if candidate.capacity.is_some_and(|most| candidate.active >= most) {
        return Some(Why::Full);
    }
    match (candidate.elsewhere, candidate.busy) {
        (true, _) => Some(Why::Elsewhere),
        (false, true) => Some(Why::Busy),
        (false, false) => None,
    }
}

/// Who goes before whom: the customer's last agent, then who has more of what was asked for, then whose turn it is.
type Turn = (bool, Reverse<usize>, i64, Option<Time>, AgentId);

fn turn(known: &Snapshot, needs: &[Need], one: &Candidate) -> Turn {
    let met = needs.iter().filter(|need| need.is_met_at_first(&one.skills)).count();
    let (first, then) = match known.team.assigning.strategy {
        Strategy::RoundRobin | Strategy::Manual => (0, one.turn_at),
        Strategy::LeastBusy => (i64::from(one.active) * 2 + i64::from(one.parked), one.turn_at),
        Strategy::LongestIdle => (i64::from(one.active > 0), one.freed_at.max(one.turn_at)),
    };
    (!is_last(known, one.agent), Reverse(met), first, then, one.agent)
}

/// Whether somebody had the customer last, not too long ago.
fn is_last(known: &Snapshot, agent: AgentId) -> bool {
    let wanted = &known.wanted;
    let limit = known.team.assigning.sticky_minutes.map(|minutes| i64::from(minutes) * MINUTE_MS);
    match (limit, wanted.last_at) {
        (Some(limit), Some(at)) => wanted.last_agent == Some(agent) && known.at.0 - at.0 <= limit,
        _ => false,
    }
}
