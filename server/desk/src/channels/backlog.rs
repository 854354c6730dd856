//! Fetching what a provider did not deliver.

use jiff::Timestamp;

use super::{Answer, Fault, Item, NotCarried, Step, Via};

/// How a provider lists what came in on a channel. What is known already is dropped by its id.
pub trait Backlog: Send + Sync {
    /// The next call on the way to one page of what came in since a moment; `page` is what the page before named
    /// as the next one.
    fn list(&self, via: &Via<'_>, since: Timestamp, page: Option<&str>) -> Result<Step, NotCarried>;

    /// Whether a channel stands for several numbers, each of which has a list of its own.
    fn is_several(&self, _channel: &str) -> bool {
        false
    }

    /// The next call on the way to one page of the numbers that such a channel stands for; `page` is what the page
    /// before named as the next one.
    fn numbers(&self, _via: &Via<'_>, _page: Option<&str>) -> Result<Step, NotCarried> {
        Err(NotCarried("This channel is one number.".to_owned()))
    }

    /// Reads a page of them, as the lists know them.
    fn numbers_of(&self, _answer: &Answer) -> Result<Numbers, Fault> {
        Ok(Numbers::default())
    }

    /// Reads a page: the items of what came in, as a webhook would have brought them.
    fn listed(&self, answer: &Answer, at: Timestamp) -> Result<Missed, Fault>;
}

/// One page of the numbers that a channel stands for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Numbers {
    /// The numbers.
    pub numbers: Vec<String>,
    /// Names the next page; absent on the last one.
    pub next: Option<String>,
}

/// One page of what came in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Missed {
    /// The items.
    pub items: Vec<Item>,
    /// Names the next page; absent on the last one.
    pub next: Option<String>,
}
