//! Payloads that nobody would send: how the tests of every provider make them.

use desk::channels::{Provider, inspect};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value};

use crate::protocol::parse;

/// Words that mean something anywhere.
const WORDS: &[&str] = &["9999999999999999999", "US.1", "{\"a\":[1,null]}", "a\0b"];

/// Reads a body twice: the same comes of it, and no NUL in it, which the database would not take.
pub fn read(provider: &dyn Provider, body: &[u8]) {
    let once = parse(provider, None, body);
    assert_eq!(once, parse(provider, None, body));
    if let Ok(items) = once {
        // Meta's envelope may be empty; whatever comes from anybody else is counted.
        assert!(!items.is_empty() || provider.about().provider == "meta", "something came in");
        let shown = inspect::items(&items);
        assert!(!has_nul(&shown), "{shown}");
    }
}

/// Whether there is a NUL in it.
pub fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        _ => false,
    }
}

/// Text: some of the words, and any other.
pub fn word(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    let known: Vec<&str> = words.iter().chain(WORDS).copied().collect();
    prop_oneof![4 => select(known).prop_map(str::to_owned), 1 => ".{0,12}"]
}

/// Anything that JSON can hold, and some words that mean something to a provider.
pub fn anything(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word(words).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec(("[a-zA-Z_]{1,8}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// One of these bodies with something at one of its places; without that place where it is nothing.
pub fn with_anything(
    bodies: &'static [Value],
    words: &'static [&'static str],
) -> impl Strategy<Value = Value> {
    (any::<Index>(), any::<Index>(), prop::option::of(anything(words))).prop_map(|(which, place, with)| {
        let mut body = which.get(bodies).clone();
        let mut found = vec![String::new()];
        places(&body, "", &mut found);
        let place: &String = place.get(&found);
        match (with, place.rsplit_once('/')) {
            (None, Some((parent, key))) => {
                if let Some(Value::Object(members)) = body.pointer_mut(parent) {
                    members.remove(&key.replace("~1", "/"));
                }
            }
            (with, _) => *body.pointer_mut(place).unwrap() = with.unwrap_or_default(),
        }
        body
    })
}

/// The addresses of every place in a body.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.replace('/', "~1"), value)).collect()
        }
        Value::Array(things) => {
            things.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect()
        }
        _ => return,
    };
    for (key, child) in children {
        let at = format!("{at}/{key}");
        into.push(at.clone());
        places(child, &at, into);
    }
}

/// One of these bodies with other bytes here and there, and its end cut off.
pub fn broken(bodies: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<Index>(), any::<u8>()), 1..4);
    (select(bodies), changes, prop::option::of(any::<Index>())).prop_map(|(mut bytes, changes, cut)| {
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        bytes
    })
}

/// JSON as bytes.
pub fn as_bytes(bodies: &[Value]) -> Vec<Vec<u8>> {
    bodies.iter().map(|body| body.to_string().into_bytes()).collect()
}

/// A payload that opens and never closes is malformed, by itself and behind the start of a real one.
pub fn endless(provider: &dyn Provider, start: &str) {
    let deep = "[".repeat(100_000);
    assert!(parse(provider, None, deep.as_bytes()).is_err());
    assert!(parse(provider, None, format!("{start}{deep}").as_bytes()).is_err());
}
