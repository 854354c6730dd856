//! The sandbox: phones that stand in for WhatsApp, so that a newcomer needs no account.

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

use crate::message::{Body, Reaction};
use crate::time::Time;

/// One phone, in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneCard {
    /// Its number (digits only).
    pub number: String,
    /// The name in its profile.
    pub name: String,
    /// Messages that arrived while nobody looked.
    pub unread: i32,
}

/// A number of the business that the phones can write to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The provider's id of it.
    pub provider_channel: String,
    /// The name that the customer sees.
    pub name: String,
}

/// One message on a phone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhoneMessage {
    /// The provider's id of it.
    pub id: String,
    /// Whether the customer wrote it.
    pub mine: bool,
    /// What it says.
    pub body: Body,
    /// When.
    pub at: Time,
    /// How far it has come (`sent`, `delivered`, `read`, `failed`), in the provider's words.
    pub status: String,
    /// The id of the message that it answers.
    pub quoted: Option<String>,
    /// The emoji on it.
    pub reactions: Vec<Reaction>,
}

/// One phone's conversation with one number of the business.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhoneView {
    /// The phone.
    pub phone: PhoneCard,
    /// The number of the business.
    pub line: Line,
    /// The last messages, oldest first, at most 200.
    pub messages: Vec<PhoneMessage>,
    /// Whether the business is typing.
    pub typing: bool,
    /// Goes up with every change: what to wait for the next one after.
    pub revision: i64,
}

/// What the sandbox does wrong on purpose, at every provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Faults {
    /// Wait so long before answering a send, in milliseconds.
    pub delay_ms: u32,
    /// Send each webhook so many times more.
    pub duplicate: u8,
    /// Send statuses in the wrong order (`read` before `delivered` before `sent`).
    pub reorder: bool,
    /// Refuse every n-th send (0: none).
    pub fail_every: u32,
    /// The error code of those refusals: the provider's own number, or an HTTP status where it goes by that
    /// (Sinch, Infobip, Braze). 0: its usual one.
    pub fail_code: u32,
    /// Take the next so many sends and then close the connection without an answer.
    pub drop_answers: u32,
    /// Answer the next so many sends with the provider's throttle (Meta 130429, Twilio 20429, else HTTP 429).
    pub throttle: u32,
    /// Treat every customer's window as closed: sends are taken, then fail in the provider's words (Meta 131047);
    /// where it has no statuses, they are silently not delivered.
    pub expire_window: bool,
    /// Do not report reading.
    pub no_read_receipts: bool,
}

/// What a customer does on a phone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum PhoneAct {
    /// Writes.
    Send {
        /// What: text, a place, a contact card, or a file by its kind and name; its bytes are a small real file's.
        body: Body,
        /// The id of the message that it answers.
        quoted: Option<String>,
    },
    /// Taps a button or chooses a row.
    Choose {
        /// On which message.
        message: String,
        /// The button's or the row's id.
        choice: String,
    },
    /// Puts an emoji on a message; an empty one takes it off.
    React {
        /// On which message.
        message: String,
        /// The emoji.
        emoji: String,
    },
    /// Deletes a message of their own for everyone.
    Revoke {
        /// Which message.
        message: String,
    },
    /// Changes a message of their own.
    Edit {
        /// Which message.
        message: String,
        /// The new text.
        text: String,
    },
    /// Looks at the conversation: what has arrived is read.
    Look,
    /// Somebody answers from the business's own phone app.
    Echo {
        /// The text.
        text: String,
    },
}

/// An answer to come.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// The phones, as the sandbox's page sees them. Errors are sentences for a person.
pub trait Phones: Send + Sync {
    /// All phones and the numbers they can write to.
    fn phones(&self) -> Answer<'_, (Vec<PhoneCard>, Vec<Line>)>;
    /// Adds a phone; without a number one is made up.
    fn add(&self, name: String, number: Option<String>) -> Answer<'_, PhoneCard>;
    /// One phone's conversation. Answers at once if its revision is not `known`, else waits for a change, at
    /// most `wait_ms`.
    fn phone(&self, number: String, line: String, known: i64, wait_ms: u32) -> Answer<'_, PhoneView>;
    /// Does something on a phone; answers with the new message's id, if one was made.
    fn act(&self, number: String, line: String, act: PhoneAct) -> Answer<'_, Option<String>>;
    /// What goes wrong on purpose.
    fn faults(&self) -> Answer<'_, Faults>;
    /// Changes what goes wrong on purpose.
    fn set_faults(&self, faults: Faults) -> Answer<'_, ()>;
}
