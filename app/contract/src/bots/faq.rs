//! What a bot may answer from, for kinds that have a list of it.

use super::{Deserialize, Serialize};

/// One thing that it may answer from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct FaqEntry {
    /// Its name: lower-case letters, digits, `_` and `-`. One that is empty is made from the title.
    pub id: String,
    /// What it is called. The customer may be told.
    pub title: String,
    /// What it says.
    pub text: String,
}

impl FaqEntry {
    /// Entries of one bot, at most.
    pub const MOST: usize = 100;
    /// The longest title, in characters.
    pub const TITLE: usize = 120;
    /// The longest text, in characters.
    pub const TEXT: usize = 4_000;
    /// Characters of all titles and texts, at most: all of it is read for each answer.
    pub const ALL: usize = 60_000;
}
