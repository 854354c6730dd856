//! What can be sent and what cannot, and what is said about it.

use contract::Body;
use contract::capability::{Degree, Feature, FileBy};
use contract::message::*;
use desk::channels::braze::Braze;
use desk::channels::{Account, Outgoing, Provider, Recipient, What};

use super::account;
use super::sending::{choice, message, order_update, picture, with_campaigns, without_campaigns, words};
use crate::protocol::{call, media};

fn long(count: usize) -> String {
    "ö".repeat(count)
}

fn buttons(buttons: Vec<Choice>) -> Body {
    Body::Buttons { text: long(1024), header: None, footer: None, buttons }
}

fn frame(header: Option<String>, footer: Option<String>) -> Body {
    Body::Buttons { text: "Which?".to_owned(), header, footer, buttons: vec![choice("a", "A", None)] }
}

fn list(sections: Vec<Section>) -> Body {
    let text = "Which one?".to_owned();
    Body::List { text, header: None, footer: None, button: "Menu".to_owned(), sections }
}

fn section(title: Option<&str>, ids: std::ops::Range<u32>) -> Section {
    let row = |id: u32| choice(&id.to_string(), &format!("Row {id}"), None);
    Section { title: title.map(str::to_owned), rows: ids.map(row).collect() }
}

fn row(title: &str, description: Option<&str>) -> Body {
    list(vec![Section { title: None, rows: vec![choice("a", title, description)] }])
}

fn template(body: Vec<Parameter>) -> Body {
    Body::Template(Template { body, ..order_update() })
}

fn file(kind: MediaKind) -> Media {
    Media { link: Some("https://desk.example/media/1".to_owned()), ..media(kind, None) }
}

fn typed(kind: MediaKind, mime: &str) -> Body {
    Body::Media(Media { mime: Some(mime.to_owned()), ..file(kind) })
}

fn link(url: &str) -> Body {
    let (text, label) = ("Look".to_owned(), "Here".to_owned());
    Body::LinkButton { text, header: None, footer: None, label, url: url.to_owned() }
}

fn place(latitude: f64) -> Body {
    Body::Location(Location { latitude, longitude: 18.0, name: None, address: None, url: None })
}

#[test]
fn what_whatsapp_takes_is_carried_up_to_the_last_character() {
    let stored = Media { link: None, file: Some(contract::FileId(uuid::Uuid::nil())), ..picture(None) };
    for body in [
        Body::text(long(4096)),
        Body::Media(picture(Some(&long(1024)))),
        Body::Media(stored),
        typed(MediaKind::Image, "image/png"),
        typed(MediaKind::Audio, "audio/ogg; codecs=opus"),
        typed(MediaKind::Document, "application/zip"),
        buttons(vec![choice("a", &long(20), None), choice("b", "B", None), choice("c", "C", None)]),
        frame(Some(long(60)), Some(long(60))),
        list(vec![section(None, 0..10)]),
        list(vec![section(Some(&long(24)), 0..5), section(Some("B"), 5..10)]),
        row(&long(24), Some(&long(72))),
        template(vec![words("four    spaces")]),
        link("https://example.org/a"),
        place(0.0),
        Body::ContactRequest { text: "Your number?".to_owned() },
    ] {
        assert_eq!(Braze.carries(&body), Ok(()), "{body:?}");
    }
}

#[test]
fn what_braze_does_not_take_is_refused_in_a_sentence() {
    let two = |title: &str| buttons(vec![choice("a", "A", None), choice("b", title, None)]);
    let header =
        |parameter: Parameter| Body::Template(Template { header: vec![parameter], ..order_update() });
    let refused = [
        Body::text(""),
        Body::text(" \n "),
        Body::text(long(4097)),
        Body::Media(Media { link: None, ..picture(None) }),
        Body::Media(picture(Some(&long(1025)))),
        typed(MediaKind::Image, "image/heic"),
        Body::Media(file(MediaKind::Voice)),
        Body::Media(file(MediaKind::Sticker)),
        buttons(Vec::new()),
        buttons((0..4).map(|n| choice(&n.to_string(), &n.to_string(), None)).collect()),
        two("A"),
        two(""),
        two(&long(21)),
        frame(Some(long(61)), None),
        frame(None, Some(long(61))),
        frame(Some(String::new()), None),
        list(Vec::new()),
        list(vec![section(None, 0..11)]),
        list(vec![section(None, 0..2), section(Some("B"), 2..4)]),
        list(vec![section(Some("A"), 0..2), section(Some("B"), 1..4)]),
        list(vec![section(Some("A"), 0..2), section(Some("B"), 0..0)]),
        list(vec![section(Some(&long(25)), 0..2)]),
        row(&long(25), None),
        row("A", Some(&long(73))),
        template(vec![words("two\nlines")]),
        template(vec![words("a\ttab")]),
        template(vec![words("five     spaces")]),
        template(vec![words("")]),
        template(vec![words(&long(513)), words(&long(512))]),
        template(vec![Parameter::Media(picture(None))]),
        header(words(&long(61))),
        header(Parameter::Media(file(MediaKind::Audio))),
        header(Parameter::Media(Media { link: None, ..picture(None) })),
        link("javascript:alert(1)"),
        link("https://example.org/a b"),
        place(90.5),
        place(f64::NAN),
        Body::Contacts { cards: Vec::new() },
        Body::LocationRequest { text: "Where?".to_owned() },
        Body::ButtonReply { id: "a".to_owned(), title: "A".to_owned() },
        Body::Unsupported { kind: "poll".to_owned(), detail: None },
    ];
    for body in refused {
        let reason = Braze.carries(&body).expect_err(&format!("{body:?}")).0;
        assert!(reason.ends_with('.') && reason.starts_with(char::is_uppercase), "{reason}");
        assert!(call(&Braze, &with_campaigns(), "sales", &message(body)).is_err());
    }
}

fn refusal(account: &Account, outgoing: &Outgoing) -> String {
    call(&Braze, account, "sales", outgoing).err().expect("it was carried").0
}

#[test]
fn a_kind_that_the_connection_lacks_something_for_says_what() {
    let bare = account(&[("rest_key", &["k"]), ("campaign_text", &["c"]), ("app_id", &["a"])]);
    let reason = refusal(&bare, &message(Body::Media(picture(None))));
    assert_eq!(
        reason,
        "This connection cannot send pictures: it lacks “Campaign ID for pictures” or, for sending without a \
         campaign, “Subscription group ID” and “Message variation ID”. An admin can fill that in."
    );
    let form = Body::Flow(Flow {
        text: "Your address".to_owned(),
        header: None,
        footer: None,
        flow_id: "7".to_owned(),
        label: "Start".to_owned(),
        token: None,
        screen: None,
    });
    let reason = refusal(&with_campaigns(), &message(form));
    assert_eq!(
        reason,
        "This connection cannot send forms: it lacks “App ID” and “Subscription group ID” and “Message variation \
         ID”. An admin can fill that in."
    );
}

#[test]
fn a_customer_without_an_id_of_brazes_cannot_be_answered() {
    for external_id in [None, Some(" ".to_owned())] {
        let to = Recipient { phone: Some("46701112233".to_owned()), external_id, ..Recipient::default() };
        let reason = refusal(&with_campaigns(), &Outgoing { to, ..message(Body::text("Hej")) });
        assert!(reason.contains("external ID"), "{reason}");
    }
}

#[test]
fn without_a_public_address_no_file_goes() {
    let stored = Media { link: None, file: Some(contract::FileId(uuid::Uuid::nil())), ..picture(None) };
    for account in [with_campaigns(), without_campaigns()] {
        let reason = refusal(&account, &message(Body::Media(stored.clone())));
        assert!(reason.contains("public address"), "{reason}");
        let header = vec![Parameter::Media(stored.clone())];
        let template = Body::Template(Template { header, ..order_update() });
        assert!(refusal(&account, &message(template)).contains("public address"));
    }
}

#[test]
fn without_a_campaign_a_template_has_a_picture_at_most_and_one_link() {
    let film = Template { header: vec![Parameter::Media(file(MediaKind::Video))], ..order_update() };
    let button = |index, value| TemplateButton { index, value };
    let link = |index| button(index, ButtonValue::UrlSuffix("x".to_owned()));
    let links = Template { buttons: vec![link(0), link(1)], ..order_update() };
    let code = Template { buttons: vec![button(0, ButtonValue::CopyCode("C".to_owned()))], ..order_update() };
    for template in [film, links, code] {
        let outgoing = message(Body::Template(template));
        assert!(refusal(&without_campaigns(), &outgoing).contains("campaign"));
        assert!(call(&Braze, &with_campaigns(), "sales", &outgoing).is_ok());
    }
}

#[test]
fn what_braze_has_no_call_for_is_refused() {
    let message_id = || "e-1".to_owned();
    for what in [
        What::Reaction { message: message_id(), emoji: "👍".to_owned() },
        What::Read { message: message_id() },
        What::Typing { message: message_id() },
    ] {
        assert!(
            refusal(&with_campaigns(), &Outgoing { what, ..message(Body::text("x")) }).starts_with("Braze")
        );
    }
}

#[test]
fn what_it_says_of_itself_is_what_it_does() {
    let capabilities = Braze.capabilities();
    assert_eq!((capabilities.text, capabilities.files_by), (4_096, FileBy::Address));
    for feature in [Feature::Buttons, Feature::List, Feature::Form, Feature::Template, Feature::MediaIn] {
        assert_eq!(capabilities.of(feature).0, Degree::Native, "{feature:?}");
    }
    for feature in [Feature::LinkButton, Feature::Location, Feature::Contacts, Feature::ContactRequest] {
        assert_eq!(capabilities.of(feature).0, Degree::Replaced, "{feature:?}");
    }
    for ability in &capabilities.abilities {
        assert_eq!(ability.degree == Degree::Native, ability.note.is_empty(), "{:?}", ability.feature);
    }
    for missing in [Feature::Quote, Feature::Delivered, Feature::ReadReceipts, Feature::Backlog] {
        assert!(!capabilities.offers(missing), "{missing:?}");
    }
    assert!(Braze.templates().is_none() && Braze.backlog().is_none());
    let about = Braze.about();
    assert!(!about.has_ids && about.fields.iter().all(|field| !field.help.is_empty()));
    let secret = |key: &str| about.fields.iter().find(|field| field.key == key).unwrap().secret;
    assert!(
        ["rest_key", "webhook_key", "webhook_password"].into_iter().all(secret) && !secret("campaign_text")
    );
    // The body that the steps tell to enter is one that is understood, with every value in its place.
    let body = about.steps.iter().find_map(|step| step.split_once("enter: ")).unwrap().1;
    let read = crate::protocol::inspected(&Braze, None, body.as_bytes());
    assert!(read["items"][0]["reason"].as_str().unwrap().contains("user_id"), "{read}");
}
