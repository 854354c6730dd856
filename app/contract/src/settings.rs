//! What the settings screens show and change. Providers describe their own fields, so that no type here
//! names one. Secrets travel to the server only.

use serde::{Deserialize, Serialize};

use crate::bots::{BotChange, BotScreen, BotShown};
use crate::connection::ConnectionPage;
use crate::consent::ConsentPolicy;
use crate::endpoint::{EndpointDelivery, EndpointPage, EndpointQuery, Endpoints};
use crate::id::{AgentId, BotId, ChannelId, ConnectionId, EndpointDeliveryId, TeamId};
use crate::person::Role;
use crate::rules::{RuleChange, RuleScreen, RulesShown};
use crate::team::{ChannelPlacing, TeamDraft};
use crate::template::TemplateDraft;
use crate::time::Time;
use crate::webhook::{LogQuery, WebhookKey, WebhookLog, WebhookPage};

mod consent;
mod ledger;
mod people;
mod teams;
mod templates;

pub use consent::*;
pub use ledger::*;
pub use people::*;
pub use teams::*;
pub use templates::*;

/// A settings screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingsPage {
    /// Connections and their channels.
    Channels,
    /// One connection.
    Connection(ConnectionId),
    /// The people who sign in.
    People,
    /// What came in, and what became of it.
    Ledger,
    /// What came in, webhook by webhook.
    Inbound(LogQuery),
    /// One webhook.
    Webhook(WebhookKey),
    /// Web addresses that are told what happens.
    Endpoints,
    /// One such address and what was sent to it.
    Endpoint(EndpointQuery),
    /// One delivery to it.
    EndpointDelivery(EndpointDeliveryId),
    /// Bots.
    Bots(BotScreen),
    /// Templates: where they come from, and what happened to those in use.
    Templates,
    /// Who wants to be written to first.
    Consent,
    /// Tokens of the public API.
    Tokens,
    /// Teams, and where handoffs go.
    Teams,
    /// Promises about time.
    Slas,
    /// Routing rules.
    Rules(RuleScreen),
    /// My own account.
    Account,
}

/// What a settings screen shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "page", rename_all = "snake_case")]
pub enum Settings {
    /// Connections and their channels.
    Channels(ChannelSettings),
    /// One connection.
    Connection(Box<ConnectionPage>),
    /// The people who sign in.
    People {
        /// All of them, sorted by name.
        people: Vec<Person>,
    },
    /// What came in, and what became of it.
    Ledger(LedgerView),
    /// What came in, webhook by webhook.
    Inbound(WebhookLog),
    /// One webhook.
    Webhook(Box<WebhookPage>),
    /// Web addresses that are told what happens.
    Endpoints(Endpoints),
    /// One such address and what was sent to it.
    Endpoint(Box<EndpointPage>),
    /// One delivery to it.
    EndpointDelivery(Box<EndpointDelivery>),
    /// Bots.
    Bots(Box<BotShown>),
    /// Templates: where they come from, and what happened to those in use.
    Templates(TemplateSettings),
    /// Who wants to be written to first.
    Consent(ConsentSettings),
    /// Tokens of the public API.
    Tokens(crate::token::TokenSettings),
    /// Teams, and where handoffs go.
    Teams(TeamSettings),
    /// Promises about time, sorted by name.
    Slas(Vec<crate::sla::Sla>),
    /// Routing rules.
    Rules(Box<RulesShown>),
    /// My own account.
    Account {
        /// Where I am signed in.
        sign_ins: Vec<SignIn>,
    },
}

/// Connections and their channels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelSettings {
    /// The connections, sorted by name.
    pub connections: Vec<ConnectionView>,
    /// The providers that a connection can be made to.
    pub providers: Vec<ProviderView>,
    /// The bots that a channel can begin with.
    pub bots: Vec<(BotId, String)>,
}

/// One provider, as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderView {
    /// Its word in the registry.
    pub provider: String,
    /// Its name for people.
    pub name: String,
    /// What a connection needs, where its calls go included (`api_base`).
    pub fields: Vec<SettingField>,
    /// What the admin does at the provider, step by step.
    pub steps: Vec<String>,
    /// Whether its webhooks come by several addresses, each with a tag.
    pub has_doors: bool,
    /// Whether what was missed can be fetched from it.
    pub has_backlog: bool,
    /// What a channel's own id is called there, and where to find it.
    pub channel_id_label: String,
}

/// One thing that a connection needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingField {
    /// Its key.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// Where to find it.
    pub help: String,
    /// Whether it is a secret: kept encrypted, never shown again.
    pub secret: bool,
    /// Whether it may be left out.
    pub optional: bool,
}

/// One connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionView {
    /// Which.
    pub id: ConnectionId,
    /// The provider's word.
    pub provider: String,
    /// What people here call it.
    pub name: String,
    /// Where the provider sends its webhooks.
    pub webhook_url: String,
    /// The token to type at the provider when it checks that address, where it does so.
    pub verify_token: Option<String>,
    /// Where its calls go.
    pub api_base: String,
    /// Whether it is the built-in stand-in.
    pub sandbox: bool,
    /// When its last webhook came in.
    pub last_webhook_at: Option<Time>,
    /// Webhooks with a wrong signature in the last 24 hours.
    pub bad_signatures: i64,
    /// Its numbers.
    pub channels: Vec<ChannelView>,
    /// Numbers that webhooks named and that are not set up here.
    pub unknown_channels: Vec<UnknownChannel>,
}

/// One number or sender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelView {
    /// Which.
    pub id: ChannelId,
    /// What people here call it.
    pub name: String,
    /// The provider's id of it.
    pub provider_channel: String,
    /// The number as people write it.
    pub number: Option<String>,
    /// The bot that answers first.
    pub bot: Option<BotId>,
    /// Messages a second that it may send.
    pub rate: i32,
    /// Why it does not send at present, if it does not.
    pub paused: Option<String>,
    /// Whether customers see that somebody is typing; absent where the provider cannot show it.
    #[serde(default)]
    pub typing: Option<bool>,
    /// How long customers stay joined, where they have to join first.
    #[serde(default)]
    pub joins: Option<Joins>,
}

/// A number that is for trying out: whoever wants to use it has to join, and the join ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joins {
    /// How long a join holds, in hours.
    pub hours: i32,
    /// When the customer who wrote last has to join anew, at the latest; absent: nobody has written yet.
    pub end_by: Option<Time>,
}

/// A number that webhooks named and that is not set up here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownChannel {
    /// The provider's id of it.
    pub provider_channel: String,
    /// How many items named it.
    pub items: i64,
    /// When the last one came.
    pub last_at: Time,
}

/// A change of the configuration. Each is done in one transaction and refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum SettingsChange {
    /// Replace values of a connection; an old secret stays valid for 24 hours.
    ReplaceSecrets {
        /// Which.
        connection: ConnectionId,
        /// The fields to replace.
        fields: Vec<(String, String)>,
    },
    /// Set up a number of a connection.
    AddChannel {
        /// Of which connection.
        connection: ConnectionId,
        /// What to call it.
        name: String,
        /// The provider's id of it.
        provider_channel: String,
        /// The number as people write it.
        number: Option<String>,
        /// The bot that answers first.
        bot: Option<BotId>,
    },
    /// Let a channel begin with another bot, or with none.
    SetChannelBot {
        /// Which.
        channel: ChannelId,
        /// The bot.
        bot: Option<BotId>,
    },
    /// Let the customers of a channel see that somebody is typing, or not.
    ShowTyping {
        /// Which.
        channel: ChannelId,
        /// Whether they see it.
        on: bool,
    },
    /// Let a paused channel send again.
    ResumeChannel {
        /// Which.
        channel: ChannelId,
    },
    /// Make one more address for the webhooks of a connection.
    AddDoor {
        /// Of which connection.
        connection: ConnectionId,
        /// The channel that its messages come in on.
        channel: ChannelId,
        /// What rules know it by.
        tag: String,
    },
    /// Take such an address away.
    RemoveDoor {
        /// Of which connection.
        connection: ConnectionId,
        /// The end of its path.
        path: String,
    },
    /// Set how long an equal message without an id can be a repeat of the one before.
    SetRepeatWindow {
        /// Of which connection.
        connection: ConnectionId,
        /// How long, in seconds.
        seconds: i32,
    },
    /// Something about a bot.
    Bot(BotChange),
    /// Something about routing rules.
    Rules(RuleChange),
    /// Read a connection's templates now.
    SyncTemplates {
        /// Which.
        connection: ConnectionId,
    },
    /// Make a template at the provider and submit it.
    SubmitTemplate {
        /// At which connection.
        connection: ConnectionId,
        /// What it is.
        draft: TemplateDraft,
    },
    /// The alerts are seen.
    SeenAlerts,
    /// Treat consent differently on a channel.
    SetConsentPolicy {
        /// Which.
        channel: ChannelId,
        /// How.
        policy: ConsentPolicy,
    },
    /// Make or change a team.
    SaveTeam {
        /// Which; absent: a new one.
        team: Option<TeamId>,
        /// How it is set up.
        draft: Box<TeamDraft>,
    },
    /// Take a team away.
    RemoveTeam {
        /// Which.
        team: TeamId,
    },
    /// Something about promises.
    Sla(crate::sla::SlaChange),
    /// Set where a channel's handoffs go.
    PlaceChannel {
        /// Which.
        channel: ChannelId,
        /// Where they go.
        placing: Box<ChannelPlacing>,
    },
    /// Set what somebody is good at.
    SetSkills {
        /// Who.
        person: AgentId,
        /// What they are good at; `billing:5`: how good, 1 to 5.
        skills: Vec<String>,
    },
    /// Set how many conversations somebody is given at once.
    SetCapacity {
        /// Who.
        person: AgentId,
        /// How many; absent: any number.
        capacity: Option<i32>,
    },
    /// Let somebody sign in.
    AddPerson {
        /// The name that colleagues see.
        name: String,
        /// The address they sign in with.
        email: String,
        /// What they may do.
        role: Role,
        /// Their first password.
        password: String,
    },
    /// Let somebody sign in again, or no longer; in the latter case they are signed out everywhere.
    SetActive {
        /// Who.
        person: AgentId,
        /// Whether they may sign in.
        active: bool,
    },
    /// Change my password; I am signed out everywhere else.
    ChangePassword {
        /// The one that holds now.
        current: String,
        /// The new one.
        new: String,
    },
    /// Sign me out everywhere, here too.
    SignOutEverywhere,
}

/// A change of the configuration was not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRefused {
    /// The field that it is about, where it is about one.
    pub field: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}
