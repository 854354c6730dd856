//! Summaries that a machine makes of handoffs whose bot gave none.

use super::{Deserialize, Serialize, Time};

/// How they are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryTerms {
    /// Whether they are.
    pub active: bool,
    /// The base of an API that speaks OpenAI's chat completions.
    pub url: String,
    /// The model's name there.
    pub model: String,
    /// What it is told beside what it is always told.
    pub instructions: String,
    /// The language of the summaries, in a word; empty: the conversation's own.
    pub language: String,
    /// Characters of a conversation that are sent, at most: its end.
    pub most_chars: i32,
}

impl SummaryTerms {
    /// Between what the number of characters lies.
    pub const CHARS: (i32, i32) = (500, 100_000);
}

/// The screen about them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryPage {
    /// How they are made.
    pub terms: SummaryTerms,
    /// Whether there is a key.
    pub has_key: bool,
    /// What went wrong last, and when, until it works again.
    pub trouble: Option<(String, Time)>,
    /// Until when nothing is asked, because too much went wrong.
    pub rests_until: Option<Time>,
}

/// What came of trying it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryTried {
    /// The summary.
    pub text: Option<String>,
    /// Why there is none.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub ms: i64,
}
