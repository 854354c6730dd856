//! What programs know of contacts and conversations, name by name. Of a conversation it is what a bot has learned too.

use std::collections::HashMap;

use contract::{ContactId, ConversationId};
use sqlx::types::Json;
use uuid::Uuid;

use super::{Result, Store, Tx};
use crate::domain::attributes::Attributes;

impl Store {
    /// What is known of conversations. Those of which nothing is known are left out.
    pub async fn attributes_of(&self, ids: &[ConversationId]) -> Result<HashMap<ConversationId, Attributes>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let rows: Vec<(Uuid, Json<Attributes>)> = sqlx::query_as(
            "select conversation_id, slots from conversation_slots where conversation_id = any($1)",
        )
        .bind(ids)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(id, known)| (ConversationId(id), known.0)).collect())
    }

    /// What is known of a conversation.
    pub async fn attributes(&self, id: ConversationId) -> Result<Attributes> {
        Ok(self.attributes_of(&[id]).await?.remove(&id).unwrap_or_default())
    }
}

impl Tx {
    /// What is known of a conversation whose lock this transaction holds.
    pub async fn attributes(&mut self, id: ConversationId) -> Result<Attributes> {
        let known: Option<Json<Attributes>> =
            sqlx::query_scalar("select slots from conversation_slots where conversation_id = $1")
                .bind(id.0)
                .fetch_optional(self.connection())
                .await?;
        Ok(known.map(|known| known.0).unwrap_or_default())
    }

    /// Writes what is known of a conversation whose lock this transaction holds.
    pub async fn save_attributes(&mut self, id: ConversationId, known: &Attributes) -> Result<()> {
        sqlx::query(
            "insert into conversation_slots (conversation_id, slots) values ($1, $2)
                 on conflict (conversation_id) do update set slots = excluded.slots",
        )
        .bind(id.0)
        .bind(Json(known))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Whether there is such a contact.
    pub async fn is_contact(&mut self, id: ContactId) -> Result<bool> {
        let there = sqlx::query_scalar("select exists (select from contacts where id = $1)")
            .bind(id.0)
            .fetch_one(self.connection())
            .await?;
        Ok(there)
    }

    /// What is known of a contact, under a lock of its own: not the contact's, which everything that comes in takes.
    pub async fn lock_contact_attributes(&mut self, id: ContactId) -> Result<Attributes> {
        let known: Json<Attributes> = sqlx::query_scalar(
            "insert into contact_attributes (contact_id) values ($1)
                 on conflict (contact_id) do update set changed_at = desk_now() returning attributes",
        )
        .bind(id.0)
        .fetch_one(self.connection())
        .await?;
        Ok(known.0)
    }

    /// Writes what is known of a contact, under that lock.
    pub async fn save_contact_attributes(&mut self, id: ContactId, known: &Attributes) -> Result<()> {
        sqlx::query("update contact_attributes set attributes = $2 where contact_id = $1")
            .bind(id.0)
            .bind(Json(known))
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Blocks a contact, or lets them write again. Whether that is something new.
    pub async fn set_blocked(&mut self, id: ContactId, blocked: bool) -> Result<bool> {
        let changed = sqlx::query("update contacts set blocked = $2 where id = $1 and blocked <> $2")
            .bind(id.0)
            .bind(blocked)
            .execute(self.connection())
            .await?;
        Ok(changed.rows_affected() > 0)
    }

    /// A contact's conversations that are not resolved, in the order in which they are locked.
    pub async fn open_conversations_of(&mut self, id: ContactId) -> Result<Vec<ConversationId>> {
        let found: Vec<Uuid> = sqlx::query_scalar(
            "select id from conversations where contact_id = $1 and stage <> 'resolved' order by id",
        )
        .bind(id.0)
        .fetch_all(self.connection())
        .await?;
        Ok(found.into_iter().map(ConversationId).collect())
    }
}
