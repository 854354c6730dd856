//! Where handoffs stand on their ladders, and what is measured of them.

use contract::message::Field;
use contract::{AgentId, BotId, ConversationId, HandoffId, Packet, TeamId, Time};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Result, Store, Tx};
use crate::domain::ladder::{Ladder, Step};
use crate::domain::wait::{COUNTED, Waited};

mod waits;

/// How a handoff is set on its way.
#[derive(Debug, Clone)]
pub struct Placed<'a> {
    /// The ladder.
    pub ladder: &'a Ladder,
    /// How long somebody is asked, in seconds.
    pub seconds: i32,
    /// When it has taken too long.
    pub times_out_at: Option<Time>,
    /// How many waited before it.
    pub ahead: i32,
    /// The customer's language, where the bot has said.
    pub language: Option<&'a str>,
}

/// Where a handoff stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Which.
    pub handoff: HandoffId,
    /// What was passed on.
    pub packet: Packet,
    /// The team.
    pub team: Option<TeamId>,
    /// The ladder.
    pub ladder: Vec<Step>,
    /// The rung.
    pub step: usize,
    /// How long somebody is asked, in seconds.
    pub seconds: i32,
    /// How long the rung waits for somebody who is busy.
    pub step_until: Option<Time>,
    /// When somebody must look at it again.
    pub due_at: Option<Time>,
    /// When it has taken too long.
    pub times_out_at: Option<Time>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    packet: Json<Packet>,
    team_id: Option<Uuid>,
    ladder: Json<Vec<Step>>,
    step: i32,
    seconds: i32,
    step_until: Option<i64>,
    due_at: Option<i64>,
    times_out_at: Option<i64>,
}

impl Store {
    /// What people have settled, for the bot that has the conversation again.
    pub async fn settled_by_people(&self, id: ConversationId) -> Result<Vec<Field>> {
        let settled: Option<Option<Json<Vec<Field>>>> =
            sqlx::query_scalar("select settled from conversations where id = $1")
                .bind(id.0)
                .fetch_optional(self.pool())
                .await?;
        Ok(settled.flatten().map(|settled| settled.0).unwrap_or_default())
    }
}

impl Tx {
    /// Sets a handoff on its way.
    pub async fn place(
        &mut self,
        handoff: HandoffId,
        conversation: ConversationId,
        placed: Placed<'_>,
    ) -> Result<()> {
        sqlx::query(
            "with of_conversation as (
               update conversations set team_id = $2, language = coalesce($9, language) where id = $8)
             update handoffs set team_id = $2, ladder = $3, seconds = $4, times_out_at = from_ms($5),
                    ahead = $6, unmet = $7, step = 0, due_at = null, step_until = null
              where id = $1",
        )
        .bind(handoff.0)
        .bind(placed.ladder.team.map(|team| team.0))
        .bind(Json(&placed.ladder.steps))
        .bind(placed.seconds)
        .bind(placed.times_out_at.map(|at| at.0))
        .bind(placed.ahead)
        .bind(&placed.ladder.unmet)
        .bind(conversation.0)
        .bind(placed.language)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Where an open handoff stands.
    pub async fn standing(&mut self, handoff: HandoffId) -> Result<Option<Standing>> {
        let row: Option<Row> = sqlx::query_as(
            "select id, packet, team_id, ladder, step, seconds, to_ms(step_until) as step_until,
                    to_ms(due_at) as due_at, to_ms(times_out_at) as times_out_at
               from handoffs where id = $1 and ended_at is null for update",
        )
        .bind(handoff.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(row.map(|row| Standing {
            handoff: HandoffId(row.id),
            packet: row.packet.0,
            team: row.team_id.map(TeamId),
            ladder: row.ladder.0,
            step: usize::try_from(row.step).unwrap_or(0),
            seconds: row.seconds,
            step_until: row.step_until.map(Time),
            due_at: row.due_at.map(Time),
            times_out_at: row.times_out_at.map(Time),
        }))
    }

    /// Writes where a handoff stands now.
    pub async fn save_standing(&mut self, standing: &Standing) -> Result<()> {
        sqlx::query(
            "update handoffs set step = $2, step_until = from_ms($3), due_at = from_ms($4),
                    times_out_at = from_ms($5)
              where id = $1",
        )
        .bind(standing.handoff.0)
        .bind(i32::try_from(standing.step).unwrap_or(i32::MAX))
        .bind(standing.step_until.map(|at| at.0))
        .bind(standing.due_at.map(|at| at.0))
        .bind(standing.times_out_at.map(|at| at.0))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// How many wait already beside a conversation, as far as that is counted.
    pub async fn ahead(&mut self, team: Option<TeamId>, of: ConversationId) -> Result<i32> {
        let (ahead,): (i64,) = sqlx::query_as(
            "select count(*) from (select from conversations
                                    where stage = 'waiting' and id <> $2 and ($1::uuid is null or team_id = $1)
                                    limit $3) waiting",
        )
        .bind(team.map(|team| team.0))
        .bind(of.0)
        .bind(COUNTED)
        .fetch_one(self.connection())
        .await?;
        Ok(i32::try_from(ahead).unwrap_or(i32::MAX))
    }

    /// How long the last ones waited whom somebody has taken, within four hours.
    pub async fn measured(&mut self, team: Option<TeamId>) -> Result<Vec<Waited>> {
        let of = if team.is_some() { "team_id = $1" } else { "team_id is null and $1::uuid is null" };
        let sql = format!(
            "select ahead, to_ms(ended_at) - to_ms(created_at) from handoffs
              where {of} and ended_at > desk_now() - interval '4 hours' and ahead is not null
                and outcome in ('taken', 'accepted')
              order by ended_at desc limit 40"
        );
        let rows: Vec<(i32, i64)> =
            sqlx::query_as(&sql).bind(team.map(|team| team.0)).fetch_all(self.connection()).await?;
        Ok(rows.into_iter().map(|(ahead, ms)| Waited { ahead, ms }).collect())
    }

    /// What people have settled, for the bot that has the conversation again.
    pub async fn settle(&mut self, id: ConversationId, settled: &[Field]) -> Result<()> {
        let settled = (!settled.is_empty()).then_some(Json(settled));
        sqlx::query("update conversations set settled = $2 where id = $1 and settled is distinct from $2")
            .bind(id.0)
            .bind(settled)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// The team and the language of a conversation.
    pub async fn circle(&mut self, id: ConversationId) -> Result<(Option<TeamId>, Option<String>)> {
        let (team, language): (Option<Uuid>, Option<String>) =
            sqlx::query_as("select team_id, language from conversations where id = $1")
                .bind(id.0)
                .fetch_one(self.connection())
                .await?;
        Ok((team.map(TeamId), language))
    }

    /// Notes that a customer is told something of a kind now. False if they were within this many milliseconds.
    pub async fn may_tell(
        &mut self,
        id: ConversationId,
        kind: &str,
        (now, again_ms): (Time, i64),
    ) -> Result<bool> {
        let noted = sqlx::query(
            "insert into texts_said as t (conversation_id, kind, at) values ($1, $2, from_ms($3))
                 on conflict (conversation_id, kind) do update set at = excluded.at
              where t.at <= from_ms($3 - $4)",
        )
        .bind(id.0)
        .bind(kind)
        .bind(now.0)
        .bind(again_ms)
        .execute(self.connection())
        .await?;
        Ok(noted.rows_affected() == 1)
    }

    /// Whether a bot can be relied on: it is switched on, and not left alone.
    pub async fn is_bot_well(&mut self, bot: BotId) -> Result<bool> {
        let well: Option<bool> = sqlx::query_scalar(
            "select b.active and not coalesce(k.open and k.probe_at > desk_now(), false)
               from bots b left join bot_breakers k on k.bot_id = b.id where b.id = $1",
        )
        .bind(bot.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(well == Some(true))
    }

    /// The name of an agent.
    pub async fn agent_name(&mut self, agent: AgentId) -> Result<Option<String>> {
        let name = sqlx::query_scalar("select name from agents where id = $1")
            .bind(agent.0)
            .fetch_optional(self.connection())
            .await?;
        Ok(name)
    }
}
