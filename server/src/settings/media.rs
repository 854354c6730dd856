//! Where files are kept, as it was said.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use desk::media::Place;
use desk::media::place::Bucket;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Said, none_or_empty};

/// Where files are kept.
#[derive(Args, Serialize, Clone, Default)]
#[command(next_help_heading = "Files")]
pub struct MediaFlags {
    /// What keeps the files that customers and agents send: `folder`, or `s3` for a bucket of S3 or of anything
    /// that speaks its protocol. Several servers need a bucket, or a folder that
    /// all of them see [default: folder].
    #[arg(long, env = "BATON_MEDIA_STORE", value_name = "KIND", value_parser = ["folder", "s3"])]
    #[serde(skip_serializing_if = "none_or_empty")]
    media_store: Option<String>,
    /// The folder for files [default: DATA_DIR/media].
    #[arg(long, env = "BATON_MEDIA_DIR", value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    media_dir: Option<PathBuf>,
    /// The bucket's name.
    #[arg(long, env = "BATON_MEDIA_BUCKET", value_name = "NAME")]
    #[serde(skip_serializing_if = "none_or_empty")]
    media_bucket: Option<String>,
    /// What stands before the names of our objects in the bucket, such as baton/.
    #[arg(long, env = "BATON_MEDIA_PREFIX", value_name = "TEXT")]
    #[serde(skip_serializing_if = "none_or_empty")]
    media_prefix: Option<String>,
    /// Where the bucket is reached, if it is not at AWS, such as https://storage.example.org.
    #[arg(long, env = "BATON_MEDIA_ENDPOINT", value_name = "URL")]
    #[serde(skip_serializing_if = "none_or_empty")]
    media_endpoint: Option<String>,
    /// The bucket's region.
    #[arg(long, env = "BATON_MEDIA_REGION", value_name = "NAME")]
    #[serde(skip_serializing_if = "none_or_empty")]
    media_region: Option<String>,
    /// The id of the key to the bucket; without it AWS_ACCESS_KEY_ID and what else AWS's own tools know.
    #[arg(long, env = "BATON_MEDIA_ACCESS_KEY", value_name = "ID")]
    #[serde(skip_serializing_if = "none_or_empty")]
    media_access_key: Option<String>,
    /// The key to the bucket.
    #[arg(long, env = "BATON_MEDIA_SECRET_KEY", value_name = "KEY", hide_env_values = true)]
    #[serde(skip_serializing_if = "none_or_empty")]
    media_secret_key: Option<String>,
}

/// What keeps files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A folder.
    #[default]
    Folder,
    /// A bucket.
    S3,
}

/// The place that was said.
pub fn check(said: &mut Said, data_dir: &Path) -> Result<Place> {
    if said.media_store == Kind::Folder {
        if said.media_bucket.is_some() {
            bail!(
                "media_bucket is set, but files are kept in a folder: set media_store to s3, or leave it out"
            );
        }
        let folder = said.media_dir.take().unwrap_or_else(|| data_dir.join("media"));
        let folder = std::path::absolute(folder).context("finding the folder for files")?;
        return Ok(Place::Folder(folder));
    }
    let Some(name) = said.media_bucket.take() else {
        bail!("media_store is s3, but no bucket is named: set media_bucket");
    };
    let endpoint = said.media_endpoint.take();
    if let Some(text) = &endpoint {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        if url.is_none() {
            bail!("media_endpoint is `{text}`: write an address such as https://storage.example.org");
        }
    }
    if said.media_access_key.is_some() != said.media_secret_key.is_some() {
        bail!("media_access_key and media_secret_key belong together: set both or neither");
    }
    Ok(Place::Bucket(Box::new(Bucket {
        name,
        prefix: said.media_prefix.take().unwrap_or_default(),
        endpoint,
        region: said.media_region.take(),
        access_key: said.media_access_key.take(),
        secret_key: said.media_secret_key.take().map(SecretString::from),
    })))
}
