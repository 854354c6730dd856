//! How customers say it was.

use contract::{ConversationId, MessageId, Time};
use uuid::Uuid;

use super::{Result, Tx};
use crate::domain::Conversation;

impl Tx {
    /// A customer is asked, until a moment. An older question that is open is asked no more.
    pub async fn ask_rating(&mut self, of: &Conversation, (now, until): (Time, Time)) -> Result<()> {
        sqlx::query("delete from ratings where conversation_id = $1 and answered_at is null")
            .bind(of.id.0)
            .execute(self.connection())
            .await?;
        sqlx::query(
            "insert into ratings (id, conversation_id, agent_id, asked_at, until)
             values ($1, $2, (select id from agents where id = $3), from_ms($4), from_ms($5))",
        )
        .bind(Uuid::now_v7())
        .bind(of.id.0)
        .bind(of.last_agent.map(|agent| agent.0))
        .bind(now.0)
        .bind(until.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// A customer has answered.
    pub async fn rate(
        &mut self,
        of: ConversationId,
        (message, score): (MessageId, i16),
        now: Time,
    ) -> Result<()> {
        sqlx::query(
            "update ratings set score = $2, message_id = $3, answered_at = from_ms($4)
              where conversation_id = $1 and answered_at is null",
        )
        .bind(of.0)
        .bind(score)
        .bind(message.0)
        .bind(now.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
