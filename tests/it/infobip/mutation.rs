//! Whatever comes in, reading it never panics, and reading it twice gives the same.

use std::sync::OnceLock;

use desk::channels::infobip::{Infobip, fault_of};
use desk::channels::templates::Templates;
use desk::channels::{Answer, Provider};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::is_webhook;
use crate::mutation;
use crate::protocol::{json_fixtures, read_folder, tests_folder};

fn bodies() -> &'static [Value] {
    static BODIES: OnceLock<Vec<Value>> = OnceLock::new();
    BODIES.get_or_init(|| {
        let own = read_folder(&tests_folder().join("fixtures/infobip"));
        let own = own.into_values().filter_map(|fixture| fixture.get("body").cloned());
        let theirs = json_fixtures("infobip").into_iter().flatten().map(|(_, fixture)| fixture);
        own.chain(theirs.filter(is_webhook)).collect()
    })
}

/// Words that mean something here.
const WORDS: &[&str] = &[
    "TEXT",
    "REACTION",
    "INTERACTIVE_FLOW_REPLY",
    "user_identity_changed",
    "REJECTED",
    "2025-01-01T10:10:00.000+0000",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_payload_with_anything_at_any_place_does_not_panic(body in mutation::with_anything(bodies(), WORDS)) {
        mutation::read(&Infobip, body.to_string().as_bytes());
    }

    #[test]
    fn a_payload_with_broken_bytes_does_not_panic(bytes in mutation::broken(mutation::as_bytes(bodies()))) {
        mutation::read(&Infobip, &bytes);
    }

    #[test]
    fn bytes_that_are_no_payload_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        mutation::read(&Infobip, &bytes);
        Infobip.outcome(&Answer { status: 500, retry_after: None, body: bytes.into() });
    }

    #[test]
    fn an_answer_of_any_kind_does_not_panic(status in 100_u16..600, one in mutation::anything(WORDS), other in mutation::anything(WORDS)) {
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
    mutation::endless(&Infobip, "{\"results\":");
}
