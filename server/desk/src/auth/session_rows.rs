//! Sessions in the database, as tower-sessions wants them. The published Postgres store has the session's id for a
//! key, goes by each server's own clock, and brings a deleted session back when a slow request saves it: this one
//! does none of that.

use std::collections::HashMap;
use std::fmt;

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use crate::auth::sessions::IDLE_MS;
use crate::store::people::sessions::SessionRow;
use crate::store::{self, Store};

/// The sessions.
#[derive(Clone)]
pub struct SessionRows {
    store: Store,
}

impl SessionRows {
    /// Sessions in this database.
    pub fn new(store: Store) -> SessionRows {
        SessionRows { store }
    }
}

impl fmt::Debug for SessionRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionRows")
    }
}

/// The key of a session's row: from it nobody finds the id.
pub fn hash(id: Id) -> Vec<u8> {
    Sha256::digest(id.to_string().as_bytes()).to_vec()
}

#[async_trait]
impl SessionStore for SessionRows {
    async fn create(&self, record: &mut Record) -> Result<()> {
        loop {
            let row = SessionRow { hash: hash(record.id), data: encode(record)?, lasts_ms: IDLE_MS };
            if self.store.create_session(&row).await.map_err(failed)? {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.store.save_session(&hash(record.id), &encode(record)?).await.map_err(failed)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some((data, lasts_ms)) = self.store.load_session(&hash(*id)).await.map_err(failed)? else {
            return Ok(None);
        };
        let data: HashMap<String, serde_json::Value> =
            serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::now_utc() + Duration::milliseconds(lasts_ms);
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.store.delete_session(&hash(*id)).await.map_err(failed)
    }
}

fn encode(record: &Record) -> Result<String> {
    serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))
}

/// tower-sessions keeps only a text of an error: its kind tells whether the database is away.
fn failed(error: store::Error) -> Error {
    match error {
        store::Error::Unavailable(text) => Error::Backend(text),
        other => Error::Decode(other.to_string()),
    }
}

/// The other way around: what a failed call to a session means.
pub(super) fn store_error(error: tower_sessions::session::Error) -> store::Error {
    match error {
        tower_sessions::session::Error::Store(Error::Backend(text)) => store::Error::Unavailable(text),
        other => store::Error::Broken(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_row_is_not_the_id_and_is_always_the_same() {
        let id = Id(7);
        assert_eq!(hash(id), hash(id));
        assert_eq!(hash(id).len(), 32);
        assert_ne!(hash(id), hash(Id(8)));
        assert!(!hash(id).starts_with(&7_i128.to_le_bytes()));
    }

    #[test]
    fn a_database_that_is_away_is_still_known_to_be_away_behind_tower_sessions() {
        let away = store_error(failed(store::Error::Unavailable("gone".to_owned())).into());
        assert!(away.is_transient());
        let broken = store_error(failed(store::Error::Broken("odd".to_owned())).into());
        assert!(!broken.is_transient());
    }
}
