//! What was said in one conversation, page by page, in the order in which the desk has learned of it.

use contract::{ConversationId, Message};

use super::{COLUMNS, read};
use crate::store::{Result, Store};

/// Which messages are asked for.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// None up to this event.
    pub from: i64,
    /// Those after this event, the first ones.
    pub after: Option<i64>,
    /// Those before this event, the last ones.
    pub before: Option<i64>,
    /// Whether private notes are among them.
    pub notes: bool,
    /// How many, at most.
    pub limit: i64,
}

impl Store {
    /// The messages that are asked for, oldest first: the first ones after a place, else the last ones before one.
    pub async fn read_messages(&self, reading: &Reading) -> Result<Vec<Message>> {
        let order = if reading.after.is_some() { "asc" } else { "desc" };
        let sql = format!(
            "select {COLUMNS}
               from (select * from messages
                      where conversation_id = $1 and seq > greatest($2, coalesce($3, 0))
                        and ($4::bigint is null or seq < $4) and (not note or $5)
                      order by seq {order} limit $6) m
               left join messages q on q.id = m.quoted_id
              order by m.seq, m.id"
        );
        let query = sqlx::query(&sql)
            .bind(reading.conversation.0)
            .bind(reading.from)
            .bind(reading.after)
            .bind(reading.before)
            .bind(reading.notes)
            .bind(reading.limit);
        let mut connection = self.pool().acquire().await?;
        read(query, &mut connection).await
    }

    /// The event since which the present owner has a conversation; 0 if from its beginning.
    pub async fn owned_since(&self, conversation: ConversationId) -> Result<i64> {
        let since: Option<i64> = sqlx::query_scalar(
            "select seq from events
              where conversation_id = $1 and change ? 'owner_changed'
                and change #> '{owner_changed,from}' <> change #> '{owner_changed,to}'
              order by seq desc limit 1",
        )
        .bind(conversation.0)
        .fetch_optional(self.pool())
        .await?;
        Ok(since.unwrap_or(0))
    }
}
