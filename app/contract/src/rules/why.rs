//! Why a conversation is where it is: what rules have decided about it.

use serde::{Deserialize, Serialize};

use super::{Decision, RuleWords};
use crate::id::ConversationId;

/// Which decisions are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DecisionQuery {
    /// About which conversation.
    pub conversation: ConversationId,
    /// Where the page before has ended; absent: from the latest on.
    pub before: Option<i64>,
}

/// A page of decisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decisions {
    /// The decisions, the latest first.
    pub decisions: Vec<Decision>,
    /// Where the next page begins; absent: there is none.
    pub next: Option<i64>,
    /// What they name, so that they can be read by people.
    pub words: RuleWords,
}
