//! Bots' turns and what they remember.

use contract::{Body, BotId, ConversationId, Time};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Result, Store, Tx};

/// A turn that this process is about to give to a bot.
#[derive(Debug, Clone)]
pub struct Turn {
    /// The conversation.
    pub conversation: ConversationId,
    /// The bot.
    pub bot: BotId,
    /// Its kind.
    pub kind: String,
    /// What it says and does.
    pub definition: serde_json::Value,
    /// The definition's version.
    pub definition_version: i32,
    /// The epoch under which it began.
    pub epoch: i64,
    /// Raised by every message that joins the turn.
    pub version: i64,
    /// How often it has been tried, this time included.
    pub attempts: i32,
    /// What the bot remembers; null at first.
    pub memory: serde_json::Value,
    /// The last event that the bot has answered, or after which it got the conversation: what it hears came
    /// later.
    pub heard_from: i64,
    /// Why the bot got the conversation since it last answered, if it did (`return_to_bot`, `contact_wrote`).
    pub regained: Option<String>,
    /// What the contact calls themself.
    pub contact_name: Option<String>,
}

#[derive(FromRow)]
struct Row {
    conversation_id: Uuid,
    bot_id: Uuid,
    kind: String,
    definition: Json<serde_json::Value>,
    definition_version: i32,
    epoch: i64,
    version: i64,
    attempts: i32,
    memory: Option<Json<serde_json::Value>>,
    heard_from: i64,
    regained: Option<String>,
    contact_name: Option<String>,
}

/// What the customer wrote.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The number of its event.
    pub seq: i64,
    /// What it says.
    pub body: Body,
    /// When it was written.
    pub at: Time,
}

impl Store {
    /// Takes turns that are due, under a lease of a minute.
    pub async fn claim_turns(&self, limit: i64) -> Result<Vec<Turn>> {
        let rows: Vec<Row> = sqlx::query_as(
            "with clock as materialized (select desk_now() as now),
             due as (select t.conversation_id from bot_turns t, clock
                      where t.due_at <= clock.now and (t.lease_until is null or t.lease_until < clock.now)
                      order by t.due_at limit $1 for update of t skip locked),
             taken as (update bot_turns t set lease_until = clock.now + interval '60 seconds', attempts = attempts + 1
                         from due, clock where t.conversation_id = due.conversation_id
                       returning t.*)
             select t.conversation_id, t.bot_id, b.kind, b.definition, b.version as definition_version, t.epoch,
                    t.version, t.attempts, m.memory, ct.profile_name as contact_name,
                    greatest(coalesce(m.answered_seq, 0), coalesce(o.seq, 0)) as heard_from,
                    case when o.seq > coalesce(m.answered_seq, 0) then o.cause end as regained
               from taken t
               join bots b on b.id = t.bot_id
               join conversations c on c.id = t.conversation_id
               join contacts ct on ct.id = c.contact_id
               left join bot_memory m on m.conversation_id = t.conversation_id and m.bot_id = t.bot_id
               left join lateral (select e.seq, e.change -> 'owner_changed' ->> 'cause' as cause from events e
                                   where e.conversation_id = t.conversation_id
                                     and e.change ? 'owner_changed'
                                   order by e.seq desc limit 1) o on true",
        )
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| Turn {
                conversation: ConversationId(row.conversation_id),
                bot: BotId(row.bot_id),
                kind: row.kind,
                definition: row.definition.0,
                definition_version: row.definition_version,
                epoch: row.epoch,
                version: row.version,
                attempts: row.attempts,
                memory: row.memory.map_or(serde_json::Value::Null, |memory| memory.0),
                heard_from: row.heard_from,
                regained: row.regained,
                contact_name: row.contact_name,
            })
            .collect())
    }

    /// What the customer wrote after an event, oldest first, at most 50.
    pub async fn heard(&self, conversation: ConversationId, after: i64) -> Result<Vec<Heard>> {
        let rows: Vec<(i64, Json<Body>, i64)> = sqlx::query_as(
            "select * from (select seq, body, to_ms(at) from messages
                             where conversation_id = $1 and seq > $2 and author_kind = 'contact'
                               and revoked_at is null
                             order by seq desc limit 50) last order by seq",
        )
        .bind(conversation.0)
        .bind(after)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(seq, body, at)| Heard { seq, body: body.0, at: Time(at) }).collect())
    }

    /// When the next turn is due, in milliseconds from now; absent if none is.
    pub async fn next_turn_ms(&self) -> Result<Option<i64>> {
        let (next,): (Option<i64>,) = sqlx::query_as(
            "select to_ms(min(greatest(due_at, coalesce(lease_until, due_at)))) - to_ms(desk_now()) from bot_turns",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(next)
    }
}

impl Tx {
    /// Queues turns, or lets what came now join the turn that is queued.
    pub async fn queue_turns(&mut self, turns: &[(ConversationId, BotId, i64)], due_at: Time) -> Result<()> {
        if turns.is_empty() {
            return Ok(());
        }
        let conversations: Vec<Uuid> = turns.iter().map(|(id, ..)| id.0).collect();
        let bots: Vec<Uuid> = turns.iter().map(|(_, bot, _)| bot.0).collect();
        let epochs: Vec<i64> = turns.iter().map(|(.., epoch)| *epoch).collect();
        sqlx::query(
            "insert into bot_turns as t (conversation_id, bot_id, epoch, due_at)
             select c, b, e, from_ms($4) from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as x(c, b, e) order by c
                 on conflict (conversation_id) do update
                set bot_id = excluded.bot_id, epoch = excluded.epoch, due_at = least(t.due_at, excluded.due_at),
                    version = t.version + 1, attempts = 0",
        )
        .bind(conversations)
        .bind(bots)
        .bind(epochs)
        .bind(due_at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// A turn is over: it is taken away, unless something joined it meanwhile; then it is due at once.
    pub async fn end_turn(&mut self, conversation: ConversationId, version: i64) -> Result<()> {
        sqlx::query(
            "with gone as (delete from bot_turns where conversation_id = $1 and version = $2 returning 1)
             update bot_turns set lease_until = null
              where conversation_id = $1 and not exists (select 1 from gone)",
        )
        .bind(conversation.0)
        .bind(version)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The bot no longer owns the conversation: it has no turn.
    pub async fn drop_turn(&mut self, conversation: ConversationId) -> Result<()> {
        sqlx::query("delete from bot_turns where conversation_id = $1")
            .bind(conversation.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Writes what a bot remembers, and what it has answered.
    pub async fn remember(
        &mut self,
        conversation: ConversationId,
        bot: BotId,
        memory: &serde_json::Value,
        answered_seq: i64,
    ) -> Result<()> {
        sqlx::query(
            "insert into bot_memory (conversation_id, bot_id, memory, answered_seq) values ($1, $2, $3, $4)
                 on conflict (conversation_id) do update
                set bot_id = excluded.bot_id, memory = excluded.memory, answered_seq = excluded.answered_seq",
        )
        .bind(conversation.0)
        .bind(bot.0)
        .bind(Json(memory))
        .bind(answered_seq)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
