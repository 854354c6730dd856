//! What can be sent and what cannot, and what the channel says about itself.

use contract::Body;
use contract::capability::{Degree, Feature, FileBy, TextUnit};
use contract::message::*;
use desk::channels::Provider;
use desk::channels::twilio::Twilio;

use super::rich::{buttons, choice};
use super::sending::template;

fn long(count: usize) -> String {
    "ö".repeat(count)
}

fn of(buttons: Vec<Choice>) -> Body {
    Body::Buttons { text: "Which one?".to_owned(), header: None, footer: None, buttons }
}

fn list(rows: Vec<Choice>) -> Body {
    let text = "Which one?".to_owned();
    let sections = vec![Section { title: None, rows }];
    Body::List { text, header: None, footer: None, button: "Menu".to_owned(), sections }
}

fn rows(count: u32) -> Vec<Choice> {
    (0..count).map(|number| choice(&format!("row-{number}"), "Row", None)).collect()
}

fn link(label: &str, url: &str) -> Body {
    let (label, url) = (label.to_owned(), url.to_owned());
    Body::LinkButton { text: "Look".to_owned(), header: None, footer: None, label, url }
}

fn file(kind: MediaKind, mime: Option<&str>, caption: Option<&str>) -> Body {
    Body::Media(Media {
        link: Some("https://desk.example/m/1".to_owned()),
        mime: mime.map(str::to_owned),
        caption: caption.map(str::to_owned),
        ..Media::of(kind)
    })
}

fn place(latitude: f64, longitude: f64) -> Body {
    Body::Location(Location { latitude, longitude, name: None, address: None, url: None })
}

fn cards(count: usize, name: &str) -> Body {
    Body::Contacts { cards: vec![ContactCard { name: name.to_owned(), ..ContactCard::default() }; count] }
}

fn with_button(value: ButtonValue) -> Body {
    Body::Template(Template { buttons: vec![TemplateButton { index: 0, value }], ..template(&["a"]) })
}

#[test]
fn what_twilio_takes_is_carried_up_to_the_last_character() {
    for body in [
        Body::text(long(1_600)),
        Body::text("😀".repeat(800)),
        file(MediaKind::Image, Some("image/jpeg"), Some(&long(1_600))),
        file(MediaKind::Voice, Some("audio/ogg; codecs=opus"), None),
        file(MediaKind::Document, Some("application/zip"), Some("All of it")),
        of(vec![choice(&long(256), &long(20), None), choice("b", "B", None), choice("c", "C", None)]),
        buttons(&long(898), Some(&long(60)), Some(&long(58))),
        list(rows(10)),
        list(vec![choice(&long(200), &long(24), Some(&long(72)))]),
        link(&long(20), "https://example.org/a"),
        place(-90.0, 180.0),
        cards(100, "Lena"),
        Body::Template(template(&["four    spaces"])),
        with_button(ButtonValue::UrlSuffix("a/b".to_owned())),
    ] {
        assert_eq!(Twilio.carries(&body), Ok(()), "{body:?}");
    }
}

#[test]
fn what_twilio_does_not_take_is_refused_in_a_sentence() {
    let two = |id: &str, title: &str| of(vec![choice("a", "A", None), choice(id, title, None)]);
    let refused = [
        Body::text(""),
        Body::text(" \n "),
        Body::text(long(1_601)),
        Body::text("😀".repeat(801)),
        Body::Media(Media::of(MediaKind::Image)),
        file(MediaKind::Image, Some("image/heic"), None),
        file(MediaKind::Image, None, Some(&long(1_601))),
        file(MediaKind::Voice, None, Some("la la")),
        file(MediaKind::Sticker, None, Some("la la")),
        of(Vec::new()),
        of((0..4).map(|n| choice(&n.to_string(), &n.to_string(), None)).collect()),
        two("a", "B"),
        two("b", "A"),
        two("", "B"),
        two("b", &long(21)),
        two("b", "{{1}}"),
        two(&long(257), "B"),
        buttons(&long(899), Some(&long(60)), Some(&long(58))),
        buttons(&long(1_025), None, None),
        buttons(&"a\n".repeat(101), None, None),
        buttons("Yes?", Some(""), None),
        buttons("Yes?", None, Some(&long(61))),
        list(Vec::new()),
        list(rows(11)),
        list(vec![choice("a", &long(25), None)]),
        list(vec![choice("a", "A", Some(&long(73)))]),
        list(vec![choice("a", "A", None), choice("a", "B", None)]),
        link(&long(21), "https://example.org/"),
        link("Look", "javascript:alert(1)"),
        link("Look", "https://example.org/a b"),
        link("Look", "https://example.org/{{1}}"),
        place(90.5, 0.0),
        place(f64::NAN, 0.0),
        cards(0, ""),
        cards(1, " "),
        cards(267, "Lena"),
        Body::Template(Template { id: None, ..template(&["a"]) }),
        Body::Template(Template { id: Some("HX1/../2".to_owned()), ..template(&["a"]) }),
        Body::Template(template(&["two\nlines"])),
        Body::Template(template(&["five     spaces"])),
        Body::Template(template(&[""])),
        Body::Template(template(&[&long(513), &long(512)])),
        with_button(ButtonValue::Payload("a".to_owned())),
        with_button(ButtonValue::FlowToken("a".to_owned())),
        with_button(ButtonValue::UrlSuffix(String::new())),
        Body::LocationRequest { text: "Where?".to_owned() },
        Body::ContactRequest { text: "Who?".to_owned() },
        Body::ButtonReply { id: "a".to_owned(), title: "A".to_owned() },
        Body::Unsupported { kind: "poll".to_owned(), detail: None },
    ];
    for body in refused {
        let reason = Twilio.carries(&body).expect_err(&format!("{body:?}")).0;
        assert!(reason.ends_with('.') && reason.starts_with(char::is_uppercase), "{reason}");
    }
}

#[test]
fn the_channel_says_what_it_can_do_and_why_not_the_rest() {
    let can = Twilio.capabilities();
    assert_eq!((can.text, can.text_unit, can.files_by), (1_600, TextUnit::Utf16, FileBy::Address));
    let (mut replaced, mut missing) = (Vec::new(), Vec::new());
    for feature in Feature::ALL {
        let (degree, note) = can.of(feature);
        assert_eq!(degree == Degree::Native, note.is_empty(), "{feature:?}");
        match degree {
            Degree::Native => {}
            Degree::Replaced => replaced.push(feature),
            Degree::Missing => missing.push(feature),
        }
    }
    assert_eq!(replaced, [Feature::Quote, Feature::MarkRead, Feature::List, Feature::Contacts]);
    let asked = [Feature::Reaction, Feature::LocationRequest, Feature::ContactRequest, Feature::Form];
    assert_eq!(missing, asked);
    for rule in &can.files {
        assert!(rule.most_bytes <= 16 << 20, "{rule:?}");
    }
    assert_eq!(can.file(MediaKind::Image).unwrap().most_bytes, 5 << 20);
}

#[test]
fn an_admin_is_told_all_that_is_needed() {
    let about = Twilio.about();
    let fields: Vec<_> =
        about.fields.iter().map(|field| (field.key.as_str(), field.secret, field.optional)).collect();
    let expected = [
        ("account_sid", false, false),
        ("auth_token", true, false),
        ("api_key_sid", false, true),
        ("api_key_secret", true, true),
        ("messaging_service_sid", false, true),
    ];
    assert_eq!(fields, expected);
    assert!(about.fields.iter().all(|field| field.help.contains('(') && !field.label.is_empty()));
    let steps = about.steps.join("\n");
    assert!(steps.contains("fallback URL") && steps.contains("+14155238886") && steps.contains("3 days"));
}
