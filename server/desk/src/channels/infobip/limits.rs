//! What can be sent, as far as it can be known before: kinds, lengths, numbers of things. Lengths count Unicode
//! code points.

use std::collections::HashSet;

use contract::Body;
use contract::message::{Choice, ContactCard, Flow, Location, Media, MediaKind, Section};

use super::{file, template};
use crate::channels::NotCarried;

pub(super) type Carried = Result<(), NotCarried>;

/// Longest plain text.
const TEXT: usize = 4_096;
/// Longest text of anything interactive.
const BODY: usize = 1_024;
/// Longest caption.
pub(super) const CAPTION: u32 = 3_000;
/// Longest header and footer.
const LINE: usize = 60;
/// Longest label of a button, and of a menu or form.
const LABEL: usize = 20;
/// Longest id of a button.
const BUTTON_ID: usize = 256;
/// Longest title of a row or a section.
const ROW: usize = 24;
/// Longest second line of a row.
const DESCRIPTION: usize = 72;
/// Longest id of a row.
const ROW_ID: usize = 200;
/// Longest address.
pub(super) const URL: usize = 2_048;

pub(super) fn refused<T>(reason: impl Into<String>) -> Result<T, NotCarried> {
    Err(NotCarried(reason.into()))
}

/// Whether Infobip takes it.
pub(super) fn carries(body: &Body) -> Carried {
    match body {
        Body::Text { text } => required("text", text, TEXT),
        Body::Media(media) => media_fits(media),
        Body::Location(place) => location(place),
        Body::Contacts { cards } => contacts(cards),
        Body::Buttons { text, header, footer, buttons } => {
            frame(text, header.as_deref(), footer.as_deref())?;
            reply_buttons(buttons)
        }
        Body::List { text, header, footer, button, sections } => {
            frame(text, header.as_deref(), footer.as_deref())?;
            required("menu's label", button, LABEL)?;
            menu(sections)
        }
        Body::LinkButton { text, header, footer, label, url } => {
            frame(text, header.as_deref(), footer.as_deref())?;
            required("button's label", label, LABEL)?;
            web_address(url)
        }
        Body::LocationRequest { text } | Body::ContactRequest { text } => required("text", text, BODY),
        Body::Flow(flow) => form(flow),
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
    match text.chars().count() {
        count if count > most => refused(format!(
            "The {what} is too long: it has {count} characters, and Infobip takes at most {most}."
        )),
        _ => Ok(()),
    }
}

fn frame(text: &str, header: Option<&str>, footer: Option<&str>) -> Carried {
    required("text", text, BODY)?;
    header.map_or(Ok(()), |header| required("header", header, LINE))?;
    footer.map_or(Ok(()), |footer| required("footer", footer, LINE))
}

/// A file that has or will have an address, of a type that is taken.
fn media_fits(media: &Media) -> Carried {
    file::source(media)?;
    let takes_caption = matches!(media.kind, MediaKind::Image | MediaKind::Video | MediaKind::Document);
    match media.caption.as_deref().filter(|caption| !caption.is_empty()) {
        Some(_) if !takes_caption => {
            return refused(
                "WhatsApp shows no text beside sounds and stickers. Send it as a message of its own.",
            );
        }
        Some(caption) => within("caption", caption, CAPTION as usize)?,
        None => {}
    }
    if let Some(name) = media.file_name.as_deref() {
        within("file's name", name, 240)?;
    }
    let Some(mime) = media.mime.as_deref() else { return Ok(()) };
    let mime = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let taken = file::RULES.iter().find(|(kind, ..)| *kind == media.kind).map_or(&[][..], |rule| rule.1);
    if taken.is_empty() || taken.contains(&mime.as_str()) {
        return Ok(());
    }
    refused(match media.kind {
        MediaKind::Image => "Infobip takes pictures as JPEG or PNG only. Send this one as a document.",
        MediaKind::Video => "Infobip takes films as MP4 or 3GPP only. Send this one as a document.",
        MediaKind::Audio => {
            "Infobip takes sounds as AAC, AMR, MP3, MP4 or OPUS only. Send this one as a document."
        }
        MediaKind::Voice => "WhatsApp takes voice notes as OGG with Opus only.",
        MediaKind::Sticker => "WhatsApp takes stickers as WebP only.",
        MediaKind::Document => "Infobip does not take documents of this type.",
    })
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
    match cards.iter().any(|card| card.name.trim().is_empty()) {
        true => refused("Every contact card needs a name."),
        false => Ok(()),
    }
}

fn reply_buttons(buttons: &[Choice]) -> Carried {
    if !(1..=3).contains(&buttons.len()) {
        return refused(format!("WhatsApp takes one to three buttons, and this has {}.", buttons.len()));
    }
    for button in buttons {
        required("button's label", &button.title, LABEL)?;
        plain_label(&button.title)?;
        required("button's id", &button.id, BUTTON_ID)?;
        if button.id.trim() != button.id {
            return refused("A button's id can neither start nor end with a space.");
        }
    }
    unique("buttons have the same label", buttons.iter().map(|button| button.title.as_str()))?;
    unique("buttons have the same id", buttons.iter().map(|button| button.id.as_str()))
}

/// Infobip takes neither emoji nor markup on buttons.
fn plain_label(title: &str) -> Carried {
    if title.chars().any(is_emoji) {
        return refused("Infobip takes no emoji on buttons. Write the label in words.");
    }
    let marked = ['*', '_', '~', '`'].iter().any(|mark| title.matches(*mark).count() > 1);
    match marked {
        true => refused("Infobip takes no bold, italic or other markup on buttons."),
        false => Ok(()),
    }
}

/// Pictures, flags, and what joins and colours them.
fn is_emoji(letter: char) -> bool {
    matches!(
        letter,
        '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}' | '\u{fe0f}' | '\u{200d}'
    )
}

fn menu(sections: &[Section]) -> Carried {
    let rows = || sections.iter().flat_map(|section| &section.rows);
    if !(1..=10).contains(&rows().count()) || sections.len() > 10 {
        return refused(format!(
            "WhatsApp takes one to ten rows in all, and this menu has {}.",
            rows().count()
        ));
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
    for row in rows() {
        required("row's title", &row.title, ROW)?;
        required("row's id", &row.id, ROW_ID)?;
        row.description.as_deref().map_or(Ok(()), |text| within("row's second line", text, DESCRIPTION))?;
    }
    unique("rows have the same id", rows().map(|row| row.id.as_str()))
}

fn unique<'a>(complaint: &str, mut words: impl Iterator<Item = &'a str>) -> Carried {
    let mut seen = HashSet::new();
    match words.all(|word| seen.insert(word)) {
        true => Ok(()),
        false => refused(format!("Two {complaint}.")),
    }
}

/// An address that a phone or Infobip can open.
pub(super) fn web_address(url: &str) -> Carried {
    required("link", url, URL)?;
    let web = url.starts_with("https://") || url.starts_with("http://");
    match web && !url.contains(char::is_whitespace) {
        true => Ok(()),
        false => refused("The link is no web address: it must start with https:// and hold no spaces."),
    }
}

fn form(flow: &Flow) -> Carried {
    frame(&flow.text, flow.header.as_deref(), flow.footer.as_deref())?;
    required("button's label", &flow.label, LABEL)?;
    required("form's id", &flow.flow_id, 200)
}
