//! Payloads of our own, for what the fixtures lack; each holds its expected result.

use contract::Body;
use contract::message::{Field, MediaKind};
use desk::channels::meta::Meta;
use desk::channels::{Effect, Inbound, Item, Sender};
use serde_json::{Value, json};

use crate::protocol::{inspected, parse, read_folder, tests_folder};

fn bytes(fixture: &Value) -> Vec<u8> {
    match fixture["raw"].as_str() {
        Some(raw) => raw.as_bytes().to_vec(),
        None => fixture["body"].to_string().into_bytes(),
    }
}

/// The messages of one of our payloads.
fn messages(name: &str) -> Vec<Inbound> {
    let fixture = read_folder(&tests_folder().join("fixtures/meta")).remove(name).unwrap();
    let items = parse(&Meta, None, &bytes(&fixture)).unwrap();
    items
        .into_iter()
        .filter_map(|item| if let Item::Message(found) = item { Some(*found) } else { None })
        .collect()
}

fn body(inbound: &Inbound) -> &Body {
    match &inbound.effect {
        Effect::Message(body) | Effect::Edit { body, .. } => body,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_payload_of_our_own_is_read_as_it_says() {
    for (name, fixture) in read_folder(&tests_folder().join("fixtures/meta")) {
        let found = inspected(&Meta, Some("application/json"), &bytes(&fixture));
        assert_eq!(found, fixture["expect"], "{name}: {} found {found:#}", fixture["about"]);
    }
}

#[test]
fn what_is_no_object_is_malformed() {
    for body in ["", "null", "[]", "7", "\"text\"", "{", "{\"object\":", "hub.mode=subscribe"] {
        assert!(parse(&Meta, None, body.as_bytes()).is_err(), "{body}");
    }
    for body in ["{}", "{\"object\":7}", "{\"object\":\"page\"}"] {
        assert!(matches!(parse(&Meta, None, body.as_bytes()).unwrap()[..], [Item::Ignored { .. }]), "{body}");
    }
    for entry in ["null", "[]"] {
        let body = format!("{{\"object\":\"whatsapp_business_account\",\"entry\":{entry}}}");
        assert_eq!(parse(&Meta, None, body.as_bytes()), Ok(Vec::new()), "{entry}");
    }
}

#[test]
fn nul_is_in_no_text_and_no_name() {
    let found = messages("nul.json");
    assert_eq!(found[0].contact.name.as_deref(), Some("Maja"));
    assert_eq!(body(&found[1]), &Body::ButtonReply { id: "p".to_owned(), title: "Yes".to_owned() });
}

#[test]
fn places_keep_their_coordinates() {
    let found = messages("locations.json");
    let place = |index: usize| match body(&found[index]) {
        Body::Location(place) => (place.latitude, place.longitude),
        other => panic!("{other:?}"),
    };
    assert_eq!((place(0), place(1)), ((0.0, 0.0), (59.33, 18.06)));
}

#[test]
fn seconds_and_milliseconds_are_told_apart() {
    let whole: Vec<_> = messages("times.json").iter().map(|message| message.whole_seconds).collect();
    assert_eq!(whole[..3], [true, false, false]);
}

#[test]
fn a_form_is_shown_in_the_order_given_and_without_its_token() {
    let found = messages("forms.json");
    let fields = |index: usize| match body(&found[index]) {
        Body::FlowReply { fields, .. } => fields.clone(),
        other => panic!("{other:?}"),
    };
    let field = |name: &str, value: &str| Field { name: name.to_owned(), value: value.to_owned() };
    assert_eq!(fields(0), [field("response", "{broken")]);
    assert_eq!(fields(1), [field("response", "[1,2]")]);
    assert_eq!(fields(2), []);
    assert_eq!(
        fields(3),
        [field("zip", "11122"), field("age", "41"), field("tags", "[\"a\"]"), field("none", "")]
    );
}

#[test]
fn somebody_is_known_by_what_fits_and_not_by_what_contradicts() {
    let found = messages("user_ids.json");
    let maja = Sender {
        user_id: Some("SE.77aa".to_owned()),
        name: Some("Maja".to_owned()),
        username: Some("maja".to_owned()),
        ..Sender::default()
    };
    assert_eq!(found[0].contact, maja);
    assert_eq!(found[1].contact.name, None, "the only contact is somebody else");
    let rui = &found[2].contact;
    assert_eq!((rui.phone.as_deref(), rui.user_id.as_deref()), (Some("5541988887777"), Some("BR.5")));
    let Effect::Moved { to, .. } = &found[4].effect else { panic!("{:?}", found[4]) };
    assert_eq!(found[4].contact.user_id.as_deref(), Some("SE.77aa"));
    assert_eq!(to.user_id.as_deref(), Some("SE.88"));
}

#[test]
fn a_file_that_cannot_be_had_says_why() {
    let found = messages("media_errors.json");
    let Body::Media(file) = body(&found[0]) else { panic!("{:?}", found[0]) };
    assert_eq!((file.kind, file.id.as_deref()), (MediaKind::Image, Some("5")));
    assert_eq!(file.unavailable.as_deref(), Some("Media download error"));
    assert!(matches!(&found[1].effect, Effect::Edit { message, .. } if message == "wamid.1"));
}

#[test]
fn a_quote_needs_an_id_and_is_never_the_message_itself() {
    let quoted = |context: Value| {
        let message = json!({ "from": "46701112233", "id": "wamid.1", "type": "text", "context": context });
        let value = json!({ "metadata": { "phone_number_id": "7" }, "messages": [message] });
        let body = json!({
            "object": "whatsapp_business_account",
            "entry": [{ "changes": [{ "field": "messages", "value": value }] }],
        });
        match parse(&Meta, None, body.to_string().as_bytes()).unwrap().remove(0) {
            Item::Message(found) => (found.quoted, found.forwarded),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(quoted(json!({ "id": "wamid.0", "from": "1" })), (Some("wamid.0".to_owned()), false));
    assert_eq!(quoted(json!({ "id": "wamid.1" })), (None, false));
    assert_eq!(quoted(json!({ "forwarded": true })), (None, true));
    assert_eq!(quoted(json!({ "frequently_forwarded": true })), (None, true));
    assert_eq!(quoted(json!("broken")), (None, false));
}
