//! What can be sent, as far as it can be known before: kinds, lengths, numbers of things. Lengths count UTF-16
//! units, as Twilio may.

use std::collections::HashSet;

use contract::Body;
use contract::capability::TextUnit;
use contract::message::{Choice, ContactCard, Location, Media, Section};

use super::file::FILES;
use super::rich;
use super::template;
use crate::channels::NotCarried;

pub(super) type Carried = Result<(), NotCarried>;

/// Longest text of one call, and text beside a file.
pub(super) const TEXT: usize = 1_600;
/// Longest text of anything with buttons or a menu, with the lines above and below it.
const BODY: usize = 1_024;
/// Longest line above and below it.
const LINE: usize = 60;
/// Longest label of a button, and of a menu.
const LABEL: usize = 20;
/// Longest id of a button.
const BUTTON_ID: usize = 256;
/// Longest title of a row.
const ROW: usize = 24;
/// Longest second line of a row.
const DESCRIPTION: usize = 72;
/// Longest id of a row.
const ROW_ID: usize = 200;
/// Longest address.
const URL: usize = 2_000;

pub(super) fn refused<T>(reason: impl Into<String>) -> Result<T, NotCarried> {
    Err(NotCarried(reason.into()))
}

/// Whether Twilio takes it.
pub(super) fn carries(body: &Body) -> Carried {
    match body {
        Body::Text { text } => required("text", text, TEXT),
        Body::Media(media) => file(media),
        Body::Location(place) => location(place),
        Body::Contacts { cards } => contacts(cards),
        Body::Buttons { buttons, .. } => {
            frame(body)?;
            reply_buttons(buttons)
        }
        Body::List { button, sections, .. } => {
            frame(body)?;
            label("menu's label", button, LABEL)?;
            menu(sections)
        }
        Body::LinkButton { label: title, url, .. } => {
            frame(body)?;
            label("button's label", title, LABEL)?;
            web_address(url)
        }
        Body::LocationRequest { .. } => refused("Twilio cannot ask for a place. Ask for it in words."),
        Body::ContactRequest { .. } => refused("Twilio cannot ask for a number. Ask for it in words."),
        Body::Flow(_) => refused("Twilio sends forms only inside an approved template. Send one of those."),
        Body::Template(filled) => template::carries(filled),
        Body::ButtonReply { .. }
        | Body::ListReply { .. }
        | Body::FlowReply { .. }
        | Body::Order { .. }
        | Body::System { .. }
        | Body::Unsupported { .. } => refused("Only customers can send this kind of message."),
    }
}

/// Some text of at most so many characters.
pub(super) fn required(what: &str, text: &str, most: usize) -> Carried {
    if text.trim().is_empty() {
        return refused(format!("The {what} is empty."));
    }
    within(what, text, most)
}

pub(super) fn within(what: &str, text: &str, most: usize) -> Carried {
    match TextUnit::Utf16.count(text) {
        count if count > most => refused(format!(
            "The {what} is too long: it has {count} characters, and Twilio takes at most {most}."
        )),
        _ => Ok(()),
    }
}

/// Something that is a fixed part of a content, where two braces would begin a variable.
fn label(what: &str, text: &str, most: usize) -> Carried {
    required(what, text, most)?;
    match text.contains("{{") {
        true => refused(format!("The {what} holds {{{{, which Twilio reads as a variable. Leave it out.")),
        false => Ok(()),
    }
}

/// The text of anything interactive, with the lines above and below it, which become a part of it.
fn frame(body: &Body) -> Carried {
    let (Body::Buttons { text, header, footer, .. }
    | Body::List { text, header, footer, .. }
    | Body::LinkButton { text, header, footer, .. }) = body
    else {
        return Ok(());
    };
    required("text", text, BODY)?;
    header.as_deref().map_or(Ok(()), |header| required("header", header, LINE))?;
    footer.as_deref().map_or(Ok(()), |footer| required("footer", footer, LINE))?;
    let whole = rich::whole(text, header.as_deref(), footer.as_deref());
    within("text, with the lines above and below it,", &whole, BODY)?;
    match whole.lines().count() > rich::LINES {
        true => refused(format!("The text has too many lines. Twilio takes {} at most.", rich::LINES)),
        false => Ok(()),
    }
}

fn file(media: &Media) -> Carried {
    let Some((_, types, _, caption)) = FILES.iter().find(|(kind, ..)| *kind == media.kind) else {
        return refused("Twilio takes no files of this kind.");
    };
    source(media)?;
    match media.caption.as_deref().filter(|caption| !caption.is_empty()) {
        Some(_) if *caption == 0 => {
            return refused(
                "WhatsApp shows no text beside sounds and stickers. Send it as a message of its own.",
            );
        }
        Some(text) => within("caption", text, *caption as usize)?,
        None => {}
    }
    let Some(mime) = media.mime.as_deref() else { return Ok(()) };
    let mime = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match types.is_empty() || types.contains(&mime.as_str()) {
        true => Ok(()),
        false => refused(format!(
            "Twilio takes no {} of the type {mime}, only {}. Send it as a document.",
            media.kind.as_str(),
            types.join(", ")
        )),
    }
}

/// A file goes by a public address: one of ours, made when it leaves, or one that is given.
pub(super) fn source(media: &Media) -> Carried {
    let given = media.link.as_deref().is_some_and(|link| !link.trim().is_empty());
    match given || media.file.is_some() {
        true => Ok(()),
        false => refused("There is no file to send."),
    }
}

fn location(place: &Location) -> Carried {
    // Also false for what is no number.
    let on_earth = place.latitude.abs() <= 90.0 && place.longitude.abs() <= 180.0;
    if !on_earth {
        return refused("These coordinates are not on Earth.");
    }
    place.name.as_deref().map_or(Ok(()), |name| within("place's name", name, 1_000))?;
    place.address.as_deref().map_or(Ok(()), |address| within("place's address", address, 1_000))
}

fn contacts(cards: &[ContactCard]) -> Carried {
    if cards.is_empty() {
        return refused("There is no contact card to send.");
    }
    if cards.iter().any(|card| card.name.trim().is_empty()) {
        return refused("Every contact card needs a name.");
    }
    within("text of the contact cards", &rich::cards(cards), TEXT)
}

fn reply_buttons(buttons: &[Choice]) -> Carried {
    if !(1..=3).contains(&buttons.len()) {
        return refused(format!("WhatsApp takes one to three buttons, and this has {}.", buttons.len()));
    }
    for button in buttons {
        label("button's label", &button.title, LABEL)?;
        label("button's id", &button.id, BUTTON_ID)?;
    }
    unique("buttons have the same label", buttons.iter().map(|button| button.title.as_str()))?;
    unique("buttons have the same id", buttons.iter().map(|button| button.id.as_str()))
}

fn menu(sections: &[Section]) -> Carried {
    let rows = || sections.iter().flat_map(|section| &section.rows);
    if !(1..=10).contains(&rows().count()) {
        return refused(format!(
            "WhatsApp takes one to ten rows in all, and this menu has {}.",
            rows().count()
        ));
    }
    for row in rows() {
        label("row's title", &row.title, ROW)?;
        label("row's id", &row.id, ROW_ID)?;
        row.description
            .as_deref()
            .filter(|text| !text.trim().is_empty())
            .map_or(Ok(()), |text| label("row's second line", text, DESCRIPTION))?;
    }
    unique("rows have the same id", rows().map(|row| row.id.as_str()))
}

pub(super) fn unique<'a>(complaint: &str, mut words: impl Iterator<Item = &'a str>) -> Carried {
    let mut seen = HashSet::new();
    match words.all(|word| seen.insert(word)) {
        true => Ok(()),
        false => refused(format!("Two {complaint}.")),
    }
}

fn web_address(url: &str) -> Carried {
    label("link", url, URL)?;
    let web = url.starts_with("https://") || url.starts_with("http://");
    match web && !url.contains(char::is_whitespace) {
        true => Ok(()),
        false => refused("The link is no web address: it must start with https:// and hold no spaces."),
    }
}
