//! What we send, against what the fixtures send.

use std::collections::BTreeSet;

use contract::Body;
use contract::message::*;
use desk::channels::infobip::Infobip;
use desk::channels::{Call, Content, Known, NotCarried, Outgoing, Provider, Step, Via, What};
use jiff::Timestamp;
use reqwest::Url;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::account;
use crate::protocol::{content, differences, media, to};

/// What of the fixtures' requests we do not write the same, and why.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("", "/messageId", "our own id, made of our mark of the send, so that a repeat is known"),
    ("", "/messages/0/messageId", "our own id, made of our mark of the send, so that a repeat is known"),
    ("", "/notifyUrl", "the user and the password in it prove who is calling"),
    ("", "/messages/0/notifyUrl", "the user and the password in it prove who is calling"),
    ("", "/urlOptions", "we neither shorten nor track links"),
    ("", "/messages/0/urlOptions", "we neither shorten nor track links"),
    ("send_contact.json", "/content/contacts/0/addresses", "our cards hold no postal addresses"),
    ("send_contact.json", "/content/contacts/0/birthday", "our cards hold no birthday"),
    (
        "send_contact.json",
        "/content/contacts/0/name/middleName",
        "our cards hold the whole, given and family name",
    ),
    (
        "send_contact.json",
        "/content/contacts/0/name/namePrefix",
        "our cards hold the whole, given and family name",
    ),
    ("send_contact.json", "/content/contacts/0/org/department", "our cards hold the company only"),
    ("send_contact.json", "/content/contacts/0/org/title", "our cards hold the company only"),
];

/// The call over a channel, with the address for news that the fixtures have.
pub fn call(channel: &str, outgoing: &Outgoing) -> Result<Call, NotCarried> {
    let account = account(&[
        ("api_key", &["<api key>", "<old api key>"]),
        ("webhook_user", &["infobip"]),
        ("webhook_password", &["p@ss: w", "old"]),
    ]);
    let known = Known::new();
    let callback = Some("https://www.example.com/whatsapp");
    let via = Via { account: &account, channel, callback, known: &known, at: Timestamp::now() };
    match Infobip.call(&via, outgoing)? {
        Step::Call(call) => Ok(call),
        Step::First(need) => panic!("{} is needed first", need.key),
    }
}

/// Our request for a fixture, and how it differs from the fixture's.
pub fn of_fixture(name: &str, theirs: &Value) -> (Value, Value) {
    let channel = if name == "send_mark_read.json" { "447796344125" } else { "441134960000" };
    let call = call(channel, &outgoing(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let given = |header: &str| {
        let found = call.headers.iter().find(|(name, _)| *name == header);
        found.map(|(_, value)| value.expose_secret().to_owned())
    };
    let header = |name: &str| theirs["headers"][name].as_str().map(str::to_owned);
    assert_eq!(given("authorization"), header("Authorization"), "{name}");
    assert_eq!(given("accept"), header("Accept"), "{name}");
    let url = Url::parse(&call.url).unwrap();
    assert_eq!((url.scheme(), url.host_str(), url.query()), ("https", Some("xxxxx.api.infobip.com"), None));
    let path = theirs["url"].as_str().unwrap().strip_prefix("https://{baseUrl}").unwrap();
    assert_eq!((call.method.as_str(), url.path()), (theirs["method"].as_str().unwrap(), path), "{name}");
    let body = match theirs.get("body") {
        None => {
            assert_eq!(call.content, Content::Nothing, "{name}");
            Value::Null
        }
        Some(_) => {
            let (kind, body) = content(call);
            assert_eq!(Some(kind.to_owned()), header("Content-Type"), "{name}");
            serde_json::from_slice(&body).unwrap()
        }
    };
    let mut found = BTreeSet::new();
    differences(&body, &theirs["body"], String::new(), &mut found);
    let explained = found.iter().map(|at| {
        let reason =
            DIFFERENCES.iter().find(|(of, place, _)| (of.is_empty() || *of == name) && at.starts_with(place));
        let (_, _, why) = reason.unwrap_or_else(|| panic!("{name} differs at {at}: {body:#}"));
        json!({ "at": at, "why": why })
    });
    let differences = explained.collect();
    (json!({ "method": theirs["method"], "path": path, "body": body }), differences)
}

pub fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn outgoing(name: &str) -> Outgoing {
    // With a plus and spaces, which Infobip gets without.
    let to = to("+44 1134 960001");
    let what = match name {
        "send_mark_read.json" => What::Read { message: "abcdef_ghij124567890klmnopr".to_owned() },
        "send_typing.json" => What::Typing { message: "abcdef_ghij124567890klmnopr".to_owned() },
        name => What::Message { body: plain(name), quoted: None },
    };
    Outgoing { to, what, opaque: some("Callback data") }
}

fn plain(name: &str) -> Body {
    let text = "Some text".to_owned();
    match name {
        "send_text.json" => Body::Text { text },
        "send_image.json" => linked(MediaKind::Image, "http://example.com/image"),
        "send_audio.json" => linked(MediaKind::Audio, "http://example.com/audio"),
        "send_document.json" => linked(MediaKind::Document, "http://example.com/document"),
        "send_location.json" => Body::Location(Location {
            latitude: 44.9526862,
            longitude: 13.8545217,
            name: None,
            address: None,
            url: None,
        }),
        "send_contact.json" => Body::Contacts { cards: vec![card()] },
        "send_buttons.json" => Body::Buttons {
            text,
            header: None,
            footer: some("Footer"),
            buttons: vec![choice("1", "Yes", None), choice("2", "No", None)],
        },
        "send_list.json" => Body::List {
            text,
            header: None,
            footer: None,
            button: "Choose one".to_owned(),
            sections: vec![Section { title: None, rows: vec![choice("1", "row title", None)] }],
        },
        "send_url_button.json" => Body::LinkButton {
            text,
            header: None,
            footer: None,
            label: "Display text".to_owned(),
            url: "https://www.example.com".to_owned(),
        },
        "send_template.json" => {
            Body::Template(template(vec![words("Placeholder Value 1"), words("Placeholder Value 2")]))
        }
        name => panic!("{name}: nobody said what to send for it"),
    }
}

/// A file at an address.
pub fn linked(kind: MediaKind, link: &str) -> Body {
    Body::Media(Media { link: some(link), ..media(kind, None) })
}

pub fn choice(id: &str, title: &str, description: Option<&str>) -> Choice {
    Choice { id: id.to_owned(), title: title.to_owned(), description: description.map(str::to_owned) }
}

fn card() -> ContactCard {
    let entry =
        |value: &str, label: &str| CardEntry { value: value.to_owned(), label: some(label), wa_id: None };
    let phone =
        |digits: &str, label: &str| CardEntry { wa_id: some(digits), ..entry(&format!("+{digits}"), label) };
    ContactCard {
        name: "Mr. John Smith".to_owned(),
        first_name: some("John"),
        last_name: some("Smith"),
        company: some("Company Name"),
        phones: vec![phone("441134960019", "HOME"), phone("441134960000", "WORK")],
        emails: vec![entry("John.Smith@example.com", "WORK"), entry("John.Smith.priv@example.com", "HOME")],
        urls: vec![
            entry("http://example.com/John.Smith", "WORK"),
            entry("http://example.com/home/John.Smith", "HOME"),
        ],
        origin: None,
    }
}

pub fn words(text: &str) -> Parameter {
    Parameter::Text { text: text.to_owned(), name: None }
}

pub fn template(body: Vec<Parameter>) -> Template {
    Template {
        name: "template_name".to_owned(),
        id: None,
        language: "en_GB".to_owned(),
        text: "Placeholder Value 1, Placeholder Value 2".to_owned(),
        header: Vec::new(),
        body,
        buttons: Vec::new(),
    }
}
