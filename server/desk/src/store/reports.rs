//! Numbers of a period: conversations that began in it, and handoffs. What is counted is what began, and where it stands
//! now, so that the numbers of a day that is over change only as its conversations end.

use contract::Time;
use contract::token::Mode;
use sqlx::FromRow;

use super::{Result, Store};

/// The most conversations or handoffs that one report looks at.
pub const MOST: i64 = 200_000;

/// What a report tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The day on which it began.
    Day,
    /// The channel.
    Channel,
    /// The team that was asked last.
    Team,
    /// The bot: that had it first, or that let go.
    Bot,
    /// The agent who answered first, or who took it.
    Agent,
    /// Why a bot let go. Of handoffs alone.
    Reason,
}

/// Of what a report is.
#[derive(Debug, Clone)]
pub struct Period<'a> {
    /// From when on.
    pub from: Time,
    /// Until when; that moment is not part of it.
    pub to: Time,
    /// The time zone that days are in, by name.
    pub zone: &'a str,
    /// On which channels.
    pub mode: Mode,
    /// What is told apart.
    pub by: By,
}

/// How long something took, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Took {
    /// On average.
    pub average: f64,
    /// Half of them took no longer.
    pub median: f64,
    /// Nine of ten took no longer.
    pub p90: f64,
}

/// Conversations that began.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Conversations {
    /// Whether it is the line of all of them.
    pub total: bool,
    /// What they have in common: a day or an id; absent: they have none.
    pub key: Option<String>,
    /// What that is called.
    pub name: Option<String>,
    /// How many began.
    pub opened: i64,
    /// How many of those are resolved.
    pub resolved: i64,
    /// How many were handed to people.
    pub handed_off: i64,
    /// How many a bot had and brought to an end without people.
    pub contained: i64,
    /// How many a person answered.
    pub answered: i64,
    first: Vec<Option<f64>>,
    whole: Vec<Option<f64>>,
}

/// Handoffs that began.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Handoffs {
    /// Whether it is the line of all of them.
    pub total: bool,
    /// What they have in common; absent: they have none.
    pub key: Option<String>,
    /// What that is called.
    pub name: Option<String>,
    /// How many began.
    pub begun: i64,
    /// How many of those still wait.
    pub open: i64,
    /// How many somebody has taken.
    pub taken: i64,
    /// How many went to a bot because nobody could take them.
    pub fallback: i64,
    /// How often somebody was asked to take one.
    pub offered: i64,
    /// How often they did not answer in time.
    pub lapsed: i64,
    waits: Vec<Option<f64>>,
}

fn took(all: &[Option<f64>]) -> Option<Took> {
    match all {
        [Some(average), Some(median), Some(p90)] => {
            Some(Took { average: *average, median: *median, p90: *p90 })
        }
        _ => None,
    }
}

impl Conversations {
    /// From the handoff, or the beginning where there was none, to a person's first answer.
    pub fn first_response(&self) -> Option<Took> {
        took(&self.first)
    }

    /// From the beginning to the end.
    pub fn resolution(&self) -> Option<Took> {
        took(&self.whole)
    }
}

impl Handoffs {
    /// From the beginning to when somebody had it.
    pub fn wait(&self) -> Option<Took> {
        took(&self.waits)
    }
}

/// Average, median and the ninth of ten of a number.
fn spread(of: &str) -> String {
    format!(
        "array[avg({of})::float8, percentile_cont(0.5) within group (order by {of}),
               percentile_cont(0.9) within group (order by {of})]"
    )
}

/// What lines are told apart by, of a table `t`, and where the names of that are.
fn key(by: By) -> (&'static str, &'static str) {
    match by {
        By::Day => (
            "to_char(t.at at time zone $4, 'YYYY-MM-DD')",
            "(select null::uuid as id, null::text as name where false)",
        ),
        By::Channel => ("t.channel_id::text", "channels"),
        By::Team => ("t.team_id::text", "teams"),
        By::Bot => ("t.bot_id::text", "bots"),
        By::Agent => ("t.agent_id::text", "agents"),
        By::Reason => ("t.reason", "(select null::uuid as id, null::text as name where false)"),
    }
}

/// The conversations of a period. A bot had it first that the first change of owner took it from, or that has it now.
const BEGUN: &str = "select c.channel_id, c.team_id, c.opened_at as at, c.stage = 'resolved' as resolved,
       h.created_at is not null as handed, r.at is not null as answered, c.last_agent is not null as held,
       coalesce(f.bot, case when c.owner_kind = 'bot' and not f.moved then c.owner_id end) as bot_id, r.author_id as agent_id,
       to_ms(r.at) - to_ms(least(coalesce(h.created_at, c.opened_at), r.at)) as first,
       to_ms(c.resolved_at) - to_ms(c.opened_at) as whole
  from (select * from conversations where opened_at >= from_ms($1) and opened_at < from_ms($2)) c
  join channels ch on ch.id = c.channel_id
  join connections n on n.id = ch.connection_id and ($3 or n.sandbox)
  left join lateral (select created_at from handoffs where conversation_id = c.id order by created_at limit 1) h on true
  left join lateral (select received_at as at, author_id from messages
                      where conversation_id = c.id and author_kind in ('agent', 'phone') and not note
                      order by seq limit 1) r on true
  cross join lateral (select count(*) > 0 as moved, (array_agg(o.bot))[1] as bot from (
    select case when e.change #>> '{owner_changed,from,kind}' = 'bot'
                then (e.change #>> '{owner_changed,from,id}')::uuid end as bot
      from events e where e.conversation_id = c.id and e.change ? 'owner_changed' order by e.seq limit 1) o) f";

/// The handoffs of a period.
const HANDED: &str = "select c.channel_id, h.team_id, h.created_at as at, h.packet ->> 'reason_code' as reason,
       case when h.by_kind = 'bot' then h.by_id end as bot_id, h.ended_at is null as open,
       h.outcome in ('taken', 'accepted') as taken, h.outcome in ('fallback', 'bot_keeps') as fallback,
       case when h.outcome in ('taken', 'accepted') then to_ms(h.ended_at) - to_ms(h.created_at) end as wait,
       o.offered, o.lapsed, case when h.outcome in ('taken', 'accepted') then w.agent_id end as agent_id
  from (select * from handoffs where created_at >= from_ms($1) and created_at < from_ms($2)) h
  join conversations c on c.id = h.conversation_id
  join channels ch on ch.id = c.channel_id
  join connections n on n.id = ch.connection_id and ($3 or n.sandbox)
  cross join lateral (select count(*) as offered, count(*) filter (where state = 'lapsed') as lapsed
                        from offers where handoff_id = h.id) o
  left join lateral (select (e.change #>> '{owner_changed,to,id}')::uuid as agent_id from events e
                      where e.conversation_id = h.conversation_id and e.seq > h.to_seq and e.change ? 'owner_changed'
                        and e.change #>> '{owner_changed,to,kind}' = 'agent' order by e.seq limit 1) w on true";

impl Store {
    /// Whether a period holds more than a report looks at.
    pub async fn is_too_much(&self, period: &Period<'_>) -> Result<bool> {
        let sql = "select (select count(*) > $3 from (select from conversations
                            where opened_at >= from_ms($1) and opened_at < from_ms($2) limit $3 + 1) c)
                       or (select count(*) > $3 from (select from handoffs
                            where created_at >= from_ms($1) and created_at < from_ms($2) limit $3 + 1) h)";
        let much = sqlx::query_scalar(sql).bind(period.from.0).bind(period.to.0).bind(MOST);
        Ok(much.fetch_one(self.pool()).await?)
    }

    /// The conversations that began, the line of all of them last.
    pub async fn conversations_report(&self, period: &Period<'_>) -> Result<Vec<Conversations>> {
        let sql = format!(
            "select grouping(key) = 1 as total, key, count(*) as opened, count(*) filter (where t.resolved) as resolved,
                    count(*) filter (where t.handed) as handed_off, count(*) filter (where t.answered) as answered,
                    count(*) filter (where t.resolved and t.bot_id is not null and not t.handed and not t.answered
                                       and not t.held) as contained,
                    {first} as first, {whole} as whole",
            first = spread("t.first"),
            whole = spread("t.whole"),
        );
        self.figures(&sql, BEGUN, period).await
    }

    /// The handoffs that began, the line of all of them last.
    pub async fn handoffs_report(&self, period: &Period<'_>) -> Result<Vec<Handoffs>> {
        let sql = format!(
            "select grouping(key) = 1 as total, key, count(*) as begun, count(*) filter (where t.open) as open,
                    count(*) filter (where t.taken) as taken, count(*) filter (where t.fallback) as fallback,
                    coalesce(sum(t.offered), 0)::bigint as offered, coalesce(sum(t.lapsed), 0)::bigint as lapsed,
                    {waits} as waits",
            waits = spread("t.wait"),
        );
        self.figures(&sql, HANDED, period).await
    }

    async fn figures<T>(&self, columns: &str, of: &str, period: &Period<'_>) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin,
    {
        let (key, names) = key(period.by);
        let sql = format!(
            "select g.*, x.name
               from ({columns} from (select t.*, {key} as key from ({of}) t where $4::text is not null) t
                      group by grouping sets ((key), ())) g
               left join {names} x on x.id::text = g.key
              order by g.total, g.key is null, lower(x.name), g.key"
        );
        let rows = sqlx::query_as(&sql)
            .bind(period.from.0)
            .bind(period.to.0)
            .bind(period.mode == Mode::Live)
            .bind(period.zone)
            .fetch_all(self.pool())
            .await?;
        Ok(rows)
    }
}
