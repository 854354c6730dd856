//! Teams, and what becomes of a handoff on a channel or in a team.

use serde::{Deserialize, Serialize};

use crate::handoff::Rung;
use crate::hours::Hours;
use crate::id::{AgentId, BotId, ChannelId, TeamId};

/// How a team is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Asking {
    /// One member after the other, whoever has waited longest first.
    #[default]
    OneByOne,
    /// All at once: the first who accepts has it.
    All,
    /// Nobody is asked: it is given to whoever can have it.
    Assign,
}

impl Asking {
    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Asking::OneByOne => "one_by_one",
            Asking::All => "all",
            Asking::Assign => "assign",
        }
    }

    /// The way of a word, if it is one.
    pub fn parse(word: &str) -> Option<Asking> {
        [Asking::OneByOne, Asking::All, Asking::Assign].into_iter().find(|one| one.as_str() == word)
    }
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Whoever had their turn longest ago.
    #[default]
    RoundRobin,
    /// Whoever has the least to do; what is snoozed counts half.
    LeastBusy,
    /// Whoever has had nothing to do for longest.
    LongestIdle,
    /// Nobody's: whoever wants it takes it.
    Manual,
}

impl Strategy {
    /// Every strategy.
    pub const ALL: [Strategy; 4] =
        [Strategy::RoundRobin, Strategy::LeastBusy, Strategy::LongestIdle, Strategy::Manual];

    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Strategy::RoundRobin => "round_robin",
            Strategy::LeastBusy => "least_busy",
            Strategy::LongestIdle => "longest_idle",
            Strategy::Manual => "manual",
        }
    }

    /// The strategy of a word, if it is one.
    pub fn parse(word: &str) -> Option<Strategy> {
        Strategy::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

/// How a team's conversations find their people. A team of which everybody is asked at once has no turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Assigning {
    /// Whose turn it is.
    pub strategy: Strategy,
    /// How many conversations the team is given at once; absent: any number. Whoever takes one may exceed it.
    pub capacity: Option<i32>,
    /// After how many seconds less is asked for, again and again; absent: never.
    pub relax_seconds: Option<i32>,
    /// For how many minutes a customer's last agent goes first; absent: never.
    pub sticky_minutes: Option<i32>,
    /// How many seconds after a member has gone the conversations that wait for them are given to others; absent: never.
    pub grace_seconds: Option<i32>,
}

/// What becomes of somebody who lets an offer lapse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum OnLapse {
    /// Nothing: they are asked again, about something else.
    #[default]
    Stays,
    /// They are away, until they say that they are back.
    Away,
}

impl OnLapse {
    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            OnLapse::Stays => "stays",
            OnLapse::Away => "away",
        }
    }

    /// What a word says, if it is one.
    pub fn parse(word: &str) -> Option<OnLapse> {
        [OnLapse::Stays, OnLapse::Away].into_iter().find(|one| one.as_str() == word)
    }
}

/// Why nobody can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// It is closed.
    AfterHours,
    /// Nobody who could is there.
    NobodyOnline,
    /// Too many wait already.
    QueueLong,
    /// The agent who has it has said nothing for too long.
    AgentSilent,
}

impl Obstacle {
    /// Every obstacle, the one that counts first in front.
    pub const ALL: [Obstacle; 4] =
        [Obstacle::AfterHours, Obstacle::NobodyOnline, Obstacle::QueueLong, Obstacle::AgentSilent];

    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Obstacle::AfterHours => "after_hours",
            Obstacle::NobodyOnline => "nobody_online",
            Obstacle::QueueLong => "queue_long",
            Obstacle::AgentSilent => "agent_silent",
        }
    }

    /// The obstacle of a word, if it is one.
    pub fn parse(word: &str) -> Option<Obstacle> {
        Obstacle::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

/// What the customer is told, by what has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextKind {
    /// Somebody is there and will have it. It may name the wait.
    AgentAvailable,
    /// Nobody has taken it, or nobody is there.
    AgentUnavailable,
    /// It is closed. It may name when it opens.
    AfterHours,
    /// Too many wait already.
    QueueLong,
    /// The agent has said nothing for too long.
    AgentSilent,
    /// Somebody writes back. It may name when.
    Callback,
    /// Somebody has it now. It may name who.
    Taken,
}

impl TextKind {
    /// Every kind.
    pub const ALL: [TextKind; 7] = [
        TextKind::AgentAvailable,
        TextKind::AgentUnavailable,
        TextKind::AfterHours,
        TextKind::QueueLong,
        TextKind::AgentSilent,
        TextKind::Callback,
        TextKind::Taken,
    ];

    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            TextKind::AgentAvailable => "agent_available",
            TextKind::AgentUnavailable => "agent_unavailable",
            TextKind::AfterHours => "after_hours",
            TextKind::QueueLong => "queue_long",
            TextKind::AgentSilent => "agent_silent",
            TextKind::Callback => "callback",
            TextKind::Taken => "taken",
        }
    }

    /// What is said of an obstacle.
    pub fn of(obstacle: Obstacle) -> TextKind {
        match obstacle {
            Obstacle::AfterHours => TextKind::AfterHours,
            Obstacle::NobodyOnline => TextKind::AgentUnavailable,
            Obstacle::QueueLong => TextKind::QueueLong,
            Obstacle::AgentSilent => TextKind::AgentSilent,
        }
    }
}

/// A text for customers in one language.
///
/// `{minutes}`, `{name}` and `{when}` stand for what is known at the moment. A part in square brackets that holds one
/// of them is left out where it is not known: `Somebody will be with you[ in about {minutes} minutes].`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerWords {
    /// What it is for.
    pub kind: TextKind,
    /// Its language (BCP 47); absent: what everybody gets who has no text of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What it says.
    pub text: String,
}

/// When the bot steps in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FallbackRule {
    /// What keeps people from answering.
    pub on: Obstacle,
    /// From how many that wait already, or after how many seconds of an agent's silence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i32>,
}

/// What becomes of handoffs. A team's goes before its channel's, piece by piece.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Placing {
    /// When people answer; absent: always.
    #[serde(default)]
    pub hours: Option<Hours>,
    /// Who is asked, one after the other; empty: the team.
    #[serde(default)]
    pub ladder: Vec<Rung>,
    /// What customers are told.
    #[serde(default)]
    pub texts: Vec<CustomerWords>,
    /// When the bot steps in.
    #[serde(default)]
    pub fallbacks: Vec<FallbackRule>,
    /// Which bot that is.
    #[serde(default)]
    pub fallback_bot: Option<BotId>,
}

/// A team, as it is set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamDraft {
    /// What people here call it.
    pub name: String,
    /// The time zone that its times are in, by name.
    pub zone: String,
    /// How it is asked.
    #[serde(default)]
    pub asking: Asking,
    /// How long somebody is asked, in seconds.
    pub offer_seconds: i32,
    /// How its conversations find their people.
    #[serde(default)]
    pub assigning: Assigning,
    /// What becomes of somebody who lets an offer lapse.
    #[serde(default)]
    pub on_lapse: OnLapse,
    /// Who is in it.
    #[serde(default)]
    pub members: Vec<AgentId>,
    /// What becomes of its handoffs.
    #[serde(default)]
    pub placing: Placing,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Which.
    pub id: TeamId,
    /// How it is set up.
    pub draft: TeamDraft,
    /// What is missing in its texts, for the person who sets it up.
    #[serde(default)]
    pub missing: Vec<String>,
}

/// Where a channel's handoffs go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct ChannelPlacing {
    /// The channel; absent where it is named beside it.
    #[serde(default)]
    pub channel: Option<ChannelId>,
    /// The team that answers on it.
    #[serde(default)]
    pub team: Option<TeamId>,
    /// What holds where the team says nothing.
    #[serde(default)]
    pub placing: Placing,
}
