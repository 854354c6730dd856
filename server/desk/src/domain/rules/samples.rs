//! Rules and facts for tests.

use std::collections::BTreeMap;

use contract::rules::{Act, After, Condition, Facts, Rule, Test, Value};
use contract::{RuleId, Time};
use proptest::prelude::*;
use uuid::Uuid;

/// A rule that holds always and resolves.
pub(super) fn rule(number: u128, name: &str) -> Rule {
    Rule {
        id: RuleId(Uuid::from_u128(number)),
        name: name.to_owned(),
        active: true,
        when: vec!["message_in".to_owned()],
        condition: Condition::default(),
        then: vec![Act { action: "resolve".to_owned(), with: BTreeMap::new(), ladder: Vec::new() }],
        after: After::Stop,
    }
}

pub(super) fn is(fact: &str, operator: &str, value: Value) -> Condition {
    Condition::Is(Test { fact: fact.to_owned(), operator: operator.to_owned(), value })
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(super) fn texts(texts: &[&str]) -> Value {
    Value::Texts(texts.iter().map(|text| (*text).to_owned()).collect())
}

/// Facts of a moment: those that are named.
pub(super) fn facts(are: &[(&str, Value)]) -> Facts {
    let are = are.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    Facts { now: Time(1_000_000), are, were: BTreeMap::new() }
}

/// A few values, so that they meet.
pub(super) fn words() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["billing", "Billing ", "refund", "a billing question", "re", "", "sales"])
        .prop_map(str::to_owned)
}

fn tests() -> impl Strategy<Value = Condition> {
    let words_of = prop::collection::vec(words(), 1..3);
    prop_oneof![
        (prop::sample::select(vec!["equals", "not_equals"]), words()).prop_map(|(operator, word)| is(
            "intent",
            operator,
            Value::Text(word)
        )),
        (prop::sample::select(vec!["in", "not_in", "contains", "not_contains", "starts_with"]), words_of)
            .prop_map(|(operator, words)| is("intent", operator, Value::Texts(words))),
        (prop::sample::select(vec!["greater", "less", "equals"]), 0..5_i64)
            .prop_map(|(operator, number)| is("queue_length", operator, Value::Number(number))),
        (prop::sample::select(vec!["within_last", "older_than"]), 1..5_i64)
            .prop_map(|(operator, number)| is("opened_at", operator, Value::Number(number))),
        prop::sample::select(vec!["set", "not_set"]).prop_map(|operator| is(
            "intent",
            operator,
            Value::Nothing
        )),
    ]
}

/// Any condition.
pub(super) fn conditions() -> impl Strategy<Value = Condition> {
    tests().prop_recursive(3, 12, 3, |inner| {
        let parts = prop::collection::vec(inner, 0..3);
        (prop::sample::select(vec![Condition::All, Condition::Any, Condition::None]), parts)
            .prop_map(|(join, parts): (fn(Vec<Condition>) -> Condition, _)| join(parts))
    })
}

/// Any facts that those conditions ask for.
pub(super) fn known() -> impl Strategy<Value = Facts> {
    let intent = prop::option::of(words());
    (intent, prop::option::of(0..5_i64), prop::option::of(0..6_i64)).prop_map(|(intent, queue, age)| {
        let mut known = facts(&[]);
        known.are.extend(intent.map(|intent| ("intent".to_owned(), Value::Text(intent))));
        known.are.extend(queue.map(|queue| ("queue_length".to_owned(), Value::Number(queue))));
        let at = age.map(|age| Value::Number(known.now.0 - age * 1000));
        known.are.extend(at.map(|at| ("opened_at".to_owned(), at)));
        known
    })
}
