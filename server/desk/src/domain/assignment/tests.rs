//! Whatever is known, nobody gets more than they are given at once, and nobody who must not.

use contract::assignment::{Choice, Waits, Why};
use contract::team::{Asking, Assigning, Strategy as Way};
use contract::{AgentId, TeamId, Time};
use proptest::prelude::*;
use uuid::Uuid;

use super::skills::{Need, ring};
use super::{Candidate, Circle, Snapshot, There, Wanted, route};

fn agent(n: u128) -> AgentId {
    AgentId(Uuid::from_u128(n))
}

fn free(n: u128) -> Candidate {
    Candidate {
        agent: agent(n),
        there: There::Online,
        skills: Default::default(),
        capacity: None,
        active: 0,
        parked: 0,
        turn_at: None,
        freed_at: None,
        asked_before: false,
        elsewhere: false,
        busy: false,
    }
}

fn known(candidates: Vec<Candidate>) -> Snapshot {
    let team = Circle {
        id: Some(TeamId(Uuid::from_u128(7))),
        asking: Asking::Assign,
        assigning: Assigning::default(),
        active: 0,
        open: true,
        bot: false,
    };
    Snapshot { at: Time(1_000_000_000), version: 3, team, wanted: Wanted::default(), candidates }
}

fn skill() -> impl Strategy<Value = String> {
    prop_oneof![Just("billing"), Just("french"), Just("law")].prop_map(str::to_owned)
}

fn candidate(n: u128) -> impl Strategy<Value = Candidate> {
    let there = prop_oneof![3 => Just(There::Online), 1 => Just(There::Away), 1 => Just(There::Offline)];
    let time = || proptest::option::of((0..2_000_000_000_i64).prop_map(Time));
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let load = (proptest::option::of(0..6_i32), 0..6_i32, 0..4_i32);
    let skills = proptest::collection::btree_map(skill(), 1..=5_u8, 0..3);
    (there, skills, load, time(), time(), flags).prop_map(
        move |(there, skills, load, turn_at, freed_at, flags)| {
            let (capacity, active, parked) = load;
            let (asked_before, elsewhere, busy) =
                (flags.0 && flags.1, flags.1 && flags.2, flags.0 && flags.2);
            let agent = agent(n);
            Candidate {
                agent,
                there,
                skills,
                capacity,
                active,
                parked,
                turn_at,
                freed_at,
                asked_before,
                elsewhere,
                busy,
            }
        },
    )
}

fn assigning() -> impl Strategy<Value = Assigning> {
    let strategy = proptest::sample::select(Way::ALL.to_vec());
    let (relax, sticky) = (proptest::option::of(5..100_i32), proptest::option::of(1..20_000_i32));
    (strategy, proptest::option::of(1..10_i32), relax, sticky).prop_map(
        |(strategy, capacity, relax_seconds, sticky_minutes)| Assigning {
            strategy,
            capacity,
            relax_seconds,
            sticky_minutes,
            grace_seconds: None,
        },
    )
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let word =
        (skill(), proptest::option::of(1..=5_u8), any::<bool>()).prop_map(|(skill, level, preferred)| {
            let level = level.map(|level| format!(":{level}")).unwrap_or_default();
            format!("{skill}{level}{}", if preferred { "?" } else { "" })
        });
    let last = proptest::option::of((0..8_u128).prop_map(agent));
    (
        0..900_i64,
        proptest::collection::vec(word, 0..3),
        last,
        proptest::option::of((0..2_000_000_000_i64).prop_map(Time)),
    )
        .prop_map(|(waited_s, skills, last_agent, last_at)| Wanted {
            waited_s,
            skills,
            last_agent,
            last_at,
        })
}

fn anything() -> impl Strategy<Value = Snapshot> {
    let people = (0..8_usize)
        .prop_flat_map(|count| (0..count).map(|n| candidate(n as u128).boxed()).collect::<Vec<_>>());
    (people, assigning(), wanted(), 0..10_i32, any::<bool>(), any::<bool>()).prop_map(
        |(candidates, assigning, wanted, active, closed, bot)| {
            let mut known = known(candidates);
            known.team = Circle { assigning, active, open: !closed, bot, ..known.team };
            known.wanted = wanted;
            known
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whoever_is_chosen_may_have_it(known in anything()) {
        let routed = route(&known);
        prop_assert_eq!(routed.verdicts.len(), known.candidates.len());
        let (team, asked) = (&known.team, &known.wanted);
        if let Some(chosen) = routed.agent() {
            let one = known.candidates.iter().find(|one| one.agent == chosen).unwrap();
            prop_assert!(team.open && team.assigning.strategy != Way::Manual);
            prop_assert!(team.assigning.capacity.is_none_or(|most| team.active < most));
            prop_assert_eq!(one.there, There::Online);
            prop_assert!(one.capacity.is_none_or(|most| one.active < most));
            prop_assert!(!one.asked_before && !one.elsewhere && !one.busy);
            let ring = ring(team.assigning.relax_seconds, asked.waited_s);
            prop_assert!(asked.skills.iter().all(|words| Need::read(words).is_met(&one.skills, ring)));
        }
        for one in &routed.verdicts {
            prop_assert_eq!(one.place.is_some(), one.why == Why::Eligible);
        }
    }

    #[test]
    fn what_was_stored_gives_the_same_again(known in anything()) {
        let stored = serde_json::to_string(&known).unwrap();
        let read: Snapshot = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(route(&read), route(&known));
    }

    #[test]
    fn a_run_never_gives_anybody_too_many(mut known in anything(), more in 1..30_usize) {
        for _ in 0..more {
            let Some(chosen) = route(&known).agent() else { break };
            known.team.active += 1;
            let one = known.candidates.iter_mut().find(|one| one.agent == chosen).unwrap();
            one.active += 1;
            prop_assert!(one.capacity.is_none_or(|most| one.active <= most));
            prop_assert!(known.team.assigning.capacity.is_none_or(|most| known.team.active <= most));
        }
    }
}

#[test]
fn each_strategy_has_its_own_order() {
    let one = Candidate { active: 2, turn_at: Some(Time(1)), freed_at: Some(Time(90)), ..free(1) };
    let two = Candidate { active: 1, parked: 1, turn_at: Some(Time(5)), freed_at: Some(Time(80)), ..free(2) };
    let three =
        Candidate { active: 0, parked: 4, turn_at: Some(Time(9)), freed_at: Some(Time(95)), ..free(3) };
    let chosen = |strategy| {
        let mut known = known(vec![one.clone(), two.clone(), three.clone()]);
        known.team.assigning.strategy = strategy;
        route(&known).choice
    };
    assert_eq!(chosen(Way::RoundRobin), Choice::Agent(agent(1)));
    assert_eq!(chosen(Way::LeastBusy), Choice::Agent(agent(2)), "what is snoozed counts half");
    assert_eq!(chosen(Way::LongestIdle), Choice::Agent(agent(3)));
    assert_eq!(chosen(Way::Manual), Choice::Queue(Waits::Manual));
}

#[test]
fn the_last_agent_goes_first_for_as_long_as_the_team_says() {
    let mut known = known(vec![free(1), Candidate { turn_at: Some(Time(5)), ..free(2) }]);
    known.team.assigning.sticky_minutes = Some(10);
    known.wanted.last_agent = Some(agent(2));
    known.wanted.last_at = Some(known.at.plus_ms(-600_000));
    assert_eq!(route(&known).choice, Choice::Agent(agent(2)));
    known.wanted.last_at = Some(known.at.plus_ms(-600_001));
    assert_eq!(route(&known).choice, Choice::Agent(agent(1)));
}

#[test]
fn nobody_there_is_for_the_bot_and_a_closed_team_for_nobody() {
    let mut known = known(vec![Candidate { there: There::Away, ..free(1) }]);
    assert_eq!(route(&known).choice, Choice::Queue(Waits::NobodyThere));
    known.team.bot = true;
    assert_eq!(route(&known).choice, Choice::Bot);
    known.team.open = false;
    assert_eq!(route(&known).choice, Choice::Closed);
}
