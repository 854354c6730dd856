//! The Conversation API of Sinch against golden results: every payload of the fixtures folder has one, and each
//! says what we claim is right.

use desk::channels::sinch::Sinch;
use desk::channels::{Account, Call, Known, NotCarried, Outgoing, Provider, Step, Via};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::protocol::{self, Payload};

mod asking;
mod classes;
mod limits;
mod mutation;
mod own;
mod sending;
mod signature;

/// The app that everything here belongs to.
const APP: &str = "01EB37HMH1M6SV18BSNS3G135H";
/// Our address for callbacks.
const CALLBACK: &str = "https://desk.example/webhooks/sinch/7";

/// The values of a connection.
const VALUES: &[(&str, &[&str])] = &[
    ("project_id", &["PROJECT_ID"]),
    ("app_id", &[APP]),
    ("key_id", &["key-7"]),
    ("key_secret", &["new secret", "old secret"]),
    ("webhook_secret", &["second", "first"]),
    ("region", &["us"]),
];

/// A connection at an address.
fn at(api_base: &str) -> Account {
    protocol::account(api_base, VALUES)
}

/// A connection at Sinch itself.
fn account() -> Account {
    at("https://eu.conversation.api.sinch.com")
}

/// What is known once a token was fetched.
fn with_token() -> Known {
    [("token".to_owned(), "<oauth token>".to_owned())].into()
}

/// Something done over a connection.
fn over<T>(account: &Account, known: &Known, callback: Option<&str>, ask: impl Fn(&Via<'_>) -> T) -> T {
    ask(&Via { account, channel: APP, callback, known, at: Timestamp::now() })
}

/// The call that a step is.
fn made(step: Step) -> Call {
    match step {
        Step::Call(call) => call,
        Step::First(need) => panic!("{} is needed first", need.key),
    }
}

/// The call that sends something, with a token.
fn call(outgoing: &Outgoing) -> Result<Call, NotCarried> {
    over(&account(), &with_token(), None, |via| Sinch.call(via, outgoing)).map(made)
}

/// What we make of a payload, whatever kind it is.
fn made_of(name: &str, fixture: &Value) -> Value {
    if fixture.get("scheme").is_some() {
        let (then, now) = signature::of_fixture(fixture);
        return json!({ "genuine_then": then, "genuine_years_later": now });
    }
    if fixture.get("response").is_none() {
        return protocol::inspected(
            &Sinch,
            Some("application/json"),
            &serde_json::to_vec_pretty(fixture).unwrap(),
        );
    }
    let answer = protocol::meaning(&Sinch, &fixture["response"]);
    if !name.starts_with("send_") {
        return json!({ "answer": answer });
    }
    let (request, differences) = sending::of_fixture(name, &fixture["request"]);
    json!({ "request": request, "differences": differences, "answer": answer })
}

#[test]
fn every_payload_is_read_as_its_golden_result_says() {
    compare("sinch", |name, fixture| Some(made_of(name, fixture)));
}

fn detail(fixture: &Value) -> Value {
    crate::detail::of(&protocol::parse(&Sinch, None, fixture.to_string().as_bytes()).unwrap())
}

/// What `inspect` leaves out: everything else that we take from a webhook.
#[test]
fn every_detail_of_a_webhook_is_read_as_its_golden_result_says() {
    let is_webhook = |fixture: &Value| fixture.get("response").is_none() && fixture.get("scheme").is_none();
    compare("sinch/detail", |_, fixture| is_webhook(fixture).then(|| detail(fixture)));
}

fn compare(folder: &str, made_of: impl Fn(&str, &Value) -> Option<Value>) {
    protocol::compare(folder, "sinch", |name, payload| match payload {
        Payload::Json(fixture) => made_of(name, fixture),
        Payload::Form(_) => panic!("{name}: Sinch sends no forms"),
    });
}
