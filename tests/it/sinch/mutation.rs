//! Whatever comes in, reading it never panics, and reading it twice gives the same.

use std::sync::OnceLock;

use desk::channels::sinch::{Sinch, reported};
use desk::channels::{Answer, Provider, inspect};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::own;
use crate::protocol::{json_fixtures, parse};

fn bodies() -> &'static [Value] {
    static BODIES: OnceLock<Vec<Value>> = OnceLock::new();
    BODIES.get_or_init(|| {
        let own = own::cases().into_iter().map(|(_, case)| case["body"].clone());
        let theirs = json_fixtures("sinch").into_iter().flatten().map(|(_, fixture)| fixture);
        own.chain(
            theirs.filter(|fixture| fixture.get("response").is_none() && fixture.get("scheme").is_none()),
        )
        .collect()
    })
}

fn read(body: &[u8]) {
    let once = parse(&Sinch, None, body).map(|items| inspect::items(&items));
    let twice = parse(&Sinch, None, body).map(|items| inspect::items(&items));
    assert_eq!(once, twice);
    if let Ok(items) = once {
        assert!(!items["items"].as_array().unwrap().is_empty(), "something came in");
        assert!(!items.to_string().contains("\\u0000"), "{items}");
    }
}

/// Anything that JSON can hold, and some words that mean something here.
fn anything() -> impl Strategy<Value = Value> {
    let words = prop_oneof![
        Just("WHATSAPP".to_owned()),
        Just("FAILED".to_owned()),
        Just("131047".to_owned()),
        Just("9999999999999999999".to_owned()),
        Just("2026-02-01T10:00:00+24:00".to_owned()),
        Just("-009999-01-02T01:59:59Z".to_owned()),
        Just("US.1".to_owned()),
        Just("{\"a\":[1,null]}".to_owned()),
        Just("a\0b".to_owned()),
        Just("https://x/é.jpg?".to_owned()),
        ".{0,12}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{1,8}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Puts something at the place with this number, counted depth first; leaves it out where that is nothing.
fn put(value: &mut Value, place: &mut usize, with: &Option<Value>) -> bool {
    let children: Vec<(String, &mut Value)> = match value {
        Value::Object(members) => members.iter_mut().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(things) => {
            things.iter_mut().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => return false,
    };
    let mut gone = None;
    for (key, child) in children {
        if *place == 0 {
            match with {
                Some(with) => *child = with.clone(),
                None => gone = Some(key),
            }
            *place = usize::MAX;
            break;
        }
        *place -= 1;
        if put(child, place, with) {
            return true;
        }
    }
    if let (Some(key), Value::Object(members)) = (gone, &mut *value) {
        members.remove(&key);
    }
    *place == usize::MAX
}

fn answer(status: u16, body: &Value) -> Answer {
    Answer { status, retry_after: None, body: body.to_string().into_bytes().into() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_payload_with_anything_at_any_place_does_not_panic(
        which in any::<prop::sample::Index>(),
        place in 0_usize..40,
        with in prop::option::of(anything()),
    ) {
        let mut body = which.get(bodies()).clone();
        put(&mut body, &mut { place }, &with);
        read(body.to_string().as_bytes());
    }

    #[test]
    fn a_payload_with_broken_bytes_does_not_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = which.get(bodies()).to_string().into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        read(&bytes);
    }

    #[test]
    fn bytes_that_are_no_payload_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes);
        Sinch.outcome(&Answer { status: 500, retry_after: None, body: bytes.into() });
    }

    #[test]
    fn an_answer_of_any_kind_does_not_panic(status in 100_u16..600, thing in anything()) {
        let bodies = [
            thing.clone(),
            json!({ "error": thing }),
            json!({ "message_id": thing }),
            json!({ "templates": [thing], "messages": thing, "channel_credentials": thing, "id": "1" }),
            json!({ "templates": [{ "name": "a", "language": thing, "details": thing, "changes": thing }] }),
        ];
        for body in bodies {
            let answer = answer(status, &body);
            Sinch.outcome(&answer);
            let _ = Sinch.checked(&answer);
            let _ = Sinch.templates().unwrap().listed(&answer);
            let _ = Sinch.backlog().unwrap().listed(&answer, Timestamp::now());
        }
        let told = reported(&thing);
        prop_assert!(told.reason.chars().count() <= 500 && !told.reason.contains('\0'));
    }
}

#[test]
fn a_payload_without_end_is_malformed() {
    let deep = "[".repeat(100_000);
    let nested = format!("{{\"app_id\":\"1\",\"message\":{deep}");
    assert!(parse(&Sinch, None, deep.as_bytes()).is_err() && parse(&Sinch, None, nested.as_bytes()).is_err());
}
