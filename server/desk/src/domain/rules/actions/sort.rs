//! Where it stands.

use contract::Priority;
use contract::rules::{Act, Kind, Options, Value};

use super::{Action, Deed, Field, free, text};
use crate::domain::rules::facts::priority_name;

/// The most labels that a conversation can have, and the characters of each.
pub const MOST_LABELS: usize = 20;
/// The longest label, in characters.
pub const LONGEST_LABEL: usize = 40;
/// The longest time that something is put aside, in minutes: a year.
const LONGEST_MINUTES: i64 = 365 * 24 * 60;

const LABELS: &[Field] =
    &[Field { key: "labels", name: "Labels", kind: Kind::Words, options: free, optional: false }];

pub(super) const ACTIONS: &[Action] = &[
    Action {
        key: "set_priority",
        name: "Set the priority",
        fields: &[Field {
            key: "priority",
            name: "Priority",
            kind: Kind::Choice,
            options: priorities,
            optional: false,
        }],
        read: |act| {
            let word = text(act, "priority")?;
            Priority::parse(&word).map(Deed::Priority).ok_or_else(|| format!("there is no priority `{word}`"))
        },
    },
    Action {
        key: "add_labels",
        name: "Put labels on",
        fields: LABELS,
        read: |act| labels(act).map(Deed::AddLabels),
    },
    Action {
        key: "remove_labels",
        name: "Take labels off",
        fields: LABELS,
        read: |act| labels(act).map(Deed::RemoveLabels),
    },
    Action {
        key: "snooze",
        name: "Put it aside",
        fields: &[Field {
            key: "minutes",
            name: "Minutes",
            kind: Kind::Number,
            options: free,
            optional: false,
        }],
        read: |act| match act.with.get("minutes") {
            Some(Value::Number(minutes)) if (1..=LONGEST_MINUTES).contains(minutes) => {
                Ok(Deed::Snooze(*minutes))
            }
            _ => Err(format!("it is put aside for 1 minute to {LONGEST_MINUTES} minutes")),
        },
    },
    Action {
        key: "set_sla",
        name: "Promise something about time",
        fields: &[Field {
            key: "policy",
            name: "The policy's name or id",
            kind: Kind::Text,
            options: free,
            optional: false,
        }],
        read: |act| text(act, "policy").map(Deed::Sla),
    },
    Action { key: "resolve", name: "Resolve it", fields: &[], read: |_| Ok(Deed::Resolve) },
];

fn priorities() -> Options {
    let word = |priority: Priority| (priority.as_str().to_owned(), priority_name(priority).to_owned());
    Options::Words(Priority::ALL.map(word).to_vec())
}

fn labels(act: &Act) -> Result<Vec<String>, String> {
    let labels = match act.with.get("labels") {
        Some(Value::Text(label)) => vec![label.clone()],
        Some(Value::Texts(labels)) => labels.clone(),
        _ => Vec::new(),
    };
    let labels: Vec<String> = labels.iter().map(|label| label.trim().to_lowercase()).collect();
    let fits = |label: &String| (1..=LONGEST_LABEL).contains(&label.chars().count()) && !label.contains('\0');
    if labels.is_empty() || labels.len() > MOST_LABELS || !labels.iter().all(fits) {
        return Err(format!("name 1 to {MOST_LABELS} labels of 1 to {LONGEST_LABEL} characters"));
    }
    Ok(labels)
}
