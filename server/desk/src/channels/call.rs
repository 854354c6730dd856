//! What is sent, the calls that send it, and what the answers mean.

use std::time::Duration;

use bytes::Bytes;
use contract::Body;
use http::Method;
use secrecy::SecretString;

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
    /// The provider's own id of the person, for providers that address by it.
    pub external_id: Option<String>,
}

/// Something to send.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// To whom.
    pub to: Recipient,
    /// What.
    pub what: What,
    /// Comes back in statuses where the provider can do that. The same one means the same send, tried again by the
    /// desk; what a person asks for again has another one.
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
    /// What it carries.
    pub content: Content,
}

/// What a call carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    Nothing,
    /// Bytes of a type.
    Bytes(&'static str, Vec<u8>),
    /// A form with a stored file in it (`multipart/form-data`); the file is streamed from the store.
    Upload {
        /// The fields before the file.
        fields: Vec<(&'static str, String)>,
        /// The field that holds the file.
        part: &'static str,
        /// The file's id in our store.
        file: String,
        /// Its type.
        mime: String,
        /// Its name.
        name: String,
    },
}

/// The next call on the way to something.
#[derive(Clone)]
pub enum Step {
    /// The call itself.
    Call(Call),
    /// Something is needed first. It is asked for again once it is known.
    First(Need),
}

/// Something that a call needs and that another call brings: a token, the id of an upload. Getting it twice is
/// harmless.
#[derive(Clone)]
pub struct Need {
    /// Its name among what is [known](super::Known) of a connection, such as `token` or `upload:<file id>`.
    pub key: String,
    /// The call that brings it.
    pub call: Call,
}

/// What a [`Need`]'s call has brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learned {
    /// The value.
    pub value: String,
    /// How long it holds.
    pub lives: Duration,
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
