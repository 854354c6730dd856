//! What came in, as its provider understands it. Before any transaction.

use std::panic::AssertUnwindSafe;

use bytes::Bytes;
use contract::Time;

use crate::channels::{Answer, Arrived, Item, Malformed, Provider};
use crate::store::ledger::{Incoming, Source};

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

/// The same, with another name of the channel that it is about.
pub fn read_named(
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
