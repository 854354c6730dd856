//! WhatsApp through Braze, which owns the number; the desk is its “external system”.
//!
//! What comes in is sent by webhook campaigns (or Canvas steps) whose body the customer of Braze writes: one
//! message a request, without any id of WhatsApp's, without a time, and without a signature. What goes out is an
//! API-triggered campaign, or a message of our own (`/messages/send`), both queued by Braze: that they arrived or
//! were read is never told, and neither is that a message was dropped because the customer's window was closed.
//!
//! Several campaigns can post to one connection, each to an address of its own: what stands behind the connection
//! in the path is the channel.
//!
//! # What a campaign is given
//!
//! The body of an API-triggered campaign prints `{{api_trigger_properties.${name}}}`. These are the names:
//!
//! | name | what it is | kinds |
//! |---|---|---|
//! | `external_system_msg_body` | the text; the caption of a picture, empty where it has none | all |
//! | `external_system_image_uri` | a public address of the picture | image |
//! | `external_system_header`, `external_system_footer` | the lines above and below, where there are any | buttons, list |
//! | `external_system_buttons` | a list of `{"text"}` | buttons |
//! | `external_system_list` | `{"list_button_text", "list_sections": [{"section_title", "list_rows": [{"row_title", "row_description"}]}]}` | list |
//! | `external_system_template` | `{"template_name", "template_language_code", "header_variables", "body_variables", "button_variables", "header_media_uri"}`; variables by their place, from `"0"` | template |
//!
//! The names have underscores: Braze's guide prints `external_system_msg+body` in one place, which shows nothing.
//! Sources: Braze's external system guide, its pages about `/campaigns/trigger/send`, `/messages/send`, the WhatsApp
//! object, Liquid tags and errors.

use contract::Body;
use contract::capability::{Capabilities, Feature, FileBy, TextUnit};
use contract::message::Media;
use contract::settings::SettingField;

use super::provider::{abilities, file_rules, key_or_password};
use super::{
    About, Account, Answer, Arrived, Fault, Found, Hook, Item, Learned, Malformed, Need, NotCarried, Outcome,
    Outgoing, Provider, Step, Via,
};

mod check;
mod content;
mod direct;
mod fault;
mod fields;
mod lenient;
mod limits;
mod media;
mod parse;
mod send;
mod sign;
mod track;

pub use track::write_back;

/// WhatsApp through Braze.
pub struct Braze;

impl Provider for Braze {
    fn about(&self) -> About {
        About {
            provider: "braze",
            name: "Braze",
            api_base: fields::DEFAULT_BASE,
            channel_id_label: "A name of your choice; what stands last in a campaign's webhook address stands for it",
            made_up: None,
            webhook_suffix: "",
            steps: fields::STEPS,
            fields: setting_fields(),
            // 250,000 requests an hour, shared by everything that sends.
            rate: 60,
            rate_counts_inbound: false,
            file_hosts: media::HOSTS,
            has_ids: false,
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            text: limits::LIMITS.text as u32,
            text_unit: TextUnit::CodePoint,
            files_by: FileBy::Address,
            files: file_rules(media::FILES),
            abilities: abilities(REPLACED, MISSING),
        }
    }

    /// Its instances lie in America and in Europe.
    fn serves(&self, host: &str) -> bool {
        host.starts_with("rest.") && (host.ends_with(".braze.com") || host.ends_with(".braze.eu"))
    }

    fn genuine(&self, hook: &Hook<'_>, account: &Account) -> bool {
        sign::genuine(hook.headers, account)
    }

    fn unproven(&self, has: &dyn Fn(&str) -> bool) -> Option<(&'static str, &'static str)> {
        key_or_password(has)
    }

    fn parse(&self, arrived: &Arrived<'_>) -> Result<Vec<Item>, Malformed> {
        parse::parse(arrived)
    }

    fn carries(&self, body: &Body) -> Result<(), NotCarried> {
        limits::carries(body)
    }

    fn call(&self, via: &Via<'_>, outgoing: &Outgoing) -> Result<Step, NotCarried> {
        send::call(via, outgoing).map(Step::Call)
    }

    fn outcome(&self, answer: &Answer) -> Outcome {
        fault::outcome(answer)
    }

    fn learn(&self, _need: &Need, answer: &Answer) -> Result<Learned, Fault> {
        // Nothing is ever needed first, so this is never asked.
        Err(fault::of(answer))
    }

    fn fetch(&self, via: &Via<'_>, media: &Media) -> Result<Step, NotCarried> {
        media::fetch(via, media).map(Step::Call)
    }

    fn check(&self, via: &Via<'_>) -> Result<Step, NotCarried> {
        check::check(via).map(Step::Call)
    }

    fn checked(&self, answer: &Answer) -> Result<Vec<Found>, Fault> {
        check::checked(answer)
    }
}

const REPLACED: &[(Feature, &str)] = &[
    (Feature::LinkButton, "The link stands in the text: Braze's answers have no link buttons."),
    (Feature::Location, "The place goes as text with a link to a map."),
    (Feature::Contacts, "The cards go as text with names and numbers."),
    (Feature::ContactRequest, "The question goes as plain text, and the customer types the number."),
];

const MISSING: &[(Feature, &str)] = &[
    (Feature::Quote, "Braze shows no ids of messages, so none can be quoted."),
    (Feature::Reaction, "Braze sends no reactions."),
    (Feature::Typing, "Braze has no typing indicator."),
    (Feature::MarkRead, "Braze cannot mark messages as read."),
    (Feature::LocationRequest, "Braze cannot ask for a place, and passes on none that customers share."),
    (Feature::TemplateList, "Braze lists no WhatsApp templates; they are seen in its dashboard."),
    (Feature::TemplateCreate, "Templates are made in Braze's dashboard."),
    (Feature::Delivered, "Braze reports no deliveries to us; they are in its own analytics only."),
    (Feature::ReadReceipts, "Braze reports no read receipts to us; they are in its own analytics only."),
    (Feature::Backlog, "Braze tries a few times within minutes; what it then gives up cannot be listed."),
];

/// What a connection needs.
fn setting_fields() -> Vec<SettingField> {
    let field = |described: &fields::Described| SettingField {
        key: described.key.to_owned(),
        label: described.label.to_owned(),
        help: described.help.to_owned(),
        secret: described.secret,
        optional: described.optional,
    };
    fields::FIELDS.iter().map(field).collect()
}
