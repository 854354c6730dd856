//! Handoffs: a bot lets go, and people take over.

use serde::{Deserialize, Serialize};

use crate::conversation::Priority;
use crate::event::Actor;
use crate::id::{AgentId, ConversationId, HandoffId, OfferId};
use crate::message::Field;
use crate::time::Time;

/// Why a bot let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// The customer asked for a person.
    CustomerAsked,
    /// A keyword.
    Keyword,
    /// The bot did not understand, several times.
    NotUnderstood,
    /// The bot was not sure.
    LowConfidence,
    /// The bot broke.
    BotFailed,
    /// The bot did not answer in time.
    BotTimeout,
    /// The bot talked for too long.
    TurnBudget,
    /// The bot is switched off after too many failures.
    BreakerOpen,
    /// A routing rule.
    Rule,
    /// An agent stepped in.
    AgentTook,
    /// The customer's window is about to close.
    WindowClosing,
    /// The bot's policy.
    Policy,
    /// Something sensitive.
    Sensitive,
    /// Nothing that the bot is for.
    OutOfScope,
    /// Something else: see the reason's text.
    Other,
}

impl ReasonCode {
    /// Every reason.
    pub const ALL: [ReasonCode; 15] = [
        ReasonCode::CustomerAsked,
        ReasonCode::Keyword,
        ReasonCode::NotUnderstood,
        ReasonCode::LowConfidence,
        ReasonCode::BotFailed,
        ReasonCode::BotTimeout,
        ReasonCode::TurnBudget,
        ReasonCode::BreakerOpen,
        ReasonCode::Rule,
        ReasonCode::AgentTook,
        ReasonCode::WindowClosing,
        ReasonCode::Policy,
        ReasonCode::Sensitive,
        ReasonCode::OutOfScope,
        ReasonCode::Other,
    ];

    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ReasonCode::CustomerAsked => "customer_asked",
            ReasonCode::Keyword => "keyword",
            ReasonCode::NotUnderstood => "not_understood",
            ReasonCode::LowConfidence => "low_confidence",
            ReasonCode::BotFailed => "bot_failed",
            ReasonCode::BotTimeout => "bot_timeout",
            ReasonCode::TurnBudget => "turn_budget",
            ReasonCode::BreakerOpen => "breaker_open",
            ReasonCode::Rule => "rule",
            ReasonCode::AgentTook => "agent_took",
            ReasonCode::WindowClosing => "window_closing",
            ReasonCode::Policy => "policy",
            ReasonCode::Sensitive => "sensitive",
            ReasonCode::OutOfScope => "out_of_scope",
            ReasonCode::Other => "other",
        }
    }

    /// The reason of a word, if it is one.
    pub fn parse(word: &str) -> Option<ReasonCode> {
        ReasonCode::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// What a bot passes on, so that nobody has to say anything twice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Packet {
    /// Why.
    pub reason_code: ReasonCode,
    /// Why, in words.
    #[serde(default)]
    pub reason: Option<String>,
    /// What it is about, in a line.
    #[serde(default)]
    pub title: Option<String>,
    /// What happened, in a paragraph.
    #[serde(default)]
    pub summary: Option<String>,
    /// What the customer wants, in the bot's word.
    #[serde(default)]
    pub intent: Option<String>,
    /// How sure the bot is, from 0 to 1.
    #[serde(default)]
    pub confidence: Option<f64>,
    /// What an agent could answer.
    #[serde(default)]
    pub suggested_reply: Option<String>,
    /// What the bot has learned, name by name.
    #[serde(default)]
    pub slots: Vec<Field>,
    /// What the bot has tried.
    #[serde(default)]
    pub tried: Vec<String>,
    /// The customer's mood, in the bot's word.
    #[serde(default)]
    pub sentiment: Option<String>,
    /// The customer's language (BCP 47).
    #[serde(default)]
    pub language: Option<String>,
    /// Which bot, and which version of it.
    #[serde(default)]
    pub bot_version: Option<String>,
    /// What the customer is told, by what becomes of it. Like all that no screen shows, the browser carries no code to
    /// read it.
    #[cfg_attr(target_arch = "wasm32", serde(skip_deserializing))]
    #[serde(default, skip_serializing_if = "CustomerText::is_empty")]
    pub customer_text: CustomerText,
    /// What whoever takes it should be able to do.
    #[cfg_attr(target_arch = "wasm32", serde(skip_deserializing))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// How soon somebody should look; absent: as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Whom the bot wants to have it, in the bot's words.
    #[cfg_attr(target_arch = "wasm32", serde(skip_deserializing))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// Who is asked, one after the other; empty: as the team or the channel has it.
    #[cfg_attr(target_arch = "wasm32", serde(skip))]
    #[cfg_attr(not(target_arch = "wasm32"), serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub ladder: Vec<Rung>,
    /// How long it may take until somebody has it, in seconds; absent: as long as it takes.
    #[cfg_attr(target_arch = "wasm32", serde(skip))]
    #[cfg_attr(not(target_arch = "wasm32"), serde(default, skip_serializing_if = "Option::is_none"))]
    pub timeout_s: Option<i32>,
    /// What is done then.
    #[cfg_attr(target_arch = "wasm32", serde(skip))]
    #[cfg_attr(not(target_arch = "wasm32"), serde(default, skip_serializing_if = "OnTimeout::is_next"))]
    pub on_timeout: OnTimeout,
}

/// One rung of a ladder: who is asked, or what is done when nobody is left to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// One person, by name, mail address or id; without one, the packet's target.
    Agent {
        /// Who.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// How long they are asked, in seconds; absent: as long as the team asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<i32>,
    },
    /// The members of a team who have the skills; without a name, the packet's team, else the channel's.
    Team {
        /// Which.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// How long each is asked, in seconds; absent: as long as the team asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<i32>,
    },
    /// Anybody who has the skills, in whatever team.
    Skill {
        /// How long each is asked, in seconds; absent: as long as the team asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<i32>,
    },
    /// The bot keeps the customer and promises that somebody writes back.
    BotKeeps,
    /// Somebody writes back later; the conversation goes on waiting.
    Callback,
}

/// What is done when a handoff has taken too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum OnTimeout {
    /// The next rung of the ladder.
    #[default]
    NextStep,
    /// The bot keeps the customer.
    BotKeeps,
    /// Somebody writes back later.
    Callback,
}

impl OnTimeout {
    /// Whether the ladder just goes on.
    pub fn is_next(&self) -> bool {
        *self == OnTimeout::NextStep
    }

    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            OnTimeout::NextStep => "next_step",
            OnTimeout::BotKeeps => "bot_keeps",
            OnTimeout::Callback => "callback",
        }
    }

    /// What a word says, if it is one.
    pub fn parse(word: &str) -> Option<OnTimeout> {
        [OnTimeout::NextStep, OnTimeout::BotKeeps, OnTimeout::Callback]
            .into_iter()
            .find(|one| one.as_str() == word)
    }
}

/// What the customer is told when a bot lets go. Nobody has the conversation yet, and none of these may say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct CustomerText {
    /// Somebody is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_available: Option<String>,
    /// Nobody is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_unavailable: Option<String>,
    /// It is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_hours: Option<String>,
}

impl CustomerText {
    /// Whether the bot leaves it to the desk what to say.
    pub fn is_empty(&self) -> bool {
        *self == CustomerText::default()
    }
}

/// Whom a bot wants to have a conversation: a name or an id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A person.
    Agent(String),
    /// A team or queue.
    Team(String),
}

impl Packet {
    /// A packet that says no more than why.
    pub fn because(reason_code: ReasonCode) -> Packet {
        Packet {
            reason_code,
            reason: None,
            title: None,
            summary: None,
            intent: None,
            confidence: None,
            suggested_reply: None,
            slots: Vec::new(),
            tried: Vec::new(),
            sentiment: None,
            language: None,
            bot_version: None,
            customer_text: CustomerText::default(),
            skills: Vec::new(),
            priority: None,
            target: None,
            ladder: Vec::new(),
            timeout_s: None,
            on_timeout: OnTimeout::NextStep,
        }
    }
}

/// A handoff that somebody is asked to accept now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Which.
    pub id: OfferId,
    /// Who is asked; absent: everybody in a team.
    pub agent: Option<AgentId>,
    /// Until when.
    pub until: Time,
}

/// A summary that a machine has made, because the bot gave none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeSummary {
    /// What it says.
    pub text: String,
    /// The model that has made it.
    pub model: String,
    /// When.
    pub at: Time,
}

/// One handoff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Handoff {
    /// Which.
    pub id: HandoffId,
    /// Of which conversation.
    pub conversation: ConversationId,
    /// Who began it.
    pub by: Actor,
    /// What was passed on.
    pub packet: Packet,
    /// When it began.
    pub created_at: Time,
    /// When it ended, and how.
    pub ended_at: Option<Time>,
    /// How it ended: `taken`, `accepted`, `transferred`, `returned`, `resolved`, `answered_on_phone`, `snoozed`,
    /// `bot_keeps`, `fallback`, `callback`.
    pub outcome: Option<String>,
    /// How many messages the customer and the bot had exchanged.
    pub messages_before: i32,
    /// What of the packet could not be followed: a target that there is not, say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmet: Vec<String>,
    /// A summary that a machine has made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<MadeSummary>,
}
