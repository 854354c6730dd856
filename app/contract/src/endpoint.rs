//! Web addresses of others that are told what happens: what the screens show of them, and what can be changed.

use serde::{Deserialize, Serialize};

use crate::id::{ConversationId, EndpointDeliveryId, EndpointId};
use crate::time::Time;

/// Days for which what was sent is kept.
pub const KEPT_DAYS: i32 = 14;
/// How far back what was not taken can be brought up again, in days: events are handed out for so long.
pub const RECOVER_DAYS: i32 = 7;

/// What an address is and what it is told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointWish {
    /// What people here call it.
    pub name: String,
    /// Where events are sent, by POST.
    pub url: String,
    /// Names of the events that it is told of; empty: all of them.
    pub events: Vec<String>,
}

/// One address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointView {
    /// Which.
    pub id: EndpointId,
    /// What it is and what it is told of.
    pub wish: EndpointWish,
    /// Whether it is told anything.
    pub active: bool,
    /// Why the desk has switched it off by itself.
    pub off_reason: Option<String>,
    /// Since when it takes nothing.
    pub failing_since: Option<Time>,
    /// When it took something last.
    pub taken_at: Option<Time>,
    /// Deliveries that are still to be made, at most [`EndpointView::MANY`].
    pub pending: i64,
    /// Whether what was not taken is being brought up again.
    pub recovering: bool,
}

impl EndpointView {
    /// So many are not counted further.
    pub const MANY: i64 = 1_000;
}

/// The addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// All of them, sorted by name.
    pub endpoints: Vec<EndpointView>,
    /// Names of the events that there are.
    pub events: Vec<String>,
}

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointState {
    /// It is still to be made, or made again.
    Pending,
    /// The other side has taken it.
    Delivered,
    /// It was tried for the last time.
    Failed,
}

impl EndpointState {
    /// All of them.
    pub const ALL: [EndpointState; 3] =
        [EndpointState::Pending, EndpointState::Delivered, EndpointState::Failed];

    /// The word in SQL and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            EndpointState::Pending => "pending",
            EndpointState::Delivered => "delivered",
            EndpointState::Failed => "failed",
        }
    }

    /// The state of a word.
    pub fn parse(word: &str) -> Option<EndpointState> {
        EndpointState::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// Which deliveries are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EndpointQuery {
    /// Of which address.
    pub endpoint: EndpointId,
    /// Only those that have come so far.
    pub state: Option<EndpointState>,
    /// Only those of this conversation.
    pub conversation: Option<ConversationId>,
    /// Only those before this one.
    pub before: Option<EndpointDeliveryId>,
}

impl EndpointQuery {
    /// Everything of an address.
    pub fn of(endpoint: EndpointId) -> EndpointQuery {
        EndpointQuery { endpoint, state: None, conversation: None, before: None }
    }
}

/// One address and a page of what was sent to it, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointPage {
    /// The address.
    pub endpoint: EndpointView,
    /// Names of the events that there are.
    pub events: Vec<String>,
    /// The deliveries.
    pub lines: Vec<EndpointLine>,
    /// Where the next page goes on.
    pub next: Option<EndpointDeliveryId>,
}

/// One delivery in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointLine {
    /// Which.
    pub id: EndpointDeliveryId,
    /// The event's name.
    pub event: String,
    /// Of which conversation; absent: a test.
    pub conversation: Option<ConversationId>,
    /// When it was begun.
    pub at: Time,
    /// How far it has come.
    pub state: EndpointState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is tried next.
    pub due_at: Option<Time>,
    /// The status of the last answer.
    pub status: Option<i32>,
    /// Why there was no answer to the last try.
    pub error: Option<String>,
    /// How long the last try took, in milliseconds.
    pub ms: Option<i32>,
}

/// One delivery with every try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointDelivery {
    /// What the log shows of it.
    pub line: EndpointLine,
    /// To which address.
    pub endpoint: EndpointId,
    /// What that is called.
    pub endpoint_name: String,
    /// Where it lies.
    pub url: String,
    /// What is sent, with line breaks.
    pub body: String,
    /// What is sent, byte for byte.
    pub raw: String,
    /// The tries, the latest first.
    pub attempts: Vec<EndpointAttempt>,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointAttempt {
    /// Which: 1, 2, 3 and so on.
    pub n: i32,
    /// When.
    pub at: Time,
    /// How long it took, in milliseconds.
    pub ms: i32,
    /// The headers that were sent.
    pub request: Vec<(String, String)>,
    /// The status of the answer.
    pub status: Option<i32>,
    /// The headers of the answer.
    pub headers: Vec<(String, String)>,
    /// The answer; cut where it is long.
    pub response: Option<String>,
    /// Why there is no answer.
    pub error: Option<String>,
}

/// Something done about an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum EndpointTask {
    /// Tell a new address from now on.
    Add {
        /// What it is and what it is told of.
        wish: EndpointWish,
    },
    /// Let it be another one, or be told of something else.
    Change {
        /// Which.
        endpoint: EndpointId,
        /// What it is and what it is told of.
        wish: EndpointWish,
    },
    /// Tell it from now on, or nothing more. What happens meanwhile can be recovered.
    Switch {
        /// Which.
        endpoint: EndpointId,
        /// Whether it is told anything.
        on: bool,
    },
    /// Forget it, with all that was sent to it.
    Remove {
        /// Which.
        endpoint: EndpointId,
    },
    /// Sign with a new secret. The old one signs too, for a day.
    Rotate {
        /// Which.
        endpoint: EndpointId,
    },
    /// Send it an event that means nothing.
    Test {
        /// Which.
        endpoint: EndpointId,
    },
    /// Make one delivery again.
    Redeliver {
        /// Which.
        delivery: EndpointDeliveryId,
    },
    /// Bring up again what was not taken since a moment: what failed, and what was never tried.
    Recover {
        /// Which.
        endpoint: EndpointId,
        /// Since when.
        since: Time,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "came", rename_all = "snake_case")]
pub enum EndpointDone {
    /// It is done.
    Done,
    /// A secret was made. It is shown this once.
    Secret {
        /// Of which address.
        endpoint: EndpointId,
        /// The secret; begins with `whsec_`.
        secret: String,
    },
    /// A delivery was begun.
    Begun {
        /// Which.
        delivery: EndpointDeliveryId,
    },
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::connection::{SettingsTask, TaskDone};

    /// Both are told apart by a field, and so is what they travel in: the fields must have other names.
    #[test]
    fn what_is_done_and_what_comes_of_it_survive_the_trip() {
        let id = EndpointId(Uuid::nil());
        let task = SettingsTask::Endpoint(EndpointTask::Switch { endpoint: id, on: true });
        let sent = serde_json::to_string(&task).unwrap();
        assert_eq!(serde_json::from_str::<SettingsTask>(&sent).unwrap(), task);
        let done = TaskDone::Endpoint(EndpointDone::Secret { endpoint: id, secret: "whsec_AAAA".to_owned() });
        let sent = serde_json::to_string(&done).unwrap();
        assert_eq!(serde_json::from_str::<TaskDone>(&sent).unwrap(), done);
    }
}
