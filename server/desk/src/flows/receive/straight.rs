//! The short way: webhooks that come in one by one are kept and applied in one transaction, and answered after it. What
//! they hold is seen two commits sooner than if they were kept first, and costs half the writing. Whatever is in the
//! way of it, they take the long way: kept first, applied as often as it takes.

use contract::ConnectionId;

use super::{Aftermath, Providers, gather, write};
use crate::flows::Outcome;
use crate::state::Desk;
use crate::store::batch::Begun;
use crate::store::bots::Taken;
use crate::store::ledger::{Entry, Incoming, Pending};
use crate::store::{Own, Tx};

/// Webhooks that are kept and applied, and not committed yet.
pub struct Straight {
    tx: Tx,
    entries: Vec<Entry>,
    news: Aftermath,
    /// Turns that were taken with them.
    taken: Vec<Taken>,
}

/// Keeps and applies webhooks. Nothing if one of them must be kept first: without ids of its provider, it is told from
/// one that comes again by whether that one was answered.
pub async fn straight(desk: &Desk, incoming: &[Incoming]) -> Outcome<Option<Straight>> {
    let mut connections: Vec<ConnectionId> = incoming.iter().map(|one| one.connection).collect();
    connections.sort_unstable();
    connections.dedup();
    let providers = Providers::of(desk, connections.iter().copied()).await?;
    if !providers.all_have_ids() {
        return Ok(None);
    }
    let mut tx = desk.store.begin_own(Own::Keep).await?;
    let Begun { locked: entries, now, channels } = tx.begin_new(incoming.len(), &connections).await?;
    let pending = entries.iter().zip(incoming).map(|(entry, incoming)| Pending {
        entry: entry.clone(),
        received_at: now,
        attempts: 0,
        incoming: incoming.clone(),
    });
    let parsed: Vec<_> = pending.map(|pending| providers.parse(pending)).collect();
    let parsed: Vec<_> = parsed.iter().collect();
    let mut work = gather::gather(&mut tx, &parsed, channels, now).await?;
    work.apply_all(&parsed);
    let mut news = work.news(desk);
    let (turns, at_once) = (work.turns.len(), work.at_once(desk));
    let taken = write::write(&mut tx, work, write::How { new: Some(&parsed), at_once }).await?;
    // Nobody looks for turns that are taken.
    news.turns = taken.len() < turns;
    let tx = news.ask_rules(desk, tx).await?;
    Ok(Some(Straight { tx, entries, news, taken }))
}

impl Straight {
    /// Makes it last, and tells others. The places of the webhooks, in their order.
    pub async fn commit(self, desk: &Desk) -> Outcome<Vec<Entry>> {
        // What asking the bots needs besides is read meanwhile.
        let turns = desk.turns.prepare(desk, self.taken);
        self.tx.commit().await?;
        if let Some(turns) = turns {
            desk.turns.begin_prepared(desk, turns);
        }
        if let Err(failed) = self.news.tell(desk).await {
            tracing::warn!(error = %failed, "not everybody could be told of webhooks that were applied");
        }
        Ok(self.entries)
    }
}
