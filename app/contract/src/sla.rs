//! Promises about time: how soon customers are answered, and how soon it is done.

use serde::{Deserialize, Serialize};

use crate::id::SlaId;

/// What is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlaTarget {
    /// A person answers for the first time.
    FirstResponse,
    /// A person answers what the customer has written since.
    NextResponse,
    /// It is resolved.
    Resolution,
}

impl SlaTarget {
    /// Every target.
    pub const ALL: [SlaTarget; 3] =
        [SlaTarget::FirstResponse, SlaTarget::NextResponse, SlaTarget::Resolution];

    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            SlaTarget::FirstResponse => "first_response",
            SlaTarget::NextResponse => "next_response",
            SlaTarget::Resolution => "resolution",
        }
    }

    /// The target of a word, if it is one.
    pub fn parse(word: &str) -> Option<SlaTarget> {
        SlaTarget::ALL.into_iter().find(|target| target.as_str() == word)
    }
}

/// A policy, as it is set up. Times are in minutes; what is absent is not promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaDraft {
    /// What people here call it.
    pub name: String,
    /// Until a person answers for the first time.
    #[serde(default)]
    pub first_response: Option<i32>,
    /// Until a person answers each time after that.
    #[serde(default)]
    pub next_response: Option<i32>,
    /// Until it is resolved.
    #[serde(default)]
    pub resolution: Option<i32>,
    /// How long before that it is told; 0: not at all.
    #[serde(default)]
    pub warning: i32,
    /// Whether only the time counts in which people answer.
    #[serde(default = "yes")]
    pub working_time: bool,
}

fn yes() -> bool {
    true
}

impl SlaDraft {
    /// How many minutes a target has.
    pub fn minutes(&self, target: SlaTarget) -> Option<i32> {
        match target {
            SlaTarget::FirstResponse => self.first_response,
            SlaTarget::NextResponse => self.next_response,
            SlaTarget::Resolution => self.resolution,
        }
    }
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sla {
    /// Which.
    pub id: SlaId,
    /// How it is set up.
    pub draft: SlaDraft,
}

/// A change of the policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlaChange {
    /// Make or change one.
    Save {
        /// Which; absent: a new one.
        sla: Option<SlaId>,
        /// How it is set up.
        draft: SlaDraft,
    },
    /// Take one away. It holds nowhere any more.
    Remove {
        /// Which.
        sla: SlaId,
    },
}
