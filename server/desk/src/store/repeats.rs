//! Messages without ids: where equal ones came in, and which webhooks were answered.

use contract::{ConnectionId, Time};
use serde_json::json;
use sqlx::FromRow;
use uuid::Uuid;

use super::ledger::Entry;
use super::{Result, Store, Tx};

/// A message without an id, in a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The connection.
    pub connection: ConnectionId,
    /// What equal messages have in common.
    pub digest: String,
    /// The webhook.
    pub entry: Entry,
    /// When it came in.
    pub received_at: Time,
}

/// A sighting, as the database knows it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Which.
    pub sighting: Sighting,
    /// Whether its webhook was answered.
    pub answered: bool,
    /// Whether it was applied before.
    pub applied: bool,
    /// How far apart two equal messages can be and one the repeat of the other, in milliseconds.
    pub window_ms: i64,
}

#[derive(FromRow)]
struct SeenRow {
    connection_id: Uuid,
    digest: String,
    day: String,
    id: i64,
    at: i64,
    answered: bool,
    applied: bool,
    window_s: i32,
}

impl Tx {
    /// These sightings, and those of equal messages near them.
    pub async fn sightings(&mut self, wanted: &[Sighting]) -> Result<Vec<Seen>> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<SeenRow> = sqlx::query_as(
            "with w as materialized (
               select x.*, c.repeat_window_s as window_s
                 from json_to_recordset($1::text::json)
                   as x(connection_id uuid, digest text, day date, id bigint, at bigint)
                 join connections c on c.id = x.connection_id),
             near as (
               select connection_id, digest, day, id, at, window_s, false as applied from w
               union
               select r.connection_id, r.digest, r.ledger_day, r.ledger_id, to_ms(r.received_at), w.window_s, true
                 from w join repeats r on r.connection_id = w.connection_id and r.digest = w.digest
                  and r.received_at between from_ms(w.at) - w.window_s * interval '1 second'
                                        and from_ms(w.at) + w.window_s * interval '1 second'
                where (r.ledger_day, r.ledger_id) <> (w.day, w.id))
             select n.connection_id, n.digest, n.day::text as day, n.id, n.at, n.applied, n.window_s,
                    exists (select 1 from answers a where a.ledger_day = n.day and a.ledger_id = n.id) as answered
               from near n",
        )
        .bind(super::as_rows(&wanted.iter().map(columns).collect::<Vec<_>>()))
        .fetch_all(self.connection())
        .await?;
        let seen = |row: SeenRow| Seen {
            sighting: Sighting {
                connection: ConnectionId(row.connection_id),
                digest: row.digest,
                entry: Entry { day: row.day, id: row.id },
                received_at: Time(row.at),
            },
            answered: row.answered,
            applied: row.applied,
            window_ms: i64::from(row.window_s) * 1_000,
        };
        Ok(rows.into_iter().map(seen).collect())
    }

    /// Writes sightings down.
    pub async fn note_sightings(&mut self, sightings: &[Sighting]) -> Result<()> {
        if sightings.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "insert into repeats (connection_id, digest, received_at, ledger_day, ledger_id)
             select connection_id, digest, from_ms(at), day, id
               from json_to_recordset($1::text::json)
                 as x(connection_id uuid, digest text, day date, id bigint, at bigint)
                 on conflict do nothing",
        )
        .bind(super::as_rows(&sightings.iter().map(columns).collect::<Vec<_>>()))
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

fn columns(sighting: &Sighting) -> serde_json::Value {
    json!({
        "connection_id": sighting.connection, "digest": sighting.digest, "day": sighting.entry.day,
        "id": sighting.entry.id, "at": sighting.received_at,
    })
}

impl Store {
    /// Notes that a webhook was answered.
    pub async fn note_answer(&self, entry: &Entry) -> Result<()> {
        sqlx::query(
            "insert into answers (ledger_day, ledger_id, at) values ($1::date, $2, desk_now())
                 on conflict do nothing",
        )
        .bind(&entry.day)
        .bind(entry.id)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Forgets sightings and answers whose webhooks have no bodies any more: those cannot be replayed.
    pub async fn forget_sightings(&self, keep_days: i32) -> Result<()> {
        for statement in [
            "delete from repeats where received_at < desk_now() - ($1 + 2) * interval '1 day'",
            "delete from answers where at < desk_now() - ($1 + 2) * interval '1 day'",
        ] {
            sqlx::query(statement).bind(keep_days).execute(self.pool()).await?;
        }
        Ok(())
    }
}
