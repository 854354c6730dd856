//! Fetching what a provider did not deliver.

use jiff::Timestamp;

use super::{Answer, Fault, Item, NotCarried, Step, Via};

/// How a provider lists what came in on a channel. What is known already is dropped by its id.
pub trait Backlog: Send + Sync {
    /// The next call on the way to one page of what came in since a moment; `page` is what the page before named
    /// as the next one.
    fn list(&self, via: &Via<'_>, since: Timestamp, page: Option<&str>) -> Result<Step, NotCarried>;

    /// Reads a page: the items of what came in, as a webhook would have brought them.
    fn listed(&self, answer: &Answer, at: Timestamp) -> Result<Missed, Fault>;
}

/// One page of what came in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Missed {
    /// The items.
    pub items: Vec<Item>,
    /// Names the next page; absent on the last one.
    pub next: Option<String>,
}
