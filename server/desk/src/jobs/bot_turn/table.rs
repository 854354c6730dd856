//! Where turns begin: those that the job has taken, and those that came with a customer's message and were due at once.

use std::sync::{Mutex, PoisonError};

use contract::BotId;
use tokio::task::JoinHandle;

use super::ask::{self, Brought};
use super::crowd::Crowd;
use super::{Ends, later, take};
use crate::state::Desk;
use crate::store::bots::Taken;

/// The turns of this process.
#[derive(Default)]
pub struct Table {
    crowd: Crowd,
    /// Absent while the job does not run: then nobody takes turns here.
    ends: Mutex<Option<Ends>>,
}

/// Turns can begin until it is dropped.
pub(super) struct Open<'a>(&'a Table);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.ends().take();
    }
}

/// Turns that are being taken. If they are not after all, nothing comes of it.
pub struct Prepared(JoinHandle<Vec<Brought>>);

impl Table {
    /// Turns can begin, and come to these ends.
    pub(super) fn open(&self, ends: Ends) -> Open<'_> {
        self.ends().replace(ends);
        Open(self)
    }

    fn ends(&self) -> std::sync::MutexGuard<'_, Option<Ends>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many are under way.
    pub(super) fn crowd(&self) -> Crowd {
        self.crowd.clone()
    }

    /// Whether a turn of a bot can begin here now.
    pub fn has_room(&self, bot: BotId) -> bool {
        self.ends().is_some() && self.crowd.room() > 0 && !self.crowd.full().contains(&bot)
    }

    /// Begins to fetch what is needed besides before the bots of turns are asked that are being taken.
    pub fn prepare(&self, desk: &Desk, taken: Vec<Taken>) -> Option<Prepared> {
        if taken.is_empty() {
            return None;
        }
        let at = desk.clone();
        Some(Prepared(desk.tasks.spawn(async move { ask::bring(&at, taken).await })))
    }

    /// Turns that were prepared are taken for good, and begin as soon as they can.
    pub fn begin_prepared(&self, desk: &Desk, prepared: Prepared) {
        let at = desk.clone();
        desk.tasks.spawn(async move {
            // It only fails if the process ends: then their leases do.
            if let Ok(brought) = prepared.0.await {
                at.turns.begin(&at, brought);
            }
        });
    }

    /// Turns that were taken begin. Where they no longer can, they are given back.
    pub fn begin(&self, desk: &Desk, brought: Vec<Brought>) {
        for one in brought {
            let (desk, ends) = (desk.clone(), self.ends().clone());
            let place = self.crowd.enter(one.turn.bot);
            desk.tasks.clone().spawn(async move {
                match ends {
                    Some(ends) => take(&desk, one, &ends).await,
                    None => later(&desk, &one.turn).await,
                }
                drop(place);
            });
        }
    }
}
