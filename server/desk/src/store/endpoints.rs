//! Web addresses of others that are told what happens.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | the addresses |
//! | [`secrets`] | what signs |
//! | [`reader`] | how far the feed was read for each, and the deliveries that come of it |
//! | [`claims`] | deliveries that are due, and what became of them |
//! | [`log`] | what was sent, as an admin looks through it |

use contract::endpoint::{EndpointView, EndpointWish};
use contract::{AgentId, EndpointId, Time};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::journal::Cursor;
use super::{Result, Store, Tx};

pub mod claims;
pub mod log;
pub mod reader;
pub mod secrets;

/// An address to be told.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// Its id.
    pub id: EndpointId,
    /// What it is and what it is told of.
    pub wish: EndpointWish,
    /// From where on it is told.
    pub from: Cursor,
    /// Who has made it.
    pub by: AgentId,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: String,
    url: String,
    events: Vec<String>,
    active: bool,
    off_reason: Option<String>,
    failing_since: Option<i64>,
    taken_at: Option<i64>,
    pending: i64,
    recovering: bool,
}

impl Row {
    fn view(self) -> EndpointView {
        EndpointView {
            id: EndpointId(self.id),
            wish: EndpointWish { name: self.name, url: self.url, events: self.events },
            active: self.active,
            off_reason: self.off_reason,
            failing_since: self.failing_since.map(Time),
            taken_at: self.taken_at.map(Time),
            pending: self.pending,
            recovering: self.recovering,
        }
    }
}

async fn views(connection: &mut PgConnection, only: Option<EndpointId>) -> Result<Vec<EndpointView>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select e.id, e.name, e.url, e.events, e.active, e.off_reason, to_ms(e.failing_since) as failing_since,
                (select to_ms(d.done_at) from endpoint_deliveries d
                  where d.endpoint_id = e.id and d.state = 'delivered' order by d.id desc limit 1) as taken_at,
                (select count(*) from (select from endpoint_deliveries d
                                        where d.endpoint_id = e.id and d.state = 'pending' limit $2) x) as pending,
                e.recover_tx is not null as recovering
           from endpoints e where $1::uuid is null or e.id = $1
          order by lower(e.name), e.id",
    )
    .bind(only.map(|id| id.0))
    .bind(EndpointView::MANY)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Row::view).collect())
}

impl Store {
    /// Every address, sorted by name.
    pub async fn endpoints(&self) -> Result<Vec<EndpointView>> {
        views(&mut *self.pool().acquire().await?, None).await
    }

    /// One address.
    pub async fn endpoint(&self, id: EndpointId) -> Result<Option<EndpointView>> {
        Ok(views(&mut *self.pool().acquire().await?, Some(id)).await?.pop())
    }
}

impl Tx {
    /// Writes an address down.
    pub async fn add_endpoint(&mut self, new: &NewEndpoint) -> Result<()> {
        sqlx::query(
            "insert into endpoints (id, name, url, events, generation, after_tx, after_id, created_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(new.id.0)
        .bind(&new.wish.name)
        .bind(&new.wish.url)
        .bind(&new.wish.events)
        .bind(new.from.generation)
        .bind(new.from.place.tx)
        .bind(new.from.place.id)
        .bind(new.by.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Lets an address be another one. Says whether there is such a one.
    pub async fn change_endpoint(&mut self, id: EndpointId, wish: &EndpointWish) -> Result<bool> {
        let done = sqlx::query("update endpoints set name = $2, url = $3, events = $4 where id = $1")
            .bind(id.0)
            .bind(&wish.name)
            .bind(&wish.url)
            .bind(&wish.events)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Tells an address from this place on. One that is told already goes on where it is. Says whether there is such
    /// a one.
    pub async fn switch_endpoint_on(&mut self, id: EndpointId, from: Cursor) -> Result<bool> {
        let done = sqlx::query(
            "update endpoints e
                set active = true, off_reason = null, failing_since = null,
                    generation = case when e.active then e.generation else $2 end,
                    after_tx = case when e.active then e.after_tx else $3 end,
                    after_id = case when e.active then e.after_id else $4 end
              where e.id = $1",
        )
        .bind(id.0)
        .bind(from.generation)
        .bind(from.place.tx)
        .bind(from.place.id)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Tells an address nothing more: what is still to be sent to it is not. Says whether it was told anything.
    pub async fn switch_endpoint_off(&mut self, id: EndpointId, why: Option<&str>) -> Result<bool> {
        let done = sqlx::query(
            "update endpoints set active = false, off_reason = $2, recover_tx = null, recover_id = null,
                    recover_to_tx = null, recover_to_id = null
              where id = $1 and active",
        )
        .bind(id.0)
        .bind(why)
        .execute(self.connection())
        .await?;
        sqlx::query(
            "update endpoint_deliveries set state = 'failed', done_at = desk_now()
              where endpoint_id = $1 and state = 'pending'",
        )
        .bind(id.0)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Forgets an address with all that was sent to it. Says whether there was such a one.
    pub async fn remove_endpoint(&mut self, id: EndpointId) -> Result<bool> {
        let done =
            sqlx::query("delete from endpoints where id = $1").bind(id.0).execute(self.connection()).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Tells admins of an address, unless they have been told the same and have not looked yet.
    pub async fn alert_of_endpoint(&mut self, id: EndpointId, kind: &str, text: &str) -> Result<()> {
        sqlx::query(
            "insert into alerts (id, endpoint_id, kind, subject, text, at)
             select $1, e.id, $3, e.name, $4, desk_now() from endpoints e
              where e.id = $2 and not exists (select from alerts a where a.endpoint_id = $2 and a.kind = $3
                                                 and a.seen_at is null)",
        )
        .bind(Uuid::now_v7())
        .bind(id.0)
        .bind(kind)
        .bind(text)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
