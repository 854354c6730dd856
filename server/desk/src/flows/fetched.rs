//! What became of fetching a file: written down in one transaction, after the download and outside it.

use contract::message::Media;
use contract::{Actor, Body, Change};

use super::Outcome;
use super::work::Work;
use crate::media::Kept;
use crate::state::Desk;
use crate::store::files::Wanted;

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// It is here.
    Ready(Kept),
    /// It will be tried again.
    Later {
        /// After so many milliseconds.
        wait_ms: i64,
        /// Why, for a person.
        reason: String,
    },
    /// It cannot be had.
    Failed {
        /// Why, for a person.
        reason: String,
    },
}

/// Writes down what became of a file that this process has fetched. Whoever lost the lease meanwhile writes
/// nothing.
pub async fn fetched(desk: &Desk, wanted: &Wanted, fetched: &Fetched) -> Outcome<()> {
    let mut work = Work::open(desk, wanted.conversation, Actor::Desk).await?;
    let (id, attempts) = (wanted.id, wanted.attempts);
    let mine = match fetched {
        Fetched::Ready(kept) => work.tx.file_is_ready(id, attempts, wanted.media.kind, kept).await?,
        Fetched::Later { wait_ms, reason } => {
            work.tx.file_comes_later(id, attempts, (*wait_ms, reason)).await?;
            false
        }
        Fetched::Failed { reason } => work.tx.file_has_failed(id, attempts, reason).await?,
    };
    let message = work.message(wanted.message).await?;
    if let (true, Body::Media(mut media)) = (mine, message.body) {
        tell(&mut media, fetched);
        work.tx.set_media(wanted.message, &media).await?;
        work.record(Change::MessageChanged { message: wanted.message });
    }
    work.commit(desk).await
}

fn tell(media: &mut Media, fetched: &Fetched) {
    match fetched {
        Fetched::Ready(kept) => {
            media.size = Some(kept.size);
            media.stored = Some(kept.stored());
            media.unavailable = None;
        }
        Fetched::Failed { reason } => media.unavailable = Some(reason.clone()),
        Fetched::Later { .. } => {}
    }
}
