//! What a call to `messages` asks for, checked as Meta checks it.

use contract::Body;
use contract::message::{CardEntry, ContactCard, Location, Media, MediaKind};
use serde_json::Value;

use super::error::GraphError;
use super::{interactive, template};
use crate::channels::phone;
use crate::sandbox::field::Field;
use crate::sandbox::send::{Sending, Sign, To, What};

type Result<T> = std::result::Result<T, GraphError>;

/// Longest text of a message.
const TEXT: usize = 4096;
/// Longest text beside a file.
const CAPTION: usize = 1024;
/// Longest value that is attached to a send.
const OPAQUE: usize = 512;
/// Most cards in one message.
const CARDS: usize = 257;

/// What a call asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Something goes to a customer.
    Send(Sending),
    /// The customer's messages up to this one are read.
    Read {
        /// The id of that message.
        message: String,
        /// What the customer sees of it.
        sign: Sign,
    },
}

/// Reads a call's body.
pub fn request(body: &[u8]) -> Result<Request> {
    let value: Value = serde_json::from_slice(body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| GraphError::new(100, "(#100) The body must be a JSON object."))?;
    let root = Field::root(&value);
    if root.text_if_any("messaging_product")?.as_deref() != Some("whatsapp") {
        return Err(GraphError::new(100, "(#100) The parameter messaging_product is required."));
    }
    match root.text_if_any("status")?.as_deref() {
        None => send(&root).map(Request::Send),
        Some("read") => {
            let typing = root.object_if_any("typing_indicator")?;
            if let Some(kind) = &typing
                && kind.text("type")? != "text"
            {
                return Err(GraphError::value(&kind.path("type"), "must be 'text'"));
            }
            let sign = if typing.is_some() { Sign::Typing } else { Sign::Read };
            Ok(Request::Read { message: root.text("message_id")?, sign })
        }
        Some(_) => Err(GraphError::value("status", "must be 'read'")),
    }
}

fn send(root: &Field<'_>) -> Result<Sending> {
    if root.text_if_any("recipient_type")?.is_some_and(|kind| kind != "individual") {
        return Err(GraphError::value("recipient_type", "must be 'individual'"));
    }
    let to = recipient(root)?;
    let opaque = root.short_if_any("biz_opaque_callback_data", OPAQUE)?;
    let kind = root.text_if_any("type")?.unwrap_or_else(|| "text".to_owned());
    let what = if kind == "reaction" {
        let reaction = root.object("reaction")?;
        What::Reaction {
            message: reaction.text("message_id")?,
            emoji: reaction.text_if_any("emoji")?.unwrap_or_default(),
        }
    } else {
        let quoted = match root.object_if_any("context")? {
            Some(context) => Some(context.text("message_id")?),
            None => None,
        };
        What::Message { body: message(root, &kind)?, quoted }
    };
    Ok(Sending { to, what, opaque, id: None, target: String::new(), doomed: None })
}

/// `to` wins over `recipient`.
fn recipient(root: &Field<'_>) -> Result<To> {
    if let Some(input) = root.text_if_any("to")?.filter(|to| !to.trim().is_empty()) {
        let digits = phone::normalise(&input)
            .ok_or_else(|| GraphError::value("to", "must be a phone number with its country"))?;
        return Ok(To::Number(digits));
    }
    match root.text_if_any("recipient")? {
        Some(id) if phone::is_user_id(&id) => Ok(To::User(id)),
        Some(_) => Err(GraphError::value("recipient", "must be a business-scoped user id")),
        None => Err(GraphError::new(100, "(#100) The parameter to is required.")),
    }
}

fn message(root: &Field<'_>, kind: &str) -> Result<Body> {
    match kind {
        "text" => Ok(Body::Text { text: root.object("text")?.short("body", TEXT)? }),
        "image" => media(&root.object(kind)?, MediaKind::Image).map(Body::Media),
        "video" => media(&root.object(kind)?, MediaKind::Video).map(Body::Media),
        "document" => media(&root.object(kind)?, MediaKind::Document).map(Body::Media),
        "sticker" => media(&root.object(kind)?, MediaKind::Sticker).map(Body::Media),
        "audio" => {
            let audio = root.object(kind)?;
            let kind = if audio.flag("voice") { MediaKind::Voice } else { MediaKind::Audio };
            media(&audio, kind).map(Body::Media)
        }
        "location" => place(&root.object(kind)?).map(Body::Location),
        "contacts" => cards(root),
        "interactive" => interactive::read(&root.object(kind)?),
        "template" => template::read(&root.object(kind)?).map(Body::Template),
        other => Err(GraphError::new(131051, format!("Message type '{other}' is not supported."))),
    }
}

/// A file: exactly one of an id and an address.
pub(super) fn media(field: &Field<'_>, kind: MediaKind) -> Result<Media> {
    let (id, link) = (field.text_if_any("id")?, field.text_if_any("link")?);
    if id.is_some() == link.is_some() {
        return Err(GraphError::new(
            100,
            format!("(#100) Exactly one of {} and {} is required.", field.path("id"), field.path("link")),
        ));
    }
    let plain = |link: &String| link.starts_with("http://") || link.starts_with("https://");
    if link.as_ref().is_some_and(|link| !plain(link)) {
        return Err(GraphError::value(&field.path("link"), "must be a URL"));
    }
    let silent = matches!(kind, MediaKind::Audio | MediaKind::Voice | MediaKind::Sticker);
    if silent && field.has("caption") {
        return Err(GraphError::value(&field.path("caption"), "is not allowed for this type"));
    }
    Ok(Media {
        id,
        link,
        caption: field.short_if_any("caption", CAPTION)?,
        file_name: field.text_if_any("filename")?,
        ..Media::of(kind)
    })
}

fn place(field: &Field<'_>) -> Result<Location> {
    let (latitude, longitude) = (field.number("latitude")?, field.number("longitude")?);
    if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
        return Err(GraphError::value(&field.path("latitude"), "must lie on the Earth"));
    }
    let (name, address) = (field.text_if_any("name")?, field.text_if_any("address")?);
    if address.is_some() && name.is_none() {
        return Err(GraphError::missing(&field.path("name")));
    }
    Ok(Location { latitude, longitude, name, address, url: None })
}

fn cards(root: &Field<'_>) -> Result<Body> {
    let list = root.list("contacts")?;
    if list.is_empty() {
        return Err(GraphError::missing("contacts"));
    }
    if list.len() > CARDS {
        return Err(GraphError::value("contacts", &format!("must hold at most {CARDS} cards")));
    }
    Ok(Body::Contacts { cards: list.iter().map(card).collect::<Result<_>>()? })
}

fn card(field: &Field<'_>) -> Result<ContactCard> {
    let name = field.object("name")?;
    let parts = ["first_name", "last_name", "middle_name", "prefix", "suffix"];
    if !parts.iter().any(|part| name.has(part)) {
        return Err(GraphError::value(&field.path("name"), "must hold one more part beside formatted_name"));
    }
    Ok(ContactCard {
        name: name.text("formatted_name")?,
        first_name: name.text_if_any("first_name")?,
        last_name: name.text_if_any("last_name")?,
        company: match field.object_if_any("org")? {
            Some(org) => org.text_if_any("company")?,
            None => None,
        },
        phones: entries(field, "phones", "phone")?,
        emails: entries(field, "emails", "email")?,
        urls: entries(field, "urls", "url")?,
        origin: None,
    })
}

fn entries(field: &Field<'_>, list: &str, key: &str) -> Result<Vec<CardEntry>> {
    let entry = |item: &Field<'_>| {
        Ok(CardEntry {
            value: item.text(key)?,
            label: item.text_if_any("type")?,
            wa_id: item.text_if_any("wa_id")?,
        })
    };
    field.list(list)?.iter().map(entry).collect()
}
