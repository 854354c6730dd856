//! The team and its queue.

use contract::rules::{Kind, Options, Value};

use super::{Fact, Read, free, id};

pub(super) const FACTS: &[Fact] = &[
    Fact {
        key: "team",
        name: "Team",
        from: "The team that was asked last, else that of the channel",
        kind: Kind::Choice,
        options: || Options::Teams,
        read: Read::Now(|known| id(known.team)),
    },
    Fact {
        key: "queue_length",
        name: "Conversations that wait",
        from: "The team's queue; without a team, all that wait",
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| Value::Number(known.counts.queue)),
    },
    Fact {
        key: "agents_online",
        name: "People who are there",
        from: "Those of the team who take work; without a team, all",
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| Value::Number(known.counts.online)),
    },
];
