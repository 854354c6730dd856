//! Commands that were done, by the sender's key.

use contract::{Ack, ClientId, ConversationId, MessageId};
use uuid::Uuid;

use super::{Result, Store, Tx};

impl Tx {
    /// What came of a command that was sent before under the same key.
    pub async fn done_before(&mut self, actor: Uuid, key: ClientId) -> Result<Option<Ack>> {
        let found: Option<(i64, Option<Uuid>)> =
            sqlx::query_as("select seq, message_id from commands where actor_id = $1 and client_id = $2")
                .bind(actor)
                .bind(key.0)
                .fetch_optional(self.connection())
                .await?;
        Ok(found.map(|(seq, message)| Ack { id: key, seq, message: message.map(MessageId) }))
    }

    /// Writes down that a command was done.
    pub async fn note_command(&mut self, actor: Uuid, of: ConversationId, ack: &Ack) -> Result<()> {
        sqlx::query(
            "insert into commands (actor_id, client_id, conversation_id, seq, message_id, at)
             values ($1, $2, $3, $4, $5, desk_now())",
        )
        .bind(actor)
        .bind(ack.id.0)
        .bind(of.0)
        .bind(ack.seq)
        .bind(ack.message.map(|id| id.0))
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

impl Store {
    /// Forgets commands older than a week: no browser sends one again after that.
    pub async fn forget_commands(&self) -> Result<u64> {
        let gone = sqlx::query("delete from commands where at < desk_now() - interval '7 days'")
            .execute(self.pool())
            .await?;
        Ok(gone.rows_affected())
    }

    /// Forgets effects older than eight days: no provider sends a webhook again after that.
    pub async fn forget_effects(&self) -> Result<u64> {
        let gone = sqlx::query("delete from effects where at < desk_now() - interval '8 days'")
            .execute(self.pool())
            .await?;
        Ok(gone.rows_affected())
    }
}
