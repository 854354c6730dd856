//! What can be sent, as far as it can be known before. Lengths count UTF-16 units, as Twilio may.

use contract::Body;
use contract::capability::TextUnit;
use contract::message::Media;

use super::{file, rich, template};
use crate::channels::limits::{Carried, Limits, WHATSAPP, refused};

/// What Twilio takes.
pub(super) const LIMITS: Limits = Limits {
    taker: "Twilio",
    unit: TextUnit::Utf16,
    text: 1_600,
    sections: false,
    braces: true,
    files: file::FILES,
    source,
    ..WHATSAPP
};

/// Whether Twilio takes it.
pub(super) fn carries(body: &Body) -> Carried {
    match body {
        Body::LocationRequest { .. } => refused("Twilio cannot ask for a place. Ask for it in words."),
        Body::ContactRequest { .. } => refused("Twilio cannot ask for a number. Ask for it in words."),
        Body::Flow(_) => refused("Twilio sends forms only inside an approved template. Send one of those."),
        Body::Template(filled) => template::carries(filled),
        Body::Contacts { cards } => {
            LIMITS.carries(body)?;
            LIMITS.within("text of the contact cards", &rich::cards(cards), LIMITS.text)
        }
        Body::Buttons { text, header, footer, .. }
        | Body::List { text, header, footer, .. }
        | Body::LinkButton { text, header, footer, .. } => {
            LIMITS.carries(body)?;
            whole(&rich::whole(text, header.as_deref(), footer.as_deref()))
        }
        _ => LIMITS.carries(body),
    }
}

/// A text with the lines above and below it, which become a part of it.
fn whole(text: &str) -> Carried {
    LIMITS.within("text, with the lines above and below it,", text, LIMITS.body)?;
    match text.lines().count() > rich::LINES {
        true => refused(format!("The text has too many lines. Twilio takes {} at most.", rich::LINES)),
        false => Ok(()),
    }
}

/// A file goes by a public address: one of ours, made when it leaves, or one that is given.
fn source(media: &Media) -> Carried {
    let given = media.link.as_deref().is_some_and(|link| !link.trim().is_empty());
    match given || media.file.is_some() {
        true => Ok(()),
        false => refused("There is no file to send."),
    }
}
