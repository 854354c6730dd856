//! What bots were asked, written down a few at a time: nobody waits for it.

use tokio::sync::mpsc;

use crate::state::Desk;
use crate::store::bots::NewCall;

/// Turns that may wait to be written down. What finds no room is not.
const WAITING: usize = 4_096;
/// The most that are written at once.
const MOST: usize = 128;

/// Where turns go that are to be written down.
#[derive(Clone)]
pub struct Calls(mpsc::Sender<NewCall>);

impl Calls {
    /// Writes them until the last of those who hand them in is gone.
    pub fn open(desk: &Desk) -> Calls {
        let (sender, mut inbox) = mpsc::channel(WAITING);
        let store = desk.store.clone();
        desk.tasks.spawn(async move {
            let mut calls = Vec::new();
            while inbox.recv_many(&mut calls, MOST).await > 0 {
                if let Err(error) = store.note_bot_calls(&calls).await {
                    tracing::warn!(%error, "what bots were asked could not be written down");
                }
                calls.clear();
            }
        });
        Calls(sender)
    }

    /// Hands a turn in. It may be lost: the customer has been answered, and that is what counts.
    pub fn note(&self, call: NewCall) {
        if self.0.try_send(call).is_err() {
            tracing::debug!("there is no room to write down what a bot was asked");
        }
    }
}
