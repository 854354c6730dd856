//! What we send, against what the fixtures send.

use std::collections::BTreeSet;

use contract::Body;
use contract::message::*;
use desk::channels::meta::Meta;
use desk::channels::{Outgoing, What};
use reqwest::Url;
use serde_json::{Value, json};

use super::account;
use crate::protocol::{self, content, differences, media, message, to};

/// What of the fixtures' requests we do not write the same, and why.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("send_text_preview_no_type.json", "/type", "we always say the type"),
    ("send_text_preview_no_type.json", "/recipient_type", "we always say it; it is the default"),
    ("send_contacts.json", "/recipient_type", "we always say it; it is the default"),
    ("send_contacts.json", "/contacts/0/addresses", "our cards hold no postal addresses"),
    ("send_contacts.json", "/contacts/0/birthday", "our cards hold no birthday"),
    ("send_contacts.json", "/contacts/0/name/middle_name", "our cards hold the whole, given and family name"),
    ("send_contacts.json", "/contacts/0/name/prefix", "our cards hold the whole, given and family name"),
    ("send_contacts.json", "/contacts/0/name/suffix", "our cards hold the whole, given and family name"),
    ("send_contacts.json", "/contacts/0/org/department", "our cards hold the company only"),
    ("send_contacts.json", "/contacts/0/org/title", "our cards hold the company only"),
    (
        "send_interactive_flow.json",
        "/interactive/action/parameters/flow_action_payload/data",
        "our forms are sent without data of their own",
    ),
    ("send_template_text.json", "/template/language/policy", "the only policy there is; it may be left out"),
    (
        "send_template_interactive.json",
        "/template/components/1/parameters/2/date_time",
        "phones show the text; the parts of the date are not read",
    ),
];

/// Our request for a fixture, and how it differs from the fixture's.
pub fn of_fixture(name: &str, theirs: &Value) -> (Value, Value) {
    let path = theirs["path"].as_str().unwrap();
    let channel = path.split('/').nth(2).unwrap();
    let call = protocol::call(&Meta, &account(&[("access_token", &["<token>"])]), channel, &outgoing(name))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let headers: Vec<_> = call.headers.iter().map(|(name, _)| *name).collect();
    assert_eq!(headers, ["authorization"], "{name}");
    let (method, address) = (call.method.clone(), call.url.clone());
    let (kind, body) = content(call);
    assert_eq!(kind, theirs["headers"]["Content-Type"].as_str().unwrap(), "{name}");
    let body: Value = serde_json::from_slice(&body).unwrap();
    let url = Url::parse(&address).unwrap();
    assert_eq!(url.host_str(), Some("graph.facebook.com"));
    assert_eq!((method.as_str(), url.path()), (theirs["method"].as_str().unwrap(), path), "{name}");
    let mut found = BTreeSet::new();
    differences(&body, &theirs["body"], String::new(), &mut found);
    let explained = found.iter().map(|at| {
        let reason = DIFFERENCES.iter().find(|(of, place, _)| *of == name && at.starts_with(place));
        let (_, _, why) = reason.unwrap_or_else(|| panic!("{name} differs at {at}: {body:#}"));
        json!({ "at": at, "why": why })
    });
    let differences = explained.collect();
    (json!({ "method": method.as_str(), "path": path, "body": body }), differences)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn outgoing(name: &str) -> Outgoing {
    // With a plus and spaces, which the provider gets without.
    let phone = "+1 650 555-1234";
    let inbound = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUYzMjEzNDM2RTZGQ0MzMDJBRgA=".to_owned();
    let what = |what| Outgoing { to: to(phone), what, opaque: None };
    let body = match name {
        "send_text_reply.json" => {
            let quoted = some("<MSGID_OF_PREV_MSG>");
            return what(What::Message { body: Body::text("<TEXT_MSG_CONTENT>"), quoted });
        }
        "send_text_to_bsuid.json" => return message("US.1234", Body::text("Simple Message")),
        "send_location_request.json" => {
            let text = "Interactive send location".to_owned();
            return message("250788123123", Body::LocationRequest { text });
        }
        "send_template_text.json" => return message("250788123123", Body::Template(template_text())),
        "send_mark_read.json" => return what(What::Read { message: inbound }),
        "send_read_and_typing.json" => return what(What::Typing { message: inbound }),
        "send_reaction.json" => {
            return what(What::Reaction { message: "wamid.HBgLM...".to_owned(), emoji: "😀".to_owned() });
        }
        name => plain(name),
    };
    message(phone, body)
}

fn plain(name: &str) -> Body {
    match name {
        "send_text.json" => Body::text("text-message-content"),
        "send_text_preview_no_type.json" => Body::text("Please visit https://youtu.be/hpltvTEiRrY."),
        "send_image_id.json" => Body::Media(media(MediaKind::Image, Some("<IMAGE_OBJECT_ID>"))),
        "send_audio_id.json" => Body::Media(media(MediaKind::Audio, Some("<AUDIO_OBJECT_ID>"))),
        "send_sticker_id.json" => Body::Media(media(MediaKind::Sticker, Some("<MEDIA_OBJECT_ID>"))),
        "send_document_link.json" => Body::Media(Media {
            link: some("<http(s)://document-url>"),
            caption: some("<DOCUMENT-CAPTION-TEXT>"),
            ..media(MediaKind::Document, None)
        }),
        "send_location.json" => Body::Location(Location {
            latitude: 37.758056,
            longitude: -122.425332,
            name: some("META HQ"),
            address: some("1 Hacker Way, Menlo Park, CA 94025"),
            url: None,
        }),
        "send_contacts.json" => Body::Contacts { cards: vec![card()] },
        "send_interactive_cta_url.json" => Body::LinkButton {
            text: "Tap the button below to see where your parcel is.".to_owned(),
            header: some("Tracking"),
            footer: some("Dates subject to change."),
            label: "See parcel".to_owned(),
            url: "https://example.com/t/123".to_owned(),
        },
        "send_template_interactive.json" => Body::Template(template_interactive()),
        name => interactive(name),
    }
}

fn interactive(name: &str) -> Body {
    let (header, footer) = (some("<HEADER_TEXT>"), some("<FOOTER_TEXT>"));
    match name {
        "send_interactive_buttons.json" => Body::Buttons {
            text: "<BUTTON_TEXT>".to_owned(),
            header: None,
            footer: None,
            buttons: (1..=2)
                .map(|n| choice(&format!("<UNIQUE_BUTTON_ID_{n}>"), &format!("<BUTTON_TITLE_{n}>"), None))
                .collect(),
        },
        "send_interactive_list.json" => Body::List {
            text: "<BODY_TEXT>".to_owned(),
            header,
            footer,
            button: "<BUTTON_TEXT>".to_owned(),
            sections: (1..=2).map(section).collect(),
        },
        "send_interactive_flow.json" => Body::Flow(Flow {
            text: "<BODY_TEXT>".to_owned(),
            header,
            footer,
            flow_id: "{{Flow-ID}}".to_owned(),
            label: "Open Flow!".to_owned(),
            token: some("<FLOW_TOKEN>"),
            screen: some("<SCREEN_ID>"),
        }),
        name => panic!("{name}: nobody said what to send for it"),
    }
}

pub fn choice(id: &str, title: &str, description: Option<&str>) -> Choice {
    Choice { id: id.to_owned(), title: title.to_owned(), description: description.map(str::to_owned) }
}

fn section(number: u8) -> Section {
    let row = |row: u8| {
        let of = format!("SECTION_{number}_ROW_{row}");
        choice(&format!("<LIST_{of}_ID>"), &format!("<{of}_TITLE>"), Some(&format!("<{of}_DESC>")))
    };
    Section { title: Some(format!("<LIST_SECTION_{number}_TITLE>")), rows: vec![row(1), row(2)] }
}

fn card() -> ContactCard {
    let entry =
        |value: &str, label: &str| CardEntry { value: value.to_owned(), label: some(label), wa_id: None };
    ContactCard {
        name: "John Smith".to_owned(),
        first_name: some("John"),
        last_name: some("Smith"),
        company: some("WhatsApp"),
        phones: vec![
            entry("+1 (940) 555-1234", "HOME"),
            CardEntry { wa_id: some("16505551234"), ..entry("+1 (650) 555-1234", "WORK") },
        ],
        emails: vec![entry("test@fb.com", "WORK"), entry("test@whatsapp.com", "HOME")],
        urls: vec![entry("https://www.facebook.com", "WORK"), entry("https://www.whatsapp.com", "HOME")],
        origin: None,
    }
}

pub fn words(text: &str) -> Parameter {
    Parameter::Text { text: text.to_owned(), name: None }
}

pub fn template_text() -> Template {
    Template {
        name: "revive_issue".to_owned(),
        id: None,
        language: "en_US".to_owned(),
        text: "Hi Chef, can we talk tomorrow?".to_owned(),
        header: Vec::new(),
        body: vec![words("Chef"), words("tomorrow")],
        buttons: Vec::new(),
    }
}

fn template_interactive() -> Template {
    let button =
        |index, payload: &str| TemplateButton { index, value: ButtonValue::Payload(payload.to_owned()) };
    Template {
        name: "template-name".to_owned(),
        id: None,
        language: "language-and-locale-code".to_owned(),
        text: "text-string $100.99 February 25, 1977".to_owned(),
        header: vec![Parameter::Media(Media {
            link: some("http(s)://the-image-url"),
            ..media(MediaKind::Image, None)
        })],
        body: vec![
            words("text-string"),
            Parameter::Currency {
                fallback: "$100.99".to_owned(),
                code: "USD".to_owned(),
                amount_1000: 100_990,
            },
            Parameter::DateTime { fallback: "February 25, 1977".to_owned() },
        ],
        buttons: vec![button(0, "aGlzIHRoaXMgaXMgY29v"), button(1, "9rwnB8RbYmPF5t2Mn09x4h")],
    }
}
