//! Messages: writing them, changing them, and reading them in the words of `contract`.

use std::collections::HashMap;

use contract::message::{Failure, Quoted, Reaction};
use contract::{
    AddressId, Author, Body, ChannelId, ClientId, ConversationId, DeliveryState, Message, MessageId, Time,
};
use serde_json::json;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Result, Store, Tx, words};
use crate::channels::Referral;
use crate::domain::preview;

mod said;

pub use said::Reading;

/// A message about to be written.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Its id.
    pub id: MessageId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The contact's address on the channel.
    pub address: AddressId,
    /// The channel.
    pub channel: ChannelId,
    /// The number of the event that brings it.
    pub seq: i64,
    /// Its place in the thread.
    pub sort_at: Time,
    /// When it was written.
    pub at: Time,
    /// When we got it or wrote it.
    pub received_at: Time,
    /// By whom.
    pub author: Author,
    /// What it says.
    pub body: Body,
    /// Whether it is a private note.
    pub note: bool,
    /// The provider's id, of what came in and of echoes.
    pub provider_id: Option<String>,
    /// The message it answers.
    pub quoted: Option<MessageId>,
    /// The provider's id of the message it answers.
    pub quoted_provider_id: Option<String>,
    /// The advertisement it came from.
    pub referral: Option<Referral>,
    /// How far it has come, for what goes out.
    pub state: Option<DeliveryState>,
    /// The key of the command that made it.
    pub client_id: Option<ClientId>,
    /// The epoch under which it is written.
    pub epoch: i64,
    /// The tag of the door that it came in by.
    pub tag: Option<String>,
}

impl NewMessage {
    /// As it reads once it is written. Nothing for one that answers another: that one's words are not at hand.
    pub fn written(&self) -> Option<Message> {
        (self.quoted.is_none() && self.quoted_provider_id.is_none()).then(|| Message {
            id: self.id,
            conversation: self.conversation,
            seq: self.seq,
            sort_at: self.sort_at,
            at: self.at,
            author: self.author,
            body: self.body.clone(),
            note: self.note,
            quoted: None,
            reactions: Vec::new(),
            state: self.state,
            failure: None,
            client_id: self.client_id,
            epoch: self.epoch,
            edited_at: None,
            revoked_at: None,
            version: 1,
        })
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    conversation_id: Uuid,
    seq: i64,
    sort_at: i64,
    at: i64,
    author_kind: String,
    author_id: Option<Uuid>,
    body: Json<Body>,
    note: bool,
    quoted_id: Option<Uuid>,
    quoted_body: Option<Json<Body>>,
    quoted_provider_id: Option<String>,
    reactions: Json<Vec<Reaction>>,
    state: Option<String>,
    failure_code: Option<String>,
    failure_reason: Option<String>,
    client_id: Option<Uuid>,
    epoch: i64,
    edited_at: Option<i64>,
    revoked_at: Option<i64>,
    version: i64,
}

/// The columns of [`Row`], of tables named `m` (messages) and `q` (the quoted message).
pub(super) const COLUMNS: &str =
    "m.id, m.conversation_id, m.seq, to_ms(m.sort_at) as sort_at, to_ms(m.at) as at,
    m.author_kind, m.author_id, m.body, m.note, m.quoted_id, q.body as quoted_body, m.quoted_provider_id,
    m.reactions, m.state, m.failure_code, m.failure_reason, m.client_id, m.epoch,
    to_ms(m.edited_at) as edited_at, to_ms(m.revoked_at) as revoked_at, m.version";

impl Row {
    fn message(self) -> Result<Message> {
        let quoted = match (self.quoted_id, self.quoted_body, self.quoted_provider_id) {
            (Some(id), body, _) => Some(Quoted {
                message: Some(MessageId(id)),
                text: body.map(|body| preview::of(&body)).unwrap_or_default(),
            }),
            (None, _, Some(_)) => Some(Quoted { message: None, text: String::new() }),
            (None, _, None) => None,
        };
        Ok(Message {
            id: MessageId(self.id),
            conversation: ConversationId(self.conversation_id),
            seq: self.seq,
            sort_at: Time(self.sort_at),
            at: Time(self.at),
            author: words::author(&self.author_kind, self.author_id)?,
            body: self.body.0,
            note: self.note,
            quoted,
            reactions: self.reactions.0,
            state: self.state.as_deref().map(words::delivery_state).transpose()?,
            failure: self
                .failure_code
                .map(|code| Failure { code, reason: self.failure_reason.unwrap_or_default() }),
            client_id: self.client_id.map(ClientId),
            epoch: self.epoch,
            edited_at: self.edited_at.map(Time),
            revoked_at: self.revoked_at.map(Time),
            version: self.version,
        })
    }
}

/// Reads messages with a statement that selects [`COLUMNS`].
pub(super) async fn read<'q>(
    query: sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>,
    connection: &mut PgConnection,
) -> Result<Vec<Message>> {
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(|row| Row::from_row(row)?.message()).collect()
}

/// Reads messages by their ids.
pub(super) async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Message>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "select {COLUMNS} from messages m left join messages q on q.id = m.quoted_id where m.id = any($1)"
    );
    let messages = read(sqlx::query(&sql).bind(ids), connection).await?;
    Ok(messages.into_iter().map(|message| (message.id.0, message)).collect())
}

/// The messages that carry these ids of a provider (parameter 2) on their channels (parameter 1): what came in, and what
/// we sent. Looked up one by one, and the kind seen to afterwards: a plan that is made while there are no deliveries would
/// else go through all of them by an index that has only this kind.
pub(super) const FIND: &str = "select w.channel_id, w.provider_id, m.id, m.conversation_id
       from unnest($1::uuid[], $2::text[]) as w(channel_id, provider_id)
      cross join lateral (select id, conversation_id from messages
                           where channel_id = w.channel_id and provider_id = w.provider_id offset 0) m
     union all
     select w.channel_id, w.provider_id, d.message_id, d.conversation_id
       from unnest($1::uuid[], $2::text[]) as w(channel_id, provider_id)
      cross join lateral (select message_id, conversation_id, kind from deliveries
                           where channel_id = w.channel_id and provider_id = w.provider_id offset 0) d
      where d.kind = 'message'";

fn columns_of(message: &NewMessage) -> serde_json::Value {
    let (author_kind, author_id) = words::author_columns(message.author);
    let referral = message.referral.as_ref().map(|referral| {
        json!({
            "source_type": referral.source_type, "source_id": referral.source_id,
            "source_url": referral.source_url, "headline": referral.headline, "click_id": referral.click_id,
        })
    });
    json!({
        "id": message.id, "conversation_id": message.conversation, "address_id": message.address,
        "channel_id": message.channel, "seq": message.seq, "sort_at": message.sort_at, "at": message.at,
        "received_at": message.received_at, "author_kind": author_kind, "author_id": author_id,
        "body": message.body, "note": message.note, "provider_id": message.provider_id,
        "quoted_id": message.quoted, "quoted_provider_id": message.quoted_provider_id, "referral": referral,
        "state": message.state, "client_id": message.client_id, "epoch": message.epoch,
        "tag": message.tag,
    })
}

/// The statement that writes messages; they are its parameter `n`, as [`message_rows`].
pub(super) fn add_sql(n: u8) -> String {
    format!(
        "insert into messages (id, conversation_id, address_id, channel_id, seq, sort_at, at, received_at,
                author_kind, author_id, body, note, provider_id, quoted_id, quoted_provider_id, referral, state,
                client_id, epoch, tag)
         select x.id, x.conversation_id, x.address_id, x.channel_id, x.seq, from_ms(x.sort_at), from_ms(x.at),
                from_ms(x.received_at), x.author_kind, x.author_id, x.body, x.note, x.provider_id,
                coalesce(x.quoted_id,
                         (select m.id from messages m
                           where m.channel_id = x.channel_id and m.provider_id = x.quoted_provider_id),
                         (select d.message_id from deliveries d
                           where d.channel_id = x.channel_id and d.provider_id = x.quoted_provider_id)),
                x.quoted_provider_id, x.referral, x.state, x.client_id, x.epoch, x.tag
           from json_to_recordset(${n}::text::json)
             as x(id uuid, conversation_id uuid, address_id uuid, channel_id uuid, seq bigint, sort_at bigint,
                  at bigint, received_at bigint, author_kind text, author_id uuid, body jsonb, note boolean,
                  provider_id text, quoted_id uuid, quoted_provider_id text, referral jsonb, state text,
                  client_id uuid, epoch bigint, tag text)"
    )
}

/// Messages, as one parameter.
pub(super) fn message_rows(messages: &[NewMessage]) -> String {
    super::as_rows(&messages.iter().map(columns_of).collect::<Vec<_>>())
}

impl Tx {
    /// Writes messages. A quoted message that is given by its provider's id alone is looked up.
    pub async fn add_messages(&mut self, messages: &[NewMessage]) -> Result<()> {
        if messages.is_empty() {
            return Ok(());
        }
        sqlx::query(&add_sql(1)).bind(message_rows(messages)).execute(self.connection()).await?;
        Ok(())
    }

    /// One message, as it is now.
    pub async fn message(&mut self, id: MessageId) -> Result<Option<Message>> {
        Ok(by_ids(self.connection(), &[id.0]).await?.remove(&id.0))
    }

    /// The provider's id of a message: its own, or that of the first part we sent.
    pub async fn provider_id(&mut self, id: MessageId) -> Result<Option<String>> {
        let found: Option<(Option<String>,)> = sqlx::query_as(
            "select coalesce(m.provider_id,
                             (select d.provider_id from deliveries d
                               where d.message_id = m.id and d.kind = 'message' order by d.part limit 1))
               from messages m where m.id = $1",
        )
        .bind(id.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(found.and_then(|(id,)| id))
    }

    /// Changes what a message says, and keeps what it said before.
    pub async fn edit_message(&mut self, id: MessageId, body: &Body, at: Time) -> Result<()> {
        self.keep_revision(id, at).await?;
        sqlx::query(
            "update messages set body = $2, edited_at = from_ms($3), version = version + 1
              where id = $1",
        )
        .bind(id.0)
        .bind(Json(body))
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Marks a message as deleted by its author. Its text stays, for those who must know.
    pub async fn revoke_message(&mut self, id: MessageId, at: Time) -> Result<()> {
        sqlx::query(
            "update messages set revoked_at = coalesce(revoked_at, from_ms($2)), version = version + 1
              where id = $1",
        )
        .bind(id.0)
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Puts somebody's emoji on a message, or takes it off. Each author has one at most.
    pub async fn react(&mut self, id: MessageId, author: Author, emoji: Option<&str>) -> Result<()> {
        let added = emoji.map(|emoji| Reaction { author, emoji: emoji.to_owned() });
        sqlx::query(
            "update messages
                set reactions = coalesce((select jsonb_agg(r) from jsonb_array_elements(reactions) r
                                           where r -> 'author' <> $2), '[]') || coalesce($3, '[]'),
                    version = version + 1
              where id = $1",
        )
        .bind(id.0)
        .bind(Json(author))
        .bind(added.map(|reaction| Json(vec![reaction])))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    async fn keep_revision(&mut self, id: MessageId, at: Time) -> Result<()> {
        sqlx::query(
            "insert into message_revisions (message_id, version, body, at)
             select id, version, body, from_ms($2) from messages where id = $1
                 on conflict do nothing",
        )
        .bind(id.0)
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

impl Tx {
    /// Of these ids of a provider, those whose effect has been applied before.
    pub async fn effects_seen(&mut self, wanted: &[(ChannelId, String)]) -> Result<Vec<(ChannelId, String)>> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let channels: Vec<Uuid> = wanted.iter().map(|(channel, _)| channel.0).collect();
        let ids: Vec<&str> = wanted.iter().map(|(_, id)| id.as_str()).collect();
        let rows: Vec<(Uuid, String)> = sqlx::query_as(
            "select e.channel_id, e.provider_id
               from unnest($1::uuid[], $2::text[]) as w(channel_id, provider_id)
               join effects e on e.channel_id = w.channel_id and e.provider_id = w.provider_id",
        )
        .bind(channels)
        .bind(ids)
        .fetch_all(self.connection())
        .await?;
        Ok(rows.into_iter().map(|(channel, id)| (ChannelId(channel), id)).collect())
    }

    /// Writes down that an effect was applied.
    pub async fn note_effect(&mut self, channel: ChannelId, provider_id: &str, now: Time) -> Result<()> {
        sqlx::query("insert into effects (channel_id, provider_id, at) values ($1, $2, from_ms($3))")
            .bind(channel.0)
            .bind(provider_id)
            .bind(now.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

impl Store {
    /// Messages by their ids.
    pub async fn messages(&self, ids: &[MessageId]) -> Result<HashMap<Uuid, Message>> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let mut connection = self.pool().acquire().await?;
        by_ids(&mut connection, &ids).await
    }
}
