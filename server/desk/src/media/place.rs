//! Where the store of files is, and that it is the one that belongs to the database.
//!
//! A desk on one machine keeps its files in a folder; several servers need a bucket, or a folder that all of them
//! see. So that a second server with a folder of its own does not quietly keep half of the files, the store holds
//! an id that the database knows: a store without it is refused.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use secrecy::SecretString;
use uuid::Uuid;

use crate::media::Files;
use crate::store::Store;

/// What holds the store's id, in the store.
pub(super) const MARK: &str = "store.id";
/// What a folder's file is written by, in bytes.
const FOLDER_PIECE: usize = 256 << 10;
/// What a bucket's object is sent by, in bytes; S3 takes no smaller part than 5 MiB.
#[cfg(feature = "s3")]
const BUCKET_PIECE: usize = 5 << 20;

/// Where the store of files is.
#[derive(Clone)]
pub enum Place {
    /// A folder of this machine, or one that all servers see.
    Folder(PathBuf),
    /// A bucket of S3 or of anything that speaks its protocol.
    Bucket(Box<Bucket>),
}

/// A bucket. What is not given is taken from the environment as AWS's own tools do.
#[derive(Clone, Default)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What stands before the names of our objects; empty: nothing.
    pub prefix: String,
    /// Where it is reached, if not at AWS.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// The key's id.
    pub access_key: Option<String>,
    /// The key.
    pub secret_key: Option<SecretString>,
}

impl Place {
    /// The place, for a person.
    pub fn words(&self) -> String {
        match self {
            Place::Folder(folder) => format!("the folder {} of the machine {}", folder.display(), machine()),
            Place::Bucket(bucket) => {
                format!("the bucket {} at {}", bucket.name, bucket.endpoint.as_deref().unwrap_or("AWS"))
            }
        }
    }
}

/// The store at a place, and by how many bytes it is written.
pub(super) fn open(place: &Place) -> anyhow::Result<(Arc<dyn ObjectStore>, usize)> {
    match place {
        Place::Folder(folder) => {
            make(folder).with_context(|| format!("making the folder for files, {}", folder.display()))?;
            // A file counts as stored once it is on disk.
            let store = LocalFileSystem::new_with_prefix(folder)
                .with_context(|| format!("opening the folder for files, {}", folder.display()))?
                .with_fsync(true);
            Ok((Arc::new(store), FOLDER_PIECE))
        }
        Place::Bucket(bucket) => open_bucket(bucket),
    }
}

/// Nobody else on the machine may read what customers send.
fn make(folder: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(feature = "s3")]
fn open_bucket(bucket: &Bucket) -> anyhow::Result<(Arc<dyn ObjectStore>, usize)> {
    use object_store::aws::AmazonS3Builder;
    use object_store::prefix::PrefixStore;
    use secrecy::ExposeSecret;

    let mut builder = AmazonS3Builder::from_env().with_bucket_name(&bucket.name);
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    if let Some(region) = &bucket.region {
        builder = builder.with_region(region);
    }
    if let Some(key) = &bucket.access_key {
        builder = builder.with_access_key_id(key);
    }
    if let Some(key) = &bucket.secret_key {
        builder = builder.with_secret_access_key(key.expose_secret());
    }
    let store = builder.build().context("opening the bucket for files")?;
    Ok((Arc::new(PrefixStore::new(store, bucket.prefix.as_str())), BUCKET_PIECE))
}

#[cfg(not(feature = "s3"))]
fn open_bucket(_bucket: &Bucket) -> anyhow::Result<(Arc<dyn ObjectStore>, usize)> {
    bail!(
        "this build keeps files in a folder only: build it with `--features s3`, or set media_store to folder"
    )
}

/// Makes sure that this store is the one that belongs to the database. The first one ever becomes it.
///
/// # Errors
/// It is another one, with what to do about it; or one of the two is away.
pub async fn claim(files: &Files, store: &Store, place: &Place) -> anyhow::Result<()> {
    let found = files.mark().await.context("looking into the store of files")?;
    let known = match store.file_store().await? {
        Some(known) => known,
        None => {
            let id = match found.as_deref().and_then(|mark| mark.parse().ok()) {
                Some(id) => id,
                None => Uuid::new_v4(),
            };
            // Of two servers that start at once one comes first, and the other must have the same store.
            let known = store.add_file_store(id, &place.words()).await?;
            if known.id == id && found.is_none() {
                files.set_mark(id.to_string()).await.context("writing into the store of files")?;
                return Ok(());
            }
            known
        }
    };
    if found.as_deref().and_then(|mark| mark.parse().ok()) == Some(known.id) {
        return Ok(());
    }
    bail!(
        "the files of this database are in {}, and this server would use {} instead, where they are not. Give all \
         servers the same store: a bucket (media_store), or a folder that all of them see (media_dir). If you have \
         moved the files, move {MARK} with them. If they are lost for good, empty the table file_store.",
        known.place,
        place.words()
    )
}

/// Whether the store at a place is the one that belongs to the database: none if the database has none yet. Changes
/// nothing, but for a folder that is not there.
///
/// # Errors
/// One of the two is away.
pub async fn belongs(place: &Place, store: &Store) -> anyhow::Result<Option<bool>> {
    let Some(known) = store.file_store().await? else { return Ok(None) };
    let found = Files::at(place)?.mark().await.context("looking into the store of files")?;
    Ok(Some(found.as_deref().and_then(|mark| mark.parse().ok()) == Some(known.id)))
}

/// What this machine is called.
fn machine() -> String {
    let told = ["/proc/sys/kernel/hostname", "/etc/hostname"].into_iter().find_map(|file| {
        let name = std::fs::read_to_string(file).ok()?.trim().to_owned();
        (!name.is_empty()).then_some(name)
    });
    told.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_else(|| "without a name".to_owned())
}
