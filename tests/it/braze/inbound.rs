//! What comes in: payloads of our own, each with its expected result, and what two of them have in common.

use contract::Body;
use contract::message::{Field, MediaKind};
use desk::channels::braze::Braze;
use desk::channels::{Arrived, Effect, Inbound, Item, Provider, inspect};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::protocol::{parse, read_folder, tests_folder};

fn bytes(fixture: &Value) -> Vec<u8> {
    match fixture["raw"].as_str() {
        Some(raw) => raw.as_bytes().to_vec(),
        None => fixture["body"].to_string().into_bytes(),
    }
}

fn ours(name: &str) -> Vec<Inbound> {
    let fixture = read_folder(&tests_folder().join("fixtures/braze")).remove(name).unwrap();
    messages(&bytes(&fixture))
}

/// The messages of a body.
fn messages(body: &[u8]) -> Vec<Inbound> {
    let items = parse(&Braze, None, body).unwrap().into_iter();
    items.filter_map(|item| if let Item::Message(found) = item { Some(*found) } else { None }).collect()
}

fn body(inbound: &Inbound) -> &Body {
    match &inbound.effect {
        Effect::Message(body) => body,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_payload_of_our_own_is_read_as_it_says() {
    for (name, fixture) in read_folder(&tests_folder().join("fixtures/braze")) {
        let bytes = bytes(&fixture);
        let tail = fixture["tail"].as_str().unwrap_or_default();
        let arrived = Arrived { tail, ..Arrived::body(&bytes, None, Timestamp::now()) };
        let found = inspect::items(&Braze.parse(&arrived).unwrap());
        assert_eq!(found, fixture["expect"], "{name}: {} found {found:#}", fixture["about"]);
    }
}

#[test]
fn the_door_is_the_channel() {
    let arrived = |tail| Arrived {
        tail,
        ..Arrived::body(br#"{"user_id":"u","message":"Hej"}"#, None, Timestamp::now())
    };
    for (tail, channel) in [("sales", "sales"), ("", ""), ("de\0sk", "desk")] {
        match &Braze.parse(&arrived(tail)).unwrap()[..] {
            [Item::Message(found)] => assert_eq!(found.channel, channel),
            other => panic!("{other:?}"),
        }
    }
    let rejected = Arrived { tail: "sales", ..Arrived::body(b"{}", None, Timestamp::now()) };
    let named = Braze.parse(&rejected).unwrap();
    assert!(matches!(&named[..], [Item::Rejected { channel: Some(channel), .. }] if channel == "sales"));
}

#[test]
fn what_has_none_of_the_keys_and_is_no_object_is_malformed() {
    for body in
        ["", "null", "[]", "7", "\"text\"", "{", "user_id=1&message=Hej", "{\"a\": }", "{\"message: 1"]
    {
        assert!(parse(&Braze, None, body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn a_repeat_is_told_by_what_is_said_unless_there_is_an_id() {
    let repeat = |changes: Value| {
        let mut body = json!({
            "user_id": "u-maja", "phone_number": "+46701112233", "message": "ok", "media_urls": "https://f.example/a.pdf"
        });
        changes.as_object().unwrap().iter().for_each(|(key, value)| body[key] = value.clone());
        messages(body.to_string().as_bytes()).remove(0)
    };
    let first = repeat(json!({}));
    assert_eq!((first.id.as_str(), first.repeat.as_ref().map(String::len)), ("", Some(64)));
    assert_eq!(repeat(json!({ "profile_name": "Maja" })).repeat, first.repeat, "the same, said again");
    for other in [
        json!({ "user_id": "u-rui" }),
        json!({ "phone_number": "+46701112234" }),
        json!({ "message": "ok." }),
        json!({ "media_urls": "https://f.example/b.pdf" }),
        json!({ "flow_response": "{\"a\":1}" }),
        json!({ "user_id": "u-maja+", "phone_number": "46701112233" }),
    ] {
        assert_ne!(repeat(other.clone()).repeat, first.repeat, "{other}");
    }
    let with_id = repeat(json!({ "event_id": "e-9" }));
    assert_eq!((with_id.id.as_str(), with_id.repeat), ("e-9", None));
}

#[test]
fn two_files_of_one_message_are_no_repeats_of_each_other() {
    let body =
        json!({ "user_id": "u-maja", "media_urls": "https://f.example/a.pdf, https://f.example/b.pdf" });
    let found = messages(body.to_string().as_bytes());
    assert_eq!(found.len(), 2);
    assert_ne!(found[0].repeat, found[1].repeat);
}

#[test]
fn a_file_has_its_address_its_kind_and_a_name() {
    let found = ours("files.json");
    let file = |at: usize| match body(&found[at]) {
        Body::Media(media) => {
            (media.kind, media.link.clone().unwrap(), media.caption.clone(), media.file_name.clone())
        }
        other => panic!("{other:?}"),
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(file(0), (MediaKind::Image, "https://f.example/1.jpg?s=a,b".to_owned(), some("Look"), None));
    assert_eq!(file(1), (MediaKind::Video, "https://f.example/clip.MP4".to_owned(), None, None));
    assert_eq!(file(2), (MediaKind::Audio, "https://f.example/a.ogg".to_owned(), None, None));
    let address = "https://f.example/b%20c.pdf?x=https://f.example/".to_owned();
    assert_eq!(file(3), (MediaKind::Document, address, None, some("b c.pdf")));
}

#[test]
fn a_form_is_shown_in_the_order_given_and_without_its_token() {
    let field = |name: &str, value: &str| Field { name: name.to_owned(), value: value.to_owned() };
    let filled = |response: Value| {
        let body = json!({ "user_id": "u-maja", "flow_response": response });
        match messages(body.to_string().as_bytes()).remove(0).effect {
            Effect::Message(Body::FlowReply { fields, .. }) => fields,
            other => panic!("{other:?}"),
        }
    };
    let given = "{\"zip\":\"11122\",\"age\":41,\"flow_token\":\"t\",\"tags\":[\"a\"],\"none\":null}";
    let expected = [field("zip", "11122"), field("age", "41"), field("tags", "[\"a\"]"), field("none", "")];
    assert_eq!(filled(json!(given)), expected);
    assert_eq!(filled(json!("{broken")), [field("response", "{broken")]);
    assert_eq!(filled(json!({ "zip": "1" })), [field("zip", "1")]);
}

#[test]
fn somebody_is_known_by_number_id_and_name() {
    let contact = ours("names_of_the_tags.json").remove(0).contact;
    assert_eq!(contact.phone.as_deref(), Some("46701112233"));
    assert_eq!((contact.external_id.as_deref(), contact.name.as_deref()), (Some("u-maja"), Some("Maja")));
    let victim = ours("passing_for_another.json").remove(0).contact;
    assert_eq!(
        (victim.external_id.as_deref(), victim.phone.as_deref()),
        (Some("u-maja"), Some("46701112233"))
    );
}

#[test]
fn the_event_of_a_degraded_body_says_what_to_correct() {
    let raw = br#"{"user_id": "u", "message": "a "b""}"#;
    let items = parse(&Braze, None, raw).unwrap();
    let Some(Item::Event(event)) = items.last() else { panic!("{items:?}") };
    assert!(event.text.contains("| json_escape") && event.text.contains("inbound_message_body"));
}
