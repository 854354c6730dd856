//! The database: a Postgres of our own below the data directory, or the one that was named.

use anyhow::{Context, Result};
use desk::store::Store;

use crate::out;
use crate::settings::Settings;

/// Connections of a command. A server has its own number.
const COMMAND_CONNECTIONS: u32 = 4;

/// A database that is there, and the server behind it if it is ours.
pub struct Database {
    /// Its address.
    pub url: String,
    own: Option<embedded::Server>,
}

impl Database {
    /// Starts our own Postgres, or names the other one.
    pub async fn start(settings: &Settings, progress: fn(&str)) -> Result<Database> {
        if let Some(url) = &settings.database_url {
            return Ok(Database { url: url.clone(), own: None });
        }
        let wanted = embedded::Settings {
            pg_bin: settings.pg_bin.clone(),
            ..embedded::Settings::new(&settings.data_dir)
        };
        let start = move || embedded::Server::start(&wanted, &mut |step: &str| progress(step));
        let server = tokio::task::spawn_blocking(start).await?.context("the desk's own Postgres")?;
        Ok(Database { url: server.url(embedded::BATON), own: Some(server) })
    }

    /// A pool of connections.
    pub fn open(&self, connections: u32) -> Result<Store> {
        Store::open(&self.url, connections).context("database_url cannot be used")
    }

    /// A pool for a command, over a schema that is up to date.
    pub async fn ready(&self) -> Result<Store> {
        let store = self.open(COMMAND_CONNECTIONS)?;
        store.migrate().await.context("bringing the database's schema up to date")?;
        Ok(store)
    }

    /// Stops our own Postgres, if it was started here.
    pub async fn stop(self) -> Result<()> {
        let Some(server) = self.own else { return Ok(()) };
        tokio::task::spawn_blocking(move || server.stop()).await?.context("stopping the desk's own Postgres")
    }
}

/// `baton migrate`
pub async fn migrate(settings: &Settings) -> Result<()> {
    let database = Database::start(settings, out::note).await?;
    database.ready().await?;
    out::line("the schema is up to date");
    database.stop().await
}
