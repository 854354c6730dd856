//! How often a token may call: so many calls a second, with some to spare for a burst. Each server counts for itself.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use contract::TokenId;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use http::{HeaderName, HeaderValue, header};

/// Seconds' worth of calls that may come at once.
const BURST: u32 = 4;
/// Tokens that are counted at once.
const TOKENS: u64 = 10_000;

type Limiter = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

/// The counts of this process.
pub struct Rates(moka::sync::Cache<(TokenId, u32), Arc<Limiter>>);

impl Default for Rates {
    fn default() -> Rates {
        let idle = Duration::from_secs(300);
        Rates(moka::sync::Cache::builder().max_capacity(TOKENS).time_to_idle(idle).build())
    }
}

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    limit: u32,
    remaining: u32,
    rate: u32,
    /// How long to wait, where it was one too many.
    pub(super) wait: Option<Duration>,
}

impl Rates {
    /// Counts a call of a token that may make so many a second.
    pub(super) fn count(&self, token: TokenId, rate: u32) -> Standing {
        let rate = NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN);
        let limit = rate.saturating_mul(NonZeroU32::new(BURST).unwrap_or(NonZeroU32::MIN));
        let limiter = self.0.get_with((token, rate.get()), || {
            let quota = Quota::per_second(rate).allow_burst(limit);
            Arc::new(RateLimiter::direct(quota).with_middleware::<StateInformationMiddleware>())
        });
        let (remaining, wait) = match limiter.check() {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(not_until) => (0, Some(not_until.wait_time_from(DefaultClock::default().now()))),
        };
        Standing { limit: limit.get(), remaining, rate: rate.get(), wait }
    }
}

impl Standing {
    /// Says where the token stands: how many may come at once, how many of those are left, and after how many seconds
    /// all of them are.
    pub(super) fn tell(&self, response: &mut Response) {
        let headers = response.headers_mut();
        let reset = (self.limit - self.remaining.min(self.limit)).div_ceil(self.rate);
        let told = [
            ("ratelimit-limit", self.limit),
            ("ratelimit-remaining", self.remaining),
            ("ratelimit-reset", reset),
        ];
        for (name, value) in told {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
        if let Some(wait) = self.wait {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn one_call_too_many_waits_and_another_token_does_not() {
        let (rates, one, other) =
            (Rates::default(), TokenId(Uuid::from_u128(1)), TokenId(Uuid::from_u128(2)));
        let standings: Vec<_> = (0..5).map(|_| rates.count(one, 1)).collect();
        assert_eq!(standings[0].remaining, 3);
        assert!(standings[..4].iter().all(|standing| standing.wait.is_none()));
        assert!(standings[4].wait.is_some_and(|wait| wait <= Duration::from_secs(1)));
        assert_eq!(rates.count(other, 1).wait, None);
        let mut response = Response::new(axum::body::Body::empty());
        standings[4].tell(&mut response);
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(response.headers()["ratelimit-reset"], "4");
    }
}
