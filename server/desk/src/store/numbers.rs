//! Numbers of conversations, for programs that know them by one.

use contract::ConversationId;
use uuid::Uuid;

use super::{Result, Store};

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
}
