use std::collections::BTreeMap;

use contract::rules::{After, Value};
use contract::{ConversationId, TeamId};
use uuid::Uuid;

use super::super::samples::{facts, is, rule, text};
use super::*;

fn act(action: &str, with: &[(&str, &str)]) -> Act {
    let with = with.iter().map(|(key, value)| ((*key).to_owned(), text(value)));
    Act { action: action.to_owned(), with: with.collect::<BTreeMap<_, _>>(), ladder: Vec::new() }
}

fn to_team(number: u128) -> Act {
    act("assign_team", &[("team", &TeamId(Uuid::from_u128(number)).to_string())])
}

fn doing(number: u128, intent: &str, then: Vec<Act>) -> Rule {
    Rule { condition: is("intent", "equals", text(intent)), then, ..rule(number, intent) }
}

fn known(intent: &str) -> Facts {
    facts(&[("intent", text(intent))])
}

fn look(simulation: &mut Simulation, conversation: u128, facts: &Facts, done: &[Act]) {
    let conversation = ConversationId(Uuid::from_u128(conversation));
    simulation.look(&Happened { conversation, event: "message_in", at: Time(7), facts, done });
}

#[test]
fn what_would_be_done_is_counted_beside_what_the_live_rules_do() {
    let names =
        RuleNames { teams: vec![(TeamId(Uuid::from_u128(1)), "Billing".to_owned())], ..RuleNames::default() };
    let live = vec![doing(1, "refund", vec![to_team(1)]), doing(2, "sales", vec![act("queue", &[])])];
    let label = act("remove_labels", &[("labels", "old")]);
    let mut edited = live.clone();
    edited[0] = Rule { after: After::Continue, ..doing(1, "refund", vec![label, to_team(2)]) };
    edited.push(Rule { active: false, ..rule(3, "off") });
    edited.push(doing(4, "lost", vec![act("resolve", &[])]));
    let mut simulation = Simulation::new(edited.clone(), Some(live.clone()), &names, None);
    for conversation in [1, 1, 2] {
        look(&mut simulation, conversation, &known("refund"), &[]);
    }
    look(&mut simulation, 3, &known("sales"), &[]);
    // It goes on where it was left.
    let kept = simulation.result().clone();
    let mut simulation = Simulation::new(edited, Some(live), &names, Some(kept));
    look(&mut simulation, 4, &known("lost"), &[]);
    look(&mut simulation, 5, &known("refund"), &[]);
    simulation.miss("message_in");
    simulation.miss("labelled");
    let result = simulation.result();
    let counted: Vec<_> = result.rules.iter().map(|one| (one.matched, one.examples.len())).collect();
    assert_eq!(counted, [(4, 3), (1, 1), (0, 0), (1, 1)], "each conversation is an example once");
    let acts: Vec<_> = result.acts.iter().map(|one| (one.would, one.otherwise, one.why.is_some())).collect();
    assert_eq!(acts[..3], [(4, 0, false), (4, 0, true), (1, 1, false)], "{:?}", result.acts);
    assert_eq!((acts[3], acts[4]), ((1, 0, false), (0, 4, false)));
    let moves: Vec<_> =
        result.moves.iter().map(|one| (one.from.clone(), one.to.clone(), one.count)).collect();
    assert_eq!(
        moves,
        [(Some(to_team(1)), Some(to_team(2)), 4), (None, Some(act("resolve", &[])), 1)],
        "the last that says where it goes counts"
    );
    assert_eq!((result.changed, result.events.len()), (5, 1));
    assert_eq!((result.events[0].looked, result.events[0].without), (6, 1));
}

#[test]
fn without_other_rules_it_is_compared_with_what_was_done() {
    let rules = vec![doing(1, "refund", vec![to_team(1)]), doing(2, "odd", vec![act("queue", &[])])];
    let mut broken = rules.clone();
    broken[1].condition = is("queue_length", "equals", text("many"));
    let mut simulation = Simulation::new(broken, None, &RuleNames::default(), None);
    let mut facts = known("refund");
    look(&mut simulation, 1, &facts, &[to_team(1)]);
    assert_eq!(simulation.result().changed, 0);
    facts.are.insert("queue_length".to_owned(), Value::Number(3));
    facts.are.remove("intent");
    look(&mut simulation, 2, &facts, &[to_team(9), act("resolve", &[])]);
    let result = simulation.result();
    assert_eq!((result.changed, result.rules[1].failed), (1, 1));
    assert_eq!(result.moves[0].from, Some(act("resolve", &[])));
    assert_eq!(result.moves[0].to, None);
    let known = result.acts.iter().find(|one| one.act == to_team(9)).map(|one| (one.would, one.otherwise));
    assert_eq!(known, Some((0, 1)));
}

#[test]
fn ways_beyond_those_that_are_listed_are_counted_together() {
    let mut simulation = Simulation::new(Vec::new(), None, &RuleNames::default(), None);
    for number in 0..110 {
        look(&mut simulation, number, &Facts::default(), &[to_team(number)]);
    }
    let result = simulation.result();
    assert_eq!((result.moves.len(), result.other_moves, result.changed), (MOST_MOVES, 10, 110));
}

#[test]
fn what_says_where_a_conversation_goes_is_something_that_rules_can_do() {
    for place in PLACES {
        let known = crate::domain::rules::actions::all().any(|action| action.word().key == *place);
        assert!(known, "{place}");
    }
}
