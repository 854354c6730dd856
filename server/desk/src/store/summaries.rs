//! Summaries that a machine makes of handoffs: where they are made, and what is to be made. A summary is claimed under a
//! lease; whoever loses it meanwhile writes nothing.

use contract::bots::SummaryTerms;
use contract::{ConversationId, HandoffId, Time};
use secrecy::SecretString;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Error, Result, Store, Tx};
use crate::auth::seal::{Place, Seal};

/// How long whoever has claimed one may take, in seconds.
const LEASE_S: i32 = 60;
/// Failures in a row after which it is left alone for a while.
const BEARABLE: i32 = 3;
/// The first rest in seconds, and the longest: each is twice as long as the one before.
const REST_S: i32 = 30;
const LONGEST_REST_S: i32 = 600;

/// Where summaries are made.
#[derive(Debug)]
pub struct SummaryPlace {
    /// How.
    pub terms: SummaryTerms,
    /// The key, opened.
    pub key: Option<SecretString>,
    /// What went wrong last, and when.
    pub trouble: Option<(String, Time)>,
    /// Until when it is left alone.
    pub rests_until: Option<Time>,
}

/// A summary to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub struct WantedSummary {
    handoff_id: Uuid,
    conversation_id: Uuid,
    /// The last event of what is to be summed up.
    pub to_seq: i64,
    /// The how manieth try it is, from 1.
    pub attempts: i32,
    /// Whether it has been wanted for so long that nobody needs it any more.
    pub stale: bool,
}

impl WantedSummary {
    /// Of which handoff.
    pub fn handoff(&self) -> HandoffId {
        HandoffId(self.handoff_id)
    }

    /// Of which conversation.
    pub fn conversation(&self) -> ConversationId {
        ConversationId(self.conversation_id)
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    active: bool,
    url: String,
    model: String,
    api_key: Option<Vec<u8>>,
    instructions: String,
    language: String,
    most_chars: i32,
    rests_until: Option<i64>,
    trouble: Option<String>,
    trouble_at: Option<i64>,
}

fn place(row: Uuid) -> Place {
    Place { table: "summary_settings", column: "api_key", row }
}

impl Store {
    /// Where summaries are made.
    pub async fn summary_place(&self, seal: &Seal) -> Result<SummaryPlace> {
        let row: Row = sqlx::query_as(
            "select id, active, url, model, api_key, instructions, language, most_chars,
                    to_ms(case when rests_until > desk_now() then rests_until end) as rests_until, trouble,
                    to_ms(trouble_at) as trouble_at
               from summary_settings",
        )
        .fetch_one(self.pool())
        .await?;
        let open = |sealed: Vec<u8>| {
            seal.open(&place(row.id), &sealed).map_err(|_| {
                Error::Broken("summary_settings cannot be opened: is it the right secret key?".to_owned())
            })
        };
        Ok(SummaryPlace {
            terms: SummaryTerms {
                active: row.active,
                url: row.url,
                model: row.model,
                instructions: row.instructions,
                language: row.language,
                most_chars: row.most_chars,
            },
            key: row.api_key.map(open).transpose()?,
            trouble: row.trouble.zip(row.trouble_at.map(Time)),
            rests_until: row.rests_until.map(Time),
        })
    }

    /// Has summaries made differently from now on. A new key replaces the old one at once; what went wrong before says
    /// nothing any more.
    pub async fn set_summary_place(
        &self,
        seal: &Seal,
        terms: &SummaryTerms,
        key: Option<&str>,
    ) -> Result<()> {
        let row: Uuid = sqlx::query_scalar("select id from summary_settings").fetch_one(self.pool()).await?;
        let sealed = key.map(|key| seal.seal(&place(row), key));
        sqlx::query(
            "update summary_settings
                set active = $1, url = $2, model = $3, instructions = $4, language = $5, most_chars = $6,
                    api_key = coalesce($7, api_key), failures = 0, rests_until = null, trouble = null,
                    trouble_at = null",
        )
        .bind(terms.active)
        .bind(&terms.url)
        .bind(&terms.model)
        .bind(&terms.instructions)
        .bind(&terms.language)
        .bind(terms.most_chars)
        .bind(sealed)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Claims summaries that are due, at most so many: none while the endpoint is left alone, and one to see whether it
    /// is well again.
    pub async fn claim_summaries(&self, most: i64) -> Result<Vec<WantedSummary>> {
        let seen: Option<bool> = sqlx::query_scalar(
            "select failures >= $1 from summary_settings
              where active and coalesce(rests_until <= desk_now(), true)
                and exists (select from summaries where state = 'wanted' and due_at <= desk_now())",
        )
        .bind(BEARABLE)
        .fetch_optional(self.pool())
        .await?;
        let most = match seen {
            None => return Ok(Vec::new()),
            Some(false) => most,
            Some(true) if self.may_probe().await? => 1,
            Some(true) => return Ok(Vec::new()),
        };
        let claimed = sqlx::query_as(
            "with due as (
               select handoff_id from summaries where state = 'wanted' and due_at <= desk_now()
                order by due_at limit $1 for update skip locked)
             update summaries s set attempts = attempts + 1, due_at = desk_now() + make_interval(secs => $2)
               from due join handoffs h on h.id = due.handoff_id
              where s.handoff_id = due.handoff_id
             returning s.handoff_id, h.conversation_id, h.to_seq, s.attempts,
                       s.wanted_at < desk_now() - interval '1 hour' as stale",
        )
        .bind(most)
        .bind(LEASE_S)
        .fetch_all(self.pool())
        .await?;
        Ok(claimed)
    }

    /// Whether this process is the one that sees whether the endpoint is well again.
    async fn may_probe(&self) -> Result<bool> {
        let mine = sqlx::query(
            "update summary_settings set rests_until = desk_now() + make_interval(secs => $1)
              where coalesce(rests_until <= desk_now(), true)",
        )
        .bind(LEASE_S)
        .execute(self.pool())
        .await?;
        Ok(mine.rows_affected() == 1)
    }

    /// Notes that one was not made: it is tried again after so many milliseconds, or never.
    pub async fn summary_failed(
        &self,
        one: &WantedSummary,
        trouble: &str,
        again_ms: Option<i64>,
    ) -> Result<()> {
        sqlx::query(
            "update summaries
                set state = case when $4::bigint is null then 'failed' else 'wanted' end, trouble = $3,
                    due_at = desk_now() + coalesce($4, 0) * interval '1 millisecond'
              where handoff_id = $1 and attempts = $2 and state = 'wanted'",
        )
        .bind(one.handoff_id)
        .bind(one.attempts)
        .bind(trouble)
        .bind(again_ms)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Notes that the endpoint did not do its work. After several times in a row it is left alone, each time for longer.
    pub async fn summaries_ail(&self, trouble: &str) -> Result<()> {
        sqlx::query(
            "update summary_settings
                set failures = failures + 1, trouble = $1, trouble_at = desk_now(),
                    rests_until = case when failures + 1 >= $2 then desk_now()
                      + make_interval(secs => least($3 * 2 ^ least(failures + 1 - $2, 10), $4)) end",
        )
        .bind(trouble)
        .bind(BEARABLE)
        .bind(REST_S)
        .bind(LONGEST_REST_S)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Notes that it did, where it did not before.
    pub async fn summaries_work(&self) -> Result<()> {
        sqlx::query(
            "update summary_settings set failures = 0, rests_until = null, trouble = null, trouble_at = null
              where failures > 0",
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// The handoff that a summary can be tried on: the last one before which something was said.
    pub async fn last_told_handoff(&self) -> Result<Option<(ConversationId, i64)>> {
        let last: Option<(Uuid, i64)> = sqlx::query_as(
            "select h.conversation_id, h.to_seq
               from (select conversation_id, to_seq, messages_before, created_at from handoffs
                      order by id desc limit 100) h
              where h.messages_before > 0 order by h.created_at desc limit 1",
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(last.map(|(conversation, seq)| (ConversationId(conversation), seq)))
    }
}

impl Tx {
    /// Keeps a summary, if it is still this process's to make.
    pub async fn keep_summary(
        &mut self,
        one: &WantedSummary,
        (text, model): (&str, &str),
        now: Time,
    ) -> Result<bool> {
        let kept = sqlx::query(
            "update summaries set state = 'made', text = $3, model = $4, made_at = from_ms($5), trouble = null
              where handoff_id = $1 and attempts = $2 and state = 'wanted'",
        )
        .bind(one.handoff_id)
        .bind(one.attempts)
        .bind(text)
        .bind(model)
        .bind(now.0)
        .execute(self.connection())
        .await?;
        Ok(kept.rows_affected() == 1)
    }
}
