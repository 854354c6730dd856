//! The store of files: bytes in and out, a piece at a time, over a folder or a bucket.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use contract::FileId;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, Stream, StreamExt, TryStreamExt};
use object_store::buffered::BufWriter;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::place::{self, Place};
use crate::channels::client::{Opened, Source};

/// How much of a file's beginning is kept while it is written, in bytes: enough to tell its type.
const HEAD: usize = 16 << 10;

/// The store of files. Clones share it.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    /// How much is gathered in memory before it is written, in bytes.
    piece: usize,
}

/// What is kept of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The file itself.
    Whole,
    /// Its small picture.
    Thumbnail,
}

/// A file that was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// Its size in bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Vec<u8>,
    /// Its beginning.
    pub head: Vec<u8>,
}

/// A file that is being read.
pub struct Reading {
    /// How many bytes come.
    pub length: u64,
    /// The bytes.
    pub bytes: BoxStream<'static, Result<Bytes, StoreError>>,
}

/// The store failed. Where the file itself is not there, it says so.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such file.
    #[error("the file is not in the store of files")]
    Missing,
    /// The store is full, away, or does not let us.
    #[error("the store of files failed: {0}")]
    Failed(String),
}

impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> StoreError {
        match error {
            object_store::Error::NotFound { .. } => StoreError::Missing,
            error => StoreError::Failed(error.to_string()),
        }
    }
}

/// Why a file was not written.
#[derive(Debug)]
pub enum WriteError<E> {
    /// It has more bytes than it may.
    TooLarge,
    /// Its bytes stopped coming.
    Source(E),
    /// The store failed.
    Store(StoreError),
}

impl<E> From<object_store::Error> for WriteError<E> {
    fn from(error: object_store::Error) -> WriteError<E> {
        WriteError::Store(error.into())
    }
}

impl Files {
    /// The store at a place. A folder is made if it is not there; a bucket is not called.
    pub fn at(place: &Place) -> anyhow::Result<Files> {
        let (store, piece) = place::open(place)?;
        Ok(Files { store, piece })
    }

    /// Writes a file, at most so many bytes of it. On an error nothing is left.
    pub async fn write<E>(
        &self,
        id: FileId,
        mut bytes: impl Stream<Item = Result<Bytes, E>> + Unpin,
        most: u64,
    ) -> Result<Written, WriteError<E>> {
        let mut writer = BufWriter::with_capacity(self.store.clone(), path(id, Part::Whole), self.piece)
            .with_max_concurrency(2);
        let mut written = Written { size: 0, sha256: Vec::new(), head: Vec::new() };
        let mut digest = Sha256::new();
        while let Some(piece) = bytes.next().await {
            let piece = match piece {
                Ok(piece) => piece,
                Err(error) => return abandon(writer, WriteError::Source(error)).await,
            };
            written.size += piece.len() as u64;
            if written.size > most {
                return abandon(writer, WriteError::TooLarge).await;
            }
            digest.update(&piece);
            let room = HEAD.saturating_sub(written.head.len());
            written.head.extend_from_slice(&piece[..piece.len().min(room)]);
            if let Err(error) = writer.put(piece).await {
                return abandon(writer, error.into()).await;
            }
        }
        writer.shutdown().await.map_err(|error| WriteError::Store(StoreError::Failed(error.to_string())))?;
        written.sha256 = digest.finalize().to_vec();
        Ok(written)
    }

    /// Writes something small.
    pub async fn put(&self, id: FileId, part: Part, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.store.put(&path(id, part), bytes.into()).await?;
        Ok(())
    }

    /// Reads a file, or a range of it that lies within it.
    pub async fn read(
        &self,
        id: FileId,
        part: Part,
        range: Option<Range<u64>>,
    ) -> Result<Reading, StoreError> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.store.get_opts(&path(id, part), options).await?;
        let length = found.range.end - found.range.start;
        Ok(Reading { length, bytes: found.into_stream().map_err(StoreError::from).boxed() })
    }

    /// Reads a whole file into memory; only for what is known to be small.
    pub async fn read_small(&self, id: FileId, part: Part) -> Result<Bytes, StoreError> {
        Ok(self.store.get(&path(id, part)).await?.bytes().await?)
    }

    /// Deletes a file with its small picture. One that is not there is deleted already.
    pub async fn remove(&self, id: FileId) -> Result<(), StoreError> {
        for part in [Part::Whole, Part::Thumbnail] {
            match self.store.delete(&path(id, part)).await.map_err(StoreError::from) {
                Ok(()) | Err(StoreError::Missing) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub(super) async fn mark(&self) -> Result<Option<String>, StoreError> {
        match self.store.get(&Path::from(place::MARK)).await.map_err(StoreError::from) {
            Ok(found) => Ok(Some(String::from_utf8_lossy(&found.bytes().await?).trim().to_owned())),
            Err(StoreError::Missing) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn set_mark(&self, mark: String) -> Result<(), StoreError> {
        self.store.put(&Path::from(place::MARK), mark.into_bytes().into()).await?;
        Ok(())
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Files({})", self.store)
    }
}

/// Uploads to providers read from here.
impl Source for Files {
    fn open(&self, file: &str) -> BoxFuture<'_, Result<Opened, String>> {
        let id = file.parse::<FileId>();
        async move {
            let id = id.map_err(|_| "it is no file of ours".to_owned())?;
            let reading = self.read(id, Part::Whole, None).await.map_err(|error| error.to_string())?;
            Ok((reading.length, reading.bytes.map_err(std::io::Error::other).boxed()))
        }
        .boxed()
    }
}

/// Leaves nothing of a file that was not written to its end.
async fn abandon<T, E>(mut writer: BufWriter, why: WriteError<E>) -> Result<T, WriteError<E>> {
    if let Err(error) = writer.abort().await {
        tracing::warn!(error = %error, "what was written of a file could not be taken back");
    }
    Err(why)
}

/// Where a file is: in 256 folders, so that none grows without end.
fn path(id: FileId, part: Part) -> Path {
    let id = id.0.simple().to_string();
    let folder = match part {
        Part::Whole => "files",
        Part::Thumbnail => "thumbnails",
    };
    // The end of an id is random; its beginning is the time.
    Path::from(format!("{folder}/{}/{id}", &id[id.len() - 2..]))
}
