//! One number's lane: claims what is due, a little ahead, and lets it leave at the number's rate; several
//! conversations go at once.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use contract::DeliveryId;
use tokio::sync::{Mutex, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use super::call;
use super::limit::Limit;
use super::outcomes::Outcomes;
use super::pairs::Pairs;
use crate::channels::{self, PairLimit};
use crate::live::bus::Topic;
use crate::state::Desk;
use crate::store::outbox::Claimed;
use crate::store::senders::Sender;

/// How often a lane looks by itself: for what is to be tried again.
const LOOK: Duration = Duration::from_secs(1);

/// What the provider has asked for: until when the number rests, and which customers have had too many.
#[derive(Clone)]
pub(super) struct Rest {
    until: Arc<Mutex<Option<Instant>>>,
    /// The customers that were written to lately.
    pub(super) pairs: Pairs,
}

impl Rest {
    fn new(limit: Option<PairLimit>) -> Rest {
        Rest { until: Arc::default(), pairs: Pairs::new(limit) }
    }

    /// The number rests for so long.
    pub(super) async fn rest(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut known = self.until.lock().await;
        *known = Some(known.map_or(until, |known| known.max(until)));
    }

    async fn until(&self) -> Option<Instant> {
        self.until.lock().await.filter(|until| *until > Instant::now())
    }
}

/// Runs until the lease is given up or the process stops. What is under way then it finishes; what was claimed and not
/// begun goes back.
pub(super) async fn run(desk: Desk, lease: watch::Receiver<Sender>, outcomes: Outcomes) {
    let sender = lease.borrow().clone();
    let provider = channels::provider(&sender.provider);
    let counts = provider.is_some_and(|one| one.about().rate_counts_inbound);
    let limit = Limit::new(sender.rate, desk.hub.heard(sender.channel));
    let pairs = provider.and_then(|one| one.pair_limit());
    let rest = Rest::new(pairs);
    if let Some(pairs) = pairs {
        match desk.store.sent_lately(sender.channel, pairs.every * pairs.burst).await {
            Ok(sent) => rest.pairs.restore(&sent, Instant::now()),
            // Then the provider says when somebody has had too many.
            Err(error) => tracing::warn!(error = %error, "what was sent lately could not be looked up"),
        }
    }
    let lane = Lane {
        outcomes,
        rest,
        calls: JoinSet::new(),
        queue: VecDeque::new(),
        claiming: None,
        limit,
        counts,
        lease,
        desk,
    };
    lane.run().await;
}

struct Lane {
    desk: Desk,
    lease: watch::Receiver<Sender>,
    outcomes: Outcomes,
    rest: Rest,
    limit: Limit,
    /// Whether what comes in counts against the rate.
    counts: bool,
    /// Claimed, and waiting for their turn.
    queue: VecDeque<Claimed>,
    /// The claim that is under way, beside the sending.
    claiming: Option<JoinHandle<Vec<Claimed>>>,
    calls: JoinSet<()>,
}

impl Lane {
    async fn run(mut self) {
        let mut woken = self.desk.bus.listen(Topic::Deliveries);
        while !self.desk.stop.is_cancelled() && self.lease.has_changed().is_ok() {
            let sender = self.lease.borrow_and_update().clone();
            self.limit.set_rate(sender.rate);
            if let Some(until) = self.rest.until().await {
                self.give_back(&sender).await;
                self.pause(until).await;
                continue;
            }
            self.reap();
            if self.claiming.is_none() && self.queue.len() * 2 < ahead(&sender) {
                // Seen before the claim, so that a wake-up during it is not lost.
                woken.borrow_and_update();
                self.claim(&sender);
            }
            match self.queue.pop_front() {
                Some(one) => self.send(&sender, one).await,
                None => self.wait(&mut woken).await,
            }
        }
        let sender = self.lease.borrow().clone();
        self.give_back(&sender).await;
        while self.calls.join_next().await.is_some() {}
    }

    fn reap(&mut self) {
        while self.calls.try_join_next().is_some() {}
    }

    /// Begins to claim as many as may leave soon. Nothing is claimed while as many calls are under way as may be.
    fn claim(&mut self, sender: &Sender) {
        let room = at_once(sender).saturating_sub(self.calls.len() + self.queue.len()).min(ahead(sender));
        if room == 0 {
            return;
        }
        let (desk, sender) = (self.desk.clone(), sender.clone());
        self.claiming = Some(tokio::spawn(async move {
            match desk.store.claim(&sender, i64::try_from(room).unwrap_or(1)).await {
                Ok(claimed) => claimed,
                Err(error) => {
                    tracing::warn!(error = %error, "deliveries wait for the database");
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    Vec::new()
                }
            }
        }));
    }

    async fn send(&mut self, sender: &Sender, one: Claimed) {
        if let Err(wait) = self.rest.pairs.turn(&one.to, Instant::now()) {
            // This customer's alone: it waits in the queue, and whoever comes next goes on.
            self.calls.spawn(put_off(self.desk.clone(), sender.clone(), one.id, wait));
            return;
        }
        let heard = if self.counts { self.desk.hub.heard(sender.channel) } else { 0 };
        self.limit.turn(heard).await;
        self.calls.spawn(call::make(
            self.desk.clone(),
            sender.clone(),
            one,
            (self.rest.clone(), self.outcomes.clone()),
        ));
        if self.claiming.as_ref().is_some_and(JoinHandle::is_finished) {
            self.claimed().await;
        }
    }

    /// Takes what the claim has brought.
    async fn claimed(&mut self) -> bool {
        let Some(claiming) = self.claiming.take() else { return false };
        let claimed = claiming.await.unwrap_or_default();
        let some = !claimed.is_empty();
        self.queue.extend(claimed);
        some
    }

    /// Nothing is in hand: waits for the claim, for news, or for room.
    async fn wait(&mut self, woken: &mut watch::Receiver<u64>) {
        if self.claiming.is_some() && self.claimed().await {
            return;
        }
        let full = self.calls.len() >= at_once(&self.lease.borrow());
        tokio::select! {
            () = self.desk.stop.cancelled() => {}
            _ = woken.changed(), if !full => {}
            _ = self.calls.join_next(), if !self.calls.is_empty() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }

    /// What was claimed and not begun is free again at once, not when its lease ends.
    async fn give_back(&mut self, sender: &Sender) {
        self.claimed().await;
        let ids: Vec<_> = self.queue.drain(..).map(|one| one.id).collect();
        if ids.is_empty() {
            return;
        }
        if let Err(error) = self.desk.store.give_back(sender, &ids).await {
            tracing::warn!(error = %error, "claimed deliveries could not be given back; they will be uncertain");
        }
    }

    async fn pause(&self, until: Instant) {
        tokio::select! {
            () = self.desk.stop.cancelled() => {}
            () = tokio::time::sleep_until(until.min(Instant::now() + LOOK)) => {}
        }
    }
}

/// Back into the queue, until its customer may get the next one.
async fn put_off(desk: Desk, sender: Sender, delivery: DeliveryId, wait: Duration) {
    let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX) + 1;
    if let Err(error) = desk.store.put_off(&sender, delivery, wait_ms).await {
        tracing::warn!(error = %error, "a claimed delivery could not be put off; it will be uncertain");
    }
}

/// Claimed ahead: what leaves in a quarter of a second.
fn ahead(sender: &Sender) -> usize {
    usize::try_from(sender.rate / 4).unwrap_or(1).clamp(2, 256)
}

/// Calls that one number may have under way: enough for its rate at half a second a call.
fn at_once(sender: &Sender) -> usize {
    usize::try_from(sender.rate / 2).unwrap_or(1).clamp(32, 512)
}
