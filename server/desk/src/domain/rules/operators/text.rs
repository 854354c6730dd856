//! What is in a text or among words.

use contract::rules::{Kind, Takes, Value};

use super::{Compared, Operator, folded, mixed, texts};

pub(super) const OPERATORS: &[Operator] = &[
    Operator {
        key: "contains",
        name: "contains",
        kinds: &[Kind::Text, Kind::Words],
        takes: Takes::Many,
        tracked: false,
        test: contains,
    },
    Operator {
        key: "not_contains",
        name: "does not contain",
        kinds: &[Kind::Text, Kind::Words],
        takes: Takes::Many,
        tracked: false,
        test: |compared| contains(compared).map(|contains| !contains),
    },
    Operator {
        key: "starts_with",
        name: "begins with",
        kinds: &[Kind::Text],
        takes: Takes::Many,
        tracked: false,
        test: starts,
    },
    Operator {
        key: "matches",
        name: "matches the pattern",
        kinds: &[Kind::Text],
        takes: Takes::Pattern,
        tracked: false,
        test: matches,
    },
];

/// One of them is in the text, or among the words.
fn contains(compared: &Compared<'_>) -> Result<bool, String> {
    let wanted = texts(compared.wanted)?;
    match compared.found {
        Value::Nothing => Ok(false),
        Value::Text(found) => {
            let found = found.to_lowercase();
            Ok(wanted.iter().any(|wanted| !wanted.is_empty() && found.contains(wanted)))
        }
        Value::Texts(found) => Ok(found.iter().any(|found| wanted.contains(&folded(found)))),
        found => Err(mixed(found, compared.wanted)),
    }
}

fn starts(compared: &Compared<'_>) -> Result<bool, String> {
    let wanted = texts(compared.wanted)?;
    match compared.found {
        Value::Nothing => Ok(false),
        Value::Text(found) => {
            let found = folded(found);
            Ok(wanted.iter().any(|wanted| !wanted.is_empty() && found.starts_with(wanted)))
        }
        found => Err(mixed(found, compared.wanted)),
    }
}

fn matches(compared: &Compared<'_>) -> Result<bool, String> {
    let pattern = compared.pattern.ok_or("there is no pattern")?;
    match compared.found {
        Value::Nothing => Ok(false),
        Value::Text(found) => Ok(pattern.is_match(found)),
        found => Err(mixed(found, compared.wanted)),
    }
}
