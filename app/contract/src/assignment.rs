//! Why a conversation was given to somebody, and why not to somebody else.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, TeamId};
use crate::time::Time;

/// What became of somebody who could have been given a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// They could have had it.
    Eligible,
    /// They were not there.
    Offline,
    /// They were there and took no work.
    Away,
    /// They were asked about it before.
    AskedBefore,
    /// They had as many as they are given at once.
    Full,
    /// They cannot do what was asked for.
    Unskilled,
    /// Another run was giving them something at that moment.
    Elsewhere,
    /// They were asked something else.
    Busy,
}

impl Why {
    /// Whether that passes by itself, so that it is worth waiting for.
    pub fn passes(self) -> bool {
        matches!(self, Why::Full | Why::Elsewhere | Why::Busy)
    }

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Why::Eligible => "eligible",
            Why::Offline => "offline",
            Why::Away => "away",
            Why::AskedBefore => "asked_before",
            Why::Full => "full",
            Why::Unskilled => "unskilled",
            Why::Elsewhere => "elsewhere",
            Why::Busy => "busy",
        }
    }
}

/// One candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Who.
    pub agent: AgentId,
    /// Eligible, or the reason why not.
    pub why: Why,
    /// Their place among those who are eligible, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
}

/// Why a conversation goes on waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waits {
    /// Whoever wants it takes it.
    Manual,
    /// The team has as many as it is given at once.
    TeamFull,
    /// Nobody is there.
    NobodyThere,
    /// Nobody who is there can have it now.
    NobodyFree,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Somebody has it, or is asked to take it.
    Agent(AgentId),
    /// It waits.
    Queue(Waits),
    /// Nobody is there: the bot steps in.
    Bot,
    /// It is closed: it waits until it opens.
    Closed,
}

/// A candidate, with their name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// Their name; absent: they are gone.
    pub name: Option<String>,
    /// What became of them.
    pub verdict: Verdict,
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// When.
    pub at: Time,
    /// The version of the rules that were live.
    pub version: i32,
    /// Whose member it was to be.
    pub team: Option<TeamId>,
    /// That team's name; absent: it is gone.
    pub team_name: Option<String>,
    /// How it was chosen, in the word of the settings.
    pub strategy: String,
    /// How often less was asked for, as time went by.
    pub ring: i32,
    /// What came of it.
    pub choice: Choice,
    /// Everybody who was looked at: those who could have it first, in their order.
    pub considered: Vec<Considered>,
}
