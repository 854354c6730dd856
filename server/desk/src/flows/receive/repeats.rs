//! Messages to which the provider gives no id. They get one of ours, after their place in the ledger; and whether
//! one is the repeat of another is told by what became of the earlier webhook: a provider repeats what was not
//! answered, a customer says "ok" twice after it was.

use contract::ConnectionId;

use super::{Batch, Parsed};
use crate::channels::{Inbound, Item};
use crate::store::ledger::Entry;
use crate::store::repeats::{Seen, Sighting};

/// How old a webhook is, in milliseconds, once its answer has surely gone out if it ever will: longer than the
/// handler waits, and than writing the answer down takes.
const ANSWERED_BY_MS: i64 = 2_900;

/// Gives ids of ours to messages that came without. Where the provider gives one, that alone tells repeats.
pub(super) fn name(entry: &Entry, items: &mut [Item]) {
    for (index, item) in items.iter_mut().enumerate() {
        let Item::Message(inbound) = item else { continue };
        if inbound.id.is_empty() {
            inbound.id = format!("{}/{}#{index}", entry.day, entry.id);
        } else {
            inbound.repeat = None;
        }
    }
}

/// The messages of a webhook that repeats are looked for of.
pub(super) fn sightings(parsed: &Parsed) -> impl Iterator<Item = Sighting> {
    parsed.items.iter().flatten().filter_map(|item| match item {
        Item::Message(inbound) => sighting(parsed, inbound),
        _ => None,
    })
}

fn sighting(parsed: &Parsed, inbound: &Inbound) -> Option<Sighting> {
    Some(Sighting {
        connection: parsed.pending.incoming.connection,
        digest: inbound.repeat.clone()?,
        entry: parsed.pending.entry.clone(),
        received_at: parsed.pending.received_at,
    })
}

/// The order in which webhooks came in.
fn place(sighting: &Sighting) -> (i64, i64) {
    (sighting.received_at.0, sighting.entry.id)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Own,
    Repeat,
    /// The earlier webhook is so young that its answer may be on its way.
    TooEarly,
}

impl Batch {
    /// Whether it is too early to tell if a webhook's messages are repeats. It stays pending, and is found again a
    /// moment later.
    pub(super) fn is_too_early(&self, parsed: &Parsed) -> bool {
        sightings(parsed).any(|sighting| self.verdict(&sighting) == Verdict::TooEarly)
    }

    /// Whether a message is the repeat of another one. Either way it was seen.
    pub(super) fn is_repeat(&mut self, parsed: &Parsed, inbound: &Inbound) -> bool {
        let Some(sighting) = sighting(parsed, inbound) else { return false };
        let verdict = self.verdict(&sighting);
        for seen in self.seen.iter_mut().filter(|seen| seen.sighting == sighting) {
            seen.applied = true;
        }
        self.sighted.push(sighting);
        verdict == Verdict::Repeat
    }

    fn verdict(&self, sighting: &Sighting) -> Verdict {
        let here = place(sighting);
        let own = self.seen.iter().find(|seen| seen.sighting == *sighting);
        let near = |seen: &&Seen| {
            let apart = seen.sighting.received_at.0.abs_diff(sighting.received_at.0);
            seen.applied
                && same(&seen.sighting, sighting.connection, &sighting.digest)
                && seen.sighting.entry != sighting.entry
                && i64::try_from(apart).is_ok_and(|apart| apart <= seen.window_ms)
        };
        let others = || self.seen.iter().filter(near);
        let before =
            others().filter(|seen| place(&seen.sighting) < here).max_by_key(|seen| place(&seen.sighting));
        // The repeat can be applied first: the process that had kept this one is gone, and another one has the repeat.
        let after = others().any(|seen| place(&seen.sighting) > here);
        let unanswered = before.into_iter().chain(own.filter(|_| after)).filter(|seen| !seen.answered);
        let mut verdict = Verdict::Own;
        for seen in unanswered {
            if self.now.since_ms(seen.sighting.received_at) < ANSWERED_BY_MS {
                return Verdict::TooEarly;
            }
            verdict = Verdict::Repeat;
        }
        verdict
    }
}

fn same(sighting: &Sighting, connection: ConnectionId, digest: &str) -> bool {
    sighting.connection == connection && sighting.digest == digest
}
