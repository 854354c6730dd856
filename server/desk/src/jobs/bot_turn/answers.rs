//! Answers on their way into effect: those that come while a transaction is under way share the next one.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use tokio::sync::{mpsc, oneshot};

use crate::bots::Answer;
use crate::flows::Failed;
use crate::flows::bot_answer::together::{self, Ready};
use crate::flows::bot_answer::{self, Done};
use crate::state::Desk;
use crate::store::bots::Turn;

/// Answers that wait at most. What finds no room goes by itself.
const WAITING: usize = 512;
/// Answers in a transaction, at most.
const MOST: usize = 32;

/// One answer, and where what came of it is told; it is given back where it is to go by itself.
type Entry = (Ready, oneshot::Sender<Result<Done, Ready>>);

/// Where answers go.
#[derive(Clone)]
pub struct Answers(mpsc::Sender<Entry>);

impl Answers {
    /// Puts answers into effect until the last of those who hand them in is gone.
    pub fn open(desk: &Desk) -> Answers {
        let (sender, mut inbox) = mpsc::channel::<Entry>(WAITING);
        let at = desk.clone();
        desk.tasks.spawn(async move {
            let mut entries = Vec::new();
            while inbox.recv_many(&mut entries, MOST).await > 0 {
                let (ready, told): (Vec<_>, Vec<_>) = entries.drain(..).unzip();
                let done = AssertUnwindSafe(together::answer(&at, &ready)).catch_unwind().await;
                // What goes wrong with all of them may be the fault of one: each goes by itself.
                let done = match done {
                    Ok(Ok(done)) => done,
                    Ok(Err(error)) => {
                        tracing::debug!(%error, "bots' answers go one by one");
                        Vec::new()
                    }
                    Err(_) => Vec::new(),
                };
                let mut done = done.into_iter();
                for (ready, told) in ready.into_iter().zip(told) {
                    // Whoever waited for it is gone only when everything ends.
                    drop(told.send(done.next().flatten().ok_or(ready)));
                }
            }
        });
        Answers(sender)
    }

    /// Puts an answer into effect, and ends its turn.
    pub async fn put(&self, desk: &Desk, turn: &Turn, answer: Answer, heard_to: i64) -> Result<Done, Failed> {
        let answer = match together::only_says(&answer) {
            true => match self.share(Ready { place: turn.place(), answer, heard_to }).await {
                Ok(done) => return Ok(done),
                Err(ready) => ready.answer,
            },
            false => answer,
        };
        bot_answer::answer(desk, turn, answer, heard_to).await
    }

    async fn share(&self, ready: Ready) -> Result<Done, Ready> {
        let (told, came) = oneshot::channel();
        match self.0.try_send((ready, told)) {
            Ok(()) => came.await.unwrap_or(Ok(Done::Repeated)),
            Err(full) => {
                let (ready, _) = full.into_inner();
                Err(ready)
            }
        }
    }
}
