//! What a message holds. One shape for every provider; what a provider cannot carry it refuses.

use serde::{Deserialize, Serialize};

use super::template::Template;
use crate::id::FileId;

/// What a message holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Plain text with WhatsApp's own markup.
    Text {
        /// The text.
        text: String,
    },
    /// A file.
    Media(Media),
    /// A place.
    Location(Location),
    /// Contact cards.
    Contacts {
        /// The cards.
        cards: Vec<ContactCard>,
    },
    /// Text with up to three reply buttons.
    Buttons {
        /// The text above the buttons (at most 1,024 characters).
        text: String,
        /// A line above it.
        header: Option<String>,
        /// A small line below it.
        footer: Option<String>,
        /// One to three buttons.
        buttons: Vec<Choice>,
    },
    /// Text with a menu of up to ten rows.
    List {
        /// The text above the menu.
        text: String,
        /// A line above it.
        header: Option<String>,
        /// A small line below it.
        footer: Option<String>,
        /// The label that opens the menu (at most 20 characters).
        button: String,
        /// Its sections.
        sections: Vec<Section>,
    },
    /// Text with one button that opens a web page.
    LinkButton {
        /// The text.
        text: String,
        /// A line above it.
        header: Option<String>,
        /// A small line below it.
        footer: Option<String>,
        /// The button's label.
        label: String,
        /// Where it leads.
        url: String,
    },
    /// Asks the customer for their location.
    LocationRequest {
        /// The text.
        text: String,
    },
    /// Asks the customer for their phone number.
    ContactRequest {
        /// The text.
        text: String,
    },
    /// A form that WhatsApp shows.
    Flow(Flow),
    /// An approved template.
    Template(Template),
    /// The customer tapped a button.
    ButtonReply {
        /// The button's id (a template's quick reply: its payload).
        id: String,
        /// Its label.
        title: String,
    },
    /// The customer chose a row of a menu.
    ListReply {
        /// The row's id.
        id: String,
        /// Its title.
        title: String,
        /// Its second line.
        description: Option<String>,
    },
    /// The customer filled a form.
    FlowReply {
        /// The form's name, where the provider says.
        name: Option<String>,
        /// What was filled in, in the order given; internal tokens are left out.
        fields: Vec<Field>,
    },
    /// The customer ordered from a catalogue.
    Order {
        /// What they wrote beside it.
        text: Option<String>,
        /// The items.
        items: Vec<OrderItem>,
    },
    /// News about the contact that the provider wrote into the thread (a changed number, say).
    System {
        /// The kind, in the provider's word.
        kind: String,
        /// The text.
        text: String,
    },
    /// Something that WhatsApp does not pass on, or that we do not know yet. Kept and shown as such.
    Unsupported {
        /// The kind, in the provider's word.
        kind: String,
        /// What the provider says about it.
        detail: Option<String>,
    },
}

/// The kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A sound file.
    Audio,
    /// A voice note.
    Voice,
    /// Any other file.
    Document,
    /// A sticker.
    Sticker,
}

impl MediaKind {
    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            MediaKind::Image => "image",
            MediaKind::Video => "video",
            MediaKind::Audio => "audio",
            MediaKind::Voice => "voice",
            MediaKind::Document => "document",
            MediaKind::Sticker => "sticker",
        }
    }
}

/// A file, by reference: the bytes are elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// The provider's id of it, where there is one.
    pub id: Option<String>,
    /// A public address of it, where there is one. For what came in: as the provider gave it, short-lived.
    pub link: Option<String>,
    /// Its type, as declared.
    pub mime: Option<String>,
    /// Text beside it.
    pub caption: Option<String>,
    /// Its name, for documents.
    pub file_name: Option<String>,
    /// The digest that the provider gave, as given.
    pub sha256: Option<String>,
    /// Whether a sticker moves.
    pub animated: Option<bool>,
    /// Why the bytes cannot be had, when the provider says so.
    pub unavailable: Option<String>,
    /// The file in our own store, once it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileId>,
    /// Its size in bytes, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
    /// What the desk has found in the bytes, once they are in our own store. While there is a `file` and not this,
    /// it is on its way; with `unavailable` beside it, it could not be had and can be tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<Stored>,
}

/// What the desk has found in the bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Its type, by its first bytes, whatever was declared.
    pub mime: String,
    /// Its size in bytes.
    pub size: i64,
    /// Width and height of its small picture in pixels, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<(u32, u32)>,
}

impl Media {
    /// A file of which nothing is known but its kind.
    pub fn of(kind: MediaKind) -> Media {
        Media {
            kind,
            id: None,
            link: None,
            mime: None,
            caption: None,
            file_name: None,
            sha256: None,
            animated: None,
            unavailable: None,
            file: None,
            size: None,
            stored: None,
        }
    }
}

/// A place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// What it is called.
    pub name: Option<String>,
    /// Its postal address.
    pub address: Option<String>,
    /// A page about it.
    pub url: Option<String>,
}

/// A shared contact card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct ContactCard {
    /// The whole name.
    pub name: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Where they work.
    pub company: Option<String>,
    /// Their numbers.
    pub phones: Vec<CardEntry>,
    /// Their mail addresses.
    pub emails: Vec<CardEntry>,
    /// Their web pages.
    pub urls: Vec<CardEntry>,
    /// Why it was shared, where the provider says (`contact_request`).
    pub origin: Option<String>,
}

/// One number, mail address or page of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct CardEntry {
    /// The number, address or page.
    pub value: String,
    /// What it is for (`WORK`, `HOME`).
    pub label: Option<String>,
    /// Its WhatsApp id, for numbers.
    pub wa_id: Option<String>,
}

/// A button or a row that the customer can choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Comes back when it is chosen.
    pub id: String,
    /// What the customer sees.
    pub title: String,
    /// A second line, in menus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A section of a menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its title; required when there are several.
    pub title: Option<String>,
    /// Its rows.
    pub rows: Vec<Choice>,
}

/// A form that WhatsApp shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// The text above the button.
    pub text: String,
    /// A line above it.
    pub header: Option<String>,
    /// A small line below it.
    pub footer: Option<String>,
    /// The form's id at the provider.
    pub flow_id: String,
    /// The button's label.
    pub label: String,
    /// Comes back with the answer.
    pub token: Option<String>,
    /// The first screen, for forms that start by navigation.
    pub screen: Option<String>,
}

/// One thing that was filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its value, as text.
    pub value: String,
}

/// One item of an order. Amounts are decimal numbers as text, so that nothing is rounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderItem {
    /// The shop's number of the product.
    pub product: String,
    /// How many.
    pub quantity: String,
    /// The price of one.
    pub price: String,
    /// Its currency (ISO 4217).
    pub currency: String,
}

impl Body {
    /// Plain text.
    pub fn text(text: impl Into<String>) -> Body {
        Body::Text { text: text.into() }
    }

    /// The word for its kind, as in SQL and in `inspect`.
    pub fn kind(&self) -> &'static str {
        match self {
            Body::Text { .. } => "text",
            Body::Media(media) => media.kind.as_str(),
            Body::Location(_) => "location",
            Body::Contacts { .. } => "contacts",
            Body::Buttons { .. } => "buttons",
            Body::List { .. } => "list",
            Body::LinkButton { .. } => "link_button",
            Body::LocationRequest { .. } => "location_request",
            Body::ContactRequest { .. } => "contact_request",
            Body::Flow(_) => "flow",
            Body::Template(_) => "template",
            Body::ButtonReply { .. } => "button_reply",
            Body::ListReply { .. } => "list_reply",
            Body::FlowReply { .. } => "flow_reply",
            Body::Order { .. } => "order",
            Body::System { .. } => "system",
            Body::Unsupported { .. } => "unsupported",
        }
    }

    /// Its words, as far as it has any: what a search or a bot reads.
    pub fn words(&self) -> Option<&str> {
        match self {
            Body::Text { text }
            | Body::Buttons { text, .. }
            | Body::List { text, .. }
            | Body::LinkButton { text, .. }
            | Body::LocationRequest { text }
            | Body::ContactRequest { text }
            | Body::System { text, .. } => Some(text),
            Body::Media(media) => media.caption.as_deref(),
            Body::Flow(flow) => Some(&flow.text),
            Body::Template(template) => Some(&template.text),
            Body::ButtonReply { title, .. } | Body::ListReply { title, .. } => Some(title),
            Body::Order { text, .. } => text.as_deref(),
            Body::Location(place) => place.name.as_deref(),
            Body::Contacts { cards } => cards.first().map(|card| card.name.as_str()),
            Body::FlowReply { .. } | Body::Unsupported { .. } => None,
        }
    }

    /// The files in it: its own, or those in a template's header.
    pub fn files_mut(&mut self) -> Vec<&mut Media> {
        match self {
            Body::Media(media) => vec![media],
            Body::Template(template) => {
                let media = template.header.iter_mut().filter_map(|parameter| match parameter {
                    super::Parameter::Media(media) => Some(media),
                    _ => None,
                });
                media.collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether WhatsApp lets it go out only while the customer's window is open. Templates may go at any time.
    pub fn needs_window(&self) -> bool {
        !matches!(self, Body::Template(_))
    }
}
