//! Deliveries on their way out. A delivery is one provider call, and it is the outbox for sends: what is
//! `queued` goes out, one at a time in each conversation, in the order in which it was written.

use contract::{Body, ChannelId, ConversationId, DeliveryId, DeliveryState, MessageId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Tx, words};

mod claims;
mod lately;

pub use claims::Claimed;
pub use lately::SentLately;

/// What a delivery carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Payload {
    /// A message, or one part of it.
    Message {
        /// What it says.
        body: Body,
    },
    /// An emoji on a message.
    Reaction {
        /// The provider's id of that message.
        target: String,
        /// The emoji; empty to take it off.
        emoji: String,
    },
}

impl Payload {
    fn kind(&self) -> &'static str {
        match self {
            Payload::Message { .. } => "message",
            Payload::Reaction { .. } => "reaction",
        }
    }
}

/// A delivery about to be queued.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// The message it sends, or reacts to.
    pub message: MessageId,
    /// Which part of it, from 0.
    pub part: i16,
    /// The conversation.
    pub conversation: ConversationId,
    /// The channel.
    pub channel: ChannelId,
    /// What it carries.
    pub payload: Payload,
    /// Whether a bot wrote it: then it is withdrawn when the owner changes before it leaves.
    pub by_bot: bool,
    /// The epoch under which it was written.
    pub epoch: i64,
}

/// One part of a message, as it stands.
#[derive(Debug, Clone)]
pub struct Part {
    /// The delivery.
    pub id: DeliveryId,
    /// The message.
    pub message: MessageId,
    /// The conversation.
    pub conversation: ConversationId,
    /// Which part, from 0.
    pub part: i16,
    /// Whether it is a reaction and not the message itself.
    pub reaction: bool,
    /// How far it has come.
    pub state: DeliveryState,
    /// The provider's id of it.
    pub provider_id: Option<String>,
}

#[derive(FromRow)]
struct PartRow {
    id: Uuid,
    message_id: Uuid,
    conversation_id: Uuid,
    part: i16,
    kind: String,
    state: String,
    provider_id: Option<String>,
}

impl PartRow {
    fn part(self) -> Result<Part> {
        Ok(Part {
            id: DeliveryId(self.id),
            message: MessageId(self.message_id),
            conversation: ConversationId(self.conversation_id),
            part: self.part,
            reaction: self.kind == "reaction",
            state: words::delivery_state(&self.state)?,
            provider_id: self.provider_id,
        })
    }
}

impl Tx {
    /// Withdraws what a bot has queued in a conversation. Says whose messages it was.
    pub async fn cancel_bot(&mut self, conversation: ConversationId, code: &str) -> Result<Vec<MessageId>> {
        let rows: Vec<(Uuid,)> = sqlx::query_as(
            "update deliveries set state = 'cancelled', error_code = $2
              where conversation_id = $1 and state = 'queued' and by_bot returning message_id",
        )
        .bind(conversation.0)
        .bind(code)
        .fetch_all(self.connection())
        .await?;
        Ok(rows.into_iter().map(|(id,)| MessageId(id)).collect())
    }

    /// Withdraws what is still queued of a message. Says whether anything was.
    pub async fn cancel_message(&mut self, message: MessageId, code: &str) -> Result<bool> {
        let done = sqlx::query(
            "update deliveries set state = 'cancelled', error_code = $2
              where message_id = $1 and kind = 'message' and state = 'queued'",
        )
        .bind(message.0)
        .bind(code)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// The parts of messages, locked.
    pub async fn parts(&mut self, messages: &[MessageId]) -> Result<Vec<Part>> {
        let ids: Vec<Uuid> = messages.iter().map(|id| id.0).collect();
        let rows: Vec<PartRow> = sqlx::query_as(
            "select id, message_id, conversation_id, part, kind, state, provider_id from deliveries
              where message_id = any($1) order by id for update",
        )
        .bind(ids)
        .fetch_all(self.connection())
        .await?;
        rows.into_iter().map(PartRow::part).collect()
    }

    /// A delivery whose lease has ended, locked; absent if somebody has settled it meanwhile.
    pub async fn lock_abandoned(&mut self, delivery: DeliveryId) -> Result<Option<Part>> {
        let row: Option<PartRow> = sqlx::query_as(
            "select id, message_id, conversation_id, part, kind, state, provider_id from deliveries
              where id = $1 and state = 'sending' and lease_until < desk_now() for update",
        )
        .bind(delivery.0)
        .fetch_optional(self.connection())
        .await?;
        row.map(PartRow::part).transpose()
    }

    /// Puts parts back into the queue, to be tried at once or after a pause. The number of tries stays, unless
    /// a person asked.
    pub async fn requeue(&mut self, delivery: DeliveryId, later: Later<'_>) -> Result<()> {
        sqlx::query(
            "update deliveries
                set state = 'queued', lease_until = null, not_before = desk_now() + $2 * interval '1 millisecond',
                    error_code = $3, error_reason = $4, attempts = case when $5 then 0 else attempts end,
                    provider_id = case when $5 then null else provider_id end,
                    asked_at = case when $5 then desk_now() else asked_at end,
                    round = case when $5 then round + 1 else round end
              where id = $1",
        )
        .bind(delivery.0)
        .bind(later.wait_ms)
        .bind(later.code)
        .bind(later.reason)
        .bind(later.fresh == Fresh::Yes)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Writes how far a delivery has come.
    pub async fn move_delivery(&mut self, delivery: DeliveryId, to: Moved<'_>) -> Result<()> {
        sqlx::query(
            "update deliveries
                set state = $2, provider_id = coalesce(provider_id, $3), lease_until = null, error_code = $4,
                    error_reason = $5, failed_at = case when $2 = 'failed' then desk_now() else failed_at end
              where id = $1",
        )
        .bind(delivery.0)
        .bind(to.state.as_str())
        .bind(to.provider_id)
        .bind(to.code)
        .bind(to.reason)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Writes down that providers have taken deliveries.
    pub async fn take(&mut self, taken: &[Taken]) -> Result<()> {
        let rows: Vec<_> = taken
            .iter()
            .map(|one| json!({"id": one.delivery, "provider_id": one.provider_id, "first": one.first}))
            .collect();
        sqlx::query(
            "update deliveries d
                set state = case when x.first then 'accepted' else d.state end,
                    provider_id = coalesce(d.provider_id, x.provider_id), lease_until = null,
                    error_code = case when x.first then null else d.error_code end,
                    error_reason = case when x.first then null else d.error_reason end
               from json_to_recordset($1::text::json) as x(id uuid, provider_id text, first boolean)
              where d.id = x.id",
        )
        .bind(super::as_rows(&rows))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Writes how far a message has come, and why not further.
    pub async fn move_message(
        &mut self,
        message: MessageId,
        state: DeliveryState,
        failure: Option<(&str, &str)>,
    ) -> Result<()> {
        sqlx::query(
            "update messages set state = $2, failure_code = $3, failure_reason = $4, version = version + 1
              where id = $1",
        )
        .bind(message.0)
        .bind(state.as_str())
        .bind(failure.map(|(code, _)| code))
        .bind(failure.map(|(_, reason)| reason))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Remembers the address that a provider knows a recipient by, where it differs from the one we used.
    pub async fn learn_identity(&mut self, conversation: ConversationId, key: &str) -> Result<()> {
        sqlx::query(
            "insert into identities (channel_id, key, address_id)
             select channel_id, $2, address_id from conversations where id = $1
                 on conflict do nothing",
        )
        .bind(conversation.0)
        .bind(key)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

/// Whether the tries are counted anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fresh {
    /// A person asked for it.
    Yes,
    /// The desk tries again by itself.
    No,
}

/// How a delivery goes back into the queue.
#[derive(Debug, Clone, Copy)]
pub struct Later<'a> {
    /// The pause, in milliseconds.
    pub wait_ms: i64,
    /// Why, for a program.
    pub code: Option<&'a str>,
    /// Why, for a person.
    pub reason: Option<&'a str>,
    /// Whether the tries are counted anew.
    pub fresh: Fresh,
}

/// A delivery that a provider has taken.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Which.
    pub delivery: DeliveryId,
    /// The provider's id of it.
    pub provider_id: Option<String>,
    /// Whether that is the first that is heard of it: a status can be faster.
    pub first: bool,
}

/// How a delivery moves.
#[derive(Debug, Clone, Copy)]
pub struct Moved<'a> {
    /// To which state.
    pub state: DeliveryState,
    /// The provider's id, where it is known now.
    pub provider_id: Option<&'a str>,
    /// Why, for a program.
    pub code: Option<&'a str>,
    /// Why, for a person.
    pub reason: Option<&'a str>,
}

/// The statement that queues deliveries; they are its parameter `n`, as [`delivery_rows`], and the time is `now`.
pub(super) fn queue_sql(n: u8, now: u8) -> String {
    format!(
        "insert into deliveries (id, kind, message_id, part, conversation_id, channel_id, payload, by_bot, epoch,
                state, not_before, created_at)
         select id, kind, message_id, part, conversation_id, channel_id, payload, by_bot, epoch, 'queued',
                from_ms(${now}), from_ms(${now})
           from json_to_recordset(${n}::text::json)
             as x(id uuid, kind text, message_id uuid, part smallint, conversation_id uuid, channel_id uuid,
                  payload jsonb, by_bot boolean, epoch bigint)"
    )
}

/// Deliveries, as one parameter.
pub(super) fn delivery_rows(deliveries: &[NewDelivery]) -> String {
    let rows = deliveries.iter().map(|delivery| {
        json!({
            "id": delivery.id, "kind": delivery.payload.kind(), "message_id": delivery.message,
            "part": delivery.part, "conversation_id": delivery.conversation, "channel_id": delivery.channel,
            "payload": delivery.payload, "by_bot": delivery.by_bot, "epoch": delivery.epoch,
        })
    });
    super::as_rows(&rows.collect::<Vec<_>>())
}
