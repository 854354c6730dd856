//! Taking turns: what is due, under a lease that outlives the bot's deadline.

use contract::{BotId, ContactId, ConversationId, Time};
use serde_json::Value;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::history::{self, Told};
use crate::bots::breaker::Limits;
use crate::store::{Result, Store};

/// A turn that was taken, with what its bot is told.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The turn.
    pub turn: Turn,
    /// What the bot is told.
    pub told: Told,
}

/// A turn that this process is about to give to a bot.
#[derive(Debug, Clone)]
pub struct Turn {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its whole number.
    pub number: i64,
    /// The bot.
    pub bot: BotId,
    /// Its kind.
    pub kind: String,
    /// What it says and does.
    pub definition: Value,
    /// The definition's version.
    pub definition_version: i32,
    /// The epoch under which it began.
    pub epoch: i64,
    /// Raised by every message that joins the turn.
    pub version: i64,
    /// How often it has been tried, this time included.
    pub attempts: i32,
    /// What the bot remembers; null at first.
    pub memory: Value,
    /// The numbered choices of its last answer.
    pub offered: Vec<contract::message::Choice>,
    /// The last event that the bot has answered, or after which it got the conversation: what it hears came
    /// later. An answer counts only if nothing beyond it has been answered meanwhile.
    pub heard_from: i64,
    /// The event with which it got the conversation; 0: the conversation began with it.
    pub owner_from: i64,
    /// Why the bot got the conversation since it last answered, if it did (`return_to_bot`, `contact_wrote`).
    pub regained: Option<String>,
    /// Who writes.
    pub contact: ContactId,
    /// What the contact calls themself.
    pub contact_name: Option<String>,
    /// Until when free text may be sent.
    pub window_until: Option<Time>,
    /// The desk's clock at the claim.
    pub now: Time,
    /// What the bot may.
    pub terms: Terms,
    /// How the bot does.
    pub health: Health,
}

/// What of a turn decides whether an answer to it still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The conversation.
    pub conversation: ConversationId,
    /// The bot.
    pub bot: BotId,
    /// The epoch under which it began.
    pub epoch: i64,
    /// Raised by every message that joins the turn.
    pub version: i64,
    /// The event beyond which nothing may have been answered meanwhile.
    pub heard_from: i64,
}

impl Turn {
    /// What decides whether an answer to it still counts.
    pub fn place(&self) -> Place {
        let Turn { conversation, bot, epoch, version, heard_from, .. } = *self;
        Place { conversation, bot, epoch, version, heard_from }
    }
}

/// What a bot may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Whether it is switched on.
    pub active: bool,
    /// How long it may take to answer, in milliseconds.
    pub deadline_ms: i32,
    /// Turns while it has a conversation, at most.
    pub budget: i32,
    /// Those that it has had.
    pub turns: i32,
    /// Whether it may read private notes.
    pub reads_notes: bool,
    /// When it is left alone.
    pub limits: Limits,
}

/// How a bot does, as all processes see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Health {
    /// Failures in a row.
    pub failures: i32,
    /// Whether it is left alone.
    pub open: bool,
    /// Whether its rest is over, so that one turn may be tried.
    pub rested: bool,
}

impl Default for Terms {
    fn default() -> Terms {
        let limits = Limits { errors: 5, slow_ms: 20_000, handoffs: Some(80), rest_ms: 30_000 };
        Terms { active: true, deadline_ms: 30_000, budget: 50, turns: 0, reads_notes: false, limits }
    }
}

#[derive(FromRow)]
pub(in crate::store) struct Row {
    conversation_id: Uuid,
    number: i64,
    bot_id: Uuid,
    kind: String,
    definition: Json<Value>,
    definition_version: i32,
    epoch: i64,
    version: i64,
    attempts: i32,
    memory: Option<Json<Value>>,
    offered: Option<Json<Vec<contract::message::Choice>>>,
    heard_from: i64,
    owner_from: i64,
    regained: Option<String>,
    contact_id: Uuid,
    contact_name: Option<String>,
    window_until: Option<i64>,
    now: i64,
    active: bool,
    deadline_ms: i32,
    turn_budget: i32,
    turns: i32,
    reads_notes: bool,
    breaker_errors: i32,
    breaker_slow_ms: i32,
    breaker_handoffs: Option<i32>,
    breaker_rest_ms: i32,
    failures: i32,
    open: bool,
    rested: bool,
    said: Option<Json<Vec<history::Row>>>,
}

impl Row {
    pub(in crate::store) fn taken(mut self) -> Result<Taken> {
        let told = Told::of(self.said.take().map(|said| said.0).unwrap_or_default())?;
        Ok(Taken { turn: self.turn(), told })
    }

    fn turn(self) -> Turn {
        let limits = Limits {
            errors: self.breaker_errors,
            slow_ms: self.breaker_slow_ms,
            handoffs: self.breaker_handoffs,
            rest_ms: self.breaker_rest_ms,
        };
        Turn {
            conversation: ConversationId(self.conversation_id),
            number: self.number,
            bot: BotId(self.bot_id),
            kind: self.kind,
            definition: self.definition.0,
            definition_version: self.definition_version,
            epoch: self.epoch,
            version: self.version,
            attempts: self.attempts,
            memory: self.memory.map_or(Value::Null, |memory| memory.0),
            offered: self.offered.map(|offered| offered.0).unwrap_or_default(),
            heard_from: self.heard_from,
            owner_from: self.owner_from,
            regained: self.regained,
            contact: ContactId(self.contact_id),
            contact_name: self.contact_name,
            window_until: self.window_until.map(Time),
            now: Time(self.now),
            terms: Terms {
                active: self.active,
                deadline_ms: self.deadline_ms,
                budget: self.turn_budget,
                turns: self.turns,
                reads_notes: self.reads_notes,
                limits,
            },
            health: Health { failures: self.failures, open: self.open, rested: self.rested },
        }
    }
}

/// Turns that were just taken, the rows `taken` at `clock.now`, as [`Row`]. Its parameters are the number `kinds`, the
/// kinds of bots that are told what was said before, and the next one, how much of it.
pub(super) fn taken_sql(kinds: u8) -> String {
    let said = history::said_sql(kinds, kinds + 1);
    format!(
        "select t.conversation_id, c.number, t.bot_id, b.kind, b.definition, b.version as definition_version, t.epoch,
                t.version, t.attempts, m.memory, m.offered, ct.id as contact_id, ct.profile_name as contact_name,
                to_ms(c.window_until) as window_until, to_ms(clock.now) as now,
                f.heard_from, coalesce(o.seq, 0) as owner_from,
                case when o.seq > coalesce(m.answered_seq, 0) then o.cause end as regained,
                case when m.epoch = t.epoch then m.turns else 0 end as turns,
                b.active, b.deadline_ms, b.turn_budget, b.reads_notes, b.breaker_errors, b.breaker_slow_ms,
                b.breaker_handoffs, b.breaker_rest_ms, coalesce(k.failures, 0) as failures,
                coalesce(k.open, false) as open, coalesce(k.probe_at <= clock.now, false) as rested, h.said
           from taken t
           join bots b on b.id = t.bot_id
           join conversations c on c.id = t.conversation_id
           join contacts ct on ct.id = c.contact_id
          cross join clock
           left join bot_breakers k on k.bot_id = t.bot_id
           left join bot_memory m on m.conversation_id = t.conversation_id and m.bot_id = t.bot_id
           left join lateral (select e.seq, e.change -> 'owner_changed' ->> 'cause' as cause from events e
                               where e.conversation_id = t.conversation_id
                                 and e.change ? 'owner_changed'
                               order by e.seq desc limit 1) o on true
          -- A bot that got a conversation by a rule is told, too, what nobody has answered yet.
          cross join lateral (
                select greatest(coalesce(m.answered_seq, 0), case when o.cause = 'rule'
                         then coalesce((select a.seq from messages a where a.conversation_id = t.conversation_id
                                           and not a.note and a.author_kind in ('agent', 'bot', 'phone')
                                         order by a.seq desc limit 1), 0)
                         else coalesce(o.seq, 0) end) as heard_from) f
          cross join lateral ({said}) h"
    )
}

/// The lease of a turn of the bot `b`, from `clock.now` on: a while longer than the bot may take.
pub(super) const LEASE: &str = "clock.now + (b.deadline_ms + 30000) * interval '1 millisecond'";

impl Store {
    /// Takes turns that are due, none of these bots, under a lease that ends a while after the bot's deadline.
    pub async fn claim_turns(&self, limit: i64, without: &[BotId]) -> Result<Vec<Taken>> {
        let without: Vec<Uuid> = without.iter().map(|bot| bot.0).collect();
        let sql = format!(
            "with clock as materialized (select desk_now() as now),
             due as (select t.conversation_id from bot_turns t, clock
                      where t.due_at <= clock.now and (t.lease_until is null or t.lease_until < clock.now)
                        and t.bot_id <> all($2)
                      order by t.due_at limit $1 for update of t skip locked),
             taken as (update bot_turns t set lease_until = {LEASE}, attempts = t.attempts + 1
                         from due, clock, bots b
                        where t.conversation_id = due.conversation_id and b.id = t.bot_id
                       returning t.*)
             {}",
            taken_sql(3)
        );
        let rows: Vec<Row> = sqlx::query_as(&sql)
            .bind(limit)
            .bind(without)
            .bind(history::told_kinds())
            .bind(history::MOST)
            .fetch_all(self.pool())
            .await?;
        rows.into_iter().map(Row::taken).collect()
    }

    /// Gives a turn that could not be brought to an end back, to be taken again after so many milliseconds. One that
    /// another process has taken meanwhile stays with it.
    pub async fn put_turn_back(&self, turn: &Turn, wait_ms: i64) -> Result<()> {
        sqlx::query(
            "update bot_turns
                set lease_until = null, due_at = greatest(due_at, desk_now() + $3 * interval '1 millisecond')
              where conversation_id = $1 and epoch = $2 and attempts = $4 and lease_until is not null",
        )
        .bind(turn.conversation.0)
        .bind(turn.epoch)
        .bind(wait_ms)
        .bind(turn.attempts)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// When the next turn of none of these bots is due, or the next promise of a later answer ends, in milliseconds
    /// from now; absent if neither is.
    pub async fn next_turn_ms(&self, without: &[BotId]) -> Result<Option<i64>> {
        let without: Vec<Uuid> = without.iter().map(|bot| bot.0).collect();
        let (next,): (Option<i64>,) = sqlx::query_as(
            "select to_ms(least((select min(greatest(due_at, coalesce(lease_until, due_at))) from bot_turns
                                  where bot_id <> all($1)),
                                (select min(until) from bot_awaits))) - to_ms(desk_now())",
        )
        .bind(without)
        .fetch_one(self.pool())
        .await?;
        Ok(next)
    }
}
