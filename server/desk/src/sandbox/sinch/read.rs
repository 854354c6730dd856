//! What a send asks for, checked as Sinch checks it.

use contract::Body;
use contract::message::{CardEntry, Choice, ContactCard, Flow, Location, Media, MediaKind, Section};

use super::error::SinchError;
use super::template;
use crate::sandbox::field::{Field, Wrong};
use crate::sandbox::refusal::Words;
use crate::sandbox::send::To;

type Result<T> = std::result::Result<T, SinchError>;

impl From<Wrong> for SinchError {
    fn from(wrong: Wrong) -> SinchError {
        SinchError::wrong(wrong)
    }
}

/// Longest text of a message.
const TEXT: usize = 4096;

/// To whom: by an identity on WhatsApp. In dispatch mode there are no contacts to go by.
pub(super) fn recipient(field: &Field<'_>) -> Result<To> {
    let Some(by) = field.object_if_any("identified_by")? else {
        return Err(SinchError::missing("contact"));
    };
    for identity in by.list("channel_identities")? {
        if identity.text("channel")? == "WHATSAPP" {
            let bad = || SinchError::invalid(format!("{} is no number", identity.path("identity")));
            return To::read(&identity.text("identity")?).ok_or_else(bad);
        }
    }
    Err(SinchError::invalid("channel_identities must hold one of the channel WHATSAPP"))
}

/// What is said: exactly one of the kinds of messages.
pub(super) fn message(field: &Field<'_>) -> Result<Body> {
    if let Some(specific) = field.object_if_any("channel_specific_message")?
        && let Some(own) = specific.object_if_any("WHATSAPP")?
    {
        return form(&own.object("message")?);
    }
    if field.has("text_message") {
        return Ok(Body::Text { text: field.object("text_message")?.short("text", TEXT)? });
    }
    if field.has("media_message") {
        return media(&field.object("media_message")?);
    }
    if field.has("choice_message") {
        return choices(&field.object("choice_message")?);
    }
    if field.has("list_message") {
        return list(&field.object("list_message")?);
    }
    if field.has("location_message") {
        return place(&field.object("location_message")?);
    }
    if field.has("contact_info_message") {
        return card(&field.object("contact_info_message")?);
    }
    if field.has("template_message") {
        let channels = field.object("template_message")?.object("channel_template")?;
        return template::sent(&channels.object("WHATSAPP")?).map(Body::Template);
    }
    for kind in ["card_message", "carousel_message", "explicit_channel_message"] {
        if field.has(kind) {
            // Taken, and shown on the phone as what they are called: the desk sends none of them.
            return Ok(Body::Unsupported { kind: kind.to_owned(), detail: None });
        }
    }
    Err(SinchError::invalid("message must be set"))
}

fn media(field: &Field<'_>) -> Result<Body> {
    let url = field.text("url")?;
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(SinchError::invalid(format!("{} must be a URL", field.path("url"))));
    }
    let file_name = field.text_if_any("filename_override")?;
    Ok(Body::Media(Media { link: Some(url), file_name, ..Media::of(MediaKind::Document) }))
}

/// Buttons; or one link, or one request for a place.
fn choices(field: &Field<'_>) -> Result<Body> {
    let text = field.object("text_message")?.short("text", 1024)?;
    let footer = match field.object_if_any("message_properties")? {
        Some(properties) => properties.text_if_any("whatsapp_footer")?,
        None => None,
    };
    let given = field.list("choices")?;
    let mut buttons = Vec::new();
    for choice in &given {
        if let Some(link) = choice.object_if_any("url_message")? {
            let (label, url) = (link.short("title", 20)?, link.text("url")?);
            return Ok(Body::LinkButton { text, header: None, footer, label, url });
        }
        if choice.has("share_location_message") {
            return Ok(Body::LocationRequest { text });
        }
        let title = choice.object("text_message")?.short("text", 20)?;
        let id = choice.text_if_any("postback_data")?.unwrap_or_else(|| title.clone());
        buttons.push(Choice { id, title, description: None });
    }
    if buttons.is_empty() || buttons.len() > 3 {
        return Err(SinchError::invalid(format!("{} must hold 1 to 3 choices", field.path("choices"))));
    }
    Ok(Body::Buttons { text, header: None, footer, buttons })
}

fn list(field: &Field<'_>) -> Result<Body> {
    let mut sections = Vec::new();
    for section in field.list("sections")? {
        let mut rows = Vec::new();
        for item in section.list("items")? {
            let choice = item.object("choice")?;
            let title = choice.short("title", 24)?;
            let id = choice.text_if_any("postback_data")?.unwrap_or_else(|| title.clone());
            rows.push(Choice { id, title, description: choice.short_if_any("description", 72)? });
        }
        sections.push(Section { title: section.short_if_any("title", 24)?, rows });
    }
    let rows: usize = sections.iter().map(|section| section.rows.len()).sum();
    if rows == 0 || rows > 10 {
        return Err(SinchError::invalid(format!("{} must hold 1 to 10 items", field.path("sections"))));
    }
    let properties = field.object_if_any("message_properties")?;
    let property = |key: &str| match &properties {
        Some(properties) => properties.text_if_any(key),
        None => Ok(None),
    };
    Ok(Body::List {
        text: field.short("title", TEXT)?,
        header: property("whatsapp_header")?,
        footer: field.short_if_any("description", 1024)?,
        button: property("menu")?.unwrap_or_else(|| "Menu".to_owned()),
        sections,
    })
}

fn place(field: &Field<'_>) -> Result<Body> {
    let at = field.object("coordinates")?;
    let (latitude, longitude) = (at.number("latitude")?, at.number("longitude")?);
    if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
        return Err(SinchError::invalid(format!("{} must lie on the Earth", field.path("coordinates"))));
    }
    let (name, address) = (Some(field.short("title", 1000)?), field.text_if_any("label")?);
    Ok(Body::Location(Location { latitude, longitude, name, address, url: None }))
}

fn card(field: &Field<'_>) -> Result<Body> {
    let name = field.object("name")?;
    let entries = |list: &str, key: &str| -> Result<Vec<CardEntry>> {
        let entry = |item: &Field<'_>| {
            Ok(CardEntry { value: item.text(key)?, label: item.text_if_any("type")?, wa_id: None })
        };
        field.list(list)?.iter().map(entry).collect()
    };
    let card = ContactCard {
        name: name.short("full_name", 1000)?,
        first_name: name.text_if_any("first_name")?,
        last_name: name.text_if_any("last_name")?,
        company: match field.object_if_any("organization")? {
            Some(company) => company.text_if_any("company")?,
            None => None,
        },
        phones: entries("phone_numbers", "phone_number")?,
        emails: entries("email_addresses", "email_address")?,
        urls: entries("urls", "url")?,
        origin: None,
    };
    Ok(Body::Contacts { cards: vec![card] })
}

fn form(field: &Field<'_>) -> Result<Body> {
    let text_of = |key: &str| match field.object_if_any(key)? {
        Some(part) => part.text_if_any("text"),
        None => Ok(None),
    };
    let screen = match field.object_if_any("flow_action_payload")? {
        Some(payload) => payload.text_if_any("screen")?,
        None => None,
    };
    Ok(Body::Flow(Flow {
        text: text_of("body")?.unwrap_or_default(),
        header: text_of("header")?,
        footer: text_of("footer")?,
        flow_id: field.text("flow_id")?,
        label: field.short("flow_cta", 30)?,
        token: field.text_if_any("flow_token")?,
        screen,
    }))
}
