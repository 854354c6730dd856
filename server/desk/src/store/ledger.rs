//! The ledger: every webhook with a right signature, kept before it is answered.

use bytes::Bytes;
use contract::{ConnectionId, Time};
use serde_json::json;
use uuid::Uuid;

use super::{Own, Result, Store, Tx};
use crate::channels::Arrived;

mod written;

pub use written::NewEntry;
pub(super) use written::{bodies, entry_rows, write_sql};

/// A webhook's place in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The day (UTC) that it belongs to, as `YYYY-MM-DD`.
    pub day: String,
    /// Its number.
    pub id: i64,
}

/// How something came into the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The provider sent it.
    Webhook,
    /// The desk fetched it, because it may have been missed: a page of the provider's list of what came in.
    Backlog,
}

impl Source {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Source::Webhook => "webhook",
            Source::Backlog => "backlog",
        }
    }

    /// The source of a word.
    pub fn parse(word: &str) -> Source {
        if word == "backlog" { Source::Backlog } else { Source::Webhook }
    }
}

/// A webhook about to be kept.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The connection that it came in on.
    pub connection: ConnectionId,
    /// How it came.
    pub source: Source,
    /// Its content type.
    pub content_type: Option<String>,
    /// What stood behind the connection in its path.
    pub tail: String,
    /// Its query, as it was sent.
    pub query: String,
    /// Its raw bytes.
    pub body: Bytes,
}

impl Incoming {
    /// As a provider reads it.
    pub fn arrived(&self, at: Time) -> Arrived<'_> {
        Arrived {
            content_type: self.content_type.as_deref(),
            tail: &self.tail,
            query: &self.query,
            body: &self.body,
            at: jiff::Timestamp::from_millisecond(at.0).unwrap_or_default(),
        }
    }
}

/// A webhook that is kept and not yet applied.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Its place.
    pub entry: Entry,
    /// When it came in.
    pub received_at: Time,
    /// How often applying it has failed.
    pub attempts: i32,
    /// The webhook.
    pub incoming: Incoming,
}

/// What became of a webhook's items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// All of them.
    pub items: i32,
    /// What changed something.
    pub applied: i32,
    /// What was known already.
    pub duplicate: i32,
    /// What is of no concern here.
    pub ignored: i32,
    /// What could not be understood.
    pub rejected: i32,
    /// Statuses that wait for their message.
    pub parked: i32,
}

/// One rejected item.
#[derive(Debug, Clone)]
pub struct NewRejection {
    /// The webhook.
    pub entry: Entry,
    /// The connection.
    pub connection: ConnectionId,
    /// Its place in the body, from 0.
    pub item: i32,
    /// Why, for a program.
    pub reason: &'static str,
    /// Why, for a person.
    pub detail: String,
    /// The number that it named.
    pub provider_channel: Option<String>,
}

impl Store {
    /// Keeps webhooks in one commit. Their places come back in the same order.
    pub async fn keep(&self, incoming: &[Incoming]) -> Result<(Time, Vec<Entry>)> {
        let connections: Vec<Uuid> = incoming.iter().map(|one| one.connection.0).collect();
        let types: Vec<Option<&str>> = incoming.iter().map(|one| one.content_type.as_deref()).collect();
        let tails: Vec<&str> = incoming.iter().map(|one| one.tail.as_str()).collect();
        let queries: Vec<&str> = incoming.iter().map(|one| one.query.as_str()).collect();
        let sources: Vec<&str> = incoming.iter().map(|one| one.source.as_str()).collect();
        let bodies: Vec<&[u8]> = incoming.iter().map(|one| one.body.as_ref()).collect();
        let rows: Vec<(i64, String, i64)> = sqlx::query_as(
            "with clock as materialized (select desk_now() as now)
             insert into ledger (day, connection_id, received_at, content_type, tail, query, body, source)
             select (clock.now at time zone 'UTC')::date, x.connection_id, clock.now, x.content_type, x.tail,
                    x.query, x.body, x.source
               from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[]) with ordinality
                 as x(connection_id, content_type, tail, query, body, source, n), clock
              order by x.n
             returning id, day::text, to_ms(received_at)",
        )
        .bind(connections)
        .bind(types)
        .bind(tails)
        .bind(queries)
        .bind(bodies)
        .bind(sources)
        .fetch_all(self.own(Own::Keep))
        .await?;
        let received_at = Time(rows.first().map_or(0, |row| row.2));
        Ok((received_at, rows.into_iter().map(|(id, day, _)| Entry { day, id }).collect()))
    }

    /// Webhooks that were kept at least so long ago and not applied: left behind by a process that died, or
    /// crowded out of the queue in memory.
    pub async fn left_behind(&self, older_than_ms: i64, limit: i64) -> Result<Vec<Pending>> {
        type Row = (String, i64, Uuid, i64, i32, Option<String>, String, String, Option<Vec<u8>>, String);
        let rows: Vec<Row> = sqlx::query_as(
            "select day::text, id, connection_id, to_ms(received_at), attempts, content_type, tail, query, body,
                    source
               from ledger
              where state = 'pending' and received_at <= (select desk_now()) - $1 * interval '1 millisecond'
              order by id limit $2",
        )
        .bind(older_than_ms)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows
            .into_iter()
            .map(|(day, id, connection, received_at, attempts, content_type, tail, query, body, source)| {
                Pending {
                    entry: Entry { day, id },
                    received_at: Time(received_at),
                    attempts,
                    incoming: Incoming {
                        connection: ConnectionId(connection),
                        source: Source::parse(&source),
                        content_type,
                        tail,
                        query,
                        body: Bytes::from(body.unwrap_or_default()),
                    },
                }
            })
            .collect())
    }

    /// Counts a webhook with a wrong signature.
    pub async fn count_bad_signature(&self, connection: ConnectionId) -> Result<()> {
        sqlx::query(
            "insert into bad_signatures as b (connection_id, hour, count)
             values ($1, date_trunc('hour', desk_now()), 1)
                 on conflict (connection_id, hour) do update set count = b.count + 1",
        )
        .bind(connection.0)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Makes the partitions of today and the next days, and drops the bodies of webhooks that are older than
    /// `keep_days`. Says how many bodies were dropped.
    pub async fn tend_ledger(&self, keep_days: i32) -> Result<u64> {
        sqlx::query(
            "select ledger_partition((desk_now() at time zone 'UTC')::date + n) from generate_series(0, 3) n",
        )
        .execute(self.pool())
        .await?;
        let dropped = sqlx::query(
            "update ledger set body = null
              where (day, id) in (select day, id from ledger
                                   where day < (desk_now() at time zone 'UTC')::date - $1 and body is not null
                                     and state = 'done' limit 5000)",
        )
        .bind(keep_days)
        .execute(self.pool())
        .await?;
        Ok(dropped.rows_affected())
    }

    /// Counts one more failure to apply a webhook.
    pub async fn count_attempt(&self, entry: &Entry) -> Result<()> {
        sqlx::query("update ledger set attempts = attempts + 1 where day = $1::date and id = $2")
            .bind(&entry.day)
            .bind(entry.id)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}

impl Tx {
    /// Writes what became of webhooks.
    pub async fn settle_entries(&mut self, tallies: &[(Entry, Tally)]) -> Result<()> {
        sqlx::query(&settle_sql(1)).bind(tally_rows(tallies)).execute(self.connection()).await?;
        Ok(())
    }

    /// A status that was parked has found its end: one of `applied`, `duplicate` and `ignored` counts it now.
    pub async fn settle_parked(&mut self, entry: &Entry, as_what: ParkedEnd) -> Result<()> {
        let column = match as_what {
            ParkedEnd::Applied => "applied",
            ParkedEnd::Duplicate => "duplicate",
            ParkedEnd::Ignored => "ignored",
        };
        let sql = format!(
            "update ledger set parked = parked - 1, {column} = {column} + 1 where day = $1::date and id = $2"
        );
        sqlx::query(&sql).bind(&entry.day).bind(entry.id).execute(self.connection()).await?;
        Ok(())
    }

    /// Writes rejected items down.
    pub async fn reject(&mut self, rejections: &[NewRejection], now: Time) -> Result<()> {
        for one in rejections {
            sqlx::query(
                "insert into rejections (connection_id, ledger_day, ledger_id, item, reason, detail,
                        provider_channel, at)
                 values ($1, $2::date, $3, $4, $5, $6, $7, from_ms($8))",
            )
            .bind(one.connection.0)
            .bind(&one.entry.day)
            .bind(one.entry.id)
            .bind(one.item)
            .bind(one.reason)
            .bind(&one.detail)
            .bind(&one.provider_channel)
            .bind(now.0)
            .execute(self.connection())
            .await?;
        }
        Ok(())
    }
}

/// The statement that writes what became of webhooks; they are its parameter `n`, as [`tally_rows`].
pub(super) fn settle_sql(n: u8) -> String {
    format!(
        "update ledger l set state = 'done', items = x.items, applied = x.applied, duplicate = x.duplicate,
                ignored = x.ignored, rejected = x.rejected, parked = x.parked
           from json_to_recordset(${n}::text::json)
             as x(day date, id bigint, items integer, applied integer, duplicate integer, ignored integer,
                  rejected integer, parked integer)
          where l.day = x.day and l.id = x.id"
    )
}

/// What became of webhooks, as one parameter.
pub(super) fn tally_rows(tallies: &[(Entry, Tally)]) -> String {
    let rows = tallies.iter().map(|(entry, tally)| {
        json!({
            "day": entry.day, "id": entry.id, "items": tally.items, "applied": tally.applied,
            "duplicate": tally.duplicate, "ignored": tally.ignored, "rejected": tally.rejected,
            "parked": tally.parked,
        })
    });
    super::as_rows(&rows.collect::<Vec<_>>())
}

/// How a parked status ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParkedEnd {
    /// It moved its delivery.
    Applied,
    /// Its delivery was that far already.
    Duplicate,
    /// Nobody here sent that message.
    Ignored,
}

/// What waits in the database, for those who watch it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Webhooks that are kept and not applied.
    pub ledger_pending: i64,
    /// Deliveries that wait for their turn.
    pub deliveries_queued: i64,
    /// Deliveries that are being made.
    pub deliveries_sending: i64,
    /// Bots' turns.
    pub bot_turns: i64,
    /// Statuses whose message is not known (yet).
    pub parked_statuses: i64,
    /// How long the oldest writing transaction has been open, in milliseconds: it holds the feed's cursor back.
    pub oldest_writer_ms: i64,
}

impl Store {
    /// What waits. Every count is over rows that an index holds because they wait.
    pub async fn waiting(&self) -> Result<Waiting> {
        let row: (i64, i64, i64, i64, i64, i64) = sqlx::query_as(
            "select (select count(*) from ledger where state = 'pending'),
                    (select count(*) from deliveries where state = 'queued'),
                    (select count(*) from deliveries where state = 'sending'),
                    (select count(*) from bot_turns),
                    (select count(*) from parked_statuses),
                    (select coalesce(max(extract(epoch from clock_timestamp() - xact_start) * 1000), 0)::bigint
                       from pg_stat_activity where backend_xid is not null)",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(Waiting {
            ledger_pending: row.0,
            deliveries_queued: row.1,
            deliveries_sending: row.2,
            bot_turns: row.3,
            parked_statuses: row.4,
            oldest_writer_ms: row.5,
        })
    }
}
