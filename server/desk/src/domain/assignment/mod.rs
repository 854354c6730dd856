//! Who of a team gets a conversation: a pure function of everything that counts. What it was asked with is stored with
//! its answer, so that anybody can ask it again and be told the same.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | what is known, and what comes out |
//! | [`route`](route()) | who could have it, in which order, and who has it |
//! | [`skills`] | what is asked for, and how that is relaxed as time goes by |

use std::collections::BTreeMap;

use contract::assignment::{Choice, Verdict, Why};
use contract::team::{Asking, Assigning};
use contract::{AgentId, TeamId, Time};
use serde::{Deserialize, Serialize};

mod route;
pub mod skills;
#[cfg(test)]
mod tests;

pub use route::route;

/// All that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When.
    pub at: Time,
    /// The version of the rules that are live.
    pub version: i32,
    /// Whose member it is to be.
    pub team: Circle,
    /// What is asked for.
    pub wanted: Wanted,
    /// Who could be given it.
    pub candidates: Vec<Candidate>,
}

/// A team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circle {
    /// Which; absent: everybody.
    pub id: Option<TeamId>,
    /// How it is asked.
    pub asking: Asking,
    /// How its conversations find their people.
    pub assigning: Assigning,
    /// How many conversations it has.
    pub active: i32,
    /// Whether it is open.
    pub open: bool,
    /// Whether a bot steps in when nobody is there.
    pub bot: bool,
}

/// What a conversation asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Wanted {
    /// For how long it has waited, in seconds.
    pub waited_s: i64,
    /// Skills, as the packet has them: `billing`, `billing:4` (at least so good), `french?` (preferably).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// Who had the customer last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_agent: Option<AgentId>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Time>,
}

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum There {
    /// They are, and take work.
    Online,
    /// They are, and take none.
    Away,
    /// They are not.
    Offline,
}

/// Somebody who could be given it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Who.
    pub agent: AgentId,
    /// Whether they are there.
    pub there: There,
    /// What they are good at, 1 to 5.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skills: BTreeMap<String, u8>,
    /// How many conversations they are given at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<i32>,
    /// How many they have.
    pub active: i32,
    /// How many of theirs are snoozed.
    #[serde(default, skip_serializing_if = "is_none")]
    pub parked: i32,
    /// When they last had their turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_at: Option<Time>,
    /// When they last had one less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freed_at: Option<Time>,
    /// Whether they were asked about this one before.
    #[serde(default, skip_serializing_if = "is_not")]
    pub asked_before: bool,
    /// Whether another run is giving them something now.
    #[serde(default, skip_serializing_if = "is_not")]
    pub elsewhere: bool,
    /// Whether they are asked something else.
    #[serde(default, skip_serializing_if = "is_not")]
    pub busy: bool,
}

/// What comes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routed {
    /// Who has it, if anybody.
    pub choice: Choice,
    /// How far less was asked for.
    pub ring: i32,
    /// Everybody: those who could have it first, in their order, then the others.
    pub verdicts: Vec<Verdict>,
}

impl Routed {
    /// Who has it.
    pub fn agent(&self) -> Option<AgentId> {
        match self.choice {
            Choice::Agent(agent) => Some(agent),
            _ => None,
        }
    }

    /// Whether somebody could have it soon: they have too much to do now, or less may be asked for.
    pub fn is_worth_waiting(&self, relaxes: bool) -> bool {
        self.verdicts.iter().any(|one| one.why.passes() || relaxes && one.why == Why::Unskilled)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks like this")]
fn is_none(count: &i32) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks like this")]
fn is_not(said: &bool) -> bool {
    !*said
}
