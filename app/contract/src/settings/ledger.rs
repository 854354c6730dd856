//! What came in, and what became of it.

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// What came in, and what became of it. Counted in items; a webhook not yet parsed counts as one that is
/// pending, so that `received = applied + duplicate + ignored + rejected + pending` always holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct LedgerView {
    /// Everything that came in with a right signature.
    pub received: i64,
    /// What changed something.
    pub applied: i64,
    /// What was known already.
    pub duplicate: i64,
    /// What is of no concern here.
    pub ignored: i64,
    /// What could not be understood, with a reason each.
    pub rejected: i64,
    /// What is still to be looked at.
    pub pending: i64,
    /// The latest rejected items, latest first, at most 100.
    pub rejections: Vec<Rejection>,
}

impl LedgerView {
    /// Whether the equation holds.
    pub fn balanced(&self) -> bool {
        self.received == self.applied + self.duplicate + self.ignored + self.rejected + self.pending
    }
}

/// One rejected item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// When it came in.
    pub at: Time,
    /// On which connection.
    pub connection_name: String,
    /// Why it was rejected, for a program (`malformed`, `unknown_channel`).
    pub reason: String,
    /// Why, for a person.
    pub detail: String,
}
