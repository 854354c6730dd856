//! Delivers webhooks to the desk as each provider does: proved with its secret, in order for each thread, and again
//! after a failure for as long as that provider tries.

use std::time::Duration;

use http::Method;
use jiff::Timestamp;
use tokio::task::JoinSet;

use super::signals;
use super::stand_in::{Miss, Posted, StandIn, stand_in};
use crate::Desk;
use crate::channels::client::Reach;
use crate::channels::{Account, Call, Content};
use crate::store;
use crate::store::sandbox::{Lane, Queued};

/// Threads that are served at once.
const LANES: usize = 16;
/// Webhooks of a thread that are read at once.
const BATCH: i64 = 16;
/// How long the desk may take to answer. Less than a claim holds.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the queue is looked at if nothing wakes us.
const LOOK: Duration = Duration::from_millis(500);
/// The pause after the database was away.
const REST: Duration = Duration::from_secs(1);
/// The type of forms, without its parameters.
const FORM: &str = "application/x-www-form-urlencoded";

/// Runs until the desk stops. Several processes may run it at once.
pub async fn run(desk: Desk) {
    let mut lanes = JoinSet::new();
    loop {
        let woken = signals::stirred();
        tokio::pin!(woken);
        woken.as_mut().enable();
        let pause = claim(&desk, &mut lanes).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the sandbox cannot read its webhooks");
            REST
        });
        tokio::select! {
            () = desk.stop.cancelled() => break,
            () = woken => {}
            Some(ended) = lanes.join_next(), if !lanes.is_empty() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "a thread of the sandbox broke off");
                }
            }
            () = tokio::time::sleep(pause) => {}
        }
    }
    while lanes.join_next().await.is_some() {}
}

/// Claims what is due, and says how long there is nothing more to do.
async fn claim(desk: &Desk, lanes: &mut JoinSet<()>) -> store::Result<Duration> {
    let free = LANES.saturating_sub(lanes.len());
    if free == 0 {
        return Ok(LOOK);
    }
    for lane in desk.store.sandbox_claim(i64::try_from(free).unwrap_or(1)).await? {
        let desk = desk.clone();
        lanes.spawn(async move {
            if let Err(error) = serve(&desk, &lane).await {
                // The claim runs out by itself.
                tracing::warn!(%error, "the sandbox cannot deliver webhooks");
            }
        });
    }
    let due_in = desk.store.sandbox_due_in().await?.and_then(|ms| u64::try_from(ms).ok());
    // Never 0: what is due and was not claimed is in somebody else's hands for a moment.
    Ok(due_in.map_or(LOOK, |ms| Duration::from_millis(ms.max(10)).min(LOOK)))
}

/// Delivers what is due in one thread, in order, and lets it go.
async fn serve(desk: &Desk, lane: &Lane) -> store::Result<()> {
    loop {
        let batch = desk.store.sandbox_next(lane, BATCH).await?;
        if batch.is_empty() || desk.stop.is_cancelled() {
            return desk.store.sandbox_release(lane).await;
        }
        let sender = Sender::read(desk, lane).await?;
        for webhook in &batch {
            if desk.stop.is_cancelled() {
                break;
            }
            if !settle(desk, lane, &sender, webhook).await? {
                return Ok(());
            }
        }
    }
}

/// Tries one webhook. False if the thread is no longer ours.
async fn settle(desk: &Desk, lane: &Lane, sender: &Sender, webhook: &Queued) -> store::Result<bool> {
    let status = match sender.deliver(desk, webhook).await {
        Delivered::Taken => {
            let held = desk.store.sandbox_taken(lane, webhook).await?;
            if webhook.own.is_some() {
                signals::stir();
            }
            return Ok(held);
        }
        Delivered::Missed(status) => status,
    };
    let miss = Miss { attempts: webhook.attempts, age_ms: webhook.age_ms, status, target: &webhook.target };
    match sender.stand_in.and_then(|stand_in| stand_in.again(&miss)) {
        Some(pause) => {
            desk.store.sandbox_refused(lane, webhook, pause).await?;
            Ok(false)
        }
        None => {
            tracing::warn!(connection = %lane.thread.connection, "the sandbox gives a webhook up");
            let held = desk.store.sandbox_given_up(lane, webhook).await;
            signals::stir();
            held
        }
    }
}

/// What a batch of webhooks has in common.
struct Sender {
    stand_in: Option<&'static dyn StandIn>,
    path: String,
    account: Option<Account>,
    copies: u8,
}

/// What became of a webhook.
enum Delivered {
    /// The desk has it.
    Taken,
    /// It has not; what it answered, if it did.
    Missed(Option<u16>),
}

impl Sender {
    async fn read(desk: &Desk, lane: &Lane) -> store::Result<Sender> {
        let id = lane.thread.connection;
        let connection = desk.store.connection(&desk.seal, id).await?;
        let provider = connection.as_ref().map(|connection| connection.provider.clone()).unwrap_or_default();
        Ok(Sender {
            stand_in: stand_in(&provider),
            path: format!("/webhooks/{provider}/{id}"),
            account: connection.map(|connection| connection.account),
            copies: desk.store.sandbox_faults().await?.duplicate,
        })
    }

    /// Calls the desk: once, and as often again as the faults say.
    async fn deliver(&self, desk: &Desk, webhook: &Queued) -> Delivered {
        let Some(call) = self.call(desk, webhook) else {
            tracing::warn!("a connection of the sandbox has no secret to prove its webhooks with");
            return Delivered::Missed(None);
        };
        let status = answer(desk, call.clone()).await;
        if !status.is_some_and(|status| (200..300).contains(&status)) {
            return Delivered::Missed(status);
        }
        for _ in 0..self.copies {
            // The desk has it: what becomes of a copy changes nothing.
            answer(desk, call.clone()).await;
        }
        Delivered::Taken
    }

    /// The call. It goes to this machine; what is proved is the public address, as the provider has it.
    fn call(&self, desk: &Desk, webhook: &Queued) -> Option<Call> {
        let target = webhook.target.split('#').next().unwrap_or_default();
        let local = desk.config.local_url.as_str().trim_end_matches('/');
        let public = desk.config.public(&format!("{}{target}", self.path));
        let posted = Posted {
            account: self.account.as_ref()?,
            url: &public,
            content_type: &webhook.content_type,
            body: &webhook.body,
            at: Timestamp::now(),
        };
        let form = webhook.content_type.starts_with(FORM);
        let kind = if form { "application/x-www-form-urlencoded; charset=UTF-8" } else { "application/json" };
        Some(Call {
            method: Method::POST,
            url: format!("{local}{}{target}", self.path),
            headers: self.stand_in?.proof(&posted)?,
            content: Content::Bytes(kind, webhook.body.clone().into_bytes()),
        })
    }
}

/// What the desk answers; none if it does not in time.
async fn answer(desk: &Desk, call: Call) -> Option<u16> {
    let answer = tokio::time::timeout(PATIENCE, desk.client.send(call, Reach::Local)).await;
    answer.ok()?.ok().map(|answer| answer.status)
}
