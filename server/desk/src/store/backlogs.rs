//! How far providers' own lists of what came in have been read, who reads them, and when nothing could be kept.

use contract::{ConnectionId, Time};
use uuid::Uuid;

use super::{Result, Store};

/// How long a reading may take without a sign of life, in seconds.
const LEASE_S: i32 = 60;
/// How often each list is read, in seconds.
const EVERY_S: i32 = 600;
/// When a list is read again after a reading that ended early, in seconds.
const AGAIN_S: i32 = 60;
/// The longest reason that is kept of why a reading ended early, in characters.
const LONGEST_REASON: usize = 500;

/// A list that this process reads now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The connection.
    pub connection: ConnectionId,
    /// All that came in before is here.
    pub since: Time,
    /// When the reading began: if it comes to its end, all that came in before is here.
    pub began: Time,
}

impl Store {
    /// Takes the lease on a list that is due, of connections to these providers. Nothing if none is due.
    pub async fn take_backlog(&self, providers: &[&str], holder: Uuid) -> Result<Option<Reading>> {
        sqlx::query(
            "insert into backlogs (connection_id, due_at)
             select id, desk_now() from connections where provider = any($1)
                 on conflict do nothing",
        )
        .bind(providers)
        .execute(self.pool())
        .await?;
        let taken: Option<(Uuid, i64, i64)> = sqlx::query_as(
            "with due as (
               select b.connection_id, coalesce(b.read_until, c.last_webhook_at, c.created_at) as since
                 from backlogs b join connections c on c.id = b.connection_id
                where c.provider = any($1) and b.due_at <= desk_now()
                  and (b.lease_until is null or b.lease_until <= desk_now())
                order by b.due_at limit 1 for update of b skip locked)
             update backlogs b set holder = $2, lease_until = desk_now() + $3 * interval '1 second'
               from due where b.connection_id = due.connection_id
             returning b.connection_id, to_ms(due.since), to_ms(desk_now())",
        )
        .bind(providers)
        .bind(holder)
        .bind(LEASE_S)
        .fetch_optional(self.pool())
        .await?;
        Ok(taken.map(|(connection, since, began)| Reading {
            connection: ConnectionId(connection),
            since: Time(since),
            began: Time(began),
        }))
    }

    /// Renews the lease on a list. Whether this process still has it.
    pub async fn renew_backlog(&self, connection: ConnectionId, holder: Uuid) -> Result<bool> {
        let done = sqlx::query(
            "update backlogs set lease_until = desk_now() + $3 * interval '1 second'
              where connection_id = $1 and holder = $2 and lease_until > desk_now()",
        )
        .bind(connection.0)
        .bind(holder)
        .bind(LEASE_S)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends a reading: with how many messages it brought, or why it ended early. An outage that came meanwhile has
    /// made the list due again, and it stays so.
    pub async fn end_backlog(
        &self,
        reading: &Reading,
        holder: Uuid,
        came: std::result::Result<i32, String>,
    ) -> Result<()> {
        let brought = came.as_ref().ok().copied();
        let error =
            came.err().map(|why| why.replace('\0', "").chars().take(LONGEST_REASON).collect::<String>());
        sqlx::query(
            "update backlogs
                set holder = null, lease_until = null, error = $4,
                    due_at = case when due_at > from_ms($5) then due_at
                                  else desk_now() + case when $4::text is null then $6 else $7 end
                                       * interval '1 second' end,
                    read_until = case when $4::text is null then from_ms($5) else read_until end,
                    read_at = case when $4::text is null then desk_now() else read_at end,
                    brought = coalesce($3, brought)
              where connection_id = $1 and holder = $2",
        )
        .bind(reading.connection.0)
        .bind(holder)
        .bind(brought)
        .bind(error)
        .bind(reading.began.0)
        .bind(EVERY_S)
        .bind(AGAIN_S)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Makes every list due now.
    pub async fn read_backlogs_now(&self) -> Result<()> {
        sqlx::query("update backlogs set due_at = desk_now()").execute(self.pool()).await?;
        Ok(())
    }

    /// Writes that a process is there. When one last wrote so before, if ever, and the time now.
    pub async fn beat(&self) -> Result<(Option<Time>, Time)> {
        let (before, now): (Option<i64>, i64) = sqlx::query_as(
            "with before as materialized (select alive_at from desk for update),
             beat as (update desk set alive_at = desk_now())
             select to_ms(alive_at), to_ms(desk_now()) from before",
        )
        .fetch_one(self.pool())
        .await?;
        Ok((before.map(Time), Time(now)))
    }

    /// Notes that nothing could be kept between two moments. What follows closely on the outage before is part of
    /// it.
    pub async fn note_outage(&self, began: Time, ended: Time) -> Result<()> {
        let longer = sqlx::query(
            "update outages set ended_at = greatest(ended_at, from_ms($2))
              where id = (select id from outages order by ended_at desc limit 1)
                and ended_at >= from_ms($1) - interval '1 minute'",
        )
        .bind(began.0)
        .bind(ended.0)
        .execute(self.pool())
        .await?;
        if longer.rows_affected() == 0 {
            sqlx::query("insert into outages (began_at, ended_at) values (from_ms($1), from_ms($2))")
                .bind(began.0)
                .bind(ended.0)
                .execute(self.pool())
                .await?;
        }
        Ok(())
    }

    /// How many of these messages are not here although their channel is: those that a list has brought.
    pub async fn missing_messages(&self, connection: ConnectionId, messages: &[(&str, &str)]) -> Result<i64> {
        let (channels, ids): (Vec<&str>, Vec<&str>) = messages.iter().copied().unzip();
        let count = sqlx::query_scalar(
            "select count(distinct (ch.id, w.id))
               from unnest($2::text[], $3::text[]) as w(provider_channel, id)
               join channels ch on ch.connection_id = $1 and ch.provider_channel = w.provider_channel
              where not exists (select 1 from messages m where m.channel_id = ch.id and m.provider_id = w.id)
                and not exists (select 1 from effects e where e.channel_id = ch.id and e.provider_id = w.id)",
        )
        .bind(connection.0)
        .bind(channels)
        .bind(ids)
        .fetch_one(self.pool())
        .await?;
        Ok(count)
    }
}
