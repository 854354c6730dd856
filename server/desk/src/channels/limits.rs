//! What can be sent, as far as it can be known before: kinds, lengths, numbers of things. Every provider passes on
//! to WhatsApp, so what is looked at is the same; the numbers, and who is named as the one that takes no more, stand
//! in a table of the provider's own.

use std::collections::HashSet;

use contract::Body;
use contract::capability::TextUnit;
use contract::message::{Choice, ContactCard, Flow, Location, Media, MediaKind, Section, TemplateButton};

use super::NotCarried;
use super::provider::FileRow;

mod template;

/// Whether something can be sent.
pub(super) type Carried = Result<(), NotCarried>;

/// Longest name of a file, name and address of a place, and id of a form.
const FILE_NAME: usize = 240;
const PLACE: usize = 1_000;
const FORM_ID: usize = 200;
/// Longest value of a template's button.
pub(super) const BUTTON: usize = 2_000;

/// The numbers of one provider.
pub(super) struct Limits {
    /// Who takes no more than that, for a person.
    pub taker: &'static str,
    /// In what lengths are counted.
    pub unit: TextUnit,
    /// Longest plain text.
    pub text: usize,
    /// Longest text of anything interactive.
    pub body: usize,
    /// Longest header and footer.
    pub line: usize,
    /// Longest label of a button, and of a menu or form.
    pub label: usize,
    /// Longest id of a button.
    pub button_id: usize,
    /// Longest title of a row or a section.
    pub row: usize,
    /// Longest second line of a row.
    pub description: usize,
    /// Longest id of a row.
    pub row_id: usize,
    /// Longest address.
    pub url: usize,
    /// Most contact cards of one message.
    pub cards: usize,
    /// Whether the ids of buttons and rows go out, so that they must be there and differ.
    pub ids: bool,
    /// Whether a menu goes out in sections, which then have titles.
    pub sections: bool,
    /// Whether two braces begin a variable in what is fixed, such as a label.
    pub braces: bool,
    /// The kinds of files that are taken.
    pub files: &'static [FileRow],
    /// Whether a file can get to the provider.
    pub source: fn(&Media) -> Carried,
    /// Whether the variable of a template's button is taken.
    pub button: fn(&TemplateButton) -> Carried,
}

/// WhatsApp's own numbers, for a table to begin with.
pub(super) const WHATSAPP: Limits = Limits {
    taker: "WhatsApp",
    unit: TextUnit::CodePoint,
    text: 4_096,
    body: 1_024,
    line: 60,
    label: 20,
    button_id: 256,
    row: 24,
    description: 72,
    row_id: 200,
    url: 2_000,
    cards: usize::MAX,
    ids: true,
    sections: true,
    braces: false,
    files: &[],
    source: |_| refused("There is no file to send."),
    button: any_button,
};

fn any_button(button: &TemplateButton) -> Carried {
    WHATSAPP.required("button's variable", button.value.words(), BUTTON)
}

/// A refusal with its reason.
pub(super) fn refused<T>(reason: impl Into<String>) -> Result<T, NotCarried> {
    Err(NotCarried(reason.into()))
}

/// Whether no two of them are the same.
pub(super) fn unique<'a>(complaint: &str, mut words: impl Iterator<Item = &'a str>) -> Carried {
    let mut seen = HashSet::new();
    match words.all(|word| seen.insert(word)) {
        true => Ok(()),
        false => refused(format!("Two {complaint}.")),
    }
}

/// Whether a place has coordinates that exist.
pub(super) fn on_earth(place: &Location) -> Carried {
    // Also false for what is no number.
    match place.latitude.abs() <= 90.0 && place.longitude.abs() <= 180.0 {
        true => Ok(()),
        false => refused("These coordinates are not on Earth."),
    }
}

/// Whether text is the address of a web page.
pub(super) fn is_web(url: &str) -> Carried {
    let web = url.starts_with("https://") || url.starts_with("http://");
    match web && !url.contains(char::is_whitespace) {
        true => Ok(()),
        false => refused("The link is no web address: it must start with https:// and hold no spaces."),
    }
}

impl Limits {
    /// Whether it can be sent. What a provider has beyond the numbers, it looks at itself.
    pub fn carries(&self, body: &Body) -> Carried {
        match body {
            Body::Text { text } => self.required("text", text, self.text),
            Body::Media(media) => self.file(media),
            Body::Location(place) => self.location(place),
            Body::Contacts { cards } => self.contacts(cards),
            Body::Buttons { text, header, footer, buttons } => {
                self.frame(text, header.as_deref(), footer.as_deref())?;
                self.buttons(buttons)
            }
            Body::List { text, header, footer, button, sections } => {
                self.frame(text, header.as_deref(), footer.as_deref())?;
                self.menu(button, sections)
            }
            Body::LinkButton { text, header, footer, label, url } => {
                self.frame(text, header.as_deref(), footer.as_deref())?;
                self.fixed("button's label", label, self.label)?;
                self.web_address(url)
            }
            Body::LocationRequest { text } | Body::ContactRequest { text } => {
                self.required("text", text, self.body)
            }
            Body::Flow(flow) => self.form(flow),
            Body::Template(filled) => self.template(filled),
            Body::ButtonReply { .. }
            | Body::ListReply { .. }
            | Body::FlowReply { .. }
            | Body::Order { .. }
            | Body::System { .. }
            | Body::Unsupported { .. } => refused("Only customers can send this kind of message."),
        }
    }

    /// Some text of at most so many characters.
    pub fn required(&self, what: &str, text: &str, most: usize) -> Carried {
        if text.trim().is_empty() {
            return refused(format!("The {what} is empty."));
        }
        self.within(what, text, most)
    }

    /// Text of at most so many characters, or none.
    pub fn within(&self, what: &str, text: &str, most: usize) -> Carried {
        match self.unit.count(text) {
            count if count > most => refused(format!(
                "The {what} is too long: it has {count} characters, and {} takes at most {most}.",
                self.taker
            )),
            _ => Ok(()),
        }
    }

    fn optional(&self, what: &str, text: Option<&str>, most: usize) -> Carried {
        text.map_or(Ok(()), |text| self.within(what, text, most))
    }

    /// Something that stays as it is whatever a message says.
    fn fixed(&self, what: &str, text: &str, most: usize) -> Carried {
        self.required(what, text, most)?;
        self.without_braces(what, text)
    }

    fn without_braces(&self, what: &str, text: &str) -> Carried {
        match self.braces && text.contains("{{") {
            true => refused(format!(
                "The {what} holds {{{{, which {} reads as a variable. Leave it out.",
                self.taker
            )),
            false => Ok(()),
        }
    }

    /// The text of anything interactive, with the lines above and below it.
    fn frame(&self, text: &str, header: Option<&str>, footer: Option<&str>) -> Carried {
        self.required("text", text, self.body)?;
        header.map_or(Ok(()), |header| self.required("header", header, self.line))?;
        footer.map_or(Ok(()), |footer| self.required("footer", footer, self.line))
    }

    /// A file, by its kind, its type, its name and the text beside it.
    fn file(&self, media: &Media) -> Carried {
        let Some((_, types, _, caption)) = self.files.iter().find(|(kind, ..)| *kind == media.kind) else {
            return refused(format!("{} takes no files of this kind.", self.taker));
        };
        (self.source)(media)?;
        match media.caption.as_deref().filter(|caption| !caption.is_empty()) {
            Some(_) if *caption == 0 => {
                return refused(
                    "WhatsApp shows no text beside sounds and stickers. Send it as a message of its own.",
                );
            }
            Some(text) => self.within("caption", text, *caption as usize)?,
            None => {}
        }
        self.optional("file's name", media.file_name.as_deref(), FILE_NAME)?;
        let Some(mime) = media.mime.as_deref() else { return Ok(()) };
        let mime = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match types.is_empty() || types.contains(&mime.as_str()) {
            true => Ok(()),
            false => self.other_type(media.kind),
        }
    }

    /// What to tell somebody with a file of another type.
    fn other_type(&self, kind: MediaKind) -> Carried {
        let taker = self.taker;
        refused(match kind {
            MediaKind::Image => {
                format!("{taker} takes pictures as JPEG or PNG only. Send this one as a document.")
            }
            MediaKind::Video => {
                format!("{taker} takes films as MP4 or 3GPP only. Send this one as a document.")
            }
            MediaKind::Audio => format!(
                "{taker} takes sounds as AAC, AMR, MP3, MP4 or OGG only. Send this one as a document."
            ),
            MediaKind::Voice => "WhatsApp takes voice notes as OGG with Opus only.".to_owned(),
            MediaKind::Sticker => "WhatsApp takes stickers as WebP only.".to_owned(),
            MediaKind::Document => format!("{taker} does not take documents of this type."),
        })
    }

    /// A place on the map.
    fn location(&self, place: &Location) -> Carried {
        on_earth(place)?;
        self.optional("place's name", place.name.as_deref(), PLACE)?;
        self.optional("place's address", place.address.as_deref(), PLACE)
    }

    /// Contact cards.
    fn contacts(&self, cards: &[ContactCard]) -> Carried {
        match cards.len() {
            0 => return refused("There is no contact card to send."),
            count if count > self.cards => {
                return refused(format!(
                    "{} takes at most {} contact cards at once, and these are {count}.",
                    self.taker, self.cards
                ));
            }
            _ => {}
        }
        match cards.iter().any(|card| card.name.trim().is_empty()) {
            true => refused("Every contact card needs a name."),
            false => Ok(()),
        }
    }

    /// Reply buttons.
    fn buttons(&self, buttons: &[Choice]) -> Carried {
        if !(1..=3).contains(&buttons.len()) {
            return refused(format!("WhatsApp takes one to three buttons, and this has {}.", buttons.len()));
        }
        for button in buttons {
            self.fixed("button's label", &button.title, self.label)?;
            if self.ids {
                self.fixed("button's id", &button.id, self.button_id)?;
            }
        }
        unique("buttons have the same label", buttons.iter().map(|button| button.title.trim()))?;
        match self.ids {
            true => unique("buttons have the same id", buttons.iter().map(|button| button.id.as_str())),
            false => Ok(()),
        }
    }

    /// A menu, under its label.
    fn menu(&self, label: &str, sections: &[Section]) -> Carried {
        self.fixed("menu's label", label, self.label)?;
        let rows = || sections.iter().flat_map(|section| &section.rows);
        if !(1..=10).contains(&rows().count()) {
            return refused(format!(
                "WhatsApp takes one to ten rows in all, and this menu has {}.",
                rows().count()
            ));
        }
        if self.sections {
            sections.iter().try_for_each(|section| self.section(section, sections.len() > 1))?;
        }
        for row in rows() {
            self.fixed("row's title", &row.title, self.row)?;
            if self.ids {
                self.fixed("row's id", &row.id, self.row_id)?;
            }
            let second = row.description.as_deref().unwrap_or_default();
            self.within("row's second line", second, self.description)?;
            self.without_braces("row's second line", second)?;
        }
        match self.ids {
            true => unique("rows have the same id", rows().map(|row| row.id.as_str())),
            false => Ok(()),
        }
    }

    fn section(&self, section: &Section, titled: bool) -> Carried {
        if section.rows.is_empty() {
            return refused("A section of the menu has no rows.");
        }
        match section.title.as_deref() {
            Some(title) => self.required("section's title", title, self.row),
            None if titled => refused("With several sections each needs a title."),
            None => Ok(()),
        }
    }

    /// An address that a phone or the provider can open.
    pub fn web_address(&self, url: &str) -> Carried {
        self.fixed("link", url, self.url)?;
        is_web(url)
    }

    /// A form.
    fn form(&self, flow: &Flow) -> Carried {
        self.frame(&flow.text, flow.header.as_deref(), flow.footer.as_deref())?;
        self.required("button's label", &flow.label, self.label)?;
        self.required("form's id", &flow.flow_id, FORM_ID)
    }
}
