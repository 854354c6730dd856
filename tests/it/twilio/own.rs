//! Payloads of our own, for what the fixtures lack; each holds its expected result.

use contract::Body;
use contract::message::{Field, Location, Media, MediaKind};
use desk::channels::twilio::Twilio;
use desk::channels::{Effect, Inbound, Item, Provider};
use serde_json::Value;

use super::{FORM, items};
use crate::protocol::{self, inspected, parse, read_folder, tests_folder};

/// Every case of ours: what it is about, its form and its expected items.
fn cases() -> Vec<(String, String, Value)> {
    let case = |case: &Value| {
        let text = |key: &str| case[key].as_str().unwrap().to_owned();
        (text("about"), text("raw"), case["expect"].clone())
    };
    let files = read_folder(&tests_folder().join("fixtures/twilio"));
    files.values().flat_map(|file| file.as_array().unwrap().iter().map(case)).collect()
}

/// The forms of our cases, for other tests.
pub fn forms() -> Vec<Vec<u8>> {
    cases().into_iter().map(|(_, raw, _)| raw.into_bytes()).collect()
}

/// The messages of the case that is about this.
fn messages(about: &str) -> Vec<Inbound> {
    let (_, raw, _) = cases().into_iter().find(|(found, ..)| found.starts_with(about)).unwrap();
    let read = |item| if let Item::Message(found) = item { Some(*found) } else { None };
    items(raw.as_bytes(), "").into_iter().filter_map(read).collect()
}

fn body(inbound: &Inbound) -> &Body {
    match &inbound.effect {
        Effect::Message(body) => body,
        other => panic!("{other:?}"),
    }
}

fn file(inbound: &Inbound) -> &Media {
    match body(inbound) {
        Body::Media(media) => media,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_payload_of_our_own_is_read_as_it_says() {
    for (about, raw, expected) in cases() {
        for kind in [Some(FORM), None] {
            let found = inspected(&Twilio, kind, raw.as_bytes());
            assert_eq!(found, expected, "{about} found {found:#}");
        }
    }
}

#[test]
fn what_is_no_form_is_malformed() {
    for body in ["", "\n", "Body", "Body=1&To", "{\"a\":", "[", "<xml/>"] {
        assert!(parse(&Twilio, None, body.as_bytes()).is_err(), "{body}");
    }
    assert!(parse(&Twilio, Some("application/json"), b"Body=Hej").is_err());
    for (kind, body) in
        [(None, "{\"id\":\"EV1\"}"), (Some("application/json; charset=utf-8"), "[{\"id\":\"EV1\"}]")]
    {
        let found = parse(&Twilio, kind, body.as_bytes()).unwrap();
        assert!(matches!(&found[..], [Item::Ignored { reason, .. }] if reason == "json"), "{found:?}");
    }
}

#[test]
fn a_user_id_stands_beside_the_number_or_alone() {
    let found = messages("A user id beside").remove(0).contact;
    assert_eq!(found.phone.as_deref(), Some("46701112233"));
    assert_eq!(found.parent_user_id.as_deref(), Some("SE.ENT.77aa"));
    assert_eq!(found.name.as_deref(), Some("Maja"));
    let found = messages("Something in the field").remove(0).contact;
    assert_eq!((found.phone, found.user_id.as_deref()), (None, Some("SE.12")));
}

#[test]
fn the_metadata_tells_what_the_fields_do_not() {
    let found = messages("A name and flags").remove(0);
    assert_eq!(found.contact.name.as_deref(), Some("Maja"));
    assert!(found.forwarded);
    let nul = messages("NUL").remove(0);
    assert_eq!(nul.contact.name.as_deref(), Some("Maja"));
}

#[test]
fn a_form_is_shown_in_the_order_given_and_without_its_token() {
    let fields = |about| match body(&messages(about)[0]) {
        Body::FlowReply { fields, .. } => fields.clone(),
        other => panic!("{other:?}"),
    };
    let field = |name: &str, value: &str| Field { name: name.to_owned(), value: value.to_owned() };
    assert_eq!(fields("A form that was"), [field("zip", "11122"), field("tags", "[\"a\"]")]);
    assert_eq!(fields("A form that is broken"), [field("response", "{\"zip\"")]);
}

#[test]
fn a_tap_without_a_payload_has_its_label_as_its_id() {
    let yes = Body::ButtonReply { id: "Yes".to_owned(), title: "Yes".to_owned() };
    assert_eq!(body(&messages("A tap")[0]), &yes);
    let post = Body::ListReply { id: "post".to_owned(), title: "Post".to_owned(), description: None };
    assert_eq!(body(&messages("A row")[0]), &post);
    let place = Location { latitude: 0.0, longitude: 0.0, name: None, address: None, url: None };
    assert_eq!(body(&messages("A place at")[0]), &Body::Location(place));
}

#[test]
fn files_keep_their_names_and_say_when_they_cannot_be_had() {
    let scan = messages("A picture that was");
    assert_eq!(file(&scan[0]).file_name.as_deref(), Some("Scan.JPG"));
    assert_eq!(file(&scan[0]).id.as_deref(), Some("ME01"));
    let invoice = messages("A document with");
    assert_eq!((file(&invoice[0]).file_name.as_deref(), file(&invoice[0]).kind), (None, MediaKind::Document));
    let gone = messages("A file that is announced");
    assert!(file(&gone[0]).unavailable.is_some() && file(&gone[0]).link.is_none());
    let both = messages("A gap");
    assert_eq!(file(&both[1]).mime.as_deref(), Some("video/mp4"));
    assert_eq!(file(&both[1]).caption, None, "the words stand beside the first");
}

#[test]
fn our_mark_comes_back_only_from_the_query_of_the_address() {
    let opaque = |query: &str| match items(b"MessageSid=SM1&MessageStatus=sent&delivery=x", query).remove(0) {
        Item::Status(status) => status.opaque,
        other => panic!("{other:?}"),
    };
    assert_eq!(opaque("a=1&delivery=d-7").as_deref(), Some("d-7"));
    assert_eq!(opaque("delivery=a%20b%00").as_deref(), Some("a b"));
    assert_eq!(opaque("delivery="), None);
    assert_eq!(opaque(""), None);
    assert_eq!(opaque(&format!("delivery={}", "d".repeat(513))), None);
}

#[test]
fn the_registry_knows_twilio_and_its_items_have_ids() {
    let found = desk::channels::provider("twilio").unwrap().about();
    assert_eq!((found.name, found.api_base), ("Twilio", "https://api.twilio.com"));
    assert!(Twilio.about().has_ids);
    assert_eq!(Twilio.handshake(&[], &protocol::account("", &[])), None);
}
