//! Words that stand for one thing each, and moments.

use std::borrow::Cow;

use contract::{Actor, Author, BotId, DeliveryState, Owner, Priority, ReasonCode, Stage, Time};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

/// A moment, as RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At(pub Time);

impl At {
    /// The moment as text.
    pub fn text(self) -> String {
        Timestamp::from_millisecond(self.0.0).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
    }
}

impl From<Time> for At {
    fn from(time: Time) -> At {
        At(time)
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<At, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        let moment = text.parse::<Timestamp>().map_err(|_| {
            serde::de::Error::custom("this is no moment as RFC 3339 has it, such as 2026-11-27T09:30:00Z")
        })?;
        Ok(At(Time(moment.as_millisecond())))
    }
}

impl PartialSchema for At {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
    }
}

impl ToSchema for At {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("At")
    }
}

/// Words of the desk, with all that they can be in the document.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let all = <$inner>::ALL.into_iter().map(|word| word.as_str());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(all)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($inner))
            }
        }
    )*};
}

words! {
    /// Where a conversation stands.
    StageWord(Stage);
    /// How soon somebody should look.
    PriorityWord(Priority);
    /// How far a message has come.
    StateWord(DeliveryState);
    /// Why a bot let go.
    ReasonWord(ReasonCode);
}

/// What sort of somebody a party is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// Nobody.
    Nobody,
    /// The customer.
    Contact,
    /// A bot.
    Bot,
    /// An agent.
    Agent,
    /// The desk itself: a timer, a rule, a failure.
    Desk,
    /// The provider.
    Provider,
    /// Somebody on the business's own phone app.
    Phone,
}

/// Somebody who owns a conversation, has written something or has done something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Party {
    /// What sort of somebody.
    pub kind: PartyKind,
    /// Which bot or agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The bot's or agent's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Party {
    fn new(kind: PartyKind, id: Option<Uuid>) -> Party {
        Party { kind, id, name: None }
    }

    /// With a name, where there is one.
    pub fn named(self, name: Option<String>) -> Party {
        Party { name, ..self }
    }

    /// Whether it is this bot.
    pub fn is_bot(&self, bot: BotId) -> bool {
        self.kind == PartyKind::Bot && self.id == Some(bot.0)
    }
}

impl From<Owner> for Party {
    fn from(owner: Owner) -> Party {
        match owner {
            Owner::Nobody => Party::new(PartyKind::Nobody, None),
            Owner::Bot(id) => Party::new(PartyKind::Bot, Some(id.0)),
            Owner::Agent(id) => Party::new(PartyKind::Agent, Some(id.0)),
        }
    }
}

impl From<Author> for Party {
    fn from(author: Author) -> Party {
        match author {
            Author::Contact => Party::new(PartyKind::Contact, None),
            Author::Bot(id) => Party::new(PartyKind::Bot, Some(id.0)),
            Author::Agent(id) => Party::new(PartyKind::Agent, Some(id.0)),
            Author::Desk => Party::new(PartyKind::Desk, None),
            Author::Phone => Party::new(PartyKind::Phone, None),
        }
    }
}

impl From<Actor> for Party {
    fn from(actor: Actor) -> Party {
        match actor {
            Actor::Contact => Party::new(PartyKind::Contact, None),
            Actor::Bot(id) => Party::new(PartyKind::Bot, Some(id.0)),
            Actor::Agent(id) => Party::new(PartyKind::Agent, Some(id.0)),
            Actor::Desk => Party::new(PartyKind::Desk, None),
            Actor::Provider => Party::new(PartyKind::Provider, None),
            Actor::Phone => Party::new(PartyKind::Phone, None),
        }
    }
}
