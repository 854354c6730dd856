//! Rules that are tried on what has happened, and what a rule has done so far.

use serde::{Deserialize, Serialize};

use super::{Act, Done, Rule, Traced, Verdict};
use crate::id::{ConversationId, RuleId, SimulationId};
use crate::time::Time;

/// Days that can be looked back, at most: what was known is kept for so long.
pub const MOST_DAYS: i32 = 30;
/// Conversations that are named as examples of a rule, at most.
pub const MOST_EXAMPLES: usize = 20;

/// Which rules are tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimulatedRules {
    /// The draft.
    Draft,
    /// Those that are live.
    Live,
    /// These.
    Given(Vec<Rule>),
}

/// Which rules were tried, without the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimulatedSet {
    /// The draft.
    Draft,
    /// Those that were live.
    Live,
    /// Others.
    Given,
}

/// What the outcome is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// What the live rules would have done.
    Live,
    /// What was done at the time, by whichever rules were live then.
    Recorded,
}

/// What is to be tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulationWish {
    /// Which rules.
    pub rules: SimulatedRules,
    /// What the outcome is compared with.
    pub against: Against,
    /// How many days are looked back: 1 to [`MOST_DAYS`].
    pub days: i32,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimulationState {
    /// It waits.
    Queued,
    /// It is looked at.
    Running,
    /// It has come to its end.
    Done,
    /// Somebody has ended it.
    Cancelled,
    /// It came to no end: see why.
    Failed,
}

impl SimulationState {
    /// All of them.
    pub const ALL: [SimulationState; 5] = [
        SimulationState::Queued,
        SimulationState::Running,
        SimulationState::Done,
        SimulationState::Cancelled,
        SimulationState::Failed,
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            SimulationState::Queued => "queued",
            SimulationState::Running => "running",
            SimulationState::Done => "done",
            SimulationState::Cancelled => "cancelled",
            SimulationState::Failed => "failed",
        }
    }

    /// The state of a word.
    pub fn parse(word: &str) -> Option<SimulationState> {
        SimulationState::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether it goes on.
    pub fn is_under_way(self) -> bool {
        matches!(self, SimulationState::Queued | SimulationState::Running)
    }
}

/// Rules that are tried on what has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulationView {
    /// Which.
    pub id: SimulationId,
    /// Which rules.
    pub rules: SimulatedSet,
    /// What the outcome is compared with.
    pub against: Against,
    /// The version that was live when it was asked for.
    pub version: i32,
    /// How many days are looked back.
    pub days: i32,
    /// How far it has come.
    pub state: SimulationState,
    /// Events with facts that were looked at.
    pub looked: i64,
    /// Of about so many.
    pub about: i64,
    /// Why it has failed.
    pub why: Option<String>,
    /// Who has asked for it.
    pub author: Option<String>,
    /// When.
    pub at: Time,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// What came of it, once it is done.
    pub result: Option<SimulationResult>,
}

/// What came of it. What the rules would have changed about queues, and about what happened afterwards, is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct SimulationResult {
    /// What has happened, event by event.
    pub events: Vec<SimulatedEvent>,
    /// The rules in their order.
    pub rules: Vec<SimulatedRule>,
    /// What would be done, thing by thing.
    pub acts: Vec<SimulatedAct>,
    /// Events at which something else would be done.
    pub changed: i64,
    /// Where those would go, and where they go otherwise.
    pub moves: Vec<SimulatedMove>,
    /// Further ones among them, of ways that are not listed.
    pub other_moves: i64,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatedEvent {
    /// Its word.
    pub event: String,
    /// How often it was looked at.
    pub looked: i64,
    /// How often it happened without anything being kept of what was known: nobody can say what rules would have done.
    pub without: i64,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatedRule {
    /// Which.
    pub rule: RuleId,
    /// What people here call it.
    pub name: String,
    /// Whether it is switched on.
    pub active: bool,
    /// How often it holds.
    pub matched: i64,
    /// How often it could not be told.
    pub failed: i64,
    /// Where it holds: some of the conversations, each once, the latest first.
    pub examples: Vec<SimulatedExample>,
}

/// Where and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatedExample {
    /// The conversation.
    pub conversation: ConversationId,
    /// What happened.
    pub event: String,
    /// When.
    pub at: Time,
}

/// Something that rules do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatedAct {
    /// What.
    pub act: Act,
    /// How often the rules that are tried would do it.
    pub would: i64,
    /// How often that is done which they are compared with.
    pub otherwise: i64,
    /// Why it could not be done as things are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Where conversations would go, and where they go otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatedMove {
    /// Where they go otherwise; absent: where they go without rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Act>,
    /// Where they would go; absent: where they go without rules. The same: something else is done with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Act>,
    /// How many.
    pub count: i64,
    /// Some of them, each conversation once, the latest first.
    pub examples: Vec<SimulatedExample>,
}

/// A decision in which a rule held, or could not be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRun {
    /// The conversation.
    pub conversation: ConversationId,
    /// What happened.
    pub event: String,
    /// When.
    pub at: Time,
    /// The version of the rules.
    pub version: i32,
    /// What came of looking at it.
    pub verdict: Verdict,
    /// Its condition, with what was compared.
    pub condition: Option<Traced>,
    /// What it did, and what became of that.
    pub done: Vec<Done>,
}

/// A page of what a rule has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRuns {
    /// Which rule.
    pub rule: RuleId,
    /// The latest first.
    pub runs: Vec<RuleRun>,
    /// Below which place the next page begins; absent: there is none.
    pub next: Option<i64>,
}
