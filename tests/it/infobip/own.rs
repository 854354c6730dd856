//! Payloads of our own, for what the fixtures lack; each holds its expected result.

use contract::Body;
use contract::message::{Field, MediaKind};
use desk::channels::infobip::Infobip;
use desk::channels::{Effect, Inbound, Item, News, Scope, Sender, Status};
use serde_json::{Value, json};

use crate::protocol::{inspected, parse, read_folder, tests_folder};

fn bytes(fixture: &Value) -> Vec<u8> {
    match fixture["raw"].as_str() {
        Some(raw) => raw.as_bytes().to_vec(),
        None => fixture["body"].to_string().into_bytes(),
    }
}

/// The items of one of our payloads.
fn items(name: &str) -> Vec<Item> {
    let fixture = read_folder(&tests_folder().join("fixtures/infobip")).remove(name).unwrap();
    parse(&Infobip, None, &bytes(&fixture)).unwrap()
}

fn messages(name: &str) -> Vec<Inbound> {
    let message = |item| if let Item::Message(found) = item { Some(*found) } else { None };
    items(name).into_iter().filter_map(message).collect()
}

fn message(name: &str, id: &str) -> Inbound {
    messages(name).into_iter().find(|message| message.id == id).unwrap()
}

fn body(inbound: &Inbound) -> &Body {
    match &inbound.effect {
        Effect::Message(body) => body,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_payload_of_our_own_is_read_as_it_says() {
    for (name, fixture) in read_folder(&tests_folder().join("fixtures/infobip")) {
        let found = inspected(&Infobip, Some("application/json"), &bytes(&fixture));
        assert_eq!(found, fixture["expect"], "{name}: {} found {found:#}", fixture["about"]);
    }
}

#[test]
fn what_is_no_object_is_malformed() {
    for body in ["", "null", "[]", "7", "\"text\"", "{", "{\"results\":", "from=385915550001&text=Hej"] {
        assert!(parse(&Infobip, None, body.as_bytes()).is_err(), "{body}");
    }
    for body in ["{}", "{\"results\":null}", "{\"content\":7}", "{\"change\":[]}"] {
        assert!(
            matches!(parse(&Infobip, None, body.as_bytes()).unwrap()[..], [Item::Ignored { .. }]),
            "{body}"
        );
    }
}

#[test]
fn the_same_webhook_twice_has_the_same_ids() {
    let ids = || messages("kinds.json").into_iter().map(|message| message.id).collect::<Vec<_>>();
    assert_eq!(ids(), ids());
    assert!(ids().iter().all(|id| !id.is_empty()));
}

#[test]
fn somebody_is_known_by_pattern_and_not_by_field() {
    let found = messages("people.json");
    let lucia = Sender {
        user_id: Some("CO.1776622120445919".to_owned()),
        name: Some("Lucía".to_owned()),
        username: Some("lucia".to_owned()),
        ..Sender::default()
    };
    assert_eq!(found[0].contact, lucia);
    let several = Sender {
        phone: Some("573005550101".to_owned()),
        user_id: Some("CO.5".to_owned()),
        parent_user_id: Some("CO.ENT.9".to_owned()),
        ..Sender::default()
    };
    assert_eq!(found[1].contact, several);
    assert_eq!(found[3].contact.parent_user_id.as_deref(), Some("HR.ENT.7"));
}

#[test]
fn a_quote_a_reaction_and_an_advertisement_are_read() {
    let of = |id: &str| message("context.json", id);
    assert_eq!((of("c-1").quoted.as_deref(), of("c-2").quoted), (Some("baton-1"), None));
    let react = |emoji: Option<&str>| Effect::React {
        message: "baton-1".to_owned(),
        emoji: emoji.map(str::to_owned),
    };
    assert_eq!((of("c-4").effect, of("c-5").effect), (react(None), react(Some("👍"))));
    assert_eq!((of("c-4").quoted, of("c-7").referral), (None, None));
    let post = of("c-8").referral.unwrap();
    assert_eq!(post.source_type.as_deref(), Some("post"));
    assert_eq!(post.source_url.as_deref(), Some("https://example.com/p"));
}

#[test]
fn what_cannot_be_shown_says_what_it_is() {
    let of = |id: &str| match body(&message("kinds.json", id)).clone() {
        Body::Unsupported { kind, detail } => (kind, detail.unwrap_or_default()),
        other => panic!("{other:?}"),
    };
    let pair = |kind: &str, detail: &str| (kind.to_owned(), detail.to_owned());
    assert_eq!(of("k-1"), pair("UNSUPPORTED", ""));
    let virus = "Infobip found a virus in this file (Eicar-Test-Signature) and has not passed it on.";
    assert_eq!(of("k-2"), pair("INFECTED_CONTENT", virus));
    let paid = "referenceId: ref-1 · status: SUCCESS";
    assert_eq!(of("k-3"), pair("INTERACTIVE_PAYMENT_ACKNOWLEDGEMENT", paid));
    assert_eq!((of("k-4"), of("k-5")), (pair("POLL_OF_LATER", ""), pair("unknown", "")));
    assert_eq!(of("k-9"), pair("LOCATION", ""), "there is no such place");
}

#[test]
fn files_places_and_taps_keep_what_they_have() {
    let of = |id: &str| body(&message("kinds.json", id)).clone();
    let Body::Media(gone) = of("k-6") else { panic!("a file") };
    assert_eq!((gone.kind, gone.unavailable.as_deref()), (MediaKind::Image, Some("Infobip sent no file")));
    let Body::Media(invoice) = of("k-18") else { panic!("a file") };
    assert_eq!(invoice.file_name.as_deref(), Some("Faktura 7.pdf"));
    assert_eq!(invoice.link.as_deref(), Some("https://x.api.infobip.com/m/1"));
    let place = |id: &str| match of(id) {
        Body::Location(place) => (place.latitude, place.longitude),
        other => panic!("{other:?}"),
    };
    assert_eq!((place("k-7"), place("k-8")), ((59.33, 18.06), (0.0, 0.0)));
    assert_eq!(of("k-11"), Body::ButtonReply { id: "Yes".to_owned(), title: "Yes".to_owned() });
}

#[test]
fn a_form_is_shown_in_the_order_given_and_without_its_token() {
    let fields = |name: &str, id: &str| match body(&message(name, id)).clone() {
        Body::FlowReply { fields, .. } => fields,
        other => panic!("{other:?}"),
    };
    let field = |name: &str, value: &str| Field { name: name.to_owned(), value: value.to_owned() };
    // Written by hand, for the order of an object is lost in what the tests read.
    let reply =
        r#"{"type":"INTERACTIVE_FLOW_REPLY","response":{"zip":"1","age":41,"flow_token":"t","a":null}}"#;
    let entry = format!(r#"{{"from":"385915550001","to":"41795550100","messageId":"1","message":{reply}}}"#);
    let found = parse(&Infobip, None, format!(r#"{{"results":[{entry}]}}"#).as_bytes()).unwrap();
    let [Item::Message(message)] = &found[..] else { panic!("{found:?}") };
    let expected = vec![field("zip", "1"), field("age", "41"), field("a", "")];
    assert_eq!(body(message), &Body::FlowReply { name: None, fields: expected });
    let mut answers = fields("forms.json", "f-1");
    answers.sort_by(|one, other| one.name.cmp(&other.name));
    let expected = [field("age", "41"), field("none", ""), field("tags", "[\"a\"]"), field("zip", "11122")];
    assert_eq!((answers.as_slice(), fields("forms.json", "f-2")), (&expected[..], Vec::new()));
    let as_text = |id: &str| fields("forms_as_text.json", id);
    assert_eq!(as_text("t-1"), [field("zip", "11122"), field("age", "41")]);
    assert_eq!(
        (as_text("t-2"), as_text("t-3")),
        (vec![field("response", "{broken")], vec![field("response", "[1,2]")])
    );
    assert_eq!(as_text("t-4").len(), 2, "an object beside a string is read all the same");
}

#[test]
fn nul_is_in_no_text_and_no_name() {
    let found = messages("nul.json");
    assert_eq!(found[0].contact.name.as_deref(), Some("Maja"));
    assert_eq!(found[0].contact.username.as_deref(), Some("maja"));
    assert_eq!(body(&found[0]), &Body::ButtonReply { id: "p".to_owned(), title: "Yes".to_owned() });
}

#[test]
fn a_report_is_known_by_what_was_attached_or_by_our_own_id() {
    let status = |item| if let Item::Status(found) = item { Some(*found) } else { None };
    let found: Vec<Status> = items("reports.json").into_iter().filter_map(status).collect();
    let mark = Some("0199a0aa-0000-7000-8000-000000000001");
    assert_eq!((found[0].opaque.as_deref(), found[1].opaque.as_deref()), (mark, mark));
    assert_eq!(found[0].recipient.as_deref(), Some("385915550001"), "who has read it");
    assert_eq!(found[1].price.as_deref(), Some("0 EUR"));
    assert_eq!((found[2].opaque.as_deref(), found[2].recipient.as_deref()), (None, Some("CO.5")));
    assert_eq!(found[3].fault, None, "a repeat is no failure");
}

#[test]
fn wishes_about_marketing_are_news() {
    let news = |name: &str| {
        let event = |item| if let Item::Event(event) = item { event.news } else { None };
        items(name).into_iter().find_map(event).unwrap()
    };
    let wish = |contact, wanted| News::Preference { contact, scope: Scope::Marketing, wanted };
    let by_id = Sender { user_id: Some("HR.12".to_owned()), ..Sender::default() };
    assert_eq!(news("marketing_resume.json"), wish(by_id, true));
    let by_number = Sender { phone: Some("385915550001".to_owned()), ..Sender::default() };
    assert_eq!(news("reports.json"), wish(by_number, false));
}

#[test]
fn a_wish_that_is_not_known_is_shown_and_changes_nothing() {
    let content = json!({ "from": "385915550001", "notificationMessagesStatus": "pause" });
    let body = json!({ "from": "41795550100", "content": content });
    let found = parse(&Infobip, None, body.to_string().as_bytes()).unwrap();
    let [Item::Event(event)] = &found[..] else { panic!("{found:?}") };
    assert_eq!((event.text.as_str(), &event.news), ("pause", &None));
}

#[test]
fn a_payment_tells_what_it_is() {
    let found = items("payment.json");
    let [Item::Event(event)] = &found[..] else { panic!("{found:?}") };
    let told = "paymentId: pay-1 · status: SUCCESS · totalAmount.offset: 100 · totalAmount.value: 299";
    assert_eq!(event.text, told);
}
