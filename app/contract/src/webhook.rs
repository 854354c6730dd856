//! What came in, webhook by webhook: the log that an admin looks through when something is missing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::ConnectionId;
use crate::settings::Rejection;
use crate::time::Time;

/// A webhook's place in the ledger. Later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WebhookKey {
    /// The day (UTC) that it came in on, counted from 1970-01-01.
    pub day: i32,
    /// Its number.
    pub id: i64,
}

impl fmt::Display for WebhookKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.day, self.id)
    }
}

/// A text that is no webhook's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoWebhookKey;

impl FromStr for WebhookKey {
    type Err = NoWebhookKey;

    fn from_str(text: &str) -> Result<WebhookKey, NoWebhookKey> {
        let (day, id) = text.split_once('-').ok_or(NoWebhookKey)?;
        match (day.parse(), id.parse()) {
            (Ok(day), Ok(id)) => Ok(WebhookKey { day, id }),
            _ => Err(NoWebhookKey),
        }
    }
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// It changed something.
    Applied,
    /// It was known already.
    Duplicate,
    /// It is of no concern here.
    Ignored,
    /// It could not be understood or placed.
    Rejected,
    /// It is still to be looked at, or waits for its message.
    Pending,
}

impl Came {
    /// All of them.
    pub const ALL: [Came; 5] = [Came::Applied, Came::Duplicate, Came::Ignored, Came::Rejected, Came::Pending];

    /// The word in SQL and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Came::Applied => "applied",
            Came::Duplicate => "duplicate",
            Came::Ignored => "ignored",
            Came::Rejected => "rejected",
            Came::Pending => "pending",
        }
    }

    /// The outcome of a word.
    pub fn parse(word: &str) -> Option<Came> {
        Came::ALL.into_iter().find(|came| came.as_str() == word)
    }
}

/// Which webhooks are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
pub struct LogQuery {
    /// Only those of this connection.
    pub connection: Option<ConnectionId>,
    /// Only those with an item of this outcome.
    pub came: Option<Came>,
    /// Only those before this one.
    pub before: Option<WebhookKey>,
}

/// A page of webhooks, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookLog {
    /// The connections to choose from, sorted by name.
    pub connections: Vec<(ConnectionId, String)>,
    /// The webhooks.
    pub lines: Vec<WebhookLine>,
    /// Where the next page goes on.
    pub next: Option<WebhookKey>,
}

/// One webhook in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookLine {
    /// Which.
    pub key: WebhookKey,
    /// When it came in.
    pub at: Time,
    /// The connection's name; empty if it is gone.
    pub connection_name: String,
    /// Whether the desk fetched it, because it may have been missed.
    pub fetched: bool,
    /// How long its body is, in bytes; absent once it was dropped.
    pub bytes: Option<i64>,
    /// What became of its items; absent before it is read.
    pub counts: Option<Replayed>,
}

/// How many items came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Replayed {
    /// All of them.
    pub items: i32,
    /// What changed something.
    pub applied: i32,
    /// What was known already.
    pub duplicate: i32,
    /// What is of no concern here.
    pub ignored: i32,
    /// What could not be understood or placed.
    pub rejected: i32,
    /// What waits for its message.
    pub pending: i32,
}

impl Replayed {
    /// How many came to this.
    pub fn of(&self, came: Came) -> i32 {
        match came {
            Came::Applied => self.applied,
            Came::Duplicate => self.duplicate,
            Came::Ignored => self.ignored,
            Came::Rejected => self.rejected,
            Came::Pending => self.pending,
        }
    }
}

/// One webhook with all that is kept of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookPage {
    /// What the log shows of it.
    pub line: WebhookLine,
    /// Its content type.
    pub content_type: Option<String>,
    /// By which door it came; empty: by the connection's own address.
    pub door: String,
    /// The tag of that door.
    pub tag: Option<String>,
    /// The query of its address.
    pub query: String,
    /// What it holds.
    pub body: RawBody,
    /// Its items as the desk reads them now, each as JSON; or why it cannot be read.
    pub items: Result<Vec<String>, String>,
    /// What was rejected of it, with the place in the body from 0.
    pub rejections: Vec<(i32, Rejection)>,
}

/// A body as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
pub enum RawBody {
    /// JSON, with line breaks.
    Json(String),
    /// A form's fields.
    Form(Vec<(String, String)>),
    /// Some other text; what is not UTF-8 is replaced.
    Text(String),
    /// It was dropped after its time.
    Gone,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_the_trip_through_an_address() {
        let key = WebhookKey { day: 20_418, id: 7 };
        assert_eq!(key.to_string().parse(), Ok(key));
        for wrong in ["", "7", "a-b", "1-", "99999999999-1"] {
            assert_eq!(wrong.parse::<WebhookKey>(), Err(NoWebhookKey), "{wrong}");
        }
    }
}
