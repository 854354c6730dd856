//! Providers against golden results: what every payload of the fixtures folder is made of, and how a provider is
//! asked without a desk around it.
//!
//! `BATON_FIXTURES` names the folder. `BATON_BLESS=1` writes the golden results anew; read them then.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use contract::Body;
use contract::message::{Media, MediaKind};
use desk::channels::{
    Account, Answer, Arrived, Call, Content, Hook, Item, Known, Malformed, NotCarried, Outcome, Outgoing,
    Provider, Recipient, Step, Via, What, inspect,
};
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// Where a webhook came, where that does not matter.
pub const URL: &str = "https://desk.example/webhooks/x/1";

/// An account with these values by field.
pub fn account(api_base: &str, values: &[(&str, &[&str])]) -> Account {
    let secrets = |all: &[&str]| all.iter().map(|one| (*one).into()).collect();
    let values: BTreeMap<_, Vec<_>> =
        values.iter().map(|(key, all)| ((*key).to_owned(), secrets(all))).collect();
    Account::new(api_base, values)
}

/// Whether a webhook is taken for genuine at a moment.
pub fn genuine_at(
    provider: &dyn Provider,
    (url, headers, body): (&str, &HeaderMap, &[u8]),
    account: &Account,
    at: Timestamp,
) -> bool {
    provider.genuine(&Hook { url, headers, body, at }, account)
}

/// Whether a webhook is taken for genuine now.
pub fn genuine(provider: &dyn Provider, headers: &HeaderMap, body: &[u8], account: &Account) -> bool {
    genuine_at(provider, (URL, headers, body), account, Timestamp::now())
}

/// The items of a body.
pub fn parse(
    provider: &dyn Provider,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Vec<Item>, Malformed> {
    provider.parse(&Arrived::body(body, content_type, Timestamp::now()))
}

/// The step that sends something, with nothing known before.
pub fn step(
    provider: &dyn Provider,
    account: &Account,
    channel: &str,
    outgoing: &Outgoing,
) -> Result<Step, NotCarried> {
    step_knowing(provider, (account, channel), outgoing, &Known::new())
}

/// The step that sends something, with these things known before.
pub fn step_knowing(
    provider: &dyn Provider,
    (account, channel): (&Account, &str),
    outgoing: &Outgoing,
    known: &Known,
) -> Result<Step, NotCarried> {
    provider.call(&Via { account, channel, callback: None, known, at: Timestamp::now() }, outgoing)
}

/// The call that sends something and needs nothing first.
pub fn call(
    provider: &dyn Provider,
    account: &Account,
    channel: &str,
    outgoing: &Outgoing,
) -> Result<Call, NotCarried> {
    match step(provider, account, channel, outgoing)? {
        Step::Call(call) => Ok(call),
        Step::First(need) => panic!("{} is needed first", need.key),
    }
}

/// The bytes of a call, with their type.
pub fn content(call: Call) -> (&'static str, Vec<u8>) {
    match call.content {
        Content::Bytes(kind, bytes) => (kind, bytes),
        other => panic!("no bytes: {other:?}"),
    }
}

/// Somebody's address, by its looks.
pub fn to(address: &str) -> Recipient {
    match address.contains('.') {
        true => Recipient { user_id: Some(address.to_owned()), ..Recipient::default() },
        false => Recipient { phone: Some(address.to_owned()), ..Recipient::default() },
    }
}

/// A message to somebody.
pub fn message(address: &str, body: Body) -> Outgoing {
    Outgoing { to: to(address), what: What::Message { body, quoted: None }, opaque: None }
}

/// A file with nothing known but its kind and the provider's id.
pub fn media(kind: MediaKind, id: Option<&str>) -> Media {
    Media { id: id.map(str::to_owned), ..Media::of(kind) }
}

/// The items of a webhook body, as `inspect` shows them.
pub fn inspected(provider: &dyn Provider, content_type: Option<&str>, body: &[u8]) -> Value {
    match parse(provider, content_type, body) {
        Ok(items) => inspect::items(&items),
        Err(malformed) => json!({ "malformed": malformed.0 }),
    }
}

/// What a provider's answer means.
pub fn meaning(provider: &dyn Provider, response: &Value) -> Value {
    let body = match &response["body"] {
        Value::Null => Vec::new(),
        Value::String(text) => text.clone().into_bytes(),
        body => body.to_string().into_bytes(),
    };
    let answer =
        Answer { status: response["status"].as_u64().unwrap() as u16, retry_after: None, body: body.into() };
    match provider.outcome(&answer) {
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

/// Notes every place where two values differ.
pub fn differences(ours: &Value, theirs: &Value, at: String, found: &mut BTreeSet<String>) {
    match (ours, theirs) {
        (Value::Object(mine), Value::Object(other)) => {
            for key in mine.keys().chain(other.keys()).collect::<BTreeSet<_>>() {
                match (mine.get(key), other.get(key)) {
                    (Some(mine), Some(other)) => differences(mine, other, format!("{at}/{key}"), found),
                    _ => drop(found.insert(format!("{at}/{key}"))),
                }
            }
        }
        (Value::Array(mine), Value::Array(other)) if mine.len() == other.len() => {
            for (index, (mine, other)) in mine.iter().zip(other).enumerate() {
                differences(mine, other, format!("{at}/{index}"), found);
            }
        }
        (mine, other) if mine == other => {}
        _ => drop(found.insert(at)),
    }
}

/// The folder of the tests.
pub fn tests_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A payload: JSON, or a raw form.
#[derive(Debug, Clone)]
pub enum Payload {
    /// JSON.
    Json(Value),
    /// The bytes of a form.
    Form(Vec<u8>),
}

/// Every payload of a provider, by its name. None where the folder is not there, which is said loudly.
pub fn fixtures(provider: &str) -> Option<BTreeMap<String, Payload>> {
    let folder = std::env::var_os("BATON_FIXTURES").unwrap_or_else(|| "../shared/fixtures".into());
    let folder = tests_folder().join("..").join(folder).join(provider);
    if !folder.is_dir() {
        // Not by a macro, whose words the test runner keeps to itself.
        let said = format!("\n!!! NOTHING WAS COMPARED: no fixtures in {} !!!\n\n", folder.display());
        std::io::stderr().write_all(said.as_bytes()).unwrap();
        return None;
    }
    let mut found = BTreeMap::new();
    for (name, bytes) in files(&folder) {
        let payload = match name.ends_with(".json") {
            true => Payload::Json(json_of(&name, &bytes)),
            false => Payload::Form(bytes),
        };
        found.insert(name, payload);
    }
    assert!(!found.is_empty(), "no fixtures in {}", folder.display());
    Some(found)
}

/// Every JSON payload of a provider, by its name.
pub fn json_fixtures(provider: &str) -> Option<BTreeMap<String, Value>> {
    let json = |(name, payload)| match payload {
        Payload::Json(value) => Some((name, value)),
        Payload::Form(_) => None,
    };
    Some(fixtures(provider)?.into_iter().filter_map(json).collect())
}

fn json_of(name: &str, bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every JSON file of a folder, by its name.
pub fn read_folder(folder: &Path) -> BTreeMap<String, Value> {
    let read = |(name, bytes): (String, Vec<u8>)| {
        let value = json_of(&name, &bytes);
        (name, value)
    };
    files(folder).into_iter().map(read).collect()
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let read =
        |path: PathBuf| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap());
    entries.filter(|path| path.is_file()).map(read).collect()
}

/// Compares what is made of every payload with its golden result in `tests/golden/<folder>`: neither may lack the
/// other. The golden result of `x.txt` is `x.txt.json`.
pub fn compare(folder: &str, provider: &str, made_of: impl Fn(&str, &Payload) -> Option<Value>) {
    let Some(fixtures) = fixtures(provider) else { return };
    let folder = tests_folder().join("golden").join(folder);
    let golden_name =
        |name: &str| if name.ends_with(".json") { name.to_owned() } else { format!("{name}.json") };
    let made =
        fixtures.iter().filter_map(|(name, fixture)| Some((golden_name(name), made_of(name, fixture)?)));
    let made: BTreeMap<String, Value> = made.collect();
    if std::env::var_os("BATON_BLESS").is_some() {
        fs::create_dir_all(&folder).unwrap();
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
