//! Messages and what they hold.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, BotId, ClientId, ConversationId, MessageId};
use crate::time::Time;

mod body;
mod template;

pub use body::*;
pub use template::*;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Author {
    /// The customer.
    Contact,
    /// A bot.
    Bot(BotId),
    /// An agent, here.
    Agent(AgentId),
    /// The desk itself, by its configuration.
    Desk,
    /// Somebody on the business's own phone app.
    Phone,
}

/// How far what we sent has come. A message has the lowest of its deliveries, and `failed` or `uncertain`
/// if any is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits for its turn.
    Queued,
    /// Is being handed to the provider.
    Sending,
    /// The provider has taken it.
    Accepted,
    /// The provider has sent it.
    Sent,
    /// It is on the customer's phone.
    Delivered,
    /// The customer has read it.
    Read,
    /// It was refused, and will not be sent.
    Failed,
    /// The provider may have it or not; a status or a person will say.
    Uncertain,
    /// It was withdrawn before it left.
    Cancelled,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [DeliveryState; 9] = [
        DeliveryState::Queued,
        DeliveryState::Sending,
        DeliveryState::Accepted,
        DeliveryState::Sent,
        DeliveryState::Delivered,
        DeliveryState::Read,
        DeliveryState::Failed,
        DeliveryState::Uncertain,
        DeliveryState::Cancelled,
    ];

    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryState::Queued => "queued",
            DeliveryState::Sending => "sending",
            DeliveryState::Accepted => "accepted",
            DeliveryState::Sent => "sent",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Read => "read",
            DeliveryState::Failed => "failed",
            DeliveryState::Uncertain => "uncertain",
            DeliveryState::Cancelled => "cancelled",
        }
    }

    /// The state of a word, if it is one.
    pub fn parse(word: &str) -> Option<DeliveryState> {
        DeliveryState::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// Why something we sent did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The provider's code, or one of ours (`window_closed`, `owner_changed`).
    pub code: String,
    /// What it means, for a person.
    pub reason: String,
}

/// One emoji on a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// Who reacted.
    pub author: Author,
    /// With what.
    pub emoji: String,
}

/// One message of a thread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Which.
    pub id: MessageId,
    /// In which conversation.
    pub conversation: ConversationId,
    /// The number of the event that brought it.
    pub seq: i64,
    /// Its place in the thread, before `seq`.
    pub sort_at: Time,
    /// When it was written: the provider's time for what came in, else ours.
    pub at: Time,
    /// By whom.
    pub author: Author,
    /// What it says.
    pub body: Body,
    /// Whether it is a private note, which never leaves the desk.
    pub note: bool,
    /// The message it answers.
    pub quoted: Option<Quoted>,
    /// The emoji on it.
    pub reactions: Vec<Reaction>,
    /// How far it has come; absent for what came in, and for notes.
    pub state: Option<DeliveryState>,
    /// Why it did not arrive, or why its next try waits.
    pub failure: Option<Failure>,
    /// The browser's key of the command that made it.
    pub client_id: Option<ClientId>,
    /// The epoch under which it was sent.
    pub epoch: i64,
    /// When the author changed it.
    pub edited_at: Option<Time>,
    /// When the author deleted it for everyone.
    pub revoked_at: Option<Time>,
    /// Goes up with every change of this message, so that late news cannot undo later news.
    pub version: i64,
}

impl Message {
    /// The key by which a thread is sorted.
    pub fn place(&self) -> (Time, i64) {
        (self.sort_at, self.seq)
    }
}

/// A quoted message, in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    /// Which, where we know it.
    pub message: Option<MessageId>,
    /// Its first words.
    pub text: String,
}
