//! Payloads of our own, for what the fixtures lack; each case holds its expected result.

use contract::Body;
use contract::message::MediaKind;
use desk::channels::sinch::Sinch;
use desk::channels::{Effect, Inbound, Item};
use serde_json::{Value, json};

use super::APP;
use crate::detail;
use crate::protocol::{inspected, parse, read_folder, tests_folder};

/// The cases of all files.
pub fn cases() -> Vec<(String, Value)> {
    let files = read_folder(&tests_folder().join("fixtures/sinch"));
    files
        .into_iter()
        .flat_map(|(name, file)| {
            let cases = file["cases"].as_array().unwrap().clone();
            (0..).zip(cases).map(move |(index, case): (u32, Value)| (format!("{name} {index}"), case))
        })
        .collect()
}

/// The message that something of a customer makes.
fn said(contact_message: Value) -> Inbound {
    let message = json!({
        "id": "01HMSG",
        "direction": "TO_APP",
        "channel_identity": { "channel": "WHATSAPP", "identity": "46701112233", "app_id": "" },
        "accept_time": "2026-02-01T10:00:00.123456Z",
        "contact_message": contact_message,
    });
    let body = json!({ "app_id": APP, "message": message });
    match parse(&Sinch, None, body.to_string().as_bytes()).unwrap().remove(0) {
        Item::Message(found) => *found,
        other => panic!("{other:?}"),
    }
}

fn body(contact_message: Value) -> Body {
    match said(contact_message).effect {
        Effect::Message(body) => body,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_payload_of_our_own_is_read_as_it_says() {
    for (name, case) in cases() {
        let bytes = case["body"].to_string().into_bytes();
        let found = inspected(&Sinch, Some("application/json"), &bytes);
        assert_eq!(found["items"], case["expect"], "{name}: {} found {found:#}", case["about"]);
        if let Some(news) = case.get("news") {
            let items = parse(&Sinch, None, &bytes).unwrap();
            let Item::Event(event) = &items[0] else { panic!("{name}: {items:?}") };
            let found = event.news.as_ref().map(detail::news).unwrap_or_default();
            assert_eq!(detail::without_nulls(found), detail::without_nulls(news.clone()), "{name}");
        }
    }
}

#[test]
fn what_is_no_object_is_malformed() {
    for body in ["", "null", "[]", "7", "\"text\"", "{", "{\"app_id\":", "Body=hello"] {
        assert!(parse(&Sinch, None, body.as_bytes()).is_err(), "{body}");
    }
    for body in ["{}", "{\"app_id\":\"1\"}", "{\"something\":{}}"] {
        assert!(
            matches!(parse(&Sinch, None, body.as_bytes()).unwrap()[..], [Item::Ignored { .. }]),
            "{body}"
        );
    }
}

#[test]
fn a_file_is_of_the_kind_that_its_name_or_address_ends_in() {
    let kind = |url: &str, name: Value| match body(
        json!({ "media_message": { "url": url, "filename_override": name } }),
    ) {
        Body::Media(media) => (media.kind, media.file_name),
        other => panic!("{other:?}"),
    };
    let nothing = |kind| (kind, None);
    assert_eq!(kind("https://media.example/a/b.JPG?x=1.pdf#y.mp4", Value::Null), nothing(MediaKind::Image));
    assert_eq!(kind("https://media.example/b.mp4", Value::Null), nothing(MediaKind::Video));
    assert_eq!(kind("https://media.example/b.oga", Value::Null), nothing(MediaKind::Voice));
    assert_eq!(kind("https://media.example/b.mp3", Value::Null), nothing(MediaKind::Audio));
    assert_eq!(kind("https://media.example/b.webp", Value::Null), nothing(MediaKind::Sticker));
    assert_eq!(kind("https://media.example.jpg/b", Value::Null), nothing(MediaKind::Document));
    let named = (MediaKind::Document, Some("Intyg.pdf".to_owned()));
    assert_eq!(kind("https://media.example/b", json!("Intyg.pdf")), named);
    let Body::Media(nowhere) = body(json!({ "media_message": { "url": "" } })) else { panic!("no file") };
    assert_eq!(nowhere.unavailable.as_deref(), Some("Sinch sent no address of the file"));
}

#[test]
fn a_tap_has_the_id_for_a_title_and_quotes_the_message_with_the_buttons() {
    let tap =
        said(json!({ "choice_response_message": { "message_id": "01HOUT", "postback_data": "csat_yes" } }));
    assert_eq!(tap.quoted.as_deref(), Some("01HOUT"));
    let reply = Body::ButtonReply { id: "csat_yes".to_owned(), title: "csat_yes".to_owned() };
    assert_eq!(tap.effect, Effect::Message(reply));
}

#[test]
fn a_quote_needs_an_id_and_is_never_the_message_itself() {
    let quoted =
        |reply_to: Value| said(json!({ "text_message": { "text": "x" }, "reply_to": reply_to })).quoted;
    assert_eq!(quoted(json!({ "message_id": "01HOUT" })).as_deref(), Some("01HOUT"));
    for nothing in [
        Value::Null,
        json!({}),
        json!({ "message_id": "" }),
        json!("01HOUT"),
        json!({ "message_id": "01HMSG" }),
    ] {
        assert_eq!(quoted(nothing.clone()), None, "{nothing}");
    }
}

#[test]
fn a_time_that_makes_no_sense_is_left_to_the_envelope_and_then_out() {
    let at = |accept: &str, event: &str| {
        let identity = json!({ "channel": "WHATSAPP", "identity": "46701112233" });
        let said = json!({ "text_message": { "text": "x" } });
        let message = json!({ "id": "1", "channel_identity": identity, "accept_time": accept, "contact_message": said });
        let body = json!({ "app_id": APP, "event_time": event, "message": message });
        match parse(&Sinch, None, body.to_string().as_bytes()).unwrap().remove(0) {
            Item::Message(found) => (found.at.map(|at| at.to_string()), found.whole_seconds),
            other => panic!("{other:?}"),
        }
    };
    let good = "2024-06-15T14:23:44Z";
    assert_eq!(at("2024-06-15T14:23:45.123Z", good), (Some("2024-06-15T14:23:45.123Z".to_owned()), false));
    assert_eq!(at("2024-06-15T14:23:45.000Z", good), (Some("2024-06-15T14:23:45Z".to_owned()), false));
    assert_eq!(at("2024-06-15T16:23:45+02:00", good), (Some("2024-06-15T14:23:45Z".to_owned()), true));
    for senseless in ["", "soon", "1970-01-01T00:00:00Z", "2199-01-01T00:00:00Z", "1749416383"] {
        assert_eq!(at(senseless, good), (Some(good.to_owned()), true), "{senseless}");
        assert_eq!(at(senseless, senseless), (None, true), "{senseless}");
    }
}

#[test]
fn nul_is_in_no_text_and_no_name() {
    let form =
        json!({ "type": "nfm_reply", "nfm_reply": { "response_json": "{\"na\\u0000me\":\"a\\u0000b\"}" } });
    let form = json!({ "channel_specific_message": { "message_type": "nfm_reply", "message": form } });
    for said in [json!({ "text_message": { "text": "a\0b" } }), form, json!({ "odd\0key": {} })] {
        assert!(!format!("{:?}", body(said.clone())).contains("\\0"), "{said}");
    }
}

#[test]
fn a_form_is_shown_in_the_order_given_and_without_its_token() {
    let fields = |answer: Value| {
        let message =
            json!({ "type": "nfm_reply", "nfm_reply": { "name": "flow", "response_json": answer } });
        match body(json!({ "channel_specific_message": { "message_type": "nfm_reply", "message": message } }))
        {
            Body::FlowReply { fields, .. } => {
                fields.into_iter().map(|field| (field.name, field.value)).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        }
    };
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let given = json!("{\"zip\":\"11122\",\"flow_token\":\"t\",\"age\":41,\"tags\":[\"a\"],\"none\":null}");
    let expected = [field("zip", "11122"), field("age", "41"), field("tags", "[\"a\"]"), field("none", "")];
    assert_eq!(fields(given), expected);
    assert_eq!(fields(json!("{broken")), [field("response", "{broken")]);
    assert_eq!(fields(Value::Null), []);
    assert_eq!(fields(json!({ "a": 1 })), [field("a", "1")]);
}
