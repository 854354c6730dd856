//! Whatever comes in, reading it never panics, and reading it twice gives the same.

use std::sync::OnceLock;

use desk::channels::meta::{Meta, fault_of};
use desk::channels::{Answer, Provider};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::mutation;
use crate::protocol::{json_fixtures, read_folder, tests_folder};

fn bodies() -> &'static [Value] {
    static BODIES: OnceLock<Vec<Value>> = OnceLock::new();
    BODIES.get_or_init(|| {
        let own = read_folder(&tests_folder().join("fixtures/meta"));
        let own = own.into_values().filter_map(|fixture| fixture.get("body").cloned());
        let theirs = json_fixtures("meta").into_iter().flatten().map(|(_, fixture)| fixture);
        own.chain(theirs.filter(|fixture| fixture.get("object").is_some())).collect()
    })
}

/// Words that mean something here.
const WORDS: &[&str] = &["text", "interactive", "edit", "system", "failed"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_payload_with_anything_at_any_place_does_not_panic(body in mutation::with_anything(bodies(), WORDS)) {
        mutation::read(&Meta, body.to_string().as_bytes());
    }

    #[test]
    fn a_payload_with_broken_bytes_does_not_panic(bytes in mutation::broken(mutation::as_bytes(bodies()))) {
        mutation::read(&Meta, &bytes);
    }

    #[test]
    fn bytes_that_are_no_payload_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        mutation::read(&Meta, &bytes);
        Meta.outcome(&Answer { status: 500, retry_after: None, body: bytes.into() });
    }

    #[test]
    fn an_answer_of_any_kind_does_not_panic(status in 100_u16..600, error in mutation::anything(WORDS), message in mutation::anything(WORDS)) {
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
    mutation::endless(&Meta, "{\"object\":\"whatsapp_business_account\",\"entry\":");
}
