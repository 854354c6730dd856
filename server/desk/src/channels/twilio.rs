//! WhatsApp over Twilio.
//!
//! Everything comes to one webhook address, one message or status in each form; what is signed is that address
//! as Twilio has it, with the sorted fields of the form behind it, by the account's auth token, also where an API
//! key makes the calls. Everything is sent by `POST …/Messages.json`, also a form. Buttons, menus and templates
//! are things of the Content API: made (or chosen) first, then sent by their `HX…`. Files are fetched by Twilio
//! from a public address of ours. There is no key that would make a repeated send harmless; our own mark comes
//! back in the query of the address for statuses.

use contract::Body;
use contract::capability::{Capabilities, Feature, FileBy, TextUnit};
use contract::message::Media;
use contract::settings::SettingField;

use super::backlog::Backlog;
use super::provider::{abilities, file_rules};
use super::templates::Templates;
use super::{
    About, Account, Answer, Arrived, Fault, Found, Hook, Item, Learned, Malformed, Need, NotCarried, Outcome,
    Outgoing, PairLimit, Provider, Receipt, Scope, Step, Via, phone,
};

mod access;
mod approval;
mod body;
mod check;
mod fault;
mod file;
mod form;
mod limits;
mod message;
mod missed;
mod parse;
mod person;
mod pool;
mod quote;
mod rich;
mod send;

mod sign;
mod status;
mod template;

pub use fault::fault_of;

/// WhatsApp over Twilio.
pub struct Twilio;

/// What stands behind our address, there and in the address for statuses: five tries, also where we answered
/// with 5xx or too late. Without it Twilio tries again only where no connection came about.
const RETRIES: &str = "#rc=5&rp=5xx,ct,rt";

/// The number of Twilio's own sandbox, and for how long a phone that has joined it stays so (channels reference:
/// basics).
const SANDBOX: &str = "14155238886";
const SANDBOX_HOURS: i32 = 72;

impl Provider for Twilio {
    fn about(&self) -> About {
        About {
            provider: "twilio",
            name: "Twilio",
            api_base: access::API,
            channel_id_label: "WhatsApp number (with its country; or the SID of a Messaging Service, MG…)",
            made_up: None,
            webhook_suffix: RETRIES,
            steps: STEPS,
            fields: fields(),
            rate: 80,
            rate_counts_inbound: false,
            file_hosts: &["api.twilio.com", ".twilio.com", ".twiliocdn.com"],
            has_ids: true,
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            text: 1_600,
            text_unit: TextUnit::Utf16,
            files_by: FileBy::Address,
            files: file_rules(file::FILES),
            abilities: abilities(REPLACED, MISSING),
        }
    }

    fn genuine(&self, hook: &Hook<'_>, account: &Account) -> bool {
        sign::genuine(hook, account)
    }

    /// TwiML that does nothing: any text in it would go to the customer.
    fn receipt(&self) -> Receipt {
        Receipt { content_type: "text/xml", body: "<Response/>" }
    }

    fn parse(&self, arrived: &Arrived<'_>) -> Result<Vec<Item>, Malformed> {
        parse::parse(arrived)
    }

    fn also_named(&self, arrived: &Arrived<'_>) -> Option<String> {
        pool::named(arrived)
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
        match need.key.split(':').next().unwrap_or_default() {
            rich::KEY => rich::learn(answer),
            quote::KEY => quote::learn(answer),
            file::KEY => file::learn(need, answer),
            _ => check::learn(answer),
        }
    }

    fn opted_out(&self, code: &str, _reason: &str) -> Option<Scope> {
        (code == fault::OPTED_OUT).then_some(Scope::All)
    }

    fn fetch(&self, via: &Via<'_>, media: &Media) -> Result<Step, NotCarried> {
        file::fetch(via, media)
    }

    fn check(&self, via: &Via<'_>) -> Result<Step, NotCarried> {
        check::check(via)
    }

    /// Twilio lists no WhatsApp numbers here: credentials that hold bring an empty list.
    fn checked(&self, answer: &Answer) -> Result<Vec<Found>, Fault> {
        check::checked(answer)
    }

    fn join_hours(&self, channel: &str) -> Option<i32> {
        (phone::normalise(channel).as_deref() == Some(SANDBOX)).then_some(SANDBOX_HOURS)
    }

    fn pair_limit(&self) -> Option<PairLimit> {
        Some(PairLimit::WHATSAPP)
    }

    fn templates(&self) -> Option<&dyn Templates> {
        Some(&approval::Contents)
    }

    fn backlog(&self) -> Option<&dyn Backlog> {
        Some(&missed::Messages)
    }
}

const REPLACED: &[(Feature, &str)] = &[
    (
        Feature::Quote,
        "Twilio quotes nothing: the answer begins with a line “Re:” and the first words of the message.",
    ),
    (
        Feature::MarkRead,
        "Twilio marks a message as read only when typing is shown: from then on the customer sees it as read.",
    ),
    (Feature::List, "Menus go out without their sections: Twilio shows all rows in one list."),
    (Feature::Contacts, "Twilio carries no contact cards: they go out as text."),
];

const MISSING: &[(Feature, &str)] = &[
    (Feature::Reaction, "Twilio carries no reactions, neither from customers nor to them."),
    (Feature::LocationRequest, "Twilio cannot ask for a place. Ask for it in words."),
    (Feature::ContactRequest, "Twilio cannot ask for a number. Ask for it in words."),
    (Feature::Form, "Twilio sends forms only inside an approved template. Send one of those."),
];

const STEPS: &[&str] = &[
    "In the Twilio console, under Messaging, Senders, WhatsApp senders, open the number (for a Messaging Service: \
     its Integration). Enter the webhook address with all that stands behind it, the part after # included, for \
     incoming messages, with POST.",
    "There, enter the same address as the fallback URL too: Twilio asks it when the first one did not answer.",
    "To try it with Twilio's Sandbox number +14155238886: each phone joins by sending the code that the console \
     shows, and has to join again after 3 days.",
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
    let open = |field: SettingField| SettingField { secret: false, ..field };
    let optional = |field: SettingField| SettingField { optional: true, ..field };
    vec![
        open(field("account_sid", "Account SID", "Begins with AC (Twilio console, Account info).")),
        field(
            "auth_token",
            "Auth token",
            "Signs every webhook, also where an API key makes the calls (Twilio console, Account info).",
        ),
        optional(open(field(
            "api_key_sid",
            "API key SID",
            "Begins with SK. With an API key the calls go without the auth token (Account, API keys & tokens).",
        ))),
        optional(field(
            "api_key_secret",
            "API key secret",
            "Shown once, when the API key is made (Account, API keys & tokens).",
        )),
        optional(open(field(
            "messaging_service_sid",
            "Messaging Service SID",
            "Begins with MG. Only where the number belongs to one (Messaging, Services).",
        ))),
    ]
}
