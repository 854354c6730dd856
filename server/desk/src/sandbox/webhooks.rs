//! Delivers webhooks to the desk, as Meta does: signed, in order for each thread, and again after a failure,
//! at first soon and then more and more rarely, for seven days.

use std::time::Duration;

use http::Method;
use secrecy::SecretString;
use tokio::task::JoinSet;

use super::{signals, wire};
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
/// How long a webhook is tried.
const LONGEST_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// The pauses after the first failures; later ones double, up to [`LONGEST_PAUSE_MS`].
const PAUSES_MS: [i64; 4] = [200, 500, 1000, 2000];
const LONGEST_PAUSE_MS: i64 = 60_000;

/// Runs until the desk stops. Several processes may run it at once.
pub async fn run(desk: Desk) {
    if !desk.config.sandbox {
        return;
    }
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
    if sender.deliver(desk, webhook).await {
        let held = desk.store.sandbox_taken(lane, webhook).await?;
        if webhook.own.is_some() {
            signals::stir();
        }
        return Ok(held);
    }
    if webhook.age_ms > LONGEST_MS {
        tracing::warn!(connection = %lane.thread.connection, "the sandbox gives a webhook up");
        return desk.store.sandbox_given_up(lane, webhook).await;
    }
    desk.store.sandbox_refused(lane, webhook, pause_ms(webhook.attempts)).await?;
    Ok(false)
}

/// The pause after so many failures before this one.
fn pause_ms(attempts: u32) -> i64 {
    let at = usize::try_from(attempts).unwrap_or(usize::MAX);
    match PAUSES_MS.get(at) {
        Some(pause) => *pause,
        None => (1000_i64 << attempts.saturating_sub(2).min(16)).min(LONGEST_PAUSE_MS),
    }
}

/// What a batch of webhooks has in common.
struct Sender {
    url: String,
    account: Option<Account>,
    copies: u8,
}

impl Sender {
    async fn read(desk: &Desk, lane: &Lane) -> store::Result<Sender> {
        let connection = lane.thread.connection;
        let local = desk.config.local_url.as_str().trim_end_matches('/');
        Ok(Sender {
            url: format!("{local}/webhooks/meta/{connection}"),
            account: desk.store.account(&desk.seal, connection).await?,
            copies: desk.store.sandbox_faults().await?.duplicate,
        })
    }

    /// Calls the desk: once, and as often again as the faults say. True if the first call was answered
    /// with 2xx.
    async fn deliver(&self, desk: &Desk, webhook: &Queued) -> bool {
        let secret = self.account.as_ref().map(|account| account.current("app_secret")).unwrap_or_default();
        let Some(signature) = wire::signature(secret, webhook.body.as_bytes()) else {
            tracing::warn!("a connection of the sandbox has no secret to sign with");
            return false;
        };
        let call = Call {
            method: Method::POST,
            url: self.url.clone(),
            headers: vec![("x-hub-signature-256", SecretString::from(signature))],
            content: Content::Bytes("application/json", webhook.body.clone().into_bytes()),
        };
        if !taken(desk, call.clone()).await {
            return false;
        }
        for _ in 0..self.copies {
            // The desk has it: what becomes of a copy changes nothing.
            taken(desk, call.clone()).await;
        }
        true
    }
}

async fn taken(desk: &Desk, call: Call) -> bool {
    let answer = tokio::time::timeout(PATIENCE, desk.client.send(call, Reach::Local)).await;
    matches!(answer, Ok(Ok(answer)) if (200..300).contains(&answer.status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute_and_stay_there() {
        let pauses: Vec<i64> = (0..11).map(pause_ms).collect();
        assert_eq!(pauses, [200, 500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]);
        assert_eq!(pause_ms(u32::MAX), LONGEST_PAUSE_MS);
    }
}
