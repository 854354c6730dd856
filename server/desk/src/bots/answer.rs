//! What a bot says and wants, or why it does not.

use contract::{Body, Packet, ReasonCode};
use serde_json::Value;

/// What a bot says and wants.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// What to write to the customer, in order.
    pub messages: Vec<Body>,
    /// Where it wants to be silent for a moment between them.
    pub pauses: Vec<Pause>,
    /// What to pass on, if people should take over; the messages go out before.
    pub handoff: Option<Packet>,
    /// What becomes of the conversation otherwise.
    pub after: After,
    /// What to remember.
    pub memory: Value,
    /// The entries of the desk's own that it answered from, by their ids.
    pub sources: Vec<String>,
    /// Whether it has not understood something, for kinds that know.
    pub missed: bool,
}

/// A moment of silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Before which message, from 0.
    pub before: usize,
    /// How long, in milliseconds.
    pub ms: u32,
}

impl Pause {
    /// The longest.
    pub const LONGEST_MS: u32 = 3_000;
}

/// What becomes of a conversation after a bot's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum After {
    /// The bot keeps it.
    #[default]
    Stay,
    /// It is done.
    Resolve,
    /// The bot keeps it and answers by itself, before its deadline.
    Later,
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
    /// It did not answer before its deadline.
    #[error("the bot did not answer in time")]
    Late,
    /// It does not take our credentials, or has none for us any more: an admin has to see to it.
    #[error("the bot does not let us in: {0}")]
    Denied(String),
}

impl BotError {
    /// The reason of the handoff that follows.
    pub fn reason(&self) -> ReasonCode {
        match self {
            BotError::Late => ReasonCode::BotTimeout,
            BotError::Definition(_) | BotError::Failed(_) | BotError::Denied(_) => ReasonCode::BotFailed,
        }
    }
}
