//! Connections with their credentials, opened, for a moment: a burst of webhooks or sends opens each once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
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
    known: Mutex<HashMap<ConnectionId, Known>>,
    noted: Mutex<HashMap<ConnectionId, Instant>>,
}

impl Connections {
    /// A connection, if it is there.
    pub async fn get(&self, desk: &Desk, id: ConnectionId) -> store::Result<Option<Arc<Connection>>> {
        if let Some((at, known)) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&id)
            && at.elapsed() < FRESH
        {
            return Ok(known.clone());
        }
        let found = desk.store.connection(&desk.seal, id).await?.map(Arc::new);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Strangers can ask for ids that do not exist; they must not fill the memory.
        if known.len() > 1_000 {
            known.clear();
        }
        known.insert(id, (Instant::now(), found.clone()));
        Ok(found)
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
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
