//! Who is there: a lease for each open page, renewed by the process that holds its socket.

use contract::{AgentCard, AgentId, Owner, Presence, Role};
use uuid::Uuid;

use super::{Result, Store, Tx, corrupt};

/// How long a lease lasts after its last renewal, in seconds: the grace time for a page that reloads.
pub const GRACE_S: i32 = 60;

impl Store {
    /// Renews the leases of open pages: socket, person, and whether they are away.
    pub async fn renew_presence(&self, pages: &[(Uuid, AgentId, Presence)]) -> Result<()> {
        let sockets: Vec<Uuid> = pages.iter().map(|(socket, ..)| *socket).collect();
        let agents: Vec<Uuid> = pages.iter().map(|(_, agent, _)| agent.0).collect();
        let away: Vec<bool> = pages.iter().map(|(.., presence)| *presence == Presence::Away).collect();
        sqlx::query(
            "insert into presence (socket_id, agent_id, away, until)
             select s, a, w, desk_now() + $4 * interval '1 second'
               from unnest($1::uuid[], $2::uuid[], $3::bool[]) as x(s, a, w)
              where exists (select 1 from agents where id = a) order by s
                 on conflict (socket_id) do update set away = excluded.away, until = excluded.until",
        )
        .bind(sockets)
        .bind(agents)
        .bind(away)
        .bind(GRACE_S)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// A page was closed: its lease ends when it would have ended, so that a reload is no absence. Old leases
    /// are taken away.
    pub async fn sweep_presence(&self) -> Result<()> {
        sqlx::query(
            "with gone as (delete from presence where until < desk_now() returning agent_id, until),
                  seen as (select l.agent_id, max(g.until) as until from gone g
                             join agent_loads l on l.agent_id = g.agent_id group by l.agent_id order by l.agent_id)
             update agent_loads l set seen_until = greatest(l.seen_until, s.until) from seen s
              where l.agent_id = s.agent_id",
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// The colleagues and whether they are there, sorted by name.
    pub async fn agent_cards(&self) -> Result<Vec<AgentCard>> {
        let rows: Vec<(Uuid, String, String, Option<bool>)> = sqlx::query_as(
            "select a.id, a.name, a.role, bool_and(p.away or a.put_away is not null) filter (where p.agent_id is not null)
               from agents a left join presence p on p.agent_id = a.id and p.until > desk_now()
              where a.active group by a.id order by lower(a.name), a.id",
        )
        .fetch_all(self.pool())
        .await?;
        rows.into_iter()
            .map(|(id, name, role, away)| {
                Ok(AgentCard {
                    id: AgentId(id),
                    name,
                    role: Role::parse(&role).ok_or_else(|| corrupt("agents", "role", &role))?,
                    presence: match away {
                        None => Presence::Offline,
                        Some(true) => Presence::Away,
                        Some(false) => Presence::Online,
                    },
                })
            })
            .collect()
    }
}

impl Store {
    /// The name of an owner, where there is one.
    pub async fn owner_name(&self, owner: Owner) -> Result<Option<String>> {
        let id = match owner {
            Owner::Nobody => return Ok(None),
            Owner::Bot(id) => id.0,
            Owner::Agent(id) => id.0,
        };
        let found: Option<(String,)> = sqlx::query_as(
            "select name from agents where id = $1 union all select name from bots where id = $1 limit 1",
        )
        .bind(id)
        .fetch_optional(self.pool())
        .await?;
        Ok(found.map(|(name,)| name))
    }
}

impl Tx {
    /// Whether this is somebody who may work in the inbox.
    pub async fn is_active_agent(&mut self, agent: AgentId) -> Result<bool> {
        let found: Option<(bool,)> = sqlx::query_as("select active from agents where id = $1")
            .bind(agent.0)
            .fetch_optional(self.connection())
            .await?;
        Ok(found.is_some_and(|(active,)| active))
    }
}
