//! Whatever comes in, reading it never panics, and reading it twice gives the same.

use std::sync::OnceLock;

use desk::channels::infobip::{Infobip, fault_of};
use desk::channels::templates::Templates;
use desk::channels::{Answer, Provider, inspect};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::is_webhook;
use crate::protocol::{json_fixtures, parse, read_folder, tests_folder};

fn bodies() -> &'static [Value] {
    static BODIES: OnceLock<Vec<Value>> = OnceLock::new();
    BODIES.get_or_init(|| {
        let own = read_folder(&tests_folder().join("fixtures/infobip"));
        let own = own.into_values().filter_map(|fixture| fixture.get("body").cloned());
        let theirs = json_fixtures("infobip").into_iter().flatten().map(|(_, fixture)| fixture);
        own.chain(theirs.filter(is_webhook)).collect()
    })
}

fn read(body: &[u8]) {
    let once = parse(&Infobip, None, body);
    assert_eq!(once, parse(&Infobip, None, body));
    if let Ok(items) = once {
        assert!(!items.is_empty(), "a webhook that says nothing is counted too");
        let shown = inspect::items(&items).to_string();
        assert!(!shown.contains("\\u0000"), "{shown}");
    }
}

/// Anything that JSON can hold, and some words that mean something here.
fn anything() -> impl Strategy<Value = Value> {
    let words = prop_oneof![
        Just("TEXT".to_owned()),
        Just("REACTION".to_owned()),
        Just("INTERACTIVE_FLOW_REPLY".to_owned()),
        Just("user_identity_changed".to_owned()),
        Just("REJECTED".to_owned()),
        Just("2025-01-01T10:10:00.000+0000".to_owned()),
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
            prop::collection::vec(("[a-zA-Z]{1,8}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_payload_with_anything_at_any_place_does_not_panic(
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        with in anything(),
    ) {
        let mut body = which.get(bodies()).clone();
        let mut found = vec![String::new()];
        places(&body, "", &mut found);
        let at: &String = place.get(&found);
        *body.pointer_mut(at).unwrap() = with;
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
        Infobip.outcome(&Answer { status: 500, retry_after: None, body: bytes.into() });
    }

    #[test]
    fn an_answer_of_any_kind_does_not_panic(status in 100_u16..600, one in anything(), other in anything()) {
        for body in [
            json!({ "requestError": one, "errorCode": other }),
            json!({ "requestError": { "serviceException": { "text": one, "validationErrors": other } } }),
            json!({ "messages": [{ "messageId": one, "status": other, "to": one }] }),
            json!({ "status": one, "error": other }),
            json!({ "templates": [one, { "name": "a", "language": "en", "structure": other }] }),
            json!({ "results": [one, { "sender": other }] }),
            one.clone(),
        ] {
            let answer = Answer { status, retry_after: None, body: body.to_string().into() };
            Infobip.outcome(&answer);
            let _ = Infobip.checked(&answer);
            let templates: &dyn Templates = Infobip.templates().unwrap();
            let _ = (templates.listed(&answer), templates.submitted(&answer));
        }
        let told = fault_of(&one);
        prop_assert!(told.reason.chars().count() <= 500 && !told.reason.contains('\0'));
    }
}

#[test]
fn a_payload_without_end_is_malformed() {
    let deep = "[".repeat(100_000);
    let nested = format!("{{\"results\":{deep}");
    assert!(parse(&Infobip, None, deep.as_bytes()).is_err());
    assert!(parse(&Infobip, None, nested.as_bytes()).is_err());
}
