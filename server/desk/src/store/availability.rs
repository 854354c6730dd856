//! Who could take a handoff now, how many wait for that, and how long the last ones have waited: for everybody, and team
//! by team.

use std::collections::HashMap;

use contract::{ConversationId, TeamId, Time};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Store};
use crate::domain::wait::{COUNTED, Waited};

/// Conversations that are looked at to see for which teams they wait.
const LOOKED_AT: i64 = 10_000;

/// Those who could take a handoff.
#[derive(Debug, Clone, Default)]
pub struct Circle {
    /// How many take work.
    pub online: i64,
    /// How many are there and take none.
    pub away: i64,
    /// How many conversations wait for them.
    pub waiting: i32,
    /// How long the last ones have waited.
    pub measured: Vec<Waited>,
}

/// Who is there.
#[derive(Debug, Clone, Default)]
pub struct Attendance {
    /// The desk's clock.
    pub now: Time,
    /// Everybody.
    pub all: Circle,
    /// Team by team.
    pub teams: HashMap<TeamId, Circle>,
    /// How many of those who take work are good at something, by what that is.
    pub skills: Vec<(String, i64)>,
}

#[derive(FromRow)]
struct Row {
    team_id: Option<Uuid>,
    online: i64,
    away: i64,
    waiting: i64,
    ahead: Vec<i32>,
    ms: Vec<i64>,
}

/// The last waits of a team, or of no team.
fn measured(of: &str) -> String {
    format!(
        "select coalesce(array_agg(h.ahead), '{{}}') as ahead, coalesce(array_agg(h.ms), '{{}}') as ms
           from (select ahead, to_ms(ended_at) - to_ms(created_at) as ms from handoffs
                  where {of} and ended_at > desk_now() - interval '4 hours' and ahead is not null
                    and outcome in ('taken', 'accepted')
                  order by ended_at desc limit 40) h"
    )
}

impl Store {
    /// Who is there, and for how long others have waited.
    pub async fn attendance(&self) -> Result<Attendance> {
        let sql = format!(
            "with seen as (select p.agent_id as id, bool_and(p.away or a.put_away is not null) as away
                             from presence p join agents a on a.id = p.agent_id
                            where p.until > desk_now() and a.active group by p.agent_id),
                  asked as materialized (select team_id from conversations where stage = 'waiting'
                                          order by waiting_since, id limit {LOOKED_AT})
             select null::uuid as team_id, (select count(*) from seen where not away) as online,
                    (select count(*) from seen where away) as away, (select count(*) from asked) as waiting,
                    m.ahead, m.ms
               from ({none}) m
             union all
             select t.id, (select count(*) from team_members m join seen s on s.id = m.agent_id
                            where m.team_id = t.id and not s.away),
                    (select count(*) from team_members m join seen s on s.id = m.agent_id
                      where m.team_id = t.id and s.away),
                    (select count(*) from asked where asked.team_id = t.id), m.ahead, m.ms
               from teams t cross join lateral ({own}) m",
            none = measured("team_id is null"),
            own = measured("team_id = t.id"),
        );
        let mut tx = self.begin_snapshot().await?;
        let rows: Vec<Row> = sqlx::query_as(&sql).fetch_all(tx.connection()).await?;
        let skills = sqlx::query_as(
            "select skill, count(*) from (
               select a.id, a.skills from presence p join agents a on a.id = p.agent_id
                where p.until > desk_now() and a.active and a.put_away is null
                group by a.id having not bool_and(p.away)) a cross join unnest(a.skills) as skill
              group by skill order by skill",
        )
        .fetch_all(tx.connection())
        .await?;
        let mut attendance = Attendance { now: tx.now().await?, skills, ..Attendance::default() };
        tx.rollback().await?;
        for row in rows {
            let team = row.team_id.map(TeamId);
            match team {
                Some(team) => attendance.teams.insert(team, row.circle()),
                None => Some(std::mem::replace(&mut attendance.all, row.circle())),
            };
        }
        Ok(attendance)
    }

    /// How many wait before a conversation, and how long the last ones have waited. Nothing where it does not wait, or
    /// nobody is there.
    pub async fn place_in_queue(&self, id: ConversationId) -> Result<Option<(i32, Vec<Waited>)>> {
        let mut tx = self.begin_snapshot().await?;
        let team: Option<Option<Uuid>> =
            sqlx::query_scalar("select team_id from conversations where id = $1 and stage = 'waiting'")
                .bind(id.0)
                .fetch_optional(tx.connection())
                .await?;
        let Some(team) = team.map(|team| team.map(TeamId)) else { return Ok(None) };
        if !tx.is_anyone_there(team).await? {
            return Ok(None);
        }
        let ahead: i64 = sqlx::query_scalar(
            "select count(*) from (
               select from conversations w
                where w.stage = 'waiting' and ($2::uuid is null or w.team_id = $2)
                  and (w.waiting_since, w.id) < (select waiting_since, id from conversations where id = $1)
                limit $3) before",
        )
        .bind(id.0)
        .bind(team.map(|team| team.0))
        .bind(COUNTED)
        .fetch_one(tx.connection())
        .await?;
        let measured = tx.measured(team).await?;
        tx.rollback().await?;
        Ok(Some((i32::try_from(ahead).unwrap_or(i32::MAX), measured)))
    }
}

impl Row {
    fn circle(self) -> Circle {
        let waits = self.ahead.into_iter().zip(self.ms);
        Circle {
            online: self.online,
            away: self.away,
            waiting: i32::try_from(self.waiting).unwrap_or(i32::MAX),
            measured: waits.map(|(ahead, ms)| Waited { ahead, ms }).collect(),
        }
    }
}
