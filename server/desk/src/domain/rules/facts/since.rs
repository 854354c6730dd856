//! How long ago something was: in hours, and in seconds of working time.

use std::collections::BTreeMap;

use contract::Time;
use contract::rules::{Kind, Value};
use contract::time::HOUR_MS;

use super::{Fact, Known, Read, free};
use crate::domain::hours;

const REPLIES: &str = "What people here have written to the customer, on the phone too";

pub(super) const FACTS: &[Fact] = &[
    Fact {
        key: "first_reply_at",
        name: "First answer of a person",
        from: REPLIES,
        kind: Kind::Time,
        options: free,
        read: Read::Now(|known| moment(known.first_reply_at)),
    },
    Fact {
        key: "last_reply_at",
        name: "Last answer of a person",
        from: REPLIES,
        kind: Kind::Time,
        options: free,
        read: Read::Now(|known| moment(known.last_reply_at)),
    },
    Fact {
        key: "hours_since_created",
        name: "Hours since the conversation began",
        from: "The conversation",
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| hours_since(known, Some(known.conversation.opened_at))),
    },
    Fact {
        key: "hours_since_first_reply",
        name: "Hours since the first answer of a person",
        from: REPLIES,
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| hours_since(known, known.first_reply_at)),
    },
    Fact {
        key: "hours_since_last_reply",
        name: "Hours since the last answer of a person",
        from: REPLIES,
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| hours_since(known, known.last_reply_at)),
    },
    Fact {
        key: "working.*",
        name: "Seconds of working time since",
        from: "A fact that is a moment, by its word; written where there are hours",
        kind: Kind::Number,
        options: free,
        read: Read::Counted(worked),
    },
];

fn moment(at: Option<Time>) -> Value {
    at.map_or(Value::Nothing, |at| Value::Number(at.0))
}

/// Whole hours: what is not over does not count.
fn hours_since(known: &Known, at: Option<Time>) -> Value {
    at.map_or(Value::Nothing, |at| Value::Number((known.now.since_ms(at) / HOUR_MS).max(0)))
}

/// How long ago every moment was, in seconds in which people answer.
fn worked(known: &Known) -> BTreeMap<String, i64> {
    let Some(hours) = known.hours.as_ref().and_then(|hours| hours::check(hours).ok()) else {
        return BTreeMap::new();
    };
    let moments = super::all().filter(|fact| fact.kind == Kind::Time);
    let since = |fact: &Fact| {
        let Read::Now(read) = fact.read else { return None };
        let Value::Number(at) = read(known) else { return None };
        Some((fact.key.to_owned(), hours.worked_ms(Time(at), known.now) / 1000))
    };
    moments.filter_map(since).collect()
}
