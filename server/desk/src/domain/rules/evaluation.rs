//! Looking at a condition, part by part. Every part is looked at, so that the trace says all of it.

use contract::rules::{Condition, Facts, Join, Takes, Test, Traced, Value};
use regex::Regex;

use super::operators::{self, Compared, Operator};
use super::{Compiled, facts};

/// The longest text that a trace repeats, in characters.
const SHOWN: usize = 200;

/// What a condition comes to.
pub(super) fn trace(rules: &Compiled, condition: &Condition, facts: &Facts) -> Traced {
    let group = |join, parts: &[Condition]| {
        let of: Vec<Traced> = parts.iter().map(|part| trace(rules, part, facts)).collect();
        let holds = joined(join, &of);
        Traced { holds, of, ..nothing(join) }
    };
    match condition {
        Condition::All(parts) => group(Join::All, parts),
        Condition::Any(parts) => group(Join::Any, parts),
        Condition::None(parts) => group(Join::None, parts),
        Condition::Is(test) => single(rules, test, facts),
    }
}

fn nothing(join: Join) -> Traced {
    Traced {
        join,
        holds: None,
        test: None,
        found: Value::Nothing,
        before: Value::Nothing,
        error: None,
        of: Vec::new(),
    }
}

/// A group holds or not as soon as what can be told decides it; what cannot be told counts only where it matters.
fn joined(join: Join, of: &[Traced]) -> Option<bool> {
    let any = |wanted: bool| of.iter().any(|part| part.holds == Some(wanted));
    let unknown = of.iter().any(|part| part.holds.is_none());
    let (decided, else_) = match join {
        Join::All => (any(false).then_some(false), true),
        Join::Any => (any(true).then_some(true), false),
        Join::None => (any(true).then_some(false), true),
        Join::Is => (None, false),
    };
    decided.or((!unknown).then_some(else_))
}

fn single(rules: &Compiled, test: &Test, facts: &Facts) -> Traced {
    let asked = ask(rules, test, facts);
    let tracked = operators::find(&test.operator).is_some_and(|operator| operator.tracked);
    let before = if tracked { shown(facts.was(&test.fact)) } else { Value::Nothing };
    let (holds, error) = match asked {
        Ok(holds) => (Some(holds), None),
        Err(why) => (None, Some(why)),
    };
    let found = shown(facts.is(&test.fact));
    Traced { holds, test: Some(test.clone()), found, before, error, ..nothing(Join::Is) }
}

fn ask(rules: &Compiled, test: &Test, known: &Facts) -> Result<bool, String> {
    let (operator, pattern) = ready(rules, test)?;
    compare(operator, pattern, (test, known))
}

/// What a test is asked with, or why it makes no sense.
pub(super) fn ready<'a>(
    rules: &'a Compiled,
    test: &Test,
) -> Result<(&'static Operator, Option<&'a Regex>), String> {
    let fact = facts::find(&test.fact).ok_or_else(|| format!("there is no fact `{}`", test.fact))?;
    let operator =
        operators::find(&test.operator).ok_or_else(|| format!("there is no operator `{}`", test.operator))?;
    if !operator.kinds.contains(&fact.kind) {
        return Err(format!("`{}` does not go with `{}`", test.operator, test.fact));
    }
    let pattern = match operator.takes {
        Takes::Pattern => Some(rules.pattern(operators::pattern_of(test).unwrap_or_default())?),
        _ => None,
    };
    Ok((operator, pattern))
}

/// Whether a test that makes sense holds.
pub(super) fn compare(
    operator: &Operator,
    pattern: Option<&Regex>,
    (test, known): (&Test, &Facts),
) -> Result<bool, String> {
    let (found, before) = (known.is(&test.fact), known.was(&test.fact));
    let worked = match known.is(&facts::working(&test.fact)) {
        Value::Number(seconds) => Some(*seconds),
        _ => None,
    };
    (operator.test)(&Compared { found, before, wanted: &test.value, pattern, now: known.now, worked })
}

/// A value as a trace repeats it.
fn shown(value: &Value) -> Value {
    match value {
        Value::Text(text) => match text.char_indices().nth(SHOWN) {
            Some((end, _)) => Value::Text(format!("{}…", &text[..end])),
            None => value.clone(),
        },
        _ => value.clone(),
    }
}
