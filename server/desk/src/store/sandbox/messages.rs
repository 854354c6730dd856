//! What is on the phones.

use contract::sandbox::PhoneMessage;
use contract::{Body, Time};

use super::{Thread, decode, encode};
use crate::channels::StatusWord;
use crate::store::{Result, Store, Tx};

/// A message to be put on a phone.
#[derive(Debug, Clone, PartialEq)]
pub struct New {
    /// The provider's id of it.
    pub id: String,
    /// Whether the customer wrote it.
    pub mine: bool,
    /// What it says.
    pub body: Body,
    /// The id of the message that it answers.
    pub quoted: Option<String>,
    /// How far it has come.
    pub status: StatusWord,
    /// What the business attached to it.
    pub opaque: Option<String>,
    /// Where its statuses go, if its send named an address: what stands behind that of the connection.
    pub target: String,
}

/// A message of the business that has just been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The provider's id of it.
    pub id: String,
    /// What the business attached to it.
    pub opaque: Option<String>,
    /// When it was sent.
    pub at: Time,
    /// Where its statuses go, as in [`New`].
    pub target: String,
}

/// Something that a customer has written.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// Its place among all messages.
    pub place: i64,
    /// The phone's number.
    pub number: String,
    /// The provider's id of it.
    pub id: String,
    /// What it says.
    pub body: Body,
    /// When.
    pub at: Time,
    /// The id of the message that it answers.
    pub quoted: Option<String>,
}

type PastRow = (i64, String, String, String, i64, Option<String>);

type MessageRow = (String, bool, String, i64, String, Option<String>, String);

/// The columns of [`MessageRow`].
const MESSAGE: &str = "id, mine, body::text, to_ms(at), status, quoted, reactions::text";

fn message(row: MessageRow) -> Result<PhoneMessage> {
    let (id, mine, body, at, status, quoted, reactions) = row;
    let (body, reactions) = (decode("body", &body)?, decode("reactions", &reactions)?);
    Ok(PhoneMessage { id, mine, body, at: Time(at), status, quoted, reactions })
}

impl Store {
    /// The last messages of a thread, oldest first.
    pub async fn sandbox_messages(&self, number: &str, line: &str, last: i64) -> Result<Vec<PhoneMessage>> {
        let sql = format!(
            "select {MESSAGE} from sandbox_messages where number = $1 and line = $2
             order by ord desc limit $3"
        );
        let rows: Vec<MessageRow> =
            sqlx::query_as(&sql).bind(number).bind(line).bind(last).fetch_all(self.pool()).await?;
        rows.into_iter().rev().map(message).collect()
    }

    /// One message that lies on any phone, and the number of that phone.
    pub async fn sandbox_message(&self, line: &str, id: &str) -> Result<Option<(String, PhoneMessage)>> {
        let sql = format!("select {MESSAGE} from sandbox_messages where id = $1 and line = $2");
        let row: Option<MessageRow> =
            sqlx::query_as(&sql).bind(id).bind(line).fetch_optional(self.pool()).await?;
        let Some(row) = row else { return Ok(None) };
        let number: String = sqlx::query_scalar("select number from sandbox_messages where id = $1")
            .bind(id)
            .fetch_one(self.pool())
            .await?;
        Ok(Some((number, message(row)?)))
    }

    /// What customers have written to a number since a moment, newest first, with the number of the phone each is on;
    /// `before` is the place of the last one of the page before.
    pub async fn sandbox_past(&self, line: &str, since: Time, before: i64, most: i64) -> Result<Vec<Past>> {
        let rows: Vec<PastRow> = sqlx::query_as(
            "select ord, number, id, body::text, to_ms(at), quoted from sandbox_messages
             where line = $1 and mine and at >= from_ms($2) and ord < $3 order by ord desc limit $4",
        )
        .bind(line)
        .bind(since.0)
        .bind(before)
        .bind(most)
        .fetch_all(self.pool())
        .await?;
        let past = |(place, number, id, body, at, quoted): PastRow| {
            Ok(Past { place, number, id, body: decode("body", &body)?, at: Time(at), quoted })
        };
        rows.into_iter().map(past).collect()
    }
}

impl Tx {
    /// Puts a message on a phone: what the customer writes opens their window, what the business writes is
    /// unread and ends its typing.
    pub async fn sandbox_insert(&mut self, thread: &Thread, new: &New, at: Time) -> Result<()> {
        sqlx::query(
            "insert into sandbox_messages (id, number, line, mine, body, quoted, status, opaque, target, at)
             values ($1, $2, $3, $4, $5::json, $6, $7, $8, $9, from_ms($10))",
        )
        .bind(&new.id)
        .bind(&thread.number)
        .bind(&thread.line)
        .bind(new.mine)
        .bind(encode(&new.body)?)
        .bind(&new.quoted)
        .bind(new.status.as_str())
        .bind(&new.opaque)
        .bind(&new.target)
        .bind(at.0)
        .execute(self.connection())
        .await?;
        let sql = if new.mine {
            "update sandbox_threads set wrote_at = from_ms($3) where number = $1 and line = $2"
        } else {
            "update sandbox_threads set unread = unread + 1, typing_until = null
             where number = $1 and line = $2 and $3::bigint is not null"
        };
        sqlx::query(sql)
            .bind(&thread.number)
            .bind(&thread.line)
            .bind(at.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// One message of a locked thread.
    pub async fn sandbox_held(&mut self, thread: &Thread, id: &str) -> Result<Option<PhoneMessage>> {
        let sql =
            format!("select {MESSAGE} from sandbox_messages where id = $1 and number = $2 and line = $3");
        let row: Option<MessageRow> = sqlx::query_as(&sql)
            .bind(id)
            .bind(&thread.number)
            .bind(&thread.line)
            .fetch_optional(self.connection())
            .await?;
        row.map(message).transpose()
    }

    /// Writes back what a message says and the emoji on it.
    pub async fn sandbox_rewrite(&mut self, message: &PhoneMessage) -> Result<()> {
        sqlx::query("update sandbox_messages set body = $2::json, reactions = $3::json where id = $1")
            .bind(&message.id)
            .bind(encode(&message.body)?)
            .bind(encode(&message.reactions)?)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// The customer looks: everything that the business wrote is read. Says what of it was not, oldest first.
    pub async fn sandbox_look(&mut self, thread: &Thread) -> Result<Vec<Seen>> {
        sqlx::query("update sandbox_threads set unread = 0 where number = $1 and line = $2")
            .bind(&thread.number)
            .bind(&thread.line)
            .execute(self.connection())
            .await?;
        let rows: Vec<(String, Option<String>, i64, String)> = sqlx::query_as(
            "with seen as (
               update sandbox_messages set status = 'read'
               where number = $1 and line = $2 and not mine and status = 'delivered'
               returning ord, id, opaque, at, target)
             select id, opaque, to_ms(at), target from seen order by ord",
        )
        .bind(&thread.number)
        .bind(&thread.line)
        .fetch_all(self.connection())
        .await?;
        let seen = |(id, opaque, at, target)| Seen { id, opaque, at: Time(at), target };
        Ok(rows.into_iter().map(seen).collect())
    }

    /// The business has read what the customer wrote, up to this message.
    pub async fn sandbox_read_up_to(&mut self, thread: &Thread, id: &str) -> Result<()> {
        sqlx::query(
            "update sandbox_messages set status = 'read'
             where number = $1 and line = $2 and mine and status <> 'read'
               and ord <= (select ord from sandbox_messages where id = $3)",
        )
        .bind(&thread.number)
        .bind(&thread.line)
        .bind(id)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
