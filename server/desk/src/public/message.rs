//! Messages: one flat object each, with what its type has.

use contract::Body;
use contract::message::{Choice, ContactCard, Media, OrderItem};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::words::{At, Party, StateWord};

/// One message, as it is when it is read. What its type does not have is absent.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Message {
    /// Which.
    pub id: Uuid,
    /// In which conversation.
    pub conversation_id: Uuid,
    /// The number of the event that brought it.
    pub seq: i64,
    /// When it was written.
    pub at: At,
    /// By whom.
    pub author: Party,
    /// What it is: `text`, `image`, `video`, `audio`, `voice`, `document`, `sticker`, `location`, `contacts`, `buttons`,
    /// `list`, `link_button`, `location_request`, `contact_request`, `flow`, `template`, `button_reply`, `list_reply`,
    /// `flow_reply`, `order`, `system`, `unsupported`. More may come: treat what you do not know as text.
    pub r#type: &'static str,
    /// Its words, as far as it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<File>,
    /// What the tapped button or the chosen row carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// What the customer can choose from, of buttons and menus.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Selectable>,
    /// Where its button leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Place>,
    /// Shared contact cards.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<SharedContact>,
    /// What was filled into a form.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Filled>,
    /// What was ordered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// Which template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateName>,
    /// Whether it is a private note, which never leaves the desk.
    pub note: bool,
    /// The message that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Quoted>,
    /// The emoji on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
    /// How far it has come; absent for what came in, and for notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateWord>,
    /// Why it did not arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// The epoch under which it was written.
    pub epoch: i64,
    /// When its author changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<At>,
    /// When its author deleted it for everyone. What it said is left out then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<At>,
    /// Goes up with every change of this message.
    pub version: i64,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct File {
    /// Which, once the desk has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Where its bytes are, with a token: once the desk has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its type: as found in the bytes, else as declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Its size in bytes, once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
    /// Why its bytes cannot be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<String>,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Choice)]
pub struct Selectable {
    /// Comes back when it is chosen.
    pub id: String,
    /// What the customer sees.
    pub title: String,
    /// A second line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Place {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A shared contact card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SharedContact {
    /// The whole name.
    pub name: String,
    /// Where they work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Their numbers.
    pub phones: Vec<String>,
    /// Their mail addresses.
    pub emails: Vec<String>,
}

/// One thing that was filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Filled {
    /// Its name.
    pub name: String,
    /// Its value, as text.
    pub value: String,
}

/// One item of an order. Amounts are decimal numbers as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Item {
    /// The shop's number of the product.
    pub product: String,
    /// How many.
    pub quantity: String,
    /// The price of one.
    pub price: String,
    /// Its currency (ISO 4217).
    pub currency: String,
}

/// Which template a message was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TemplateName {
    /// Its name at the provider.
    pub name: String,
    /// Its language.
    pub language: String,
}

/// A quoted message, in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Quoted {
    /// Which, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<Uuid>,
    /// Its first words.
    pub text: String,
}

/// One emoji on a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reaction {
    /// Who reacted.
    pub author: Party,
    /// With what.
    pub emoji: String,
}

/// Why something that was sent did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Failure {
    /// The provider's code, or one of the desk's (`window_closed`, `owner_changed`).
    pub code: String,
    /// What it means, for a person.
    pub reason: String,
}

impl Message {
    /// A message, for somebody who reaches the desk at an address.
    pub fn of(message: &contract::Message, desk: &str) -> Message {
        let told = Message {
            id: message.id.0,
            conversation_id: message.conversation.0,
            seq: message.seq,
            at: At(message.at),
            author: message.author.into(),
            r#type: message.body.kind(),
            text: None,
            media: None,
            payload: None,
            choices: Vec::new(),
            url: None,
            location: None,
            contacts: Vec::new(),
            fields: Vec::new(),
            items: Vec::new(),
            template: None,
            note: message.note,
            quoted: message.quoted.as_ref().map(|quoted| Quoted {
                message_id: quoted.message.map(|id| id.0),
                text: quoted.text.clone(),
            }),
            reactions: message
                .reactions
                .iter()
                .map(|on| Reaction { author: on.author.into(), emoji: on.emoji.clone() })
                .collect(),
            state: message.state.map(StateWord),
            failure: message
                .failure
                .as_ref()
                .map(|why| Failure { code: why.code.clone(), reason: why.reason.clone() }),
            epoch: message.epoch,
            edited_at: message.edited_at.map(At),
            revoked_at: message.revoked_at.map(At),
            version: message.version,
        };
        // What its author took back is told to nobody who has not read it.
        if message.revoked_at.is_some() {
            Message { quoted: None, ..told }
        } else {
            told.saying(&message.body, desk)
        }
    }

    fn saying(mut self, body: &Body, desk: &str) -> Message {
        self.text = body.words().map(str::to_owned);
        match body {
            Body::Media(media) => self.media = Some(File::of(media, desk)),
            Body::Location(place) => {
                self.text = None;
                self.location = Some(Place {
                    latitude: place.latitude,
                    longitude: place.longitude,
                    name: place.name.clone(),
                    address: place.address.clone(),
                });
            }
            Body::Contacts { cards } => {
                self.text = None;
                self.contacts = cards.iter().map(SharedContact::of).collect();
            }
            Body::Buttons { buttons, .. } => self.choices = buttons.iter().map(Selectable::of).collect(),
            Body::List { sections, .. } => {
                self.choices =
                    sections.iter().flat_map(|section| &section.rows).map(Selectable::of).collect();
            }
            Body::LinkButton { url, .. } => self.url = Some(url.clone()),
            Body::ButtonReply { id, .. } | Body::ListReply { id, .. } => self.payload = Some(id.clone()),
            Body::Template(template) => {
                self.template =
                    Some(TemplateName { name: template.name.clone(), language: template.language.clone() });
            }
            Body::FlowReply { fields, .. } => {
                let filled = |field: &contract::message::Field| Filled {
                    name: field.name.clone(),
                    value: field.value.clone(),
                };
                self.fields = fields.iter().map(filled).collect();
            }
            Body::Order { items, .. } => self.items = items.iter().map(Item::of).collect(),
            _ => {}
        }
        self
    }
}

impl File {
    fn of(media: &Media, desk: &str) -> File {
        let id = media.file.filter(|_| media.stored.is_some());
        let stored = media.stored.as_ref();
        File {
            id: media.file.map(|id| id.0),
            url: id.map(|id| format!("{}/api/v1/media/{id}", desk.trim_end_matches('/'))),
            mime_type: stored.map(|stored| stored.mime.clone()).or_else(|| media.mime.clone()),
            file_name: media.file_name.clone(),
            size: stored.map(|stored| stored.size).or(media.size),
            unavailable: media.unavailable.clone(),
        }
    }
}

impl Selectable {
    fn of(choice: &Choice) -> Selectable {
        Selectable {
            id: choice.id.clone(),
            title: choice.title.clone(),
            description: choice.description.clone(),
        }
    }
}

impl SharedContact {
    fn of(card: &ContactCard) -> SharedContact {
        SharedContact {
            name: card.name.clone(),
            company: card.company.clone(),
            phones: card.phones.iter().map(|entry| entry.value.clone()).collect(),
            emails: card.emails.iter().map(|entry| entry.value.clone()).collect(),
        }
    }
}

impl Item {
    fn of(item: &OrderItem) -> Item {
        Item {
            product: item.product.clone(),
            quantity: item.quantity.clone(),
            price: item.price.clone(),
            currency: item.currency.clone(),
        }
    }
}
