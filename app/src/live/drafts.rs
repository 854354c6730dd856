//! What is being written: one draft a person, conversation and mode, kept in this browser at every key.

use contract::id::{AgentId, ConversationId};

use super::browser;

/// What the composer writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// To the customer.
    Reply,
    /// For colleagues only.
    Note,
}

impl Mode {
    fn word(self) -> &'static str {
        match self {
            Mode::Reply => "reply",
            Mode::Note => "note",
        }
    }
}

fn key(me: AgentId, conversation: ConversationId, mode: Mode) -> String {
    format!("baton.draft.{me}.{conversation}.{}", mode.word())
}

/// What was being written there.
pub fn load(me: AgentId, conversation: ConversationId, mode: Mode) -> String {
    browser::kept(&key(me, conversation, mode)).unwrap_or_default()
}

/// Keeps what is being written; an empty text is forgotten.
pub fn save(me: AgentId, conversation: ConversationId, mode: Mode, text: &str) {
    let key = key(me, conversation, mode);
    if text.is_empty() {
        browser::forget(&key);
    } else {
        browser::keep(&key, text);
    }
}
