//! What a bot hears, and what was said before.

use contract::{Body, ConversationId, MessageId, Time};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::Turn;
use crate::store::{Result, Store, corrupt};

/// Messages of a history, at most, on either side of the change of owner.
const MOST: i64 = 50;

/// What the customer wrote.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Which message.
    pub message: MessageId,
    /// The number of its event.
    pub seq: i64,
    /// What it says.
    pub body: Body,
    /// When it was written.
    pub at: Time,
}

/// What somebody said.
#[derive(Debug, Clone)]
pub struct Said {
    /// The number of its event.
    pub seq: i64,
    /// By whom.
    pub by: crate::bots::Speaker,
    /// What.
    pub body: Body,
    /// When.
    pub at: Time,
}

#[derive(FromRow)]
struct SaidRow {
    seq: i64,
    author_kind: String,
    note: bool,
    body: Json<Body>,
    at: i64,
}

impl SaidRow {
    fn said(self) -> Result<Said> {
        use crate::bots::Speaker;
        let by = match self.author_kind.as_str() {
            _ if self.note => Speaker::Note,
            "contact" => Speaker::Customer,
            "bot" => Speaker::Bot,
            "agent" | "phone" => Speaker::Agent,
            "desk" => Speaker::Desk,
            other => return Err(corrupt("messages", "author_kind", other)),
        };
        Ok(Said { seq: self.seq, by, body: self.body.0, at: Time(self.at) })
    }
}

impl Store {
    /// What the customer wrote after an event, oldest first, at most 50.
    pub async fn heard(&self, conversation: ConversationId, after: i64) -> Result<Vec<Heard>> {
        let rows: Vec<(Uuid, i64, Json<Body>, i64)> = sqlx::query_as(
            "select * from (select id, seq, body, to_ms(at) from messages
                             where conversation_id = $1 and seq > $2 and author_kind = 'contact'
                               and revoked_at is null
                             order by seq desc limit 50) last order by seq",
        )
        .bind(conversation.0)
        .bind(after)
        .fetch_all(self.pool())
        .await?;
        let heard = |(id, seq, body, at): (Uuid, i64, Json<Body>, i64)| Heard {
            message: MessageId(id),
            seq,
            body: body.0,
            at: Time(at),
        };
        Ok(rows.into_iter().map(heard).collect())
    }

    /// What was said in a turn's conversation since the bot has it, and what was said before; each oldest first, at most
    /// 50. Notes only for a bot that may read them.
    pub async fn history(&self, turn: &Turn) -> Result<(Vec<Said>, Vec<Said>)> {
        let since = self.said(turn, (turn.owner_from, i64::MAX)).await?;
        if turn.owner_from == 0 {
            return Ok((since, Vec::new()));
        }
        Ok((since, self.said(turn, (0, turn.owner_from)).await?))
    }

    /// What was said after an event and up to another one.
    async fn said(&self, turn: &Turn, (after, to): (i64, i64)) -> Result<Vec<Said>> {
        let rows: Vec<SaidRow> = sqlx::query_as(
            "select * from (select seq, author_kind, note, body, to_ms(at) as at from messages
                             where conversation_id = $1 and seq > $2 and seq <= $3 and revoked_at is null
                               and (not note or $4)
                             order by seq desc limit $5) last order by seq",
        )
        .bind(turn.conversation.0)
        .bind(after)
        .bind(to)
        .bind(turn.terms.reads_notes)
        .bind(MOST)
        .fetch_all(self.pool())
        .await?;
        rows.into_iter().map(SaidRow::said).collect()
    }
}
