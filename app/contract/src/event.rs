//! What happened: one gapless list a conversation, which browsers, bots and webhooks follow.

use serde::{Deserialize, Serialize};

use crate::consent::{ConsentScope, ConsentState};
use crate::conversation::{Card, Owner, Priority, Stage};
use crate::handoff::{Handoff, ReasonCode};
use crate::id::{AgentId, BotId, ConversationId, HandoffId, MessageId, OfferId, TeamId};
use crate::message::{DeliveryState, Message};
use crate::sla::SlaTarget;
use crate::time::Time;

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// The customer.
    Contact,
    /// A bot.
    Bot(BotId),
    /// An agent.
    Agent(AgentId),
    /// The desk itself: a timer, a rule, a failure.
    Desk,
    /// The provider (a delivery status, say).
    Provider,
    /// Somebody on the business's own phone app.
    Phone,
}

/// One event of one conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// Its number there: 1, 2, 3 and so on, without a gap.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// By whom.
    pub actor: Actor,
    /// The actor's name, where they have one.
    pub actor_name: Option<String>,
    /// The name of the agent or bot that the conversation went to, where it went to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_name: Option<String>,
    /// What.
    pub change: Change,
    /// The message it speaks of, as it is when the event is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Box<Message>>,
    /// The handoff it speaks of, as it is when the event is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handoff: Option<Box<Handoff>>,
    /// The conversation's row, as it is when the event is read: never older than the event.
    pub card: Box<Card>,
}

/// What happened. Stored as it stands here: ids and changed fields, never a text, a name or a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The conversation began.
    Opened {
        /// Where it began.
        stage: Stage,
    },
    /// A message or a note was added.
    MessageCreated {
        /// Which.
        message: MessageId,
    },
    /// A message was edited, deleted or reacted to, or its file is there now.
    MessageChanged {
        /// Which.
        message: MessageId,
    },
    /// What we sent came further, or did not.
    DeliveryChanged {
        /// Which message.
        message: MessageId,
        /// How far it has come.
        state: DeliveryState,
    },
    /// It has another owner or stage.
    OwnerChanged {
        /// Why: the verb or the reason (`take`, `resolve`, `hand_off`, `snooze_ended`).
        cause: String,
        /// The stage before.
        from_stage: Stage,
        /// The owner before.
        from: Owner,
        /// The stage now.
        stage: Stage,
        /// The owner now.
        to: Owner,
        /// The epoch now.
        epoch: i64,
    },
    /// A bot let go.
    HandoffCreated {
        /// Which handoff.
        handoff: HandoffId,
        /// Why.
        reason: ReasonCode,
    },
    /// Somebody is asked to accept a handoff.
    HandoffOffered(HandoffNews),
    /// Somebody has accepted it.
    HandoffAccepted(HandoffNews),
    /// Somebody has declined it.
    HandoffDeclined(HandoffNews),
    /// Nobody has accepted it in time.
    HandoffExpired(HandoffNews),
    /// It came while the team was closed.
    HandoffAfterHours(HandoffNews),
    /// A handoff is over.
    HandoffEnded {
        /// Which handoff.
        handoff: HandoffId,
        /// How, as in [`Handoff::outcome`].
        outcome: String,
    },
    /// A machine has made a summary of it, because the bot gave none.
    HandoffSummarised(HandoffNews),
    /// A bot has the customer because nobody else can.
    FallbackStarted(HandoffNews),
    /// That is over.
    FallbackEnded(HandoffNews),
    /// Somebody writes back later.
    CallbackPromised(HandoffNews),
    /// Somebody in particular writes back, or nobody in particular any more.
    CallbackAssigned(HandoffNews),
    /// Nobody has written back yet, and it is time.
    CallbackDue(HandoffNews),
    /// What was promised is kept.
    CallbackKept(HandoffNews),
    /// What was promised is of no use any more.
    CallbackDropped(HandoffNews),
    /// It is put aside.
    Snoozed {
        /// Until when.
        until: Time,
    },
    /// Its labels changed.
    Labelled {
        /// Put on.
        added: Vec<String>,
        /// Taken off.
        removed: Vec<String>,
    },
    /// Its priority changed.
    PriorityChanged {
        /// Now.
        priority: Priority,
    },
    /// An agent has read what the customer wrote.
    ReadByAgent,
    /// The contact's name, number or id changed.
    ContactChanged,
    /// The contact does or does not want to be written to first.
    ConsentChanged {
        /// What it is about.
        scope: ConsentScope,
        /// What they wish now.
        state: ConsentState,
    },
    /// What programs know of the conversation has changed. What that is, is read when it is needed.
    AttributesChanged,
    /// A promise about time will be broken soon.
    SlaWarning(SlaNews),
    /// A promise about time is broken.
    SlaBreached(SlaNews),
    /// The customer has said how it was.
    Rated {
        /// From 1 to 5.
        score: i16,
    },
}

/// What happened to a promise about time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaNews {
    /// What is promised.
    pub target: SlaTarget,
    /// Until when it is kept, or was.
    pub due: Time,
}

/// What happened to a handoff. What no screen reads, the browser has no code for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct HandoffNews {
    /// Which handoff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handoff: Option<HandoffId>,
    /// Which offer.
    #[cfg_attr(target_arch = "wasm32", serde(skip))]
    #[cfg_attr(not(target_arch = "wasm32"), serde(default, skip_serializing_if = "Option::is_none"))]
    pub offer: Option<OfferId>,
    /// Who is asked, or was.
    #[cfg_attr(target_arch = "wasm32", serde(skip))]
    #[cfg_attr(not(target_arch = "wasm32"), serde(default, skip_serializing_if = "Option::is_none"))]
    pub agent: Option<AgentId>,
    /// The team that is asked, or was, or is closed.
    #[cfg_attr(target_arch = "wasm32", serde(skip))]
    #[cfg_attr(not(target_arch = "wasm32"), serde(default, skip_serializing_if = "Option::is_none"))]
    pub team: Option<TeamId>,
    /// The bot that is the fallback.
    #[cfg_attr(target_arch = "wasm32", serde(skip))]
    #[cfg_attr(not(target_arch = "wasm32"), serde(default, skip_serializing_if = "Option::is_none"))]
    pub bot: Option<BotId>,
    /// Until when it is offered, or when the callback is due.
    #[cfg_attr(target_arch = "wasm32", serde(skip))]
    #[cfg_attr(not(target_arch = "wasm32"), serde(default, skip_serializing_if = "Option::is_none"))]
    pub until: Option<Time>,
    /// Why, as a word: `nobody_online`, `after_hours` and so on.
    #[cfg_attr(target_arch = "wasm32", serde(skip))]
    #[cfg_attr(not(target_arch = "wasm32"), serde(default, skip_serializing_if = "Option::is_none"))]
    pub reason: Option<String>,
}

impl Change {
    /// The event's one name everywhere. A change of the stage under the same owner is `stage_changed`.
    pub fn name(&self) -> &'static str {
        match self {
            Change::Opened { .. } => "conversation_opened",
            Change::MessageCreated { .. } => "message_created",
            Change::MessageChanged { .. } => "message_changed",
            Change::DeliveryChanged { .. } => "delivery_changed",
            Change::OwnerChanged { from, to, .. } if from == to => "stage_changed",
            Change::OwnerChanged { .. } => "owner_changed",
            Change::HandoffCreated { .. } => "handoff_created",
            Change::HandoffOffered(_) => "handoff_offered",
            Change::HandoffAccepted(_) => "handoff_accepted",
            Change::HandoffDeclined(_) => "handoff_declined",
            Change::HandoffExpired(_) => "handoff_expired",
            Change::HandoffAfterHours(_) => "handoff_after_hours",
            Change::HandoffEnded { .. } => "handoff_ended",
            Change::HandoffSummarised(_) => "handoff_summarised",
            Change::FallbackStarted(_) => "fallback_started",
            Change::FallbackEnded(_) => "fallback_ended",
            Change::CallbackPromised(_) => "callback_promised",
            Change::CallbackAssigned(_) => "callback_assigned",
            Change::CallbackDue(_) => "callback_due",
            Change::CallbackKept(_) => "callback_kept",
            Change::CallbackDropped(_) => "callback_dropped",
            Change::Snoozed { .. } => "snoozed",
            Change::Labelled { .. } => "labelled",
            Change::PriorityChanged { .. } => "priority_changed",
            Change::ReadByAgent => "read_by_agent",
            Change::ContactChanged => "contact_changed",
            Change::ConsentChanged { .. } => "consent_changed",
            Change::AttributesChanged => "attributes_changed",
            Change::SlaWarning(_) => "sla_warning",
            Change::SlaBreached(_) => "sla_breached",
            Change::Rated { .. } => "rated",
        }
    }

    /// The message it speaks of.
    pub fn message(&self) -> Option<MessageId> {
        match self {
            Change::MessageCreated { message }
            | Change::MessageChanged { message }
            | Change::DeliveryChanged { message, .. } => Some(*message),
            _ => None,
        }
    }

    /// The handoff it speaks of.
    pub fn handoff(&self) -> Option<HandoffId> {
        match self {
            Change::HandoffCreated { handoff, .. } | Change::HandoffEnded { handoff, .. } => Some(*handoff),
            _ => self.news()?.handoff,
        }
    }

    /// What it says of a handoff beside its beginning and its end.
    pub fn news(&self) -> Option<&HandoffNews> {
        match self {
            Change::HandoffOffered(news)
            | Change::HandoffAccepted(news)
            | Change::HandoffDeclined(news)
            | Change::HandoffExpired(news)
            | Change::HandoffAfterHours(news)
            | Change::HandoffSummarised(news)
            | Change::FallbackStarted(news)
            | Change::FallbackEnded(news)
            | Change::CallbackPromised(news)
            | Change::CallbackAssigned(news)
            | Change::CallbackDue(news)
            | Change::CallbackKept(news)
            | Change::CallbackDropped(news) => Some(news),
            _ => None,
        }
    }

    /// Whether the thread shows a line for it between the messages.
    pub fn has_line(&self) -> bool {
        matches!(
            self,
            Change::OwnerChanged { .. }
                | Change::HandoffCreated { .. }
                | Change::Snoozed { .. }
                | Change::Labelled { .. }
                | Change::PriorityChanged { .. }
                | Change::ConsentChanged { .. }
        )
    }
}
