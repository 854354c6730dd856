//! The Conversation API of Sinch.
//!
//! One webhook brings one event of an app; what is signed is the raw body with a nonce and a time. Which event it
//! is only the key of its payload tells. An app is one channel: everything goes out by `POST …/messages:send`
//! with a bearer token that lives for an hour, and the answer says only that the message was queued; the rest
//! comes in delivery reports, with the mark that went along (`message_metadata`). There is no key that would make
//! a repeated send harmless. Sinch's older WhatsApp API, switched off in September 2023, is told apart and left
//! alone.

use contract::Body;
use contract::capability::{Capabilities, Feature, FileBy, TextUnit};
use contract::message::Media;
use contract::settings::SettingField;

use super::backlog::Backlog;
use super::provider::{abilities, file_rules};
use super::templates::Templates;
use super::{
    About, Account, Answer, Arrived, Fault, Found, Hook, Item, Learned, Malformed, Need, NotCarried, Outcome,
    Outgoing, Provider, Scope, Step, Via,
};

mod access;
mod check;
mod content;
mod event;
mod fault;
mod limits;
mod listing;
mod media;
mod message;
mod missed;
mod parse;
mod person;
mod send;
mod sign;
mod status;
mod template;

pub use fault::reported;

/// The Conversation API.
pub struct Sinch;

impl Provider for Sinch {
    fn about(&self) -> About {
        About {
            provider: "sinch",
            name: "Sinch Conversation API",
            api_base: "https://eu.conversation.api.sinch.com",
            channel_id_label: "App ID (Sinch dashboard, Conversation API, Apps)",
            made_up: None,
            webhook_suffix: "",
            steps: STEPS,
            fields: fields(),
            rate: 20,
            rate_counts_inbound: false,
            file_hosts: media::HOSTS,
            has_ids: true,
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            text: 4_096,
            text_unit: TextUnit::CodePoint,
            files_by: FileBy::Address,
            files: file_rules(media::FILES),
            abilities: abilities(REPLACED, MISSING),
        }
    }

    fn genuine(&self, hook: &Hook<'_>, account: &Account) -> bool {
        sign::genuine(hook, account)
    }

    fn parse(&self, arrived: &Arrived<'_>) -> Result<Vec<Item>, Malformed> {
        parse::parse(arrived.body, arrived.at)
    }

    fn carries(&self, body: &Body) -> Result<(), NotCarried> {
        limits::carries(body)
    }

    fn call(&self, via: &Via<'_>, outgoing: &Outgoing) -> Result<Step, NotCarried> {
        send::call(via, outgoing)
    }

    fn outcome(&self, answer: &Answer) -> Outcome {
        fault::outcome(answer)
    }

    fn learn(&self, need: &Need, answer: &Answer) -> Result<Learned, Fault> {
        access::learn(need, answer)
    }

    fn opted_out(&self, _code: &str, reason: &str) -> Option<Scope> {
        fault::opted_out(reason).then_some(Scope::Marketing)
    }

    fn fetch(&self, via: &Via<'_>, media: &Media) -> Result<Step, NotCarried> {
        media::fetch(via, media)
    }

    fn check(&self, via: &Via<'_>) -> Result<Step, NotCarried> {
        check::check(via)
    }

    fn checked(&self, answer: &Answer) -> Result<Vec<Found>, Fault> {
        check::checked(answer)
    }

    fn templates(&self) -> Option<&dyn Templates> {
        Some(self)
    }

    fn backlog(&self) -> Option<&dyn Backlog> {
        Some(self)
    }
}

const REPLACED: &[(Feature, &str)] = &[(
    Feature::Backlog,
    "Sinch lists messages only while the app keeps them: 180 days in conversation mode, at most seven days in \
     dispatch mode, and there none unless it is set.",
)];

const MISSING: &[(Feature, &str)] = &[
    (Feature::Quote, "Sinch cannot quote a message in what it sends; the reply goes without the quote."),
    (Feature::Reaction, "Sinch sends no reactions; those of customers come in."),
    (Feature::MarkRead, "Sinch's Conversation API sends no read marks."),
    (Feature::ContactRequest, "Sinch has no message that asks for a phone number. Ask for it in a text."),
    (Feature::TemplateCreate, "Templates are made in the Sinch dashboard; they are listed and sent here."),
];

const STEPS: &[&str] = &[
    "In the Sinch dashboard, under Conversation API, Apps, open the app that has the WhatsApp channel: its \
     region, its ID and the project ID stand there.",
    "There, add a webhook with the webhook address, the target type HTTP, the webhook secret and the triggers \
     MESSAGE_INBOUND, MESSAGE_DELIVERY, EVENT_INBOUND, UNSUPPORTED, CHANNEL_EVENT, OPT_IN, OPT_OUT, \
     CONTACT_MERGE and CONTACT_IDENTITIES_DUPLICATION.",
    "Set the same secret as the app's secret_for_overridden_callback_urls (callback settings): delivery reports \
     are signed with it.",
    "Send a message from a phone to the number: the lamp turns on.",
];

fn fields() -> Vec<SettingField> {
    let field = |key: &str, label: &str, help: &str| SettingField {
        key: key.to_owned(),
        label: label.to_owned(),
        help: help.to_owned(),
        secret: false,
        optional: false,
    };
    let secret = |field: SettingField| SettingField { secret: true, ..field };
    vec![
        field("project_id", "Project ID", "Sinch dashboard, Settings, Projects."),
        field("app_id", "App ID", "The app with the WhatsApp channel (Conversation API, Apps)."),
        field("key_id", "Key ID", "Of an access key of the project (Settings, Access keys)."),
        secret(field("key_secret", "Key secret", "Shown once, when the access key is made.")),
        secret(field(
            "webhook_secret",
            "Webhook secret",
            "Signs every webhook. Make up a long one and enter it at Sinch with the webhook address.",
        )),
        SettingField {
            optional: true,
            ..field("region", "Region", "Where the app was made: us, eu or br. Empty stands for eu.")
        },
    ]
}
