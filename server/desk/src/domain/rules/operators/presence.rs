//! Whether anything is known at all.

use contract::rules::{Kind, Takes, Value};

use super::Operator;

const ANY: &[Kind] = &[Kind::Text, Kind::Number, Kind::Truth, Kind::Time, Kind::Words, Kind::Choice];

pub(super) const OPERATORS: &[Operator] = &[
    Operator {
        key: "set",
        name: "is known",
        kinds: ANY,
        takes: Takes::Nothing,
        tracked: false,
        test: |compared| Ok(is_set(compared.found)),
    },
    Operator {
        key: "not_set",
        name: "is not known",
        kinds: ANY,
        takes: Takes::Nothing,
        tracked: false,
        test: |compared| Ok(!is_set(compared.found)),
    },
];

/// A text of nothing but space says nothing.
fn is_set(value: &Value) -> bool {
    match value {
        Value::Text(text) => !text.trim().is_empty(),
        value => !value.is_nothing(),
    }
}
