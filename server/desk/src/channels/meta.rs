//! The WhatsApp Cloud API of Meta.
//!
//! One webhook address serves an app with all its numbers; what is signed is the raw body, with the app's
//! secret. A body holds entries (one for each WhatsApp Business account), these hold changes, and a change of
//! the field `messages` holds messages and statuses of one number at once. Everything is sent by
//! `POST /{phone_number_id}/messages` with a bearer token; its answer says only that the message was taken,
//! the rest comes in statuses. There is no key that would make a repeated send harmless.

use contract::Body;
use contract::capability::{Capabilities, Feature, FileBy, TextUnit};
use contract::message::Media;
use contract::settings::SettingField;

use super::provider::{abilities, file_rules};
use super::templates::Templates;
use super::{
    About, Account, Answer, Arrived, Fault, Found, Hook, Item, Learned, Malformed, Need, NotCarried, Outcome,
    Outgoing, PairLimit, Provider, Scope, Step, Via,
};

mod check;
mod content;
mod draft;
mod event;
mod fault;
mod limits;
mod message;
mod news;
mod parse;
mod person;
mod send;
mod sign;
mod status;
mod template;
mod templates;
mod upload;

pub use fault::fault_of;
// Whoever passes WhatsApp's own codes on means the same by them.
pub(super) use fault::{class, clean};

/// The WhatsApp Cloud API.
pub struct Meta;

impl Provider for Meta {
    fn about(&self) -> About {
        About {
            provider: "meta",
            name: "WhatsApp Cloud API (Meta)",
            api_base: "https://graph.facebook.com/v25.0",
            channel_id_label: "Phone number ID (WhatsApp Manager, API Setup; not the number itself)",
            made_up: Some("verify_token"),
            webhook_suffix: "",
            steps: STEPS,
            fields: fields(),
            rate: 80,
            rate_counts_inbound: true,
            file_hosts: &["lookaside.fbsbx.com", ".fbcdn.net", ".whatsapp.net"],
            has_ids: true,
        }
    }

    fn capabilities(&self) -> Capabilities {
        let missing =
            [(Feature::Backlog, "Meta delivers again for seven days what was not taken; it lists nothing.")];
        Capabilities {
            text: 4_096,
            text_unit: TextUnit::CodePoint,
            files_by: FileBy::Upload,
            files: file_rules(upload::FILES),
            abilities: abilities(&[], &missing),
        }
    }

    fn handshake(&self, query: &[(String, String)], account: &Account) -> Option<String> {
        sign::handshake(query, account)
    }

    fn genuine(&self, hook: &Hook<'_>, account: &Account) -> bool {
        sign::genuine(hook.headers, hook.body, account)
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
        upload::learn(need, answer)
    }

    fn opted_out(&self, code: &str, _reason: &str) -> Option<Scope> {
        (code == fault::OPTED_OUT).then_some(Scope::Marketing)
    }

    fn fetch(&self, via: &Via<'_>, media: &Media) -> Result<Step, NotCarried> {
        upload::fetch(via, media)
    }

    fn check(&self, via: &Via<'_>) -> Result<Step, NotCarried> {
        check::check(via)
    }

    fn checked(&self, answer: &Answer) -> Result<Vec<Found>, Fault> {
        check::checked(answer)
    }

    fn pair_limit(&self) -> Option<PairLimit> {
        Some(PairLimit::WHATSAPP)
    }

    fn templates(&self) -> Option<&dyn Templates> {
        Some(self)
    }
}

const STEPS: &[&str] = &[
    "In the App dashboard, under WhatsApp, Configuration, enter the webhook address and the verify token.",
    "There, subscribe to the fields messages, message_template_status_update, message_template_quality_update, \
     message_template_components_update, template_category_update, phone_number_quality_update, account_update, user_preferences and \
     smb_message_echoes.",
    "Send a message from a phone to the number: the lamp turns on.",
];

fn fields() -> Vec<SettingField> {
    let field = |key: &str, label: &str, help: &str| SettingField {
        key: key.to_owned(),
        label: label.to_owned(),
        help: help.to_owned(),
        secret: true,
        optional: false,
    };
    vec![
        field(
            "access_token",
            "Access token",
            "A system user's, with whatsapp_business_messaging and, for templates, whatsapp_business_management \
             (Business settings, System users).",
        ),
        field("app_secret", "App secret", "Signs every webhook (App dashboard, App settings, Basic)."),
        SettingField {
            secret: false,
            optional: true,
            ..field(
                "waba_id",
                "WhatsApp Business account ID",
                "For the list of templates (WhatsApp Manager, Account overview).",
            )
        },
    ]
}
