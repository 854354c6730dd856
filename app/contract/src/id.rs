//! Ids of things: UUIDs with a name, so that a contact's id cannot be passed for a conversation's.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// A person who signs in: an agent or an admin.
    AgentId;
    /// A bot.
    BotId;
    /// A customer, whatever numbers or ids a provider knows them by.
    ContactId;
    /// How a provider names a contact on one channel.
    AddressId;
    /// One account at a provider: credentials, secrets, webhook URL.
    ConnectionId;
    /// One number or sender of a connection.
    ChannelId;
    /// A conversation.
    ConversationId;
    /// A message.
    MessageId;
    /// One provider call for one part of a message.
    DeliveryId;
    /// One handoff from a bot to people.
    HandoffId;
    /// A handoff that one agent, or a team, may accept for a while.
    OfferId;
    /// People who answer together.
    TeamId;
    /// A routing rule.
    RuleId;
    /// Rules that are tried on what has happened.
    SimulationId;
    /// A promise about time.
    SlaId;
    /// A promise to write back.
    CallbackId;
    /// A file in our own store.
    FileId;
    /// A template, as the desk knows it.
    TemplateId;
    /// A web address that is told what happens.
    EndpointId;
    /// One event on its way to such an address.
    EndpointDeliveryId;
    /// A token of the public API.
    TokenId;
    /// Made by the browser (UUID v4): the key under which a command is done once, however often it is sent.
    ClientId;
}
