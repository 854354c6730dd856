//! Threads: a contact's messages on a channel, page by page, with what happened between them.

use contract::file::Sendable;
use contract::thread::{ContactView, EarlierConversation, Line, ThreadKey, ThreadPage};
use contract::{AddressId, Change, ContactId, ConversationId, Message, Thread, Time};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Result, Store, cards, consents, handoffs, journal, messages, words};

/// Messages on a page.
pub const PAGE: i64 = 50;

/// The kinds of change that a thread shows a line for: those of [`Change::has_line`].
const LINES: [&str; 6] =
    ["owner_changed", "handoff_created", "snoozed", "labelled", "priority_changed", "consent_changed"];

#[derive(FromRow)]
struct LineRow {
    conversation_id: Uuid,
    seq: i64,
    at: i64,
    actor_kind: String,
    actor_id: Option<Uuid>,
    change: Json<Change>,
}

#[derive(FromRow)]
struct ContactRow {
    id: Uuid,
    name: String,
    profile_name: Option<String>,
    username: Option<String>,
    addresses: Vec<String>,
    created_at: i64,
}

impl Store {
    /// A conversation with the last messages of its thread, as of one moment.
    pub async fn thread(&self, id: ConversationId) -> Result<Option<Thread>> {
        let mut tx = self.begin_snapshot().await?;
        let connection = tx.connection();
        let Some(card) = cards::by_ids(connection, &[id.0]).await?.remove(&id.0) else { return Ok(None) };
        let (_, now) = journal::now(connection).await?;
        let (address,): (Uuid,) = sqlx::query_as("select address_id from conversations where id = $1")
            .bind(id.0)
            .fetch_one(&mut *connection)
            .await?;
        let page = page(connection, address, None).await?;
        let contact = contact(connection, card.contact, id).await?;
        let handoff = handoffs::latest(connection, id).await?;
        tx.commit().await?;
        Ok(Some(Thread {
            seq: card.seq,
            card,
            address: AddressId(address),
            contact,
            handoff,
            messages: page.messages,
            lines: page.lines,
            before: page.before,
            now,
            sendable: Sendable::default(),
        }))
    }

    /// The page of a thread that ends before a place.
    pub async fn earlier(&self, id: ConversationId, before: ThreadKey) -> Result<Option<ThreadPage>> {
        let mut tx = self.begin_snapshot().await?;
        let connection = tx.connection();
        let address: Option<(Uuid,)> = sqlx::query_as("select address_id from conversations where id = $1")
            .bind(id.0)
            .fetch_optional(&mut *connection)
            .await?;
        let Some((address,)) = address else { return Ok(None) };
        let page = page(connection, address, Some(before)).await?;
        tx.commit().await?;
        Ok(Some(page))
    }
}

async fn page(connection: &mut PgConnection, address: Uuid, before: Option<ThreadKey>) -> Result<ThreadPage> {
    let sql = format!(
        "select {columns}
           from (select * from messages
                  where address_id = $1
                    and ($2::bigint is null or (sort_at, seq, id) < (from_ms($2), $3, $4))
                  order by sort_at desc, seq desc, id desc limit $5) m
           left join messages q on q.id = m.quoted_id
          order by m.sort_at, m.seq, m.id",
        columns = messages::COLUMNS
    );
    let query = sqlx::query(&sql)
        .bind(address)
        .bind(before.map(|key| key.sort_at.0))
        .bind(before.map(|key| key.seq))
        .bind(before.map(|key| key.message.0))
        .bind(PAGE + 1);
    let mut messages = messages::read(query, connection).await?;
    let more = messages.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    if more {
        messages.remove(0);
    }
    let key =
        |message: &Message| ThreadKey { sort_at: message.sort_at, seq: message.seq, message: message.id };
    let start = if more { messages.first().map(key) } else { None };
    let lines = lines(connection, address, start, before).await?;
    Ok(ThreadPage { messages, lines, before: start })
}

async fn lines(
    connection: &mut PgConnection,
    address: Uuid,
    from: Option<ThreadKey>,
    until: Option<ThreadKey>,
) -> Result<Vec<Line>> {
    let rows: Vec<LineRow> = sqlx::query_as(
        "select e.conversation_id, e.seq, to_ms(e.at) as at, e.actor_kind, e.actor_id, e.change
           from conversations c
           join events e on e.conversation_id = c.id
          where c.address_id = $1 and e.change ?| $2
            and ($3::bigint is null or e.at >= from_ms($3))
            and ($4::bigint is null or e.at < from_ms($4))
          order by e.at, e.seq",
    )
    .bind(address)
    .bind(&LINES[..])
    .bind(from.map(|key| key.sort_at.0))
    .bind(until.map(|key| key.sort_at.0))
    .fetch_all(&mut *connection)
    .await?;
    let ids = rows.iter().flat_map(|row| [row.actor_id, journal::to_of(&row.change.0)]);
    let names = journal::names(connection, ids).await?;
    rows.into_iter()
        .map(|row| {
            let name = |id: Option<Uuid>| id.and_then(|id| names.get(&id).cloned());
            Ok(Line {
                conversation: ConversationId(row.conversation_id),
                seq: row.seq,
                at: Time(row.at),
                actor: words::actor(&row.actor_kind, row.actor_id)?,
                actor_name: name(row.actor_id),
                to_name: name(journal::to_of(&row.change.0)),
                change: row.change.0,
            })
        })
        .collect()
}

async fn contact(connection: &mut PgConnection, id: ContactId, this: ConversationId) -> Result<ContactView> {
    let row: ContactRow = sqlx::query_as(
        "select ct.id,
                coalesce(nullif(trim(ct.profile_name), ''), '@' || ct.username,
                         (select coalesce('+' || phone, user_id) from addresses where contact_id = ct.id
                           order by id limit 1)) as name,
                ct.profile_name, ct.username, to_ms(ct.created_at) as created_at,
                array(select distinct case when i.key ~ '^[0-9]+$' then '+' || i.key else i.key end
                        from addresses a join identities i on i.address_id = a.id
                       where a.contact_id = ct.id) as addresses
           from contacts ct where ct.id = $1",
    )
    .bind(id.0)
    .fetch_one(&mut *connection)
    .await?;
    let earlier: Vec<(Uuid, i64, Option<i64>, String)> = sqlx::query_as(
        "select c.id, to_ms(c.opened_at), to_ms(c.resolved_at), ch.name
           from conversations c join channels ch on ch.id = c.channel_id
          where c.contact_id = $1 and c.id <> $2 order by c.opened_at desc limit 20",
    )
    .bind(id.0)
    .bind(this.0)
    .fetch_all(&mut *connection)
    .await?;
    let same: Vec<(Uuid, i64, Option<i64>, String)> = sqlx::query_as(
        "select c.id, to_ms(c.opened_at), to_ms(c.resolved_at), ch.name
           from addresses a
           join same_people s on s.address_id = a.id
           join addresses o on o.id = s.other_id
           join conversations c on c.id = o.conversation_id
           join channels ch on ch.id = c.channel_id
          where a.contact_id = $1 order by s.at desc, c.id limit 20",
    )
    .bind(id.0)
    .fetch_all(&mut *connection)
    .await?;
    let consents = consents::standing(connection, this.0).await?;
    let line =
        |(id, opened_at, resolved_at, channel_name): (Uuid, i64, Option<i64>, String)| EarlierConversation {
            id: ConversationId(id),
            opened_at: Time(opened_at),
            resolved_at: resolved_at.map(Time),
            channel_name,
        };
    Ok(ContactView {
        consents,
        id: ContactId(row.id),
        name: row.name,
        profile_name: row.profile_name,
        username: row.username,
        addresses: row.addresses,
        first_seen: Time(row.created_at),
        earlier: earlier.into_iter().map(line).collect(),
        same_person: same.into_iter().map(line).collect(),
    })
}
