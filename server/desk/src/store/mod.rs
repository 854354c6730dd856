//! All SQL. One file a group of tables; what comes out are words of `contract` and of the domain, never rows.
//!
//! Reads outside a transaction are methods of [`Store`], everything else of [`Tx`]. Lock order, everywhere:
//! addresses by id, conversations by id, handoffs, then the rest; loads last, agents' by id and then teams'.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgPool, Postgres, Transaction};

pub mod alerts;
pub mod api_calls;
pub mod assignment;
pub mod attributes;
pub mod availability;
pub mod backlogs;
pub mod batch;
pub mod bots;
pub mod callbacks;
pub mod cards;
pub mod channels;
pub mod commands;
pub mod connections;
pub mod consents;
pub mod contacts;
pub mod conversations;
pub mod doors;
pub mod endpoints;
pub mod files;
pub mod handoffs;
pub mod health;
pub mod journal;
pub mod ledger;
pub mod lines;
pub mod messages;
pub mod numbers;
pub mod offers;
pub mod outbox;
pub mod people;
pub mod placings;
pub mod presence;
pub mod ratings;
pub mod repeats;
pub mod reports;
pub mod rules;
#[cfg(feature = "sandbox")]
pub mod sample;
pub mod sample_removal;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod senders;
pub mod show;
pub mod slas;
pub mod starts;
pub mod statuses;
pub mod summaries;
pub mod teams;
pub mod templates;
pub mod threads;
pub mod tokens;
pub mod webhook_log;
pub(crate) mod words;

/// The database.
#[derive(Clone)]
pub struct Store {
    pool: PgPool,
    own: [PgPool; Own::ALL.len()],
}

/// A job that has connections of its own. It asks the same few things hundreds of times a second: on one connection
/// they are planned once and find everything warm, in the pool they go round all of its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// Keeping webhooks.
    Keep,
    /// Applying them.
    Receive,
    /// Reading the feed.
    Feed,
    /// Sending: claiming deliveries and writing down what providers have taken.
    Deliver,
}

impl Own {
    const ALL: [Own; 4] = [Own::Keep, Own::Receive, Own::Feed, Own::Deliver];

    /// How many it has: more than it uses at a time, so that a statement that was given up does not hold up the next.
    fn connections(self) -> u32 {
        match self {
            Own::Keep | Own::Receive | Own::Feed => 2,
            Own::Deliver => 4,
        }
    }
}

/// One transaction. Dropped without [`Tx::commit`] it leaves nothing behind.
pub struct Tx {
    inner: Transaction<'static, Postgres>,
}

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is away, overloaded or shutting down: the same thing may be tried again.
    #[error("the database is away: {0}")]
    Unavailable(String),
    /// A named constraint does not hold.
    #[error("constraint {0} does not hold")]
    Conflict(String),
    /// A statement failed or a row is not what it must be. A fault of ours.
    #[error("{0}")]
    Broken(String),
}

/// What comes back from the database.
pub type Result<T> = std::result::Result<T, Error>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        match &error {
            sqlx::Error::Database(fault) => {
                let code = fault.code().unwrap_or_default().into_owned();
                // Classes 08 (connection), 53 (resources), 57 (intervention: shutdown, cancelled), and lost
                // serialisation or deadlock: all pass.
                if ["08", "53", "57", "40"].iter().any(|class| code.starts_with(class)) {
                    return Error::Unavailable(format!("{code}: {}", fault.message()));
                }
                match fault.constraint() {
                    Some(name) => Error::Conflict(name.to_owned()),
                    None => Error::Broken(format!("{code}: {}", fault.message())),
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Error::Unavailable(error.to_string()),
            _ => Error::Broken(error.to_string()),
        }
    }
}

impl Error {
    /// Whether this named constraint is what does not hold.
    pub fn is_conflict(&self, constraint: &str) -> bool {
        matches!(self, Error::Conflict(name) if name == constraint)
    }

    /// Whether the same thing may be tried again.
    pub fn is_transient(&self) -> bool {
        matches!(self, Error::Unavailable(_))
    }
}

/// A row that is not what it must be.
pub(crate) fn corrupt(table: &str, column: &str, value: &str) -> Error {
    Error::Broken(format!("{table}.{column} holds `{value}`"))
}

/// How long a request waits for a connection before the desk says that the database is away.
const PATIENCE: Duration = Duration::from_millis(1500);

impl Store {
    /// Opens a pool. Connects lazily: a database that is away shows at the first use.
    pub fn open(url: &str, connections: u32) -> Result<Store> {
        let options: PgConnectOptions = url.parse().map_err(Error::from)?;
        let options = options.application_name("baton").statement_cache_capacity(256).options([
            ("statement_timeout", "30s"),
            ("idle_in_transaction_session_timeout", "15s"),
            ("lock_timeout", "10s"),
            // Our statements are few, prepared and the same for all parameters: planning each anew costs as much
            // as running it.
            ("plan_cache_mode", "force_generic_plan"),
            // A plan that was made while a table was nearly empty is kept, and would read the whole of it for as long
            // as nothing has counted its rows. Every statement has its index; where one has none, the penalty must not
            // look like a cost that is worth compiling for.
            ("enable_seqscan", "off"),
            ("jit", "off"),
        ]);
        let pool = |connections, options| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(PATIENCE)
                .idle_timeout(Duration::from_secs(300))
                .test_before_acquire(false)
                .connect_lazy_with(options)
        };
        // What a job asks on its own connection are lookups of a few ids. A plan that was made while a table was small
        // must not read all of it to join them.
        let lookups = options.clone().options([("enable_hashjoin", "off"), ("enable_mergejoin", "off")]);
        let own = Own::ALL.map(|job| pool(job.connections(), lookups.clone()));
        Ok(Store { pool: pool(connections, options), own })
    }

    /// Brings the schema up to this version. Several processes may do so at once.
    pub async fn migrate(&self) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        sqlx::query("set statement_timeout = 0").execute(&mut *connection).await?;
        sqlx::query("set lock_timeout = 0").execute(&mut *connection).await?;
        sqlx::migrate!("../../migrations")
            .run(&mut *connection)
            .await
            .map_err(|error| Error::Broken(format!("the migration failed: {error}")))?;
        // Its settings are not those of the pool.
        connection.close().await.map_err(Error::from)
    }

    /// Begins a transaction.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx { inner: self.pool.begin().await? })
    }

    /// Begins a transaction on a job's own connection.
    pub(crate) async fn begin_own(&self, job: Own) -> Result<Tx> {
        Ok(Tx { inner: self.own(job).begin().await? })
    }

    /// Begins a transaction that sees the database as of one moment and writes nothing.
    pub(crate) async fn begin_snapshot(&self) -> Result<Tx> {
        let mut tx = self.begin().await?;
        sqlx::query("set transaction isolation level repeatable read, read only")
            .execute(tx.connection())
            .await?;
        Ok(tx)
    }

    /// The desk's clock.
    pub async fn clock(&self) -> Result<contract::Time> {
        let now = sqlx::query_scalar("select to_ms(desk_now())").fetch_one(&self.pool).await?;
        Ok(contract::Time(now))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("select 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Closes every connection.
    pub async fn close(&self) {
        for pool in self.own.iter().chain([&self.pool]) {
            pool.close().await;
        }
    }

    /// A job's own connections.
    pub(crate) fn own(&self, job: Own) -> &PgPool {
        &self.own[job as usize]
    }

    /// The pool itself, for the session store and the bus.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }
}

impl Tx {
    /// Makes what was done in it true.
    pub async fn commit(self) -> Result<()> {
        self.inner.commit().await.map_err(Error::from)
    }

    /// Leaves nothing behind, and waits until that is so: a transaction that is only dropped keeps its locks for
    /// a moment.
    pub async fn rollback(self) -> Result<()> {
        self.inner.rollback().await.map_err(Error::from)
    }

    /// The desk's clock.
    pub async fn now(&mut self) -> Result<contract::Time> {
        let (now,): (i64,) = sqlx::query_as("select to_ms(desk_now())").fetch_one(self.connection()).await?;
        Ok(contract::Time(now))
    }

    /// The connection underneath, for the statements of this folder.
    pub(crate) fn connection(&mut self) -> &mut sqlx::PgConnection {
        &mut self.inner
    }
}

/// Many rows as one parameter, for `json_to_recordset($1::text::json)`. Text, because the server reads it once
/// and keeps none of it.
pub(crate) fn as_rows(rows: &[serde_json::Value]) -> String {
    serde_json::Value::from(rows).to_string()
}

/// That a column is among the ids of such rows, parameter `n`. Beside a join with the rows it has the planner look ids up
/// instead of reading a table that was small when the plan was made.
pub(crate) fn among(column: &str, n: u8) -> String {
    format!(
        "{column} = any (array(select (x ->> 'id')::uuid from json_array_elements(${n}::text::json) as x))"
    )
}
