//! Conversations, as the list shows them.

use serde::{Deserialize, Serialize};

use crate::handoff::{Offer, ReasonCode};
use crate::id::{AgentId, BotId, ChannelId, ContactId, ConversationId, MessageId};
use crate::message::{Author, DeliveryState};
use crate::time::Time;

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// A bot owns it.
    Bot,
    /// Nobody owns it, and somebody should.
    Waiting,
    /// One agent owns it.
    Assigned,
    /// Put aside until a time or the customer's next message.
    Snoozed,
    /// Done.
    Resolved,
}

impl Stage {
    /// Every stage, in the order of a conversation's life.
    pub const ALL: [Stage; 5] =
        [Stage::Bot, Stage::Waiting, Stage::Assigned, Stage::Snoozed, Stage::Resolved];

    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Bot => "bot",
            Stage::Waiting => "waiting",
            Stage::Assigned => "assigned",
            Stage::Snoozed => "snoozed",
            Stage::Resolved => "resolved",
        }
    }

    /// The stage of a word, if it is one.
    pub fn parse(word: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.as_str() == word)
    }
}

/// Who may write to the customer: exactly one of these at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Owner {
    /// Nobody.
    Nobody,
    /// A bot.
    Bot(BotId),
    /// An agent.
    Agent(AgentId),
}

impl Owner {
    /// The agent, if an agent owns it.
    pub fn agent(self) -> Option<AgentId> {
        match self {
            Owner::Agent(id) => Some(id),
            Owner::Nobody | Owner::Bot(_) => None,
        }
    }
}

/// How soon somebody should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// When there is time.
    Low,
    /// As usual.
    #[default]
    Normal,
    /// Before the usual.
    High,
    /// At once.
    Urgent,
}

impl Priority {
    /// Every priority, lowest first.
    pub const ALL: [Priority; 4] = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];

    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High => "high",
            Priority::Urgent => "urgent",
        }
    }

    /// The priority of a word, if it is one.
    pub fn parse(word: &str) -> Option<Priority> {
        Priority::ALL.into_iter().find(|priority| priority.as_str() == word)
    }
}

/// The last message of a conversation, in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Which message.
    pub message: MessageId,
    /// Who wrote it.
    pub author: Author,
    /// Its text, or a word for what it holds; at most 120 characters.
    pub text: String,
    /// Whether it is a private note.
    pub note: bool,
    /// How far it has come, for what we sent.
    pub state: Option<DeliveryState>,
}

/// One row of the inbox: everything the list shows of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Which conversation.
    pub id: ConversationId,
    /// The number it came in on.
    pub channel: ChannelId,
    /// That number's name.
    pub channel_name: String,
    /// Whose provider carries it (the word of the registry, such as `meta`).
    pub provider: String,
    /// Who wrote.
    pub contact: ContactId,
    /// What the contact calls themself, else their number or id.
    pub contact_name: String,
    /// The number or id that the provider knows them by.
    pub address: String,
    /// Where it stands.
    pub stage: Stage,
    /// Who may write to the customer.
    pub owner: Owner,
    /// The owner's name, where there is one.
    pub owner_name: Option<String>,
    /// Rises by one at every change of owner; a send names the one it saw.
    pub epoch: i64,
    /// The number of its last event: state with a higher one is newer.
    pub seq: i64,
    /// How soon somebody should look.
    pub priority: Priority,
    /// Its labels, sorted.
    pub labels: Vec<String>,
    /// Messages from the customer that no agent has read.
    pub unread: i32,
    /// Its last message.
    pub preview: Option<Preview>,
    /// When it last changed in a way the customer would notice.
    pub last_at: Time,
    /// Since when it has waited for somebody, if it does.
    pub waiting_since: Option<Time>,
    /// Until when free text may be sent (provider time of the customer's last message plus 24 hours).
    pub window_until: Option<Time>,
    /// Until when messages cost nothing, because the customer came from an advertisement. It says nothing about
    /// what may be sent.
    #[serde(default)]
    pub free_until: Option<Time>,
    /// Until when it is put aside.
    pub snoozed_until: Option<Time>,
    /// Why the bot let go, while that handoff is open.
    pub handoff_reason: Option<ReasonCode>,
    /// The offer that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// When somebody has promised to write back, while nobody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_at: Option<Time>,
}

impl Card {
    /// Its place in the app.
    pub fn path(&self, view: crate::inbox::View) -> String {
        format!("/inbox/{}/{}", view.as_str(), self.id)
    }

    /// Whether free text may be sent at this moment.
    pub fn window_open(&self, now: Time) -> bool {
        self.window_until.is_some_and(|until| now < until)
    }
}
