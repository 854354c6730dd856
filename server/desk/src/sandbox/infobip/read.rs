//! What a send asks for, checked as Infobip checks it.

use contract::Body;
use contract::message::{
    ButtonValue, CardEntry, ContactCard, Location, Media, MediaKind, Parameter, Template, TemplateButton,
};

use super::error::InfobipError;
use super::interactive;
use crate::sandbox::field::Field;

pub(super) type Result<T> = std::result::Result<T, InfobipError>;

/// Longest text of a message.
const TEXT: usize = 4096;
/// Longest text beside a file.
const CAPTION: usize = 3000;

/// Reads the content of a kind of message.
pub(super) fn content(kind: &str, field: &Field<'_>) -> Result<Body> {
    match kind {
        "text" => Ok(Body::Text { text: field.short("text", TEXT)? }),
        "image" => file(field, MediaKind::Image),
        "video" => file(field, MediaKind::Video),
        "document" => file(field, MediaKind::Document),
        "sticker" => file(field, MediaKind::Sticker),
        "audio" if field.flag("voice") => file(field, MediaKind::Voice),
        "audio" => file(field, MediaKind::Audio),
        "location" => place(field),
        "contact" => cards(field),
        kind => match kind.strip_prefix("interactive/") {
            Some(kind) => interactive::read(kind, field),
            None => Err(InfobipError::missing()),
        },
    }
}

fn file(field: &Field<'_>, kind: MediaKind) -> Result<Body> {
    let link = link(field, "mediaUrl")?;
    Ok(Body::Media(Media {
        link: Some(link),
        caption: field.short_if_any("caption", CAPTION)?,
        file_name: field.short_if_any("filename", 240)?,
        ..Media::of(kind)
    }))
}

/// An address of a page or a file.
pub(super) fn link(field: &Field<'_>, key: &str) -> Result<String> {
    let link = field.short(key, 2048)?;
    match link.starts_with("http://") || link.starts_with("https://") {
        true => Ok(link),
        false => Err(InfobipError::field(&field.path(key), "must be a valid URL")),
    }
}

fn place(field: &Field<'_>) -> Result<Body> {
    let (latitude, longitude) = (field.number("latitude")?, field.number("longitude")?);
    for (key, degrees, most) in [("latitude", latitude, 90.0), ("longitude", longitude, 180.0)] {
        if degrees.abs() > most {
            let must = format!("must be between -{most} and {most}");
            return Err(InfobipError::field(&field.path(key), &must));
        }
    }
    let (name, address) = (field.short_if_any("name", 1000)?, field.short_if_any("address", 1000)?);
    Ok(Body::Location(Location { latitude, longitude, name, address, url: None }))
}

fn cards(field: &Field<'_>) -> Result<Body> {
    let given = field.list("contacts")?;
    if given.is_empty() {
        return Err(InfobipError::field(&field.path("contacts"), "must not be empty"));
    }
    Ok(Body::Contacts { cards: given.iter().map(card).collect::<Result<_>>()? })
}

fn card(field: &Field<'_>) -> Result<ContactCard> {
    let name = field.object("name")?;
    let entries = |list: &str, key: &str| -> Result<Vec<CardEntry>> {
        let entry = |item: &Field<'_>| {
            Ok(CardEntry {
                value: item.text(key)?,
                label: item.text_if_any("type")?,
                wa_id: item.text_if_any("waId")?,
            })
        };
        field.list(list)?.iter().map(entry).collect()
    };
    Ok(ContactCard {
        name: name.text("formattedName")?,
        first_name: Some(name.text("firstName")?),
        last_name: name.text_if_any("lastName")?,
        company: match field.object_if_any("org")? {
            Some(company) => company.text_if_any("company")?,
            None => None,
        },
        phones: entries("phones", "phone")?,
        emails: entries("emails", "email")?,
        urls: entries("urls", "url")?,
        origin: None,
    })
}

/// A template, filled in. The list of the body's placeholders must be there even if it is empty.
pub(super) fn template(field: &Field<'_>) -> Result<Template> {
    let data = field.object("templateData")?;
    let body = data.object("body")?;
    if !body.has("placeholders") {
        return Err(InfobipError::field(&body.path("placeholders"), "must not be null"));
    }
    let text = |text: String| Parameter::Text { text, name: None };
    let header = match data.object_if_any("header")? {
        Some(header) => vec![match header.text("type")?.as_str() {
            "TEXT" => text(header.text("placeholder")?),
            "IMAGE" => Parameter::Media(header_file(&header, MediaKind::Image)?),
            "VIDEO" => Parameter::Media(header_file(&header, MediaKind::Video)?),
            "DOCUMENT" => Parameter::Media(header_file(&header, MediaKind::Document)?),
            _ => return Err(InfobipError::field(&header.path("type"), "is not a type of a header")),
        }],
        None => Vec::new(),
    };
    let mut buttons = Vec::new();
    for (index, button) in (0..).zip(data.list("buttons")?) {
        buttons.push(TemplateButton { index, value: template_button(&button)? });
    }
    Ok(Template {
        name: field.short("templateName", 512)?,
        id: None,
        language: field.short("language", 20)?,
        text: String::new(),
        header,
        body: body.texts("placeholders")?.into_iter().map(text).collect(),
        buttons,
    })
}

fn header_file(header: &Field<'_>, kind: MediaKind) -> Result<Media> {
    let link = link(header, "mediaUrl")?;
    Ok(Media { link: Some(link), file_name: header.text_if_any("filename")?, ..Media::of(kind) })
}

fn template_button(button: &Field<'_>) -> Result<ButtonValue> {
    Ok(match button.text("type")?.as_str() {
        "QUICK_REPLY" => ButtonValue::Payload(button.short("parameter", 128)?),
        "URL" => ButtonValue::UrlSuffix(button.text("parameter")?),
        "COPY_CODE" => ButtonValue::CopyCode(button.text("parameter")?),
        "FLOW" => ButtonValue::FlowToken(button.text_if_any("flowToken")?.unwrap_or_default()),
        _ => return Err(InfobipError::field(&button.path("type"), "is not a type of a button")),
    })
}
