//! Choosing a template, filling it in, and beginning a conversation with it. Kept plain, because an agent's browser
//! carries it all day: a template comes as the things to fill in, and goes back as a message.

use serde::{Deserialize, Serialize};

use crate::id::{ChannelId, ClientId, ConnectionId, ContactId, ConversationId, MessageId, TemplateId};
use crate::message::{ButtonValue, Media, MediaKind, Parameter, Template, TemplateButton};
use crate::template::{TemplateCategory, TemplateInfo, TemplateStatus};
use crate::time::Time;

/// Where something is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the line at the top.
    Header,
    /// The file at the top, by its public address.
    File(MediaKind),
    /// In the text.
    Body,
    /// At the end of a button's address.
    Link(u8),
    /// The code that a button copies.
    Code(u8),
}

/// One thing to fill in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Where.
    pub place: Place,
    /// The variable's name there (`1`, `order_id`); empty for a file.
    pub name: String,
    /// A sample, where the provider has one.
    pub sample: String,
}

/// A template, as the picker and the settings show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateCard {
    /// Which.
    pub id: TemplateId,
    /// Of which connection.
    pub connection: ConnectionId,
    /// The provider's own id of it.
    pub provider_id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its language (`en_US`).
    pub language: String,
    /// What it is for.
    pub category: Option<TemplateCategory>,
    /// What it was for before the provider changed that.
    pub previous_category: Option<TemplateCategory>,
    /// Where it stands.
    pub status: TemplateStatus,
    /// Why it was refused or taken out of use.
    pub reason: Option<String>,
    /// How customers like it, in the provider's word.
    pub quality: Option<String>,
    /// The line at its top.
    pub header: Option<String>,
    /// Its text.
    pub body: String,
    /// The small line below it.
    pub footer: Option<String>,
    /// The labels of its buttons.
    pub buttons: Vec<String>,
    /// What is to be filled in, in the order of reading.
    pub slots: Vec<Slot>,
    /// How often it was sent from here.
    pub used: i64,
    /// When it was last sent from here.
    pub last_used_at: Option<Time>,
}

impl TemplateCard {
    /// What the customer will read, with these values in the order of the slots; what is empty stays as it stands.
    pub fn text(&self, values: &[String]) -> String {
        let value = |place: Place, name: &str| {
            let at = self.slots.iter().position(|slot| slot.place == place && slot.name == name)?;
            values.get(at).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        TemplateInfo::read_out(
            self.header.as_deref().map(|text| TemplateInfo::filled(text, |name| value(Place::Header, name))),
            TemplateInfo::filled(&self.body, |name| value(Place::Body, name)),
        )
    }

    /// Whether there is a value for every slot.
    pub fn complete(&self, values: &[String]) -> bool {
        self.slots.len() <= values.len()
            && self.slots.iter().zip(values).all(|(_, value)| !value.trim().is_empty())
    }

    /// The template, filled in with these values in the order of the slots.
    pub fn fill(&self, values: &[String]) -> Template {
        let mut template = Template {
            name: self.name.clone(),
            id: self.provider_id.clone(),
            language: self.language.clone(),
            text: self.text(values),
            header: Vec::new(),
            body: Vec::new(),
            buttons: Vec::new(),
        };
        for (slot, value) in self.slots.iter().zip(values) {
            let value = value.trim().to_owned();
            match slot.place {
                Place::Header => template.header.push(named(slot, value, template.header.len())),
                Place::File(kind) => {
                    template.header.push(Parameter::Media(Media { link: Some(value), ..Media::of(kind) }));
                }
                Place::Body => template.body.push(named(slot, value, template.body.len())),
                Place::Link(index) => {
                    template.buttons.push(TemplateButton { index, value: ButtonValue::UrlSuffix(value) });
                }
                Place::Code(index) => {
                    template.buttons.push(TemplateButton { index, value: ButtonValue::CopyCode(value) });
                }
            }
        }
        template
    }
}

/// A variable by its name, unless its name is just its place.
fn named(slot: &Slot, text: String, before: usize) -> Parameter {
    let name = (slot.name != (before + 1).to_string()).then(|| slot.name.clone());
    Parameter::Text { text, name }
}

/// Which templates are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct TemplateQuery {
    /// To be sent over this channel: one language of each name, the wanted one first.
    pub channel: Option<ChannelId>,
    /// Of this connection; absent with no channel either: of all.
    pub connection: Option<ConnectionId>,
    /// Words in the name or the text.
    pub words: String,
    /// The wanted language; empty: any.
    pub language: String,
    /// Only of this category.
    pub category: Option<TemplateCategory>,
    /// Only with this status.
    pub status: Option<TemplateStatus>,
    /// How many to leave out: those of the pages before.
    pub skip: u32,
}

/// One page of templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateShelf {
    /// The templates, at most [`TemplateShelf::PAGE`].
    pub templates: Vec<TemplateCard>,
    /// Whether there are more.
    pub more: bool,
    /// Every language that the connection has templates in.
    pub languages: Vec<String>,
    /// The channels from which a template can be sent.
    pub lines: Vec<LineChoice>,
}

impl TemplateShelf {
    /// Templates on a page.
    pub const PAGE: u32 = 40;
}

/// A channel from which a conversation can be begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineChoice {
    /// Which.
    pub channel: ChannelId,
    /// What people here call it.
    pub name: String,
    /// The number as people write it.
    pub number: Option<String>,
}

/// Whom to write to first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A contact who is known.
    Contact(ContactId),
    /// A number in any way of writing, or a business-scoped user id.
    Address(String),
}

/// Beginning a conversation, under a key of the sender's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The key: the same key is done once, however often it is sent.
    pub id: ClientId,
    /// From which channel.
    pub channel: ChannelId,
    /// To whom.
    pub to: Recipient,
    /// With what.
    pub template: Template,
}

/// A conversation was begun, or taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// The conversation.
    pub conversation: ConversationId,
    /// The template's message in it.
    pub message: MessageId,
}
