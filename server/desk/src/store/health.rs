//! How connections do: what went out lately, wrong signatures, tried credentials, outages. Every statement looks at
//! the last day or less; nothing counts over history.

use contract::connection::{AccountNews, BacklogView, Health, Sends};
use contract::{ConnectionId, Time};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Store};

/// The most sends, of all connections together, that are looked at.
const SENDS_SEEN: i64 = 20_000;
/// Outages that are listed, and news.
const LISTED: i64 = 20;
/// The longest reason that is kept of why credentials do not hold, in characters.
const LONGEST_REASON: usize = 500;

#[derive(FromRow)]
struct Row {
    checked_at: Option<i64>,
    check_error: Option<String>,
    repeat_window_s: i32,
    backlog: bool,
    read_at: Option<i64>,
    brought: Option<i32>,
    backlog_error: Option<String>,
}

impl Store {
    /// How a connection does; nothing if it is gone. `day_ago` is the lowest id (UUID v7) of 24 hours ago.
    pub async fn connection_health(&self, connection: ConnectionId, day_ago: Uuid) -> Result<Option<Health>> {
        let row: Option<Row> = sqlx::query_as(
            "select to_ms(c.checked_at) as checked_at, c.check_error, c.repeat_window_s,
                    b.connection_id is not null as backlog, to_ms(b.read_at) as read_at, b.brought,
                    b.error as backlog_error
               from connections c left join backlogs b on b.connection_id = c.id
              where c.id = $1",
        )
        .bind(connection.0)
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let (sends, last_out) = self.sends(connection, day_ago).await?;
        Ok(Some(Health {
            last_out,
            sends,
            bad_signatures: self.bad_signatures(connection).await?,
            checked_at: row.checked_at.map(Time),
            check_error: row.check_error,
            backlog: row.backlog.then(|| BacklogView {
                read_at: row.read_at.map(Time),
                brought: row.brought.unwrap_or_default(),
                error: row.backlog_error,
            }),
            outages: self.outages(connection).await?,
            news: self.account_news(connection).await?,
            repeat_window_s: row.repeat_window_s,
        }))
    }

    async fn sends(&self, connection: ConnectionId, day_ago: Uuid) -> Result<(Sends, Option<Time>)> {
        let (all, failed, last, since): (i64, i64, Option<i64>, Option<i64>) = sqlx::query_as(
            "with recent as materialized (
               select channel_id, state, created_at, sent_at from deliveries
                where id >= $2 order by id desc limit $3),
             mine as (
               select r.* from recent r join channels ch on ch.id = r.channel_id
                where ch.connection_id = $1 and r.state not in ('queued', 'sending', 'cancelled'))
             select count(*), count(*) filter (where state in ('failed', 'uncertain')),
                    to_ms(max(coalesce(sent_at, created_at)) filter (where state <> 'failed')),
                    (select case when count(*) = $3 then to_ms(min(created_at)) end from recent)
               from mine",
        )
        .bind(connection.0)
        .bind(day_ago)
        .bind(SENDS_SEEN)
        .fetch_one(self.pool())
        .await?;
        Ok((Sends { all, failed, since: since.map(Time) }, last.map(Time)))
    }

    async fn bad_signatures(&self, connection: ConnectionId) -> Result<Vec<(Time, i64)>> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "select to_ms(hour), count from bad_signatures
              where connection_id = $1 and hour > desk_now() - interval '24 hours' order by hour desc",
        )
        .bind(connection.0)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(hour, count)| (Time(hour), count)).collect())
    }

    async fn outages(&self, connection: ConnectionId) -> Result<Vec<(Time, Time)>> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "select to_ms(o.began_at), to_ms(o.ended_at)
               from outages o join connections c on c.id = $1 and o.ended_at > c.created_at
              where o.ended_at > desk_now() - interval '7 days'
              order by o.ended_at desc limit $2",
        )
        .bind(connection.0)
        .bind(LISTED)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(from, until)| (Time(from), Time(until))).collect())
    }

    async fn account_news(&self, connection: ConnectionId) -> Result<Vec<AccountNews>> {
        let rows: Vec<(i64, String, String)> = sqlx::query_as(
            "select to_ms(at), kind, detail from account_events
              where connection_id = $1 and at > desk_now() - interval '7 days'
              order by at desc, id desc limit $2",
        )
        .bind(connection.0)
        .bind(LISTED)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(at, kind, text)| AccountNews { at: Time(at), kind, text }).collect())
    }

    /// Notes what came of trying a connection's credentials: why they do not hold, or nothing.
    pub async fn note_check(&self, connection: ConnectionId, error: Option<&str>) -> Result<()> {
        let error = error.map(|text| text.replace('\0', "").chars().take(LONGEST_REASON).collect::<String>());
        sqlx::query("update connections set checked_at = desk_now(), check_error = $2 where id = $1")
            .bind(connection.0)
            .bind(error)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}
