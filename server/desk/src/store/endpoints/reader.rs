//! How far the feed was read for each address, and the deliveries that come of it.
//!
//! An address has two readers: one that goes on for ever, and one that an admin sets off to bring up again what was not
//! taken. One process at a time reads for an address: it holds its row.

use contract::{ConversationId, EndpointDeliveryId, EndpointId, Time};
use uuid::Uuid;

use crate::store::journal::{Cursor, Place};
use crate::store::{Result, Store, Tx};

/// A reader: where it stands, and what it is for.
#[derive(Debug, Clone)]
pub struct Reader {
    /// For which address.
    pub endpoint: EndpointId,
    /// Names of the events that it is told of; empty: all.
    pub events: Vec<String>,
    /// How far it has come.
    pub after: Cursor,
    /// Where it stops: then it brings up again what was not taken.
    pub until: Option<Place>,
}

/// A delivery to be begun.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Its id.
    pub id: EndpointDeliveryId,
    /// Of which conversation; absent: a test.
    pub conversation: Option<ConversationId>,
    /// The event's number there.
    pub seq: Option<i64>,
    /// The event's name.
    pub event: String,
    /// What is sent.
    pub body: String,
}

type ReaderRow = (Uuid, Vec<String>, i64, i64, i64, Option<i64>, Option<i64>);

impl Store {
    /// The addresses that are told anything, those that wait longest first.
    pub async fn told_endpoints(&self) -> Result<Vec<EndpointId>> {
        let ids: Vec<Uuid> =
            sqlx::query_scalar("select id from endpoints where active order by after_tx, id")
                .fetch_all(self.pool())
                .await?;
        Ok(ids.into_iter().map(EndpointId).collect())
    }

    /// A place in the feed before which nothing happened since a moment, as far back as there are events.
    pub async fn place_at(&self, since: Time) -> Result<Place> {
        // A transaction that began before the moment may have written after it.
        let found: Option<(i64, i64)> = sqlx::query_as(
            "select tx::text::bigint, id from events
              where at >= from_ms($1) - interval '1 minute' order by tx, id limit 1",
        )
        .bind(since.0)
        .fetch_optional(self.pool())
        .await?;
        Ok(match found {
            Some((tx, id)) => Place { tx, id: id.saturating_sub(1) },
            None => self.cursor().await?.place,
        })
    }
}

impl Tx {
    /// Takes the reader of an address that goes on for ever, unless another process has it.
    pub async fn take_reader(&mut self, id: EndpointId) -> Result<Option<Reader>> {
        self.reader(id, "generation, after_tx, after_id, null::bigint, null::bigint", "true").await
    }

    /// Takes the reader that recovers, where there is one and no other process has it.
    pub async fn take_recovery(&mut self, id: EndpointId) -> Result<Option<Reader>> {
        let columns = "generation, recover_tx, recover_id, recover_to_tx, recover_to_id";
        self.reader(id, columns, "recover_tx is not null").await
    }

    async fn reader(&mut self, id: EndpointId, columns: &str, condition: &str) -> Result<Option<Reader>> {
        let sql = format!(
            "select id, events, {columns} from endpoints where id = $1 and active and {condition}
                for update skip locked"
        );
        let row: Option<ReaderRow> =
            sqlx::query_as(&sql).bind(id.0).fetch_optional(self.connection()).await?;
        Ok(row.map(|(id, events, generation, tx, after, to_tx, to_id)| Reader {
            endpoint: EndpointId(id),
            events,
            after: Cursor { generation, place: Place { tx, id: after } },
            until: to_tx.zip(to_id).map(|(tx, id)| Place { tx, id }),
        }))
    }

    /// Begins deliveries. One that was begun before is left alone; where the reader recovers, one that had failed is
    /// made again.
    pub async fn begin_deliveries(&mut self, reader: &Reader, new: &[NewDelivery]) -> Result<()> {
        if new.is_empty() {
            return Ok(());
        }
        let again = match reader.until {
            Some(_) => {
                "do update set state = 'pending', tries = 0, due_at = desk_now(), done_at = null
                  where endpoint_deliveries.state = 'failed'"
            }
            None => "do nothing",
        };
        let sql = format!(
            "insert into endpoint_deliveries (id, endpoint_id, conversation_id, seq, event, body, due_at)
             select x.id, $1, x.conversation_id, x.seq, x.event, x.body, desk_now()
               from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[])
                 as x(id, conversation_id, seq, event, body)
               join conversations c on c.id = x.conversation_id
             on conflict (endpoint_id, conversation_id, seq) {again}"
        );
        sqlx::query(&sql)
            .bind(reader.endpoint.0)
            .bind(new.iter().map(|one| one.id.0).collect::<Vec<Uuid>>())
            .bind(new.iter().map(|one| one.conversation.map(|id| id.0)).collect::<Vec<Option<Uuid>>>())
            .bind(new.iter().map(|one| one.seq).collect::<Vec<Option<i64>>>())
            .bind(new.iter().map(|one| one.event.as_str()).collect::<Vec<&str>>())
            .bind(new.iter().map(|one| one.body.as_str()).collect::<Vec<&str>>())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Begins a delivery that is about no conversation.
    pub async fn begin_test(&mut self, endpoint: EndpointId, new: &NewDelivery) -> Result<()> {
        sqlx::query(
            "insert into endpoint_deliveries (id, endpoint_id, event, body, due_at)
             values ($1, $2, $3, $4, desk_now())",
        )
        .bind(new.id.0)
        .bind(endpoint.0)
        .bind(&new.event)
        .bind(&new.body)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Notes how far a reader has come; the one that recovers is done where it stops.
    pub async fn move_reader(&mut self, reader: &Reader, to: Cursor) -> Result<()> {
        let sql = match reader.until {
            None => "update endpoints set generation = $2, after_tx = $3, after_id = $4 where id = $1",
            Some(until) if to.place >= until => {
                "update endpoints set recover_tx = null, recover_id = null, recover_to_tx = null,
                        recover_to_id = null
                  where id = $1 and ($2::bigint, $3::bigint, $4::bigint) is not null"
            }
            Some(_) => {
                "update endpoints set recover_tx = $3, recover_id = $4 where id = $1 and generation = $2"
            }
        };
        sqlx::query(sql)
            .bind(reader.endpoint.0)
            .bind(to.generation)
            .bind(to.place.tx)
            .bind(to.place.id)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Sets off the reader that recovers, from a place to where the other one is. Says whether there is such an address
    /// and it is told anything.
    pub async fn set_recovery(&mut self, id: EndpointId, from: Place) -> Result<bool> {
        let done = sqlx::query(
            "update endpoints set recover_tx = $2, recover_id = $3, recover_to_tx = after_tx, recover_to_id = after_id
              where id = $1 and active",
        )
        .bind(id.0)
        .bind(from.tx)
        .bind(from.id)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() > 0)
    }
}
