//! What is known of a handoff beyond its card.

use contract::course::{Answered, Asked, Course, CourseRung, Who};
use contract::{HandoffId, Packet, Time};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ladder::Step;
use crate::store::{Result, Store, corrupt};

/// Offers that are shown.
const MOST: i64 = 100;

#[derive(FromRow)]
struct Row {
    by_name: Option<String>,
    packet: Json<Packet>,
    ladder: Json<Vec<Step>>,
    step: i32,
}

#[derive(FromRow)]
struct OfferRow {
    who: Option<String>,
    at: i64,
    state: String,
    reason: Option<String>,
}

impl OfferRow {
    fn asked(self) -> Result<Asked> {
        let answer = Answered::parse(&self.state).ok_or_else(|| corrupt("offers", "state", &self.state))?;
        Ok(Asked { who: self.who.unwrap_or_default(), at: Time(self.at), answer, reason: self.reason })
    }
}

impl Store {
    /// The course of a handoff.
    pub async fn course(&self, id: HandoffId) -> Result<Option<Course>> {
        let row: Option<Row> = sqlx::query_as(
            "select coalesce(a.name, b.name) as by_name, h.packet, h.ladder, h.step
               from handoffs h
               left join agents a on h.by_kind = 'agent' and a.id = h.by_id
               left join bots b on h.by_kind = 'bot' and b.id = h.by_id
              where h.id = $1",
        )
        .bind(id.0)
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let packet = row.packet.0;
        Ok(Some(Course {
            by: row.by_name,
            skills: packet.skills,
            priority: packet.priority,
            target: packet.target,
            told: packet.customer_text,
            timeout_s: packet.timeout_s,
            on_timeout: packet.on_timeout,
            rungs: self.rungs(row.ladder.0).await?,
            step: usize::try_from(row.step).unwrap_or(0),
            asked: self.asked(id).await?,
        }))
    }

    /// Rungs with the names of whom they ask. Whoever does not exist any more is left out.
    async fn rungs(&self, ladder: Vec<Step>) -> Result<Vec<CourseRung>> {
        let ids: Vec<Uuid> = ladder
            .iter()
            .filter_map(|step| match step {
                Step::Agent { agent, .. } => Some(agent.0),
                Step::Team { team, .. } => Some(team.0),
                Step::Skill { .. } | Step::BotKeeps | Step::Callback => None,
            })
            .collect();
        let names: Vec<(Uuid, String)> = sqlx::query_as(
            "select id, name from agents where id = any($1) union all select id, name from teams where id = any($1)",
        )
        .bind(&ids)
        .fetch_all(self.pool())
        .await?;
        let name = |id: Uuid| {
            let found = names.iter().find(|(known, _)| *known == id);
            found.map(|(_, name)| name.clone()).unwrap_or_default()
        };
        let rung = |step: Step| {
            let (who, seconds) = match step {
                Step::Agent { agent, seconds } => (Who::Agent(name(agent.0)), seconds),
                Step::Team { team, seconds } => (Who::Team(name(team.0)), seconds),
                Step::Skill { seconds } => (Who::Skilled, seconds),
                Step::BotKeeps => (Who::BotKeeps, None),
                Step::Callback => (Who::Callback, None),
            };
            CourseRung { who, seconds }
        };
        Ok(ladder.into_iter().map(rung).collect())
    }

    /// Who was asked, oldest first: people, and whole teams with those of them who would not.
    async fn asked(&self, id: HandoffId) -> Result<Vec<Asked>> {
        let rows: Vec<OfferRow> = sqlx::query_as(
            "select coalesce(a.name, t.name) as who, to_ms(o.created_at) as at, o.state, o.reason
               from offers o
               left join agents a on a.id = o.agent_id
               left join teams t on t.id = o.team_id
              where o.handoff_id = $1
             union all
             select a.name, to_ms(d.at), 'declined', d.reason
               from offers o join offer_declines d on d.offer_id = o.id join agents a on a.id = d.agent_id
              where o.handoff_id = $1
              order by at limit $2",
        )
        .bind(id.0)
        .bind(MOST)
        .fetch_all(self.pool())
        .await?;
        rows.into_iter().map(OfferRow::asked).collect()
    }
}
