//! Whatever comes in, reading it never panics, reading it twice gives the same, and nobody passes for somebody else.

use desk::channels::braze::Braze;
use desk::channels::{Answer, Item, Provider};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::mutation::read;
use crate::protocol::parse;

/// What a customer may write to break a body that is not escaped.
fn hostile() -> impl Strategy<Value = String> {
    let bits = prop::sample::select(vec![
        "\"",
        ",",
        ":",
        "{",
        "}",
        "\\",
        "\n",
        " ",
        "user_id",
        "phone_number",
        "message",
        "event_id",
        "media_urls",
        "\"user_id\":\"u-victim\"",
        "\",\"user_id\":\"u-victim\",\"x\":\"",
        "\"phone_number\": \"+46709999999\",",
        "external_user_id",
        "\u{0}",
        "\\u0000",
        "\\ud83d",
        "https://",
        "https://a.example/b.jpg",
        "[",
        "]",
        "{{",
        "${",
        "}}",
        "{%",
        "å",
        "👩‍💻",
        "\u{feff}",
        "a",
        "null",
        "7",
    ]);
    prop::collection::vec(bits, 0..14).prop_map(|bits| bits.concat())
}

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        hostile().prop_map(Value::from),
        prop::collection::vec(hostile(), 0..4).prop_map(Value::from),
        (hostile(), hostile()).prop_map(|(key, value)| json!({ key: value })),
    ]
}

const KEYS: [&str; 9] = [
    "user_id",
    "phone_number",
    "message",
    "profile_name",
    "media_urls",
    "flow_response",
    "product_id",
    "catalog_id",
    "event_id",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_payload_with_anything_at_any_key_does_not_panic(values in prop::collection::vec(anything(), 9)) {
        let body: serde_json::Map<String, Value> =
            KEYS.iter().zip(values).map(|(key, value)| ((*key).to_owned(), value)).collect();
        read(&Braze, Value::Object(body).to_string().as_bytes());
    }

    #[test]
    fn a_payload_that_nobody_has_escaped_does_not_panic(values in prop::collection::vec(hostile(), 9), order in Just(KEYS).prop_shuffle()) {
        let members: Vec<String> =
            order.iter().zip(&values).map(|(key, value)| format!("\"{key}\": \"{value}\"")).collect();
        read(&Braze, format!("{{{}}}", members.join(", ")).as_bytes());
    }

    #[test]
    fn bytes_that_are_no_payload_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in hostile()) {
        read(&Braze, &bytes);
        read(&Braze, text.as_bytes());
        Braze.outcome(&Answer { status: 200, retry_after: None, body: bytes.clone().into() });
        let _ = Braze.checked(&Answer { status: 400, retry_after: None, body: bytes.into() });
    }

    #[test]
    fn an_answer_of_any_kind_does_not_panic(status in 100_u16..600, message in anything(), errors in anything()) {
        let body = json!({ "message": message, "errors": errors, "dispatch_id": message });
        let answer = Answer { status, retry_after: None, body: body.to_string().into_bytes().into() };
        if let desk::channels::Outcome::Refused(fault) = Braze.outcome(&answer) {
            prop_assert!(fault.reason.chars().count() <= 620 && !fault.reason.contains('\0'));
        }
        let _ = Braze.checked(&answer);
    }

    /// The body of the guide, as Liquid prints it: who writes stands first, and whatever the customer writes
    /// behind it, the message is theirs and is kept to the letter.
    #[test]
    fn in_the_body_of_the_guide_nobody_passes_for_somebody_else(text in hostile()) {
        let body = format!("{{\"user_id\": \"u-maja\",\"phone_number\": \"+46701112233\",\"message\": \"{text}\"}}");
        for item in parse(&Braze, None, body.as_bytes()).unwrap() {
            if let Item::Message(found) = item {
                prop_assert_eq!(found.contact.external_id.as_deref(), Some("u-maja"));
                prop_assert_eq!(found.contact.phone.as_deref(), Some("46701112233"));
            }
        }
    }

    /// Text with quotation marks and line breaks, as people write it.
    #[test]
    fn a_text_that_nobody_has_escaped_is_kept_to_the_letter(text in "[a-zåäö ,.:!?\"\n]{0,30}[a-z][\"\n]", first in any::<bool>()) {
        let who = "\"user_id\": \"u-maja\", \"phone_number\": \"+46701112233\"";
        let body = match first {
            true => format!("{{{who}, \"message\": \"{text}\"}}"),
            false => format!("{{\"message\": \"{text}\", {who}}}"),
        };
        let items = parse(&Braze, None, body.as_bytes()).unwrap();
        let [Item::Message(found), Item::Event(_)] = &items[..] else { panic!("{items:?}") };
        let desk::channels::Effect::Message(body) = &found.effect else { panic!("{found:?}") };
        prop_assert_eq!(body.words(), Some(text.as_str()));
        prop_assert_eq!(found.contact.external_id.as_deref(), Some("u-maja"));
    }
}
