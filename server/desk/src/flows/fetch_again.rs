//! Fetching a file once more that could not be had.

use contract::{Body, Change, MessageId};

use super::Outcome;
use super::work::Work;
use crate::domain::Refused;

/// Wants the file of a message again. Whoever sees the message may ask.
pub async fn fetch_again(work: &mut Work, message: MessageId) -> Outcome<()> {
    let refused = || Refused::Invalid("Only a file that could not be fetched can be tried again.".to_owned());
    let Body::Media(mut media) = work.message(message).await?.body else { return Err(refused().into()) };
    let Some(file) = media.file else { return Err(refused().into()) };
    if !work.tx.want_file_again(file).await? {
        return Err(refused().into());
    }
    media.unavailable = None;
    work.tx.set_media(message, &media).await?;
    work.record(Change::MessageChanged { message });
    work.fetch();
    Ok(())
}
