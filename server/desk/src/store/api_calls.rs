//! Calls under a key of the caller's, and what was answered to them.

use contract::TokenId;
use uuid::Uuid;

use super::{Result, Store};

/// How long an answer is kept, in SQL.
const KEPT: &str = "interval '24 hours'";
/// After how long somebody who is at it counts as gone, in SQL. No call takes as long.
const GONE: &str = "interval '60 seconds'";

/// A call under a key.
#[derive(Debug, Clone)]
pub struct KeyedCall {
    /// Whose.
    pub token: TokenId,
    /// The key.
    pub key: String,
    /// What is asked, hashed.
    pub request: Vec<u8>,
    /// Who is at it: this very attempt.
    pub attempt: Uuid,
}

/// What is known of a call under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing: it may be made, and this attempt is at it.
    New,
    /// Something else was asked under the same key.
    Mismatch,
    /// Somebody is at it.
    UnderWay,
    /// It was answered.
    Answered(Kept),
}

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its status.
    pub status: u16,
    /// Its type.
    pub content_type: Option<String>,
    /// Its body.
    pub body: Vec<u8>,
}

/// Whether the same was asked, and the status, the type and the body of the answer.
type Found = (bool, Option<i16>, Option<String>, Option<Vec<u8>>);

impl Store {
    /// Begins a call under a key, unless it is known. One whose answer has had its time, or whose attempt is gone, begins
    /// anew.
    pub async fn begin_call(&self, call: &KeyedCall) -> Result<Known> {
        let sql = format!(
            "insert into api_calls as c (token_id, key, request, attempt) values ($1, $2, $3, $4)
                 on conflict (token_id, key) do update
                set request = excluded.request, attempt = excluded.attempt, begun_at = desk_now(), status = null,
                    content_type = null, body = null
              where c.begun_at < desk_now() - {KEPT}
                 or c.status is null and c.request = excluded.request and c.begun_at < desk_now() - {GONE}"
        );
        let begun = sqlx::query(&sql)
            .bind(call.token.0)
            .bind(&call.key)
            .bind(&call.request)
            .bind(call.attempt)
            .execute(self.pool())
            .await?;
        if begun.rows_affected() == 1 {
            return Ok(Known::New);
        }
        let found: Option<Found> = sqlx::query_as(
            "select request = $3, status, content_type, body from api_calls where token_id = $1 and key = $2",
        )
        .bind(call.token.0)
        .bind(&call.key)
        .bind(&call.request)
        .fetch_optional(self.pool())
        .await?;
        Ok(match found {
            Some((false, ..)) => Known::Mismatch,
            Some((true, Some(status), content_type, body)) => Known::Answered(Kept {
                status: u16::try_from(status).unwrap_or(200),
                content_type,
                body: body.unwrap_or_default(),
            }),
            // Gone between the two looks: whoever asks again finds it free.
            Some((true, None, ..)) | None => Known::UnderWay,
        })
    }

    /// Keeps the answer to a call, as long as this attempt is the one that is at it.
    pub async fn keep_answer(&self, call: &KeyedCall, kept: &Kept) -> Result<()> {
        sqlx::query(
            "update api_calls set status = $4, content_type = $5, body = $6
              where token_id = $1 and key = $2 and attempt = $3",
        )
        .bind(call.token.0)
        .bind(&call.key)
        .bind(call.attempt)
        .bind(i16::try_from(kept.status).unwrap_or(200))
        .bind(&kept.content_type)
        .bind(&kept.body)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Nothing was done: the key is free again.
    pub async fn forget_call(&self, call: &KeyedCall) -> Result<()> {
        sqlx::query(
            "delete from api_calls where token_id = $1 and key = $2 and attempt = $3 and status is null",
        )
        .bind(call.token.0)
        .bind(&call.key)
        .bind(call.attempt)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Forgets answers that have had their time, and secrets of tokens that are good no longer.
    pub async fn sweep_api(&self) -> Result<()> {
        let sql = format!("delete from api_calls where begun_at < desk_now() - {KEPT}");
        sqlx::query(&sql).execute(self.pool()).await?;
        sqlx::query("delete from api_token_keys where valid_until < desk_now() - interval '30 days'")
            .execute(self.pool())
            .await?;
        Ok(())
    }
}
