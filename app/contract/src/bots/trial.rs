//! Trying a draft on conversations that there were.

use super::{BotId, ConversationId, Deserialize, DraftView, Serialize, Time, Uuid};

/// Conversations that are tried at once.
pub const TRIED_AT_ONCE: usize = 25;
/// Conversations of a trial, at most.
pub const MOST_TRIED: usize = 500;

/// Conversations that a draft can be tried on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialPage {
    /// What the bot is called.
    pub name: String,
    /// Whether it can be tried: a kind that calls somebody would be asked for each message.
    pub possible: bool,
    /// The draft; without one, what is live is tried.
    pub draft: Option<DraftView>,
    /// The conversations that are kept as tests, by name.
    pub tests: Vec<TestView>,
    /// Those of the last 7 days, the latest first, at most [`MOST_TRIED`].
    pub recent: Vec<ConversationId>,
}

/// A conversation that is kept as a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestView {
    /// Which.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// The conversation.
    pub conversation: ConversationId,
    /// Who kept it.
    pub author: Option<String>,
    /// When.
    pub at: Time,
}

/// How a draft would have done, against what the bot did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It does not understand what was answered.
    NotUnderstood,
    /// It hands off what the bot kept.
    HandsOff,
    /// It keeps what the bot handed off.
    Keeps,
    /// It answers otherwise.
    Differs,
    /// It does the same.
    Same,
    /// The bot had no turn in it, so there is nothing to try.
    Nothing,
}

impl Verdict {
    /// Every verdict, the most noteworthy first.
    pub const ALL: [Verdict; 6] = [
        Verdict::NotUnderstood,
        Verdict::HandsOff,
        Verdict::Keeps,
        Verdict::Differs,
        Verdict::Same,
        Verdict::Nothing,
    ];

    /// The word in the markup.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::NotUnderstood => "not_understood",
            Verdict::HandsOff => "hands_off",
            Verdict::Keeps => "keeps",
            Verdict::Differs => "differs",
            Verdict::Same => "same",
            Verdict::Nothing => "nothing",
        }
    }
}

/// What came of one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialResult {
    /// Which.
    pub conversation: ConversationId,
    /// How the draft would have done.
    pub verdict: Verdict,
    /// What the customer wrote where it first did otherwise; empty where it never did.
    pub heard: String,
    /// What the bot said to that.
    pub before: String,
    /// What the draft says to it.
    pub after: String,
}

/// A bot of which a conversation can be a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestOf {
    /// Which.
    pub bot: BotId,
    /// What it is called.
    pub name: String,
    /// What the conversation is called among its tests, if it is one already.
    pub kept: Option<String>,
    /// Whether it is the bot of the conversation's channel.
    pub own: bool,
}

/// A conversation is to be kept as a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeepTest {
    /// Of which bot.
    pub bot: BotId,
    /// The conversation.
    pub conversation: ConversationId,
    /// What to call it.
    pub name: String,
}
