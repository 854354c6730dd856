//! What a channel can carry. A provider declares it; the desk checks by it, the composer offers only what works and
//! says why the rest does not.

use serde::{Deserialize, Serialize};

use crate::message::MediaKind;

/// Something that a channel may be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// A reply that quotes a message.
    Quote,
    /// An emoji on a message.
    Reaction,
    /// The customer sees that somebody is typing.
    Typing,
    /// The customer sees that their message was read.
    MarkRead,
    /// Up to three reply buttons.
    Buttons,
    /// A menu of up to ten rows.
    List,
    /// A button that opens a web page.
    LinkButton,
    /// A place on the map.
    Location,
    /// Asking for the customer's place.
    LocationRequest,
    /// Contact cards.
    Contacts,
    /// Asking for the customer's number.
    ContactRequest,
    /// A form that WhatsApp shows.
    Form,
    /// Files to the customer; which, the rules for files say.
    MediaOut,
    /// Files from the customer.
    MediaIn,
    /// Approved templates can be sent.
    Template,
    /// The provider can list its templates.
    TemplateList,
    /// Templates can be created and submitted from here.
    TemplateCreate,
    /// The provider reports that a message has arrived.
    Delivered,
    /// The provider reports that a message was read.
    ReadReceipts,
    /// What was missed can be fetched afterwards.
    Backlog,
}

/// How far a feature is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Degree {
    /// As WhatsApp has it.
    Native,
    /// In another form, which the note tells.
    Replaced,
    /// Not at all.
    Missing,
}

/// One feature of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ability {
    /// Which.
    pub feature: Feature,
    /// How far it is there.
    pub degree: Degree,
    /// What stands in for it, or why it is not there: for a person; empty where it is native.
    pub note: String,
}

/// In what a text's length is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextUnit {
    /// Unicode code points.
    CodePoint,
    /// UTF-16 units.
    Utf16,
}

impl TextUnit {
    /// The length of a text.
    pub fn count(self, text: &str) -> usize {
        match self {
            TextUnit::CodePoint => text.chars().count(),
            TextUnit::Utf16 => text.encode_utf16().count(),
        }
    }
}

/// How a file gets to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileBy {
    /// It is uploaded; works without a public address of ours.
    Upload,
    /// The provider fetches it from a public address of ours.
    Address,
    /// Not at all.
    Nothing,
}

/// What files of one kind must be like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRule {
    /// The kind.
    pub kind: MediaKind,
    /// Types that are taken, without parameters; empty: any.
    pub types: Vec<String>,
    /// The most bytes.
    pub most_bytes: u64,
    /// The longest text beside it; 0: none can stand there.
    pub caption: u32,
}

/// What a channel can carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// The longest text of one call; a longer one goes in several.
    pub text: u32,
    /// In what that is counted.
    pub text_unit: TextUnit,
    /// How files get to the provider.
    pub files_by: FileBy,
    /// Which files are taken; a kind that is not there is not.
    pub files: Vec<FileRule>,
    /// Every feature, once.
    pub abilities: Vec<Ability>,
}

impl Capabilities {
    /// How far a feature is there, and the note about it.
    pub fn of(&self, feature: Feature) -> (Degree, &str) {
        self.abilities
            .iter()
            .find(|ability| ability.feature == feature)
            .map_or((Degree::Missing, ""), |ability| (ability.degree, ability.note.as_str()))
    }

    /// Whether a feature can be offered, in whatever form.
    pub fn offers(&self, feature: Feature) -> bool {
        self.of(feature).0 != Degree::Missing
    }

    /// The rule for files of a kind.
    pub fn file(&self, kind: MediaKind) -> Option<&FileRule> {
        self.files.iter().find(|rule| rule.kind == kind)
    }
}

impl Feature {
    /// Every feature.
    pub const ALL: [Feature; 20] = [
        Feature::Quote,
        Feature::Reaction,
        Feature::Typing,
        Feature::MarkRead,
        Feature::Buttons,
        Feature::List,
        Feature::LinkButton,
        Feature::Location,
        Feature::LocationRequest,
        Feature::Contacts,
        Feature::ContactRequest,
        Feature::Form,
        Feature::MediaOut,
        Feature::MediaIn,
        Feature::Template,
        Feature::TemplateList,
        Feature::TemplateCreate,
        Feature::Delivered,
        Feature::ReadReceipts,
        Feature::Backlog,
    ];
}
