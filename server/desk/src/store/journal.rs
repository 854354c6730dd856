//! The events: appending them, and reading the feed over all conversations.
//!
//! The feed is ordered by `(tx, id)`. An event is *settled* once no transaction that could still write before it
//! is running: only then may a cursor move past it.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use contract::{Actor, Card, Change, ConversationId, Event, Message, Owner, Time};
use serde_json::json;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Result, Store, Tx, cards, handoffs, messages, words};

mod heard;
mod settled;

pub use heard::{Follower, Hand, Heard, Spared};
pub use settled::{Audience, Channels, Notes, Settled};

/// An event about to be written.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// Its number there.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// By whom.
    pub actor: Actor,
    /// What.
    pub change: Change,
}

/// A place in the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// The transaction that wrote it.
    pub tx: i64,
    /// The event's id.
    pub id: i64,
}

/// A place in the feed that outlives this process. Opaque to everybody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Raised when transaction ids have begun anew.
    pub generation: i64,
    /// The last event that was settled.
    pub place: Place,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.generation, self.place.tx, self.place.id)
    }
}

impl FromStr for Cursor {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<Cursor, ()> {
        let mut numbers = text.splitn(3, '.').map(str::parse::<i64>);
        let mut next = || numbers.next().and_then(std::result::Result::ok).ok_or(());
        let (generation, tx, id) = (next()?, next()?, next()?);
        Ok(Cursor { generation, place: Place { tx, id } })
    }
}

/// How much of an event is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The event and its conversation's row: enough to count.
    Cards,
    /// Also the message and the handoff it speaks of, and the names.
    Full,
}

/// One event of the feed.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its place.
    pub place: Place,
    /// Whether a cursor may move past it.
    pub settled: bool,
    /// The event, with what it speaks of.
    pub event: Event,
}

#[derive(FromRow)]
struct Row {
    conversation_id: Uuid,
    seq: i64,
    id: i64,
    tx: i64,
    settled: bool,
    at: i64,
    actor_kind: String,
    actor_id: Option<Uuid>,
    change: Json<Change>,
}

impl Row {
    fn place(&self) -> Place {
        Place { tx: self.tx, id: self.id }
    }
}

impl Tx {
    /// Appends events. Their numbers come from conversations whose locks this transaction holds.
    pub async fn append(&mut self, events: &[NewEvent]) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        sqlx::query(&append_sql(1)).bind(event_rows(events)).execute(self.connection()).await?;
        Ok(())
    }
}

/// The statement that appends events; they are its parameter `n`, as [`event_rows`].
pub(super) fn append_sql(n: u8) -> String {
    format!(
        "insert into events (conversation_id, seq, at, actor_kind, actor_id, change)
         select conversation_id, seq, from_ms(at), actor_kind, actor_id, change
           from json_to_recordset(${n}::text::json)
             as x(conversation_id uuid, seq bigint, at bigint, actor_kind text, actor_id uuid, change jsonb)"
    )
}

/// Events, as one parameter.
pub(super) fn event_rows(events: &[NewEvent]) -> String {
    let rows = events.iter().map(|event| {
        let (actor_kind, actor_id) = words::actor_columns(event.actor);
        json!({
            "conversation_id": event.conversation, "seq": event.seq, "at": event.at,
            "actor_kind": actor_kind, "actor_id": actor_id, "change": event.change,
        })
    });
    super::as_rows(&rows.collect::<Vec<_>>())
}

impl Store {
    /// Where the feed stands now: everything before this cursor has been written.
    pub async fn cursor(&self) -> Result<Cursor> {
        let mut connection = self.pool().acquire().await?;
        Ok(now(&mut connection).await?.0)
    }

    /// The events after a place, oldest first, at most `limit`, for one browser that has missed them.
    pub async fn missed(&self, after: Place, limit: i64) -> Result<Vec<Told>> {
        let mut connection = self.pool().acquire().await?;
        let rows = look(&mut connection, after, limit).await?;
        hydrate(&mut connection, rows).await
    }

    /// At start: when transaction ids have begun anew (a restored dump), old cursors are void and the feed
    /// begins again. Returns the generation that holds now.
    pub async fn check_generation(&self) -> Result<i64> {
        let mut tx = self.begin().await?;
        let connection = tx.connection();
        sqlx::query("select pg_advisory_xact_lock(hashtext('baton.generation'))")
            .execute(&mut *connection)
            .await?;
        let (behind,): (bool,) = sqlx::query_as(
            "select coalesce((select tx from events order by tx desc limit 1)
                             >= pg_snapshot_xmax(pg_current_snapshot()), false)",
        )
        .fetch_one(&mut *connection)
        .await?;
        if behind {
            sqlx::query("update events set tx = '0'::xid8").execute(&mut *connection).await?;
            sqlx::query("update desk set generation = generation + 1").execute(&mut *connection).await?;
        }
        let (generation,): (i64,) =
            sqlx::query_as("select generation from desk").fetch_one(&mut *connection).await?;
        tx.commit().await?;
        Ok(generation)
    }
}

/// The cursor and the desk's clock as this transaction sees them.
pub(super) async fn now(connection: &mut PgConnection) -> Result<(Cursor, Time)> {
    let (generation, tx, now): (i64, i64, i64) = sqlx::query_as(
        "select generation, pg_snapshot_xmin(pg_current_snapshot())::text::bigint, to_ms(desk_now()) from desk",
    )
    .fetch_one(connection)
    .await?;
    Ok((Cursor { generation, place: Place { tx, id: 0 } }, Time(now)))
}

async fn look(connection: &mut PgConnection, after: Place, limit: i64) -> Result<Vec<Row>> {
    let rows = sqlx::query_as(
        "select e.conversation_id, e.seq, e.id, e.tx::text::bigint as tx,
                e.tx < pg_snapshot_xmin(pg_current_snapshot()) as settled, to_ms(e.at) as at, e.actor_kind,
                e.actor_id, e.change
           from events e
          where (e.tx, e.id) > ($1::text::xid8, $2)
          order by e.tx, e.id
          limit $3",
    )
    .bind(after.tx.to_string())
    .bind(after.id)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// What events speak of, beside their conversations.
#[derive(Default)]
struct SpokenOf {
    messages: HashMap<Uuid, Message>,
    handoffs: HashMap<Uuid, contract::Handoff>,
    names: HashMap<Uuid, String>,
}

impl SpokenOf {
    async fn by(connection: &mut PgConnection, rows: &[&Row]) -> Result<SpokenOf> {
        let messages: Vec<Uuid> = rows.iter().filter_map(|row| row.change.message()).map(|id| id.0).collect();
        let handoffs: Vec<Uuid> = rows.iter().filter_map(|row| row.change.handoff()).map(|id| id.0).collect();
        Ok(SpokenOf {
            messages: messages::by_ids(connection, &messages).await?,
            handoffs: handoffs::by_ids(connection, &handoffs).await?,
            names: names(connection, rows.iter().copied().flat_map(named)).await?,
        })
    }
}

async fn hydrate(connection: &mut PgConnection, rows: Vec<Row>) -> Result<Vec<Told>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let cards = cards::by_ids(connection, &conversations_of(&rows)).await?;
    let spoken_of = SpokenOf::by(connection, &rows.iter().collect::<Vec<_>>()).await?;
    tell_all(rows, &cards, &spoken_of)
}

fn conversations_of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Vec<Uuid> {
    let mut conversations: Vec<Uuid> = rows.into_iter().map(|row| row.conversation_id).collect();
    conversations.sort_unstable();
    conversations.dedup();
    conversations
}

fn tell_all(rows: Vec<Row>, cards: &HashMap<Uuid, Card>, spoken_of: &SpokenOf) -> Result<Vec<Told>> {
    let told = rows.into_iter().filter_map(|row| {
        // A conversation that was erased since has no card, and nobody needs its events.
        let card = cards.get(&row.conversation_id)?;
        Some(tell(row, card, spoken_of))
    });
    told.collect()
}

fn tell(row: Row, card: &Card, spoken_of: &SpokenOf) -> Result<Told> {
    let (place, [_, to]) = (row.place(), named(&row));
    let name = |id: Option<Uuid>| id.and_then(|id| spoken_of.names.get(&id).cloned());
    let message = row.change.message().and_then(|id| spoken_of.messages.get(&id.0).cloned());
    let handoff = row.change.handoff().and_then(|id| spoken_of.handoffs.get(&id.0).cloned());
    let event = Event {
        conversation: ConversationId(row.conversation_id),
        seq: row.seq,
        at: Time(row.at),
        actor: words::actor(&row.actor_kind, row.actor_id)?,
        actor_name: name(row.actor_id),
        to_name: name(to),
        message: message.map(Box::new),
        handoff: handoff.map(Box::new),
        change: row.change.0,
        card: Box::new(card.clone()),
    };
    Ok(Told { place, settled: row.settled, event })
}

/// The people and bots that an event names: who did it, and whom it went to.
fn named(row: &Row) -> [Option<Uuid>; 2] {
    [row.actor_id, to_of(&row.change.0)]
}

/// Whom a change of owner went to.
pub(super) fn to_of(change: &Change) -> Option<Uuid> {
    match change {
        Change::OwnerChanged { to: Owner::Agent(id), .. } => Some(id.0),
        Change::OwnerChanged { to: Owner::Bot(id), .. } => Some(id.0),
        _ => None,
    }
}

/// The names of people and bots.
pub(super) async fn names(
    connection: &mut PgConnection,
    ids: impl Iterator<Item = Option<Uuid>>,
) -> Result<HashMap<Uuid, String>> {
    let mut ids: Vec<Uuid> = ids.flatten().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    ids.sort_unstable();
    ids.dedup();
    let rows: Vec<(Uuid, String)> = sqlx::query_as(
        "select id, name from agents where id = any($1) union all select id, name from bots where id = any($1)",
    )
    .bind(ids)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().collect())
}
