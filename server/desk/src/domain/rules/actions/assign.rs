//! Who gets it.

use contract::rules::{Act, Kind, Options};

use super::{Action, Deed, Field, free, named};
use crate::domain::ladder;

pub(super) const ACTIONS: &[Action] = &[
    Action {
        key: "assign_team",
        name: "Ask a team",
        fields: &[Field {
            key: "team",
            name: "Team",
            kind: Kind::Choice,
            options: || Options::Teams,
            optional: false,
        }],
        read: |act| named(act, "team").map(Deed::AssignTeam),
    },
    Action {
        key: "assign_agent",
        name: "Give it to a person",
        fields: &[Field {
            key: "agent",
            name: "Person",
            kind: Kind::Choice,
            options: || Options::Agents,
            optional: false,
        }],
        read: |act| named(act, "agent").map(Deed::AssignAgent),
    },
    Action { key: "queue", name: "Put it into the queue", fields: &[], read: |_| Ok(Deed::Queue) },
    Action {
        key: "ask_in_turn",
        name: "Ask one after the other",
        fields: &[Field {
            key: "ladder",
            name: "Who is asked",
            kind: Kind::Ladder,
            options: free,
            optional: false,
        }],
        read: rungs,
    },
];

fn rungs(act: &Act) -> Result<Deed, String> {
    if act.ladder.is_empty() {
        return Err("`ladder` is missing: say who is asked".to_owned());
    }
    if act.ladder.len() > ladder::MOST {
        return Err(format!("the ladder has more than {} rungs", ladder::MOST));
    }
    Ok(Deed::Ladder(act.ladder.clone()))
}
