//! Those who could be given a conversation, with all that counts.

use std::collections::BTreeMap;

use contract::{AgentId, HandoffId, TeamId, Time};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::assignment::skills::USUAL;
use crate::domain::assignment::{Candidate, There};
use crate::store::{Result, Tx};

/// People of a team who are looked at.
const LOOKED_AT: i64 = 1_000;

#[derive(FromRow)]
struct Row {
    id: Uuid,
    away: Option<bool>,
    skills: Vec<String>,
    skill_levels: Json<BTreeMap<String, u8>>,
    capacity: Option<i32>,
    active: i32,
    parked: i32,
    turn_at: Option<i64>,
    freed_at: Option<i64>,
    asked_before: bool,
    elsewhere: bool,
    busy: bool,
}

/// Candidates: the members of team $1, or everybody who is there where it is null. `held` are those whose loads this
/// transaction may change.
fn candidates(turn_at: &str, asked_before: &str, elsewhere: &str) -> String {
    format!(
        "select a.id, seen.away, a.skills, a.skill_levels, a.capacity, coalesce(l.active, 0) as active,
                coalesce(l.parked, 0) as parked, to_ms({turn_at}) as turn_at, to_ms(l.freed_at) as freed_at,
                {asked_before} as asked_before, {elsewhere} as elsewhere,
                exists (select from offers o where o.agent_id = a.id and o.state = 'open') as busy
           from agents a
           left join agent_loads l on l.agent_id = a.id
           left join lateral (select bool_and(p.away or a.put_away is not null) as away from presence p
                               where p.agent_id = a.id and p.until > desk_now()) seen on true
          where a.active and case when $1::uuid is null then seen.away is not null
                else exists (select from team_members m where m.team_id = $1 and m.agent_id = a.id) end
          order by a.id limit {LOOKED_AT}"
    )
}

impl Tx {
    /// Those who could be asked about a handoff.
    pub async fn could_be_asked(
        &mut self,
        team: Option<TeamId>,
        handoff: HandoffId,
    ) -> Result<Vec<Candidate>> {
        let sql = candidates(
            "(select max(o.created_at) from offers o where o.agent_id = a.id)",
            "exists (select from offers o where o.handoff_id = $2 and o.agent_id = a.id)",
            "false",
        );
        let rows: Vec<Row> = sqlx::query_as(&sql)
            .bind(team.map(|team| team.0))
            .bind(handoff.0)
            .fetch_all(self.connection())
            .await?;
        Ok(rows.into_iter().map(Row::candidate).collect())
    }

    /// Those who could be given something. Nobody else gives them anything until this transaction ends; whom another one
    /// holds just now is said to be elsewhere. Nobody waits.
    pub async fn could_be_given(&mut self, team: TeamId) -> Result<Vec<Candidate>> {
        sqlx::query(
            "insert into agent_loads (agent_id) select m.agent_id from team_members m
              where m.team_id = $1 and not exists (select from agent_loads l where l.agent_id = m.agent_id)
              order by m.agent_id on conflict do nothing",
        )
        .bind(team.0)
        .execute(self.connection())
        .await?;
        let held: Vec<Uuid> = sqlx::query_scalar(
            "select l.agent_id from agent_loads l
              where l.agent_id in (select m.agent_id from team_members m where m.team_id = $1)
              order by l.agent_id for no key update skip locked",
        )
        .bind(team.0)
        .fetch_all(self.connection())
        .await?;
        let sql = candidates("l.assigned_at", "false", "not a.id = any($2)");
        let rows: Vec<Row> =
            sqlx::query_as(&sql).bind(team.0).bind(held).fetch_all(self.connection()).await?;
        Ok(rows.into_iter().map(Row::candidate).collect())
    }
}

impl Row {
    fn candidate(self) -> Candidate {
        let mut levels = self.skill_levels.0;
        let skills = self.skills.into_iter().map(|skill| {
            let level = levels.remove(&skill).unwrap_or(USUAL);
            (skill, level)
        });
        Candidate {
            agent: AgentId(self.id),
            there: match self.away {
                None => There::Offline,
                Some(true) => There::Away,
                Some(false) => There::Online,
            },
            skills: skills.collect(),
            capacity: self.capacity,
            active: self.active,
            parked: self.parked,
            turn_at: self.turn_at.map(Time),
            freed_at: self.freed_at.map(Time),
            asked_before: self.asked_before,
            elsewhere: self.elsewhere,
            busy: self.busy,
        }
    }
}
