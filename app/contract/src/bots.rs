//! Bots as the settings show and change them: the list, one bot, its calls, its versions, a talk with it that leaves no
//! trace, what it did not understand. Kinds describe their own fields, so that no type here names one.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::id::{BotId, ChannelId, ConversationId};
use crate::settings::SettingField;
use crate::time::Time;

mod calls;
mod change;
mod faq;
pub mod flow;
mod learning;
mod preview;
mod summaries;
mod trial;
mod versions;

pub use calls::*;
pub use change::*;
pub use faq::*;
pub use learning::*;
pub use preview::*;
pub use summaries::*;
pub use trial::*;
pub use versions::*;

/// A screen about bots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BotScreen {
    /// All of them.
    All,
    /// One: how it does and its settings.
    One(BotId),
    /// What it was asked, page by page.
    Calls(CallQuery),
    /// What a built-in bot says and does, for editing; of another kind, what a talk with it needs.
    Flow(BotId),
    /// Its versions.
    Versions(BotId),
    /// Conversations that a draft can be tried on.
    Trials(BotId),
    /// What it did not understand or let go of in the last days.
    Learning {
        /// Which.
        bot: BotId,
        /// How many days.
        days: i32,
    },
    /// How summaries of handoffs are made where a bot gives none.
    Summaries,
}

/// What a screen about bots shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "screen", rename_all = "snake_case")]
pub enum BotShown {
    /// All of them.
    All(BotList),
    /// One.
    One(Box<BotPage>),
    /// What it was asked.
    Calls(CallLog),
    /// What it says and does.
    Flow(Box<FlowPage>),
    /// Its versions.
    Versions(VersionList),
    /// Conversations that a draft can be tried on.
    Trials(TrialPage),
    /// What it did not understand.
    Learning(LearningPage),
    /// How summaries of handoffs are made.
    Summaries(Box<SummaryPage>),
}

/// All bots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotList {
    /// The bots, sorted by name.
    pub bots: Vec<BotLine>,
    /// The kinds of which one can be added.
    pub kinds: Vec<KindView>,
}

/// A kind of bot, as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindView {
    /// Its word in the registry.
    pub kind: String,
    /// Its name for people.
    pub name: String,
    /// What it is good for.
    pub what: String,
    /// Whether it calls somebody; otherwise it is edited here.
    pub calls_out: bool,
    /// What one needs.
    pub fields: Vec<SettingField>,
    /// Whether it has a list of what it may answer from.
    pub has_entries: bool,
}

/// One bot in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotLine {
    /// Which.
    pub id: BotId,
    /// What people here call it.
    pub name: String,
    /// Its kind's word.
    pub kind: String,
    /// Whether it is switched on.
    pub active: bool,
    /// The version that is live.
    pub version: i32,
    /// Whether a draft of it waits.
    pub has_draft: bool,
    /// Whether it is left alone.
    pub breaker: BreakerView,
    /// How it did in the last 24 hours.
    pub day: BotDay,
    /// The channels that begin with it, sorted by name.
    pub channels: Vec<(ChannelId, String)>,
}

/// Whether a bot is left alone, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct BreakerView {
    /// Whether it is.
    pub open: bool,
    /// Why.
    pub reason: Option<String>,
    /// When one turn is let through to see.
    pub probe_at: Option<Time>,
    /// Failures in a row.
    pub failures: i32,
}

/// How a bot did in the last 24 hours. Each is counted up to [`BotDay::MOST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct BotDay {
    /// Turns; absent for kinds that call nobody, whose turns are not written down.
    pub turns: Option<i64>,
    /// Handoffs.
    pub handoffs: i64,
    /// Turns that failed.
    pub failures: i64,
    /// Turns with something that it did not understand, for kinds that say so.
    pub misses: i64,
}

impl BotDay {
    /// Where counting ends.
    pub const MOST: i64 = 10_000;
}

/// One bot: how it does and its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotPage {
    /// What the list shows of it.
    pub line: BotLine,
    /// Its kind.
    pub kind: KindView,
    /// The values of its fields that are no secrets, by key.
    pub values: Vec<(String, String)>,
    /// Its secrets, by key.
    pub secrets: Vec<SecretView>,
    /// What it may answer from, for kinds that have a list of it.
    pub entries: Vec<FaqEntry>,
    /// What it may.
    pub terms: BotTerms,
    /// Conversations that it has, counted up to [`BotDay::MOST`].
    pub conversations: i64,
}

/// One secret of a bot, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretView {
    /// Which field.
    pub field: String,
    /// Since when.
    pub since: Time,
    /// Until when the one that it replaced is valid too.
    pub old_until: Option<Time>,
}

/// What a bot may. Times in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotTerms {
    /// How long the customer has to be quiet before it is asked; absent: its kind's own time.
    pub quiet_ms: Option<i32>,
    /// How long it waits at most while the customer goes on writing.
    pub burst_ms: i32,
    /// How long it may take to answer.
    pub deadline_ms: i32,
    /// Turns while it has a conversation.
    pub turn_budget: i32,
    /// Failures in a row after which it is left alone.
    pub breaker_errors: i32,
    /// An answer that takes longer is slow.
    pub breaker_slow_ms: i32,
    /// Handoffs that no customer asked for, of a hundred turns; absent: any number.
    pub breaker_handoffs: Option<i32>,
    /// Its first rest; each further one in a row is twice as long.
    pub breaker_rest_ms: i32,
    /// Whether it may read private notes.
    pub reads_notes: bool,
}

impl BotTerms {
    /// A new bot's.
    pub const NEW: BotTerms = BotTerms {
        quiet_ms: None,
        burst_ms: 8_000,
        deadline_ms: 30_000,
        turn_budget: 50,
        breaker_errors: 5,
        breaker_slow_ms: 20_000,
        breaker_handoffs: Some(80),
        breaker_rest_ms: 30_000,
        reads_notes: false,
    };

    /// The first number that is out of bounds: its name, and between what it lies.
    pub fn wrong(&self) -> Option<(&'static str, i32, i32)> {
        let bounds = [
            ("quiet_ms", self.quiet_ms, 0, 10_000),
            ("burst_ms", Some(self.burst_ms), 0, 60_000),
            ("deadline_ms", Some(self.deadline_ms), 1_000, 120_000),
            ("turn_budget", Some(self.turn_budget), 1, 10_000),
            ("breaker_errors", Some(self.breaker_errors), 1, 1_000),
            ("breaker_slow_ms", Some(self.breaker_slow_ms), 100, 120_000),
            ("breaker_handoffs", self.breaker_handoffs, 1, 100),
            ("breaker_rest_ms", Some(self.breaker_rest_ms), 100, 3_600_000),
        ];
        let out = |value: Option<i32>, low, high| value.is_some_and(|value| !(low..=high).contains(&value));
        bounds
            .into_iter()
            .find(|(_, value, low, high)| out(*value, *low, *high))
            .map(|(name, _, low, high)| (name, low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_bot_may_has_bounds() {
        assert_eq!(BotTerms::NEW.wrong(), None);
        assert_eq!(
            BotTerms { deadline_ms: 10, ..BotTerms::NEW }.wrong(),
            Some(("deadline_ms", 1_000, 120_000))
        );
        assert_eq!(BotTerms { quiet_ms: Some(-1), ..BotTerms::NEW }.wrong(), Some(("quiet_ms", 0, 10_000)));
    }
}
