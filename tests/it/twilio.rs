//! WhatsApp over Twilio against golden results: every payload of the fixtures folder has one, and each says what
//! we claim is right.

use desk::channels::twilio::Twilio;
use desk::channels::{Account, Arrived, Item, Known, NotCarried, Outgoing, Provider, Step, Via};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::protocol::{self, Payload};

mod asking;
mod faults;
mod limits;
mod missed;
mod mutation;
mod own;
mod rich;
mod sending;
mod signature;
mod templates;

/// The type of every webhook about messages.
const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";
/// Our number, as the fixtures have it.
const NUMBER: &str = "14155238886";
/// The account of the fixtures.
const SID: &str = "AC00000000000000000000000000000001";

/// The account that everything here belongs to, at Twilio itself.
fn account(values: &[(&str, &[&str])]) -> Account {
    let known: &[(&str, &[&str])] = &[("account_sid", &[SID]), ("auth_token", &["token"])];
    let named = |key: &str| values.iter().any(|(name, _)| *name == key);
    let all: Vec<_> = known.iter().filter(|(key, _)| !named(key)).chain(values.iter()).copied().collect();
    protocol::account("https://api.twilio.com/", &all)
}

/// The next step on the way to a send.
fn step(account: &Account, outgoing: &Outgoing, known: &Known) -> Result<Step, NotCarried> {
    step_over(&via(account, known), outgoing)
}

fn step_over(via: &Via<'_>, outgoing: &Outgoing) -> Result<Step, NotCarried> {
    Twilio.call(via, outgoing)
}

/// Over our number, without an address for statuses.
fn via<'a>(account: &'a Account, known: &'a Known) -> Via<'a> {
    Via { account, channel: NUMBER, callback: None, known, at: Timestamp::now() }
}

/// What we make of a payload, whatever kind it is.
fn made_of(name: &str, payload: &Payload) -> Value {
    let fixture = match payload {
        Payload::Form(body) => return protocol::inspected(&Twilio, Some(FORM), body),
        Payload::Json(fixture) => fixture,
    };
    if name.starts_with("sig_") {
        return json!({ "genuine": signature::of_fixture(fixture) });
    }
    let answer = protocol::meaning(&Twilio, &fixture["response"]);
    if !name.starts_with("send_") {
        return json!({ "answer": answer });
    }
    let (request, differences) = sending::of_fixture(name, &fixture["request"]);
    json!({ "request": request, "differences": differences, "answer": answer })
}

#[test]
fn every_payload_is_read_as_its_golden_result_says() {
    protocol::compare("twilio", "twilio", |name, payload| Some(made_of(name, payload)));
}

/// The items of a webhook that came to our address with this query.
fn items(body: &[u8], query: &str) -> Vec<Item> {
    let arrived = Arrived { query, ..Arrived::body(body, Some(FORM), Timestamp::now()) };
    Twilio.parse(&arrived).unwrap()
}

/// What `inspect` leaves out: everything else that we take from a webhook.
#[test]
fn every_detail_of_a_webhook_is_read_as_its_golden_result_says() {
    protocol::compare("twilio/detail", "twilio", |_, payload| match payload {
        Payload::Form(body) => Some(crate::detail::of(&items(body, "delivery=d-7"))),
        Payload::Json(_) => None,
    });
}
