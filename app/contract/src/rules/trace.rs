//! Why rules did what they did.

use serde::{Deserialize, Serialize};

use super::{Act, Facts, Test, Value};
use crate::id::RuleId;
use crate::time::Time;

/// What came of looking at a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Matched,
    /// It does not hold.
    NotMatched,
    /// It could not be told, because something in it is wrong.
    Failed,
    /// A rule before it has ended the search.
    NotReached,
}

/// A rule that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// Which.
    pub rule: RuleId,
    /// What people here called it.
    pub name: String,
    /// What came of it.
    pub verdict: Verdict,
    /// Its condition, with what was compared; absent where it was not reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Traced>,
}

/// How a group is put together, or that it is no group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// Each of them.
    All,
    /// One at least.
    Any,
    /// Not a single one.
    None,
    /// A single test.
    Is,
}

/// A part of a condition, with what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traced {
    /// What it is.
    pub join: Join,
    /// Whether it holds; absent: it could not be told.
    pub holds: Option<bool>,
    /// What was asked, of a single test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Test>,
    /// What the fact was.
    #[serde(default, skip_serializing_if = "Value::is_nothing")]
    pub found: Value,
    /// What it was before, where that was asked.
    #[serde(default, skip_serializing_if = "Value::is_nothing")]
    pub before: Value,
    /// Why it could not be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Its parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Traced>,
}

/// What became of something that a rule wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was so already, or was done in the other way that the rule allows: see why.
    Instead,
    /// It could not be done: see why.
    Refused,
}

/// Something that a rule wanted, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Which rule.
    pub rule: RuleId,
    /// What it wanted.
    pub act: Act,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Rules were looked at, because something happened in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What happened.
    pub event: String,
    /// The number of the event in the conversation.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// The version of the rules that were looked at.
    pub version: i32,
    /// The rules that hold.
    pub matched: Vec<RuleId>,
    /// All that was known.
    pub facts: Facts,
    /// The rules that listen to it, in their order.
    pub trace: Vec<Looked>,
    /// What was done.
    pub done: Vec<Done>,
}

impl Decision {
    /// Whether it could not be told of a rule whether it holds, or something could not be done.
    pub fn has_failed(&self) -> bool {
        let unclear = self.trace.iter().any(|looked| looked.verdict == Verdict::Failed);
        unclear || self.done.iter().any(|done| done.outcome == Outcome::Refused)
    }
}
