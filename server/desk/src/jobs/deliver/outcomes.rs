//! Where the lanes' good outcomes come together: those that come in at the same time share one commit.

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::flows::accept::{Accepted, accept};
use crate::state::Desk;

/// The most outcomes of one commit.
const MOST: usize = 256;

/// The lanes' end. The task behind it runs until the last of them is gone.
#[derive(Clone)]
pub(super) struct Outcomes {
    to_write: mpsc::Sender<Waiting>,
}

struct Waiting {
    accepted: Accepted,
    done: oneshot::Sender<bool>,
}

impl Outcomes {
    pub(super) fn start(desk: Desk) -> (Outcomes, JoinHandle<()>) {
        let (to_write, inbox) = mpsc::channel(MOST);
        (Outcomes { to_write }, tokio::spawn(write(desk, inbox)))
    }

    /// Writes down that the provider has taken a send. Says whether it is written: if not, it has to be tried alone.
    pub(super) async fn accept(&self, accepted: Accepted) -> bool {
        let (done, written) = oneshot::channel();
        if self.to_write.send(Waiting { accepted, done }).await.is_err() {
            return false;
        }
        written.await.unwrap_or(false)
    }
}

async fn write(desk: Desk, mut inbox: mpsc::Receiver<Waiting>) {
    let mut waiting = Vec::with_capacity(MOST);
    while inbox.recv_many(&mut waiting, MOST).await > 0 {
        let (accepted, answers): (Vec<_>, Vec<_>) =
            waiting.drain(..).map(|one| (one.accepted, one.done)).unzip();
        let written = accept(&desk, &accepted).await;
        if let Err(failed) = &written {
            tracing::warn!(error = %failed, "what providers have taken is written down one by one");
        }
        for answer in answers {
            // Whoever asked is gone when its lease has ended.
            let _gone = answer.send(written.is_ok());
        }
    }
}
