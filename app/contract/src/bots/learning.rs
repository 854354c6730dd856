//! What a bot did not understand or let go of.

use super::{BotId, ConversationId, Deserialize, Serialize, Time};

/// What a bot did not understand or let go of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearningPage {
    /// What the bot is called.
    pub name: String,
    /// How many days were looked at.
    pub days: i32,
    /// Whether there is more than was looked at.
    pub more: bool,
    /// The groups, the largest first, at most 200.
    pub groups: Vec<Group>,
    /// The built-in bots whose drafts can be given an answer, with their entries (id and title). This one first, where
    /// it is one.
    pub teachable: Vec<Teachable>,
}

/// A built-in bot whose draft can be given an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teachable {
    /// Which.
    pub bot: BotId,
    /// What it is called.
    pub name: String,
    /// Its entries: id and title.
    pub entries: Vec<(String, String)>,
}

/// What customers wrote in the same words, whatever their case and accents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its key.
    pub key: String,
    /// What the latest of them wrote.
    pub text: String,
    /// How often it was not understood.
    pub misses: i32,
    /// How often the bot let go of it.
    pub handoffs: i32,
    /// The codes of the reasons, each once.
    pub reasons: Vec<String>,
    /// When the last one came.
    pub last_at: Time,
    /// Conversations with it, the latest first, at most 5.
    pub conversations: Vec<ConversationId>,
    /// The entry of the draft, or of what is live, that it leads to by now.
    pub known: Option<String>,
    /// Whether it is hidden.
    pub hidden: bool,
}
