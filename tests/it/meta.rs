//! The WhatsApp Cloud API against golden results: every payload of the fixtures folder has one, and each says
//! what we claim is right.
//!
//! `BATON_FIXTURES` names the folder. `BATON_BLESS=1` writes the golden results anew; read them then.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

use desk::channels::meta::Meta;
use desk::channels::{Account, Answer, Outcome, Provider, inspect};
use serde_json::{Value, json};

mod detail;
mod limits;
mod mutation;
mod own;
mod sending;
mod signature;

/// The account that everything here belongs to.
fn account(values: &[(&str, &[&str])]) -> Account {
    let secrets = |all: &[&str]| all.iter().map(|one| (*one).into()).collect();
    let values: BTreeMap<_, Vec<_>> =
        values.iter().map(|(key, all)| ((*key).to_owned(), secrets(all))).collect();
    Account::new("https://graph.facebook.com/v23.0/", values)
}

fn tests_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every payload, by its name. None where the folder is not there, which is said loudly.
fn fixtures() -> Option<BTreeMap<String, Value>> {
    let folder = std::env::var_os("BATON_FIXTURES").unwrap_or_else(|| "../shared/fixtures".into());
    let folder = tests_folder().join("..").join(folder).join("meta");
    if !folder.is_dir() {
        // Not by a macro, whose words the test runner keeps to itself.
        let said = format!("\n!!! NOTHING WAS COMPARED: no fixtures in {} !!!\n\n", folder.display());
        std::io::stderr().write_all(said.as_bytes()).unwrap();
        return None;
    }
    let found = read_folder(&folder);
    assert!(!found.is_empty(), "no fixtures in {}", folder.display());
    Some(found)
}

fn read_folder(folder: &PathBuf) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read(&path).unwrap();
        let value = serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        found.insert(name, value);
    }
    found
}

/// The items of a webhook body, as `inspect` shows them.
fn inspected(body: &[u8]) -> Value {
    match Meta.parse(Some("application/json"), body) {
        Ok(items) => inspect::items(&items),
        Err(malformed) => json!({ "malformed": malformed.0 }),
    }
}

/// What a provider's answer means.
fn meaning(response: &Value) -> Value {
    let answer = Answer {
        status: response["status"].as_u64().unwrap() as u16,
        retry_after: None,
        body: response["body"].to_string().into_bytes().into(),
    };
    match Meta.outcome(&answer) {
        Outcome::Accepted { id, address } => json!({ "outcome": "accepted", "id": id, "address": address }),
        Outcome::Refused(fault) => json!({
            "outcome": "refused",
            "class": fault.class.as_str(),
            "code": fault.code,
            "reason": fault.reason,
        }),
        Outcome::Unknown { .. } => json!({ "outcome": "unknown" }),
    }
}

/// What we make of a payload, whatever kind it is.
fn made_of(name: &str, fixture: &Value) -> Value {
    if fixture.get("object").is_some() {
        return inspected(&serde_json::to_vec_pretty(fixture).unwrap());
    }
    if fixture.get("scheme").is_some() {
        return json!({ "genuine": signature::of_fixture(fixture) });
    }
    if fixture.get("server_verify_token").is_some() {
        return json!({ "answer": signature::handshake_of_fixture(fixture) });
    }
    let answer = meaning(&fixture["response"]);
    if !name.starts_with("send_") {
        return json!({ "answer": answer });
    }
    let (request, differences) = sending::of_fixture(name, &fixture["request"]);
    json!({ "request": request, "differences": differences, "answer": answer })
}

#[test]
fn every_payload_is_read_as_its_golden_result_says() {
    compare("golden/meta", |name, fixture| Some(made_of(name, fixture)));
}

/// What `inspect` leaves out: everything else that we take from a webhook.
#[test]
fn every_detail_of_a_webhook_is_read_as_its_golden_result_says() {
    compare("golden/meta/detail", |_, fixture| fixture.get("object").map(|_| detail::of(fixture)));
}

/// Compares what is made of every payload with its golden result: neither may lack the other.
fn compare(folder: &str, made_of: impl Fn(&str, &Value) -> Option<Value>) {
    let Some(fixtures) = fixtures() else { return };
    let folder = tests_folder().join(folder);
    let made = fixtures.iter().filter_map(|(name, fixture)| Some((name.clone(), made_of(name, fixture)?)));
    let made: BTreeMap<String, Value> = made.collect();
    if std::env::var_os("BATON_BLESS").is_some() {
        made.iter().for_each(|(name, made)| fs::write(folder.join(name), format!("{made:#}\n")).unwrap());
        return;
    }
    let golden = read_folder(&folder);
    let mut wrong = Vec::new();
    for (name, made) in &made {
        match golden.get(name) {
            None => wrong.push(format!("{name}: there is no golden result")),
            Some(expected) if expected != made => {
                wrong.push(format!("{name}: expected {expected:#}\nfound {made:#}"));
            }
            Some(_) => {}
        }
    }
    let orphans = golden.keys().filter(|name| !made.contains_key(*name));
    wrong.extend(orphans.map(|name| format!("{name}: a golden result without a payload")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
