//! Applying webhooks that are kept: parsed outside any transaction, applied a batch at a time. A batch that fails
//! is halved until the bad webhook stands alone, and then its bad items, which are rejected with the reason.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc, oneshot};

use super::keep::Kept;
use crate::channels::{Item, Malformed};
use crate::flows::receive::{Mode, Parsed, Providers, parked, receive};
use crate::flows::{Failed, Outcome};
use crate::state::Desk;
use crate::store::ledger::{Entry, Incoming, Pending};

/// The most webhooks of one batch.
const MOST: usize = 400;
/// How often the job looks for webhooks that were left behind.
const LOOK: Duration = Duration::from_secs(2);
/// How old a webhook is that counts as left behind, in milliseconds. Younger ones are on their way in memory.
const LEFT_BEHIND_MS: i64 = 3_000;
/// Webhooks that may wait in memory, before and after they are kept.
const WAITING: usize = 8_192;

/// Webhooks on their way into the ledger and out of it.
pub struct Intake {
    to_keep: mpsc::Sender<Kept>,
    keep_inbox: std::sync::Arc<Mutex<mpsc::Receiver<Kept>>>,
    to_apply: mpsc::Sender<Pending>,
    apply_inbox: std::sync::Arc<Mutex<mpsc::Receiver<Pending>>>,
    /// Whether something was left in the database because the queue in memory was full.
    crowded: AtomicBool,
    /// Whether a webhook was turned away: not every provider sends it again.
    refused: AtomicBool,
    /// How much is kept and not applied yet: what comes in now must not pass it.
    ahead: AtomicUsize,
}

/// Something that is kept, until it is applied or left for later.
struct Ahead<'a>(&'a Intake, usize);

impl Drop for Ahead<'_> {
    fn drop(&mut self) {
        self.0.ahead.fetch_sub(self.1, Ordering::Relaxed);
    }
}

impl Default for Intake {
    fn default() -> Intake {
        let (to_keep, keep_inbox) = mpsc::channel(WAITING);
        let (to_apply, apply_inbox) = mpsc::channel(WAITING);
        Intake {
            to_keep,
            keep_inbox: std::sync::Arc::new(Mutex::new(keep_inbox)),
            to_apply,
            apply_inbox: std::sync::Arc::new(Mutex::new(apply_inbox)),
            // An earlier life of this process may have left something: it is older than all that comes in.
            crowded: AtomicBool::new(true),
            refused: AtomicBool::new(false),
            ahead: AtomicUsize::new(0),
        }
    }
}

/// Why a webhook was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotKept {
    /// There is too much to do: the provider sends it again.
    Overloaded,
    /// The database is away: the provider sends it again.
    Unavailable,
}

impl Intake {
    /// Keeps a webhook. It is safe when this returns its place.
    pub async fn keep(&self, incoming: Incoming) -> Result<Entry, NotKept> {
        let (done, answer) = oneshot::channel();
        if self.to_keep.try_send(Kept { incoming, done }).is_err() {
            self.refused.store(true, Ordering::Relaxed);
            return Err(NotKept::Overloaded);
        }
        match tokio::time::timeout(Duration::from_millis(1900), answer).await {
            Ok(Ok(entry)) => Ok(entry),
            _ => {
                self.refused.store(true, Ordering::Relaxed);
                Err(NotKept::Unavailable)
            }
        }
    }

    /// Whether a webhook was turned away since this was last asked.
    pub(super) fn has_refused(&self) -> bool {
        self.refused.swap(false, Ordering::Relaxed)
    }

    /// Notes that a webhook was turned away before it came this far.
    pub fn note_refused(&self) {
        self.refused.store(true, Ordering::Relaxed);
    }

    /// Webhooks that wait to be kept. One job at a time has them.
    pub(super) async fn inbox(&self) -> OwnedMutexGuard<mpsc::Receiver<Kept>> {
        self.keep_inbox.clone().lock_owned().await
    }

    /// Whether all that was kept is applied.
    pub(super) fn is_clear(&self) -> bool {
        self.ahead.load(Ordering::Relaxed) == 0 && !self.crowded.load(Ordering::Relaxed)
    }

    /// Hands kept webhooks on. What finds no room is in the database and is found there.
    pub(super) fn hand_on(&self, pending: impl Iterator<Item = Pending>) {
        for one in pending {
            self.ahead.fetch_add(1, Ordering::Relaxed);
            if self.to_apply.try_send(one).is_err() {
                self.ahead.fetch_sub(1, Ordering::Relaxed);
                self.crowded.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// Applies what comes in, and what was left behind.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut inbox = desk.intake.apply_inbox.clone().lock_owned().await;
    let mut looked = tokio::time::interval(LOOK);
    looked.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let mut pending = Vec::new();
        tokio::select! {
            biased;
            () = desk.stop.cancelled() => return Ok(()),
            _ = looked.tick() => {
                left_behind(&desk).await?;
                continue;
            }
            count = inbox.recv_many(&mut pending, MOST) => if count == 0 { return Ok(()) },
        }
        let _ahead = Ahead(&desk.intake, pending.len());
        apply(&desk, pending).await?;
    }
}

/// Applies what another process, or an earlier life of this one, has kept and not applied.
async fn left_behind(desk: &Desk) -> anyhow::Result<()> {
    desk.intake.ahead.fetch_add(1, Ordering::Relaxed);
    let _ahead = Ahead(&desk.intake, 1);
    let crowded = desk.intake.crowded.swap(false, Ordering::Relaxed);
    let older_than = if crowded { 0 } else { LEFT_BEHIND_MS };
    loop {
        let limit = i64::try_from(MOST).unwrap_or(i64::MAX);
        let pending = desk.store.left_behind(older_than, limit).await?;
        let more = pending.len() == MOST;
        if !pending.is_empty() {
            apply(desk, pending).await?;
        }
        if !more || desk.stop.is_cancelled() {
            break;
        }
    }
    parked::settle(desk).await.map_err(|failed| anyhow::anyhow!("{failed}"))?;
    Ok(())
}

/// Applies webhooks, whatever they hold. An error means that the database is away; they are kept and come again.
pub async fn apply(desk: &Desk, pending: Vec<Pending>) -> anyhow::Result<()> {
    let providers = Providers::of(desk, pending.iter().map(|one| one.incoming.connection)).await?;
    let batch = pending.into_iter().map(|pending| providers.parse(pending)).collect();
    let mut batches: Vec<Vec<Parsed>> = vec![batch];
    while let Some(batch) = batches.pop() {
        let Err(failed) = attempt(desk, &batch, Mode::Commit).await else { continue };
        if let Failed::Store(error) = &failed
            && error.is_transient()
        {
            anyhow::bail!("webhooks wait for the database: {error}");
        }
        if batch.len() > 1 {
            let mut first = batch;
            let second = first.split_off(first.len() / 2);
            batches.push(second);
            batches.push(first);
            continue;
        }
        for alone in batch {
            tracing::warn!(error = %failed, "a webhook cannot be applied as a whole; its bad items are set aside");
            set_aside(desk, alone).await?;
        }
    }
    Ok(())
}

/// One batch in one transaction. A panic is a failure like any other: the next webhook goes on.
async fn attempt(desk: &Desk, batch: &[Parsed], mode: Mode) -> Outcome<()> {
    AssertUnwindSafe(receive(desk, batch, mode)).catch_unwind().await.unwrap_or_else(|_| {
        Err(Failed::Store(crate::store::Error::Broken("the desk panicked over this webhook".to_owned())))
    })
}

/// Rejects the items of a webhook that cannot be applied, and applies the others.
async fn set_aside(desk: &Desk, mut parsed: Parsed) -> anyhow::Result<()> {
    let Ok(items) = parsed.items.clone() else {
        desk.store.count_attempt(&parsed.pending.entry).await?;
        return Ok(());
    };
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        let alone = Parsed { items: Ok(vec![item.clone()]), ..parsed.clone() };
        match attempt(desk, &[alone], Mode::Rehearse).await {
            Ok(()) => kept.push(item),
            Err(Failed::Store(error)) if error.is_transient() => anyhow::bail!("{error}"),
            Err(failed) => {
                let reason = format!("The desk could not apply it: {failed}");
                kept.push(Item::Rejected { channel: None, id: None, reason });
            }
        }
    }
    parsed.items = Ok(kept);
    if attempt(desk, std::slice::from_ref(&parsed), Mode::Commit).await.is_err() {
        // Good alone and bad together: the whole webhook is set aside, and can be replayed.
        parsed.items = Err(Malformed("Its items can be applied alone, but not together.".to_owned()));
        attempt(desk, std::slice::from_ref(&parsed), Mode::Commit)
            .await
            .map_err(|failed| anyhow::anyhow!("{failed}"))?;
    }
    Ok(())
}
