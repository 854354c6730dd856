//! Whatever comes in, reading it never panics, and reading it twice gives the same.

use std::sync::OnceLock;

use desk::channels::sinch::{Sinch, reported};
use desk::channels::{Answer, Provider};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::own;
use crate::mutation;
use crate::protocol::json_fixtures;

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

/// Words that mean something here.
const WORDS: &[&str] = &[
    "WHATSAPP",
    "FAILED",
    "131047",
    "2026-02-01T10:00:00+24:00",
    "-009999-01-02T01:59:59Z",
    "https://x/é.jpg?",
];

fn answer(status: u16, body: &Value) -> Answer {
    Answer { status, retry_after: None, body: body.to_string().into_bytes().into() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_payload_with_anything_at_any_place_does_not_panic(body in mutation::with_anything(bodies(), WORDS)) {
        mutation::read(&Sinch, body.to_string().as_bytes());
    }

    #[test]
    fn a_payload_with_broken_bytes_does_not_panic(bytes in mutation::broken(mutation::as_bytes(bodies()))) {
        mutation::read(&Sinch, &bytes);
    }

    #[test]
    fn bytes_that_are_no_payload_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        mutation::read(&Sinch, &bytes);
        Sinch.outcome(&Answer { status: 500, retry_after: None, body: bytes.into() });
    }

    #[test]
    fn an_answer_of_any_kind_does_not_panic(status in 100_u16..600, thing in mutation::anything(WORDS)) {
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
    mutation::endless(&Sinch, "{\"app_id\":\"1\",\"message\":");
}
