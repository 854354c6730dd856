//! What bots that were written for Chatwoot are told beside their turns: that a conversation was opened to people, or
//! resolved. The feed is read for each of them; what was read and how far is one commit.

use contract::{BotId, ConversationId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::store::{Result, Store, journal};

/// Events that are looked at in one go.
const LOOKED_AT: i64 = 2_000;
/// How long somebody who tells a bot has for it, in SQL.
const LEASE: &str = "interval '60 seconds'";

/// The bots that it is about.
const WRITTEN_FOR_IT: &str = "b.active and b.kind = 'webhook' and b.definition ->> 'dialect' = 'chatwoot'";

/// Something that a bot is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotNews {
    /// Which.
    pub id: Uuid,
    /// The bot.
    pub bot: BotId,
    /// Where it hears.
    pub url: String,
    /// Of which conversation.
    pub conversation: ConversationId,
    /// The event's number there.
    pub seq: i64,
    /// The event's name at Chatwoot.
    pub event: String,
    /// How often it was tried, this time included.
    pub attempts: i32,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    bot_id: Uuid,
    url: String,
    conversation_id: Uuid,
    seq: i64,
    event: String,
    attempts: i32,
}

impl Store {
    /// The bots that were written for Chatwoot and with which a channel begins.
    pub async fn bots_with_news(&self) -> Result<Vec<BotId>> {
        let sql = format!(
            "select b.id from bots b where {WRITTEN_FOR_IT} and exists (select from channels where bot_id = b.id)
              order by b.id"
        );
        let bots: Vec<Uuid> = sqlx::query_scalar(&sql).fetch_all(self.pool()).await?;
        Ok(bots.into_iter().map(BotId).collect())
    }

    /// Reads on for a bot. Whether there is more at once. Another process that reads for it is left to it.
    pub async fn read_bot_news(&self, bot: BotId) -> Result<bool> {
        let mut tx = self.begin().await?;
        let now = journal::now(tx.connection()).await?.0;
        sqlx::query("insert into bot_readers values ($1, $2, $3, $4) on conflict do nothing")
            .bind(bot.0)
            .bind(now.generation)
            .bind(now.place.tx)
            .bind(now.place.id)
            .execute(tx.connection())
            .await?;
        let reader: Option<(i64, i64, i64)> = sqlx::query_as(
            "select generation, after_tx, after_id from bot_readers where bot_id = $1 for update skip locked",
        )
        .bind(bot.0)
        .fetch_optional(tx.connection())
        .await?;
        let Some((generation, after_tx, after_id)) = reader else { return Ok(false) };
        // After a restore nobody knows what lies between.
        let (to_tx, to_id, looked) = match generation == now.generation {
            true => begin_news(&mut tx, bot, (after_tx, after_id)).await?,
            false => (now.place.tx, now.place.id, 0),
        };
        sqlx::query(
            "update bot_readers set generation = $2, after_tx = $3, after_id = $4
              where bot_id = $1 and (generation, after_tx, after_id) is distinct from ($2, $3, $4)",
        )
        .bind(bot.0)
        .bind(now.generation)
        .bind(to_tx)
        .bind(to_id)
        .execute(tx.connection())
        .await?;
        tx.commit().await?;
        Ok(looked >= LOOKED_AT)
    }

    /// Takes what is due. What could not be told for a day is given up.
    pub async fn claim_bot_news(&self, most: i64) -> Result<Vec<BotNews>> {
        sqlx::query("delete from bot_news where due_at < desk_now() - interval '1 day'")
            .execute(self.pool())
            .await?;
        let sql = format!(
            "update bot_news n set lease_until = desk_now() + {LEASE}, attempts = n.attempts + 1
               from (select w.id, b.definition ->> 'url' as url
                       from bot_news w join bots b on b.id = w.bot_id and {WRITTEN_FOR_IT}
                      where w.due_at <= desk_now() and (w.lease_until is null or w.lease_until < desk_now())
                      order by w.due_at, w.seq limit $1 for update of w skip locked) due
              where n.id = due.id
              returning n.id, n.bot_id, coalesce(due.url, '') as url, n.conversation_id, n.seq, n.event, n.attempts"
        );
        let rows: Vec<Row> = sqlx::query_as(&sql).bind(most).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(Row::news).collect())
    }

    /// A bot was told, or nobody can hope any more.
    pub async fn end_bot_news(&self, id: Uuid) -> Result<()> {
        sqlx::query("delete from bot_news where id = $1").bind(id).execute(self.pool()).await?;
        Ok(())
    }

    /// A bot could not be told: it is tried again after so many seconds.
    pub async fn put_off_bot_news(&self, id: Uuid, seconds: i32) -> Result<()> {
        sqlx::query(
            "update bot_news set lease_until = null, due_at = desk_now() + $2 * interval '1 second' where id = $1",
        )
        .bind(id)
        .bind(seconds)
        .execute(self.pool())
        .await?;
        Ok(())
    }
}

/// Writes down what a bot is to be told of a page of the feed. How far was looked, and at how much.
async fn begin_news(
    tx: &mut crate::store::Tx,
    bot: BotId,
    (after_tx, after_id): (i64, i64),
) -> Result<(i64, i64, i64)> {
    let status = |stage: &str| {
        format!(
            "case {stage} when 'bot' then 'pending' when 'waiting' then 'open' when 'assigned' then 'open'
                          else {stage} end"
        )
    };
    let sql = format!(
        "with looked as materialized (
           select e.* from events e
            where (e.tx, e.id) > ($2::text::xid8, $3) and e.tx < pg_snapshot_xmin(pg_current_snapshot())
            order by e.tx, e.id limit $4),
         moved as (
           select l.conversation_id, l.seq, {from} as was, {to} as now
             from looked l where l.change ? 'owner_changed'),
         begun as (
           insert into bot_news (id, bot_id, conversation_id, seq, event)
           select gen_random_uuid(), $1, m.conversation_id, m.seq,
                  case m.now when 'open' then 'conversation_opened' else 'conversation_resolved' end
             from moved m
             join conversations c on c.id = m.conversation_id
             join channels ch on ch.id = c.channel_id and ch.bot_id = $1
            where m.now in ('open', 'resolved') and m.now <> m.was
               on conflict do nothing)
         select tx::text::bigint, id, (select count(*) from looked) from looked order by tx desc, id desc limit 1",
        from = status("(l.change #>> '{owner_changed,from_stage}')"),
        to = status("(l.change #>> '{owner_changed,stage}')"),
    );
    let to: Option<(i64, i64, i64)> = sqlx::query_as(&sql)
        .bind(bot.0)
        .bind(after_tx.to_string())
        .bind(after_id)
        .bind(LOOKED_AT)
        .fetch_optional(tx.connection())
        .await?;
    Ok(to.unwrap_or((after_tx, after_id, 0)))
}

impl Row {
    fn news(self) -> BotNews {
        BotNews {
            id: self.id,
            bot: BotId(self.bot_id),
            url: self.url,
            conversation: ConversationId(self.conversation_id),
            seq: self.seq,
            event: self.event,
            attempts: self.attempts,
        }
    }
}
