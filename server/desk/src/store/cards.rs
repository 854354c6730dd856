//! The rows of the inbox: by id, by view and page, and all that are not resolved.

use std::collections::HashMap;

use contract::conversation::Preview;
use contract::handoff::Offer;
use contract::inbox::{Page, PageKey};
use contract::{
    AgentId, Body, Card, ChannelId, ContactId, ConversationId, MessageId, OfferId, ReasonCode, Time, View,
};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::journal::{self, Cursor};
use super::{Result, Store, words};
use crate::domain::preview;

mod listed;

pub use listed::{Listed, ListedAfter};

/// Rows on a page.
pub const PAGE: i64 = 50;

#[derive(FromRow)]
struct Row {
    id: Uuid,
    channel_id: Uuid,
    channel_name: String,
    provider: String,
    contact_id: Uuid,
    contact_name: String,
    address: String,
    stage: String,
    owner_kind: String,
    owner_id: Option<Uuid>,
    owner_name: Option<String>,
    epoch: i64,
    last_seq: i64,
    priority: String,
    labels: Vec<String>,
    unread: i32,
    last_at: i64,
    waiting_since: Option<i64>,
    window_until: Option<i64>,
    free_until: Option<i64>,
    snoozed_until: Option<i64>,
    handoff_reason: Option<String>,
    offer_id: Option<Uuid>,
    offer_agent: Option<Uuid>,
    offer_until: Option<i64>,
    callback_at: Option<i64>,
    preview_id: Option<Uuid>,
    preview_author_kind: Option<String>,
    preview_author_id: Option<Uuid>,
    preview_body: Option<Json<Body>>,
    preview_note: Option<bool>,
    preview_state: Option<String>,
    preview_revoked: Option<bool>,
}

/// Everything of [`Row`], over a table or subquery named `c` of conversations.
const SELECT: &str = "select c.id, c.channel_id, ch.name as channel_name, n.provider, c.contact_id,
    coalesce(nullif(trim(ct.profile_name), ''), '@' || ct.username, '+' || ad.phone, ad.user_id) as contact_name,
    coalesce('+' || ad.phone, ad.user_id) as address, c.stage, c.owner_kind, c.owner_id,
    coalesce(ag.name, bo.name) as owner_name, c.epoch, c.last_seq, c.priority, c.labels, c.unread,
    to_ms(c.last_at) as last_at, to_ms(c.waiting_since) as waiting_since, to_ms(c.window_until) as window_until,
    to_ms(c.free_until) as free_until,
    to_ms(c.snoozed_until) as snoozed_until, h.packet ->> 'reason_code' as handoff_reason,
    o.id as offer_id, o.agent_id as offer_agent, to_ms(o.until) as offer_until, to_ms(k.due_at) as callback_at,
    m.id as preview_id, m.author_kind as preview_author_kind, m.author_id as preview_author_id,
    m.body as preview_body, m.note as preview_note, m.state as preview_state,
    m.revoked_at is not null as preview_revoked";

const JOINS: &str = "join channels ch on ch.id = c.channel_id
    join connections n on n.id = ch.connection_id
    join contacts ct on ct.id = c.contact_id
    join addresses ad on ad.id = c.address_id
    left join agents ag on c.owner_kind = 'agent' and ag.id = c.owner_id
    left join bots bo on c.owner_kind = 'bot' and bo.id = c.owner_id
    left join handoffs h on h.id = c.handoff_id
    left join offers o on o.handoff_id = c.handoff_id and o.state = 'open'
    left join callbacks k on k.conversation_id = c.id and k.state = 'open'
    left join messages m on m.id = c.preview_id";

impl Row {
    fn preview(&mut self) -> Result<Option<Preview>> {
        let (Some(id), Some(kind), Some(body)) =
            (self.preview_id, self.preview_author_kind.take(), self.preview_body.take())
        else {
            return Ok(None);
        };
        let revoked = self.preview_revoked.unwrap_or(false);
        Ok(Some(Preview {
            message: MessageId(id),
            author: words::author(&kind, self.preview_author_id)?,
            text: if revoked { String::new() } else { preview::of(&body) },
            note: self.preview_note.unwrap_or(false),
            state: self.preview_state.as_deref().map(words::delivery_state).transpose()?,
        }))
    }

    fn card(mut self) -> Result<Card> {
        let preview = self.preview()?;
        let offer = self.offer_id.zip(self.offer_until).map(|(id, until)| Offer {
            id: OfferId(id),
            agent: self.offer_agent.map(AgentId),
            until: Time(until),
        });
        Ok(Card {
            id: ConversationId(self.id),
            channel: ChannelId(self.channel_id),
            channel_name: self.channel_name,
            provider: self.provider,
            contact: ContactId(self.contact_id),
            contact_name: self.contact_name,
            address: self.address,
            stage: words::stage(&self.stage)?,
            owner: words::owner(&self.owner_kind, self.owner_id)?,
            owner_name: self.owner_name,
            epoch: self.epoch,
            seq: self.last_seq,
            priority: words::priority(&self.priority)?,
            labels: self.labels,
            unread: self.unread,
            preview,
            last_at: Time(self.last_at),
            waiting_since: self.waiting_since.map(Time),
            window_until: self.window_until.map(Time),
            free_until: self.free_until.map(Time),
            snoozed_until: self.snoozed_until.map(Time),
            handoff_reason: self.handoff_reason.as_deref().and_then(ReasonCode::parse),
            offer,
            callback_at: self.callback_at.map(Time),
        })
    }
}

/// Rows by the ids of their conversations.
pub(super) async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Card>> {
    let sql = format!("{SELECT} from conversations c {JOINS} where c.id = any($1)");
    let rows: Vec<Row> = sqlx::query_as(&sql).bind(ids).fetch_all(connection).await?;
    rows.into_iter().map(|row| Ok((row.id, row.card()?))).collect()
}

/// One page of a view, sorted by its key.
pub(super) async fn page(
    connection: &mut PgConnection,
    view: View,
    me: AgentId,
    after: Option<PageKey>,
) -> Result<Page> {
    let (condition, column) = match view {
        View::Mine => ("stage = 'assigned' and owner_id = $1", "last_at"),
        View::Waiting => ("stage = 'waiting'", "waiting_since"),
        View::All => ("stage in ('bot', 'waiting', 'assigned', 'snoozed')", "last_at"),
        View::Bot => ("stage = 'bot'", "last_at"),
        View::Snoozed => ("stage = 'snoozed'", "last_at"),
        View::Resolved => ("stage = 'resolved'", "last_at"),
    };
    // Ascending for the queue, descending for the others; the id breaks ties upwards in both.
    let (past, order) = match view {
        View::Waiting => (">", "asc"),
        _ => ("<", "desc"),
    };
    let sql = format!(
        "{SELECT} from (select * from conversations
                         where {condition}
                           and ($2::bigint is null or {column} {past}= from_ms($2)
                                and ({column} {past} from_ms($2) or id > $3))
                         order by {column} {order}, id limit $4) c
         {JOINS} order by c.{column} {order}, c.id"
    );
    let at = after.map(|key| key.at.abs());
    let rows: Vec<Row> = sqlx::query_as(&sql)
        .bind(me.0)
        .bind(at)
        .bind(after.map(|key| key.id.0))
        .bind(PAGE + 1)
        .fetch_all(connection)
        .await?;
    let mut cards = rows.into_iter().map(Row::card).collect::<Result<Vec<Card>>>()?;
    let more = cards.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    let last = more.then(|| cards.pop()).flatten();
    let next = last.and(cards.last()).map(|card| view.key(card));
    Ok(Page { cards, next })
}

/// A view's first page and the place in the feed that it stands at.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The page.
    pub page: Page,
    /// The place.
    pub cursor: Cursor,
    /// The desk's clock.
    pub now: Time,
    /// What this person is asked to take.
    pub offered: Option<Card>,
}

impl Store {
    /// A view's first page, with the place in the feed at which it stands, read as of one moment.
    pub async fn inbox(&self, view: View, me: AgentId) -> Result<Snapshot> {
        let mut tx = self.begin_snapshot().await?;
        let (cursor, now) = journal::now(tx.connection()).await?;
        let page = page(tx.connection(), view, me, None).await?;
        let sql = format!(
            "{SELECT} from conversations c {JOINS}
              where c.id = (select conversation_id from offers where agent_id = $1 and state = 'open')"
        );
        let offered: Option<Row> = sqlx::query_as(&sql).bind(me.0).fetch_optional(tx.connection()).await?;
        tx.commit().await?;
        Ok(Snapshot { page, cursor, now, offered: offered.map(Row::card).transpose()? })
    }

    /// One more page of a view.
    pub async fn inbox_page(&self, view: View, me: AgentId, after: PageKey) -> Result<Page> {
        let mut connection = self.pool().acquire().await?;
        page(&mut connection, view, me, Some(after)).await
    }

    /// Every conversation that is not resolved, with the place in the feed at which they stand.
    pub async fn open_cards(&self) -> Result<(Vec<Card>, Cursor)> {
        let mut tx = self.begin_snapshot().await?;
        let (cursor, _) = journal::now(tx.connection()).await?;
        let sql = format!("{SELECT} from conversations c {JOINS} where c.stage <> 'resolved'");
        let rows: Vec<Row> = sqlx::query_as(&sql).fetch_all(tx.connection()).await?;
        let cards = rows.into_iter().map(Row::card).collect::<Result<Vec<Card>>>()?;
        tx.commit().await?;
        Ok((cards, cursor))
    }

    /// One conversation's row.
    pub async fn card(&self, id: ConversationId) -> Result<Option<Card>> {
        let mut connection = self.pool().acquire().await?;
        Ok(by_ids(&mut connection, &[id.0]).await?.remove(&id.0))
    }
}
