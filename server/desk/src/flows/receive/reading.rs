//! What came in, as its provider understands it.

use std::collections::{HashMap, hash_map};
use std::panic::AssertUnwindSafe;

use bytes::Bytes;
use contract::{ConnectionId, Time};

use super::Parsed;
use crate::channels::{self, Answer, Arrived, Item, Malformed, Provider};
use crate::state::Desk;
use crate::store;
use crate::store::ledger::{Incoming, Pending, Source};

/// What a provider makes of something that came in. One that panics rejects it.
pub fn read(provider: &dyn Provider, incoming: &Incoming, received_at: Time) -> Result<Vec<Item>, Malformed> {
    let arrived = incoming.arrived(received_at);
    let parse = || match incoming.source {
        Source::Webhook => provider.parse(&arrived),
        Source::Backlog => listed(provider, &arrived),
    };
    std::panic::catch_unwind(AssertUnwindSafe(parse))
        .unwrap_or_else(|_| Err(Malformed("The desk panicked while reading it.".to_owned())))
}

/// The providers of connections. None for one that is gone.
pub struct Providers(HashMap<ConnectionId, Option<&'static dyn Provider>>);

impl Providers {
    /// Those of these connections.
    pub async fn of(
        desk: &Desk,
        connections: impl Iterator<Item = ConnectionId>,
    ) -> store::Result<Providers> {
        let mut providers = HashMap::new();
        for connection in connections {
            if let hash_map::Entry::Vacant(entry) = providers.entry(connection) {
                let word = desk.connections.provider(desk, connection).await?;
                entry.insert(word.as_deref().and_then(channels::provider));
            }
        }
        Ok(Providers(providers))
    }

    /// Whether every one of them is there and gives each message an id.
    pub(super) fn all_have_ids(&self) -> bool {
        self.0.values().all(|provider| provider.is_some_and(|provider| provider.about().has_ids))
    }

    /// What its provider makes of a webhook. A parser that panics rejects it, and no other.
    pub fn parse(&self, pending: Pending) -> Parsed {
        let (items, also) = self.read(&pending);
        Parsed::new(pending, items).also_named(also)
    }

    /// The same as it stands in the webhook, with another name of the channel that it is about.
    pub fn read(&self, pending: &Pending) -> (Result<Vec<Item>, Malformed>, Option<String>) {
        match self.0.get(&pending.incoming.connection).copied().flatten() {
            Some(provider) => read_named(provider, &pending.incoming, pending.received_at),
            None => (Err(Malformed("The connection it came in on is gone.".to_owned())), None),
        }
    }
}

/// What a provider makes of something that came in, with another name of the channel that it is about.
fn read_named(
    provider: &dyn Provider,
    incoming: &Incoming,
    received_at: Time,
) -> (Result<Vec<Item>, Malformed>, Option<String>) {
    let items = read(provider, incoming, received_at);
    let name = || provider.also_named(&incoming.arrived(received_at));
    let also =
        items.is_ok().then(|| std::panic::catch_unwind(AssertUnwindSafe(name)).ok().flatten()).flatten();
    (items, also)
}

/// A page of a provider's list of what came in.
fn listed(provider: &dyn Provider, arrived: &Arrived<'_>) -> Result<Vec<Item>, Malformed> {
    let Some(backlog) = provider.backlog() else {
        return Err(Malformed("The provider has no list of what came in.".to_owned()));
    };
    let answer = Answer { status: 200, retry_after: None, body: Bytes::copy_from_slice(arrived.body) };
    let missed = backlog.listed(&answer, arrived.at).map_err(|fault| Malformed(fault.reason))?;
    Ok(missed.items)
}
