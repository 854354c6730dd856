//! Whether something is the same.

use contract::rules::{Kind, Takes};

use super::{Compared, Operator, each, same};

pub(super) const OPERATORS: &[Operator] = &[
    Operator {
        key: "equals",
        name: "is",
        kinds: &[Kind::Text, Kind::Number, Kind::Truth, Kind::Choice],
        takes: Takes::One,
        tracked: false,
        test: |compared| same(compared.found, compared.wanted),
    },
    Operator {
        key: "not_equals",
        name: "is not",
        kinds: &[Kind::Text, Kind::Number, Kind::Truth, Kind::Choice],
        takes: Takes::One,
        tracked: false,
        test: |compared| same(compared.found, compared.wanted).map(|same| !same),
    },
    Operator {
        key: "in",
        name: "is one of",
        kinds: &[Kind::Text, Kind::Number, Kind::Choice],
        takes: Takes::Many,
        tracked: false,
        test: one_of,
    },
    Operator {
        key: "not_in",
        name: "is none of",
        kinds: &[Kind::Text, Kind::Number, Kind::Choice],
        takes: Takes::Many,
        tracked: false,
        test: |compared| one_of(compared).map(|one| !one),
    },
];

fn one_of(compared: &Compared<'_>) -> Result<bool, String> {
    for wanted in each(compared.wanted) {
        if same(compared.found, &wanted)? {
            return Ok(true);
        }
    }
    Ok(false)
}
