//! Providers: how WhatsApp reaches us and how we reach it.
//!
//! A provider turns bytes into [`Item`]s and an [`Outgoing`] into a [`Call`], and says what an [`Answer`]
//! means. It knows no database, no flow and no network: [`client`] makes the calls. To add one, write
//! `channels/<name>.rs` and add a line to [`PROVIDERS`].

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use contract::Body;
use contract::settings::SettingField;
use http::{HeaderMap, Method};
use secrecy::{ExposeSecret, SecretString};

pub mod client;
pub mod inspect;
pub mod item;
pub mod meta;
pub mod phone;

pub use item::{AccountEvent, Effect, Inbound, Item, Referral, Sender, Status, StatusWord};

/// Every provider, by its word.
pub const PROVIDERS: &[&dyn Provider] = &[&meta::Meta];

/// The provider of a word.
pub fn provider(word: &str) -> Option<&'static dyn Provider> {
    PROVIDERS.iter().copied().find(|provider| provider.about().provider == word)
}

/// One provider's protocol.
pub trait Provider: Send + Sync + 'static {
    /// What it is and what a connection needs.
    fn about(&self) -> About;

    /// Answers the provider's check of our webhook address: the text to send back, or none for a refusal.
    fn handshake(&self, query: &[(String, String)], account: &Account) -> Option<String>;

    /// Whether a webhook really comes from the provider: over the raw bytes, in constant time, against every
    /// secret that is valid now. Without a secret nothing is genuine.
    fn genuine(&self, headers: &HeaderMap, body: &[u8], account: &Account) -> bool;

    /// Reads a webhook. A bad item is rejected by itself; an error means that not even the items can be told
    /// apart.
    fn parse(&self, content_type: Option<&str>, body: &[u8]) -> Result<Vec<Item>, Malformed>;

    /// Whether this can be carried, before anything is stored: kinds, lengths and numbers of things.
    fn carries(&self, body: &Body) -> Result<(), NotCarried>;

    /// The call that sends something from a channel (the provider's own id of it).
    fn call(&self, account: &Account, channel: &str, outgoing: &Outgoing) -> Result<Call, NotCarried>;

    /// What the provider's answer to a send means.
    fn outcome(&self, answer: &Answer) -> Outcome;
}

/// What a provider is and what a connection to it needs.
pub struct About {
    /// Its word in the registry, in SQL and in webhook addresses.
    pub provider: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// Where its calls go, unless a connection says otherwise.
    pub api_base: &'static str,
    /// What a channel's own id is called there, and where to find it.
    pub channel_id_label: &'static str,
    /// The field that the desk makes up itself and the admin types at the provider, if it has one.
    pub verify_token: Option<&'static str>,
    /// What a connection needs.
    pub fields: Vec<SettingField>,
    /// Messages a second that a number may send unless the provider says otherwise.
    pub rate: u32,
}

/// One account at a provider: where its calls go, and its credentials by field. A field can have several
/// values while it is being replaced; the first is the current one.
#[derive(Clone)]
pub struct Account {
    /// Where its calls go, without a slash at the end.
    pub api_base: String,
    values: BTreeMap<String, Vec<SecretString>>,
}

impl Account {
    /// An account with these values, current ones first.
    pub fn new(api_base: &str, values: BTreeMap<String, Vec<SecretString>>) -> Account {
        Account { api_base: api_base.trim_end_matches('/').to_owned(), values }
    }

    /// The current value of a field; empty where there is none.
    pub fn current(&self, key: &str) -> &str {
        self.active(key).next().unwrap_or_default()
    }

    /// Every value of a field that is valid now.
    pub fn active(&self, key: &str) -> impl Iterator<Item = &str> {
        self.values.get(key).into_iter().flatten().map(|value| value.expose_secret())
    }
}

/// A body of a webhook that cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

/// Something that this provider cannot carry. The text is for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotCarried(pub String);

/// Whom to write to. At least one is there; the number wins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recipient {
    /// Digits only.
    pub phone: Option<String>,
    /// A business-scoped user id.
    pub user_id: Option<String>,
}

/// Something to send.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// To whom.
    pub to: Recipient,
    /// What.
    pub what: What,
    /// Comes back in statuses where the provider can do that: the delivery's id.
    pub opaque: Option<String>,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A message.
    Message {
        /// What it says.
        body: Body,
        /// The provider's id of the message it answers.
        quoted: Option<String>,
    },
    /// An emoji on a message; an empty one takes it off.
    Reaction {
        /// The provider's id of that message.
        message: String,
        /// The emoji.
        emoji: String,
    },
    /// The customer's messages up to this one are read.
    Read {
        /// The provider's id of that message.
        message: String,
    },
    /// Somebody is typing an answer to this message (which also marks it as read).
    Typing {
        /// The provider's id of that message.
        message: String,
    },
}

/// One HTTP call, ready to be made.
#[derive(Clone)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// Headers; those of credentials are secret.
    pub headers: Vec<(&'static str, SecretString)>,
    /// The body, if there is one, with its type.
    pub body: Option<(&'static str, Vec<u8>)>,
}

/// A provider's answer to a call.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, where it was given.
    pub retry_after: Option<Duration>,
    /// The body, at most 256 KiB of it.
    pub body: Bytes,
}

/// What became of a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider has taken it.
    Accepted {
        /// The provider's id of it.
        id: String,
        /// The address that the provider knows the recipient by, where it says so.
        address: Option<String>,
    },
    /// The provider has refused it.
    Refused(Fault),
    /// The provider may have taken it or not.
    Unknown {
        /// What is known.
        reason: String,
    },
}

/// A refusal, or a failure reported later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What to do about it.
    pub class: Class,
    /// The provider's code.
    pub code: String,
    /// What it means, for a person; without credentials.
    pub reason: String,
    /// How long the provider asks us to wait.
    pub retry_after: Option<Duration>,
}

/// What to do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// It will pass: try again with growing pauses.
    Retry,
    /// Too fast: as `Retry`, and slow the whole number down.
    Throttle,
    /// Too fast to this one recipient: wait 4, 16, 64 seconds; others go on.
    Pair,
    /// It will never work as it is.
    Permanent,
    /// The customer's window is closed: only a template may go.
    Window,
    /// The credentials or the account do not hold: stop the number and tell an admin.
    Auth,
}

impl Class {
    /// The word in logs, metrics and expected results.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Retry => "retry",
            Class::Throttle => "throttle",
            Class::Pair => "pair",
            Class::Permanent => "permanent",
            Class::Window => "window",
            Class::Auth => "auth",
        }
    }
}
