//! Braze against golden results: every payload of the fixtures folder has one, and each says what we claim is
//! right.

use desk::channels::Account;
use desk::channels::braze::Braze;
use serde_json::{Value, json};

use crate::protocol::{self, Payload};

mod answers;
mod inbound;
mod limits;
mod mutation;
mod sending;
mod signature;

/// Where the account's calls go unless its own field says otherwise.
const BASE: &str = "https://rest.iad-01.braze.com";

/// The account that everything here belongs to.
fn account(values: &[(&str, &[&str])]) -> Account {
    protocol::account(BASE, values)
}

/// What we make of a payload, whatever kind it is.
fn made_of(name: &str, fixture: &Value) -> Value {
    if name.starts_with("in_") {
        let body = serde_json::to_vec_pretty(fixture).unwrap();
        return protocol::inspected(&Braze, Some("application/json"), &body);
    }
    let answer = protocol::meaning(&Braze, &fixture["response"]);
    if !name.starts_with("send_") {
        return json!({ "answer": answer });
    }
    let (request, differences) = sending::of_fixture(name, &fixture["request"]);
    json!({ "request": request, "differences": differences, "answer": answer })
}

#[test]
fn every_payload_is_read_as_its_golden_result_says() {
    compare("braze", |name, fixture| Some(made_of(name, fixture)));
}

fn detail(fixture: &Value) -> Value {
    crate::detail::of(&protocol::parse(&Braze, None, fixture.to_string().as_bytes()).unwrap())
}

/// What `inspect` leaves out: everything else that we take from a webhook.
#[test]
fn every_detail_of_a_webhook_is_read_as_its_golden_result_says() {
    compare("braze/detail", |name, fixture| name.starts_with("in_").then(|| detail(fixture)));
}

fn compare(folder: &str, made_of: impl Fn(&str, &Value) -> Option<Value>) {
    protocol::compare(folder, "braze", |name, payload| match payload {
        Payload::Json(fixture) => made_of(name, fixture),
        Payload::Form(_) => panic!("{name}: Braze sends no forms"),
    });
}
