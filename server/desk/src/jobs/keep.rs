//! Keeping webhooks: those that come in at the same time share one commit, and none is answered before it.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::state::Desk;
use crate::store::ledger::{Entry, Incoming, Pending};

/// The most webhooks of one commit.
const MOST: usize = 512;
/// The most bytes of one commit.
const MOST_BYTES: usize = 8 << 20;

/// A webhook and where its answer goes.
pub struct Kept {
    /// The webhook.
    pub incoming: Incoming,
    /// Told its place once it is safe; nothing if it could not be kept.
    pub done: oneshot::Sender<Option<Entry>>,
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
    let (incoming, answers): (Vec<Incoming>, Vec<oneshot::Sender<Option<Entry>>>) =
        waiting.drain(..).map(|kept| (kept.incoming, kept.done)).unzip();
    // Longer than this no provider waits: better to say no while it still listens.
    let kept = tokio::time::timeout(Duration::from_millis(1800), desk.store.keep(&incoming)).await;
    let mut places = match &kept {
        Ok(Ok((_, entries))) => entries.clone().into_iter(),
        _ => Vec::new().into_iter(),
    };
    for answer in answers {
        // Whoever asked may have gone; the webhook is safe all the same.
        let _gone = answer.send(places.next());
    }
    match kept {
        Ok(Ok((received_at, entries))) => {
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
