//! What can be sent and what cannot.

use contract::capability::{Degree, Feature, FileBy, TextUnit};
use contract::message::*;
use contract::{Body, FileId};
use desk::channels::infobip::Infobip;
use desk::channels::{Outgoing, Provider, What};
use uuid::Uuid;

use super::account;
use super::sending::{choice, linked, template, words};
use crate::protocol::{call, media, message, to};

fn long(count: usize) -> String {
    "ö".repeat(count)
}

fn buttons(buttons: Vec<Choice>) -> Body {
    Body::Buttons { text: "Which one?".to_owned(), header: None, footer: None, buttons }
}

fn list(sections: Vec<Section>) -> Body {
    let text = "Which one?".to_owned();
    Body::List { text, header: None, footer: None, button: "Menu".to_owned(), sections }
}

fn section(title: Option<&str>, ids: std::ops::Range<u32>) -> Section {
    let row = |id: u32| choice(&format!("row-{id}"), "Row", None);
    Section { title: title.map(str::to_owned), rows: ids.map(row).collect() }
}

fn frame(header: Option<String>, footer: Option<String>) -> Body {
    Body::Buttons { text: long(1024), header, footer, buttons: vec![choice("a", "A", None)] }
}

fn link(label: &str, url: &str) -> Body {
    let (label, url) = (label.to_owned(), url.to_owned());
    Body::LinkButton { text: "Look".to_owned(), header: None, footer: None, label, url }
}

fn place(latitude: f64, name: Option<String>, address: Option<String>) -> Body {
    Body::Location(Location { latitude, longitude: 18.0, name, address, url: None })
}

fn filled(body: Vec<Parameter>) -> Body {
    Body::Template(template(body))
}

fn with_button(value: ButtonValue) -> Body {
    let buttons = vec![TemplateButton { index: 0, value }];
    Body::Template(Template { buttons, ..template(Vec::new()) })
}

fn file(kind: MediaKind) -> Media {
    Media { link: Some("https://example.com/a".to_owned()), ..media(kind, None) }
}

fn captioned(kind: MediaKind, caption: &str) -> Body {
    Body::Media(Media { caption: Some(caption.to_owned()), ..file(kind) })
}

fn typed(kind: MediaKind, mime: &str) -> Body {
    Body::Media(Media { mime: Some(mime.to_owned()), ..file(kind) })
}

fn flow(label: String) -> Body {
    let (text, flow_id) = ("Fill in".to_owned(), "7".to_owned());
    Body::Flow(Flow { text, header: None, footer: None, flow_id, label, token: None, screen: None })
}

#[test]
fn what_infobip_takes_is_carried_up_to_the_last_character() {
    let address = format!("https://example.org/{}", "a".repeat(2_048 - 20));
    let stored = Media { file: Some(FileId(Uuid::nil())), ..media(MediaKind::Image, None) };
    for body in [
        Body::text(long(4096)),
        captioned(MediaKind::Image, &long(3000)),
        captioned(MediaKind::Document, &long(3000)),
        linked(MediaKind::Image, &address),
        linked(MediaKind::Image, "http://example.org/a.png"),
        Body::Media(stored),
        Body::Media(Media { file_name: Some(long(240)), ..file(MediaKind::Document) }),
        typed(MediaKind::Voice, "audio/ogg; codecs=opus"),
        typed(MediaKind::Audio, "audio/opus"),
        typed(MediaKind::Document, "application/x-anything"),
        buttons(vec![choice(&long(256), &long(20), None), choice("b", "B", None), choice("c", "C", None)]),
        buttons(vec![choice("a", "5 * 3 or snake_case", None)]),
        frame(Some(long(60)), Some(long(60))),
        list(vec![section(None, 0..10)]),
        list(vec![section(Some(&long(24)), 0..5), section(Some("B"), 5..10)]),
        list(vec![Section { title: None, rows: vec![choice(&long(200), &long(24), Some(&long(72)))] }]),
        link(&long(20), "https://example.org/a"),
        link("Look", &address),
        place(90.0, Some(long(1_000)), Some(long(1_000))),
        place(0.0, None, Some("Torggatan 1".to_owned())),
        filled(vec![words("four    spaces")]),
        filled(vec![words(&long(512)), words(&long(512))]),
        with_button(ButtonValue::Payload(long(128))),
        with_button(ButtonValue::CopyCode("A".repeat(15))),
        flow(long(20)),
        Body::ContactRequest { text: long(1024) },
        Body::LocationRequest { text: long(1024) },
    ] {
        assert_eq!(Infobip.carries(&body), Ok(()), "{body:?}");
    }
}

/// Every one of these is refused in a sentence, before it is stored and when it is sent.
fn refused(bodies: impl IntoIterator<Item = Body>) {
    for body in bodies {
        let reason = Infobip.carries(&body).expect_err(&format!("{body:?}")).0;
        assert!(reason.ends_with('.') && reason.starts_with(char::is_uppercase), "{reason}");
        assert!(call(&Infobip, &account(&[]), "44", &message("46731234567", body)).is_err());
    }
}

#[test]
fn words_and_files_that_infobip_does_not_take_are_refused_in_a_sentence() {
    refused([
        Body::text(""),
        Body::text(" \n "),
        Body::text(long(4097)),
        Body::Media(media(MediaKind::Image, None)),
        Body::Media(media(MediaKind::Image, Some("7"))),
        linked(MediaKind::Image, "ftp://example.org/a"),
        linked(MediaKind::Image, "https://example.org/a b"),
        linked(MediaKind::Image, &format!("https://example.org/{}", "a".repeat(2_048))),
        captioned(MediaKind::Image, &long(3001)),
        captioned(MediaKind::Audio, "la la"),
        captioned(MediaKind::Voice, "la la"),
        captioned(MediaKind::Sticker, "la la"),
        Body::Media(Media { file_name: Some(long(241)), ..file(MediaKind::Document) }),
        typed(MediaKind::Image, "image/heic"),
        typed(MediaKind::Video, "video/quicktime"),
        typed(MediaKind::Voice, "audio/mpeg"),
        typed(MediaKind::Audio, "audio/flac"),
        typed(MediaKind::Sticker, "image/png"),
    ]);
}

#[test]
fn choices_that_infobip_does_not_take_are_refused_in_a_sentence() {
    let two = |id: &str, title: &str| buttons(vec![choice("a", "A", None), choice(id, title, None)]);
    let row = |row: Choice| list(vec![Section { title: None, rows: vec![row] }]);
    refused([
        buttons(Vec::new()),
        buttons((0..4).map(|n| choice(&n.to_string(), &n.to_string(), None)).collect()),
        two("a", "B"),
        two("b", "A"),
        two("", "B"),
        two(" b", "B"),
        two("b", ""),
        two("b", &long(21)),
        two("b", "Yes 👍"),
        two("b", "*Yes*"),
        two(&long(257), "B"),
        frame(Some(long(61)), None),
        frame(None, Some(long(61))),
        frame(Some(String::new()), None),
        list(Vec::new()),
        list(vec![section(None, 0..11)]),
        list(vec![section(None, 0..2), section(Some("B"), 2..4)]),
        list(vec![section(Some("A"), 0..2), section(Some("B"), 1..4)]),
        list(vec![section(Some("A"), 0..2), section(Some("B"), 0..0)]),
        list(vec![section(Some(&long(25)), 0..2)]),
        row(choice("a", &long(25), None)),
        row(choice("a", "A", Some(&long(73)))),
        row(choice(&long(201), "A", None)),
        link(&long(21), "https://example.org/"),
        link("Look", "javascript:alert(1)"),
    ]);
}

#[test]
fn anything_else_that_infobip_does_not_take_is_refused_in_a_sentence() {
    refused([
        place(90.5, None, None),
        place(f64::NAN, None, None),
        place(0.0, Some(long(1_001)), None),
        Body::Contacts { cards: Vec::new() },
        Body::Contacts { cards: vec![ContactCard::default()] },
        filled(vec![words("two\nlines")]),
        filled(vec![words("five     spaces")]),
        filled(vec![words("")]),
        filled(vec![words(&long(513)), words(&long(512))]),
        filled(vec![Parameter::Media(file(MediaKind::Image))]),
        with_button(ButtonValue::Payload(long(129))),
        with_button(ButtonValue::CopyCode("A".repeat(16))),
        with_button(ButtonValue::UrlSuffix(String::new())),
        flow(long(21)),
        Body::ContactRequest { text: long(1025) },
        Body::ButtonReply { id: "a".to_owned(), title: "A".to_owned() },
        Body::Unsupported { kind: "POLL".to_owned(), detail: None },
    ]);
}

#[test]
fn a_stored_file_needs_an_address_when_it_is_sent() {
    let stored = Media { file: Some(FileId(Uuid::nil())), ..media(MediaKind::Image, None) };
    let header = vec![Parameter::Media(stored.clone())];
    for body in [Body::Media(stored.clone()), Body::Template(Template { header, ..template(Vec::new()) })] {
        assert_eq!(Infobip.carries(&body), Ok(()));
        let reason = call(&Infobip, &account(&[]), "44", &message("46731234567", body)).err().unwrap().0;
        assert!(reason.contains("public address"), "{reason}");
    }
    let ready = Media { link: Some("https://desk.example/f/1".to_owned()), ..stored };
    assert!(call(&Infobip, &account(&[]), "44", &message("46731234567", Body::Media(ready))).is_ok());
}

#[test]
fn a_sender_that_could_lead_elsewhere_is_refused() {
    for channel in ["", "../1", "1/2", "1?a=b", "1#", "1 2", "+46731234567", "0123456789012345678901234"] {
        let text = message("46731234567", Body::text("Hej"));
        assert!(call(&Infobip, &account(&[]), channel, &text).is_err(), "{channel}");
        let read = What::Read { message: "wamid.1".to_owned() };
        let read = Outgoing { to: to("46731234567"), what: read, opaque: None };
        assert!(call(&Infobip, &account(&[]), channel, &read).is_err(), "{channel}");
    }
}

#[test]
fn reactions_are_said_to_be_missing_and_are() {
    let what = What::Reaction { message: "wamid.1".to_owned(), emoji: "👍".to_owned() };
    let reaction = Outgoing { to: to("46731234567"), what, opaque: None };
    assert!(call(&Infobip, &account(&[]), "44", &reaction).is_err());
    let can = Infobip.capabilities();
    assert_eq!((can.text, can.text_unit, can.files_by), (4_096, TextUnit::CodePoint, FileBy::Address));
    for feature in Feature::ALL {
        let (degree, note) = can.of(feature);
        let missing = [Feature::Reaction, Feature::Backlog].contains(&feature);
        let expected = if missing { Degree::Missing } else { Degree::Native };
        assert_eq!((degree, note.is_empty()), (expected, !missing), "{feature:?}");
    }
    assert!(Infobip.templates().is_some() && Infobip.backlog().is_none());
}

#[test]
fn an_admin_is_told_what_to_fill_in_and_where_it_is() {
    let about = Infobip.about();
    let fields: Vec<_> =
        about.fields.iter().map(|field| (field.key.as_str(), field.secret, field.optional)).collect();
    let expected = [
        ("api_key", true, false),
        ("api_base", false, true),
        ("webhook_key", true, true),
        ("webhook_user", false, true),
        ("webhook_password", true, true),
    ];
    assert_eq!(fields, expected);
    assert!(about.fields.iter().all(|field| !field.label.is_empty() && !field.help.is_empty()));
    assert_eq!((about.made_up, about.webhook_suffix, about.has_ids), (None, "", true));
}
