//! Offers: who is asked to take a handoff, and what came of it.

use contract::{AgentId, ConversationId, HandoffId, OfferId, TeamId, Time};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Store, Tx};

/// An offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Which.
    pub id: OfferId,
    /// Of which handoff.
    pub handoff: HandoffId,
    /// Who is asked; absent: a whole team.
    pub agent: Option<AgentId>,
    /// The team that is asked, or that the agent is asked as a member of.
    pub team: Option<TeamId>,
    /// The epoch under which it holds.
    pub epoch: i64,
    /// Whether it is still open.
    pub open: bool,
    /// Until when.
    pub until: Time,
}

/// Whom to ask.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// About which handoff.
    pub handoff: HandoffId,
    /// Of which conversation.
    pub conversation: ConversationId,
    /// Under which epoch.
    pub epoch: i64,
    /// The rung.
    pub step: i32,
    /// One person; absent: the one of all who fit who was asked longest ago.
    pub agent: Option<AgentId>,
    /// Of which team; absent: of any.
    pub team: Option<TeamId>,
    /// What they must be good at.
    pub skills: &'a [String],
    /// When.
    pub now: Time,
    /// For how long, in seconds.
    pub seconds: i32,
}

/// How an offer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Somebody has it.
    Accepted,
    /// They would not.
    Declined,
    /// Nobody said anything.
    Lapsed,
    /// It is of no use any more.
    Withdrawn,
}

impl Ended {
    fn as_str(self) -> &'static str {
        match self {
            Ended::Accepted => "accepted",
            Ended::Declined => "declined",
            Ended::Lapsed => "lapsed",
            Ended::Withdrawn => "withdrawn",
        }
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    handoff_id: Uuid,
    agent_id: Option<Uuid>,
    team_id: Option<Uuid>,
    epoch: i64,
    open: bool,
    until: i64,
}

const COLUMNS: &str =
    "id, handoff_id, agent_id, team_id, epoch, state = 'open' as open, to_ms(until) as until";

/// Who is there and takes work: `there` holds their ids.
const THERE: &str = "there as (select p.agent_id from presence p join agents a on a.id = p.agent_id
     where p.until > desk_now() and a.active and a.put_away is null
     group by p.agent_id having not bool_and(p.away))";

/// Whether `there t` fits what is asked: $1 handoff, $2 agent, $3 team, $4 skills.
const FITS: &str = "($2::uuid is null or t.agent_id = $2)
     and ($3::uuid is null or exists (select from team_members m where m.team_id = $3 and m.agent_id = t.agent_id))
     and exists (select from agents a where a.id = t.agent_id and a.skills @> $4)
     and not exists (select from offers o where o.handoff_id = $1 and o.agent_id = t.agent_id)";

impl Row {
    fn offered(self) -> Offered {
        Offered {
            id: OfferId(self.id),
            handoff: HandoffId(self.handoff_id),
            agent: self.agent_id.map(AgentId),
            team: self.team_id.map(TeamId),
            epoch: self.epoch,
            open: self.open,
            until: Time(self.until),
        }
    }
}

impl Store {
    /// Conversations whose handoff somebody must look at again.
    pub async fn handoffs_due(&self, limit: i64) -> Result<Vec<ConversationId>> {
        let rows: Vec<(Uuid,)> = sqlx::query_as(
            "select conversation_id from handoffs
              where ended_at is null and due_at <= (select desk_now()) order by due_at limit $1",
        )
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(id,)| ConversationId(id)).collect())
    }

    /// When the next handoff is due, in milliseconds from now.
    pub async fn next_handoff_ms(&self) -> Result<Option<i64>> {
        let (next,): (Option<i64>,) = sqlx::query_as(
            "select to_ms(min(due_at)) - to_ms(desk_now()) from handoffs
              where ended_at is null and due_at is not null",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(next)
    }

    /// Somebody has said whether they take work: what the desk had them down for is over.
    pub async fn call_back_from_away(&self, agent: AgentId) -> Result<()> {
        sqlx::query("update agents set put_away = null where id = $1 and put_away is not null")
            .bind(agent.0)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}

impl Tx {
    /// Asks whoever of those who fit was asked longest ago. Nobody where nobody fits and is free. Of two handoffs that
    /// would ask the same person at once, one asks somebody else.
    pub async fn ask_one(&mut self, asked: &Asked<'_>) -> Result<Option<Offered>> {
        let sql = format!(
            "with {THERE}, free as (
               select t.agent_id from there t
                where {FITS} and not exists (select from offers o where o.agent_id = t.agent_id and o.state = 'open')
                order by (select max(o.created_at) from offers o where o.agent_id = t.agent_id) nulls first, t.agent_id
                limit 1)
             insert into offers (id, handoff_id, conversation_id, agent_id, team_id, step, epoch, until, created_at)
             select $5, $1, $6, agent_id, $3, $7, $8, from_ms($9 + $10::bigint * 1000), from_ms($9) from free
                 on conflict do nothing
             returning {COLUMNS}"
        );
        // Whoever was just asked by somebody else is not free at the next look.
        for _ in 0..5 {
            let row: Option<Row> = sqlx::query_as(&sql)
                .bind(asked.handoff.0)
                .bind(asked.agent.map(|agent| agent.0))
                .bind(asked.team.map(|team| team.0))
                .bind(asked.skills)
                .bind(Uuid::now_v7())
                .bind(asked.conversation.0)
                .bind(asked.step)
                .bind(asked.epoch)
                .bind(asked.now.0)
                .bind(asked.seconds)
                .fetch_optional(self.connection())
                .await?;
            if row.is_some() {
                return Ok(row.map(Row::offered));
            }
            if !self.anyone_fits(asked, Busy::Free).await? {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// Whether anybody fits who was not asked about it yet.
    pub async fn anyone_fits(&mut self, asked: &Asked<'_>, busy: Busy) -> Result<bool> {
        let free = match busy {
            Busy::Free => {
                "and not exists (select from offers o where o.agent_id = t.agent_id and o.state = 'open')"
            }
            Busy::Whatever => "",
        };
        let sql = format!("with {THERE} select exists (select from there t where {FITS} {free})");
        let fits = sqlx::query_scalar(&sql)
            .bind(asked.handoff.0)
            .bind(asked.agent.map(|agent| agent.0))
            .bind(asked.team.map(|team| team.0))
            .bind(asked.skills)
            .fetch_one(self.connection())
            .await?;
        Ok(fits)
    }

    /// Asks a whole team. Nothing where it was asked on this rung already.
    pub async fn ask_all(&mut self, asked: &Asked<'_>) -> Result<Option<Offered>> {
        let sql = format!(
            "insert into offers (id, handoff_id, conversation_id, team_id, step, epoch, until, created_at)
             select $1, $2, $3, $4, $5, $6, from_ms($7 + $8::bigint * 1000), from_ms($7)
              where not exists (select from offers where handoff_id = $2 and agent_id is null and step = $5)
                 on conflict do nothing
             returning {COLUMNS}"
        );
        let row: Option<Row> = sqlx::query_as(&sql)
            .bind(Uuid::now_v7())
            .bind(asked.handoff.0)
            .bind(asked.conversation.0)
            .bind(asked.team.map(|team| team.0))
            .bind(asked.step)
            .bind(asked.epoch)
            .bind(asked.now.0)
            .bind(asked.seconds)
            .fetch_optional(self.connection())
            .await?;
        Ok(row.map(Row::offered))
    }

    /// An offer of a conversation.
    pub async fn offer_of(&mut self, offer: OfferId, of: ConversationId) -> Result<Option<Offered>> {
        let sql = format!("select {COLUMNS} from offers where id = $1 and conversation_id = $2");
        let row: Option<Row> =
            sqlx::query_as(&sql).bind(offer.0).bind(of.0).fetch_optional(self.connection()).await?;
        Ok(row.map(Row::offered))
    }

    /// The open offer of a handoff.
    pub async fn open_offer(&mut self, of: HandoffId) -> Result<Option<Offered>> {
        let sql = format!("select {COLUMNS} from offers where handoff_id = $1 and state = 'open'");
        let row: Option<Row> = sqlx::query_as(&sql).bind(of.0).fetch_optional(self.connection()).await?;
        Ok(row.map(Row::offered))
    }

    /// Ends an offer, if it is still open under its epoch. Whether it was.
    pub async fn end_offer(
        &mut self,
        offer: &Offered,
        ended: Ended,
        (by, reason): (Option<AgentId>, Option<&str>),
        now: Time,
    ) -> Result<bool> {
        let done = sqlx::query(
            "update offers set state = $2, ended_at = from_ms($3), ended_by = $4, reason = $5
              where id = $1 and state = 'open' and epoch = $6",
        )
        .bind(offer.id.0)
        .bind(ended.as_str())
        .bind(now.0)
        .bind(by.map(|by| by.0))
        .bind(reason)
        .bind(offer.epoch)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Whether somebody is one of those whom an offer asks, and has not declined it.
    pub async fn is_asked(&mut self, offer: &Offered, agent: AgentId) -> Result<bool> {
        if let Some(asked) = offer.agent {
            return Ok(asked == agent);
        }
        let asked = sqlx::query_scalar(
            "select exists (select from team_members where team_id = $1 and agent_id = $2)
                and not exists (select from offer_declines where offer_id = $3 and agent_id = $2)",
        )
        .bind(offer.team.map(|team| team.0))
        .bind(agent.0)
        .bind(offer.id.0)
        .fetch_one(self.connection())
        .await?;
        Ok(asked)
    }

    /// One member declines what a whole team was asked. Whether nobody who is there is left.
    pub async fn decline_for_oneself(
        &mut self,
        offer: &Offered,
        (agent, reason): (AgentId, Option<&str>),
        now: Time,
    ) -> Result<bool> {
        sqlx::query(
            "insert into offer_declines (offer_id, agent_id, reason, at) values ($1, $2, $3, from_ms($4))
                 on conflict do nothing",
        )
        .bind(offer.id.0)
        .bind(agent.0)
        .bind(reason)
        .bind(now.0)
        .execute(self.connection())
        .await?;
        let sql = format!(
            "with {THERE} select not exists (
               select from there t join team_members m on m.agent_id = t.agent_id and m.team_id = $1
                where not exists (select from offer_declines d where d.offer_id = $2 and d.agent_id = t.agent_id))"
        );
        let left = sqlx::query_scalar(&sql)
            .bind(offer.team.map(|team| team.0))
            .bind(offer.id.0)
            .fetch_one(self.connection())
            .await?;
        Ok(left)
    }

    /// Somebody has let an offer lapse: they are away until they say that they are back.
    pub async fn put_away(&mut self, agent: AgentId, now: Time) -> Result<()> {
        sqlx::query("update agents set put_away = from_ms($2) where id = $1 and put_away is null")
            .bind(agent.0)
            .bind(now.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Whether anybody is there and takes work: of a team, or at all.
    pub async fn is_anyone_there(&mut self, team: Option<TeamId>) -> Result<bool> {
        let sql = format!(
            "with {THERE} select exists (
               select from there t where $1::uuid is null
                  or exists (select from team_members m where m.team_id = $1 and m.agent_id = t.agent_id))"
        );
        let there =
            sqlx::query_scalar(&sql).bind(team.map(|team| team.0)).fetch_one(self.connection()).await?;
        Ok(there)
    }
}

/// Whether somebody who is asked something else counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// They do not.
    Free,
    /// They do.
    Whatever,
}
