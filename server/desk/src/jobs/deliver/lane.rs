//! One number's lane: claims what is due, at the number's rate, and lets several conversations go at once.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::call;
use crate::live::bus::Topic;
use crate::state::Desk;
use crate::store::senders::Sender;

/// Calls that one number may have under way.
const AT_ONCE: usize = 32;
/// How often a lane looks by itself: for what is to be tried again.
const LOOK: Duration = Duration::from_secs(1);

/// Until when a number rests because the provider asked it to.
#[derive(Clone, Default)]
pub(super) struct Rest(Arc<Mutex<Option<Instant>>>);

impl Rest {
    /// The number rests for so long.
    pub(super) async fn rest(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut known = self.0.lock().await;
        *known = Some(known.map_or(until, |known| known.max(until)));
    }

    async fn until(&self) -> Option<Instant> {
        self.0.lock().await.filter(|until| *until > Instant::now())
    }
}

/// Runs until the lease is given up or the process stops. What it has claimed it finishes.
pub(super) async fn run(desk: Desk, lease: watch::Receiver<Sender>) {
    let mut woken = desk.bus.listen(Topic::Deliveries);
    let rest = Rest::default();
    let mut calls: JoinSet<()> = JoinSet::new();
    let mut limit = limiter(lease.borrow().rate);
    let mut rate = lease.borrow().rate;
    while !desk.stop.is_cancelled() && lease.has_changed().is_ok() {
        woken.borrow_and_update();
        let sender = lease.borrow().clone();
        if sender.rate != rate {
            (rate, limit) = (sender.rate, limiter(sender.rate));
        }
        let claimed = match rest.until().await {
            Some(until) => {
                pause(&desk, until).await;
                continue;
            }
            None => claim(&desk, &sender, &mut calls).await,
        };
        let none = claimed.is_empty();
        for one in claimed {
            limit.until_ready().await;
            calls.spawn(call::make(desk.clone(), sender.clone(), one, rest.clone()));
        }
        if none {
            wait(&desk, &mut woken, &mut calls).await;
        }
    }
    while calls.join_next().await.is_some() {}
}

/// Claims as many as may be under way, and no more than can leave within a second.
async fn claim(desk: &Desk, sender: &Sender, calls: &mut JoinSet<()>) -> Vec<crate::store::outbox::Claimed> {
    while calls.try_join_next().is_some() {}
    let room = AT_ONCE.saturating_sub(calls.len()).min(usize::try_from(sender.rate).unwrap_or(1));
    if room == 0 {
        return Vec::new();
    }
    match desk.store.claim(sender, i64::try_from(room).unwrap_or(1)).await {
        Ok(claimed) => claimed,
        Err(error) => {
            tracing::warn!(error = %error, "deliveries wait for the database");
            tokio::time::sleep(Duration::from_millis(300)).await;
            Vec::new()
        }
    }
}

async fn wait(desk: &Desk, woken: &mut watch::Receiver<u64>, calls: &mut JoinSet<()>) {
    let full = calls.len() >= AT_ONCE;
    tokio::select! {
        () = desk.stop.cancelled() => {}
        _ = woken.changed(), if !full => {}
        _ = calls.join_next(), if !calls.is_empty() => {}
        () = tokio::time::sleep(LOOK) => {}
    }
}

async fn pause(desk: &Desk, until: Instant) {
    tokio::select! {
        () = desk.stop.cancelled() => {}
        () = tokio::time::sleep_until(until.min(Instant::now() + LOOK)) => {}
    }
}

fn limiter(rate: i32) -> DefaultDirectRateLimiter {
    let rate = u32::try_from(rate).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
    let burst = NonZeroU32::new(2).unwrap_or(NonZeroU32::MIN);
    RateLimiter::direct(Quota::per_second(rate).allow_burst(burst))
}
