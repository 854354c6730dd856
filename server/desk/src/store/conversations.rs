//! Conversations: taking their locks, and writing them back.

use std::collections::HashMap;

use contract::{
    AddressId, AgentId, BotId, ChannelId, ContactId, ConversationId, HandoffId, MessageId, SlaId, Time,
};
use serde_json::json;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Store, Tx, words};
use crate::domain::Conversation;

/// A locked conversation, and what a flow needs to know around it.
#[derive(Debug, Clone)]
pub struct Held {
    /// The conversation.
    pub conversation: Conversation,
    /// The desk's clock.
    pub now: Time,
    /// The channel's bot, if it has one that is switched on.
    pub bot: Option<BotId>,
    /// The word of the channel's provider.
    pub provider: String,
    /// Whether it is the sandbox's.
    pub sandbox: bool,
}

#[derive(FromRow)]
pub(super) struct Row {
    id: Uuid,
    channel_id: Uuid,
    contact_id: Uuid,
    address_id: Uuid,
    stage: String,
    owner_kind: String,
    owner_id: Option<Uuid>,
    epoch: i64,
    last_seq: i64,
    priority: String,
    labels: Vec<String>,
    unread: i32,
    preview_id: Option<Uuid>,
    last_at: i64,
    last_sort_at: i64,
    waiting_since: Option<i64>,
    window_until: Option<i64>,
    free_until: Option<i64>,
    snoozed_until: Option<i64>,
    last_agent: Option<Uuid>,
    handoff_id: Option<Uuid>,
    opened_at: i64,
    resolved_at: Option<i64>,
    sla_id: Option<Uuid>,
}

#[derive(FromRow)]
struct HeldRow {
    #[sqlx(flatten)]
    row: Row,
    now: i64,
    bot_id: Option<Uuid>,
    provider: String,
    sandbox: bool,
}

/// The columns of [`Row`], of a table named `c`.
pub(super) const COLUMNS: &str = "c.id, c.channel_id, c.contact_id, c.address_id, c.stage, c.owner_kind, c.owner_id, c.epoch,
    c.last_seq, c.priority, c.labels, c.unread, c.preview_id, to_ms(c.last_at) as last_at,
    to_ms(c.last_sort_at) as last_sort_at, to_ms(c.waiting_since) as waiting_since,
    to_ms(c.window_until) as window_until, to_ms(c.free_until) as free_until, to_ms(c.snoozed_until) as snoozed_until, c.last_agent, c.handoff_id,
    to_ms(c.opened_at) as opened_at, to_ms(c.resolved_at) as resolved_at, c.sla_id";

impl Row {
    pub(super) fn conversation(self) -> Result<Conversation> {
        Ok(Conversation {
            id: ConversationId(self.id),
            channel: ChannelId(self.channel_id),
            contact: ContactId(self.contact_id),
            address: AddressId(self.address_id),
            stage: words::stage(&self.stage)?,
            owner: words::owner(&self.owner_kind, self.owner_id)?,
            epoch: self.epoch,
            seq: self.last_seq,
            priority: words::priority(&self.priority)?,
            labels: self.labels,
            unread: self.unread,
            preview: self.preview_id.map(MessageId),
            last_at: Time(self.last_at),
            last_sort_at: Time(self.last_sort_at),
            waiting_since: self.waiting_since.map(Time),
            window_until: self.window_until.map(Time),
            free_until: self.free_until.map(Time),
            snoozed_until: self.snoozed_until.map(Time),
            last_agent: self.last_agent.map(AgentId),
            handoff: self.handoff_id.map(HandoffId),
            opened_at: Time(self.opened_at),
            resolved_at: self.resolved_at.map(Time),
            sla: self.sla_id.map(SlaId),
        })
    }
}

impl HeldRow {
    fn held(self) -> Result<Held> {
        Ok(Held {
            conversation: self.row.conversation()?,
            now: Time(self.now),
            bot: self.bot_id.map(BotId),
            provider: self.provider,
            sandbox: self.sandbox,
        })
    }
}

fn columns_of(conversation: &Conversation) -> serde_json::Value {
    let (owner_kind, owner_id) = words::owner_columns(conversation.owner);
    json!({
        "id": conversation.id,
        "channel_id": conversation.channel,
        "contact_id": conversation.contact,
        "address_id": conversation.address,
        "stage": conversation.stage.as_str(),
        "owner_kind": owner_kind,
        "owner_id": owner_id,
        "epoch": conversation.epoch,
        "last_seq": conversation.seq,
        "priority": conversation.priority.as_str(),
        "labels": conversation.labels,
        "unread": conversation.unread,
        "preview_id": conversation.preview,
        "last_at": conversation.last_at,
        "last_sort_at": conversation.last_sort_at,
        "waiting_since": conversation.waiting_since,
        "window_until": conversation.window_until,
        "free_until": conversation.free_until,
        "snoozed_until": conversation.snoozed_until,
        "last_agent": conversation.last_agent,
        "handoff_id": conversation.handoff,
        "opened_at": conversation.opened_at,
        "resolved_at": conversation.resolved_at,
        "sla_id": conversation.sla,
    })
}

/// Conversations with what there is to know of their channels.
fn held_sql() -> String {
    format!(
        "select {COLUMNS}, to_ms(desk_now()) as now, b.id as bot_id, n.provider, n.sandbox
           from conversations c
           join channels ch on ch.id = c.channel_id
           join connections n on n.id = ch.connection_id
           left join bots b on b.id = ch.bot_id and b.active"
    )
}

/// The shape of [`columns_of`] in SQL.
const SHAPE: &str = "as x(id uuid, channel_id uuid, contact_id uuid, address_id uuid, stage text, owner_kind text,
    owner_id uuid, epoch bigint, last_seq bigint, priority text, labels text[], unread integer, preview_id uuid,
    last_at bigint, last_sort_at bigint, waiting_since bigint, window_until bigint, free_until bigint, snoozed_until bigint,
    last_agent uuid, handoff_id uuid, opened_at bigint, resolved_at bigint, sla_id uuid)";

/// The team whose run assigns a conversation `c` that is to be `x`: what begins to wait without a handoff waits for its
/// team's, or its channel's, if that assigns. A handoff says so itself.
const QUEUE: &str = "case when x.stage <> 'waiting' then null
                          when c.stage = 'waiting' or x.handoff_id is not null then c.queue_id
                          else (select t.id from channels ch join teams t on t.id = coalesce(c.team_id, ch.team_id)
                                 where ch.id = c.channel_id and t.asking = 'assign') end";

/// The statement that writes conversations back; they are its parameter `n`, as [`conversation_rows`].
pub(super) fn save_sql(n: u8) -> String {
    format!(
        "update conversations c set
                stage = x.stage, owner_kind = x.owner_kind, owner_id = x.owner_id, epoch = x.epoch,
                last_seq = x.last_seq, priority = x.priority, labels = x.labels, unread = x.unread,
                preview_id = x.preview_id, last_at = from_ms(x.last_at),
                last_sort_at = from_ms(x.last_sort_at), waiting_since = from_ms(x.waiting_since),
                window_until = from_ms(x.window_until), free_until = from_ms(x.free_until),
                snoozed_until = from_ms(x.snoozed_until), last_agent = x.last_agent, handoff_id = x.handoff_id,
                resolved_at = from_ms(x.resolved_at), sla_id = x.sla_id, queue_id = {QUEUE}
           from json_to_recordset(${n}::text::json) {SHAPE}
          where c.id = x.id and {}",
        super::among("c.id", n)
    )
}

/// Conversations, as one parameter.
pub(super) fn conversation_rows(conversations: &[Conversation]) -> String {
    super::as_rows(&conversations.iter().map(columns_of).collect::<Vec<_>>())
}

impl Tx {
    /// Takes a conversation's lock.
    pub async fn lock(&mut self, id: ConversationId) -> Result<Option<Held>> {
        let sql = format!("{} where c.id = $1 for no key update of c", held_sql());
        let row: Option<HeldRow> = sqlx::query_as(&sql).bind(id.0).fetch_optional(self.connection()).await?;
        row.map(HeldRow::held).transpose()
    }

    /// Takes the locks of those of these conversations that nobody else has, in the order of their ids.
    pub async fn lock_free(&mut self, ids: &[ConversationId]) -> Result<HashMap<ConversationId, Held>> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let sql =
            format!("{} where c.id = any ($1) order by c.id for no key update of c skip locked", held_sql());
        let rows: Vec<HeldRow> = sqlx::query_as(&sql).bind(ids).fetch_all(self.connection()).await?;
        let held = rows.into_iter().map(|row| row.held().map(|held| (held.conversation.id, held)));
        held.collect()
    }

    /// A conversation as it is at this moment, and that moment. It may be another one by the time this is read.
    pub async fn conversation_now(&mut self, id: ConversationId) -> Result<Option<(Conversation, Time)>> {
        let sql = format!("select {COLUMNS} from conversations c where c.id = $1");
        let row: Option<Row> = sqlx::query_as(&sql).bind(id.0).fetch_optional(self.connection()).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((row.conversation()?, self.now().await?)))
    }

    /// Writes new conversations.
    pub async fn open_conversations(&mut self, conversations: &[Conversation]) -> Result<()> {
        if conversations.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "insert into conversations (id, channel_id, contact_id, address_id, stage, owner_kind, owner_id, epoch,
                    last_seq, priority, labels, unread, preview_id, last_at, last_sort_at, waiting_since,
                    window_until, free_until, snoozed_until, last_agent, handoff_id, opened_at, resolved_at, queue_id)
             select id, channel_id, contact_id, address_id, stage, owner_kind, owner_id, epoch, last_seq, priority,
                    labels, unread, preview_id, from_ms(last_at), from_ms(last_sort_at), from_ms(waiting_since),
                    from_ms(window_until), from_ms(free_until), from_ms(snoozed_until), last_agent, handoff_id, from_ms(opened_at),
                    from_ms(resolved_at),
                    (select t.id from channels ch join teams t on t.id = ch.team_id
                      where ch.id = x.channel_id and t.asking = 'assign' and x.stage = 'waiting')
               from json_to_recordset($1::text::json) {SHAPE}"
        );
        sqlx::query(&sql).bind(conversation_rows(conversations)).execute(self.connection()).await?;
        Ok(())
    }

    /// Writes conversations back whose locks this transaction holds.
    pub async fn save_conversations(&mut self, conversations: &[Conversation]) -> Result<()> {
        if conversations.is_empty() {
            return Ok(());
        }
        let rows = conversation_rows(conversations);
        sqlx::query(&save_sql(1)).bind(rows).execute(self.connection()).await?;
        Ok(())
    }

    /// Whether it is the latest conversation of its contact on its channel.
    pub async fn is_latest(&mut self, conversation: &Conversation) -> Result<bool> {
        let (latest,): (Option<Uuid>,) =
            sqlx::query_as("select conversation_id from addresses where id = $1")
                .bind(conversation.address.0)
                .fetch_one(self.connection())
                .await?;
        Ok(latest == Some(conversation.id.0))
    }
}

impl Store {
    /// Conversations that belong to somebody who may not sign in any more.
    pub async fn held_by_the_gone(&self) -> Result<Vec<ConversationId>> {
        let rows: Vec<(Uuid,)> = sqlx::query_as(
            "select c.id from agents g join conversations c on c.owner_id = g.id
              where not g.active and c.stage in ('assigned', 'snoozed') limit 200",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(id,)| ConversationId(id)).collect())
    }

    /// The word of a conversation's provider, and whether it is the sandbox's.
    pub async fn carrier(&self, id: ConversationId) -> Result<Option<(String, bool)>> {
        let found = sqlx::query_as(
            "select n.provider, n.sandbox
               from conversations c
               join channels ch on ch.id = c.channel_id
               join connections n on n.id = ch.connection_id
              where c.id = $1",
        )
        .bind(id.0)
        .fetch_optional(self.pool())
        .await?;
        Ok(found)
    }

    /// Conversations whose time to come back has come.
    pub async fn snoozes_due(&self) -> Result<Vec<ConversationId>> {
        let rows: Vec<(Uuid,)> = sqlx::query_as(
            "select id from conversations
              where stage = 'snoozed' and snoozed_until <= (select desk_now())
              order by snoozed_until limit 200",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(id,)| ConversationId(id)).collect())
    }
}
