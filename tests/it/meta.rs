//! The WhatsApp Cloud API against golden results: every payload of the fixtures folder has one, and each says
//! what we claim is right.

use desk::channels::Account;
use desk::channels::meta::Meta;
use serde_json::{Value, json};

use crate::protocol::{self, Payload};

mod limits;
mod mutation;
mod own;
mod sending;
mod signature;
mod templates;

/// The account that everything here belongs to.
fn account(values: &[(&str, &[&str])]) -> Account {
    protocol::account("https://graph.facebook.com/v23.0/", values)
}

/// What we make of a payload, whatever kind it is.
fn made_of(name: &str, fixture: &Value) -> Value {
    if fixture.get("object").is_some() {
        let body = serde_json::to_vec_pretty(fixture).unwrap();
        return protocol::inspected(&Meta, Some("application/json"), &body);
    }
    if fixture.get("scheme").is_some() {
        return json!({ "genuine": signature::of_fixture(fixture) });
    }
    if fixture.get("server_verify_token").is_some() {
        return json!({ "answer": signature::handshake_of_fixture(fixture) });
    }
    let answer = protocol::meaning(&Meta, &fixture["response"]);
    if !name.starts_with("send_") {
        return json!({ "answer": answer });
    }
    let (request, differences) = sending::of_fixture(name, &fixture["request"]);
    json!({ "request": request, "differences": differences, "answer": answer })
}

#[test]
fn every_payload_is_read_as_its_golden_result_says() {
    compare("meta", |name, fixture| Some(made_of(name, fixture)));
}

fn detail(fixture: &Value) -> Value {
    crate::detail::of(&protocol::parse(&Meta, None, fixture.to_string().as_bytes()).unwrap())
}

/// What `inspect` leaves out: everything else that we take from a webhook.
#[test]
fn every_detail_of_a_webhook_is_read_as_its_golden_result_says() {
    compare("meta/detail", |_, fixture| fixture.get("object").map(|_| detail(fixture)));
}

fn compare(folder: &str, made_of: impl Fn(&str, &Value) -> Option<Value>) {
    protocol::compare(folder, "meta", |name, payload| match payload {
        Payload::Json(fixture) => made_of(name, fixture),
        Payload::Form(form) => panic!("{name}: Meta sends no forms, and this has {} bytes", form.len()),
    });
}
