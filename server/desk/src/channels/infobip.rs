//! Infobip's WhatsApp API.
//!
//! One webhook address takes everything: what customers write, reports of delivery and of reading, and news of
//! identities, templates, wishes and payments; which of them a body is, its shape tells. Infobip signs nothing by
//! default, so that a password or a key, which the admin types there, proves who is calling. Every kind of message
//! has an address of its own below `/whatsapp/1/message`. A send may name its own id: the same id again is refused
//! as a repeat, which is why a call whose answer was lost can be made again.

use contract::Body;
use contract::capability::{Capabilities, Feature, FileBy, TextUnit};
use contract::message::Media;
use contract::settings::SettingField;

use super::provider::{abilities, file_rules, key_or_password};
use super::templates::Templates;
use super::{
    About, Account, Answer, Arrived, Class, Fault, Found, Hook, Item, Learned, Malformed, Need, NotCarried,
    Outcome, Outgoing, Provider, Scope, Step, Via,
};

mod answer;
mod catalogue;
mod check;
mod codes;
mod content;
mod draft;
mod event;
mod fault;
mod file;
mod form;
mod interactive;
mod limits;
mod message;
mod parse;
mod person;
mod report;
mod send;
mod sign;
mod template;
mod time;

pub use fault::fault_of;

/// Downloads of customers' files that Infobip takes in a second; above that it answers 429 (channels reference:
/// media in).
pub const FILES_A_SECOND: u32 = 15;

/// Infobip.
pub struct Infobip;

impl Provider for Infobip {
    fn about(&self) -> About {
        About {
            provider: "infobip",
            name: "Infobip",
            api_base: "https://api.infobip.com",
            channel_id_label: "Sender (the WhatsApp number in Infobip, digits only)",
            made_up: None,
            webhook_suffix: "",
            steps: STEPS,
            fields: fields(),
            rate: 80,
            rate_counts_inbound: true,
            file_hosts: file::HOSTS,
            has_ids: true,
        }
    }

    fn capabilities(&self) -> Capabilities {
        let missing = [
            (Feature::Reaction, "Infobip can only receive reactions, not send them."),
            (Feature::Backlog, "Infobip sends again what was not taken; it has no list of what came in."),
        ];
        Capabilities {
            text: 4_096,
            text_unit: TextUnit::CodePoint,
            files_by: FileBy::Address,
            files: file_rules(file::RULES),
            abilities: abilities(&[], &missing),
        }
    }

    fn genuine(&self, hook: &Hook<'_>, account: &Account) -> bool {
        sign::genuine(hook.headers, account)
    }

    fn unproven(&self, has: &dyn Fn(&str) -> bool) -> Option<(&'static str, &'static str)> {
        key_or_password(has)
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
        answer::outcome(answer)
    }

    /// The key of the API does not expire and files go by their address: nothing is needed first.
    fn learn(&self, need: &Need, answer: &Answer) -> Result<Learned, Fault> {
        Err(Fault {
            class: Class::Permanent,
            code: answer.status.to_string(),
            reason: format!("Infobip needs nothing like “{}” before a call.", need.key),
            retry_after: None,
        })
    }

    fn opted_out(&self, code: &str, _reason: &str) -> Option<Scope> {
        (code == fault::OPTED_OUT).then_some(Scope::Marketing)
    }

    fn fetch(&self, via: &Via<'_>, media: &Media) -> Result<Step, NotCarried> {
        file::fetch(via, media)
    }

    fn files_a_second(&self) -> Option<u32> {
        Some(FILES_A_SECOND)
    }

    fn check(&self, via: &Via<'_>) -> Result<Step, NotCarried> {
        check::check(via)
    }

    fn checked(&self, answer: &Answer) -> Result<Vec<Found>, Fault> {
        check::checked(answer)
    }

    fn templates(&self) -> Option<&dyn Templates> {
        Some(&catalogue::Catalogue)
    }
}

const STEPS: &[&str] = &[
    "In Infobip's portal, open the number under Channels and Numbers, WhatsApp. In its inbound configuration choose \
     forwarding to HTTP, enter the webhook address and choose the format MO_OTT_CONTACT.",
    "There, let Infobip prove itself: with the user and password for webhooks (HTTP Basic), or with a header \
     X-Baton-Key that holds the key for webhooks. Without one of them nothing is taken in.",
    "Enter the same address and the same proof for delivery reports and seen reports, and for notifications about \
     templates, identity changes and marketing preferences.",
    "Send a message from a phone to the number: the lamp turns on.",
];

fn fields() -> Vec<SettingField> {
    let secret = |key: &str, label: &str, help: &str| SettingField {
        key: key.to_owned(),
        label: label.to_owned(),
        help: help.to_owned(),
        secret: true,
        optional: true,
    };
    vec![
        SettingField {
            optional: false,
            ..secret(
                "api_key",
                "API key",
                "With the scopes message:send, whatsapp:manage and inbound-message:read (portal, Developer Tools, \
                 API keys).",
            )
        },
        SettingField {
            secret: false,
            ..secret(
                "api_base",
                "Base URL",
                "Your own address at Infobip, such as https://xxxxx.api.infobip.com (portal, home page). Left out, \
                 calls go to https://api.infobip.com.",
            )
        },
        secret(
            "webhook_key",
            "Key for webhooks",
            "Make up a long random word and let Infobip send it in the header X-Baton-Key. This, or a user and a \
             password, is needed.",
        ),
        SettingField {
            secret: false,
            ..secret(
                "webhook_user",
                "User for webhooks",
                "The user that Infobip shows us by HTTP Basic, if it does not send a key.",
            )
        },
        secret("webhook_password", "Password for webhooks", "That user's password: a long random one."),
    ]
}
