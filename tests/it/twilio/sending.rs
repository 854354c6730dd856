//! What we send, against what the fixtures send.

use std::collections::BTreeSet;

use contract::Body;
use contract::message::*;
use desk::channels::twilio::Twilio;
use desk::channels::{Account, Call, Known, Outgoing, Provider, Recipient, Step, Via, What};
use reqwest::Url;
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use super::{NUMBER, SID, account, step, via};
use crate::protocol::{content, differences, message, to};

/// What of the fixtures' requests we do not write the same, and why.
const DIFFERENCES: &[(&str, &str, &str)] = &[(
    "send_text.json",
    "/StatusCallback",
    "our mark stands in the query of the address, and Twilio tries five times instead of three",
)];

/// The fields of a form, in order.
pub fn fields(call: Call) -> Vec<(String, String)> {
    let (kind, body) = content(call);
    assert_eq!(kind, "application/x-www-form-urlencoded");
    read(std::str::from_utf8(&body).unwrap())
}

fn read(form: &str) -> Vec<(String, String)> {
    let url = Url::parse(&format!("http://x/?{form}")).unwrap();
    url.query_pairs().map(|(key, value)| (key.into_owned(), value.into_owned())).collect()
}

/// The call that sends something and needs nothing first.
pub fn sent(account: &Account, outgoing: &Outgoing) -> Call {
    match step(account, outgoing, &Known::new()).unwrap() {
        Step::Call(call) => call,
        Step::First(need) => panic!("{} is needed first", need.key),
    }
}

fn object(fields: Vec<(String, String)>) -> Value {
    let fields: Map<_, _> = fields.into_iter().map(|(key, value)| (key, Value::from(value))).collect();
    Value::Object(fields)
}

/// Our request for a fixture, and how it differs from the fixture's.
pub fn of_fixture(name: &str, theirs: &Value) -> (Value, Value) {
    let account = account(&[("messaging_service_sid", &[service(name)])]);
    let (known, outgoing) = (Known::new(), outgoing(name));
    let callback = (name == "send_text.json").then_some("https://desk.example/hooks/twilio/status");
    let Step::Call(call) = Twilio.call(&Via { callback, ..via(&account, &known) }, &outgoing).unwrap() else {
        panic!("{name} needs something first");
    };
    assert_eq!(call.url, theirs["url"].as_str().unwrap(), "{name}");
    assert_eq!(call.method.as_str(), theirs["method"].as_str().unwrap());
    let headers: Vec<_> = call.headers.iter().map(|(name, _)| *name).collect();
    assert_eq!(headers, ["authorization"], "{name}");
    let (kind, bytes) = content(call.clone());
    assert_eq!(kind, theirs["content_type"].as_str().unwrap(), "{name}");
    let (body, body_of_theirs) = match theirs["body"].as_str() {
        Some(form) => {
            let (ours, other) = (fields(call), read(form));
            let keys =
                |fields: &[(String, String)]| fields.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
            assert_eq!(keys(&ours), keys(&other), "{name}");
            (object(ours), object(other))
        }
        None => (serde_json::from_slice(&bytes).unwrap(), theirs["body"].clone()),
    };
    let mut found = BTreeSet::new();
    differences(&body, &body_of_theirs, String::new(), &mut found);
    let explained = found.iter().map(|at| {
        let reason = DIFFERENCES.iter().find(|(of, place, _)| *of == name && at.starts_with(place));
        let (_, _, why) = reason.unwrap_or_else(|| panic!("{name} differs at {at}: {body:#}"));
        json!({ "at": at, "why": why })
    });
    let differences = explained.collect();
    (json!({ "method": "POST", "url": theirs["url"], "type": kind, "body": body }), differences)
}

fn service(name: &str) -> &'static str {
    if name == "send_content_template.json" { "MG00000000000000000000000000000001" } else { "" }
}

fn outgoing(name: &str) -> Outgoing {
    // With a plus and spaces, which the provider gets without.
    let phone = "+1 555 010-0001";
    match name {
        "send_text.json" => {
            Outgoing { opaque: Some("d-7 &".to_owned()), ..message(phone, Body::text("Hello")) }
        }
        "send_media.json" => message(phone, Body::Media(invoice())),
        "send_content_template.json" => message(phone, Body::Template(template(&["Asha", "12345"]))),
        "send_typing.json" => {
            let message = "SMe287d7109a5a925f182f0e07fe5b223b".to_owned();
            Outgoing { to: Recipient::default(), what: What::Typing { message }, opaque: None }
        }
        name => panic!("{name}: nobody said what to send for it"),
    }
}

fn invoice() -> Media {
    Media {
        link: Some("https://desk.example/m/abc.pdf".to_owned()),
        caption: Some("Your invoice".to_owned()),
        mime: Some("application/pdf".to_owned()),
        ..Media::of(MediaKind::Document)
    }
}

pub fn template(words: &[&str]) -> Template {
    let words = words.iter().map(|text| Parameter::Text { text: (*text).to_owned(), name: None });
    Template {
        name: "order_update".to_owned(),
        id: Some("HX00000000000000000000000000000001".to_owned()),
        language: "en".to_owned(),
        text: "Hi Asha, your order 12345 is on its way.".to_owned(),
        header: Vec::new(),
        body: words.collect(),
        buttons: Vec::new(),
    }
}

fn field(call: Call, key: &str) -> Option<String> {
    fields(call).into_iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

#[test]
fn the_address_for_statuses_carries_our_mark_and_the_retries() {
    let (account, known) = (account(&[]), Known::new());
    let callback = |callback, opaque: Option<&str>| {
        let opaque = opaque.map(str::to_owned);
        let outgoing = Outgoing { opaque, ..message("46701112233", Body::text("Hej")) };
        match Twilio.call(&Via { callback, ..via(&account, &known) }, &outgoing).unwrap() {
            Step::Call(call) => field(call, "StatusCallback"),
            Step::First(need) => panic!("{}", need.key),
        }
    };
    let ours = Some("https://desk.example/webhooks/twilio/7");
    let full = callback(ours, Some("0190-a b&c#d")).unwrap();
    assert_eq!(full, "https://desk.example/webhooks/twilio/7?delivery=0190-a+b%26c%23d#rc=5&rp=5xx,ct,rt");
    assert!(full.ends_with(Twilio.about().webhook_suffix));
    let query = Url::parse(&full).unwrap().query().unwrap().to_owned();
    let items = super::items(b"MessageSid=SM1&MessageStatus=sent", &query);
    let [desk::channels::Item::Status(status)] = &items[..] else { panic!("{items:?}") };
    assert_eq!(status.opaque.as_deref(), Some("0190-a b&c#d"), "it comes back");
    assert_eq!(callback(ours, None).unwrap(), "https://desk.example/webhooks/twilio/7#rc=5&rp=5xx,ct,rt");
    assert_eq!(callback(None, Some("d")), None, "a desk that cannot be reached asks for no statuses");
}

#[test]
fn it_is_sent_from_the_number_or_from_the_messaging_service() {
    let outgoing = message("46701112233", Body::text("Hej"));
    let from = |account: &Account, channel| {
        let known = Known::new();
        let step = Twilio.call(&Via { channel, ..via(account, &known) }, &outgoing);
        step.map(|step| match step {
            Step::Call(call) => (field(call.clone(), "From"), field(call, "MessagingServiceSid")),
            Step::First(need) => panic!("{}", need.key),
        })
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(from(&account(&[]), "+1 415 523-8886"), Ok((some("whatsapp:+14155238886"), None)));
    assert_eq!(from(&account(&[]), "MG7"), Ok((None, some("MG7"))));
    let with_service = account(&[("messaging_service_sid", &["MG8"])]);
    assert_eq!(from(&with_service, NUMBER), Ok((some("whatsapp:+14155238886"), some("MG8"))));
    for channel in ["", "MG/7", "sandbox", "1"] {
        assert!(from(&account(&[]), channel).is_err(), "{channel}");
    }
    assert!(from(&account(&[("messaging_service_sid", &["7"])]), NUMBER).is_err());
    for sid in ["", "../AC1", "AC 1", "AC1?"] {
        assert!(from(&account(&[("account_sid", &[sid])]), NUMBER).is_err(), "{sid}");
    }
}

#[test]
fn the_number_wins_over_the_user_id_and_one_of_them_is_needed() {
    let to = |phone: Option<&str>, user_id: Option<&str>| {
        let to = Recipient {
            phone: phone.map(str::to_owned),
            user_id: user_id.map(str::to_owned),
            ..Recipient::default()
        };
        Outgoing { to, ..message("1", Body::text("Hej")) }
    };
    let sent_to = |outgoing: &Outgoing| field(sent(&account(&[]), outgoing), "To").unwrap();
    assert_eq!(sent_to(&to(Some("46701112233"), Some("SE.12"))), "whatsapp:+46701112233");
    assert_eq!(sent_to(&to(None, Some("SE.12"))), "whatsapp:SE.12");
    assert_eq!(sent_to(&to(Some("SE.12"), None)), "whatsapp:SE.12");
    for (phone, user_id) in [(None, None), (Some(""), None), (Some("x"), Some("y"))] {
        assert!(step(&account(&[]), &to(phone, user_id), &Known::new()).is_err());
    }
}

#[test]
fn calls_go_with_the_api_key_where_there_is_a_whole_one() {
    let header = |values: &[(&str, &[&str])]| {
        let call = sent(&account(values), &message("46701112233", Body::text("Hej")));
        call.headers[0].1.expose_secret().to_owned()
    };
    let basic = |user: &str, password: &str| {
        use base64::Engine;
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
        format!("Basic {pair}")
    };
    assert_eq!(header(&[("auth_token", &["new", "old"])]), basic(SID, "new"), "the current token");
    assert_eq!(header(&[("api_key_sid", &["SK1"]), ("api_key_secret", &["s"])]), basic("SK1", "s"));
    assert_eq!(header(&[("api_key_sid", &["SK1"])]), basic(SID, "token"), "half a key is none");
}

#[test]
fn a_stand_in_for_twilio_has_everything_in_one_place() {
    let account = crate::protocol::account(
        "http://127.0.0.1:4000/twilio/",
        &[("account_sid", &[SID]), ("auth_token", &["t"])],
    );
    let text = sent(&account, &message("46701112233", Body::text("Hej")));
    assert_eq!(text.url, format!("http://127.0.0.1:4000/twilio/2010-04-01/Accounts/{SID}/Messages.json"));
    let what = What::Typing { message: "SM1:2".to_owned() };
    let typing = sent(&account, &Outgoing { to: to("1"), what, opaque: None });
    assert_eq!(typing.url, "http://127.0.0.1:4000/twilio/v3/Indicators/Typing.json");
    assert_eq!(content(typing).1, br#"{"channel":"WHATSAPP","messageId":"SM1"}"#, "the message of the file");
}

#[test]
fn a_place_goes_with_its_name_and_its_label() {
    let place = |name: Option<&str>, address: Option<&str>| {
        let (name, address) = (name.map(str::to_owned), address.map(str::to_owned));
        let body = Body::Location(Location { latitude: 59.5, longitude: -18.0, name, address, url: None });
        let call = sent(&account(&[]), &message("46701112233", body));
        (field(call.clone(), "Body").unwrap(), field(call, "PersistentAction").unwrap())
    };
    let pair = |text: &str, action: &str| (text.to_owned(), action.to_owned());
    assert_eq!(place(Some("Shop"), Some("Torg|gatan 1")), pair("Shop", "geo:59.5,-18|Torg gatan 1"));
    assert_eq!(place(Some("Shop"), None), pair("Shop", "geo:59.5,-18|Shop"));
    assert_eq!(place(None, None), pair("59.5,-18", "geo:59.5,-18"));
}

#[test]
fn contact_cards_go_as_text() {
    let entry = |value: &str, label: Option<&str>| CardEntry {
        value: value.to_owned(),
        label: label.map(str::to_owned),
        wa_id: None,
    };
    let card = ContactCard {
        name: "Lena Ek".to_owned(),
        company: Some("Ek AB".to_owned()),
        phones: vec![entry("+46 70 111 22 33", Some("WORK"))],
        emails: vec![entry("lena@ek.example", None)],
        ..ContactCard::default()
    };
    let other = ContactCard { name: "Bo".to_owned(), ..ContactCard::default() };
    let call = sent(&account(&[]), &message("46701112233", Body::Contacts { cards: vec![card, other] }));
    let text = "*Lena Ek*\nEk AB\n+46 70 111 22 33 (WORK)\nlena@ek.example\n\n*Bo*";
    assert_eq!(field(call, "Body").as_deref(), Some(text));
}

#[test]
fn a_file_without_a_public_address_is_not_sent() {
    for link in [None, Some(""), Some("/m/abc"), Some("ftp://desk.example/a")] {
        let file = Some(contract::FileId(uuid::Uuid::from_u128(7)));
        let media = Media { link: link.map(str::to_owned), file, ..Media::of(MediaKind::Image) };
        let body = Body::Media(media);
        assert_eq!(Twilio.carries(&body), Ok(()), "it has one when it leaves");
        assert!(step(&account(&[]), &message("46701112233", body), &Known::new()).is_err(), "{link:?}");
    }
}

#[test]
fn what_twilio_cannot_do_is_refused() {
    let outgoing = |what| Outgoing { to: to("46701112233"), what, opaque: None };
    let message = "SM1".to_owned();
    let emoji = "👍".to_owned();
    for what in [
        What::Read { message: message.clone() },
        What::Reaction { message, emoji },
        What::Typing { message: String::new() },
        What::Typing { message: "../SM1".to_owned() },
    ] {
        assert!(step(&account(&[]), &outgoing(what), &Known::new()).is_err());
    }
}
