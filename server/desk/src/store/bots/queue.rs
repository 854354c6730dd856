//! Turns are queued where a customer writes, and taken at once where they are due at once.

use contract::{BotId, ConversationId, Time};
use serde_json::json;

use super::claims::{self, LEASE};
use crate::store::{Result, Tx};

/// A turn that a bot is to have.
#[derive(Debug, Clone, Copy)]
pub struct Queued {
    /// In which conversation.
    pub conversation: ConversationId,
    /// Which bot.
    pub bot: BotId,
    /// Under which epoch.
    pub epoch: i64,
    /// Whether the customer has tapped a button or a row of a list last.
    pub tapped: bool,
    /// Whether it is taken if it is due at once.
    pub take: bool,
}

/// Turns to be queued, as one parameter.
pub(in crate::store) fn queue_rows(turns: &[Queued]) -> String {
    let rows = turns.iter().map(|turn| {
        json!({
            "conversation_id": turn.conversation, "bot_id": turn.bot, "epoch": turn.epoch, "tapped": turn.tapped,
            "take": turn.take,
        })
    });
    crate::store::as_rows(&rows.collect::<Vec<_>>())
}

/// Queues turns, or lets what came now join the turn that is queued: parts of a statement that ends in the turns that it
/// takes, as [`claims::Row`]. A tap is due at once; after words the bot waits until the customer has been quiet for a
/// moment, but never for longer than its settings say.
///
/// Its parameters are the number `n`, the turns as [`queue_rows`]; then the desk's clock, the kinds of bots that are told
/// what was said before, and how much of it.
pub(in crate::store) fn queue_sql(n: u8) -> (String, String) {
    let now = n + 1;
    // The built-in kind answers at once, unless its settings say otherwise. While a turn is under way, what comes
    // begins the next burst.
    let free =
        "excluded.lease_until is not null and (t.lease_until is null or t.lease_until < excluded.first_at)";
    let parts = format!(
        "clock as materialized (select from_ms(${now}) as now),
         queued as (
           insert into bot_turns as t (conversation_id, bot_id, epoch, first_at, due_at, lease_until, attempts)
           select x.conversation_id, x.bot_id, x.epoch, clock.now, d.due_at, l.lease_until,
                  case when l.lease_until is null then 0 else 1 end
             from json_to_recordset(${n}::text::json)
                    as x(conversation_id uuid, bot_id uuid, epoch bigint, tapped boolean, take boolean)
            cross join clock
             join bots b on b.id = x.bot_id
            cross join lateral (
                  select clock.now + case when x.tapped then 0
                                          else least(coalesce(b.quiet_ms, case b.kind when 'flow' then 0 else 1500 end),
                                                     b.burst_ms) end * interval '1 millisecond' as due_at) d
            cross join lateral (
                  select case when x.take and d.due_at = clock.now then {LEASE} end as lease_until) l
            order by x.conversation_id
               on conflict (conversation_id) do update
              set bot_id = excluded.bot_id, epoch = excluded.epoch, version = t.version + 1,
                  attempts = case when {free} then 1 else 0 end,
                  lease_until = case when {free} then excluded.lease_until else t.lease_until end,
                  first_at = case when t.lease_until is null then t.first_at else excluded.first_at end,
                  due_at = case when excluded.due_at = excluded.first_at then least(t.due_at, excluded.due_at)
                                when t.lease_until is not null then excluded.due_at
                                else least(excluded.due_at, greatest(t.due_at, t.first_at
                                       + (select burst_ms from bots where id = excluded.bot_id)
                                         * interval '1 millisecond')) end
           returning t.*),
         taken as (select * from queued where attempts = 1)"
    );
    (parts, claims::taken_sql(now + 1))
}

impl Tx {
    /// Queues a turn that nothing new was said for. It is not taken.
    pub async fn queue_turn(&mut self, turn: Queued, now: Time) -> Result<()> {
        let (parts, _) = queue_sql(1);
        sqlx::query(&format!("with {parts} select 1 from taken"))
            .bind(queue_rows(&[Queued { take: false, ..turn }]))
            .bind(now.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
