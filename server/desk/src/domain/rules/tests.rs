//! Rules as a whole.

use contract::rules::{After, Condition, Facts, Join, Rule, RuleNames, Traced, Value, Verdict};
use proptest::prelude::*;

use super::samples::{conditions, facts, is, known, rule, text, texts};
use super::{Compiled, check, evaluate, shadow, vocabulary};

fn with(number: u128, condition: Condition) -> Rule {
    Rule { condition, ..rule(number, &format!("rule {number}")) }
}

fn verdicts(rules: Vec<Rule>, known: &Facts) -> Vec<Verdict> {
    let answer = evaluate(&Compiled::new(1, rules), "message_in", known);
    answer.trace.into_iter().map(|looked| looked.verdict).collect()
}

fn holds(condition: Condition, known: &Facts) -> Option<bool> {
    match verdicts(vec![with(1, condition)], known).as_slice() {
        [Verdict::Matched] => Some(true),
        [Verdict::NotMatched] => Some(false),
        _ => None,
    }
}

#[test]
fn the_first_rule_that_holds_ends_the_search_unless_it_says_otherwise() {
    let on = Rule { after: After::Continue, ..with(1, Condition::default()) };
    let off = Rule { active: false, ..with(2, Condition::default()) };
    let deaf = Rule { when: vec!["resolved".to_owned()], ..with(3, Condition::default()) };
    let not = with(4, is("intent", "equals", text("refund")));
    let rules = vec![on, off, deaf, not, with(5, Condition::default()), with(6, Condition::default())];
    let compiled = Compiled::new(7, rules);
    let answer = evaluate(&compiled, "message_in", &facts(&[("intent", text("sales"))]));
    let said: Vec<_> = answer.trace.iter().map(|looked| looked.verdict).collect();
    assert_eq!(said, [Verdict::Matched, Verdict::NotMatched, Verdict::Matched, Verdict::NotReached]);
    assert_eq!(answer.deeds.len(), 2, "those of both rules that hold");
    assert_eq!(answer.matched().len(), 2);
    assert!(compiled.listens("resolved") && compiled.listens("handed_off") && !compiled.listens("labelled"));
    assert!(!Compiled::default().listens("handed_off"), "without rules nothing is kept");
}

#[test]
fn a_trace_says_each_condition_with_what_was_compared() {
    let wanted = Condition::All(vec![
        is("intent", "contains", texts(&["refund"])),
        Condition::None(vec![is("queue_length", "greater", Value::Number(10))]),
    ]);
    let known = facts(&[("intent", text("I want a Refund")), ("queue_length", Value::Number(12))]);
    let answer = evaluate(&Compiled::new(1, vec![with(1, wanted)]), "message_in", &known);
    let Some(Traced { join: Join::All, holds: Some(false), of, .. }) = &answer.trace[0].condition else {
        panic!("{:?}", answer.trace)
    };
    assert_eq!((of[0].holds, &of[0].found), (Some(true), &text("I want a Refund")));
    assert_eq!((of[1].holds, &of[1].of[0].found), (Some(false), &Value::Number(12)));
}

#[test]
fn what_goes_wrong_in_one_rule_is_said_and_the_next_one_is_asked() {
    let broken = [
        is("nonsense", "equals", text("x")),
        is("intent", "resembles", text("x")),
        is("intent", "greater", Value::Number(1)),
        is("intent", "matches", text("(")),
        is("queue_length", "equals", text("many")),
    ];
    for condition in broken {
        let known = facts(&[("queue_length", Value::Number(3))]);
        let rules = Compiled::new(1, vec![with(1, condition.clone()), with(2, Condition::default())]);
        let answer = evaluate(&rules, "message_in", &known);
        assert!(answer.failed(), "{condition:?}");
        assert!(answer.trace[0].condition.as_ref().unwrap().error.is_some(), "{condition:?}");
        assert_eq!(answer.trace[1].verdict, Verdict::Matched);
        // Where the rest decides it, it does not matter.
        assert_eq!(
            holds(Condition::Any(vec![condition.clone(), Condition::All(vec![])]), &known),
            Some(true)
        );
        assert_eq!(
            holds(Condition::All(vec![condition.clone(), Condition::Any(vec![])]), &known),
            Some(false)
        );
    }
}

#[test]
fn what_is_wrong_is_found_before_it_goes_live() {
    let mut bare = with(1, is("team", "equals", text("01890000-0000-7000-8000-000000000000")));
    bare.name = " ".to_owned();
    bare.when = vec!["tuesday".to_owned()];
    bare.then.clear();
    let all = |parts| with(2, Condition::All(parts));
    let cases = [
        (bare, vec!["rules[0].name", "rules[0].when[0]", "rules[0].if.is.value", "rules[0].then"]),
        (all(vec![Condition::Any(vec![])]), vec!["rules[0].if.all[0]"]),
        (all(vec![is("message_text", "matches", text("("))]), vec!["rules[0].if.all[0].is.value"]),
        (all(vec![is("message_text", "contains", texts(&[""]))]), vec!["rules[0].if.all[0].is.value"]),
        (all(vec![is("team", "changed", Value::Nothing)]), vec!["rules[0].if.all[0].is.operator"]),
        (all(vec![is("hour", "between", Value::Numbers(vec![17, 9]))]), vec!["rules[0].if.all[0].is.value"]),
        (all(vec![is("stage", "equals", text("sleepy"))]), vec!["rules[0].if.all[0].is.value"]),
        (all(vec![is("queue_length", "greater", text("5"))]), vec!["rules[0].if.all[0].is.value"]),
    ];
    for (rule, paths) in cases {
        let found = check::findings(std::slice::from_ref(&rule), &RuleNames::default());
        let blocking: Vec<_> = found.iter().filter(|one| one.blocks).map(|one| one.path.as_str()).collect();
        if paths[0].ends_with("value") && blocking.is_empty() {
            panic!("{rule:?}");
        }
        assert_eq!(blocking, paths, "{rule:?}: {found:?}");
    }
    let deep =
        (0..8).fold(is("blocked", "equals", Value::Truth(true)), |inner, _| Condition::All(vec![inner]));
    assert!(check::findings(&[with(1, deep)], &RuleNames::default())[0].message.contains("deep"));
    let twice = [with(1, Condition::default()), with(1, Condition::default())];
    let found = check::findings(&twice, &RuleNames::default());
    assert!(found.iter().any(|one| one.path == "rules[1].id"));
    assert!(found.iter().any(|one| !one.blocks && one.message.contains("never reached")), "{found:?}");
    assert!(found.iter().any(|one| !one.blocks && one.message.contains("every time")));
}

#[test]
fn everything_in_the_vocabulary_can_be_used() {
    let words = vocabulary();
    for fact in &words.facts {
        let fits = |word: &&contract::rules::OperatorWord| word.kinds.contains(&fact.kind);
        assert!(words.operators.iter().any(|word| fits(&word)), "nothing compares {}", fact.key);
    }
    assert!(words.events.len() >= 14 && words.actions.len() >= 12);
}

proptest! {
    #[test]
    fn the_same_rules_and_facts_give_the_same_answer(condition in conditions(), known in known()) {
        let rules = Compiled::new(1, vec![with(1, condition)]);
        prop_assert_eq!(evaluate(&rules, "message_in", &known), evaluate(&rules, "message_in", &known));
    }

    #[test]
    fn not_a_single_one_is_the_opposite_of_one_at_least(part in conditions(), other in conditions(), known in known()) {
        let any = holds(Condition::Any(vec![part.clone(), other.clone()]), &known);
        let none = holds(Condition::None(vec![part, other]), &known);
        prop_assert_eq!(any.map(|any| !any), none);
    }

    #[test]
    fn a_rule_that_is_called_shadowed_is_never_reached(first in conditions(), second in conditions(), known in known()) {
        if shadow::implies(&first, &second) && holds(first.clone(), &known) == Some(true) {
            prop_assert_eq!(holds(second.clone(), &known), Some(true), "{:?} => {:?}", first, second);
        }
    }

    #[test]
    fn what_is_part_of_a_condition_is_implied_by_it(part in conditions(), other in conditions()) {
        let both = Condition::All(vec![part.clone(), other.clone()]);
        prop_assert!(shadow::implies(&both, &part));
        prop_assert!(shadow::implies(&part, &Condition::Any(vec![other, part.clone()])));
    }

    #[test]
    fn a_set_survives_its_way_through_the_database(condition in conditions()) {
        let rule = with(1, condition);
        let written = serde_json::to_string(&rule).unwrap();
        prop_assert_eq!(serde_json::from_str::<Rule>(&written).unwrap(), rule);
    }
}
