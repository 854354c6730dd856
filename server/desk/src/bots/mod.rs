//! Bots: what answers first. Each turns what a customer wrote into what to say.
//!
//! A bot knows no database and no flow: it is handed a [`Turn`] and gives an [`Answer`], which the desk puts
//! into effect only if the bot still owns the conversation. To add a kind, write `bots/<name>.rs` and add a
//! line to [`BOTS`].

use contract::{Body, Packet, Time};
use futures::future::BoxFuture;
use serde_json::Value;

pub mod flow;

/// Every kind of bot.
pub const BOTS: &[&dyn Bot] = &[&flow::Flow];

/// The bot of a kind's word.
pub fn bot(kind: &str) -> Option<&'static dyn Bot> {
    BOTS.iter().copied().find(|bot| bot.kind() == kind)
}

/// One kind of bot.
pub trait Bot: Send + Sync {
    /// Its word in the registry and in SQL.
    fn kind(&self) -> &'static str;

    /// Whether a definition can be used; otherwise what is wrong with it, for the person who wrote it.
    fn check(&self, definition: &Value) -> Result<(), String>;

    /// Answers one turn. The turn is all that it may know, so that a turn can be taken again.
    fn answer<'a>(&'a self, turn: Turn) -> BoxFuture<'a, Result<Answer, BotError>>;
}

/// What a bot is asked: the customer has written, and it is the bot's turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// What it says and does, in its kind's own shape.
    pub definition: Value,
    /// Goes up with every change of the definition.
    pub version: i32,
    /// What it gave as its memory at its last turn in this conversation; null at its first.
    pub memory: Value,
    /// What the customer has written since the bot last answered, oldest first. Never a private note.
    pub heard: Vec<Heard>,
    /// What the customer calls themself. Untrusted.
    pub contact_name: Option<String>,
    /// The customer's language (BCP 47), where it is known.
    pub language: Option<String>,
    /// How the bot came to the conversation.
    pub opening: Opening,
}

/// One message of the customer's.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// The number of the event that brought it.
    pub seq: i64,
    /// What it says.
    pub body: Body,
    /// When it was written.
    pub at: Time,
}

/// How a bot came to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Opening {
    /// The conversation is new, or was opened again.
    New,
    /// The bot has answered in it before.
    Ongoing,
    /// A person has given it back.
    Returned,
}

/// What a bot says and wants.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What to write to the customer, in order.
    pub messages: Vec<Body>,
    /// What to pass on, if people should take over; the messages go out before.
    pub handoff: Option<Packet>,
    /// What becomes of the conversation otherwise.
    pub after: After,
    /// What to remember.
    pub memory: Value,
}

/// What becomes of a conversation after a bot's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum After {
    /// The bot keeps it.
    #[default]
    Stay,
    /// It is done.
    Resolve,
}

/// Why a bot did not answer. The desk hands the conversation to people then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BotError {
    /// Its definition cannot be used.
    #[error("the bot's definition cannot be used: {0}")]
    Definition(String),
    /// It broke while answering.
    #[error("the bot failed: {0}")]
    Failed(String),
}
