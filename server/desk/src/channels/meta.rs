//! The WhatsApp Cloud API of Meta.
//!
//! One webhook address serves an app with all its numbers; what is signed is the raw body, with the app's
//! secret. A body holds entries (one for each WhatsApp Business account), these hold changes, and a change of
//! the field `messages` holds messages and statuses of one number at once. Everything is sent by
//! `POST /{phone_number_id}/messages` with a bearer token; its answer says only that the message was taken,
//! the rest comes in statuses. There is no key that would make a repeated send harmless.

use contract::Body;
use contract::settings::SettingField;
use http::HeaderMap;
use jiff::Timestamp;

use super::{About, Account, Answer, Call, Item, Malformed, NotCarried, Outcome, Outgoing, Provider};

mod content;
mod event;
mod fault;
mod json;
mod limits;
mod message;
mod parse;
mod person;
mod send;
mod sign;
mod status;
mod template;

pub use fault::fault_of;

/// The WhatsApp Cloud API.
pub struct Meta;

impl Provider for Meta {
    fn about(&self) -> About {
        About {
            provider: "meta",
            name: "WhatsApp Cloud API (Meta)",
            api_base: "https://graph.facebook.com/v25.0",
            channel_id_label: "Phone number ID (WhatsApp Manager, API Setup; not the number itself)",
            verify_token: Some("verify_token"),
            fields: fields(),
            rate: 80,
        }
    }

    fn handshake(&self, query: &[(String, String)], account: &Account) -> Option<String> {
        sign::handshake(query, account)
    }

    fn genuine(&self, headers: &HeaderMap, body: &[u8], account: &Account) -> bool {
        sign::genuine(headers, body, account)
    }

    fn parse(&self, _content_type: Option<&str>, body: &[u8]) -> Result<Vec<Item>, Malformed> {
        parse::parse(body, Timestamp::now())
    }

    fn carries(&self, body: &Body) -> Result<(), NotCarried> {
        limits::carries(body)
    }

    fn call(&self, account: &Account, channel: &str, outgoing: &Outgoing) -> Result<Call, NotCarried> {
        send::call(account, channel, outgoing)
    }

    fn outcome(&self, answer: &Answer) -> Outcome {
        fault::outcome(answer)
    }
}

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
            "A system user's, with whatsapp_business_messaging (Business settings, System users).",
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
