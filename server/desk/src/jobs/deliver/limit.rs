//! A number's budget: how many messages a second it may send, less what comes in where that counts.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// How much of the rate is used: the network can push together what left apart, and not one message may be too many.
const USED: f64 = 0.99;
/// The most messages that come in for each that goes out: however much a number hears, it can still answer.
const MOST_HEARD: u64 = 9;

/// A number's limiter.
pub(super) struct Limit {
    bucket: DefaultDirectRateLimiter,
    rate: i32,
    /// Messages that have come in, of those that were counted already.
    heard: u64,
}

impl Limit {
    /// A budget of so many messages a second. What had come in before is not counted.
    pub(super) fn new(rate: i32, heard: u64) -> Limit {
        Limit { bucket: bucket(rate), rate, heard }
    }

    /// Goes on with another rate, if it is another one.
    pub(super) fn set_rate(&mut self, rate: i32) {
        if rate != self.rate {
            (self.rate, self.bucket) = (rate, bucket(rate));
        }
    }

    /// Waits until the next message may leave. What has come in since, of `heard` in all, has its turns first.
    pub(super) async fn turn(&mut self, heard: u64) {
        let new = heard.saturating_sub(self.heard).min(MOST_HEARD);
        self.heard = heard;
        for _ in 0..new {
            self.bucket.until_ready().await;
        }
        self.bucket.until_ready().await;
    }
}

fn bucket(rate: i32) -> DefaultDirectRateLimiter {
    let rate = u32::try_from(rate).unwrap_or(1).max(1);
    let period = Duration::from_secs_f64(1.0 / (f64::from(rate) * USED));
    let burst = NonZeroU32::new(rate / 200).map_or(NonZeroU32::MIN, |burst| burst).max(TWO);
    // The period is never zero.
    let quota = Quota::with_period(period).unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN));
    RateLimiter::direct(quota.allow_burst(burst))
}

const TWO: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// How many turns there are in a tenth of a second.
    async fn turns(limit: &mut Limit, mut heard: impl FnMut() -> u64) -> u32 {
        let begun = Instant::now();
        let mut turns = 0;
        while begun.elapsed() < Duration::from_millis(100) {
            limit.turn(heard()).await;
            turns += 1;
        }
        turns
    }

    #[tokio::test]
    async fn no_more_leaves_than_the_rate_allows() {
        let mut limit = Limit::new(200, 0);
        // A burst of two, and the turn that was begun when the time was over.
        assert!(turns(&mut limit, || 0).await <= 23);
    }

    #[tokio::test]
    async fn what_comes_in_takes_its_turns_and_something_can_always_leave() {
        let mut limit = Limit::new(400, 0);
        let mut heard = 0;
        let sent = turns(&mut limit, || {
            heard += 3;
            heard
        });
        assert!((2..=13).contains(&sent.await), "three come in for each that leaves");
        let mut limit = Limit::new(1_000, 0);
        let mut heard = 0;
        let sent = turns(&mut limit, || {
            heard += 1_000;
            heard
        });
        assert!(sent.await >= 2);
    }
}
