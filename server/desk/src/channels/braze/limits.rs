//! What can be sent, as far as it can be known before. Lengths count Unicode code points, as WhatsApp does.

use std::collections::HashSet;

use contract::Body;
use contract::message::{ButtonValue, Choice, Flow, Media, MediaKind, Parameter, Section, Template};

use super::content;
use crate::channels::NotCarried;

pub(super) type Carried = Result<(), NotCarried>;

/// Longest plain text.
pub(super) const TEXT: usize = 4_096;
/// Longest caption, and text above buttons, menus and forms.
const BODY: usize = 1_024;
/// Longest header and footer.
const LINE: usize = 60;
/// Longest label of a button, a menu or a form.
const LABEL: usize = 20;
/// Longest title of a row or a section.
const ROW: usize = 24;
/// Longest second line of a row.
const DESCRIPTION: usize = 72;
/// Spaces in a row that WhatsApp does not take in a template's variable.
const SPACES: &str = "     ";

pub(super) fn refused<T>(reason: impl Into<String>) -> Result<T, NotCarried> {
    Err(NotCarried(reason.into()))
}

/// Whether it can go through Braze.
pub(super) fn carries(body: &Body) -> Carried {
    match body {
        Body::Text { text } => required("text", text, TEXT),
        Body::Media(media) => file(media),
        Body::Buttons { text, header, footer, buttons } => {
            frame(text, header.as_deref(), footer.as_deref())?;
            reply_buttons(buttons)
        }
        Body::List { text, header, footer, button, sections } => {
            frame(text, header.as_deref(), footer.as_deref())?;
            required("menu's label", button, LABEL)?;
            menu(sections)
        }
        Body::Flow(flow) => form(flow),
        Body::Template(filled) => template(filled),
        Body::Location(place) if !(place.latitude.abs() <= 90.0 && place.longitude.abs() <= 180.0) => {
            refused("These coordinates are not on Earth.")
        }
        Body::LinkButton { url, .. } if !is_web_address(url) => {
            refused("The link is no web address: it must start with https:// and hold no spaces.")
        }
        Body::Contacts { cards } if cards.is_empty() => refused("There is no contact card to send."),
        Body::Location(_) | Body::Contacts { .. } | Body::LinkButton { .. } | Body::ContactRequest { .. } => {
            required("text", &content::in_words(body).unwrap_or_default(), TEXT)
        }
        Body::LocationRequest { .. } => refused(
            "Braze cannot ask for a place, and passes on none that customers share. Ask for the address in a text.",
        ),
        Body::ButtonReply { .. }
        | Body::ListReply { .. }
        | Body::FlowReply { .. }
        | Body::Order { .. }
        | Body::System { .. }
        | Body::Unsupported { .. } => refused("Only customers can send this kind of message."),
    }
}

/// Some text of at most so many characters.
fn required(what: &str, text: &str, most: usize) -> Carried {
    if text.trim().is_empty() {
        return refused(format!("The {what} is empty."));
    }
    within(what, text, most)
}

fn within(what: &str, text: &str, most: usize) -> Carried {
    match text.chars().count() {
        count if count > most => refused(format!(
            "The {what} is too long: it has {count} characters, and WhatsApp takes at most {most}."
        )),
        _ => Ok(()),
    }
}

fn frame(text: &str, header: Option<&str>, footer: Option<&str>) -> Carried {
    required("text", text, BODY)?;
    header.map_or(Ok(()), |header| required("header", header, LINE))?;
    footer.map_or(Ok(()), |footer| required("footer", footer, LINE))
}

/// A file goes by its public address, which it may get only when it is sent.
fn file(media: &Media) -> Carried {
    match media.kind {
        MediaKind::Voice => {
            return refused("Braze sends no voice notes. Send it as a sound file: it goes as a link.");
        }
        MediaKind::Sticker => return refused("Braze sends no stickers. Send it as a picture."),
        MediaKind::Image | MediaKind::Video | MediaKind::Audio | MediaKind::Document => {}
    }
    if super::fields::address(media).is_none() && media.file.is_none() {
        return refused("There is no file to send: Braze needs its public address.");
    }
    media.caption.as_deref().map_or(Ok(()), |caption| within("caption", caption, BODY))?;
    let Some(mime) = media.mime.as_deref() else { return Ok(()) };
    let mime = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match (media.kind, mime.as_str()) {
        (MediaKind::Image, "image/jpeg" | "image/png") => Ok(()),
        (MediaKind::Image, _) => refused(
            "WhatsApp takes pictures as JPEG or PNG only. Send this one as a document: it goes as a link.",
        ),
        _ => Ok(()),
    }
}

/// Braze passes on the label of what was tapped and nothing else, so labels have to differ.
fn reply_buttons(buttons: &[Choice]) -> Carried {
    if !(1..=3).contains(&buttons.len()) {
        return refused(format!("WhatsApp takes one to three buttons, and this has {}.", buttons.len()));
    }
    buttons.iter().try_for_each(|button| required("button's label", &button.title, LABEL))?;
    unique("buttons have the same label", buttons)
}

fn menu(sections: &[Section]) -> Carried {
    let rows: Vec<Choice> = sections.iter().flat_map(|section| &section.rows).cloned().collect();
    if !(1..=10).contains(&rows.len()) {
        return refused(format!("WhatsApp takes one to ten rows in all, and this menu has {}.", rows.len()));
    }
    for section in sections {
        if section.rows.is_empty() {
            return refused("A section of the menu has no rows.");
        }
        match section.title.as_deref() {
            Some(title) => required("section's title", title, ROW)?,
            None if sections.len() > 1 => return refused("With several sections each needs a title."),
            None => {}
        }
    }
    for row in &rows {
        required("row's title", &row.title, ROW)?;
        row.description.as_deref().map_or(Ok(()), |text| within("row's second line", text, DESCRIPTION))?;
    }
    unique("rows have the same title, and Braze tells them apart by nothing else", &rows)
}

fn unique(complaint: &str, choices: &[Choice]) -> Carried {
    let mut seen = HashSet::new();
    match choices.iter().all(|choice| seen.insert(choice.title.trim())) {
        true => Ok(()),
        false => refused(format!("Two {complaint}.")),
    }
}

fn is_web_address(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://")) && !url.contains(char::is_whitespace)
}

fn form(flow: &Flow) -> Carried {
    frame(&flow.text, flow.header.as_deref(), flow.footer.as_deref())?;
    required("button's label", &flow.label, LABEL)?;
    required("form's id", &flow.flow_id, 200)
}

/// Whether a template can be sent as it is filled in. That the variables fit the template only WhatsApp knows.
fn template(template: &Template) -> Carried {
    required("template's name", &template.name, 512)?;
    required("template's language", &template.language, 64)?;
    if template.header.len() > 1 {
        return refused("The header of a template has one variable at most.");
    }
    for parameter in template.header.iter().chain(&template.body) {
        variable(parameter)?;
    }
    template
        .header
        .iter()
        .try_for_each(|header| within("header's variable", content::shown(header), LINE))?;
    if template.body.iter().any(|parameter| matches!(parameter, Parameter::Media(_))) {
        return refused("A file can only stand in the header of a template.");
    }
    let total: usize = template.body.iter().map(|parameter| content::shown(parameter).chars().count()).sum();
    if total > BODY {
        return refused(format!(
            "The variables have {total} characters in all, and a template takes at most {BODY}."
        ));
    }
    template.buttons.iter().try_for_each(|button| match &button.value {
        ButtonValue::UrlSuffix(value) | ButtonValue::CopyCode(value) => {
            required("button's variable", value, 2_000)
        }
        ButtonValue::Payload(_) | ButtonValue::FlowToken(_) => Ok(()),
    })
}

/// WhatsApp takes no line breaks, no tabs and no more than four spaces in a row.
fn variable(parameter: &Parameter) -> Carried {
    if let Parameter::Media(media) = parameter {
        let known = super::fields::address(media).is_some() || media.file.is_some();
        return match media.kind {
            MediaKind::Image | MediaKind::Video | MediaKind::Document if known => Ok(()),
            MediaKind::Image | MediaKind::Video | MediaKind::Document => {
                refused("There is no file for the header: Braze needs its public address.")
            }
            _ => refused("The header of a template takes a picture, a film or a document."),
        };
    }
    let words = content::shown(parameter);
    required("template's variable", words, BODY)?;
    match words.contains(['\n', '\r', '\t']) || words.contains(SPACES) {
        true => refused(
            "A template's variable can hold no line breaks, no tabs and at most four spaces in a row.",
        ),
        false => Ok(()),
    }
}
