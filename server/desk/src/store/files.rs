//! What is known of files. Their bytes are elsewhere: see [`crate::media`].

use contract::message::{Media, MediaKind};
use contract::{AgentId, Author, Body, BotId, ConnectionId, ConversationId, FileId, MessageId, Time};
use serde_json::json;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Result, Store, Tx, corrupt};
use crate::media::Kept;

mod loose;
mod turns;

pub use loose::FileStore;

/// How long whoever fetches one may be silent before somebody else tries, in SQL.
const LEASE: &str = "interval '60 seconds'";

/// A file that a customer has sent and that is to be fetched.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// Its id.
    pub id: FileId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its message.
    pub message: MessageId,
    /// What it is.
    pub kind: MediaKind,
    /// Its type, as declared.
    pub declared: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

/// A file that this process is about to fetch.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Which.
    pub id: FileId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its message.
    pub message: MessageId,
    /// How often it has been tried, this time included. Whoever holds an older number has lost the lease.
    pub attempts: i32,
    /// What the provider said of it.
    pub media: Media,
    /// The connection that it came in on.
    pub connection: ConnectionId,
    /// The word of its provider.
    pub provider: String,
    /// The provider's own id of the channel.
    pub provider_channel: String,
}

/// A file that is there.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Which.
    pub id: FileId,
    /// Its conversation; none once that is erased.
    pub conversation: Option<ConversationId>,
    /// Its message; none before it is sent, or once that is erased.
    pub message: Option<MessageId>,
    /// Who uploaded it: an agent or a bot.
    pub uploaded_by: Option<Author>,
    /// What it is sent or was received as.
    pub kind: MediaKind,
    /// What is kept of it.
    pub kept: Kept,
    /// Its name.
    pub name: Option<String>,
    /// The desk's clock.
    pub now: Time,
}

/// An upload about to begin.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// Its id.
    pub id: FileId,
    /// Where it is to be sent.
    pub conversation: ConversationId,
    /// By whom: an agent or a bot.
    pub by: Author,
    /// Its type, as the browser named it.
    pub declared: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

#[derive(FromRow)]
struct WantedRow {
    id: Uuid,
    conversation_id: Uuid,
    message_id: Uuid,
    attempts: i32,
    body: Json<Body>,
    connection_id: Uuid,
    provider: String,
    provider_channel: String,
}

#[derive(FromRow)]
struct ReadyRow {
    id: Uuid,
    conversation_id: Option<Uuid>,
    message_id: Option<Uuid>,
    uploaded_by: Option<Uuid>,
    uploaded_by_bot: Option<Uuid>,
    kind: String,
    mime: String,
    size: i64,
    sha256: Vec<u8>,
    name: Option<String>,
    thumb_mime: Option<String>,
    thumb_width: Option<i32>,
    thumb_height: Option<i32>,
    now: i64,
}

const READY: &str =
    "id, conversation_id, message_id, uploaded_by, uploaded_by_bot, kind, mime, size, sha256, name, thumb_mime,
    thumb_width, thumb_height, to_ms(desk_now()) as now";

impl ReadyRow {
    fn ready(self) -> Result<Ready> {
        let side = |side: Option<i32>| u32::try_from(side.unwrap_or(0)).unwrap_or(0);
        let (width, height) = (side(self.thumb_width), side(self.thumb_height));
        let thumbnail = match self.thumb_mime.as_deref() {
            Some("image/jpeg") => Some(("image/jpeg", width, height)),
            Some("image/webp") => Some(("image/webp", width, height)),
            Some(other) => return Err(corrupt("files", "thumb_mime", other)),
            None => None,
        };
        let kind = kind(&self.kind)?;
        Ok(Ready {
            id: FileId(self.id),
            conversation: self.conversation_id.map(ConversationId),
            message: self.message_id.map(MessageId),
            uploaded_by: match (self.uploaded_by, self.uploaded_by_bot) {
                (Some(id), _) => Some(Author::Agent(AgentId(id))),
                (None, id) => id.map(|id| Author::Bot(BotId(id))),
            },
            kind,
            kept: Kept {
                mime: self.mime,
                size: self.size,
                sha256: self.sha256,
                thumbnail,
                voice: kind == MediaKind::Voice,
            },
            name: self.name,
            now: Time(self.now),
        })
    }
}

fn kind(word: &str) -> Result<MediaKind> {
    const KINDS: [MediaKind; 6] = [
        MediaKind::Image,
        MediaKind::Video,
        MediaKind::Audio,
        MediaKind::Voice,
        MediaKind::Document,
        MediaKind::Sticker,
    ];
    let found = KINDS.into_iter().find(|kind| kind.as_str() == word);
    found.ok_or_else(|| corrupt("files", "kind", word))
}

impl Store {
    /// Takes files that are to be fetched, at most so many. They come again if this process does not say what
    /// became of them.
    pub async fn claim_files(&self, limit: i64) -> Result<Vec<Wanted>> {
        let sql = format!(
            "with due as (
               select id from files
                where state = 'wanted' and not uploaded and message_id is not null and not_before <= desk_now()
                  and (lease_until is null or lease_until < desk_now())
                  -- Whose turns are taken for a while holds up nobody else's.
                  and not exists (select 1 from messages w join channels wc on wc.id = w.channel_id
                                    join file_turns t on t.connection_id = wc.connection_id
                                   where w.id = files.message_id
                                     and t.next_at > desk_now() + interval '300 milliseconds')
                order by not_before limit $1 for update skip locked),
             taken as (
               update files f set attempts = f.attempts + 1, lease_until = desk_now() + {LEASE}
                 from due where f.id = due.id
               returning f.id, f.conversation_id, f.message_id, f.attempts, f.not_before)
             select t.id, m.conversation_id, t.message_id, t.attempts, m.body, ch.connection_id, n.provider,
                    ch.provider_channel
               from taken t
               join messages m on m.id = t.message_id
               join channels ch on ch.id = m.channel_id
               join connections n on n.id = ch.connection_id
              order by t.not_before"
        );
        let rows: Vec<WantedRow> = sqlx::query_as(&sql).bind(limit).fetch_all(self.pool()).await?;
        let wanted = rows.into_iter().map(|row| Wanted {
            id: FileId(row.id),
            conversation: ConversationId(row.conversation_id),
            message: MessageId(row.message_id),
            attempts: row.attempts,
            media: match row.body.0 {
                Body::Media(media) => media,
                // Its author has made something else of the message.
                _ => Media::of(MediaKind::Document),
            },
            connection: ConnectionId(row.connection_id),
            provider: row.provider,
            provider_channel: row.provider_channel,
        });
        Ok(wanted.collect())
    }

    /// Prolongs the lease of a file that is being fetched. Says whether it is still held.
    pub async fn keep_file_lease(&self, id: FileId, attempts: i32) -> Result<bool> {
        let sql = format!(
            "update files set lease_until = desk_now() + {LEASE}
              where id = $1 and state = 'wanted' and attempts = $2"
        );
        let done = sqlx::query(&sql).bind(id.0).bind(attempts).execute(self.pool()).await?;
        Ok(done.rows_affected() > 0)
    }

    /// In how many milliseconds the next file is to be fetched; none if there is none.
    pub async fn next_file_ms(&self) -> Result<Option<i64>> {
        let (ms,): (Option<i64>,) = sqlx::query_as(
            "select to_ms(min(greatest(not_before, lease_until))) - to_ms(desk_now())
               from files where state = 'wanted' and not uploaded and message_id is not null",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(ms)
    }

    /// A file that is there.
    pub async fn ready_file(&self, id: FileId) -> Result<Option<Ready>> {
        let sql = format!("select {READY} from files where id = $1 and state = 'ready'");
        let row: Option<ReadyRow> = sqlx::query_as(&sql).bind(id.0).fetch_optional(self.pool()).await?;
        row.map(ReadyRow::ready).transpose()
    }
}

impl Tx {
    /// Writes down files that are to be fetched. Their messages are written before.
    pub async fn want_files(&mut self, files: &[NewFile]) -> Result<()> {
        if files.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = files
            .iter()
            .map(|file| {
                json!({
                    "id": file.id, "conversation_id": file.conversation, "message_id": file.message,
                    "kind": file.kind.as_str(), "declared": file.declared, "name": file.name,
                })
            })
            .collect();
        sqlx::query(
            "insert into files (id, conversation_id, message_id, kind, state, declared, name)
             select id, conversation_id, message_id, kind, 'wanted', declared, name
               from json_to_recordset($1::text::json)
                 as x(id uuid, conversation_id uuid, message_id uuid, kind text, declared text, name text)",
        )
        .bind(super::as_rows(&rows))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// A file is there. Says whether that was still to be said: whoever lost the lease hears no.
    pub async fn file_is_ready(
        &mut self,
        id: FileId,
        attempts: i32,
        kind: MediaKind,
        kept: &Kept,
    ) -> Result<bool> {
        let done = sqlx::query(
            "update files
                set state = 'ready', kind = $3, mime = $4, size = $5, sha256 = $6, thumb_mime = $7,
                    thumb_width = $8, thumb_height = $9, lease_until = null, error = null
              where id = $1 and state = 'wanted' and attempts = $2",
        )
        .bind(id.0)
        .bind(attempts)
        .bind(kind.as_str())
        .bind(&kept.mime)
        .bind(kept.size)
        .bind(&kept.sha256)
        .bind(kept.thumbnail.map(|(mime, _, _)| mime))
        .bind(kept.thumbnail.map(|(_, width, _)| i32::try_from(width).unwrap_or(0)))
        .bind(kept.thumbnail.map(|(_, _, height)| i32::try_from(height).unwrap_or(0)))
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// A file was not had this time; it is tried again after a pause.
    pub async fn file_comes_later(&mut self, id: FileId, attempts: i32, later: (i64, &str)) -> Result<()> {
        let (wait_ms, error) = later;
        sqlx::query(
            "update files
                set not_before = desk_now() + $3 * interval '1 millisecond', lease_until = null, error = $4
              where id = $1 and state = 'wanted' and attempts = $2",
        )
        .bind(id.0)
        .bind(attempts)
        .bind(wait_ms)
        .bind(error)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// A file cannot be had. Says whether that was still to be said.
    pub async fn file_has_failed(&mut self, id: FileId, attempts: i32, error: &str) -> Result<bool> {
        let done = sqlx::query(
            "update files set state = 'failed', lease_until = null, error = $3
              where id = $1 and state = 'wanted' and attempts = $2",
        )
        .bind(id.0)
        .bind(attempts)
        .bind(error)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// A file that has failed is fetched anew. Says whether it had failed.
    pub async fn want_file_again(&mut self, id: FileId) -> Result<bool> {
        let done = sqlx::query(
            "update files set state = 'wanted', attempts = 0, not_before = desk_now(), error = null
              where id = $1 and state = 'failed'",
        )
        .bind(id.0)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Writes down an upload that begins.
    pub async fn begin_upload(&mut self, new: &NewUpload) -> Result<()> {
        sqlx::query(
            "insert into files (id, conversation_id, kind, state, declared, name, uploaded_by, uploaded_by_bot, uploaded)
             values ($1, $2, 'document', 'wanted', $3, $4, $5, $6, true)",
        )
        .bind(new.id.0)
        .bind(new.conversation.0)
        .bind(&new.declared)
        .bind(&new.name)
        .bind(match new.by {
            Author::Agent(id) => Some(id.0),
            _ => None,
        })
        .bind(match new.by {
            Author::Bot(id) => Some(id.0),
            _ => None,
        })
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// A file that is there, locked: nobody else sends or deletes it.
    pub async fn lock_file(&mut self, id: FileId) -> Result<Option<Ready>> {
        let sql = format!("select {READY} from files where id = $1 and state = 'ready' for update");
        let row: Option<ReadyRow> = sqlx::query_as(&sql).bind(id.0).fetch_optional(self.connection()).await?;
        row.map(ReadyRow::ready).transpose()
    }

    /// An uploaded file is sent with a message.
    pub async fn attach_file(&mut self, id: FileId, message: MessageId) -> Result<()> {
        sqlx::query("update files set message_id = $2 where id = $1")
            .bind(id.0)
            .bind(message.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Writes what is known now of the file in a message.
    pub async fn set_media(&mut self, message: MessageId, media: &Media) -> Result<()> {
        sqlx::query("update messages set body = $2, version = version + 1 where id = $1")
            .bind(message.0)
            .bind(Json(Body::Media(media.clone())))
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
