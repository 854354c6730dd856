//! Handoffs and what is passed on with them.

use std::collections::BTreeMap;

use contract::handoff::Target;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::words::{At, Party, PriorityWord, ReasonWord};

/// A bot has let go, and people take over.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Handoff {
    /// Which.
    pub id: Uuid,
    /// Of which conversation.
    pub conversation_id: Uuid,
    /// Who began it.
    pub by: Party,
    /// What is passed on.
    pub packet: Packet,
    /// When it began.
    pub created_at: At,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<At>,
    /// How it ended: `taken`, `transferred`, `returned`, `resolved`, `snoozed`, `answered_on_phone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// How many messages had been exchanged before it.
    pub messages_before: i32,
    /// A summary that a machine has made, where the bot gave none. It comes a little later than the handoff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine_summary: Option<MachineSummary>,
}

/// A summary that a machine has made: nobody has checked it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MachineSummary {
    /// What it says.
    pub text: String,
    /// The model that has made it.
    pub model: String,
    /// When.
    pub made_at: At,
}

/// What a bot passes on, so that nobody has to say anything twice.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Packet {
    /// Why.
    pub reason_code: ReasonWord,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it is about, in a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What happened, in a paragraph.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What the customer wants, in the bot's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// How sure the bot is, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// What an agent could answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggested_reply: Option<String>,
    /// What the bot has learned, name by name.
    pub slots: BTreeMap<String, String>,
    /// What the bot has tried.
    pub tried: Vec<String>,
    /// The customer's mood, in the bot's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<String>,
    /// The customer's language (BCP 47).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Which version of the bot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_version: Option<String>,
    /// What whoever takes it should be able to do.
    pub skills: Vec<String>,
    /// How soon somebody should look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<PriorityWord>,
    /// Whom the bot wants to have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetName>,
}

/// Whom a bot wants to have a conversation: a name or an id. One of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TargetName {
    /// A person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// A team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
}

impl From<&contract::Handoff> for Handoff {
    fn from(handoff: &contract::Handoff) -> Handoff {
        Handoff {
            id: handoff.id.0,
            conversation_id: handoff.conversation.0,
            by: handoff.by.into(),
            packet: Packet::from(&handoff.packet),
            created_at: At(handoff.created_at),
            ended_at: handoff.ended_at.map(At),
            outcome: handoff.outcome.clone(),
            messages_before: handoff.messages_before,
            machine_summary: handoff.made.as_ref().map(|made| MachineSummary {
                text: made.text.clone(),
                model: made.model.clone(),
                made_at: At(made.at),
            }),
        }
    }
}

impl From<&contract::Packet> for Packet {
    fn from(packet: &contract::Packet) -> Packet {
        let slot = |slot: &contract::message::Field| (slot.name.clone(), slot.value.clone());
        let target = |target: &Target| match target {
            Target::Agent(name) => TargetName { agent: Some(name.clone()), team: None },
            Target::Team(name) => TargetName { agent: None, team: Some(name.clone()) },
        };
        Packet {
            reason_code: ReasonWord(packet.reason_code),
            reason: packet.reason.clone(),
            title: packet.title.clone(),
            summary: packet.summary.clone(),
            intent: packet.intent.clone(),
            confidence: packet.confidence,
            suggested_reply: packet.suggested_reply.clone(),
            slots: packet.slots.iter().map(slot).collect(),
            tried: packet.tried.clone(),
            sentiment: packet.sentiment.clone(),
            language: packet.language.clone(),
            bot_version: packet.bot_version.clone(),
            skills: packet.skills.clone(),
            priority: packet.priority.map(PriorityWord),
            target: packet.target.as_ref().map(target),
        }
    }
}
