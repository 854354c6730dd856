//! What people and bots may ask of a conversation, and what they hear back.
//!
//! The same values travel over the socket, a server function and the bots' API, and end in the same flow.

use serde::{Deserialize, Serialize};

use crate::consent::ConsentScope;
use crate::conversation::{Owner, Priority};
use crate::handoff::Packet;
use crate::id::{AgentId, ClientId, ConversationId, MessageId, OfferId};
use crate::message::{Body, Field};
use crate::time::Time;

/// A command for one conversation, under a key of the sender's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The key: the same key is done once, however often it is sent.
    pub id: ClientId,
    /// The conversation.
    pub conversation: ConversationId,
    /// What to do.
    pub command: Command,
}

/// Whether a reply may take the conversation from somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// Only if it is mine, or waits for somebody: then it becomes mine.
    #[default]
    IfFree,
    /// Take it over, whoever has it.
    TakeOver,
}

/// What to do with a conversation. `epoch` is the count of owner changes that the sender has seen; a command
/// that changes the owner or writes to the customer holds only if it is still the current one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Command {
    /// Write to the customer.
    Reply {
        /// The epoch seen.
        epoch: i64,
        /// What to write.
        body: Body,
        /// The message answered, if one is quoted.
        quoted: Option<MessageId>,
        /// Whether it may take the conversation from somebody else.
        #[serde(default)]
        claim: Claim,
    },
    /// Write a private note, which never leaves the desk.
    Note {
        /// The text.
        text: String,
    },
    /// Make it mine.
    Take {
        /// The epoch seen.
        epoch: i64,
    },
    /// Accept an offer: it becomes mine.
    Accept {
        /// The epoch seen.
        epoch: i64,
        /// Which offer.
        offer: OfferId,
    },
    /// Decline an offer: somebody else is asked.
    Decline {
        /// The epoch seen.
        epoch: i64,
        /// Which offer.
        offer: OfferId,
        /// Why, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Give it to an agent.
    Assign {
        /// The epoch seen.
        epoch: i64,
        /// To whom.
        agent: AgentId,
    },
    /// Give mine to a colleague, with a note.
    Transfer {
        /// The epoch seen.
        epoch: i64,
        /// To whom.
        agent: AgentId,
        /// What they need to know.
        note: String,
    },
    /// Hand it from the bot to people.
    HandOff {
        /// The epoch seen.
        epoch: i64,
        /// What is passed on.
        packet: Packet,
    },
    /// Give it back to the channel's bot, with a note.
    ReturnToBot {
        /// The epoch seen.
        epoch: i64,
        /// What was settled, for colleagues.
        note: String,
        /// What was settled, for the bot, name by name.
        #[cfg_attr(target_arch = "wasm32", serde(skip))]
        #[cfg_attr(not(target_arch = "wasm32"), serde(default, skip_serializing_if = "Vec::is_empty"))]
        settled: Vec<Field>,
    },
    /// Close it.
    Resolve {
        /// The epoch seen.
        epoch: i64,
    },
    /// Open it again.
    Reopen,
    /// Put it aside until a time or the customer's next message.
    Snooze {
        /// The epoch seen.
        epoch: i64,
        /// Until when.
        until: Time,
    },
    /// Change its labels.
    Label {
        /// Labels to put on.
        add: Vec<String>,
        /// Labels to take off.
        remove: Vec<String>,
    },
    /// Say how soon somebody should look.
    Prioritise {
        /// How soon.
        priority: Priority,
    },
    /// I have read it up to this event.
    Read {
        /// The number of the last event seen.
        seq: i64,
    },
    /// I am typing. Not stored.
    Typing {
        /// Whether it is a reply, which the customer may see too; a note is no business of theirs.
        #[serde(default)]
        reply: bool,
    },
    /// Put an emoji on a message; an empty one takes it off.
    React {
        /// The epoch seen.
        epoch: i64,
        /// Which message.
        message: MessageId,
        /// The emoji.
        emoji: String,
    },
    /// Try a failed message again.
    Retry {
        /// The epoch seen.
        epoch: i64,
        /// Which message.
        message: MessageId,
    },
    /// Settle a message that the provider may have or not.
    Settle {
        /// Which message.
        message: MessageId,
        /// What a person has found out or decided.
        verdict: Verdict,
    },
    /// Withdraw a message that has not left.
    Cancel {
        /// Which message.
        message: MessageId,
    },
    /// Fetch the file of a message once more, after that has failed.
    FetchAgain {
        /// Which message.
        message: MessageId,
    },
    /// The customer has agreed to be written to first.
    Agree {
        /// The customer's message that says so.
        message: MessageId,
        /// To which messages.
        scope: ConsentScope,
        /// What they have agreed to, in words.
        wording: String,
    },
}

/// What becomes of a message whose fate is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Leave it: the customer has it, or it no longer matters.
    Leave,
    /// Send it again, at the risk that the customer gets it twice.
    SendAgain,
}

impl Command {
    /// The word of its verb.
    pub fn verb(&self) -> &'static str {
        match self {
            Command::Reply { .. } => "reply",
            Command::Note { .. } => "note",
            Command::Take { .. } => "take",
            Command::Accept { .. } => "accept",
            Command::Decline { .. } => "decline",
            Command::Assign { .. } => "assign",
            Command::Transfer { .. } => "transfer",
            Command::HandOff { .. } => "hand_off",
            Command::ReturnToBot { .. } => "return_to_bot",
            Command::Resolve { .. } => "resolve",
            Command::Reopen => "reopen",
            Command::Snooze { .. } => "snooze",
            Command::Label { .. } => "label",
            Command::Prioritise { .. } => "prioritise",
            Command::Read { .. } => "read",
            Command::Typing { .. } => "typing",
            Command::React { .. } => "react",
            Command::Retry { .. } => "retry",
            Command::Settle { .. } => "settle",
            Command::Cancel { .. } => "cancel",
            Command::FetchAgain { .. } => "fetch_again",
            Command::Agree { .. } => "agree",
        }
    }
}

/// A command was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// The key of the command.
    pub id: ClientId,
    /// The conversation's last event after it.
    pub seq: i64,
    /// The message it made, if it made one.
    pub message: Option<MessageId>,
}

/// A command was not done, and nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The key of the command.
    pub id: ClientId,
    /// Why, for a program.
    pub code: RefusalCode,
    /// What happened, why, and what to do next, for a person.
    pub message: String,
    /// Who has the conversation now, where that is the reason.
    pub owner: Option<Owner>,
    /// That owner's name.
    pub owner_name: Option<String>,
    /// The current epoch, where the sender's was old.
    pub epoch: Option<i64>,
}

/// Why a command was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// There is no such conversation, or not for this person.
    NotFound,
    /// Somebody else has it.
    NotOwner,
    /// The owner has changed since the sender looked.
    StaleEpoch,
    /// It is not in a stage in which this can be done.
    WrongStage,
    /// The offer was accepted by somebody else, declined, withdrawn, or is too old.
    OfferOver,
    /// The customer's 24 hours are over.
    WindowClosed,
    /// The customer has not agreed to be written to first, or no longer does.
    NoConsent,
    /// The provider cannot carry this.
    NotCarried,
    /// Something in it is missing, too long or not allowed.
    Invalid,
    /// This person may not do this.
    Forbidden,
    /// The person is signed out.
    SignedOut,
    /// The desk is too busy or its database is away: the same command may be sent again.
    Unavailable,
}

impl RefusalCode {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            RefusalCode::NotFound => "not_found",
            RefusalCode::NotOwner => "not_owner",
            RefusalCode::StaleEpoch => "stale_epoch",
            RefusalCode::WrongStage => "wrong_stage",
            RefusalCode::OfferOver => "offer_over",
            RefusalCode::WindowClosed => "window_closed",
            RefusalCode::NoConsent => "no_consent",
            RefusalCode::NotCarried => "not_carried",
            RefusalCode::Invalid => "invalid",
            RefusalCode::Forbidden => "forbidden",
            RefusalCode::SignedOut => "signed_out",
            RefusalCode::Unavailable => "unavailable",
        }
    }
}
