//! What people and teams have to do: counters that change with the owners, in the same transaction. Whoever takes a
//! conversation may have more than they are given; a run never gives more.

use contract::{AgentId, ConversationId, TeamId};
use uuid::Uuid;

use crate::store::{Result, Store, Tx};

/// Conversations that wait for somebody who has gone for longer than their team allows: the customer spoke last.
const DESERTED: &str = "select c.id
   from agent_loads l
   join conversations c on c.owner_id = l.agent_id and c.stage = 'assigned'
   join teams t on t.id = c.team_id and t.grace_seconds is not null
   join messages m on m.id = c.preview_id and m.author_kind = 'contact'
  where l.active > 0 and ($1::uuid is null or c.id = $1)
    and not exists (select from presence p where p.agent_id = l.agent_id and p.until > desk_now())
    and coalesce(greatest(l.seen_until, l.assigned_at), '-infinity')
        <= desk_now() - t.grace_seconds * interval '1 second'";

impl Store {
    /// Conversations that wait for somebody who has gone.
    pub async fn deserted(&self, limit: i64) -> Result<Vec<ConversationId>> {
        let limited: bool =
            sqlx::query_scalar("select exists (select from teams where grace_seconds is not null)")
                .fetch_one(self.pool())
                .await?;
        if !limited {
            return Ok(Vec::new());
        }
        let sql = format!("{DESERTED} limit $2");
        let rows: Vec<(Uuid,)> =
            sqlx::query_as(&sql).bind(None::<Uuid>).bind(limit).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(|(id,)| ConversationId(id)).collect())
    }

    /// How many counters are not what they should be.
    pub async fn wrong_loads(&self) -> Result<i64> {
        let wrong = sqlx::query_scalar(
            "select (select count(*) from (
                       select owner_id as id, count(*) filter (where stage = 'assigned') as active,
                              count(*) filter (where stage = 'snoozed') as parked
                         from conversations where owner_kind = 'agent' group by owner_id) c
                       full join agent_loads l on l.agent_id = c.id
                      where coalesce(c.active, 0) <> coalesce(l.active, 0)
                         or coalesce(c.parked, 0) <> coalesce(l.parked, 0))
                  + (select count(*) from (
                       select team_id as id, count(*) as active from conversations
                        where stage = 'assigned' and team_id is not null group by team_id) c
                       full join team_loads l on l.team_id = c.id
                      where coalesce(c.active, 0) <> coalesce(l.active, 0))",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(wrong)
    }
}

impl Tx {
    /// How many conversations a team has. Nobody changes that until this transaction ends. Nothing where somebody does
    /// just now.
    pub async fn hold_team_load(&mut self, team: TeamId) -> Result<Option<i32>> {
        sqlx::query("insert into team_loads (team_id) values ($1) on conflict do nothing")
            .bind(team.0)
            .execute(self.connection())
            .await?;
        let active = sqlx::query_scalar(
            "select active from team_loads where team_id = $1 for no key update skip locked",
        )
        .bind(team.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(active)
    }

    /// How many conversations a team has.
    pub async fn team_load(&mut self, team: TeamId) -> Result<i32> {
        let active: Option<i32> = sqlx::query_scalar("select active from team_loads where team_id = $1")
            .bind(team.0)
            .fetch_optional(self.connection())
            .await?;
        Ok(active.unwrap_or(0))
    }

    /// Marks a conversation as a team's that is about to be somebody's. False where that would be more than they or the
    /// team are given at once, by what the counters say now.
    pub async fn claim(&mut self, id: ConversationId, team: TeamId, agent: AgentId) -> Result<bool> {
        let claimed = sqlx::query(
            "update conversations c set team_id = $2
              where c.id = $1
                and exists (select from agents a join agent_loads l on l.agent_id = a.id
                             where a.id = $3 and a.active and (a.capacity is null or l.active < a.capacity))
                and exists (select from teams t join team_loads l on l.team_id = t.id
                             where t.id = $2 and (t.capacity is null or l.active < t.capacity))",
        )
        .bind(id.0)
        .bind(team.0)
        .bind(agent.0)
        .execute(self.connection())
        .await?;
        Ok(claimed.rows_affected() == 1)
    }

    /// Whether a conversation waits for somebody who has gone.
    pub async fn is_deserted(&mut self, id: ConversationId) -> Result<bool> {
        let found: Option<(Uuid,)> =
            sqlx::query_as(DESERTED).bind(id.0).fetch_optional(self.connection()).await?;
        Ok(found.is_some())
    }

    /// Sets how many conversations somebody is given at once.
    pub async fn set_capacity(&mut self, agent: AgentId, capacity: Option<i32>) -> Result<bool> {
        let written = sqlx::query("update agents set capacity = $2 where id = $1")
            .bind(agent.0)
            .bind(capacity)
            .execute(self.connection())
            .await?;
        Ok(written.rows_affected() > 0)
    }
}
