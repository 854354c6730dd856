//! Files in what is about to be sent: the one who writes names a file that they have uploaded here, and everything
//! else is what we know of it.

use contract::message::Media;
use contract::{Author, Body};

use super::work::Work;
use super::{Outcome, reply};
use crate::domain::Refused;

/// Whether this is a web address that anybody may open.
fn is_public(link: &str) -> bool {
    url::Url::parse(link)
        .is_ok_and(|url| url.scheme() == "https" && url.host().is_some() && url.username().is_empty())
}

/// Puts what is known of its files into a body. Refused if one is not there, or is not theirs to send here.
pub(super) async fn attach(work: &mut Work, author: Author, mut body: Body) -> Outcome<Body> {
    for media in body.files_mut() {
        // What is public already may be shown as it is: the provider fetches it, we never do.
        if media.file.is_none() && media.link.as_deref().is_some_and(is_public) {
            *media = Media {
                link: media.link.take(),
                caption: media.caption.as_deref().map(reply::plain).filter(|caption| !caption.is_empty()),
                file_name: media.file_name.take(),
                ..Media::of(media.kind)
            };
            continue;
        }
        let known = match media.file {
            Some(file) => work.tx.lock_file(file).await?,
            None => {
                return Err(Refused::Invalid("There is no file to send: choose one first.".to_owned()).into());
            }
        };
        let free = known.filter(|known| {
            known.conversation == Some(work.conversation.id)
                && known.message.is_none()
                && known.uploaded_by == Some(author)
        });
        let Some(known) = free else {
            return Err(Refused::Invalid(
                "The file is not here any more, or was sent already. Choose it once more.".to_owned(),
            )
            .into());
        };
        let caption = media.caption.as_deref().map(reply::plain).filter(|caption| !caption.is_empty());
        *media = Media {
            mime: Some(known.kept.mime.clone()),
            caption,
            file_name: known.name,
            file: Some(known.id),
            size: Some(known.kept.size),
            stored: Some(known.kept.stored()),
            ..Media::of(known.kind)
        };
    }
    Ok(body)
}
