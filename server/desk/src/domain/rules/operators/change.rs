//! What something was before.

use contract::rules::{Kind, Takes, Value};

use super::{Compared, Operator, same};

const ANY: &[Kind] = &[Kind::Text, Kind::Number, Kind::Truth, Kind::Words, Kind::Choice];
const SINGLE: &[Kind] = &[Kind::Text, Kind::Number, Kind::Truth, Kind::Choice];

pub(super) const OPERATORS: &[Operator] = &[
    Operator {
        key: "changed",
        name: "has changed",
        kinds: ANY,
        takes: Takes::Nothing,
        tracked: true,
        test: |compared| Ok(has_changed(compared)),
    },
    Operator {
        key: "changed_from",
        name: "has changed from",
        kinds: SINGLE,
        takes: Takes::One,
        tracked: true,
        test: |compared| Ok(has_changed(compared) && same(compared.before, compared.wanted)?),
    },
    Operator {
        key: "changed_to",
        name: "has changed to",
        kinds: SINGLE,
        takes: Takes::One,
        tracked: true,
        test: |compared| Ok(has_changed(compared) && same(compared.found, compared.wanted)?),
    },
];

fn has_changed(compared: &Compared<'_>) -> bool {
    // Nothing and a list of nothing are the same.
    let both = compared.found.is_nothing() && compared.before.is_nothing();
    let (found, before): (&Value, &Value) = (compared.found, compared.before);
    !both && found != before
}
