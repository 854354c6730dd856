//! What rules do that nobody else does.

use contract::{ConversationId, HandoffId};
use uuid::Uuid;

use crate::store::endpoints::reader::NewDelivery;
use crate::store::{Result, Tx};

impl Tx {
    /// Whether the customer has said the last word, what the desk itself says left out.
    pub async fn is_bot_asked(&mut self, id: ConversationId) -> Result<bool> {
        let last: Option<String> = sqlx::query_scalar(
            "select author_kind from messages
              where conversation_id = $1 and not note and author_kind <> 'desk' and not body ? 'system'
              order by seq desc limit 1",
        )
        .bind(id.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(last.as_deref() == Some("contact"))
    }

    /// Whoever is asked to take a handoff must have these skills.
    pub async fn want_skills(&mut self, handoff: HandoffId, skills: &[String]) -> Result<()> {
        sqlx::query(
            "update handoffs set packet = jsonb_set(packet, '{skills}', to_jsonb($2::text[])) where id = $1",
        )
        .bind(handoff.0)
        .bind(skills)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The admins are told something about a conversation.
    pub async fn alert_of_rule(&mut self, id: ConversationId, text: &str) -> Result<()> {
        sqlx::query(
            "insert into alerts (id, conversation_id, kind, subject, text, at)
             values ($1, $2, 'rule', ($2::uuid)::text, $3, desk_now())",
        )
        .bind(Uuid::now_v7())
        .bind(id.0)
        .bind(text)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Begins a delivery to an address, by its name or its id. Whether there is such a one that is switched on.
    pub async fn call_endpoint(&mut self, address: &str, new: &NewDelivery) -> Result<bool> {
        let done = sqlx::query(
            "insert into endpoint_deliveries (id, endpoint_id, conversation_id, event, body, due_at)
             select $2, e.id, $3, $4, $5, desk_now() from endpoints e
              where e.active and (lower(e.name) = lower($1) or e.id::text = lower($1)) order by e.id limit 1",
        )
        .bind(address)
        .bind(new.id.0)
        .bind(new.conversation.map(|id| id.0))
        .bind(&new.event)
        .bind(&new.body)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() > 0)
    }
}
