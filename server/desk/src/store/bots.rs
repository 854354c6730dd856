//! Bots' turns and what they remember.

use contract::message::Choice;
use contract::{BotId, ConversationId, DeliveryId, Time};
use serde_json::{Value, json};
use sqlx::types::Json;
use uuid::Uuid;

use super::{Result, Store, Tx};

mod breakers;
mod calls;
pub(super) mod claims;
pub(super) mod history;
mod lessons;
mod news;
pub(super) mod queue;
mod registry;
mod secrets;
mod versions;

pub use calls::{CallOutcome, NewCall};
pub use claims::{Health, Place, Taken, Terms, Turn};
pub use history::{Heard, Said, Told};
pub use lessons::{LOOKED_AT, Lesson, NO_SUCH_CONVERSATION, Recorded, RecordedLine, TEST_KEPT};
pub use news::BotNews;
pub use queue::Queued;
pub use registry::{BotRecord, LiveBot};
pub use secrets::SealedSecret;
pub use versions::{Draft, NewVersion, Version};

/// A promise of a later answer that was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overdue {
    /// The conversation.
    pub conversation: ConversationId,
    /// Who promised.
    pub bot: BotId,
    /// Under which epoch.
    pub epoch: i64,
}

/// What a bot remembers, and what it has answered.
#[derive(Debug, Clone, Copy)]
pub struct Remembered<'a> {
    /// In its kind's own shape.
    pub memory: &'a Value,
    /// The last event that it has answered.
    pub answered_seq: i64,
    /// Under which epoch.
    pub epoch: i64,
    /// What it has offered under numbers.
    pub offered: &'a [Choice],
}

impl Store {
    /// Promises of a later answer whose time is over.
    pub async fn overdue_answers(&self, limit: i64) -> Result<Vec<Overdue>> {
        let rows: Vec<(Uuid, Uuid, i64)> = sqlx::query_as(
            "select conversation_id, bot_id, epoch from bot_awaits
              where until <= (select desk_now()) order by until limit $1",
        )
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        let overdue = |(conversation, bot, epoch)| Overdue {
            conversation: ConversationId(conversation),
            bot: BotId(bot),
            epoch,
        };
        Ok(rows.into_iter().map(overdue).collect())
    }
}

impl Tx {
    /// Whether nothing has been answered since a turn was taken.
    pub async fn is_unanswered(&mut self, turn: &Turn) -> Result<bool> {
        let answered: Option<i64> = sqlx::query_scalar(
            "select answered_seq from bot_memory where conversation_id = $1 and bot_id = $2",
        )
        .bind(turn.conversation.0)
        .bind(turn.bot.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(answered.is_none_or(|answered| answered <= turn.heard_from))
    }

    /// A turn is over: it is taken away, unless something joined it meanwhile; then it is due when that is. One that was
    /// queued under another epoch is not this one.
    pub async fn end_turn(&mut self, turn: &Turn) -> Result<()> {
        sqlx::query(
            "with gone as (delete from bot_turns where conversation_id = $1 and epoch = $2 and version = $3 returning 1)
             update bot_turns set lease_until = null
              where conversation_id = $1 and epoch = $2 and not exists (select 1 from gone)",
        )
        .bind(turn.conversation.0)
        .bind(turn.epoch)
        .bind(turn.version)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The bot no longer owns the conversation: it has no turn, and nobody waits for its answer.
    pub async fn drop_turn(&mut self, conversation: ConversationId) -> Result<()> {
        sqlx::query(
            "with promised as (delete from bot_awaits where conversation_id = $1)
             delete from bot_turns where conversation_id = $1",
        )
        .bind(conversation.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The bot has promised to answer later what it has heard up to an event. An earlier promise stays the one that
    /// counts. It may have answered before its promise was heard: then nobody waits.
    pub async fn await_answer(&mut self, turn: &Turn, heard_to: i64, until: Time) -> Result<()> {
        sqlx::query(
            "insert into bot_awaits as a (conversation_id, bot_id, epoch, until)
             select $1, $2, $3, from_ms($4)
              where not exists (select from messages where conversation_id = $1 and seq > $5 and author_kind = 'bot')
                 on conflict (conversation_id) do update
                set bot_id = excluded.bot_id, epoch = excluded.epoch,
                    until = case when a.epoch = excluded.epoch then least(a.until, excluded.until)
                                 else excluded.until end",
        )
        .bind(turn.conversation.0)
        .bind(turn.bot.0)
        .bind(turn.epoch)
        .bind(until.0)
        .bind(heard_to)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Nobody waits for a later answer any more. Whether somebody did, under this epoch.
    pub async fn end_await(&mut self, conversation: ConversationId, epoch: i64) -> Result<bool> {
        let gone: Option<i64> =
            sqlx::query_scalar("delete from bot_awaits where conversation_id = $1 returning epoch")
                .bind(conversation.0)
                .fetch_optional(self.connection())
                .await?;
        Ok(gone == Some(epoch))
    }

    /// Writes what a bot has offered under numbers without being asked.
    pub async fn offer(
        &mut self,
        conversation: ConversationId,
        bot: BotId,
        offered: &[Choice],
    ) -> Result<()> {
        sqlx::query("update bot_memory set offered = $3 where conversation_id = $1 and bot_id = $2")
            .bind(conversation.0)
            .bind(bot.0)
            .bind(Json(offered))
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Lets deliveries that this transaction has queued wait, each for so many milliseconds.
    pub async fn hold_back(&mut self, deliveries: &[(DeliveryId, i64)]) -> Result<()> {
        if deliveries.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = deliveries.iter().map(|(id, _)| id.0).collect();
        let waits: Vec<i64> = deliveries.iter().map(|(_, ms)| *ms).collect();
        sqlx::query(
            "update deliveries d set not_before = d.not_before + x.ms * interval '1 millisecond'
               from unnest($1::uuid[], $2::bigint[]) as x(id, ms) where d.id = x.id",
        )
        .bind(ids)
        .bind(waits)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Ends turns with what their bots remember and have answered, and counts them. Nothing changes for those in which
    /// something has been answered since they were taken; the conversations of the others.
    pub async fn conclude(&mut self, turns: &[(Place, Remembered<'_>)]) -> Result<Vec<ConversationId>> {
        let rows: Vec<Value> = turns
            .iter()
            .map(|(place, remembered)| {
                let offered = (!remembered.offered.is_empty()).then_some(remembered.offered);
                json!({
                    "conversation_id": place.conversation, "bot_id": place.bot, "memory": remembered.memory,
                    "answered_seq": remembered.answered_seq, "epoch": remembered.epoch, "offered": offered,
                    "heard_from": place.heard_from, "version": place.version,
                })
            })
            .collect();
        let concluded: Vec<Uuid> = sqlx::query_scalar(
            "with x as materialized (
               select * from json_to_recordset($1::text::json)
                 as x(conversation_id uuid, bot_id uuid, memory jsonb, answered_seq bigint, epoch bigint, offered jsonb,
                      heard_from bigint, version bigint)),
             said as (
               insert into bot_memory as m (conversation_id, bot_id, memory, answered_seq, epoch, turns, offered)
               select conversation_id, bot_id, coalesce(memory, 'null'), answered_seq, epoch, 1, offered from x
                order by conversation_id
                   on conflict (conversation_id) do update
                  set bot_id = excluded.bot_id, memory = excluded.memory, answered_seq = excluded.answered_seq,
                      epoch = excluded.epoch, offered = excluded.offered,
                      turns = case when m.epoch = excluded.epoch and m.bot_id = excluded.bot_id then m.turns + 1
                                   else 1 end
                where m.bot_id <> excluded.bot_id
                   or m.answered_seq <= (select x.heard_from from x where x.conversation_id = excluded.conversation_id)
               returning conversation_id),
             over as materialized (select x.conversation_id, x.epoch, x.version from x join said using (conversation_id)),
             gone as (delete from bot_turns t using over
                       where t.conversation_id = any (array(select conversation_id from over))
                         and t.conversation_id = over.conversation_id and t.epoch = over.epoch
                         and t.version = over.version
                      returning t.conversation_id),
             joined as (update bot_turns t set lease_until = null from over
                         where t.conversation_id = any (array(select conversation_id from over))
                           and t.conversation_id = over.conversation_id and t.epoch = over.epoch
                           and t.conversation_id not in (select conversation_id from gone))
             select conversation_id from said",
        )
        .bind(super::as_rows(&rows))
        .fetch_all(self.connection())
        .await?;
        Ok(concluded.into_iter().map(ConversationId).collect())
    }
}
