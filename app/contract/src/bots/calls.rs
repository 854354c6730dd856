//! What a bot was asked, and what came of it.

use super::{BotId, ConversationId, Deserialize, Serialize, Time, Uuid};

/// What came of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallCame {
    /// It answered.
    Answered,
    /// It answers later.
    Later,
    /// It let go.
    HandedOff,
    /// It failed.
    Failed,
    /// Its answer came too late to be of use.
    Dropped,
}

impl CallCame {
    /// All of them.
    pub const ALL: [CallCame; 5] =
        [CallCame::Answered, CallCame::Later, CallCame::HandedOff, CallCame::Failed, CallCame::Dropped];

    /// The word in SQL and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            CallCame::Answered => "answered",
            CallCame::Later => "later",
            CallCame::HandedOff => "handed_off",
            CallCame::Failed => "failed",
            CallCame::Dropped => "dropped",
        }
    }

    /// The outcome of a word.
    pub fn parse(word: &str) -> Option<CallCame> {
        CallCame::ALL.into_iter().find(|came| came.as_str() == word)
    }
}

/// Which calls are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CallQuery {
    /// Of which bot.
    pub bot: BotId,
    /// Only those of this outcome.
    pub came: Option<CallCame>,
    /// Only those before this one.
    pub before: Option<Uuid>,
}

/// A page of calls, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallLog {
    /// What the bot is called.
    pub name: String,
    /// Whether its kind calls somebody; otherwise only what fails is written down.
    pub calls_out: bool,
    /// The calls.
    pub lines: Vec<CallLine>,
    /// Where the next page goes on.
    pub next: Option<Uuid>,
}

/// One turn of a bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallLine {
    /// Which.
    pub id: Uuid,
    /// In which conversation.
    pub conversation: ConversationId,
    /// The turn's name, which the other side was told.
    pub turn: String,
    /// When.
    pub at: Time,
    /// How long it took, in milliseconds.
    pub ms: i32,
    /// What came of it.
    pub came: CallCame,
    /// The code of a handoff's or a failure's reason.
    pub reason: Option<String>,
    /// Why there is no answer.
    pub error: Option<String>,
    /// The entries that it answered from.
    pub sources: Vec<String>,
    /// Its calls with their answers.
    pub exchanges: Vec<ExchangeView>,
}

/// One call with its answer, without credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeView {
    /// Where it went.
    pub url: String,
    /// What was asked.
    pub request: String,
    /// The status of the answer.
    pub status: Option<u16>,
    /// The answer.
    pub response: Option<String>,
    /// Why there is no answer.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub ms: u64,
}
