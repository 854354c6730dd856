//! A webhook that was applied before, read and applied again: after a number was added, or by a newer build. What is
//! known by the provider's ids stays as it is.

use contract::webhook::Replayed;

use super::{Parsed, carry_out};
use crate::flows::Outcome;
use crate::state::Desk;
use crate::store::ledger::Tally;

/// Applies a webhook again, in one transaction. What came of it this time; nothing if it is not to be had at present:
/// it waits to be applied for the first time, or somebody else applies it.
pub async fn replay(desk: &Desk, parsed: &Parsed) -> Outcome<Option<Replayed>> {
    let mut tx = desk.store.begin().await?;
    let Some(before) = tx.reopen_entry(&parsed.pending.entry).await? else { return Ok(None) };
    let done = carry_out(desk, &mut tx, std::slice::from_ref(parsed), Some(before)).await;
    let (mut news, tallies) = match done {
        Ok(done) => done,
        Err(failed) => {
            tx.rollback().await?;
            return Err(failed);
        }
    };
    let Some((entry, now)) = tallies.into_iter().next() else {
        // Too early to tell whether it repeats another one.
        tx.rollback().await?;
        return Ok(None);
    };
    tx.settle_entries(&[(entry, together(before, now))]).await?;
    let tx = news.ask_rules(desk, tx).await?;
    tx.commit().await?;
    news.tell(desk).await?;
    Ok(Some(Replayed {
        items: now.items,
        applied: now.applied,
        duplicate: now.duplicate,
        ignored: now.ignored,
        rejected: now.rejected,
        pending: now.parked,
    }))
}

/// What became of a webhook's items over both times: what was applied at first is known at the second time, and was
/// applied all the same. The sum is always that of the items.
fn together(before: Tally, now: Tally) -> Tally {
    let known = now.applied + now.duplicate;
    let applied = known.min(before.applied + now.applied);
    Tally { applied, duplicate: known - applied, ..now }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_applied_at_first_stays_applied_and_the_sum_is_that_of_the_items() {
        let before = Tally { items: 5, applied: 2, duplicate: 1, rejected: 2, ..Tally::default() };
        let now = Tally { items: 5, applied: 1, duplicate: 3, rejected: 1, ..Tally::default() };
        let both = together(before, now);
        assert_eq!((both.applied, both.duplicate, both.rejected), (3, 1, 1));
        assert_eq!(both.applied + both.duplicate + both.ignored + both.rejected + both.parked, both.items);
    }
}
