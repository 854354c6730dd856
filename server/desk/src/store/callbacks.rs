//! Promises to write back, and bots that have customers because nobody else can.

use contract::event::HandoffNews;
use contract::team::Obstacle;
use contract::{Actor, AgentId, BotId, ConversationId, HandoffId, Packet, Time};
use sqlx::types::Json;
use uuid::Uuid;

use super::{Result, Store, Tx, corrupt, words};
use crate::bots::Fallback;

mod listed;

/// A promise to write back.
#[derive(Debug, Clone)]
pub struct NewCallback<'a> {
    /// To whom.
    pub conversation: ConversationId,
    /// From which handoff it came.
    pub handoff: Option<HandoffId>,
    /// Who promises.
    pub by: Actor,
    /// What kept people from answering, as a word.
    pub reason: &'a str,
    /// When it is due.
    pub due: Time,
    /// When it is promised.
    pub now: Time,
}

/// It is time to write back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// When it was due.
    pub at: Time,
    /// What kept people from answering, as a word.
    pub reason: String,
    /// Who is to write back, if that is anybody in particular who still works here.
    pub keeper: Option<AgentId>,
}

/// A bot has the customer because nobody else can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Which bot.
    pub bot: BotId,
    /// From which handoff it came.
    pub handoff: Option<HandoffId>,
    /// Why.
    pub obstacle: Obstacle,
}

fn obstacle(word: &str) -> Result<Obstacle> {
    Obstacle::parse(word).ok_or_else(|| corrupt("fallback_runs", "obstacle", word))
}

impl Store {
    /// Conversations in which it is time to write back, and nobody was told yet.
    pub async fn callbacks_due(&self, limit: i64) -> Result<Vec<ConversationId>> {
        let rows: Vec<(Uuid,)> = sqlx::query_as(
            "select conversation_id from callbacks
              where state = 'open' and due_at <= (select desk_now()) and told_at is null
              order by due_at, id limit $1",
        )
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(id,)| ConversationId(id)).collect())
    }

    /// Why a bot has the customer, and what was passed on before, where that is because nobody else can.
    pub async fn fallback(&self, id: ConversationId) -> Result<Option<Fallback>> {
        let row: Option<(String, Option<Json<Packet>>)> = sqlx::query_as(
            "select r.obstacle, h.packet from fallback_runs r left join handoffs h on h.id = r.handoff_id
              where r.conversation_id = $1",
        )
        .bind(id.0)
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|(reason, packet)| Fallback { reason, packet: packet.map(|packet| packet.0) }))
    }

    /// Conversations whose agent has said nothing for longer than their team or channel allows.
    pub async fn silent(&self, limit: i64) -> Result<Vec<ConversationId>> {
        // Where nobody has set a limit, there is nothing to look for.
        let limited: bool = sqlx::query_scalar(
            "select exists (select from teams where placement @> $1) or exists (select from channels where placement @> $1)",
        )
        .bind(serde_json::json!({ "fallbacks": [{ "on": "agent_silent" }] }))
        .fetch_one(self.pool())
        .await?;
        if !limited {
            return Ok(Vec::new());
        }
        let sql = format!("{SILENT} limit $2");
        let rows: Vec<(Uuid,)> =
            sqlx::query_as(&sql).bind(None::<Uuid>).bind(limit).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(|(id,)| ConversationId(id)).collect())
    }
}

/// Since when an agent owes an answer: the first message that nobody has answered, or since they have it.
const SILENT: &str = "select c.id
   from conversations c
   join channels ch on ch.id = c.channel_id
   left join teams t on t.id = coalesce(c.team_id, ch.team_id)
   join lateral (select (f.rule ->> 'limit')::integer as seconds
                   from jsonb_array_elements(coalesce(t.placement -> 'fallbacks', '[]'::jsonb)
                                             || coalesce(ch.placement -> 'fallbacks', '[]'::jsonb))
                        with ordinality as f(rule, place)
                  where f.rule ->> 'on' = 'agent_silent' order by f.place limit 1) r on r.seconds is not null
   join messages p on p.id = c.preview_id and p.author_kind = 'contact'
   join lateral (select min(m.received_at) as at from messages m
                  where m.conversation_id = c.id and m.author_kind = 'contact'
                    and m.seq > coalesce((select max(a.seq) from messages a
                                           where a.conversation_id = c.id and not a.note
                                             and a.author_kind in ('agent', 'phone')), 0)) asked on true
   join lateral (select e.at from events e where e.conversation_id = c.id and e.change ? 'owner_changed'
                  order by e.seq desc limit 1) owned on true
  where c.stage = 'assigned' and ($1::uuid is null or c.id = $1)
    and greatest(asked.at, owned.at) <= desk_now() - r.seconds * interval '1 second'";

impl Tx {
    /// Whether the agent of a conversation has said nothing for too long.
    pub async fn is_silent(&mut self, id: ConversationId) -> Result<bool> {
        let found: Option<(Uuid,)> =
            sqlx::query_as(SILENT).bind(id.0).fetch_optional(self.connection()).await?;
        Ok(found.is_some())
    }

    /// Promises to write back. False where that is promised already.
    pub async fn promise(&mut self, new: &NewCallback<'_>) -> Result<bool> {
        let (by_kind, by_id) = words::actor_columns(new.by);
        let made = sqlx::query(
            "insert into callbacks (id, conversation_id, handoff_id, by_kind, by_id, reason, due_at, created_at)
             values ($1, $2, $3, $4, $5, $6, from_ms($7), from_ms($8))
                 on conflict do nothing",
        )
        .bind(Uuid::now_v7())
        .bind(new.conversation.0)
        .bind(new.handoff.map(|id| id.0))
        .bind(by_kind)
        .bind(by_id)
        .bind(new.reason)
        .bind(new.due.0)
        .bind(new.now.0)
        .execute(self.connection())
        .await?;
        Ok(made.rows_affected() == 1)
    }

    /// When somebody has promised to write back, while nobody has.
    pub async fn callback_due(&mut self, id: ConversationId) -> Result<Option<Time>> {
        let due: Option<i64> = sqlx::query_scalar(
            "select to_ms(due_at) from callbacks where conversation_id = $1 and state = 'open'",
        )
        .bind(id.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(due.map(Time))
    }

    /// A promise is kept, or is of no use any more. Whether there was one.
    pub async fn end_callback(&mut self, id: ConversationId, state: &str, now: Time) -> Result<bool> {
        let ended = sqlx::query(
            "update callbacks set state = $2, ended_at = from_ms($3) where conversation_id = $1 and state = 'open'",
        )
        .bind(id.0)
        .bind(state)
        .bind(now.0)
        .execute(self.connection())
        .await?;
        Ok(ended.rows_affected() > 0)
    }

    /// Notes that people are told that it is time to write back. What is due, if they were not before and it is.
    pub async fn tell_due(&mut self, id: ConversationId, now: Time) -> Result<Option<Due>> {
        let told: Option<(i64, String, Option<Uuid>)> = sqlx::query_as(
            "update callbacks set told_at = from_ms($2)
              where conversation_id = $1 and state = 'open' and told_at is null and due_at <= from_ms($2)
             returning to_ms(due_at), reason,
                       (select id from agents where id = owner_id and active)",
        )
        .bind(id.0)
        .bind(now.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(told.map(|(at, reason, keeper)| Due { at: Time(at), reason, keeper: keeper.map(AgentId) }))
    }

    /// Admins are told that nobody has written back yet.
    pub async fn alert_of_callback(&mut self, id: ConversationId, text: &str) -> Result<()> {
        sqlx::query(
            "insert into alerts (id, conversation_id, kind, subject, text, at)
             values ($1, $2, 'callback', ($2::uuid)::text, $3, desk_now())",
        )
        .bind(Uuid::now_v7())
        .bind(id.0)
        .bind(text)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// A bot has the customer because nobody else can.
    pub async fn begin_run(&mut self, id: ConversationId, run: Run, now: Time) -> Result<()> {
        sqlx::query(
            "insert into fallback_runs (conversation_id, bot_id, handoff_id, obstacle, started_at)
             values ($1, $2, $3, $4, from_ms($5))
                 on conflict (conversation_id) do update
                set bot_id = excluded.bot_id, handoff_id = excluded.handoff_id, obstacle = excluded.obstacle,
                    started_at = excluded.started_at",
        )
        .bind(id.0)
        .bind(run.bot.0)
        .bind(run.handoff.map(|id| id.0))
        .bind(run.obstacle.as_str())
        .bind(now.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Whether a bot has the customer because nobody else can.
    pub async fn run(&mut self, id: ConversationId) -> Result<Option<Run>> {
        let row: Option<(Uuid, Option<Uuid>, String)> = sqlx::query_as(
            "select bot_id, handoff_id, obstacle from fallback_runs where conversation_id = $1",
        )
        .bind(id.0)
        .fetch_optional(self.connection())
        .await?;
        row.map(|(bot, handoff, word)| {
            Ok(Run { bot: BotId(bot), handoff: handoff.map(HandoffId), obstacle: obstacle(&word)? })
        })
        .transpose()
    }

    /// The bot does not have the customer any more. What to say of that, if it had.
    pub async fn end_run(&mut self, id: ConversationId) -> Result<Option<HandoffNews>> {
        let row: Option<(Uuid, Option<Uuid>, String)> = sqlx::query_as(
            "delete from fallback_runs where conversation_id = $1 returning bot_id, handoff_id, obstacle",
        )
        .bind(id.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(row.map(|(bot, handoff, reason)| HandoffNews {
            handoff: handoff.map(HandoffId),
            bot: Some(BotId(bot)),
            reason: Some(reason),
            ..HandoffNews::default()
        }))
    }
}
