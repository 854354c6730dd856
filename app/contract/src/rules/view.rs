//! What the settings show of rules, and change.

use serde::{Deserialize, Serialize};

use super::{Done, Facts, Looked, Rule, RuleRuns, SimulationView, SimulationWish, Vocabulary};
use crate::id::{AgentId, BotId, ChannelId, ConversationId, RuleId, SimulationId, TeamId};
use crate::time::Time;

/// A screen about rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleScreen {
    /// The rules that are live and those that are edited.
    Set,
    /// What was live, the latest first; below this version.
    Versions(Option<i32>),
    /// What rules can be made of.
    Words,
    /// Rules that are tried on what has happened; without an id the one that was asked for last by whoever looks.
    Simulation(Option<SimulationId>),
    /// What a rule has done, the latest first; below this place.
    Runs {
        /// Which rule.
        rule: RuleId,
        /// Below which place.
        before: Option<i64>,
    },
}

/// What such a screen shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RulesShown {
    /// The rules that are live and those that are edited.
    Set(RuleSetView),
    /// What was live.
    Versions(RuleVersions),
    /// What rules can be made of.
    Words(RuleWords),
    /// Rules that are tried on what has happened; nothing: there are none.
    Simulation(Option<Box<SimulationView>>),
    /// What a rule has done.
    Runs(RuleRuns),
}

/// The rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSetView {
    /// The version that is live; 0: nothing ever was.
    pub version: i32,
    /// The rules that are live.
    pub live: Vec<Rule>,
    /// The rules that are edited, if they are.
    pub draft: Option<RuleDraft>,
    /// What is wrong with the draft, or with what is live where there is none.
    pub findings: Vec<RuleFinding>,
    /// What the draft would change.
    pub changes: Vec<RuleDifference>,
}

/// Rules that are edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleDraft {
    /// The rules.
    pub rules: Vec<Rule>,
    /// Raised whenever it is kept.
    pub revision: i64,
    /// The version that it began from.
    pub base: i32,
    /// Who has kept it last.
    pub author: Option<String>,
    /// When.
    pub at: Time,
}

/// Something about rules that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFinding {
    /// Where: `rules[0].if.all[1]`.
    pub path: String,
    /// What it is, in words.
    pub message: String,
    /// Whether the rules cannot go live with it.
    pub blocks: bool,
}

/// How a rule differs between two sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// It stands at another place.
    Moved,
}

/// A difference between two sets of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleDifference {
    /// The rule's name.
    pub rule: String,
    /// How it differs.
    pub kind: RuleChangeKind,
    /// Which parts of it say something else: `name`, `active`, `when`, `if`, `then`, `after`.
    pub parts: Vec<String>,
}

/// A version that was live, or is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleVersion {
    /// Which.
    pub version: i32,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// What has changed, in its author's words.
    pub note: String,
    /// Who made it live.
    pub author: Option<String>,
    /// When.
    pub at: Time,
    /// The older version that it brought back.
    pub restored: Option<i32>,
    /// What it has changed.
    pub changes: Vec<RuleDifference>,
}

/// A page of versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleVersions {
    /// The version that is live.
    pub live: i32,
    /// The versions, the latest first.
    pub versions: Vec<RuleVersion>,
    /// Below which version the next page begins; absent: there is none.
    pub next: Option<i32>,
}

/// Who and what a rule can name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct RuleNames {
    /// Teams, by name.
    pub teams: Vec<(TeamId, String)>,
    /// People who can sign in, by name.
    pub agents: Vec<(AgentId, String)>,
    /// Bots, by name.
    pub bots: Vec<(BotId, String)>,
    /// Channels, by name.
    pub channels: Vec<(ChannelId, String)>,
}

/// What rules can be made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleWords {
    /// Events, facts, operators and actions.
    pub vocabulary: Vocabulary,
    /// Who and what they can name.
    pub names: RuleNames,
}

/// A change of the rules that is done or refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleChange {
    /// The draft goes live.
    Publish {
        /// The revision that was looked at.
        revision: i64,
        /// The version that was live then.
        version: i32,
        /// What has changed, in words.
        note: String,
    },
    /// An older version is live again, as a new one.
    Rollback {
        /// Which.
        to: i32,
        /// The version that was live when that was decided.
        version: i32,
    },
    /// The draft is thrown away.
    Discard {
        /// The revision that was looked at.
        revision: i64,
    },
}

/// Something about rules of which there is something to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleTask {
    /// Keep rules as the draft, whatever is wrong with them.
    Save {
        /// The revision that was edited; absent: there was no draft.
        revision: Option<i64>,
        /// The rules.
        rules: Vec<Rule>,
    },
    /// Say what is wrong with rules.
    Check {
        /// The rules.
        rules: Vec<Rule>,
    },
    /// Try rules without doing anything.
    Try(Box<RuleTrial>),
    /// Try rules on what has happened.
    Simulate(Box<SimulationWish>),
    /// End that.
    CancelSimulation(SimulationId),
}

/// Rules to be tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTrial {
    /// The rules; absent: the draft, else what is live.
    pub rules: Option<Vec<Rule>>,
    /// What happens.
    pub event: String,
    /// On which facts.
    pub on: TrialFacts,
}

/// The facts of a trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialFacts {
    /// These.
    Sample(Facts),
    /// Those of a conversation as it is now.
    Conversation(ConversationId),
}

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTried {
    /// All that was known.
    pub facts: Facts,
    /// Every rule that listens to the event.
    pub trace: Vec<Looked>,
    /// What would be done, or why not.
    pub would: Vec<Done>,
}

/// What came of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleDone {
    /// The draft is kept.
    Saved {
        /// Its revision.
        revision: i64,
        /// What is wrong with it.
        findings: Vec<RuleFinding>,
    },
    /// What is wrong.
    Checked {
        /// All of it.
        findings: Vec<RuleFinding>,
    },
    /// What came of a trial.
    Tried(Box<RuleTried>),
    /// How far it has come.
    Simulation(Box<SimulationView>),
}
