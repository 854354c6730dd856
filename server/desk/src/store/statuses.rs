//! What providers say about our sends: finding what a status is about, writing it down, and parking what comes
//! before its message is known.

use contract::{ChannelId, ConversationId, DeliveryId, DeliveryState, MessageId, Time};
use serde_json::json;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::ledger::Entry;
use super::{Result, Store, Tx, words};
use crate::domain::delivery::Mark;

/// What a status is about.
#[derive(Debug, Clone)]
pub struct Target {
    /// The channel that was asked for.
    pub channel: ChannelId,
    /// The provider's id that the status named.
    pub provider_id: String,
    /// The channel that it was sent on: another one, where the status named none.
    pub on: ChannelId,
    /// The word of its provider.
    pub provider: String,
    /// The delivery; absent for what was sent from the business's own phone.
    pub delivery: Option<DeliveryId>,
    /// The message.
    pub message: MessageId,
    /// The conversation.
    pub conversation: ConversationId,
}

/// What a status is looked for by.
#[derive(Debug, Clone)]
pub struct Sought {
    /// The channel.
    pub channel: ChannelId,
    /// The provider's id of the message.
    pub provider_id: String,
    /// What we attached to the send.
    pub attached: Option<Mark>,
    /// Whether the status named no channel: then it can be about any of the connection's.
    pub anywhere: bool,
}

/// A status about to be parked.
#[derive(Debug, Clone)]
pub struct NewParked {
    /// The channel.
    pub channel: ChannelId,
    /// The provider's id of the message.
    pub provider_id: String,
    /// What it says, in our own shape.
    pub status: serde_json::Value,
    /// The webhook that it came in.
    pub entry: Entry,
    /// Whether it named no channel: then it can be about any of the connection's.
    pub anywhere: bool,
}

#[derive(FromRow)]
struct TargetRow {
    channel_id: Uuid,
    wanted: String,
    sent_on: Uuid,
    provider: String,
    delivery_id: Option<Uuid>,
    message_id: Uuid,
    conversation_id: Uuid,
}

/// How far a delivery has come by its statuses.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The provider's id of it.
    pub provider_id: String,
    /// The state now.
    pub state: DeliveryState,
    /// The provider's times.
    pub sent_at: Option<Time>,
    /// When it reached the phone.
    pub delivered_at: Option<Time>,
    /// When it was read.
    pub read_at: Option<Time>,
    /// When a voice note was played.
    pub played_at: Option<Time>,
    /// Why it failed: code and reason.
    pub failure: Option<(String, String)>,
    /// The price's category and type.
    pub price: Option<String>,
}

/// How far a message has come by the statuses of its deliveries.
#[derive(Debug, Clone)]
pub struct MessageMoved {
    /// The message.
    pub message: MessageId,
    /// The state now.
    pub state: DeliveryState,
    /// Why it failed: code and reason.
    pub failure: Option<(String, String)>,
}

/// A parked status.
#[derive(Debug, Clone)]
pub struct Parked {
    /// Its row.
    pub id: i64,
    /// The channel.
    pub channel: ChannelId,
    /// What it says, in our own shape.
    pub status: serde_json::Value,
    /// The webhook that it came in.
    pub entry: Entry,
    /// Whether it named no channel.
    pub anywhere: bool,
    /// Whether its time is up.
    pub expired: bool,
}

/// Statuses that name their channel.
const PLACED: &str = "
    with w as (select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[]) as w(channel_id, wanted, attached, round))
    select w.channel_id, w.wanted, w.channel_id as sent_on, d.id as delivery_id, d.message_id, d.conversation_id
      from w join deliveries d on d.channel_id = w.channel_id and d.provider_id = w.wanted
    union
    select w.channel_id, w.wanted, w.channel_id, d.id, d.message_id, d.conversation_id
      from w join deliveries d on d.id = w.attached and d.channel_id = w.channel_id
       and d.round = w.round and d.state not in ('queued', 'cancelled')
       and coalesce(d.provider_id, w.wanted) = w.wanted
    union
    select w.channel_id, w.wanted, w.channel_id, null, m.id, m.conversation_id
      from w join messages m on m.channel_id = w.channel_id and m.provider_id = w.wanted
       and m.author_kind = 'phone'";

/// Statuses that name none: on every channel of the connection.
const ANYWHERE: &str = "
    with w as (
      select w.*, ch.id as place
        from unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[]) as w(channel_id, wanted, attached, round)
        join channels named on named.id = w.channel_id
        join channels ch on ch.connection_id = named.connection_id)
    select w.channel_id, w.wanted, w.place as sent_on, d.id as delivery_id, d.message_id, d.conversation_id
      from w join deliveries d on d.channel_id = w.place and d.provider_id = w.wanted
    union
    select w.channel_id, w.wanted, w.place, d.id, d.message_id, d.conversation_id
      from w join deliveries d on d.id = w.attached and d.channel_id = w.place
       and d.round = w.round and d.state not in ('queued', 'cancelled')
       and coalesce(d.provider_id, w.wanted) = w.wanted
    union
    select w.channel_id, w.wanted, w.place, null, m.id, m.conversation_id
      from w join messages m on m.channel_id = w.place and m.provider_id = w.wanted
       and m.author_kind = 'phone'";

/// How long a status waits for its message, in seconds.
pub const PARKED_S: i32 = 60;

impl Tx {
    /// Finds what statuses are about: by the provider's id, or by what we attached.
    pub async fn find_targets(&mut self, wanted: &[Sought]) -> Result<Vec<Target>> {
        let (anywhere, placed): (Vec<&Sought>, Vec<&Sought>) = wanted.iter().partition(|one| one.anywhere);
        let mut found = self.targets(&placed, PLACED).await?;
        found.extend(self.targets(&anywhere, ANYWHERE).await?);
        Ok(found)
    }

    async fn targets(&mut self, wanted: &[&Sought], sql: &str) -> Result<Vec<Target>> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let channels: Vec<Uuid> = wanted.iter().map(|one| one.channel.0).collect();
        let ids: Vec<&str> = wanted.iter().map(|one| one.provider_id.as_str()).collect();
        let attached: Vec<Option<Uuid>> =
            wanted.iter().map(|one| one.attached.map(|mark| mark.delivery.0)).collect();
        let rounds: Vec<Option<i32>> = wanted.iter().map(|one| one.attached.map(|mark| mark.round)).collect();
        let sql = format!(
            "select t.*, n.provider from ({sql}) t
               join channels ch on ch.id = t.sent_on join connections n on n.id = ch.connection_id"
        );
        let query = sqlx::query_as(&sql).bind(channels).bind(ids).bind(attached).bind(rounds);
        let rows: Vec<TargetRow> = query.fetch_all(self.connection()).await?;
        Ok(rows
            .into_iter()
            .map(|row| Target {
                channel: ChannelId(row.channel_id),
                provider_id: row.wanted,
                on: ChannelId(row.sent_on),
                provider: row.provider,
                delivery: row.delivery_id.map(DeliveryId),
                message: MessageId(row.message_id),
                conversation: ConversationId(row.conversation_id),
            })
            .collect())
    }

    /// Writes how far deliveries have come.
    pub async fn save_progress(&mut self, progress: &[Progress]) -> Result<()> {
        if progress.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = progress
            .iter()
            .map(|p| {
                let (code, reason) = p.failure.clone().unzip();
                json!({
                    "id": p.delivery, "provider_id": p.provider_id, "state": p.state.as_str(),
                    "sent_at": p.sent_at, "delivered_at": p.delivered_at, "read_at": p.read_at,
                    "played_at": p.played_at, "error_code": code, "error_reason": reason, "price": p.price,
                })
            })
            .collect();
        sqlx::query(
            "update deliveries d set
                    state = x.state, provider_id = coalesce(d.provider_id, x.provider_id), lease_until = null,
                    sent_at = coalesce(d.sent_at, from_ms(x.sent_at)),
                    delivered_at = coalesce(d.delivered_at, from_ms(x.delivered_at), from_ms(x.read_at)),
                    read_at = coalesce(d.read_at, from_ms(x.read_at)),
                    played_at = coalesce(d.played_at, from_ms(x.played_at)),
                    failed_at = case when x.state = 'failed' then coalesce(d.failed_at, desk_now())
                                     else d.failed_at end,
                    error_code = coalesce(x.error_code, case when x.state = 'failed' then d.error_code end),
                    error_reason = coalesce(x.error_reason, case when x.state = 'failed' then d.error_reason end),
                    price = coalesce(x.price, d.price)
               from json_to_recordset($1::text::json)
                 as x(id uuid, provider_id text, state text, sent_at bigint, delivered_at bigint, read_at bigint,
                      played_at bigint, error_code text, error_reason text, price text)
              where d.id = x.id",
        )
        .bind(super::as_rows(&rows))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Writes how far messages have come: state, and code and reason of a failure.
    pub async fn move_messages(&mut self, moved: &[MessageMoved]) -> Result<()> {
        if moved.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = moved
            .iter()
            .map(|moved| {
                let (code, reason) = moved.failure.clone().unzip();
                json!({"id": moved.message, "state": moved.state.as_str(), "code": code, "reason": reason})
            })
            .collect();
        sqlx::query(
            "update messages m set state = x.state, failure_code = x.code, failure_reason = x.reason,
                    version = m.version + 1
               from json_to_recordset($1::text::json) as x(id uuid, state text, code text, reason text)
              where m.id = x.id",
        )
        .bind(super::as_rows(&rows))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Parks statuses until their message is known.
    pub async fn park(&mut self, parked: &[NewParked], now: Time) -> Result<()> {
        if parked.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = parked
            .iter()
            .map(|one| {
                json!({
                    "channel_id": one.channel, "provider_id": one.provider_id, "status": one.status,
                    "ledger_day": one.entry.day, "ledger_id": one.entry.id, "anywhere": one.anywhere,
                })
            })
            .collect();
        sqlx::query(
            "insert into parked_statuses
                    (channel_id, provider_id, status, ledger_day, ledger_id, anywhere, parked_at)
             select channel_id, provider_id, status, ledger_day, ledger_id, anywhere, from_ms($2)
               from json_to_recordset($1::text::json)
                 as x(channel_id uuid, provider_id text, status jsonb, ledger_day date, ledger_id bigint,
                      anywhere boolean)",
        )
        .bind(super::as_rows(&rows))
        .bind(now.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Takes parked statuses away, those that another process has not taken first. Says which.
    pub async fn unpark(&mut self, ids: &[i64]) -> Result<Vec<i64>> {
        let rows: Vec<(i64,)> = sqlx::query_as("delete from parked_statuses where id = any($1) returning id")
            .bind(ids)
            .fetch_all(self.connection())
            .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// How far messages have come that were sent from the business's own phone.
    pub async fn echo_states(&mut self, messages: &[MessageId]) -> Result<Vec<(MessageId, DeliveryState)>> {
        let ids: Vec<Uuid> = messages.iter().map(|id| id.0).collect();
        let rows: Vec<(Uuid, String)> =
            sqlx::query_as("select id, state from messages where id = any($1) and state is not null")
                .bind(ids)
                .fetch_all(self.connection())
                .await?;
        rows.into_iter().map(|(id, state)| Ok((MessageId(id), words::delivery_state(&state)?))).collect()
    }
}

impl Store {
    /// Parked statuses whose message is known by now, or whose time is up.
    pub async fn parked_due(&self) -> Result<Vec<Parked>> {
        type Row = (i64, Uuid, Json<serde_json::Value>, String, i64, bool, bool);
        let rows: Vec<Row> = sqlx::query_as(
            "with clock as materialized (select desk_now() as now)
             select p.id, p.channel_id, p.status, p.ledger_day::text, p.ledger_id, p.anywhere,
                    p.parked_at < clock.now - $1 * interval '1 second' as expired
               from parked_statuses p, clock
              where p.parked_at < clock.now - $1 * interval '1 second'
                 or exists (select 1 from deliveries d
                             where d.channel_id = p.channel_id and d.provider_id = p.provider_id)
                 or exists (select 1 from messages m
                             where m.channel_id = p.channel_id and m.provider_id = p.provider_id)
                 or (p.anywhere and exists (
                       select 1 from channels named join channels ch on ch.connection_id = named.connection_id
                        where named.id = p.channel_id
                          and (exists (select 1 from deliveries d
                                        where d.channel_id = ch.id and d.provider_id = p.provider_id)
                            or exists (select 1 from messages m
                                        where m.channel_id = ch.id and m.provider_id = p.provider_id))))
              order by p.id limit 500",
        )
        .bind(PARKED_S)
        .fetch_all(self.pool())
        .await?;
        Ok(rows
            .into_iter()
            .map(|(id, channel, status, day, ledger_id, anywhere, expired)| Parked {
                id,
                channel: ChannelId(channel),
                status: status.0,
                entry: Entry { day, id: ledger_id },
                anywhere,
                expired,
            })
            .collect())
    }
}
