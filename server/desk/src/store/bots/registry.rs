//! The bots themselves: the list, one of them, what it may, its secrets by name, what it was asked.

use contract::bots::{
    BotDay, BotLine, BotTerms, BreakerView, CallCame, CallLine, CallQuery, ExchangeView, SecretView,
};
use contract::{AgentId, BotId, ChannelId, ConversationId, Time};
use serde_json::Value;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::bots::wire::Exchange;
use crate::store::{Result, Store, Tx, corrupt};

/// Calls of a page.
const PAGE: i64 = 50;

/// One bot.
#[derive(Debug, Clone)]
pub struct BotRecord {
    /// Which.
    pub id: BotId,
    /// What people here call it.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// What it says and does.
    pub definition: Value,
    /// Of which version.
    pub version: i32,
}

/// A bot to be added, or what is live of one from now on.
#[derive(Debug, Clone)]
pub struct LiveBot<'a> {
    /// Which.
    pub id: BotId,
    /// What to call it.
    pub name: &'a str,
    /// Its kind.
    pub kind: &'a str,
    /// What it says and does.
    pub definition: &'a Value,
}

#[derive(FromRow)]
struct LineRow {
    id: Uuid,
    name: String,
    kind: String,
    active: bool,
    version: i32,
    has_draft: bool,
    open: bool,
    reason: Option<String>,
    probe_at: Option<i64>,
    breaker_failures: i32,
    turns: i64,
    failures: i64,
    handoffs: i64,
    misses: i64,
}

impl LineRow {
    fn line(self, channels: &[(Uuid, Uuid, String)]) -> BotLine {
        let of_bot = channels.iter().filter(|(bot, ..)| *bot == self.id);
        let open = self.open;
        BotLine {
            id: BotId(self.id),
            name: self.name,
            kind: self.kind,
            active: self.active,
            version: self.version,
            has_draft: self.has_draft,
            breaker: BreakerView {
                open,
                reason: self.reason.filter(|_| open),
                probe_at: self.probe_at.filter(|_| open).map(Time),
                failures: self.breaker_failures,
            },
            day: BotDay {
                turns: Some(self.turns),
                handoffs: self.handoffs,
                failures: self.failures,
                misses: self.misses,
            },
            channels: of_bot.map(|(_, id, name)| (ChannelId(*id), name.clone())).collect(),
        }
    }
}

#[derive(FromRow)]
struct CallRow {
    id: Uuid,
    conversation_id: Uuid,
    turn: String,
    at: i64,
    ms: i32,
    outcome: String,
    reason_code: Option<String>,
    error: Option<String>,
    sources: Vec<String>,
    exchanges: Json<Vec<Exchange>>,
}

impl CallRow {
    fn line(self) -> Result<CallLine> {
        let came = CallCame::parse(&self.outcome);
        Ok(CallLine {
            id: self.id,
            conversation: ConversationId(self.conversation_id),
            turn: self.turn,
            at: Time(self.at),
            ms: self.ms,
            came: came.ok_or_else(|| corrupt("bot_calls", "outcome", &self.outcome))?,
            reason: self.reason_code,
            error: self.error,
            sources: self.sources,
            exchanges: self.exchanges.0.into_iter().map(ExchangeView::from).collect(),
        })
    }
}

type TermsRow = (Option<i32>, i32, i32, i32, i32, i32, Option<i32>, i32, bool);

impl Store {
    /// The bots, sorted by name, or one of them. `day_ago` is the lowest id of what counts as lately.
    pub async fn bot_lines(&self, only: Option<BotId>, day_ago: Uuid) -> Result<Vec<BotLine>> {
        let rows: Vec<LineRow> = sqlx::query_as(
            "select b.id, b.name, b.kind, b.active, b.version,
                    exists (select from bot_drafts d where d.bot_id = b.id) as has_draft,
                    coalesce(k.open, false) as open, k.reason, to_ms(k.probe_at) as probe_at,
                    coalesce(k.failures, 0) as breaker_failures, t.turns, t.failures, h.handoffs, m.misses
               from bots b
               left join bot_breakers k on k.bot_id = b.id
              cross join lateral (select count(*) as turns, count(*) filter (where outcome = 'failed') as failures
                                    from (select outcome from bot_calls where bot_id = b.id and id > $2
                                           order by id desc limit $3) last) t
              cross join lateral (select count(*) as handoffs
                                    from (select from handoffs where by_kind = 'bot' and by_id = b.id
                                             and created_at > desk_now() - interval '1 day' limit $3) last) h
              cross join lateral (select count(*) as misses
                                    from (select from bot_misses where bot_id = b.id
                                             and at > desk_now() - interval '1 day' limit $3) last) m
              where b.removed_at is null and ($1::uuid is null or b.id = $1)
              order by lower(b.name), b.id",
        )
        .bind(only.map(|bot| bot.0))
        .bind(day_ago)
        .bind(BotDay::MOST)
        .fetch_all(self.pool())
        .await?;
        let channels: Vec<(Uuid, Uuid, String)> = sqlx::query_as(
            "select bot_id, id, name from channels where bot_id is not null order by lower(name), id",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|row| row.line(&channels)).collect())
    }

    /// One bot that is listed.
    pub async fn bot(&self, id: BotId) -> Result<Option<BotRecord>> {
        let row: Option<(String, String, Json<Value>, i32)> = sqlx::query_as(
            "select name, kind, definition, version from bots where id = $1 and removed_at is null",
        )
        .bind(id.0)
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|row| record(id, row)))
    }

    /// The bots of a kind that are listed, sorted by name.
    pub async fn bots_of_kind(&self, kind: &str) -> Result<Vec<BotRecord>> {
        let rows: Vec<(Uuid, String, String, Json<Value>, i32)> = sqlx::query_as(
            "select id, name, kind, definition, version from bots
              where kind = $1 and removed_at is null order by lower(name), id",
        )
        .bind(kind)
        .fetch_all(self.pool())
        .await?;
        let one =
            |(id, name, kind, definition, version)| record(BotId(id), (name, kind, definition, version));
        Ok(rows.into_iter().map(one).collect())
    }

    /// What a bot may.
    pub async fn bot_terms(&self, id: BotId) -> Result<Option<BotTerms>> {
        let row: Option<TermsRow> = sqlx::query_as(
            "select quiet_ms, burst_ms, deadline_ms, turn_budget, breaker_errors, breaker_slow_ms, breaker_handoffs,
                    breaker_rest_ms, reads_notes
               from bots where id = $1",
        )
        .bind(id.0)
        .fetch_optional(self.pool())
        .await?;
        let terms = |row: TermsRow| BotTerms {
            quiet_ms: row.0,
            burst_ms: row.1,
            deadline_ms: row.2,
            turn_budget: row.3,
            breaker_errors: row.4,
            breaker_slow_ms: row.5,
            breaker_handoffs: row.6,
            breaker_rest_ms: row.7,
            reads_notes: row.8,
        };
        Ok(row.map(terms))
    }

    /// A bot's secrets without their values.
    pub async fn bot_secret_views(&self, id: BotId) -> Result<Vec<SecretView>> {
        let rows: Vec<(String, i64, Option<i64>)> = sqlx::query_as(
            "select field, to_ms(max(created_at)), to_ms(max(valid_until) filter (where valid_until > desk_now()))
               from bot_secrets where bot_id = $1
              group by field having bool_or(valid_until is null) order by field",
        )
        .bind(id.0)
        .fetch_all(self.pool())
        .await?;
        let view = |(field, since, old_until): (String, i64, Option<i64>)| SecretView {
            field,
            since: Time(since),
            old_until: old_until.map(Time),
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// How many conversations a bot has, counted up to [`BotDay::MOST`].
    pub async fn bot_conversations(&self, id: BotId) -> Result<i64> {
        let count = sqlx::query_scalar(
            "select count(*) from (select from conversations where stage = 'bot' and owner_id = $1 limit $2) owned",
        )
        .bind(id.0)
        .bind(BotDay::MOST)
        .fetch_one(self.pool())
        .await?;
        Ok(count)
    }

    /// Conversations in which a bot is about to answer, or has promised to.
    pub async fn open_turns(&self, id: BotId) -> Result<Vec<(ConversationId, i64)>> {
        let rows: Vec<(Uuid, i64)> = sqlx::query_as(
            "select conversation_id, epoch from bot_turns where bot_id = $1
              union select conversation_id, epoch from bot_awaits where bot_id = $1
              order by conversation_id",
        )
        .bind(id.0)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(id, epoch)| (ConversationId(id), epoch)).collect())
    }

    /// A page of what a bot was asked, the latest first, and where the next one goes on.
    pub async fn bot_calls(&self, query: &CallQuery) -> Result<(Vec<CallLine>, Option<Uuid>)> {
        let rows: Vec<CallRow> = sqlx::query_as(
            "select id, conversation_id, turn, to_ms(at) as at, ms, outcome, reason_code, error, sources, exchanges
               from bot_calls
              where bot_id = $1 and ($2::text is null or outcome = $2) and ($3::uuid is null or id < $3)
              order by id desc limit $4 + 1",
        )
        .bind(query.bot.0)
        .bind(query.came.map(CallCame::as_str))
        .bind(query.before)
        .bind(PAGE)
        .fetch_all(self.pool())
        .await?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = rows.len() > page;
        let lines: Vec<CallLine> = rows.into_iter().take(page).map(CallRow::line).collect::<Result<_>>()?;
        let next = lines.last().filter(|_| more).map(|line| line.id);
        Ok((lines, next))
    }
}

fn record(id: BotId, (name, kind, definition, version): (String, String, Json<Value>, i32)) -> BotRecord {
    BotRecord { id, name, kind, definition: definition.0, version }
}

impl From<Exchange> for ExchangeView {
    fn from(exchange: Exchange) -> ExchangeView {
        ExchangeView {
            url: exchange.url,
            request: exchange.request,
            status: exchange.status,
            response: exchange.response,
            error: exchange.error,
            ms: exchange.ms,
        }
    }
}

impl Tx {
    /// Takes a bot's lock.
    pub async fn lock_bot(&mut self, id: BotId) -> Result<Option<BotRecord>> {
        let row: Option<(String, String, Json<Value>, i32)> = sqlx::query_as(
            "select name, kind, definition, version from bots where id = $1 and removed_at is null for update",
        )
        .bind(id.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(row.map(|row| record(id, row)))
    }

    /// Adds a bot.
    pub async fn add_bot(&mut self, bot: &LiveBot<'_>, author: AgentId) -> Result<()> {
        sqlx::query("insert into bots (id, name, kind, definition) values ($1, $2, $3, $4)")
            .bind(bot.id.0)
            .bind(bot.name)
            .bind(bot.kind)
            .bind(Json(bot.definition))
            .execute(self.connection())
            .await?;
        sqlx::query(
            "insert into bot_versions (bot_id, version, definition, author_id)
             select id, version, definition, $2 from bots where id = $1",
        )
        .bind(bot.id.0)
        .bind(author.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Gives a bot another name.
    pub async fn rename_bot(&mut self, id: BotId, name: &str) -> Result<()> {
        sqlx::query("update bots set name = $2 where id = $1")
            .bind(id.0)
            .bind(name)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Lets a bot do more or less. Whether it is listed.
    pub async fn set_bot_terms(&mut self, id: BotId, terms: &BotTerms) -> Result<bool> {
        let done = sqlx::query(
            "update bots set quiet_ms = $2, burst_ms = $3, deadline_ms = $4, turn_budget = $5, breaker_errors = $6,
                    breaker_slow_ms = $7, breaker_handoffs = $8, breaker_rest_ms = $9, reads_notes = $10
              where id = $1 and removed_at is null",
        )
        .bind(id.0)
        .bind(terms.quiet_ms)
        .bind(terms.burst_ms)
        .bind(terms.deadline_ms)
        .bind(terms.turn_budget)
        .bind(terms.breaker_errors)
        .bind(terms.breaker_slow_ms)
        .bind(terms.breaker_handoffs)
        .bind(terms.breaker_rest_ms)
        .bind(terms.reads_notes)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Switches a bot on or off. Whether it is listed.
    pub async fn set_bot_active(&mut self, id: BotId, active: bool) -> Result<bool> {
        let done = sqlx::query("update bots set active = $2 where id = $1 and removed_at is null")
            .bind(id.0)
            .bind(active)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Lets the next turn through to a bot that is left alone. Whether it was.
    pub async fn end_rest(&mut self, id: BotId) -> Result<bool> {
        let done = sqlx::query("update bot_breakers set probe_at = desk_now() where bot_id = $1 and open")
            .bind(id.0)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Lists a bot, whose lock is held, no longer: it answers nothing any more, and its secrets are gone. Not while a
    /// channel begins with it.
    pub async fn remove_bot(&mut self, id: BotId) -> Result<bool> {
        let done = sqlx::query(
            "update bots set removed_at = desk_now(), active = false
              where id = $1 and not exists (select from channels where bot_id = $1)",
        )
        .bind(id.0)
        .execute(self.connection())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("delete from bot_secrets where bot_id = $1")
            .bind(id.0)
            .execute(self.connection())
            .await?;
        sqlx::query("delete from bot_drafts where bot_id = $1").bind(id.0).execute(self.connection()).await?;
        Ok(true)
    }
}
