//! Assignment: who has how much to do, what waits for a run, and why somebody was chosen.

use std::collections::BTreeMap;

use contract::assignment::{Assignment, Choice, Considered, Verdict};
use contract::{AgentId, ConversationId, Packet, TeamId, Time};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Result, Store, Tx};
use crate::domain::assignment::{Routed, Snapshot};

mod candidates;
mod loads;

/// Decisions that are forgotten at once.
const SWEPT: i64 = 2_000;

/// How urgent a conversation `c` is, in the order of the index.
const RANK: &str =
    "(case c.priority when 'urgent' then 0 when 'high' then 1 when 'normal' then 2 else 3 end)";

/// A conversation that waits for a run.
#[derive(Debug, Clone)]
pub struct Queued {
    /// Which.
    pub id: ConversationId,
    /// The epoch under which it waits.
    pub epoch: i64,
    /// Its channel.
    pub channel: contract::ChannelId,
    /// What is asked for.
    pub skills: Vec<String>,
    /// For how long, in seconds.
    pub waited_s: i64,
    /// Who had the customer last, and when.
    pub last: (Option<AgentId>, Option<Time>),
    /// Who was asked about it already.
    pub asked: Vec<AgentId>,
    /// Whether it was written down since when it waits that nobody has it yet.
    pub noted: bool,
}

#[derive(FromRow)]
struct QueuedRow {
    id: Uuid,
    epoch: i64,
    channel_id: Uuid,
    packet: Option<Json<Packet>>,
    waited_ms: i64,
    last_agent: Option<Uuid>,
    last_at: Option<i64>,
    asked: Vec<Uuid>,
    noted: bool,
}

#[derive(FromRow)]
struct DecisionRow {
    id: i64,
    at: i64,
    version: i32,
    team_id: Option<Uuid>,
    team_name: Option<String>,
    strategy: String,
    ring: i32,
    choice: Json<Choice>,
    verdicts: Json<Vec<Verdict>>,
}

/// Whoever had a customer last: `last`, of a conversation `c`.
const LAST: &str = "left join lateral (
       select p.last_agent, coalesce(p.resolved_at, p.last_at) as at from conversations p
        where p.contact_id = c.contact_id and p.last_agent is not null order by p.opened_at desc limit 1) last on true";

impl Store {
    /// The teams for whose runs anything waits.
    pub async fn teams_with_queues(&self) -> Result<Vec<TeamId>> {
        let rows: Vec<(Uuid,)> = sqlx::query_as(
            "select t.id from teams t
              where t.asking = 'assign' and exists (select from conversations c where c.queue_id = t.id)",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(id,)| TeamId(id)).collect())
    }

    /// Why a conversation has whom it has: the latest decisions before one, each with its place.
    pub async fn assignments(
        &self,
        of: ConversationId,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<(i64, Assignment)>> {
        let rows: Vec<DecisionRow> = sqlx::query_as(
            "select d.id, to_ms(d.at) as at, d.version, d.team_id, t.name as team_name, d.strategy, d.ring, d.choice,
                    d.verdicts
               from assignment_decisions d left join teams t on t.id = d.team_id
              where d.conversation_id = $1 and d.id < coalesce($2, 9223372036854775807) order by d.id desc limit $3",
        )
        .bind(of.0)
        .bind(before)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        let agents: Vec<Uuid> =
            rows.iter().flat_map(|row| row.verdicts.0.iter().map(|one| one.agent.0)).collect();
        let names: Vec<(Uuid, String)> = sqlx::query_as("select id, name from agents where id = any($1)")
            .bind(agents)
            .fetch_all(self.pool())
            .await?;
        let names: BTreeMap<Uuid, String> = names.into_iter().collect();
        Ok(rows.into_iter().map(|row| (row.id, row.assignment(&names))).collect())
    }

    /// What a decision was made from, with what came of it: of a conversation, the latest first.
    pub async fn assignment_inputs(
        &self,
        of: ConversationId,
    ) -> Result<Vec<(Snapshot, Choice, Vec<Verdict>)>> {
        type Row = (Json<Snapshot>, Json<Choice>, Json<Vec<Verdict>>);
        let rows: Vec<Row> = sqlx::query_as(
            "select input, choice, verdicts from assignment_decisions where conversation_id = $1 order by id desc",
        )
        .bind(of.0)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(input, choice, verdicts)| (input.0, choice.0, verdicts.0)).collect())
    }

    /// Forgets decisions that are older than so many days, a piece at a time.
    pub async fn forget_assignments(&self, days: i32) -> Result<u64> {
        let mut all = 0;
        loop {
            let gone = sqlx::query(
                "delete from assignment_decisions where id in (
                   select id from assignment_decisions where at < desk_now() - $1 * interval '1 day'
                    order by at limit $2)",
            )
            .bind(days)
            .bind(SWEPT)
            .execute(self.pool())
            .await?
            .rows_affected();
            all += gone;
            if gone < u64::try_from(SWEPT).unwrap_or(u64::MAX) {
                return Ok(all);
            }
        }
    }
}

impl Tx {
    /// Becomes the one run of a team. False where another one is under way.
    pub async fn begin_run_of(&mut self, team: TeamId) -> Result<bool> {
        let held = sqlx::query("select from teams where id = $1 for no key update skip locked")
            .bind(team.0)
            .execute(self.connection())
            .await?;
        Ok(held.rows_affected() == 1)
    }

    /// What waits for a team's run: the most urgent first, then what has waited longest.
    pub async fn queued(&mut self, team: TeamId, limit: i64) -> Result<Vec<Queued>> {
        let sql = format!(
            "select c.id, c.epoch, c.channel_id, h.packet, to_ms(desk_now()) - to_ms(c.waiting_since) as waited_ms,
                    last.last_agent, to_ms(last.at) as last_at,
                    array(select o.agent_id from offers o
                           where o.handoff_id = c.handoff_id and o.agent_id is not null) as asked,
                    exists (select from assignment_decisions d
                             where d.conversation_id = c.id and d.at >= c.waiting_since) as noted
               from conversations c left join handoffs h on h.id = c.handoff_id {LAST}
              where c.queue_id = $1 and c.stage = 'waiting' order by {RANK}, c.waiting_since, c.id limit $2"
        );
        let rows: Vec<QueuedRow> =
            sqlx::query_as(&sql).bind(team.0).bind(limit).fetch_all(self.connection()).await?;
        Ok(rows.into_iter().map(QueuedRow::queued).collect())
    }

    /// Who had the customer of a conversation last, and when.
    pub async fn last_agent_of(&mut self, id: ConversationId) -> Result<(Option<AgentId>, Option<Time>)> {
        let sql =
            format!("select last.last_agent, to_ms(last.at) from conversations c {LAST} where c.id = $1");
        let (agent, at): (Option<Uuid>, Option<i64>) =
            sqlx::query_as(&sql).bind(id.0).fetch_one(self.connection()).await?;
        Ok((agent.map(AgentId), at.map(Time)))
    }

    /// A conversation waits for a team's run from now on, or for none.
    pub async fn queue_for(&mut self, id: ConversationId, team: Option<TeamId>) -> Result<()> {
        sqlx::query("update conversations set queue_id = $2 where id = $1 and queue_id is distinct from $2")
            .bind(id.0)
            .bind(team.map(|team| team.0))
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// A team or its channels were set up anew: what waits for it waits for its run, or does so no more.
    pub async fn queue_again(&mut self, team: TeamId) -> Result<()> {
        sqlx::query(
            "with t as (select id, asking = 'assign' as assigns from teams where id = $1),
                  moved as (
               select c.id, case when t.assigns then t.id end as queue_id
                 from t join conversations c on c.stage = 'waiting' join channels ch on ch.id = c.channel_id
                where (t.assigns and c.queue_id is null and coalesce(c.team_id, ch.team_id) = t.id
                       and not exists (select from offers o where o.conversation_id = c.id and o.state = 'open'))
                   or (not t.assigns and c.queue_id = t.id)
                order by c.id for no key update of c)
             update conversations c set queue_id = m.queue_id from moved m where c.id = m.id",
        )
        .bind(team.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Writes down why somebody was chosen, or nobody.
    pub async fn note_assignment(
        &mut self,
        of: ConversationId,
        known: &Snapshot,
        routed: &Routed,
    ) -> Result<()> {
        sqlx::query(
            "insert into assignment_decisions
                    (conversation_id, team_id, version, strategy, input, verdicts, choice, ring, at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, from_ms($9))",
        )
        .bind(of.0)
        .bind(known.team.id.map(|team| team.0))
        .bind(known.version)
        .bind(known.team.assigning.strategy.as_str())
        .bind(Json(known))
        .bind(Json(&routed.verdicts))
        .bind(Json(&routed.choice))
        .bind(routed.ring)
        .bind(known.at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

impl QueuedRow {
    fn queued(self) -> Queued {
        Queued {
            id: ConversationId(self.id),
            epoch: self.epoch,
            channel: contract::ChannelId(self.channel_id),
            skills: self.packet.map(|packet| packet.0.skills).unwrap_or_default(),
            waited_s: self.waited_ms / 1000,
            last: (self.last_agent.map(AgentId), self.last_at.map(Time)),
            asked: self.asked.into_iter().map(AgentId).collect(),
            noted: self.noted,
        }
    }
}

impl DecisionRow {
    fn assignment(self, names: &BTreeMap<Uuid, String>) -> Assignment {
        let considered =
            |verdict: Verdict| Considered { name: names.get(&verdict.agent.0).cloned(), verdict };
        Assignment {
            at: Time(self.at),
            version: self.version,
            team: self.team_id.map(TeamId),
            team_name: self.team_name,
            strategy: self.strategy,
            ring: self.ring,
            choice: self.choice.0,
            considered: self.verdicts.0.into_iter().map(considered).collect(),
        }
    }
}
