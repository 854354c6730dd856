//! What can be sent, as far as it can be known before. Lengths count Unicode code points, as Meta does.

use contract::Body;
use contract::message::Media;

use super::upload;
use crate::channels::limits::{Carried, Limits, WHATSAPP, refused};

/// What Meta takes.
pub(super) const LIMITS: Limits = Limits { cards: 5, files: upload::FILES, source, ..WHATSAPP };

/// Whether WhatsApp takes it.
pub(super) fn carries(body: &Body) -> Carried {
    LIMITS.carries(body)?;
    match body {
        Body::Location(place)
            if place.address.is_some() && place.name.as_deref().is_none_or(|name| name.trim().is_empty()) =>
        {
            refused("A place with an address needs a name as well.")
        }
        _ => Ok(()),
    }
}

/// A file goes by the id of an upload or by a public address, never by both.
fn source(media: &Media) -> Carried {
    let given = |part: &Option<String>| part.as_deref().is_some_and(|part| !part.trim().is_empty());
    let ways = [given(&media.id), given(&media.link), media.file.is_some()];
    match ways.into_iter().filter(|way| *way).count() {
        1 => Ok(()),
        0 => refused("There is no file to send."),
        _ => refused("A file is sent by its id, by its address or from our store, not by several of them."),
    }
}
