//! How bots do, as all processes see it. Nothing is written while all is well, so that no turn waits for another's.

use contract::BotId;

use super::Turn;
use crate::bots::breaker::{LOOKED_AT, Recent};
use crate::store::{Result, Store, Tx};

impl Store {
    /// One more failure in a row. Says how many there are.
    pub async fn count_bot_failure(&self, bot: BotId) -> Result<i32> {
        let (failures,): (i32,) = sqlx::query_as(
            "insert into bot_breakers as k (bot_id, failures) values ($1, 1)
                 on conflict (bot_id) do update set failures = k.failures + 1 returning failures",
        )
        .bind(bot.0)
        .fetch_one(self.pool())
        .await?;
        Ok(failures)
    }

    /// The bot is left alone from now on; each rest in a row is longer, by `rest_ms(n)`. Says whether it was not before.
    pub async fn open_breaker(&self, turn: &Turn, reason: &str) -> Result<bool> {
        let mut tx = self.begin().await?;
        let (was_open, openings): (bool, i32) = sqlx::query_as(
            "insert into bot_breakers as k (bot_id) values ($1)
                 on conflict (bot_id) do update set bot_id = excluded.bot_id
             returning k.open, k.openings",
        )
        .bind(turn.bot.0)
        .fetch_one(tx.connection())
        .await?;
        // Turns that were under way when it opened fail after it: they do not count again.
        if was_open && !turn.health.open {
            return Ok(false);
        }
        sqlx::query(
            "update bot_breakers set open = true, reason = $2, openings = $3 + 1,
                    probe_at = desk_now() + $4 * interval '1 millisecond'
              where bot_id = $1",
        )
        .bind(turn.bot.0)
        .bind(reason)
        .bind(openings)
        .bind(turn.terms.limits.rest_ms(openings.saturating_add(1)))
        .execute(tx.connection())
        .await?;
        tx.commit().await?;
        Ok(!was_open)
    }

    /// Lets one turn through to a bot whose rest is over: of all processes one is told yes.
    pub async fn try_bot(&self, turn: &Turn) -> Result<bool> {
        let done = sqlx::query(
            "update bot_breakers set probe_at = desk_now() + ($2 + 30000) * interval '1 millisecond'
              where bot_id = $1 and open and probe_at <= desk_now()",
        )
        .bind(turn.bot.0)
        .bind(turn.terms.deadline_ms)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The bot is well again.
    pub async fn close_breaker(&self, bot: BotId) -> Result<()> {
        sqlx::query(
            "update bot_breakers set failures = 0, reason = null, probe_at = null,
                    openings = case when open then 0 else openings end,
                    closed_at = case when open then desk_now() else closed_at end, open = false
              where bot_id = $1",
        )
        .bind(bot.0)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// The last turns of a bot, none of them older than an hour or than the last time it was left alone.
    pub async fn recent_turns(&self, turn: &Turn) -> Result<Recent> {
        let (turns, slow, handoffs): (i64, i64, i64) = sqlx::query_as(
            "select count(*), count(*) filter (where ms > $2),
                    count(*) filter (where outcome = 'handed_off'
                                       and reason_code not in ('customer_asked', 'keyword', 'policy', 'sensitive'))
               from (select ms, outcome, reason_code from bot_calls
                      where bot_id = $1 and outcome in ('answered', 'handed_off')
                        and at > greatest(desk_now() - interval '1 hour',
                                          (select closed_at from bot_breakers where bot_id = $1))
                      order by id desc limit $3) last",
        )
        .bind(turn.bot.0)
        .bind(turn.terms.limits.slow_ms)
        .bind(LOOKED_AT)
        .fetch_one(self.pool())
        .await?;
        Ok(Recent { turns, slow, handoffs })
    }
}

impl Tx {
    /// Whether a bot is switched on.
    pub async fn is_bot_active(&mut self, bot: BotId) -> Result<bool> {
        let active = sqlx::query_scalar("select exists (select from bots where id = $1 and active)")
            .bind(bot.0)
            .fetch_one(self.connection())
            .await?;
        Ok(active)
    }
}
