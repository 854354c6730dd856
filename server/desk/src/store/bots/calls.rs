//! What bots were asked and what they answered.

use contract::{BotId, ConversationId, ReasonCode};
use sqlx::types::Json;
use uuid::Uuid;

use crate::bots::wire::Exchange;
use crate::store::{Result, Store, Tx};

/// A turn to be written down.
#[derive(Debug, Clone)]
pub struct NewCall {
    /// Who was asked.
    pub bot: BotId,
    /// In which conversation.
    pub conversation: ConversationId,
    /// The turn's name.
    pub turn: String,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// What came of it.
    pub outcome: CallOutcome,
    /// Why people took over, where they did.
    pub reason: Option<ReasonCode>,
    /// Why there is no answer.
    pub error: Option<String>,
    /// The entries that it answered from.
    pub sources: Vec<String>,
    /// Its calls.
    pub exchanges: Vec<Exchange>,
}

/// What came of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// It answered.
    Answered,
    /// It answers later.
    Later,
    /// It let go.
    HandedOff,
    /// It failed.
    Failed,
    /// Its answer came too late to be of use.
    Dropped,
}

impl CallOutcome {
    /// The word in SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            CallOutcome::Answered => "answered",
            CallOutcome::Later => "later",
            CallOutcome::HandedOff => "handed_off",
            CallOutcome::Failed => "failed",
            CallOutcome::Dropped => "dropped",
        }
    }
}

impl Store {
    /// Writes turns down.
    pub async fn note_bot_calls(&self, calls: &[NewCall]) -> Result<()> {
        sqlx::query(
            "insert into bot_calls (id, bot_id, conversation_id, turn, at, ms, outcome, reason_code, error, sources,
                    exchanges)
             select x.id, x.bot, x.conversation, x.turn, desk_now(), x.ms, x.outcome, x.reason, x.error,
                    array(select jsonb_array_elements_text(x.sources)), x.exchanges
               from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::integer[], $6::text[], $7::text[],
                           $8::text[], $9::jsonb[], $10::jsonb[])
                    as x(id, bot, conversation, turn, ms, outcome, reason, error, sources, exchanges)",
        )
        .bind(calls.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
        .bind(calls.iter().map(|call| call.bot.0).collect::<Vec<_>>())
        .bind(calls.iter().map(|call| call.conversation.0).collect::<Vec<_>>())
        .bind(calls.iter().map(|call| call.turn.as_str()).collect::<Vec<_>>())
        .bind(calls.iter().map(|call| i32::try_from(call.ms).unwrap_or(i32::MAX)).collect::<Vec<_>>())
        .bind(calls.iter().map(|call| call.outcome.as_str()).collect::<Vec<_>>())
        .bind(calls.iter().map(|call| call.reason.map(ReasonCode::as_str)).collect::<Vec<_>>())
        .bind(calls.iter().map(|call| call.error.as_deref()).collect::<Vec<_>>())
        .bind(calls.iter().map(|call| Json(&call.sources)).collect::<Vec<_>>())
        .bind(calls.iter().map(|call| Json(&call.exchanges)).collect::<Vec<_>>())
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Forgets what bots were asked so many days ago.
    pub async fn forget_bot_calls(&self, days: i32) -> Result<u64> {
        let gone = sqlx::query("delete from bot_calls where at < desk_now() - $1 * interval '1 day'")
            .bind(days)
            .execute(self.pool())
            .await?;
        Ok(gone.rows_affected())
    }
}

impl Tx {
    /// Tells admins of a bot, unless they have been told the same and have not looked yet.
    pub async fn alert_of_bot(&mut self, bot: BotId, kind: &str, text: &str) -> Result<()> {
        sqlx::query(
            "insert into alerts (id, bot_id, kind, subject, text, at)
             select $1, b.id, $3, b.name, $4, desk_now() from bots b
              where b.id = $2 and not exists (select from alerts a where a.bot_id = $2 and a.kind = $3
                                                 and a.seen_at is null)",
        )
        .bind(Uuid::now_v7())
        .bind(bot.0)
        .bind(kind)
        .bind(text)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
