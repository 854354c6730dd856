//! Tokens of the public API: who may call it, and for what.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, BotId, TokenId};
use crate::time::Time;

/// What a token is good for. A call that needs one says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// Follow what happens.
    #[serde(rename = "events:read")]
    EventsRead,
    /// Read conversations, their messages, files and handoffs.
    #[serde(rename = "conversations:read")]
    ConversationsRead,
    /// Hand off, take, give back, resolve and so on.
    #[serde(rename = "conversations:write")]
    ConversationsWrite,
    /// Write to somebody first.
    #[serde(rename = "conversations:start")]
    ConversationsStart,
    /// Write to customers, upload files, write notes.
    #[serde(rename = "messages:write")]
    MessagesWrite,
    /// Read and find contacts.
    #[serde(rename = "contacts:read")]
    ContactsRead,
    /// Change contacts: what is known of them, and whether they are blocked.
    #[serde(rename = "contacts:write")]
    ContactsWrite,
    /// Read channels, bots, people and templates, and who is there.
    #[serde(rename = "desk:read")]
    DeskRead,
    /// Read the numbers of the desk.
    #[serde(rename = "reports:read")]
    ReportsRead,
    /// Read how the desk is set up.
    #[serde(rename = "settings:read")]
    SettingsRead,
    /// Change how the desk is set up.
    #[serde(rename = "settings:write")]
    SettingsWrite,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 11] = [
        Scope::EventsRead,
        Scope::ConversationsRead,
        Scope::ConversationsWrite,
        Scope::ConversationsStart,
        Scope::MessagesWrite,
        Scope::ContactsRead,
        Scope::ContactsWrite,
        Scope::DeskRead,
        Scope::ReportsRead,
        Scope::SettingsRead,
        Scope::SettingsWrite,
    ];

    /// Those that a token has for which nobody has chosen any: all but what changes the desk itself.
    pub const USUAL: [Scope; 9] = [
        Scope::EventsRead,
        Scope::ConversationsRead,
        Scope::ConversationsWrite,
        Scope::ConversationsStart,
        Scope::MessagesWrite,
        Scope::ContactsRead,
        Scope::ContactsWrite,
        Scope::DeskRead,
        Scope::ReportsRead,
    ];

    /// Those that a bot can have: it works in conversations that it is given, and sees no others.
    pub const OF_BOTS: [Scope; 5] = [
        Scope::EventsRead,
        Scope::ConversationsRead,
        Scope::ConversationsWrite,
        Scope::MessagesWrite,
        Scope::DeskRead,
    ];

    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::EventsRead => "events:read",
            Scope::ConversationsRead => "conversations:read",
            Scope::ConversationsWrite => "conversations:write",
            Scope::ConversationsStart => "conversations:start",
            Scope::MessagesWrite => "messages:write",
            Scope::ContactsRead => "contacts:read",
            Scope::ContactsWrite => "contacts:write",
            Scope::DeskRead => "desk:read",
            Scope::ReportsRead => "reports:read",
            Scope::SettingsRead => "settings:read",
            Scope::SettingsWrite => "settings:write",
        }
    }

    /// The scope of a word, if it is one.
    pub fn parse(word: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.as_str() == word)
    }
}

/// What a token reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Every channel.
    Live,
    /// The channels of the built-in stand-ins alone.
    #[default]
    Test,
}

impl Mode {
    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Live => "live",
            Mode::Test => "test",
        }
    }

    /// The mode of a word, if it is one.
    pub fn parse(word: &str) -> Option<Mode> {
        [Mode::Live, Mode::Test].into_iter().find(|mode| mode.as_str() == word)
    }
}

/// As whom a token acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TokenHolder {
    /// As a bot.
    Bot {
        /// Which.
        id: BotId,
        /// Its name.
        name: String,
    },
    /// As the person who made it.
    Person {
        /// Who.
        id: AgentId,
        /// Their name.
        name: String,
    },
}

/// A token, as the settings show it. Its secret is shown once, when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCard {
    /// Which.
    pub id: TokenId,
    /// What people here call it.
    pub name: String,
    /// What it reaches.
    pub mode: Mode,
    /// As whom it acts.
    pub holder: TokenHolder,
    /// What it is good for.
    pub scopes: Vec<Scope>,
    /// The last characters of its secret.
    pub hint: String,
    /// When it was made.
    pub created_at: Time,
    /// Until when it is good; absent: for ever.
    pub expires_at: Option<Time>,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
    /// When it was last used.
    pub last_used_at: Option<Time>,
    /// From which network address.
    pub last_used_from: Option<String>,
    /// Until when the secret before the present one is good.
    pub old_until: Option<Time>,
}

/// A token about to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewToken {
    /// What people here call it.
    pub name: String,
    /// What it reaches.
    pub mode: Mode,
    /// As which bot it acts; absent: as the person who makes it.
    pub bot: Option<BotId>,
    /// What it is good for.
    pub scopes: Vec<Scope>,
    /// For how many days; absent: for ever.
    pub days: Option<u32>,
}

/// The screen of the tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenSettings {
    /// The tokens, the latest first.
    pub tokens: Vec<TokenCard>,
    /// The bots that a token can act as.
    pub bots: Vec<(BotId, String)>,
    /// Where the desk is reached, for samples.
    pub address: String,
    /// The desk's clock.
    pub now: Time,
}

/// Something to do with tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum TokenTask {
    /// Make one.
    Create(NewToken),
    /// Give one a new secret.
    Rotate {
        /// Which.
        token: TokenId,
        /// For how many hours the one before is still good.
        overlap_hours: u32,
    },
    /// End one.
    Revoke {
        /// Which.
        token: TokenId,
    },
}
