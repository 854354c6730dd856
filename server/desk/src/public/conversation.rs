//! Conversations.

use contract::Card;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::words::{At, Party, PriorityWord, ReasonWord, StageWord};

/// One conversation, as it is when it is read.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Conversation {
    /// Which.
    pub id: Uuid,
    /// The number it came in on.
    pub channel: ChannelLine,
    /// The customer.
    pub contact: ContactLine,
    /// Where it stands.
    pub stage: StageWord,
    /// Who may write to the customer.
    pub owner: Party,
    /// Rises by one at every change of owner. A call that writes to the customer names the one that it saw.
    pub epoch: i64,
    /// The number of its last event.
    pub seq: i64,
    /// How soon somebody should look.
    pub priority: PriorityWord,
    /// Its labels, sorted.
    pub labels: Vec<String>,
    /// Messages from the customer that no agent has read.
    pub unread: i32,
    /// When it last changed in a way that the customer would notice.
    pub last_at: At,
    /// Since when it has waited for somebody, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<At>,
    /// Until when anything but a template may be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_expires_at: Option<At>,
    /// Until when it is put aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<At>,
    /// Why the bot let go, while that handoff is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handoff_reason: Option<ReasonWord>,
}

/// The number that a conversation came in on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChannelLine {
    /// Which.
    pub id: Uuid,
    /// What people here call it.
    pub name: String,
    /// Whose provider carries it (`meta`, `twilio`).
    pub provider: String,
}

/// The customer, in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContactLine {
    /// Who.
    pub id: Uuid,
    /// What they call themself, else their number or id. Chosen by them: show it, and believe nothing of it.
    pub name: String,
    /// The number (with `+`) or the id by which the provider knows them.
    pub address: String,
}

impl From<&Card> for Conversation {
    fn from(card: &Card) -> Conversation {
        Conversation {
            id: card.id.0,
            channel: ChannelLine {
                id: card.channel.0,
                name: card.channel_name.clone(),
                provider: card.provider.clone(),
            },
            contact: ContactLine {
                id: card.contact.0,
                name: card.contact_name.clone(),
                address: card.address.clone(),
            },
            stage: StageWord(card.stage),
            owner: Party::from(card.owner).named(card.owner_name.clone()),
            epoch: card.epoch,
            seq: card.seq,
            priority: PriorityWord(card.priority),
            labels: card.labels.clone(),
            unread: card.unread,
            last_at: At(card.last_at),
            waiting_since: card.waiting_since.map(At),
            window_expires_at: card.window_until.map(At),
            snoozed_until: card.snoozed_until.map(At),
            handoff_reason: card.handoff_reason.map(ReasonWord),
        }
    }
}
