//! Claiming deliveries: a sender takes what is due, one of each conversation at a time.

use contract::{ContactId, ConversationId, DeliveryId, MessageId, Time};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::Payload;
use crate::channels::Recipient;
use crate::store::senders::Sender;
use crate::store::{Own, Result, Store};

/// A delivery that this process is about to make.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// Which.
    pub id: DeliveryId,
    /// The message.
    pub message: MessageId,
    /// The conversation.
    pub conversation: ConversationId,
    /// The customer.
    pub contact: ContactId,
    /// When a person or a bot last asked for it.
    pub asked_at: Time,
    /// How often a person or a bot has asked for it, from 1.
    pub round: i32,
    /// How often it has been tried, this time included.
    pub attempts: i32,
    /// What it carries.
    pub payload: Payload,
    /// To whom.
    pub to: Recipient,
    /// The provider's id of the message it answers.
    pub quoted: Option<String>,
    /// Until when free text may go, as of the claim.
    pub window_until: Option<Time>,
    /// The desk's clock at the claim.
    pub now: Time,
}

#[derive(FromRow)]
struct ClaimedRow {
    id: Uuid,
    message_id: Uuid,
    conversation_id: Uuid,
    contact_id: Uuid,
    asked_at: i64,
    round: i32,
    attempts: i32,
    payload: Json<Payload>,
    phone: Option<String>,
    user_id: Option<String>,
    external_id: Option<String>,
    quoted: Option<String>,
    window_until: Option<i64>,
    now: i64,
}

impl Store {
    /// Takes deliveries of a channel that are due, at most one for each conversation, and marks them as being
    /// sent. Nothing is taken unless this process still sends for the channel.
    pub async fn claim(&self, sender: &Sender, limit: i64) -> Result<Vec<Claimed>> {
        let rows: Vec<ClaimedRow> = sqlx::query_as(
            "with clock as materialized (select desk_now() as now),
             due as (
               select d.id
                 from deliveries d, clock
                where d.channel_id = $1 and d.state = 'queued' and d.not_before <= clock.now
                  -- Not as `not exists`: as a join, planned while little was queued, it reads all of the queue for each.
                  and (select b.id from deliveries b where b.conversation_id = d.conversation_id
                          and b.ord < d.ord and b.state in ('queued', 'sending') limit 1) is null
                  and exists (select 1 from channel_senders s join channels ch on ch.id = s.channel_id
                               where s.channel_id = $1 and ch.paused is null and s.holder = $2 and s.fence = $3 and s.until > clock.now)
                order by d.ord limit $4
                  for update of d skip locked),
             taken as (
               update deliveries d
                  set state = 'sending', attempts = d.attempts + 1, fence = $3,
                      lease_until = clock.now + interval '30 seconds'
                 from due, clock where d.id = due.id
               returning d.id, d.ord, d.part, d.message_id, d.conversation_id, d.attempts, d.payload, d.round,
                         coalesce(d.asked_at, d.created_at) as asked_at)
             select t.id, t.message_id, t.conversation_id, c.contact_id, to_ms(t.asked_at) as asked_at, t.round, t.attempts,
                    t.payload, a.phone, a.user_id, a.external_id,
                    case when m.quoted_id is null or t.part > 0 then null
                         else coalesce(m.quoted_provider_id,
                              (select q.provider_id from messages q where q.id = m.quoted_id),
                              (select qd.provider_id from deliveries qd
                                where qd.message_id = m.quoted_id and qd.kind = 'message'
                                order by qd.part limit 1)) end as quoted,
                    to_ms(c.window_until) as window_until, to_ms(clock.now) as now
               from taken t
               join messages m on m.id = t.message_id
               join conversations c on c.id = t.conversation_id
               join addresses a on a.id = c.address_id, clock
              order by t.ord",
        )
        .bind(sender.channel.0)
        .bind(sender.holder)
        .bind(sender.fence)
        .bind(limit)
        .fetch_all(self.own(Own::Deliver))
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| Claimed {
                id: DeliveryId(row.id),
                message: MessageId(row.message_id),
                conversation: ConversationId(row.conversation_id),
                contact: ContactId(row.contact_id),
                asked_at: Time(row.asked_at),
                round: row.round,
                attempts: row.attempts,
                payload: row.payload.0,
                to: Recipient { phone: row.phone, user_id: row.user_id, external_id: row.external_id },
                quoted: row.quoted,
                window_until: row.window_until.map(Time),
                now: Time(row.now),
            })
            .collect())
    }

    /// Frees deliveries that were claimed and not begun. Those that another claim has taken meanwhile stay with it.
    pub async fn give_back(&self, sender: &Sender, ids: &[DeliveryId]) -> Result<()> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        sqlx::query(
            "update deliveries set state = 'queued', attempts = attempts - 1, lease_until = null, fence = null
              where id = any($1) and state = 'sending' and fence = $2",
        )
        .bind(ids)
        .bind(sender.fence)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Frees a delivery that was claimed and may not leave yet, for so many milliseconds. It was not tried.
    pub async fn put_off(&self, sender: &Sender, id: DeliveryId, wait_ms: i64) -> Result<()> {
        sqlx::query(
            "update deliveries
                set state = 'queued', attempts = attempts - 1, lease_until = null, fence = null,
                    not_before = desk_now() + $3 * interval '1 millisecond', error_code = 'pair_limit',
                    error_reason = 'This customer has had many messages within a short time; WhatsApp takes the '
                                   'next ones one by one.'
              where id = $1 and state = 'sending' and fence = $2",
        )
        .bind(id.0)
        .bind(sender.fence)
        .bind(wait_ms)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Prolongs the lease of a delivery that is being sent: a call with a file in it can take minutes. Says whether
    /// it is still ours.
    pub async fn keep_delivery_lease(&self, id: DeliveryId, attempts: i32, sender: &Sender) -> Result<bool> {
        let done = sqlx::query(
            "update deliveries set lease_until = desk_now() + interval '30 seconds'
              where id = $1 and state = 'sending' and attempts = $2 and fence = $3 and lease_until > desk_now()",
        )
        .bind(id.0)
        .bind(attempts)
        .bind(sender.fence)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Deliveries that are being sent by nobody: their lease has ended without an answer.
    pub async fn abandoned(&self) -> Result<Vec<(DeliveryId, ConversationId)>> {
        let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(
            "select id, conversation_id from deliveries
              where state = 'sending' and lease_until < (select desk_now()) order by ord limit 200",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(id, of)| (DeliveryId(id), ConversationId(of))).collect())
    }
}
