//! What a bot hears, and what was said before.

use contract::{Body, MessageId, Time};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::Turn;
use crate::store::{Result, Store, corrupt};

/// Messages that a bot is told at once, at most: what it has not heard, and on either side of the change of owner.
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

/// What a bot is told in a turn, each oldest first, at most 50 of each.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// What the customer wrote since the bot has answered.
    pub heard: Vec<Heard>,
    /// What was said since the bot has the conversation.
    pub since: Vec<Said>,
    /// What was said before.
    pub before: Vec<Said>,
}

#[derive(FromRow)]
struct Row {
    turn: i64,
    part: String,
    id: Uuid,
    #[sqlx(flatten)]
    said: SaidRow,
}

impl Store {
    /// What the bots of these turns are told, turn by turn; what was said only where it is asked for, and notes only to
    /// a bot that may read them.
    pub async fn told(&self, turns: &[(&Turn, bool)]) -> Result<Vec<Told>> {
        let column = |value: fn(&Turn) -> i64| turns.iter().map(|(turn, _)| value(turn)).collect::<Vec<_>>();
        let conversations: Vec<Uuid> = turns.iter().map(|(turn, _)| turn.conversation.0).collect();
        let all: Vec<bool> = turns.iter().map(|(_, all)| *all).collect();
        let notes: Vec<bool> = turns.iter().map(|(turn, _)| turn.terms.reads_notes).collect();
        let rows: Vec<Row> = sqlx::query_as(
            "select x.turn, m.part, m.id, m.seq, m.author_kind, m.note, m.body, to_ms(m.at) as at
               from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::boolean[], $5::boolean[]) with ordinality
                    as x(conversation, heard_from, owner_from, history, notes, turn)
              cross join lateral (
                    (select 'heard' as part, id, seq, author_kind, note, body, at from messages
                      where conversation_id = x.conversation and seq > x.heard_from and author_kind = 'contact'
                        and revoked_at is null
                      order by seq desc limit $6)
                    union all
                    (select 'since', id, seq, author_kind, note, body, at from messages
                      where x.history and conversation_id = x.conversation and seq > x.owner_from
                        and revoked_at is null and (not note or x.notes)
                      order by seq desc limit $6)
                    union all
                    (select 'before', id, seq, author_kind, note, body, at from messages
                      where x.history and conversation_id = x.conversation and seq <= x.owner_from
                        and revoked_at is null and (not note or x.notes)
                      order by seq desc limit $6)) m
              order by m.seq",
        )
        .bind(conversations)
        .bind(column(|turn| turn.heard_from))
        .bind(column(|turn| turn.owner_from))
        .bind(all)
        .bind(notes)
        .bind(MOST)
        .fetch_all(self.pool())
        .await?;
        let mut told: Vec<Told> = turns.iter().map(|_| Told::default()).collect();
        for row in rows {
            // Counted from 1.
            let place = usize::try_from(row.turn - 1).ok().and_then(|at| told.get_mut(at));
            let Some(told) = place else { continue };
            match row.part.as_str() {
                "heard" => told.heard.push(row.heard()),
                "since" => told.since.push(row.said.said()?),
                _ => told.before.push(row.said.said()?),
            }
        }
        Ok(told)
    }
}

impl Row {
    fn heard(self) -> Heard {
        let SaidRow { seq, body, at, .. } = self.said;
        Heard { message: MessageId(self.id), seq, body: body.0, at: Time(at) }
    }
}
