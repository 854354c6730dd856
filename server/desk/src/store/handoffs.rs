//! Handoffs.

use std::collections::HashMap;

use contract::handoff::MadeSummary;
use contract::{Actor, ConversationId, Handoff, HandoffId, Packet, ReasonCode, Time};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Result, Store, Tx, words};

mod course;

#[derive(FromRow)]
struct Row {
    id: Uuid,
    conversation_id: Uuid,
    by_kind: String,
    by_id: Option<Uuid>,
    packet: Json<Packet>,
    created_at: i64,
    ended_at: Option<i64>,
    outcome: Option<String>,
    messages_before: i32,
    unmet: Vec<String>,
    made_text: Option<String>,
    made_model: Option<String>,
    made_at: Option<i64>,
}

/// Every handoff with its columns.
const SELECT: &str = "select h.id, h.conversation_id, h.by_kind, h.by_id, h.packet, to_ms(h.created_at) as created_at,
    to_ms(h.ended_at) as ended_at, h.outcome, h.messages_before, h.unmet, s.text as made_text, s.model as made_model,
    to_ms(s.made_at) as made_at
    from handoffs h left join summaries s on s.handoff_id = h.id and s.state = 'made'";

impl Row {
    fn handoff(self) -> Result<Handoff> {
        let made = match (self.made_text, self.made_model, self.made_at) {
            (Some(text), Some(model), Some(at)) => Some(MadeSummary { text, model, at: Time(at) }),
            _ => None,
        };
        Ok(Handoff {
            id: HandoffId(self.id),
            conversation: ConversationId(self.conversation_id),
            by: words::actor(&self.by_kind, self.by_id)?,
            packet: self.packet.0,
            created_at: Time(self.created_at),
            ended_at: self.ended_at.map(Time),
            outcome: self.outcome,
            messages_before: self.messages_before,
            unmet: self.unmet,
            made,
        })
    }
}

/// Handoffs by their ids.
pub(super) async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Handoff>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("{SELECT} where h.id = any($1)");
    let rows: Vec<Row> = sqlx::query_as(&sql).bind(ids).fetch_all(connection).await?;
    rows.into_iter().map(|row| Ok((row.id, row.handoff()?))).collect()
}

/// A conversation's open handoff, else its last one.
pub(super) async fn latest(connection: &mut PgConnection, of: ConversationId) -> Result<Option<Handoff>> {
    let sql = format!("{SELECT} where h.conversation_id = $1 order by h.created_at desc limit 1");
    let row: Option<Row> = sqlx::query_as(&sql).bind(of.0).fetch_optional(connection).await?;
    row.map(Row::handoff).transpose()
}

impl Store {
    /// A conversation's open handoff, else its last one.
    pub async fn latest_handoff(&self, of: ConversationId) -> Result<Option<Handoff>> {
        latest(&mut *self.pool().acquire().await?, of).await
    }
}

impl Tx {
    /// Begins a handoff. Where summaries are made and the bot gave none, one is wanted from then on; whoever stepped in
    /// needs none.
    pub async fn begin_handoff(
        &mut self,
        handoff: HandoffId,
        of: &crate::domain::Conversation,
        packet: &Packet,
        (by, now): (Actor, Time),
    ) -> Result<()> {
        let (by_kind, by_id) = words::actor_columns(by);
        let told = packet.summary.as_deref().is_some_and(|summary| !summary.trim().is_empty());
        let bare = !told && packet.reason_code != ReasonCode::AgentTook;
        sqlx::query(
            "with begun as (
               insert into handoffs (id, conversation_id, by_kind, by_id, packet, epoch, to_seq, messages_before,
                      created_at)
               values ($1, $2, $3, $4, $5, $6, $7,
                       (select count(*) from messages where conversation_id = $2 and not note), from_ms($8))
               returning id, messages_before)
             insert into summaries (handoff_id, wanted_at, due_at)
             select begun.id, from_ms($8), from_ms($8) from begun, summary_settings s
              where s.active and $9 and begun.messages_before > 0",
        )
        .bind(handoff.0)
        .bind(of.id.0)
        .bind(by_kind)
        .bind(by_id)
        .bind(Json(packet))
        .bind(of.epoch)
        .bind(of.seq)
        .bind(now.0)
        .bind(bare)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Ends a handoff, if it is open; nobody is asked any more.
    pub async fn end_handoff(&mut self, handoff: HandoffId, outcome: &str, now: Time) -> Result<()> {
        sqlx::query(
            "with withdrawn as (
               update offers set state = 'withdrawn', ended_at = from_ms($3) where handoff_id = $1 and state = 'open')
             update handoffs set ended_at = from_ms($3), outcome = $2, due_at = null
              where id = $1 and ended_at is null",
        )
        .bind(handoff.0)
        .bind(outcome)
        .bind(now.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
