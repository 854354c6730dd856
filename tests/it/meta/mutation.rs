//! Whatever comes in, reading it never panics, and reading it twice gives the same.

use std::sync::OnceLock;

use desk::channels::meta::{Meta, fault_of};
use desk::channels::{Answer, Provider, inspect};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::protocol::{json_fixtures, parse, read_folder, tests_folder};

fn bodies() -> &'static [Value] {
    static BODIES: OnceLock<Vec<Value>> = OnceLock::new();
    BODIES.get_or_init(|| {
        let own = read_folder(&tests_folder().join("fixtures/meta"));
        let own = own.into_values().filter_map(|fixture| fixture.get("body").cloned());
        let theirs = json_fixtures("meta").into_iter().flatten().map(|(_, fixture)| fixture);
        own.chain(theirs.filter(|fixture| fixture.get("object").is_some())).collect()
    })
}

fn read(body: &[u8]) {
    let once = parse(&Meta, None, body).map(|items| inspect::items(&items));
    let twice = parse(&Meta, None, body).map(|items| inspect::items(&items));
    assert_eq!(once, twice);
    if let Ok(items) = once {
        assert!(!items.to_string().contains("\\u0000"), "{items}");
    }
}

/// Anything that JSON can hold, and some words that mean something here.
fn anything() -> impl Strategy<Value = Value> {
    let words = prop_oneof![
        Just("text".to_owned()),
        Just("interactive".to_owned()),
        Just("edit".to_owned()),
        Just("system".to_owned()),
        Just("failed".to_owned()),
        Just("9999999999999999999".to_owned()),
        Just("US.1".to_owned()),
        Just("{\"a\":[1,null]}".to_owned()),
        Just("a\0b".to_owned()),
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_payload_with_anything_at_any_place_does_not_panic(
        which in any::<prop::sample::Index>(),
        place in 0_usize..60,
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
        Meta.outcome(&Answer { status: 500, retry_after: None, body: bytes.into() });
    }

    #[test]
    fn an_answer_of_any_kind_does_not_panic(status in 100_u16..600, error in anything(), message in anything()) {
        let whole = json!({ "error": error, "messages": [message] }).to_string();
        let taken = json!({ "messages": [message], "contacts": error }).to_string();
        for body in [whole, taken, error.to_string()] {
            Meta.outcome(&Answer { status, retry_after: None, body: body.into_bytes().into() });
        }
        let told = fault_of(&error, Some(status));
        prop_assert!(told.reason.chars().count() <= 500 && !told.reason.contains('\0'));
    }
}

#[test]
fn a_payload_without_end_is_malformed() {
    let deep = "[".repeat(100_000);
    let nested = format!("{{\"object\":\"whatsapp_business_account\",\"entry\":{deep}");
    assert!(parse(&Meta, None, deep.as_bytes()).is_err() && parse(&Meta, None, nested.as_bytes()).is_err());
}
