//! What can be sent and what cannot.

use contract::Body;
use contract::capability::{Degree, Feature, FileBy};
use contract::id::FileId;
use contract::message::*;
use desk::channels::Provider;
use desk::channels::sinch::Sinch;

use super::call;
use super::sending::{linked, template, words};
use crate::protocol::{media, message};

fn long(count: usize) -> String {
    "ö".repeat(count)
}

fn choice(id: &str, title: &str) -> Choice {
    Choice { id: id.to_owned(), title: title.to_owned(), description: None }
}

fn buttons(text: String, header: Option<String>, footer: Option<String>) -> Body {
    Body::Buttons { text, header, footer, buttons: vec![choice("a", "A")] }
}

fn several(count: usize) -> Body {
    let buttons = (0..count).map(|n| choice(&n.to_string(), &n.to_string())).collect();
    Body::Buttons { text: "Which?".to_owned(), header: None, footer: None, buttons }
}

fn list(rows: std::ops::Range<u32>) -> Body {
    let rows = rows.map(|id| choice(&format!("row-{id}"), "Row")).collect();
    let sections = vec![Section { title: None, rows }];
    Body::List { text: "Which?".to_owned(), header: None, footer: None, button: "Menu".to_owned(), sections }
}

fn link(url: &str) -> Body {
    let (label, url) = ("Look".to_owned(), url.to_owned());
    Body::LinkButton { text: "Here".to_owned(), header: None, footer: None, label, url }
}

fn cards(phones: &[&[&str]]) -> Body {
    let entry = |value: &&str| CardEntry { value: (*value).to_owned(), ..CardEntry::default() };
    let card = |phones: &&[&str]| ContactCard {
        name: "Lena".to_owned(),
        phones: phones.iter().map(entry).collect(),
        ..ContactCard::default()
    };
    Body::Contacts { cards: phones.iter().map(card).collect() }
}

fn stored(kind: MediaKind, mime: &str) -> Media {
    Media { file: Some(FileId(uuid::Uuid::nil())), mime: Some(mime.to_owned()), ..media(kind, None) }
}

fn with_header(file: Media) -> Body {
    Body::Template(Template { header: vec![Parameter::Media(file)], ..template() })
}

#[test]
fn what_sinch_takes_is_carried_up_to_the_last_character() {
    for body in [
        Body::text(long(4_096)),
        Body::Media(linked(MediaKind::Image, "https://desk.example/m/a.jpg")),
        Body::Media(stored(MediaKind::Voice, "audio/ogg; codecs=opus")),
        Body::Media(Media { caption: Some(String::new()), ..stored(MediaKind::Document, "text/plain") }),
        // The desk has given its file an address.
        Body::Media(Media {
            link: Some("https://desk.example/m/1".to_owned()),
            ..stored(MediaKind::Sticker, "image/webp")
        }),
        several(3),
        buttons(long(1_024), None, Some(long(60))),
        buttons(long(1_024 - 63), Some(long(60)), None),
        list(0..10),
        link("https://example.com/a"),
        cards(&[&["+46 70 222 33 44"]]),
        Body::LocationRequest { text: long(1_024) },
        Body::Template(template()),
        with_header(stored(MediaKind::Image, "image/png")),
    ] {
        assert_eq!(Sinch.carries(&body), Ok(()), "{body:?}");
    }
}

#[test]
fn what_sinch_does_not_take_is_refused_in_a_sentence() {
    let captioned =
        Media { caption: Some("Kvitto".to_owned()), ..linked(MediaKind::Image, "https://desk.example/a") };
    let refused = [
        Body::text(""),
        Body::text(long(4_097)),
        Body::Media(media(MediaKind::Image, None)),
        Body::Media(media(MediaKind::Image, Some("an upload's id"))),
        Body::Media(linked(MediaKind::Image, "file:///etc/passwd")),
        Body::Media(captioned),
        Body::Media(stored(MediaKind::Image, "image/heic")),
        several(0),
        several(4),
        buttons(long(1_024 - 62), Some(long(60)), None),
        buttons("Which?".to_owned(), Some(long(61)), None),
        buttons("Which?".to_owned(), None, Some(long(61))),
        list(0..0),
        list(0..11),
        link("javascript:alert(1)"),
        cards(&[]),
        cards(&[&[]]),
        cards(&[&["1"], &["2"]]),
        Body::ContactRequest { text: "Your number?".to_owned() },
        Body::Template(Template { body: vec![words("two\nlines")], ..template() }),
        with_header(media(MediaKind::Image, None)),
        Body::ButtonReply { id: "a".to_owned(), title: "A".to_owned() },
    ];
    for body in refused {
        let reason = Sinch.carries(&body).expect_err(&format!("{body:?}")).0;
        assert!(reason.ends_with('.') && reason.starts_with(char::is_uppercase), "{reason}");
        assert!(call(&message("46732001122", body)).is_err());
    }
}

#[test]
fn a_file_without_a_public_address_is_stored_but_not_sent() {
    for body in [
        Body::Media(stored(MediaKind::Image, "image/png")),
        with_header(stored(MediaKind::Image, "image/png")),
    ] {
        assert_eq!(Sinch.carries(&body), Ok(()));
        let reason = call(&message("46732001122", body)).err().unwrap().0;
        assert!(reason.contains("no public address"), "{reason}");
    }
}

#[test]
fn what_is_missing_and_what_is_replaced_is_said() {
    let capabilities = Sinch.capabilities();
    assert_eq!((capabilities.text, capabilities.files_by), (4_096, FileBy::Address));
    let missing = [
        Feature::Quote,
        Feature::Reaction,
        Feature::MarkRead,
        Feature::ContactRequest,
        Feature::TemplateCreate,
    ];
    for feature in Feature::ALL {
        let expected = match feature {
            feature if missing.contains(&feature) => Degree::Missing,
            Feature::Backlog => Degree::Replaced,
            _ => Degree::Native,
        };
        let (degree, note) = capabilities.of(feature);
        assert_eq!(degree, expected, "{feature:?}");
        assert_eq!(note.is_empty(), degree == Degree::Native, "{feature:?}: {note}");
    }
    let kinds = [MediaKind::Image, MediaKind::Video, MediaKind::Audio, MediaKind::Voice, MediaKind::Document];
    assert!(
        kinds
            .into_iter()
            .chain([MediaKind::Sticker])
            .all(|kind| { capabilities.file(kind).is_some_and(|rule| rule.caption == 0) })
    );
}
