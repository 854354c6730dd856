//! Deliveries to addresses that are due, and what became of them. A delivery is claimed under a lease; a process that
//! dies with it leaves it to be sent again: the other side knows it by its id.

use contract::{EndpointDeliveryId, EndpointId};
use serde_json::json;
use sqlx::FromRow;
use uuid::Uuid;

use crate::store::{Result, Store, Tx};

/// A delivery that is this process's to send.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// Which.
    pub id: EndpointDeliveryId,
    /// To which address.
    pub endpoint: EndpointId,
    /// Where that lies.
    pub url: String,
    /// What is sent.
    pub body: String,
    /// Which try it is, in all.
    pub n: i32,
    /// Which try it is since it was last begun with.
    pub tries: i32,
}

/// One try, as it is written down.
#[derive(Debug, Clone, Default)]
pub struct Attempt {
    /// How long it took, in milliseconds.
    pub ms: i32,
    /// The headers that were sent.
    pub request: Vec<(String, String)>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// The headers of the answer.
    pub headers: Vec<(String, String)>,
    /// The answer; cut where it is long.
    pub response: Option<String>,
    /// Why there is no answer.
    pub error: Option<String>,
}

/// What becomes of a delivery after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// It was taken.
    Delivered,
    /// It is tried again after so many milliseconds.
    Later(i64),
    /// It is not tried again.
    Failed,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    endpoint_id: Uuid,
    url: String,
    body: String,
    attempts: i32,
    tries: i32,
}

/// How long one process has for a try, in seconds: longer than a call can take.
const LEASE_S: i32 = 45;

impl Store {
    /// Claims deliveries that are due: of each address so many at most, and none of those that have enough under way.
    pub async fn claim_endpoint_deliveries(&self, most: i64, full: &[EndpointId]) -> Result<Vec<Claimed>> {
        let full: Vec<Uuid> = full.iter().map(|id| id.0).collect();
        let rows: Vec<Row> = sqlx::query_as(
            "with due as (
               select d.id, e.url from endpoints e cross join lateral (
                 select id from endpoint_deliveries
                  where endpoint_id = e.id and state = 'pending' and due_at <= desk_now()
                    and (lease_until is null or lease_until <= desk_now())
                  order by due_at limit $1 for update skip locked) d
                where e.active and e.id <> all($2))
             update endpoint_deliveries d
                set attempts = d.attempts + 1, tries = d.tries + 1,
                    lease_until = desk_now() + $3 * interval '1 second'
               from due where d.id = due.id
             returning d.id, d.endpoint_id, due.url, d.body, d.attempts, d.tries",
        )
        .bind(most)
        .bind(full)
        .bind(LEASE_S)
        .fetch_all(self.pool())
        .await?;
        let claimed = rows.into_iter().map(|row| Claimed {
            id: EndpointDeliveryId(row.id),
            endpoint: EndpointId(row.endpoint_id),
            url: row.url,
            body: row.body,
            n: row.attempts,
            tries: row.tries,
        });
        Ok(claimed.collect())
    }

    /// In how many milliseconds the next delivery is due, those of some addresses left out.
    pub async fn next_endpoint_delivery_ms(&self, full: &[EndpointId]) -> Result<Option<i64>> {
        let full: Vec<Uuid> = full.iter().map(|id| id.0).collect();
        let next: Option<i64> = sqlx::query_scalar(
            "select to_ms(min(d.due_at)) - to_ms(desk_now()) from endpoints e cross join lateral (
               select greatest(due_at, lease_until) as due_at from endpoint_deliveries
                where endpoint_id = e.id and state = 'pending' order by due_at limit 1) d
              where e.active and e.id <> all($1)",
        )
        .bind(full)
        .fetch_one(self.pool())
        .await?;
        Ok(next)
    }

    /// Forgets deliveries that were begun so many days ago, with their tries.
    pub async fn forget_endpoint_deliveries(&self, days: i32) -> Result<u64> {
        let gone = sqlx::query(
            "delete from endpoint_deliveries where created_at < desk_now() - $1 * interval '1 day'",
        )
        .bind(days)
        .execute(self.pool())
        .await?;
        Ok(gone.rows_affected())
    }
}

impl Tx {
    /// Notes that an address has taken something, or that it has not. Says whether it has taken nothing for so many
    /// days.
    pub async fn note_endpoint(&mut self, id: EndpointId, became: Became, days: i32) -> Result<bool> {
        let sql = match became {
            Became::Delivered => {
                "update endpoints set failing_since = null where id = $1 and failing_since is not null
                 returning $2 < 0"
            }
            Became::Later(_) | Became::Failed => {
                "with since as (
                   update endpoints set failing_since = desk_now() where id = $1 and failing_since is null)
                 select coalesce(failing_since < desk_now() - $2 * interval '1 day', false)
                   from endpoints where id = $1"
            }
        };
        let too_long: Option<bool> =
            sqlx::query_scalar(sql).bind(id.0).bind(days).fetch_optional(self.connection()).await?;
        Ok(too_long.unwrap_or(false))
    }

    /// Writes a try down, and what becomes of its delivery. Nothing, if another process has taken it over.
    pub async fn settle_endpoint_delivery(
        &mut self,
        claimed: &Claimed,
        attempt: &Attempt,
        became: Became,
    ) -> Result<bool> {
        let (state, wait) = match became {
            Became::Delivered => ("delivered", None),
            Became::Later(ms) => ("pending", Some(ms)),
            Became::Failed => ("failed", None),
        };
        let done = sqlx::query(
            "update endpoint_deliveries
                set state = $3, lease_until = null,
                    due_at = coalesce(desk_now() + $4 * interval '1 millisecond', due_at),
                    done_at = case when $3 <> 'pending' then desk_now() end
              where id = $1 and attempts = $2 and state = 'pending'",
        )
        .bind(claimed.id.0)
        .bind(claimed.n)
        .bind(state)
        .bind(wait)
        .execute(self.connection())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(
            "insert into endpoint_attempts (delivery_id, n, at, ms, request, status, headers, response, error)
             values ($1, $2, desk_now(), $3, $4, $5, $6, $7, $8)",
        )
        .bind(claimed.id.0)
        .bind(claimed.n)
        .bind(attempt.ms)
        .bind(json!(attempt.request))
        .bind(attempt.status.map(i32::from))
        .bind(json!(attempt.headers))
        .bind(&attempt.response)
        .bind(&attempt.error)
        .execute(self.connection())
        .await?;
        Ok(true)
    }

    /// Makes a delivery again, from the beginning. Says whether there is such a one and its address is told anything.
    pub async fn redeliver(&mut self, id: EndpointDeliveryId) -> Result<bool> {
        let done = sqlx::query(
            "update endpoint_deliveries d
                set state = 'pending', tries = 0, due_at = desk_now(), done_at = null
               from endpoints e where d.id = $1 and e.id = d.endpoint_id and e.active",
        )
        .bind(id.0)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() > 0)
    }
}
