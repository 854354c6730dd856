//! Keeping webhooks: those that come in at the same time share one commit, and none is answered before it. While few
//! come in, the same commit holds what becomes of them; while many do, they are applied after it, many at a time.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::flows::receive::straight;
use crate::state::Desk;
use crate::store::ledger::{Entry, Incoming, Pending};

/// The most webhooks of one commit.
const MOST: usize = 512;
/// The most bytes of one commit.
const MOST_BYTES: usize = 8 << 20;
/// The most webhooks that are applied in the commit that keeps them: with more, the first would wait for the last.
const FEW: usize = 32;
/// How long applying them may take before they are kept first.
const STRAIGHT: Duration = Duration::from_millis(400);
/// Longer than this no provider waits: better to say no while it still listens.
const PATIENCE: Duration = Duration::from_millis(1800);

type Answer = oneshot::Sender<Entry>;

/// A webhook and where its answer goes.
pub struct Kept {
    /// The webhook.
    pub incoming: Incoming,
    /// Told its place once it is safe. Dropped if it could not be kept.
    pub done: oneshot::Sender<Entry>,
}

/// Takes what has come in, commits it together, and answers.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut inbox = desk.intake.inbox().await;
    let mut waiting = Vec::with_capacity(MOST);
    loop {
        let first = tokio::select! {
            biased;
            first = inbox.recv() => first,
            () = desk.stop.cancelled() => return Ok(()),
        };
        let Some(first) = first else { return Ok(()) };
        gather(first, &mut inbox, &mut waiting);
        commit(&desk, &mut waiting).await;
    }
}

fn gather(first: Kept, inbox: &mut mpsc::Receiver<Kept>, waiting: &mut Vec<Kept>) {
    let mut bytes = first.incoming.body.len();
    waiting.push(first);
    while waiting.len() < MOST && bytes < MOST_BYTES {
        let Ok(next) = inbox.try_recv() else { break };
        bytes += next.incoming.body.len();
        waiting.push(next);
    }
}

async fn commit(desk: &Desk, waiting: &mut Vec<Kept>) {
    let (incoming, answers): (Vec<Incoming>, Vec<Answer>) =
        waiting.drain(..).map(|kept| (kept.incoming, kept.done)).unzip();
    let patience = Instant::now() + PATIENCE;
    if incoming.len() <= FEW
        && desk.intake.is_clear()
        && let Some(entries) = go_straight(desk, &incoming, patience).await
    {
        answer(answers, entries);
        return;
    }
    match tokio::time::timeout_at(patience, desk.store.keep(&incoming)).await {
        Ok(Ok((received_at, entries))) => {
            answer(answers, entries.clone());
            let pending = entries.into_iter().zip(incoming).map(|(entry, incoming)| Pending {
                entry,
                received_at,
                attempts: 0,
                incoming,
            });
            desk.intake.hand_on(pending);
        }
        Ok(Err(error)) => tracing::warn!(error = %error, "webhooks could not be kept and were refused"),
        Err(_) => tracing::warn!("the database was too slow; webhooks were refused"),
    }
}

/// Keeps and applies them in one commit, if nothing is in the way. If the commit's answer is lost, they are kept once
/// more, and their messages are known by then.
async fn go_straight(desk: &Desk, incoming: &[Incoming], patience: Instant) -> Option<Vec<Entry>> {
    let work = AssertUnwindSafe(straight(desk, incoming)).catch_unwind();
    let failed = match tokio::time::timeout(STRAIGHT, work).await {
        Ok(Ok(Ok(Some(done)))) => match tokio::time::timeout_at(patience, done.commit(desk)).await {
            Ok(Ok(entries)) => return Some(entries),
            Ok(Err(failed)) => failed.to_string(),
            Err(_) => "the commit took too long".to_owned(),
        },
        Ok(Ok(Ok(None))) => return None,
        Ok(Ok(Err(failed))) => failed.to_string(),
        Ok(Err(_)) => "the desk panicked over it".to_owned(),
        Err(_) => "something else holds what they change".to_owned(),
    };
    tracing::info!(why = failed, "webhooks are kept first and applied later");
    None
}

/// Tells those who asked that their webhooks are safe. They may have gone; the webhooks are safe all the same.
fn answer(answers: Vec<Answer>, entries: Vec<Entry>) {
    for (answer, entry) in answers.into_iter().zip(entries) {
        let _gone = answer.send(entry);
    }
}
