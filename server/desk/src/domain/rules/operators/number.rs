//! How large a number is.

use contract::rules::{Kind, Takes, Value};

use super::{Compared, Operator, mixed};

pub(super) const OPERATORS: &[Operator] = &[
    Operator {
        key: "greater",
        name: "is more than",
        kinds: &[Kind::Number],
        takes: Takes::One,
        tracked: false,
        test: |compared| against(compared, |found, wanted| found > wanted),
    },
    Operator {
        key: "less",
        name: "is less than",
        kinds: &[Kind::Number],
        takes: Takes::One,
        tracked: false,
        test: |compared| against(compared, |found, wanted| found < wanted),
    },
    Operator {
        key: "between",
        name: "is from … to",
        kinds: &[Kind::Number],
        takes: Takes::Two,
        tracked: false,
        test: between,
    },
];

fn against(compared: &Compared<'_>, holds: fn(i64, i64) -> bool) -> Result<bool, String> {
    match (compared.found, compared.wanted) {
        (Value::Nothing, Value::Number(_)) => Ok(false),
        (Value::Number(found), Value::Number(wanted)) => Ok(holds(*found, *wanted)),
        (found, wanted) => Err(mixed(found, wanted)),
    }
}

/// Both ends are part of it.
fn between(compared: &Compared<'_>) -> Result<bool, String> {
    let Value::Numbers(ends) = compared.wanted else { return Err(mixed(compared.found, compared.wanted)) };
    let [from, to] = ends.as_slice() else { return Err("it takes two numbers".to_owned()) };
    match compared.found {
        Value::Nothing => Ok(false),
        Value::Number(found) => Ok((*from..=*to).contains(found)),
        found => Err(mixed(found, compared.wanted)),
    }
}
