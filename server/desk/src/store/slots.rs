//! Numbers of conversations, and what a bot has learned of one before it passes it on.

use std::collections::BTreeMap;

use contract::ConversationId;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Result, Store, Tx};

impl Store {
    /// The conversation with a number.
    pub async fn conversation_numbered(&self, number: i64) -> Result<Option<ConversationId>> {
        let found: Option<Uuid> = sqlx::query_scalar("select id from conversations where number = $1")
            .bind(number)
            .fetch_optional(self.pool())
            .await?;
        Ok(found.map(ConversationId))
    }

    /// The number of a conversation.
    pub async fn number_of(&self, id: ConversationId) -> Result<Option<i64>> {
        let found = sqlx::query_scalar("select number from conversations where id = $1")
            .bind(id.0)
            .fetch_optional(self.pool())
            .await?;
        Ok(found)
    }

    /// What was learned of a conversation, name by name.
    pub async fn learned(&self, id: ConversationId) -> Result<Vec<(String, String)>> {
        let found: Option<Json<BTreeMap<String, String>>> =
            sqlx::query_scalar("select slots from conversation_slots where conversation_id = $1")
                .bind(id.0)
                .fetch_optional(self.pool())
                .await?;
        Ok(found.map(|slots| slots.0.into_iter().collect()).unwrap_or_default())
    }
}

impl Tx {
    /// Writes down what was learned of a conversation, beside what is known.
    pub async fn learn(&mut self, id: ConversationId, slots: &BTreeMap<String, String>) -> Result<()> {
        sqlx::query(
            "insert into conversation_slots as s (conversation_id, slots) values ($1, $2)
                 on conflict (conversation_id) do update set slots = s.slots || excluded.slots",
        )
        .bind(id.0)
        .bind(Json(slots))
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
