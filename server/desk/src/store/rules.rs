//! Routing rules: what is edited, what was ever live, and the decisions.

use std::collections::BTreeSet;

use contract::rules::{Decision, Done, Facts, Looked, Rule, RuleDraft, Verdict};
use contract::{AgentId, ConversationId, RuleId, Time};
use serde_json::json;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Result, Store, Tx};
use crate::domain::rules::timed;

mod deeds;
mod known;
mod recorded;
mod runs;
pub mod simulations;
mod timers;

/// Decisions that are forgotten at once.
const SWEPT: i64 = 5_000;

/// A version that was live, or is.
#[derive(Debug, Clone)]
pub struct Version {
    /// Which; 0: nothing ever was.
    pub version: i32,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// What has changed, in its author's words.
    pub note: String,
    /// Who made it live.
    pub author: Option<String>,
    /// When.
    pub at: Time,
    /// The older version that it brought back.
    pub restored: Option<i32>,
}

/// What is live from now on.
#[derive(Debug, Clone)]
pub struct NewVersion<'a> {
    /// The rules.
    pub rules: &'a [Rule],
    /// What has changed.
    pub note: &'a str,
    /// Who makes it live.
    pub author: AgentId,
    /// The version that it brings back.
    pub restored: Option<i32>,
}

#[derive(FromRow)]
struct VersionRow {
    version: i32,
    rules: Json<Vec<Rule>>,
    note: String,
    author: Option<String>,
    at: i64,
    restored: Option<i32>,
}

#[derive(FromRow)]
struct DraftRow {
    rules: Json<Vec<Rule>>,
    revision: i64,
    base: i32,
    author: Option<String>,
    at: i64,
}

#[derive(FromRow)]
struct DecisionRow {
    id: i64,
    seq: i64,
    event: String,
    version: i32,
    matched: Vec<Uuid>,
    facts: Json<Facts>,
    trace: Json<Vec<Looked>>,
    done: Json<Vec<Done>>,
    at: i64,
}

const DRAFT: &str = "select d.rules, d.revision, d.base, a.name as author, to_ms(d.updated_at) as at
                       from rule_drafts d left join agents a on a.id = d.author_id where d.only_one";

/// The rules of a decision about which there is something to tell: each once.
fn runs(decision: &Decision) -> BTreeSet<RuleId> {
    let tells = |looked: &&Looked| matches!(looked.verdict, Verdict::Matched | Verdict::Failed);
    decision.trace.iter().filter(tells).map(|looked| looked.rule).collect()
}

impl VersionRow {
    fn version(self) -> Version {
        let VersionRow { version, rules, note, author, at, restored } = self;
        Version { version, rules: rules.0, note, author, at: Time(at), restored }
    }
}

impl DraftRow {
    fn draft(self) -> RuleDraft {
        let DraftRow { rules, revision, base, author, at } = self;
        RuleDraft { rules: rules.0, revision, base, author, at: Time(at) }
    }
}

impl Store {
    /// The version that is live, without its rules.
    pub async fn rule_version_now(&self) -> Result<i32> {
        let version = sqlx::query_scalar("select version from rule_state where only_one")
            .fetch_one(self.pool())
            .await?;
        Ok(version)
    }

    /// The rules that are live.
    pub async fn live_rules(&self) -> Result<(i32, Vec<Rule>)> {
        let row: Option<(i32, Json<Vec<Rule>>)> = sqlx::query_as(
            "select v.version, v.rules from rule_state s join rule_versions v on v.version = s.version where s.only_one",
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|(version, rules)| (version, rules.0)).unwrap_or_default())
    }

    /// The rules that are edited.
    pub async fn rule_draft(&self) -> Result<Option<RuleDraft>> {
        let row: Option<DraftRow> = sqlx::query_as(DRAFT).fetch_optional(self.pool()).await?;
        Ok(row.map(DraftRow::draft))
    }

    /// Versions below one, the latest first.
    pub async fn rule_versions(&self, below: Option<i32>, limit: i64) -> Result<Vec<Version>> {
        let rows: Vec<VersionRow> = sqlx::query_as(
            "select v.version, v.rules, v.note, a.name as author, to_ms(v.created_at) as at, v.restored
               from rule_versions v left join agents a on a.id = v.author_id
              where v.version < coalesce($1, 2147483647) order by v.version desc limit $2",
        )
        .bind(below)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(VersionRow::version).collect())
    }

    /// Why a conversation is where it is: the latest decisions before one, each with its place.
    pub async fn rule_decisions(
        &self,
        of: ConversationId,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<(i64, Decision)>> {
        let rows: Vec<DecisionRow> = sqlx::query_as(
            "select id, seq, event, version, matched, facts, trace, done, to_ms(at) as at from rule_decisions
              where conversation_id = $1 and id < coalesce($2, 9223372036854775807) order by id desc limit $3",
        )
        .bind(of.0)
        .bind(before)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        let decision = |row: DecisionRow| {
            let decision = Decision {
                event: row.event,
                seq: row.seq,
                at: Time(row.at),
                version: row.version,
                matched: row.matched.into_iter().map(RuleId).collect(),
                facts: row.facts.0,
                trace: row.trace.0,
                done: row.done.0,
            };
            (row.id, decision)
        };
        Ok(rows.into_iter().map(decision).collect())
    }

    /// Forgets decisions that are older than so many days, a piece at a time, so that no lock is held for long.
    pub async fn forget_rule_decisions(&self, days: i32) -> Result<u64> {
        let mut all = 0;
        loop {
            let gone = sqlx::query(
                "delete from rule_decisions where id in (
                   select id from rule_decisions where at < desk_now() - $1 * interval '1 day' order by at limit $2)",
            )
            .bind(days)
            .bind(SWEPT)
            .execute(self.pool())
            .await?
            .rows_affected();
            all += gone;
            if gone < u64::try_from(SWEPT).unwrap_or(u64::MAX) {
                return Ok(all);
            }
        }
    }
}

impl Tx {
    /// Takes the lock of the rules. The version that is live.
    pub async fn lock_rules(&mut self) -> Result<i32> {
        let version = sqlx::query_scalar("select version from rule_state where only_one for update")
            .fetch_one(self.connection())
            .await?;
        Ok(version)
    }

    /// The rules that are edited, under their lock.
    pub async fn draft_of_rules(&mut self) -> Result<Option<RuleDraft>> {
        let row: Option<DraftRow> = sqlx::query_as(DRAFT).fetch_optional(self.connection()).await?;
        Ok(row.map(DraftRow::draft))
    }

    /// Keeps what is edited, under the lock. Says its revision now.
    pub async fn keep_rules(&mut self, rules: &[Rule], base: i32, author: AgentId) -> Result<i64> {
        // A draft that was thrown away and begun anew goes on counting: an old page must not take it for its own.
        let revision = sqlx::query_scalar(
            "insert into rule_drafts as d (rules, base, author_id, revision)
             values ($1, $2, $3, to_ms(desk_now()))
                 on conflict (only_one) do update
                set rules = excluded.rules, author_id = excluded.author_id, updated_at = desk_now(),
                    revision = greatest(d.revision + 1, excluded.revision)
             returning revision",
        )
        .bind(Json(rules))
        .bind(base)
        .bind(author.0)
        .fetch_one(self.connection())
        .await?;
        Ok(revision)
    }

    /// Throws away what is edited.
    pub async fn drop_rule_draft(&mut self) -> Result<()> {
        sqlx::query("delete from rule_drafts where only_one").execute(self.connection()).await?;
        Ok(())
    }

    /// An older version's rules.
    pub async fn rules_of_version(&mut self, version: i32) -> Result<Option<Vec<Rule>>> {
        let row: Option<(Json<Vec<Rule>>,)> =
            sqlx::query_as("select rules from rule_versions where version = $1")
                .bind(version)
                .fetch_optional(self.connection())
                .await?;
        Ok(row.map(|(rules,)| rules.0))
    }

    /// Makes rules live, under the lock. Says the version.
    pub async fn publish_rules(&mut self, new: &NewVersion<'_>) -> Result<i32> {
        self.listen_timed(&timed::listened(new.rules)).await?;
        let version: i32 = sqlx::query_scalar(
            "update rule_state set version = version + 1 where only_one returning version",
        )
        .fetch_one(self.connection())
        .await?;
        sqlx::query(
            "insert into rule_versions (version, rules, note, author_id, restored) values ($1, $2, $3, $4, $5)",
        )
        .bind(version)
        .bind(Json(new.rules))
        .bind(new.note)
        .bind(new.author.0)
        .bind(new.restored)
        .execute(self.connection())
        .await?;
        Ok(version)
    }

    /// Writes down why something was done, or not.
    pub async fn note_decisions(&mut self, of: ConversationId, decisions: &[Decision]) -> Result<()> {
        let row = |decision: &Decision| {
            json!({
                "seq": decision.seq, "event": decision.event, "version": decision.version,
                "matched": decision.matched, "failed": decision.has_failed(), "facts": decision.facts,
                "trace": decision.trace, "done": decision.done, "at": decision.at, "runs": runs(decision),
            })
        };
        let rows: Vec<_> = decisions.iter().map(row).collect();
        sqlx::query(
            "with new as (
               select * from json_to_recordset($2::text::json) as x(seq bigint, event text, version integer,
                    matched uuid[], failed boolean, facts jsonb, trace jsonb, done jsonb, at bigint, runs uuid[])),
             decided as (
               insert into rule_decisions (conversation_id, seq, event, version, matched, failed, facts, trace, done, at)
               select $1, seq, event, version, matched, failed, facts, trace, done, from_ms(at) from new
               returning id, seq, event)
             insert into rule_runs (rule_id, decision_id)
             select unnest(new.runs), decided.id from decided join new on (new.seq, new.event) = (decided.seq, decided.event)",
        )
        .bind(of.0)
        .bind(super::as_rows(&rows))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Begins something that can be taken back without the rest. The name is one word of ours.
    pub async fn mark_place(&mut self, name: &'static str) -> Result<()> {
        sqlx::query(&format!("savepoint {name}")).execute(self.connection()).await?;
        Ok(())
    }

    /// It stays.
    pub async fn keep_place(&mut self, name: &'static str) -> Result<()> {
        sqlx::query(&format!("release savepoint {name}")).execute(self.connection()).await?;
        Ok(())
    }

    /// It is taken back.
    pub async fn return_to_place(&mut self, name: &'static str) -> Result<()> {
        sqlx::query(&format!("rollback to savepoint {name}")).execute(self.connection()).await?;
        self.keep_place(name).await
    }
}
