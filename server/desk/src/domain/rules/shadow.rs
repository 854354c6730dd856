//! Rules that are never reached, because one above them holds whenever they do, and stops.
//!
//! What is found is so: each step below is a law of logic. Not everything that is so is found.

use contract::rules::{After, Condition, Rule, Test, Value};

/// The rule that keeps another one from being reached.
pub(super) fn shadowing<'a>(above: &'a [Rule], rule: &Rule) -> Option<&'a Rule> {
    if !rule.active || rule.when.is_empty() {
        return None;
    }
    above.iter().find(|earlier| {
        earlier.active
            && earlier.after == After::Stop
            && rule.when.iter().all(|event| earlier.when.contains(event))
            && implies(&rule.condition, &earlier.condition)
    })
}

/// Whether the second holds whenever the first does.
pub(super) fn implies(first: &Condition, second: &Condition) -> bool {
    if first == second {
        return true;
    }
    match (first, second) {
        (_, Condition::All(parts)) => parts.iter().all(|part| implies(first, part)),
        (Condition::Any(parts), _) if !parts.is_empty() => parts.iter().all(|part| implies(part, second)),
        (Condition::None(first), Condition::None(second)) => {
            // Less is ruled out by the second: all of it is ruled out by the first.
            second.iter().all(|out| first.iter().any(|ruled| implies(out, ruled)))
        }
        (Condition::All(parts), _) if parts.iter().any(|part| implies(part, second)) => true,
        (_, Condition::Any(parts)) => parts.iter().any(|part| implies(first, part)),
        (Condition::Is(first), Condition::Is(second)) => test_implies(first, second),
        _ => false,
    }
}

/// One test implies another one of the same fact where all that it allows is allowed by the other.
fn test_implies(first: &Test, second: &Test) -> bool {
    if first.fact != second.fact {
        return false;
    }
    match (first.operator.as_str(), second.operator.as_str()) {
        ("equals" | "in", "in") => within(&first.value, &second.value),
        ("contains", "contains") | ("starts_with", "starts_with" | "contains") => {
            within(&first.value, &second.value)
        }
        ("greater", "greater") => numbers(first, second).is_some_and(|(first, second)| first >= second),
        ("less", "less") => numbers(first, second).is_some_and(|(first, second)| first <= second),
        ("older_than", "older_than") => numbers(first, second).is_some_and(|(first, second)| first >= second),
        ("within_last", "within_last") => {
            numbers(first, second).is_some_and(|(first, second)| first <= second)
        }
        _ => false,
    }
}

fn numbers(first: &Test, second: &Test) -> Option<(i64, i64)> {
    match (&first.value, &second.value) {
        (Value::Number(first), Value::Number(second)) => Some((*first, *second)),
        _ => None,
    }
}

/// Whether each of the first is among the second.
fn within(first: &Value, second: &Value) -> bool {
    let (first, second) = (super::operators::each(first), super::operators::each(second));
    !first.is_empty() && first.iter().all(|value| second.contains(value))
}
