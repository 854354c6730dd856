//! Teams, and what becomes of a channel's handoffs.

use std::collections::BTreeMap;

use contract::settings::TeamPerson;
use contract::team::{Asking, Assigning, ChannelPlacing, OnLapse, Placing, Strategy, Team, TeamDraft};
use contract::{AgentId, BotId, ChannelId, TeamId};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Result, Store, Tx, corrupt};
use crate::domain::assignment::skills;
use crate::domain::ladder::Names;

/// The name of the constraint that keeps names apart.
pub const NAME_TAKEN: &str = "teams_name";

/// A team, as a handoff finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamTerms {
    /// Which.
    pub id: TeamId,
    /// How it is asked.
    pub asking: Asking,
    /// How its conversations find their people.
    pub assigning: Assigning,
    /// How long somebody is asked, in seconds.
    pub seconds: i32,
    /// What becomes of somebody who lets an offer lapse.
    pub on_lapse: OnLapse,
    /// What becomes of its handoffs.
    pub placing: Placing,
}

#[derive(FromRow)]
struct TermsRow {
    id: Uuid,
    asking: String,
    #[sqlx(flatten)]
    assigning: AssigningRow,
    offer_seconds: i32,
    on_lapse: String,
    placement: Json<Placing>,
    fallback_bot_id: Option<Uuid>,
}

#[derive(FromRow)]
struct AssigningRow {
    strategy: String,
    capacity: Option<i32>,
    relax_seconds: Option<i32>,
    sticky_minutes: Option<i32>,
    grace_seconds: Option<i32>,
}

/// The columns of [`AssigningRow`], of a table named `t`.
const ASSIGNING: &str = "t.strategy, t.capacity, t.relax_seconds, t.sticky_minutes, t.grace_seconds";

impl AssigningRow {
    fn assigning(self) -> Result<Assigning> {
        let AssigningRow { strategy, capacity, relax_seconds, sticky_minutes, grace_seconds } = self;
        let strategy = Strategy::parse(&strategy).ok_or_else(|| corrupt("teams", "strategy", &strategy))?;
        Ok(Assigning { strategy, capacity, relax_seconds, sticky_minutes, grace_seconds })
    }
}

#[derive(FromRow)]
struct TeamRow {
    id: Uuid,
    name: String,
    zone: String,
    asking: String,
    #[sqlx(flatten)]
    assigning: AssigningRow,
    offer_seconds: i32,
    on_lapse: String,
    placement: Json<Placing>,
    fallback_bot_id: Option<Uuid>,
    members: Vec<Uuid>,
}

fn asking(word: &str) -> Result<Asking> {
    Asking::parse(word).ok_or_else(|| corrupt("teams", "asking", word))
}

fn on_lapse(word: &str) -> Result<OnLapse> {
    OnLapse::parse(word).ok_or_else(|| corrupt("teams", "on_lapse", word))
}

fn placing(stored: Json<Placing>, bot: Option<Uuid>) -> Placing {
    Placing { fallback_bot: bot.map(BotId), ..stored.0 }
}

impl Store {
    /// All teams, sorted by name.
    pub async fn teams(&self) -> Result<Vec<Team>> {
        let sql = format!(
            "select t.id, t.name, t.zone, t.asking, t.offer_seconds, t.on_lapse, t.placement, t.fallback_bot_id, {ASSIGNING},
                    array(select m.agent_id from team_members m join agents a on a.id = m.agent_id
                           where m.team_id = t.id order by lower(a.name), a.id) as members
               from teams t order by lower(t.name), t.id"
        );
        let rows: Vec<TeamRow> = sqlx::query_as(&sql).fetch_all(self.pool()).await?;
        rows.into_iter()
            .map(|row| {
                let draft = TeamDraft {
                    name: row.name,
                    zone: row.zone,
                    asking: asking(&row.asking)?,
                    assigning: row.assigning.assigning()?,
                    offer_seconds: row.offer_seconds,
                    on_lapse: on_lapse(&row.on_lapse)?,
                    members: row.members.into_iter().map(AgentId).collect(),
                    placing: placing(row.placement, row.fallback_bot_id),
                };
                Ok(Team { id: TeamId(row.id), draft, missing: Vec::new() })
            })
            .collect()
    }

    /// The people who can be in a team, sorted by name.
    pub async fn team_people(&self) -> Result<Vec<TeamPerson>> {
        type Row = (Uuid, String, Vec<String>, Json<BTreeMap<String, u8>>, Option<i32>);
        let rows: Vec<Row> = sqlx::query_as(
            "select id, name, skills, skill_levels, capacity from agents where active order by lower(name), id",
        )
        .fetch_all(self.pool())
        .await?;
        let person = |(id, name, skills, levels, capacity): Row| {
            let skills = skills.into_iter().map(|skill| match levels.0.get(&skill) {
                Some(level) => format!("{skill}:{level}"),
                None => skill,
            });
            TeamPerson { id: AgentId(id), name, skills: skills.collect(), capacity }
        };
        Ok(rows.into_iter().map(person).collect())
    }

    /// The bots that are switched on, sorted by name.
    pub async fn bots_by_name(&self) -> Result<Vec<(BotId, String)>> {
        let rows: Vec<(Uuid, String)> =
            sqlx::query_as("select id, name from bots where active order by lower(name), id")
                .fetch_all(self.pool())
                .await?;
        Ok(rows.into_iter().map(|(id, name)| (BotId(id), name)).collect())
    }

    /// What becomes of the handoffs of every channel, with the channels' names.
    pub async fn channel_placings(&self) -> Result<Vec<(String, ChannelPlacing)>> {
        type Row = (Uuid, String, Option<Uuid>, Json<Placing>, Option<Uuid>);
        let rows: Vec<Row> = sqlx::query_as(
            "select id, name, team_id, placement, fallback_bot_id from channels order by lower(name), id",
        )
        .fetch_all(self.pool())
        .await?;
        let read = |(id, name, team, stored, bot): Row| {
            let placing = placing(stored, bot);
            (name, ChannelPlacing { channel: Some(ChannelId(id)), team: team.map(TeamId), placing })
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

impl Tx {
    /// A team, as a handoff finds it.
    pub async fn team_terms(&mut self, team: TeamId) -> Result<Option<TeamTerms>> {
        let sql = format!(
            "select t.id, t.asking, t.offer_seconds, t.on_lapse, t.placement, t.fallback_bot_id, {ASSIGNING}
               from teams t where t.id = $1"
        );
        let row: Option<TermsRow> =
            sqlx::query_as(&sql).bind(team.0).fetch_optional(self.connection()).await?;
        row.map(|row| {
            Ok(TeamTerms {
                id: TeamId(row.id),
                asking: asking(&row.asking)?,
                assigning: row.assigning.assigning()?,
                seconds: row.offer_seconds,
                on_lapse: on_lapse(&row.on_lapse)?,
                placing: placing(row.placement, row.fallback_bot_id),
            })
        })
        .transpose()
    }

    /// What becomes of a channel's handoffs.
    pub async fn channel_placing(&mut self, channel: ChannelId) -> Result<ChannelPlacing> {
        let (team, stored, bot): (Option<Uuid>, Json<Placing>, Option<Uuid>) =
            sqlx::query_as("select team_id, placement, fallback_bot_id from channels where id = $1")
                .bind(channel.0)
                .fetch_one(self.connection())
                .await?;
        let placing = placing(stored, bot);
        Ok(ChannelPlacing { channel: Some(channel), team: team.map(TeamId), placing })
    }

    /// Who goes by these names, mail addresses or ids. A name that two people share is nobody's.
    pub async fn find_names(&mut self, agents: &[String], teams: &[String]) -> Result<Names> {
        if agents.is_empty() && teams.is_empty() {
            return Ok(Names::default());
        }
        let rows: Vec<(bool, String, Uuid)> = sqlx::query_as(
            "select true, x.n, (array_agg(a.id))[1] from unnest($1::text[]) as x(n)
               join agents a on a.active and (lower(a.name) = lower(trim(x.n)) or lower(a.email) = lower(trim(x.n))
                                              or a.id::text = lower(trim(x.n)))
              group by x.n having count(distinct a.id) = 1
             union all
             select false, x.n, (array_agg(t.id))[1] from unnest($2::text[]) as x(n)
               join teams t on lower(t.name) = lower(trim(x.n)) or t.id::text = lower(trim(x.n))
              group by x.n having count(distinct t.id) = 1",
        )
        .bind(agents)
        .bind(teams)
        .fetch_all(self.connection())
        .await?;
        let mut names = Names::default();
        for (person, name, id) in rows {
            match person {
                true => names.agents.push((name, AgentId(id))),
                false => names.teams.push((name, TeamId(id))),
            }
        }
        Ok(names)
    }

    /// Writes a team down, new or changed. False where it is not there any more.
    pub async fn save_team(&mut self, team: Option<TeamId>, draft: &TeamDraft) -> Result<Option<TeamId>> {
        let id = team.map_or_else(Uuid::now_v7, |team| team.0);
        let stored = Placing { fallback_bot: None, ..draft.placing.clone() };
        let sql = match team {
            None => {
                "insert into teams (id, name, zone, asking, offer_seconds, on_lapse, placement, fallback_bot_id,
                        strategy, capacity, relax_seconds, sticky_minutes, grace_seconds)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
            }
            Some(_) => {
                "update teams set name = $2, zone = $3, asking = $4, offer_seconds = $5, on_lapse = $6,
                        placement = $7, fallback_bot_id = $8, strategy = $9, capacity = $10, relax_seconds = $11,
                        sticky_minutes = $12, grace_seconds = $13 where id = $1"
            }
        };
        let written = sqlx::query(sql)
            .bind(id)
            .bind(&draft.name)
            .bind(&draft.zone)
            .bind(draft.asking.as_str())
            .bind(draft.offer_seconds)
            .bind(draft.on_lapse.as_str())
            .bind(Json(stored))
            .bind(draft.placing.fallback_bot.map(|bot| bot.0))
            .bind(draft.assigning.strategy.as_str())
            .bind(draft.assigning.capacity)
            .bind(draft.assigning.relax_seconds)
            .bind(draft.assigning.sticky_minutes)
            .bind(draft.assigning.grace_seconds)
            .execute(self.connection())
            .await?;
        if written.rows_affected() == 0 {
            return Ok(None);
        }
        self.set_members(TeamId(id), &draft.members).await?;
        Ok(Some(TeamId(id)))
    }

    async fn set_members(&mut self, team: TeamId, members: &[AgentId]) -> Result<()> {
        let members: Vec<Uuid> = members.iter().map(|agent| agent.0).collect();
        sqlx::query(
            "with gone as (delete from team_members where team_id = $1 and agent_id <> all($2))
             insert into team_members (team_id, agent_id)
             select $1, id from agents where id = any($2) order by id on conflict do nothing",
        )
        .bind(team.0)
        .bind(members)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Takes a team away. What it was asked goes on with the next rung when that is due.
    pub async fn remove_team(&mut self, team: TeamId) -> Result<bool> {
        let gone =
            sqlx::query("delete from teams where id = $1").bind(team.0).execute(self.connection()).await?;
        Ok(gone.rows_affected() > 0)
    }

    /// Writes down what becomes of a channel's handoffs.
    pub async fn place_channel(&mut self, channel: ChannelId, placing: &ChannelPlacing) -> Result<bool> {
        let stored = Placing { fallback_bot: None, ..placing.placing.clone() };
        let written = sqlx::query(
            "update channels set team_id = $2, placement = $3, fallback_bot_id = $4 where id = $1",
        )
        .bind(channel.0)
        .bind(placing.team.map(|team| team.0))
        .bind(Json(stored))
        .bind(placing.placing.fallback_bot.map(|bot| bot.0))
        .execute(self.connection())
        .await?;
        Ok(written.rows_affected() > 0)
    }

    /// Writes what an agent is good at, in small letters: `billing:5` with how good.
    pub async fn set_skills(&mut self, agent: AgentId, skills: &[String]) -> Result<bool> {
        let skills: BTreeMap<String, Option<u8>> = skills.iter().map(|words| skills::split(words)).collect();
        let names: Vec<&str> = skills.keys().map(String::as_str).collect();
        let levels: BTreeMap<&str, u8> =
            skills.iter().filter_map(|(skill, level)| Some((skill.as_str(), (*level)?))).collect();
        let written = sqlx::query("update agents set skills = $2, skill_levels = $3 where id = $1")
            .bind(agent.0)
            .bind(names)
            .bind(Json(levels))
            .execute(self.connection())
            .await?;
        Ok(written.rows_affected() > 0)
    }
}
