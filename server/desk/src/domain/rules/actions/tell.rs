//! Who else is told: the admins, and programs.

use contract::rules::Kind;

use super::{Action, Deed, Field, free, maybe, text};

/// The longest alert, in characters.
const LONGEST_ALERT: usize = 1_000;
/// The most that goes along with a call, in characters.
const LONGEST_DATA: usize = 4_096;

pub(super) const ACTIONS: &[Action] = &[
    Action {
        key: "notify",
        name: "Tell the admins",
        fields: &[Field { key: "text", name: "Text", kind: Kind::Text, options: free, optional: false }],
        read: |act| fits(text(act, "text")?, LONGEST_ALERT).map(Deed::Notify),
    },
    Action {
        key: "call_webhook",
        name: "Call a web address",
        fields: &[
            Field {
                key: "address",
                name: "Its name or id",
                kind: Kind::Text,
                options: free,
                optional: false,
            },
            Field { key: "data", name: "What goes along", kind: Kind::Text, options: free, optional: true },
        ],
        read: |act| {
            let data = maybe(act, "data")?.map(|data| fits(data, LONGEST_DATA)).transpose()?;
            Ok(Deed::Call(text(act, "address")?, data))
        },
    },
];

fn fits(text: String, most: usize) -> Result<String, String> {
    if text.chars().count() > most || text.contains('\0') {
        return Err(format!("a text has at most {most} characters"));
    }
    Ok(text)
}
