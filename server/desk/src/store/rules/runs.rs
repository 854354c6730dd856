//! What a rule has done.

use contract::rules::{Done, Looked, RuleRun};
use contract::{ConversationId, RuleId, Time};
use serde_json::json;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::{Result, Store};

/// Runs of a rule that are forgotten at once.
const SWEPT: i64 = 5_000;

#[derive(FromRow)]
struct Row {
    id: i64,
    conversation_id: Uuid,
    event: String,
    at: i64,
    version: i32,
    looked: Json<Looked>,
    done: Json<Vec<Done>>,
}

impl Row {
    fn run(self) -> (i64, RuleRun) {
        let run = RuleRun {
            conversation: ConversationId(self.conversation_id),
            event: self.event,
            at: Time(self.at),
            version: self.version,
            verdict: self.looked.0.verdict,
            condition: self.looked.0.condition,
            done: self.done.0,
        };
        (self.id, run)
    }
}

impl Store {
    /// The latest decisions before a place in which a rule held, or could not be told, each with its place.
    pub async fn rule_runs(
        &self,
        of: RuleId,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<(i64, RuleRun)>> {
        // Only what is about this rule is read: those that name many rules are long.
        let rows: Vec<Row> = sqlx::query_as(
            "select d.id, d.conversation_id, d.event, to_ms(d.at) as at, d.version,
                    jsonb_path_query_first(d.trace, '$[*] ? (@.rule == $rule)', $4) as looked,
                    jsonb_path_query_array(d.done, '$[*] ? (@.rule == $rule)', $4) as done
               from rule_runs r join rule_decisions d on d.id = r.decision_id
              where r.rule_id = $1 and r.decision_id < coalesce($2, 9223372036854775807)
              order by r.decision_id desc limit $3",
        )
        .bind(of.0)
        .bind(before)
        .bind(limit)
        .bind(Json(json!({ "rule": of })))
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(Row::run).collect())
    }

    /// Whether a rule is edited, or is in a version that was ever live.
    pub async fn knows_rule(&self, id: RuleId) -> Result<bool> {
        let known = sqlx::query_scalar(
            "select exists(select from rule_drafts where rules @> $1) or exists(select from rule_versions where rules @> $1)",
        )
        .bind(Json(json!([{ "id": id }])))
        .fetch_one(self.pool())
        .await?;
        Ok(known)
    }

    /// Forgets runs whose decision is older than all that there are, a piece of each rule at a time.
    pub async fn forget_rule_runs(&self) -> Result<u64> {
        let mut all = 0;
        loop {
            let gone = sqlx::query(
                "with recursive rules as (
                   (select rule_id from rule_runs order by rule_id limit 1)
                   union all
                   select (select r.rule_id from rule_runs r where r.rule_id > rules.rule_id order by r.rule_id limit 1)
                     from rules where rules.rule_id is not null),
                 oldest as (select coalesce(min(id), 9223372036854775807) as id from rule_decisions)
                 delete from rule_runs where (rule_id, decision_id) in (
                   select old.rule_id, old.decision_id from rules cross join lateral (
                     select o.rule_id, o.decision_id from rule_runs o
                      where o.rule_id = rules.rule_id and o.decision_id < (select id from oldest)
                      order by o.decision_id limit $1) old)",
            )
            .bind(SWEPT)
            .execute(self.pool())
            .await?
            .rows_affected();
            all += gone;
            if gone == 0 {
                return Ok(all);
            }
        }
    }
}
