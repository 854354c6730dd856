//! Keeping a file that comes in: its bytes stored as they come, its type found, its small picture made.

use std::time::Duration;

use bytes::Bytes;
use contract::FileId;
use contract::message::Stored;
use futures::{Stream, StreamExt};

use super::files::{Part, StoreError, WriteError};
use super::thumbnail::{self, Thumbnail};
use super::{Files, sniff};

/// A file that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its type, by its first bytes.
    pub mime: String,
    /// Its size in bytes.
    pub size: i64,
    /// Its digest.
    pub sha256: Vec<u8>,
    /// Its small picture: type, width, height.
    pub thumbnail: Option<(&'static str, u32, u32)>,
    /// Whether it is sound as phones record voice messages, by its first bytes.
    pub voice: bool,
}

impl Kept {
    /// What a message says of it.
    pub fn stored(&self) -> Stored {
        Stored {
            mime: self.mime.clone(),
            size: self.size,
            thumbnail: self.thumbnail.map(|(_, width, height)| (width, height)),
        }
    }
}

/// A file as it comes in.
pub struct Coming<'a> {
    /// Under which id it is kept.
    pub id: FileId,
    /// Its type, as declared.
    pub declared: Option<&'a str>,
    /// Its name.
    pub name: Option<&'a str>,
    /// The most bytes that it may have.
    pub most: u64,
    /// How long nothing may come before it counts as broken off.
    pub patience: Duration,
}

/// Why a file is not kept.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// It has more bytes than it may.
    #[error("it is too large")]
    TooLarge,
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// Its bytes stopped coming.
    #[error("it broke off: {0}")]
    BrokeOff(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps a file. On an error nothing of it is left.
pub async fn keep<E: std::fmt::Display>(
    files: &Files,
    coming: Coming<'_>,
    bytes: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
) -> Result<Kept, NotKept> {
    let patience = coming.patience;
    // One that comes too slowly is cut off, so that nobody keeps us waiting for ever.
    let timed = futures::stream::unfold(bytes, move |mut bytes| async move {
        match tokio::time::timeout(patience, bytes.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(piece))) => Some((Ok(piece), bytes)),
            Ok(Some(Err(error))) => Some((Err(error.to_string()), bytes)),
            Err(_) => Some((Err("nothing came for too long".to_owned()), bytes)),
        }
    });
    let written =
        files.write(coming.id, Box::pin(timed), coming.most).await.map_err(|error| match error {
            WriteError::TooLarge => NotKept::TooLarge,
            WriteError::Source(error) => NotKept::BrokeOff(error),
            WriteError::Store(error) => NotKept::Store(error),
        })?;
    if written.size == 0 {
        files.remove(coming.id).await?;
        return Err(NotKept::Empty);
    }
    let mime = sniff::mime(&written.head, coming.name, coming.declared);
    let thumbnail = match thumbnail::is_drawn(mime, written.size) {
        true => draw(files, coming.id, mime).await?,
        false => None,
    };
    Ok(Kept {
        mime: mime.to_owned(),
        size: i64::try_from(written.size).unwrap_or(i64::MAX),
        sha256: written.sha256,
        thumbnail,
        voice: sniff::is_voice(&written.head),
    })
}

async fn draw(files: &Files, id: FileId, mime: &str) -> Result<Option<(&'static str, u32, u32)>, StoreError> {
    let whole = files.read_small(id, Part::Whole).await?;
    let Some(drawn) = thumbnail::draw(whole, mime).await else { return Ok(None) };
    let Thumbnail { mime, width, height, bytes } = drawn;
    files.put(id, Part::Thumbnail, bytes).await?;
    Ok(Some((mime, width, height)))
}
