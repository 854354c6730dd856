//! What one customer may get of a number: a few at once, then one by one. Whoever has had too many waits by themself;
//! all others go on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::channels::{PairLimit, Recipient};
use crate::store::outbox::SentLately;

/// How many customers are remembered before those who have waited long enough are forgotten.
const MANY: usize = 4_096;

/// The customers that a number has written to lately. Clones share what they know.
#[derive(Clone)]
pub(super) struct Pairs {
    limit: Option<PairLimit>,
    /// When each would have had everything at an even pace.
    paid: Arc<Mutex<HashMap<String, Instant>>>,
}

impl Pairs {
    /// Nobody has been written to yet.
    pub(super) fn new(limit: Option<PairLimit>) -> Pairs {
        Pairs { limit, paid: Arc::default() }
    }

    /// Takes note of what another process has sent: to whom, and how long ago.
    pub(super) fn restore(&self, sent: &[SentLately], now: Instant) {
        let Some(limit) = self.limit else { return };
        let mut paid = self.paid();
        for one in sent {
            let Some(key) = key(&one.to) else { continue };
            // As it was counted there: each took its time, from when it went or from the one before.
            let left = one.ago_ms.iter().fold(None, |left: Option<i64>, ago| {
                let went = -ago;
                Some(
                    left.map_or(went, |left| left.max(went))
                        + i64::try_from(limit.every.as_millis()).unwrap_or(0),
                )
            });
            let Some(Ok(left)) = left.map(u64::try_from) else { continue };
            let until = now + Duration::from_millis(left);
            let known = paid.entry(key.to_owned()).or_insert(until);
            *known = until.max(*known);
        }
    }

    /// Counts one message to a customer, or says how long it has to wait and counts nothing.
    pub(super) fn turn(&self, to: &Recipient, now: Instant) -> Result<(), Duration> {
        let (Some(limit), Some(key)) = (self.limit, key(to)) else { return Ok(()) };
        let mut paid = self.paid();
        if paid.len() >= MANY {
            paid.retain(|_, paid| *paid > now);
        }
        let until = paid.get(key).copied().map_or(now, |paid| paid.max(now));
        let ahead = until.duration_since(now);
        let most = limit.every * limit.burst.saturating_sub(1);
        if ahead > most {
            return Err(ahead.saturating_sub(most));
        }
        paid.insert(key.to_owned(), until + limit.every);
        Ok(())
    }

    /// The provider says that a customer has had too many: it knows better.
    pub(super) fn exhaust(&self, to: &Recipient, now: Instant) {
        let (Some(limit), Some(key)) = (self.limit, key(to)) else { return };
        let full = now + limit.every * limit.burst;
        let mut paid = self.paid();
        let until = paid.entry(key.to_owned()).or_insert(full);
        *until = full.max(*until);
    }

    fn paid(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        // What is counted is whole after each statement.
        self.paid.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One name of a customer; the number of those who have one.
fn key(to: &Recipient) -> Option<&str> {
    [&to.phone, &to.user_id, &to.external_id].into_iter().flatten().next().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(phone: &str) -> Recipient {
        Recipient { phone: Some(phone.to_owned()), ..Recipient::default() }
    }

    #[test]
    fn a_burst_goes_at_once_then_one_by_one_and_each_customer_alone() {
        let pairs = Pairs::new(Some(PairLimit { burst: 3, every: Duration::from_secs(6) }));
        let (ana, ben, start) = (to("1"), to("2"), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        for _ in 0..3 {
            assert_eq!(pairs.turn(&ana, start), Ok(()));
        }
        assert_eq!(pairs.turn(&ana, start), Err(Duration::from_secs(6)));
        assert_eq!(pairs.turn(&ana, after(2)), Err(Duration::from_secs(4)), "what waits counts nothing");
        assert_eq!(pairs.turn(&ben, start), Ok(()));
        assert_eq!(pairs.turn(&ana, after(6)), Ok(()));
        assert_eq!(pairs.turn(&ana, after(6)), Err(Duration::from_secs(6)));
        assert_eq!(pairs.turn(&ana, after(60)), Ok(()), "time pays everything back, and no more than that");
        pairs.exhaust(&ben, after(60));
        assert_eq!(pairs.turn(&ben, after(60)), Err(Duration::from_secs(6)));
        let none = Pairs::new(None);
        assert!((0..1_000).all(|_| none.turn(&ana, start).is_ok()));
    }

    #[test]
    fn what_another_process_has_sent_counts_as_far_as_it_is_not_paid() {
        let pairs = Pairs::new(Some(PairLimit { burst: 3, every: Duration::from_secs(6) }));
        let (ana, ben, start) = (to("1"), to("2"), Instant::now());
        // Three at once, one second ago; and one long ago.
        let sent = [
            SentLately { to: ana.clone(), ago_ms: vec![1_000, 1_000, 1_000] },
            SentLately { to: ben.clone(), ago_ms: vec![60_000] },
        ];
        pairs.restore(&sent, start);
        assert_eq!(pairs.turn(&ana, start), Err(Duration::from_secs(5)));
        assert!((0..3).all(|_| pairs.turn(&ben, start).is_ok()));
        pairs.restore(&sent, start);
        assert_eq!(
            pairs.turn(&ben, start),
            Err(Duration::from_secs(6)),
            "what is known here is not forgotten"
        );
    }

    #[test]
    fn those_who_have_waited_long_enough_are_forgotten() {
        let pairs = Pairs::new(Some(PairLimit { burst: 3, every: Duration::from_secs(6) }));
        let start = Instant::now();
        for phone in 0..MANY {
            pairs.turn(&to(&phone.to_string()), start).unwrap();
        }
        pairs.turn(&to("later"), start + Duration::from_secs(7)).unwrap();
        assert_eq!(pairs.paid().len(), 1);
    }
}
