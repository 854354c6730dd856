//! Connections with their credentials, opened, for a moment: a burst of webhooks or sends opens each once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use contract::ConnectionId;

use crate::state::Desk;
use crate::store;
use crate::store::channels::Connection;

/// How long one is believed. A replaced secret holds everywhere after that.
const FRESH: Duration = Duration::from_secs(2);

/// What was found, and when.
type Known = (Instant, Option<Arc<Connection>>);

/// The connections of this process.
#[derive(Default)]
pub struct Connections {
    found: Mutex<Found>,
    noted: Mutex<HashMap<ConnectionId, Instant>>,
}

#[derive(Default)]
struct Found {
    known: HashMap<ConnectionId, Known>,
    /// How often everything was forgotten: what was read before that must not be believed after it.
    forgotten: u64,
}

impl Connections {
    /// A connection, if it is there.
    pub async fn get(&self, desk: &Desk, id: ConnectionId) -> store::Result<Option<Arc<Connection>>> {
        let forgotten = {
            let found = self.found();
            if let Some((at, known)) = found.known.get(&id)
                && at.elapsed() < FRESH
            {
                return Ok(known.clone());
            }
            found.forgotten
        };
        let connection = desk.store.connection(&desk.seal, id).await?.map(Arc::new);
        let mut found = self.found();
        // Strangers can ask for ids that do not exist; they must not fill the memory.
        if found.known.len() > 1_000 {
            found.known.clear();
        }
        if found.forgotten == forgotten {
            found.known.insert(id, (Instant::now(), connection.clone()));
        }
        Ok(connection)
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        // The state is whole between any two statements that can panic.
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The word of a connection's provider.
    pub async fn provider(&self, desk: &Desk, id: ConnectionId) -> store::Result<Option<String>> {
        Ok(self.get(desk, id).await?.map(|connection| connection.provider.clone()))
    }

    /// Whether the last noted webhook of a connection is more than a second old; then this one is noted.
    pub fn is_fresh_webhook(&self, id: ConnectionId) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = noted.get(&id).is_none_or(|at| at.elapsed() > Duration::from_secs(1));
        if fresh {
            noted.insert(id, Instant::now());
        }
        fresh
    }

    /// Forgets what is known: a secret was replaced here.
    pub fn forget(&self) {
        let mut found = self.found();
        found.known.clear();
        found.forgotten += 1;
    }
}
