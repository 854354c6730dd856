//! Promises about time: the policies, and how far what is promised in a conversation has come.

use contract::hours::Hours;
use contract::sla::{Sla, SlaDraft, SlaTarget};
use contract::team::Placing;
use contract::{ConversationId, SlaId, Time};
use serde_json::json;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Result, Store, Tx, corrupt};
use crate::domain::Conversation;
use crate::domain::sla::{Clock, Due, Standing};

/// The name of the constraint that keeps names apart.
pub const NAME_TAKEN: &str = "slas_name";

/// What is promised in a conversation, and all that decides about it.
#[derive(Debug)]
pub struct Promised {
    /// The policy.
    pub policy: SlaDraft,
    /// The hours of the team, else of the channel.
    pub hours: Option<Hours>,
    /// How the conversation stands.
    pub standing: Standing,
    /// How far it has come.
    pub clocks: Vec<Clock>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: String,
    first_response: Option<i32>,
    next_response: Option<i32>,
    resolution: Option<i32>,
    warning: i32,
    working_time: bool,
}

#[derive(FromRow)]
struct PromisedRow {
    #[sqlx(flatten)]
    policy: Row,
    team_placement: Option<Json<Placing>>,
    channel_placement: Json<Placing>,
    replied: bool,
    asked: Option<i64>,
    last_by: Option<String>,
    begun: i64,
}

#[derive(FromRow)]
struct ClockRow {
    target: String,
    episode: i64,
    spent_ms: i64,
    running_since: Option<i64>,
    warned_at: Option<i64>,
    breached_at: Option<i64>,
}

const COLUMNS: &str =
    "s.id, s.name, s.first_response, s.next_response, s.resolution, s.warning, s.working_time";

impl Row {
    fn draft(self) -> SlaDraft {
        let Row { name, first_response, next_response, resolution, warning, working_time, .. } = self;
        SlaDraft { name, first_response, next_response, resolution, warning, working_time }
    }
}

impl ClockRow {
    fn clock(self) -> Result<Clock> {
        let target = SlaTarget::parse(&self.target);
        Ok(Clock {
            target: target.ok_or_else(|| corrupt("sla_clocks", "target", &self.target))?,
            episode: self.episode,
            spent_ms: self.spent_ms,
            running_since: self.running_since.map(Time),
            warned_at: self.warned_at.map(Time),
            breached_at: self.breached_at.map(Time),
        })
    }
}

impl Store {
    /// All policies, sorted by name.
    pub async fn slas(&self) -> Result<Vec<Sla>> {
        let sql = format!("select {COLUMNS} from slas s order by lower(s.name), s.id");
        let rows: Vec<Row> = sqlx::query_as(&sql).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(|row| Sla { id: SlaId(row.id), draft: row.draft() }).collect())
    }

    /// Conversations in which something is to be told of a promise.
    pub async fn slas_due(&self, limit: i64) -> Result<Vec<ConversationId>> {
        let rows: Vec<(Uuid,)> = sqlx::query_as(
            "select conversation_id from (
               (select conversation_id from sla_clocks where warn_at <= (select desk_now()) order by warn_at limit $1)
                union
               (select conversation_id from sla_clocks where due_at <= (select desk_now()) order by due_at limit $1)) due",
        )
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(id,)| ConversationId(id)).collect())
    }
}

impl Tx {
    /// Makes or changes a policy. None: there is no such one. Where it holds it is looked at again.
    pub async fn save_sla(&mut self, sla: Option<SlaId>, draft: &SlaDraft) -> Result<Option<SlaId>> {
        let sql = match sla {
            Some(_) => {
                "update slas set name = $2, first_response = $3, next_response = $4, resolution = $5, warning = $6,
                        working_time = $7 where id = $1 returning id"
            }
            None => {
                "insert into slas (id, name, first_response, next_response, resolution, warning, working_time)
                 values ($1, $2, $3, $4, $5, $6, $7) returning id"
            }
        };
        let id: Option<Uuid> = sqlx::query_scalar(sql)
            .bind(sla.map_or_else(Uuid::now_v7, |sla| sla.0))
            .bind(&draft.name)
            .bind(draft.first_response)
            .bind(draft.next_response)
            .bind(draft.resolution)
            .bind(draft.warning)
            .bind(draft.working_time)
            .fetch_optional(self.connection())
            .await?;
        sqlx::query(
            "update sla_clocks set warn_at = desk_now() where sla_id = $1 and running_since is not null",
        )
        .bind(id)
        .execute(self.connection())
        .await?;
        Ok(id.map(SlaId))
    }

    /// Takes a policy away. Whether there was such a one.
    pub async fn remove_sla(&mut self, sla: SlaId) -> Result<bool> {
        let gone =
            sqlx::query("delete from slas where id = $1").bind(sla.0).execute(self.connection()).await?;
        Ok(gone.rows_affected() > 0)
    }

    /// A policy by its name or its id.
    pub async fn find_sla(&mut self, name: &str) -> Result<Option<SlaId>> {
        let id: Option<Uuid> =
            sqlx::query_scalar("select id from slas where lower(name) = lower($1) or id::text = lower($1)")
                .bind(name)
                .fetch_optional(self.connection())
                .await?;
        Ok(id.map(SlaId))
    }

    /// What is promised in a conversation whose lock this transaction holds. Nothing, if the policy is gone.
    pub async fn promised(&mut self, of: &Conversation) -> Result<Option<Promised>> {
        let Some(sla) = of.sla else { return Ok(None) };
        let sql = format!(
            "select {COLUMNS}, t.placement as team_placement, ch.placement as channel_placement,
                    p.seq is not null as replied, a.seq as asked, l.author_kind as last_by,
                    coalesce(r.seq, 0) as begun
               from slas s
               join conversations c on c.id = $2
               join channels ch on ch.id = c.channel_id
               left join teams t on t.id = coalesce(c.team_id, ch.team_id)
               left join lateral (select m.seq from messages m where m.conversation_id = c.id and not m.note
                                     and m.author_kind in ('agent', 'phone') order by m.seq desc limit 1) p on true
               left join lateral (select m.seq from messages m where m.conversation_id = c.id
                                     and m.author_kind = 'contact' and not m.body ? 'system'
                                     and m.seq > coalesce(p.seq, 0) order by m.seq limit 1) a on true
               left join lateral (select m.author_kind from messages m where m.conversation_id = c.id and not m.note
                                     and m.author_kind <> 'desk' and not m.body ? 'system'
                                   order by m.seq desc limit 1) l on true
               left join lateral (select e.seq from events e
                                   where e.conversation_id = c.id and e.change ? 'owner_changed'
                                     and e.change #>> '{{owner_changed,from_stage}}' = 'resolved'
                                   order by e.seq desc limit 1) r on true
              where s.id = $1"
        );
        let row: Option<PromisedRow> =
            sqlx::query_as(&sql).bind(sla.0).bind(of.id.0).fetch_optional(self.connection()).await?;
        let Some(row) = row else { return Ok(None) };
        let clocks: Vec<ClockRow> = sqlx::query_as(
            "select target, episode, spent_ms, to_ms(running_since) as running_since, to_ms(warned_at) as warned_at,
                    to_ms(breached_at) as breached_at
               from sla_clocks where conversation_id = $1 and sla_id = $2",
        )
        .bind(of.id.0)
        .bind(sla.0)
        .fetch_all(self.connection())
        .await?;
        let standing = Standing {
            stage: of.stage,
            replied: row.replied,
            asked: row.asked,
            last_by_customer: row.last_by.as_deref() == Some("contact"),
            begun: row.begun,
        };
        Ok(Some(Promised {
            policy: row.policy.draft(),
            hours: row.team_placement.and_then(|of| of.0.hours).or(row.channel_placement.0.hours),
            standing,
            clocks: clocks.into_iter().map(ClockRow::clock).collect::<Result<_>>()?,
        }))
    }

    /// Writes down how far what is promised has come, and when something is due. What is not among it is promised no
    /// more.
    pub async fn keep_clocks(&mut self, of: &Conversation, clocks: &[(Clock, Due)]) -> Result<()> {
        let row = |(clock, due): &(Clock, Due)| {
            json!({
                "target": clock.target, "episode": clock.episode, "spent_ms": clock.spent_ms,
                "running_since": clock.running_since, "warned_at": clock.warned_at,
                "breached_at": clock.breached_at, "warn_at": due.warn_at, "due_at": due.breach_at,
            })
        };
        let rows: Vec<_> = clocks.iter().map(row).collect();
        sqlx::query(
            "with x as (select * from json_to_recordset($3::text::json) as x(target text, episode bigint,
                    spent_ms bigint, running_since bigint, warned_at bigint, breached_at bigint, warn_at bigint,
                    due_at bigint)),
                  gone as (delete from sla_clocks k where k.conversation_id = $1
                              and not exists (select from x where x.target = k.target))
             insert into sla_clocks (conversation_id, target, sla_id, episode, spent_ms, running_since, warned_at,
                    breached_at, warn_at, due_at)
             select $1, target, $2, episode, spent_ms, from_ms(running_since), from_ms(warned_at),
                    from_ms(breached_at), from_ms(warn_at), from_ms(due_at) from x
                 on conflict (conversation_id, target) do update
                set sla_id = excluded.sla_id, episode = excluded.episode, spent_ms = excluded.spent_ms,
                    running_since = excluded.running_since, warned_at = excluded.warned_at,
                    breached_at = excluded.breached_at, warn_at = excluded.warn_at, due_at = excluded.due_at",
        )
        .bind(of.id.0)
        .bind(of.sla.map(|sla| sla.0))
        .bind(super::as_rows(&rows))
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
