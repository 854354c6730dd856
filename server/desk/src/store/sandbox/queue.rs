//! The sandbox's webhooks on their way to the desk.
//!
//! What is claimed is a whole thread, so that its webhooks stay in order. Whatever touches a thread and
//! something in it takes the thread's lock first.

use contract::{ConnectionId, Time};
use uuid::Uuid;

use super::Thread;
use crate::store::{Result, Store, Tx};

/// How long a claim holds without a sign of life. Longer than one try may take.
const LEASE: &str = "interval '8 seconds'";

/// A webhook to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The bytes; they are text with every provider.
    pub body: String,
    /// Their type.
    pub content_type: &'static str,
    /// What stands behind the connection's address: `/tail?query#fragment`. The fragment is not sent.
    pub target: String,
    /// The customer's message in it, if that is what it brings.
    pub own: Option<String>,
    /// When it is due.
    pub due: Time,
}

/// A claimed thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Which.
    pub thread: Thread,
    /// By whom: no claim has the same.
    pub holder: Uuid,
}

/// A webhook of a claimed thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Which.
    pub id: i64,
    /// The bytes.
    pub body: String,
    /// Their type.
    pub content_type: String,
    /// What stands behind the connection's address, as in [`Webhook`].
    pub target: String,
    /// The customer's message in it, if that is what it brings.
    pub own: Option<String>,
    /// Tries that have failed.
    pub attempts: u32,
    /// Milliseconds since it was due.
    pub age_ms: i64,
}

type QueuedRow = (i64, String, String, String, Option<String>, i32, i64);

impl Store {
    /// Claims at most so many threads that have a webhook due.
    pub async fn sandbox_claim(&self, most: i64) -> Result<Vec<Lane>> {
        let holder = Uuid::now_v7();
        // `(select desk_now())` is worked out once, so that the index serves.
        let rows: Vec<(String, String, Uuid)> = sqlx::query_as(&format!(
            "with due as (
               select number, line from sandbox_threads
               where next_at <= (select desk_now())
                 and coalesce(retry_at <= (select desk_now()), true)
                 and coalesce(lease_until <= (select desk_now()), true)
               order by next_at limit $2 for update skip locked)
             update sandbox_threads t set holder = $1, lease_until = desk_now() + {LEASE}
             from due where t.number = due.number and t.line = due.line
             returning t.number, t.line, t.connection_id"
        ))
        .bind(holder)
        .bind(most)
        .fetch_all(self.pool())
        .await?;
        let lane = |(number, line, connection)| Lane {
            thread: Thread { number, line, connection: ConnectionId(connection) },
            holder,
        };
        Ok(rows.into_iter().map(lane).collect())
    }

    /// Milliseconds until a thread may be claimed; none if nothing waits.
    pub async fn sandbox_due_in(&self) -> Result<Option<i64>> {
        let ms = sqlx::query_scalar(
            "select to_ms(min(greatest(next_at, retry_at, lease_until))) - to_ms(desk_now())
             from sandbox_threads where next_at is not null",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(ms)
    }

    /// Webhooks that the desk has not taken yet.
    pub async fn sandbox_waiting(&self) -> Result<i64> {
        let count =
            sqlx::query_scalar("select count(*) from sandbox_webhooks").fetch_one(self.pool()).await?;
        Ok(count)
    }

    /// The next webhooks of a claimed thread that are due, in order.
    pub async fn sandbox_next(&self, lane: &Lane, most: i64) -> Result<Vec<Queued>> {
        let rows: Vec<QueuedRow> = sqlx::query_as(
            "select id, body, content_type, target, own, attempts, to_ms((select desk_now())) - to_ms(due_at)
             from sandbox_webhooks where number = $1 and line = $2 and due_at <= (select desk_now())
             order by due_at, id limit $3",
        )
        .bind(&lane.thread.number)
        .bind(&lane.thread.line)
        .bind(most)
        .fetch_all(self.pool())
        .await?;
        let queued = |(id, body, content_type, target, own, attempts, age_ms): QueuedRow| Queued {
            id,
            body,
            content_type,
            target,
            own,
            attempts: u32::try_from(attempts).unwrap_or(0),
            age_ms,
        };
        Ok(rows.into_iter().map(queued).collect())
    }

    /// The desk has taken a webhook. Says whether the claim still holds, and prolongs it.
    pub async fn sandbox_taken(&self, lane: &Lane, webhook: &Queued) -> Result<bool> {
        self.sandbox_end(lane, webhook, "delivered").await
    }

    /// The desk has refused a webhook for too long. Says whether the claim still holds, and prolongs it.
    pub async fn sandbox_given_up(&self, lane: &Lane, webhook: &Queued) -> Result<bool> {
        self.sandbox_end(lane, webhook, "failed").await
    }

    async fn sandbox_end(&self, lane: &Lane, webhook: &Queued, status: &str) -> Result<bool> {
        let mut tx = self.begin().await?;
        let held = sqlx::query(&format!(
            "update sandbox_threads set lease_until = desk_now() + {LEASE}, retry_at = null,
                    revision = revision + case when $4::text is null then 0 else 1 end
             where number = $1 and line = $2 and holder = $3"
        ))
        .bind(&lane.thread.number)
        .bind(&lane.thread.line)
        .bind(lane.holder)
        .bind(&webhook.own)
        .execute(tx.connection())
        .await?;
        sqlx::query(
            "with gone as (delete from sandbox_webhooks where id = $1 returning own)
             update sandbox_messages m set status = $2 from gone where m.id = gone.own and m.status = 'sent'",
        )
        .bind(webhook.id)
        .bind(status)
        .execute(tx.connection())
        .await?;
        tx.commit().await?;
        Ok(held.rows_affected() == 1)
    }

    /// A try has failed: the thread is let go and rests so many milliseconds.
    pub async fn sandbox_refused(&self, lane: &Lane, webhook: &Queued, pause_ms: i64) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "update sandbox_threads set holder = null, lease_until = null,
                    retry_at = desk_now() + $4 * interval '1 millisecond'
             where number = $1 and line = $2 and holder = $3",
        )
        .bind(&lane.thread.number)
        .bind(&lane.thread.line)
        .bind(lane.holder)
        .bind(pause_ms)
        .execute(tx.connection())
        .await?;
        sqlx::query("update sandbox_webhooks set attempts = attempts + 1 where id = $1")
            .bind(webhook.id)
            .execute(tx.connection())
            .await?;
        tx.commit().await
    }

    /// Lets a claimed thread go.
    pub async fn sandbox_release(&self, lane: &Lane) -> Result<()> {
        let mut tx = self.begin().await?;
        // A statement of its own: what was queued while we waited for the lock is seen only by the next one.
        sqlx::query("select 1 from sandbox_threads where number = $1 and line = $2 for update")
            .bind(&lane.thread.number)
            .bind(&lane.thread.line)
            .execute(tx.connection())
            .await?;
        sqlx::query(
            "update sandbox_threads t set holder = null, lease_until = null,
                    next_at = (select min(due_at) from sandbox_webhooks w
                               where w.number = t.number and w.line = t.line)
             where number = $1 and line = $2 and holder = $3",
        )
        .bind(&lane.thread.number)
        .bind(&lane.thread.line)
        .bind(lane.holder)
        .execute(tx.connection())
        .await?;
        tx.commit().await
    }
}

impl Tx {
    /// Queues webhooks of a locked thread.
    pub async fn sandbox_enqueue(&mut self, thread: &Thread, webhooks: &[Webhook]) -> Result<()> {
        let Some(first) = webhooks.iter().map(|webhook| webhook.due.0).min() else { return Ok(()) };
        let bodies: Vec<&str> = webhooks.iter().map(|webhook| webhook.body.as_str()).collect();
        let types: Vec<&str> = webhooks.iter().map(|webhook| webhook.content_type).collect();
        let targets: Vec<&str> = webhooks.iter().map(|webhook| webhook.target.as_str()).collect();
        let owns: Vec<Option<&str>> = webhooks.iter().map(|webhook| webhook.own.as_deref()).collect();
        let dues: Vec<i64> = webhooks.iter().map(|webhook| webhook.due.0).collect();
        sqlx::query(
            "insert into sandbox_webhooks (number, line, body, content_type, target, own, due_at)
             select $1, $2, body, content_type, target, own, from_ms(due)
             from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
                  with ordinality as w (body, content_type, target, own, due, place)
             order by place",
        )
        .bind(&thread.number)
        .bind(&thread.line)
        .bind(bodies)
        .bind(types)
        .bind(targets)
        .bind(owns)
        .bind(dues)
        .execute(self.connection())
        .await?;
        sqlx::query(
            "update sandbox_threads set next_at = least(next_at, from_ms($3))
             where number = $1 and line = $2",
        )
        .bind(&thread.number)
        .bind(&thread.line)
        .bind(first)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
