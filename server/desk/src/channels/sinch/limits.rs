//! What can be sent, as far as it can be known before. What WhatsApp itself takes is the same over every provider
//! and is known to the adapter of Meta; here is what Sinch adds to that and takes away.

use contract::Body;
use contract::message::{ContactCard, Media, MediaKind, Parameter};

use crate::channels::Provider;
use crate::channels::limits::{Carried, refused};
use crate::channels::meta::Meta;

/// Whether Sinch takes it.
pub(super) fn carries(body: &Body) -> Carried {
    match body {
        Body::Media(media) => file(media),
        Body::Contacts { cards } => contact(cards),
        Body::ContactRequest { .. } => {
            refused("Sinch has no message that asks for a phone number. Ask for it in a text.")
        }
        Body::Buttons { .. } | Body::LinkButton { .. } => {
            Meta.carries(body)?;
            Meta.carries(&under_its_header(body))
        }
        Body::Template(template) => {
            let mut template = template.clone();
            for parameter in &mut template.header {
                if let Parameter::Media(media) = parameter {
                    source(media)?;
                    *media = by_upload(media);
                }
            }
            Meta.carries(&Body::Template(template))
        }
        body => Meta.carries(body),
    }
}

/// The text of something interactive under its header. Sinch has no header for buttons, so it goes in front of the
/// text, in bold.
pub(super) fn headed(text: &str, header: Option<&str>) -> String {
    match header {
        Some(header) => format!("*{}*\n{text}", header.trim()),
        None => text.to_owned(),
    }
}

/// The same with its header where it will stand, for counting.
fn under_its_header(body: &Body) -> Body {
    let mut body = body.clone();
    if let Body::Buttons { text, header, .. } | Body::LinkButton { text, header, .. } = &mut body {
        *text = headed(text, header.take().as_deref());
    }
    body
}

/// A file goes by an address: a public one, or one that the desk gives to a file in its store.
fn source(media: &Media) -> Carried {
    match media.link.as_deref().map(str::trim).filter(|link| !link.is_empty()) {
        Some(link) if !link.starts_with("https://") && !link.starts_with("http://") => {
            refused("The file's address is no web address: it must start with https://.")
        }
        Some(_) => Ok(()),
        None if media.file.is_some() => Ok(()),
        None => refused("There is no file to send."),
    }
}

fn file(media: &Media) -> Carried {
    source(media)?;
    if media.caption.as_deref().is_some_and(|caption| !caption.is_empty()) {
        return refused("Sinch sends no text beside a file. Send it as a message of its own.");
    }
    Meta.carries(&Body::Media(by_upload(media)))
}

/// The same file as if it had been uploaded, so that only its kind, its type and its name are looked at.
fn by_upload(media: &Media) -> Media {
    Media { id: Some("0".to_owned()), link: None, file: None, ..media.clone() }
}

/// One card with a number a message.
fn contact(cards: &[ContactCard]) -> Carried {
    Meta.carries(&Body::Contacts { cards: cards.to_vec() })?;
    match cards {
        [card] if card.phones.iter().any(|phone| !phone.value.trim().is_empty()) => Ok(()),
        [_] => refused("Sinch sends only contact cards with a phone number. Add one to the card."),
        _ => refused("Sinch sends one contact card a message. Send each as a message of its own."),
    }
}

/// The name that a document goes out with.
pub(super) fn name_of(media: &Media) -> Option<&str> {
    media.file_name.as_deref().filter(|name| media.kind == MediaKind::Document && !name.trim().is_empty())
}
