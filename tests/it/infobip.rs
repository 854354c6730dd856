//! Infobip against golden results: every payload of the fixtures folder has one, and each says what we claim is
//! right.

use desk::channels::infobip::Infobip;
use desk::channels::{Account, Answer, Provider};
use serde_json::{Value, json};

use crate::protocol::{self, Payload};

mod faults;
mod files;
mod limits;
mod mutation;
mod own;
mod sending;
mod shapes;
mod signature;
mod templates;

/// The account that everything here belongs to.
fn account(values: &[(&str, &[&str])]) -> Account {
    protocol::account("https://xxxxx.api.infobip.com/", values)
}

/// An answer of Infobip's.
fn answer(status: u16, body: &Value) -> Answer {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    Answer { status, retry_after: None, body: body.into() }
}

/// Whether a fixture is the body of a webhook.
fn is_webhook(fixture: &Value) -> bool {
    fixture.get("response").is_none()
}

/// What we make of a payload, whatever kind it is.
fn made_of(name: &str, fixture: &Value) -> Value {
    if is_webhook(fixture) {
        let body = serde_json::to_vec_pretty(fixture).unwrap();
        return protocol::inspected(&Infobip, Some("application/json"), &body);
    }
    if name == "templates_list.json" {
        let page = Infobip.templates().unwrap().listed(&answer(200, &fixture["response"]["body"])).unwrap();
        return json!({ "templates": page.templates, "next": page.next });
    }
    let answer = protocol::meaning(&Infobip, &fixture["response"]);
    if !name.starts_with("send_") {
        return json!({ "answer": answer });
    }
    let (request, differences) = sending::of_fixture(name, &fixture["request"]);
    json!({ "request": request, "differences": differences, "answer": answer })
}

#[test]
fn every_payload_is_read_as_its_golden_result_says() {
    compare("infobip", |name, fixture| Some(made_of(name, fixture)));
}

fn detail(fixture: &Value) -> Value {
    crate::detail::of(&protocol::parse(&Infobip, None, fixture.to_string().as_bytes()).unwrap())
}

/// What `inspect` leaves out: everything else that we take from a webhook.
#[test]
fn every_detail_of_a_webhook_is_read_as_its_golden_result_says() {
    compare("infobip/detail", |_, fixture| is_webhook(fixture).then(|| detail(fixture)));
}

fn compare(folder: &str, made_of: impl Fn(&str, &Value) -> Option<Value>) {
    protocol::compare(folder, "infobip", |name, payload| match payload {
        Payload::Json(fixture) => made_of(name, fixture),
        Payload::Form(form) => panic!("{name}: Infobip sends no forms, and this has {} bytes", form.len()),
    });
}
