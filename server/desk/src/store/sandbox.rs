//! The stand-in for WhatsApp: phones, threads, faults. What is on the phones is in [`messages`] and [`files`], what
//! is on its way to the desk in [`queue`].

use contract::sandbox::{Faults, Line, PhoneCard};
use contract::{ConnectionId, Time};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{Error, Result, Store, Tx, corrupt};

mod connections;
mod files;
mod messages;
mod queue;
mod templates;

pub use files::{File, NewFile};
pub use messages::{New, Past, Seen};
pub use queue::{Lane, Queued, Webhook};
pub use templates::{HeldTemplate, NewTemplate};

/// A number of the business whose connection is the sandbox's.
#[derive(Debug, Clone)]
pub struct Number {
    /// Its connection: whose credentials hold.
    pub connection: ConnectionId,
    /// The word of the connection's provider.
    pub provider: String,
    /// What the phones see.
    pub line: Line,
    /// As people write it.
    pub written: Option<String>,
}

/// A phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// Digits, or the user id of a phone that hides its number.
    pub number: String,
    /// The business-scoped user id.
    pub user_id: String,
    /// The name in its profile.
    pub name: String,
}

/// What lies between a phone and a number of the business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The phone's number.
    pub number: String,
    /// The provider's id of the business's number.
    pub line: String,
    /// The connection of that number.
    pub connection: ConnectionId,
}

/// What there is to know about a thread once it is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locked {
    /// The desk's clock.
    pub now: Time,
    /// When the customer last wrote.
    pub wrote_at: Option<Time>,
}

/// How a thread is at present, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glance {
    /// Goes up with every change; 1 where nothing has happened yet.
    pub revision: i64,
    /// Messages that nobody has looked at.
    pub unread: i32,
    /// Whether the business is typing.
    pub typing: bool,
    /// Whether it has stopped typing without a word, which nobody has written down yet.
    pub typing_over: bool,
}

fn decode<T: DeserializeOwned>(column: &'static str, text: &str) -> Result<T> {
    // The error, not the text: that is what somebody wrote.
    serde_json::from_str(text).map_err(|error| corrupt("sandbox", column, &error.to_string()))
}

fn encode<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Broken(error.to_string()))
}

impl Store {
    /// All phones, sorted by name, with what is unread on them.
    pub async fn sandbox_phones(&self) -> Result<Vec<PhoneCard>> {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "select p.number, p.name, coalesce(sum(t.unread), 0)
             from sandbox_phones p left join sandbox_threads t using (number)
             group by p.number order by p.name, p.number",
        )
        .fetch_all(self.pool())
        .await?;
        let card = |(number, name, unread): (_, _, i64)| PhoneCard {
            number,
            name,
            unread: i32::try_from(unread).unwrap_or(i32::MAX),
        };
        Ok(rows.into_iter().map(card).collect())
    }

    /// The numbers of the business that phones can write to, oldest first.
    pub async fn sandbox_numbers(&self) -> Result<Vec<Number>> {
        let rows: Vec<(Uuid, String, String, String, Option<String>)> = sqlx::query_as(
            "select c.connection_id, k.provider, c.provider_channel, c.name, c.number
             from channels c join connections k on k.id = c.connection_id
             where k.sandbox order by c.created_at, c.id",
        )
        .fetch_all(self.pool())
        .await?;
        let number = |(connection, provider, provider_channel, name, written)| Number {
            connection: ConnectionId(connection),
            provider,
            line: Line { provider_channel, name },
            written,
        };
        Ok(rows.into_iter().map(number).collect())
    }

    /// The phone with this number or user id.
    pub async fn sandbox_phone(&self, key: &str) -> Result<Option<Phone>> {
        let row: Option<(String, String, String)> = sqlx::query_as(
            "select number, user_id, name from sandbox_phones where number = $1 or user_id = $1
             order by number = $1 desc limit 1",
        )
        .bind(key)
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|(number, user_id, name)| Phone { number, user_id, name }))
    }

    /// Adds a phone; false if its number is taken.
    pub async fn sandbox_add_phone(&self, phone: &Phone) -> Result<bool> {
        let done = sqlx::query(
            "insert into sandbox_phones (number, user_id, name) values ($1, $2, $3) on conflict do nothing",
        )
        .bind(&phone.number)
        .bind(&phone.user_id)
        .bind(&phone.name)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// How a thread is at present.
    pub async fn sandbox_glance(&self, number: &str, line: &str) -> Result<Glance> {
        let row: Option<(i64, i32, bool, bool)> = sqlx::query_as(
            "select revision, unread, coalesce(typing_until > desk_now(), false),
                    coalesce(typing_until <= desk_now(), false)
             from sandbox_threads where number = $1 and line = $2",
        )
        .bind(number)
        .bind(line)
        .fetch_optional(self.pool())
        .await?;
        let (revision, unread, typing, typing_over) = row.unwrap_or((1, 0, false, false));
        Ok(Glance { revision, unread, typing, typing_over })
    }

    /// What goes wrong on purpose.
    pub async fn sandbox_faults(&self) -> Result<Faults> {
        let text: String =
            sqlx::query_scalar("select faults::text from sandbox_faults").fetch_one(self.pool()).await?;
        decode("faults", &text)
    }

    /// Changes what goes wrong on purpose, and begins to count sends anew.
    pub async fn sandbox_set_faults(&self, faults: &Faults) -> Result<()> {
        sqlx::query("update sandbox_faults set faults = $1::json, sends = 0")
            .bind(encode(faults)?)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Forgets every message, every file and every webhook that has not been delivered. The phones stay, and so do
    /// templates.
    pub async fn sandbox_clear(&self) -> Result<()> {
        let mut tx = self.begin().await?;
        // The threads first: whoever changes one takes its lock first.
        sqlx::query(
            "update sandbox_threads set revision = revision + 1, unread = 0, wrote_at = null,
                    typing_until = null, next_at = null, retry_at = null",
        )
        .execute(tx.connection())
        .await?;
        sqlx::query("delete from sandbox_webhooks").execute(tx.connection()).await?;
        sqlx::query("delete from sandbox_messages").execute(tx.connection()).await?;
        sqlx::query("delete from sandbox_files").execute(tx.connection()).await?;
        tx.commit().await
    }
}

impl Tx {
    /// Counts a send, and changes what goes wrong on purpose accordingly.
    pub async fn sandbox_count<T>(&mut self, rule: impl FnOnce(&mut Faults, i64) -> T) -> Result<T> {
        let (text, sends): (String, i64) =
            sqlx::query_as("update sandbox_faults set sends = sends + 1 returning faults::text, sends")
                .fetch_one(self.connection())
                .await?;
        let mut faults: Faults = decode("faults", &text)?;
        let drawn = rule(&mut faults, sends);
        sqlx::query("update sandbox_faults set faults = $1::json")
            .bind(encode(&faults)?)
            .execute(self.connection())
            .await?;
        Ok(drawn)
    }

    /// Locks a thread for a change, and makes it where it is not there.
    pub async fn sandbox_lock(&mut self, thread: &Thread) -> Result<Locked> {
        let (now, wrote_at): (i64, Option<i64>) = sqlx::query_as(
            "insert into sandbox_threads (number, line, connection_id) values ($1, $2, $3)
             on conflict (number, line) do update set revision = sandbox_threads.revision + 1
             returning to_ms(desk_now()), to_ms(wrote_at)",
        )
        .bind(&thread.number)
        .bind(&thread.line)
        .bind(thread.connection.0)
        .fetch_one(self.connection())
        .await?;
        Ok(Locked { now: Time(now), wrote_at: wrote_at.map(Time) })
    }

    /// The business types until then; none: it has stopped.
    pub async fn sandbox_typing(&mut self, thread: &Thread, until: Option<Time>) -> Result<()> {
        sqlx::query("update sandbox_threads set typing_until = from_ms($3) where number = $1 and line = $2")
            .bind(&thread.number)
            .bind(&thread.line)
            .bind(until.map(|until| until.0))
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
