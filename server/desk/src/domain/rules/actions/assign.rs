//! Who gets it.

use contract::rules::{Act, Kind, Options};

use super::{Action, Deed, Field, free, named, words};
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
    Action {
        key: "ask_skilled",
        name: "Ask whoever has the skills",
        fields: &[Field { key: "skills", name: "Skills", kind: Kind::Words, options: free, optional: false }],
        read: skills,
    },
    Action {
        key: "assign_bot",
        name: "Give it to a bot",
        fields: &[Field {
            key: "bot",
            name: "Bot",
            kind: Kind::Choice,
            options: || Options::Bots,
            optional: false,
        }],
        read: |act| named(act, "bot").map(Deed::AssignBot),
    },
    Action {
        key: "return_to_bot",
        name: "Give it back to the channel's bot",
        fields: &[],
        read: |_| Ok(Deed::ReturnToBot),
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

/// Skills that are asked for at once, at most, and the characters of each.
const MOST_SKILLS: usize = 10;
const LONGEST_SKILL: usize = 60;

fn skills(act: &Act) -> Result<Deed, String> {
    let skills = words(act, "skills")?;
    if skills.len() > MOST_SKILLS || skills.iter().any(|skill| skill.chars().count() > LONGEST_SKILL) {
        return Err(format!("name 1 to {MOST_SKILLS} skills of at most {LONGEST_SKILL} characters"));
    }
    Ok(Deed::Skills(skills))
}

fn rungs(act: &Act) -> Result<Deed, String> {
    if act.ladder.is_empty() {
        return Err("`ladder` is missing: say who is asked".to_owned());
    }
    if act.ladder.len() > ladder::MOST {
        return Err(format!("the ladder has more than {} rungs", ladder::MOST));
    }
    Ok(Deed::Ladder(act.ladder.clone()))
}
