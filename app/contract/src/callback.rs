//! Promises to write back, as people see them and see to them.

use serde::{Deserialize, Serialize};

use crate::conversation::Stage;
use crate::handoff::ReasonCode;
use crate::id::{AgentId, CallbackId, ConversationId, TeamId};
use crate::time::Time;

/// How far a promise has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum CallbackState {
    /// Nobody has written back yet.
    #[default]
    Open,
    /// Somebody has.
    Kept,
    /// It is of no use any more.
    Dropped,
}

impl CallbackState {
    /// Every state.
    pub const ALL: [CallbackState; 3] = [CallbackState::Open, CallbackState::Kept, CallbackState::Dropped];

    /// The word in SQL, in addresses and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            CallbackState::Open => "open",
            CallbackState::Kept => "kept",
            CallbackState::Dropped => "dropped",
        }
    }

    /// The state of a word, if it is one.
    pub fn parse(word: &str) -> Option<CallbackState> {
        CallbackState::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// A place in the list. Written as `MILLISECONDS.ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CallbackKey {
    /// When it is due; of one that is over, when it ended.
    pub at: Time,
    /// Which.
    pub id: CallbackId,
}

impl std::fmt::Display for CallbackKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.at.0, self.id)
    }
}

impl CallbackKey {
    /// The place that is written like this, if it is one.
    pub fn parse(text: &str) -> Option<CallbackKey> {
        let (at, id) = text.split_once('.')?;
        Some(CallbackKey { at: Time(at.parse().ok()?), id: id.parse().ok()? })
    }
}

/// Which promises are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
pub struct CallbackQuery {
    /// In which state.
    pub state: CallbackState,
    /// Of which team.
    pub team: Option<TeamId>,
    /// Whom they are up to: who is to write back, or has the conversation.
    pub agent: Option<AgentId>,
    /// After which place.
    pub after: Option<CallbackKey>,
}

/// One promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackLine {
    /// Which.
    pub id: CallbackId,
    /// Where.
    pub conversation: ConversationId,
    /// To whom.
    pub contact: String,
    /// Their number or id.
    pub address: String,
    /// On which channel.
    pub channel: String,
    /// What the bot said that it is about.
    pub title: Option<String>,
    /// Why the bot let go.
    pub handoff: Option<ReasonCode>,
    /// What kept people from answering, as a word.
    pub reason: String,
    /// When it is due.
    pub due: Time,
    /// When it was promised.
    pub promised: Time,
    /// How far it has come.
    pub state: CallbackState,
    /// Where the conversation is.
    pub stage: Stage,
    /// Who has the conversation.
    pub owner: Option<String>,
    /// Whose it is.
    pub team: Option<String>,
    /// Who is to write back; absent: whoever takes it.
    pub keeper: Option<AgentId>,
    /// Whether it is time, and nobody has written back.
    pub overdue: bool,
    /// Whether free text can be written now; otherwise only a template.
    pub window_open: bool,
    /// When it ended.
    pub ended: Option<Time>,
    /// Who has ended it by hand.
    pub ended_by: Option<String>,
    /// What they had to say to that.
    pub note: Option<String>,
}

/// Promises, a page of them: what is due first in front, what has ended last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackPage {
    /// The promises.
    pub lines: Vec<CallbackLine>,
    /// Where the next page begins.
    pub next: Option<CallbackKey>,
    /// How many of all are overdue, counted up to [`CallbackPage::MOST`].
    pub overdue: i64,
    /// The teams, sorted by name.
    pub teams: Vec<(TeamId, String)>,
    /// The people, sorted by name.
    pub people: Vec<(AgentId, String)>,
}

impl CallbackPage {
    /// Where counting ends.
    pub const MOST: i64 = 100;
}

/// Somebody in particular is to write back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignCallback {
    /// Which promise.
    pub callback: CallbackId,
    /// Who; absent: whoever takes it.
    pub to: Option<AgentId>,
}

/// Somebody sees to a promise by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndCallback {
    /// Which.
    pub callback: CallbackId,
    /// What came of it: kept elsewhere, or of no use any more.
    pub state: CallbackState,
    /// What there is to say to that. Whoever drops one says why.
    pub note: String,
}

impl EndCallback {
    /// The longest note, in characters.
    pub const LONGEST: usize = 500;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let key = CallbackKey { at: Time(1_700_000_000_123), id: CallbackId(uuid::Uuid::from_u128(7)) };
        assert_eq!(CallbackKey::parse(&key.to_string()), Some(key));
        for odd in ["", "5", "x.00000000-0000-0000-0000-000000000007", "5.x"] {
            assert_eq!(CallbackKey::parse(odd), None, "{odd}");
        }
    }
}
