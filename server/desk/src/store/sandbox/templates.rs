//! Templates that were made in the sandbox.

use contract::ConnectionId;
use contract::template::TemplateInfo;
use serde_json::Value;

use super::{decode, encode};
use crate::store::{Result, Store, Tx};

/// A template to be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTemplate {
    /// The provider's id of it.
    pub id: String,
    /// Whose.
    pub connection: ConnectionId,
    /// What it is; its status counts for nothing.
    pub info: TemplateInfo,
    /// What the call held.
    pub raw: Value,
}

/// A template that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldTemplate {
    /// The provider's id of it.
    pub id: String,
    /// What it is; its status counts for nothing.
    pub info: TemplateInfo,
    /// What the call held.
    pub raw: Value,
    /// Milliseconds until it is approved, at most 0 if it is; none if it was never submitted.
    pub approved_in_ms: Option<i64>,
}

type Row = (String, String, String, Option<i64>);

impl Store {
    /// The templates of a connection that were made here, oldest first.
    pub async fn sandbox_templates(&self, connection: ConnectionId) -> Result<Vec<HeldTemplate>> {
        let rows: Vec<Row> = sqlx::query_as(
            "select id, template::text, raw::text, to_ms(approved_at) - to_ms(desk_now())
             from sandbox_templates where connection_id = $1 order by ord",
        )
        .bind(connection.0)
        .fetch_all(self.pool())
        .await?;
        let held = |(id, info, raw, approved_in_ms): Row| {
            Ok(HeldTemplate {
                id,
                info: decode("template", &info)?,
                raw: decode("raw", &raw)?,
                approved_in_ms,
            })
        };
        rows.into_iter().map(held).collect()
    }
}

impl Tx {
    /// Keeps a template, which nobody has submitted yet.
    pub async fn sandbox_add_template(&mut self, new: &NewTemplate) -> Result<()> {
        sqlx::query(
            "insert into sandbox_templates (id, connection_id, template, raw) values ($1, $2, $3::json, $4::json)",
        )
        .bind(&new.id)
        .bind(new.connection.0)
        .bind(encode(&new.info)?)
        .bind(encode(&new.raw)?)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Submits a template, perhaps under another name and for another purpose: it is approved in so many milliseconds.
    pub async fn sandbox_submit_template(&mut self, id: &str, info: &TemplateInfo, in_ms: i64) -> Result<()> {
        sqlx::query(
            "update sandbox_templates set template = $2::json,
                    approved_at = desk_now() + $3 * interval '1 millisecond' where id = $1",
        )
        .bind(id)
        .bind(encode(info)?)
        .bind(in_ms)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
