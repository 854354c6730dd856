//! How long ago something was.

use contract::Time;
use contract::rules::{Kind, Takes, Value};

use super::{Compared, Operator, mixed};

pub(super) const OPERATORS: &[Operator] = &[
    Operator {
        key: "within_last",
        name: "was within the last",
        kinds: &[Kind::Time],
        takes: Takes::Seconds,
        tracked: false,
        test: |compared| Ok(age(compared)?.is_some_and(|(age, span)| age <= span)),
    },
    Operator {
        key: "older_than",
        name: "was longer ago than",
        kinds: &[Kind::Time],
        takes: Takes::Seconds,
        tracked: false,
        test: |compared| Ok(age(compared)?.is_some_and(|(age, span)| age > span)),
    },
    Operator {
        key: "within_last_working",
        name: "was within the last … of working time",
        kinds: &[Kind::Time],
        takes: Takes::Seconds,
        tracked: false,
        test: |compared| Ok(worked(compared)?.is_some_and(|(worked, span)| worked <= span)),
    },
    Operator {
        key: "older_than_working",
        name: "was longer ago in working time than",
        kinds: &[Kind::Time],
        takes: Takes::Seconds,
        tracked: false,
        test: |compared| Ok(worked(compared)?.is_some_and(|(worked, span)| worked > span)),
    },
];

/// The same in working time. Without hours people always answer, and all time is working time.
fn worked(compared: &Compared<'_>) -> Result<Option<(i64, i64)>, String> {
    let Some((age, span)) = age(compared)? else { return Ok(None) };
    Ok(Some((compared.worked.map_or(age, |seconds| seconds.saturating_mul(1000)), span)))
}

/// How long ago it was, and how long is asked for, in milliseconds. By another clock it can be a moment ahead.
fn age(compared: &Compared<'_>) -> Result<Option<(i64, i64)>, String> {
    match (compared.found, compared.wanted) {
        (Value::Nothing, Value::Number(_)) => Ok(None),
        (Value::Number(at), Value::Number(seconds)) => {
            Ok(Some((compared.now.since_ms(Time(*at)), seconds.saturating_mul(1000))))
        }
        (found, wanted) => Err(mixed(found, wanted)),
    }
}
