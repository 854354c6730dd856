//! Rules that are tried on what has happened: who has asked for it, how far it has come, and what is looked at. One
//! process at a time has the lease; one that dies leaves it to the next, which goes on from what was kept.

use contract::rules::{Against, Rule, SimulatedSet, SimulationResult, SimulationState, SimulationView};
use contract::{AgentId, SimulationId, Time};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::{Result, Store, corrupt};

/// How long one may go on without a sign of life, in seconds.
const LEASE_S: i32 = 15;

/// What is to be tried.
#[derive(Debug, Clone)]
pub struct NewSimulation<'a> {
    /// By whom.
    pub agent: AgentId,
    /// Which rules these are.
    pub which: SimulatedSet,
    /// What they are compared with.
    pub against: Against,
    /// The version that is live.
    pub version: i32,
    /// How many days are looked back.
    pub days: i32,
    /// The rules.
    pub rules: &'a [Rule],
    /// Those that are live.
    pub live: &'a [Rule],
}

/// One that this process goes on with.
#[derive(Debug)]
pub struct Taken {
    /// Which.
    pub id: SimulationId,
    /// The rules.
    pub rules: Vec<Rule>,
    /// What they are compared with; nothing: what was done at the time.
    pub live: Option<Vec<Rule>>,
    /// How far it has come.
    pub reached: Reached,
    /// What came of it so far.
    pub result: Option<SimulationResult>,
    /// What is looked at.
    pub span: Span,
    /// Times that it was begun and came no further.
    pub tries: i32,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// What has happened before is not.
    pub since: Time,
    /// No decisions that lie so low are.
    pub lowest: i64,
    /// Whether it matters what was done at the time.
    pub done: bool,
}

/// How far one has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// Decisions from here on were looked at.
    pub place: i64,
    /// Events from here on were counted.
    pub counted_until: Time,
    /// Decisions that were looked at.
    pub looked: i64,
}

/// A decision that is looked at again.
#[derive(Debug, Clone, FromRow)]
pub struct OldDecision {
    /// Its place.
    pub id: i64,
    /// Where.
    #[sqlx(rename = "conversation_id")]
    pub conversation: Uuid,
    /// What happened.
    pub event: String,
    /// When, in milliseconds.
    pub at: i64,
    /// What was known, as it is written.
    pub facts: String,
    /// What was done, as it is written; nothing where that is of no matter.
    pub done: Option<String>,
}

#[derive(FromRow)]
struct TakenRow {
    id: Uuid,
    rules: Json<Vec<Rule>>,
    live: Json<Vec<Rule>>,
    against: String,
    place: i64,
    counted_until: i64,
    looked: i64,
    result: Option<Json<SimulationResult>>,
    since: i64,
    lowest: i64,
    tries: i32,
}

#[derive(FromRow)]
struct ViewRow {
    id: Uuid,
    which: String,
    against: String,
    version: i32,
    days: i32,
    state: String,
    looked: i64,
    about: i64,
    why: Option<String>,
    author: Option<String>,
    at: i64,
    ended_at: Option<i64>,
    result: Option<Json<SimulationResult>>,
}

fn which_word(which: SimulatedSet) -> &'static str {
    match which {
        SimulatedSet::Draft => "draft",
        SimulatedSet::Live => "live",
        SimulatedSet::Given => "given",
    }
}

fn against_word(against: Against) -> &'static str {
    match against {
        Against::Live => "live",
        Against::Recorded => "recorded",
    }
}

fn against(word: &str) -> Result<Against> {
    match word {
        "live" => Ok(Against::Live),
        "recorded" => Ok(Against::Recorded),
        _ => Err(corrupt("rule_simulations", "against", word)),
    }
}

impl TakenRow {
    fn taken(self) -> Result<Taken> {
        let live = match against(&self.against)? {
            Against::Live => Some(self.live.0),
            Against::Recorded => None,
        };
        let done = live.is_none();
        Ok(Taken {
            id: SimulationId(self.id),
            rules: self.rules.0,
            live,
            reached: Reached {
                place: self.place,
                counted_until: Time(self.counted_until),
                looked: self.looked,
            },
            result: self.result.map(|result| result.0),
            span: Span { since: Time(self.since), lowest: self.lowest, done },
            tries: self.tries,
        })
    }
}

impl ViewRow {
    fn view(self) -> Result<SimulationView> {
        let rules = match self.which.as_str() {
            "draft" => SimulatedSet::Draft,
            "live" => SimulatedSet::Live,
            "given" => SimulatedSet::Given,
            word => return Err(corrupt("rule_simulations", "which", word)),
        };
        let state = SimulationState::parse(&self.state)
            .ok_or_else(|| corrupt("rule_simulations", "state", &self.state))?;
        Ok(SimulationView {
            id: SimulationId(self.id),
            rules,
            against: against(&self.against)?,
            version: self.version,
            days: self.days,
            state,
            looked: self.looked,
            about: self.about,
            why: self.why,
            author: self.author,
            at: Time(self.at),
            ended_at: self.ended_at.map(Time),
            result: self.result.map(|result| result.0),
        })
    }
}

impl Store {
    /// Asks for one. Each person has one at a time: another one is a conflict of `rule_simulations_one_each`.
    pub async fn ask_for_simulation(&self, new: &NewSimulation<'_>) -> Result<SimulationId> {
        let id = Uuid::now_v7();
        sqlx::query(
            "insert into rule_simulations (id, agent_id, which, against, version, days, rules, live)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(id)
        .bind(new.agent.0)
        .bind(which_word(new.which))
        .bind(against_word(new.against))
        .bind(new.version)
        .bind(new.days)
        .bind(Json(new.rules))
        .bind(Json(new.live))
        .execute(self.pool())
        .await?;
        Ok(SimulationId(id))
    }

    /// One, or the one that somebody has asked for last. What came of it is told once it is done.
    pub async fn simulation(&self, id: Option<SimulationId>, of: AgentId) -> Result<Option<SimulationView>> {
        let row: Option<ViewRow> = sqlx::query_as(
            "select s.id, s.which, s.against, s.version, s.days, s.state, s.looked, s.about, s.why, a.name as author,
                    to_ms(s.created_at) as at, to_ms(s.ended_at) as ended_at,
                    case when s.state = 'done' then s.result end as result
               from rule_simulations s left join agents a on a.id = s.agent_id
              where s.id = coalesce($1, (select id from rule_simulations where agent_id = $2
                                          order by created_at desc limit 1))",
        )
        .bind(id.map(|id| id.0))
        .bind(of.0)
        .fetch_optional(self.pool())
        .await?;
        row.map(ViewRow::view).transpose()
    }

    /// Ends one that is under way. Whether there was such a one.
    pub async fn cancel_simulation(&self, id: SimulationId) -> Result<bool> {
        let done = sqlx::query(
            "update rule_simulations
                set state = 'cancelled', ended_at = desk_now(), lease_until = null, result = null
              where id = $1 and state in ('queued', 'running')",
        )
        .bind(id.0)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes the lease on one that waits, or whose process is gone. What lies back so far is fixed when it is taken
    /// first.
    pub async fn take_simulation(&self, holder: Uuid) -> Result<Option<Taken>> {
        let row: Option<TakenRow> = sqlx::query_as(
            "with due as (
               select id, created_at - days * interval '1 day' as since from rule_simulations
                where state = 'queued' or (state = 'running' and lease_until <= desk_now())
                order by created_at limit 1 for update skip locked),
             reach as (
               select due.id, due.since, coalesce((select max(id) from rule_decisions), 0) as highest,
                      (select min(o.id) - 1 from (select d.id from rule_decisions d where d.at >= due.since
                                                   order by d.at limit 1000) o) as lowest
                 from due)
             update rule_simulations s
                set state = 'running', holder = $1, lease_until = desk_now() + $2 * interval '1 second',
                    tries = s.tries + 1, since = coalesce(s.since, r.since), until = coalesce(s.until, desk_now()),
                    place = coalesce(s.place, r.highest + 1), lowest = coalesce(s.lowest, r.lowest, r.highest),
                    about = case when s.place is null then greatest(r.highest - coalesce(r.lowest, r.highest), 0)
                                 else s.about end
               from reach r where s.id = r.id
             returning s.id, s.rules, s.live, s.against, s.place, to_ms(coalesce(s.counted_until, s.until))
                       as counted_until, s.looked, s.result, to_ms(s.since) as since, s.lowest, s.tries",
        )
        .bind(holder)
        .bind(LEASE_S)
        .fetch_optional(self.pool())
        .await?;
        row.map(TakenRow::taken).transpose()
    }

    /// Whether it is still this process's, and nobody has ended it.
    pub async fn has_simulation(&self, id: SimulationId, holder: Uuid) -> Result<bool> {
        let state: Option<String> =
            sqlx::query_scalar("select state from rule_simulations where id = $1 and holder = $2")
                .bind(id.0)
                .bind(holder)
                .fetch_optional(self.pool())
                .await?;
        Ok(state.is_some_and(|state| state == "running"))
    }

    /// Keeps how far it has come, with what came of it so far, and renews the lease. Whether it is still this process's.
    pub async fn keep_simulation(
        &self,
        (id, holder): (SimulationId, Uuid),
        reached: Reached,
        result: &SimulationResult,
    ) -> Result<bool> {
        let done = sqlx::query(
            "update rule_simulations
                set place = $3, counted_until = from_ms($4), looked = $5, about = greatest(about, $5), result = $6,
                    tries = 0, lease_until = desk_now() + $7 * interval '1 second'
              where id = $1 and holder = $2 and state = 'running'",
        )
        .bind(id.0)
        .bind(holder)
        .bind(reached.place)
        .bind(reached.counted_until.0)
        .bind(reached.looked)
        .bind(Json(result))
        .bind(LEASE_S)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends one that this process has: done, or why it failed.
    pub async fn end_simulation(&self, id: SimulationId, holder: Uuid, why: Option<&str>) -> Result<()> {
        sqlx::query(
            "update rule_simulations
                set state = case when $3::text is null then 'done' else 'failed' end, why = $3,
                    about = case when $3::text is null then looked else about end, ended_at = desk_now(),
                    lease_until = null
              where id = $1 and holder = $2 and state = 'running'",
        )
        .bind(id.0)
        .bind(holder)
        .bind(why)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Lets go of one, so that another process can go on with it at once.
    pub async fn leave_simulation(&self, id: SimulationId, holder: Uuid) -> Result<()> {
        sqlx::query(
            "update rule_simulations set lease_until = desk_now(), tries = greatest(tries - 1, 0)
              where id = $1 and holder = $2 and state = 'running'",
        )
        .bind(id.0)
        .bind(holder)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Decisions below a place, the latest first.
    pub async fn old_decisions(&self, span: Span, below: i64, limit: i64) -> Result<Vec<OldDecision>> {
        let rows = sqlx::query_as(
            "select id, conversation_id, event, to_ms(at) as at, facts::text as facts,
                    case when $4 then done::text end as done
               from rule_decisions where id < $1 and id > $2 and at >= from_ms($3) order by id desc limit $5",
        )
        .bind(below)
        .bind(span.lowest)
        .bind(span.since.0)
        .bind(span.done)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// Forgets what was tried so many days ago.
    pub async fn forget_simulations(&self, days: i32) -> Result<u64> {
        let gone = sqlx::query(
            "delete from rule_simulations
              where state not in ('queued', 'running') and created_at < desk_now() - $1 * interval '1 day'",
        )
        .bind(days)
        .execute(self.pool())
        .await?;
        Ok(gone.rows_affected())
    }
}
