//! A file that somebody here is about to send: written down before its first byte, so that nothing is left of one
//! that breaks off.

use contract::message::MediaKind;

use super::Outcome;
use crate::media::Kept;
use crate::state::Desk;
use crate::store::files::NewUpload;

/// An upload begins.
pub async fn begin(desk: &Desk, new: &NewUpload) -> Outcome<()> {
    let mut tx = desk.store.begin().await?;
    tx.begin_upload(new).await?;
    Ok(tx.commit().await?)
}

/// An upload is here, to be sent as this kind.
pub async fn finish(desk: &Desk, new: &NewUpload, kind: MediaKind, kept: &Kept) -> Outcome<()> {
    let mut tx = desk.store.begin().await?;
    tx.file_is_ready(new.id, 0, kind, kept).await?;
    Ok(tx.commit().await?)
}

/// An upload broke off, or may not be sent: nothing of it is left.
pub async fn drop(desk: &Desk, new: &NewUpload) -> Outcome<()> {
    if let Err(error) = desk.files.remove(new.id).await {
        // The row stays, and the bytes are deleted with it later.
        tracing::warn!(error = %error, "what is left of an upload is deleted later");
        return Ok(());
    }
    Ok(desk.store.forget_file(new.id).await?)
}
