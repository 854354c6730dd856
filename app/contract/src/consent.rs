//! Whether a customer wants to be written to first.

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// Which messages a customer's wish is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentScope {
    /// Marketing templates.
    Marketing,
    /// All templates.
    All,
}

impl ConsentScope {
    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ConsentScope::Marketing => "marketing",
            ConsentScope::All => "all",
        }
    }

    /// The scope of a word, if it is one.
    pub fn parse(word: &str) -> Option<ConsentScope> {
        [ConsentScope::Marketing, ConsentScope::All].into_iter().find(|scope| scope.as_str() == word)
    }
}

/// What a customer wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// They agreed.
    OptedIn,
    /// They want it no longer.
    OptedOut,
}

impl ConsentState {
    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ConsentState::OptedIn => "opted_in",
            ConsentState::OptedOut => "opted_out",
        }
    }

    /// The state of a word, if it is one.
    pub fn parse(word: &str) -> Option<ConsentState> {
        [ConsentState::OptedIn, ConsentState::OptedOut].into_iter().find(|state| state.as_str() == word)
    }
}

/// A wish as it stands for a contact on a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentView {
    /// What it is about.
    pub scope: ConsentScope,
    /// What they wish.
    pub state: ConsentState,
    /// How we know: `message`, `stop_word`, `provider`, `import`.
    pub source: String,
    /// What they agreed to or wrote, in words.
    pub wording: String,
    /// Since when.
    pub at: Time,
}

/// What it takes to write a template to somebody whose window is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentRule {
    /// They have agreed before.
    Strict,
    /// They have agreed, or it is about something of theirs and they wrote themselves some days ago at most.
    FollowUp,
}

impl ConsentRule {
    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ConsentRule::Strict => "strict",
            ConsentRule::FollowUp => "follow_up",
        }
    }

    /// The rule of a word, if it is one.
    pub fn parse(word: &str) -> Option<ConsentRule> {
        [ConsentRule::Strict, ConsentRule::FollowUp].into_iter().find(|rule| rule.as_str() == word)
    }
}

/// How a channel treats consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentPolicy {
    /// What it takes to write first.
    pub rule: ConsentRule,
    /// For how many days after the customer's own message a follow-up may go.
    pub follow_up_days: i32,
    /// What a word such as STOP closes.
    pub stop_closes: ConsentScope,
}
