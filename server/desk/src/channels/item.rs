//! What a webhook holds, in one shape for every provider.

use contract::Body;
use contract::template::{TemplateCategory, TemplateStatus};
use jiff::Timestamp;

use super::Fault;

/// One thing that a webhook says. Items stand in the order of the body, messages of one change before its
/// statuses.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A message, or a change of one.
    Message(Box<Inbound>),
    /// What became of something we sent.
    Status(Box<Status>),
    /// News about the account, a number, a template or a contact.
    Event(AccountEvent),
    /// Of no concern here.
    Ignored {
        /// The provider's own id of the channel, where it is named.
        channel: Option<String>,
        /// The item's id, where it has one.
        id: Option<String>,
        /// Why, in a word: `call`, `group`, `self_echo`, `unknown_status`, `field:flows`.
        reason: String,
    },
    /// Not to be understood, though its neighbours may be.
    Rejected {
        /// The provider's own id of the channel, where it is named.
        channel: Option<String>,
        /// The item's id, where it has one.
        id: Option<String>,
        /// What is wrong.
        reason: String,
    },
}

/// Who wrote, or (for an echo) who was written to. At least one of `phone`, `user_id` and `external_id` is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sender {
    /// Their number: digits only, exactly as the provider knows it.
    pub phone: Option<String>,
    /// Their business-scoped user id (`CC.…`).
    pub user_id: Option<String>,
    /// Their id across a family of businesses (`CC.ENT.…`).
    pub parent_user_id: Option<String>,
    /// What they call themself. Untrusted.
    pub name: Option<String>,
    /// Their username, without a leading `@`. Untrusted, and no key.
    pub username: Option<String>,
    /// The provider's own id of them, for providers that address by it.
    pub external_id: Option<String>,
}

/// A message from a customer, or from the business's own phone app.
#[derive(Debug, Clone, PartialEq)]
pub struct Inbound {
    /// The provider's own id of the channel.
    pub channel: String,
    /// The provider's id of the message; empty where it gives none (then `repeat` is there).
    pub id: String,
    /// What two deliveries of the same message have in common where there is no id: a digest of what it says.
    pub repeat: Option<String>,
    /// The customer.
    pub contact: Sender,
    /// Whether the business wrote it, on its own phone app.
    pub echo: bool,
    /// When, by the provider's clock; absent where it gives none that makes sense.
    pub at: Option<Timestamp>,
    /// Whether `at` has whole seconds only.
    pub whole_seconds: bool,
    /// The provider's id of the message that it answers.
    pub quoted: Option<String>,
    /// The advertisement or post that it came from.
    pub referral: Option<Referral>,
    /// Whether it was forwarded.
    pub forwarded: bool,
    /// What it does.
    pub effect: Effect,
}

/// What a message does.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// It is a message of the thread.
    Message(Body),
    /// It puts an emoji on another one, or (without one) takes it off.
    React {
        /// The provider's id of that message.
        message: String,
        /// The emoji.
        emoji: Option<String>,
    },
    /// It changes another one.
    Edit {
        /// The provider's id of that message.
        message: String,
        /// What it says now.
        body: Body,
    },
    /// It deletes another one for everyone.
    Revoke {
        /// The provider's id of that message.
        message: String,
    },
    /// The contact has another number or id. Shown as a line if a conversation is open; opens none.
    Moved {
        /// The kind, in the provider's word.
        kind: String,
        /// The new number or id.
        to: Sender,
        /// What the provider wrote about it.
        text: String,
    },
    /// Something about the contact that opens no conversation (a changed security code).
    Notice {
        /// The kind, in the provider's word.
        kind: String,
        /// What the provider wrote about it.
        text: String,
    },
}

/// The advertisement or post that a customer came from. Any of it may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Referral {
    /// `ad` or `post`.
    pub source_type: Option<String>,
    /// Its id.
    pub source_id: Option<String>,
    /// Its address.
    pub source_url: Option<String>,
    /// Its headline.
    pub headline: Option<String>,
    /// The click's id, for reporting back.
    pub click_id: Option<String>,
}

/// What became of something we sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// The provider's own id of the channel; empty where the provider does not say.
    pub channel: String,
    /// The provider's id of the message.
    pub id: String,
    /// What became of it.
    pub word: StatusWord,
    /// When, by the provider's clock.
    pub at: Option<Timestamp>,
    /// To whom it went, where it is said.
    pub recipient: Option<String>,
    /// What we attached to the send.
    pub opaque: Option<String>,
    /// Why it failed.
    pub fault: Option<Fault>,
    /// The price's category and type, as given (`service/free_customer_service`).
    pub price: Option<String>,
}

/// A provider's word for how far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusWord {
    /// WhatsApp has it.
    Sent,
    /// It is on the phone.
    Delivered,
    /// It was read.
    Read,
    /// A voice note was played.
    Played,
    /// It will not arrive.
    Failed,
}

impl StatusWord {
    /// The word in `inspect`.
    pub fn as_str(self) -> &'static str {
        match self {
            StatusWord::Sent => "sent",
            StatusWord::Delivered => "delivered",
            StatusWord::Read => "read",
            StatusWord::Played => "played",
            StatusWord::Failed => "failed",
        }
    }
}

/// News about the account, a number, a template or a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEvent {
    /// The provider's own id of the channel, where it is about one.
    pub channel: Option<String>,
    /// The id of what it is about (a template, an account), where it has one.
    pub id: Option<String>,
    /// Its kind, in the provider's word (`message_template_status_update`).
    pub kind: String,
    /// What happened, in the provider's words.
    pub text: String,
    /// When, by the provider's clock.
    pub at: Option<Timestamp>,
    /// What the desk does about it, where it does anything but show it.
    pub news: Option<News>,
}

/// News that the desk acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A template stands elsewhere now. What is absent has not changed.
    Template {
        /// Its name, where it is told.
        name: Option<String>,
        /// Its language, where it is told.
        language: Option<String>,
        /// Where it stands.
        status: Option<TemplateStatus>,
        /// What it is for.
        category: Option<TemplateCategory>,
        /// How customers like it, in the provider's word.
        quality: Option<String>,
        /// Why.
        reason: Option<String>,
    },
    /// How a number does. What is absent has not changed.
    Health {
        /// How customers rate it, in the provider's word (`GREEN`).
        quality: Option<String>,
        /// How many people it may write to first, in the provider's word (`TIER_1K`).
        messaging_limit: Option<String>,
        /// Messages a second that it may send now.
        rate: Option<u32>,
    },
    /// A customer does or does not want to be written to first.
    Preference {
        /// Who.
        contact: Sender,
        /// What it is about.
        scope: Scope,
        /// Whether they want it.
        wanted: bool,
    },
    /// A customer goes by another number or id.
    Moved {
        /// What they went by.
        from: Sender,
        /// What they go by now.
        to: Sender,
    },
    /// The account or the number may not send any more; why, for a person.
    Stopped(String),
    /// The account or the number may send again.
    Resumed,
}

/// Which messages a customer's wish is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Marketing templates.
    Marketing,
    /// All templates.
    All,
}
