//! What can be sent and what cannot, and that what is sent arrives as it was built.

use std::time::Duration;

use contract::Body;
use contract::message::*;
use desk::channels::client::{Client, Reach};
use desk::channels::meta::Meta;
use desk::channels::{Account, Outcome, Outgoing, Provider, Recipient, What};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::account;
use super::sending::{choice, template_text, words};
use crate::protocol::{call, content, media, message, to};

fn long(count: usize) -> String {
    "ö".repeat(count)
}

fn sent(outgoing: &Outgoing) -> Value {
    let call = call(&Meta, &account(&[]), "106540352242922", outgoing).unwrap();
    serde_json::from_slice(&content(call).1).unwrap()
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

fn place(latitude: f64, name: Option<&str>) -> Body {
    let (name, address) = (name.map(str::to_owned), Some("Torggatan 1".to_owned()));
    Body::Location(Location { latitude, longitude: 18.0, name, address, url: None })
}

fn template(body: Vec<Parameter>) -> Body {
    Body::Template(Template { body, ..template_text() })
}

fn captioned(kind: MediaKind, caption: &str) -> Body {
    Body::Media(Media { caption: Some(caption.to_owned()), ..media(kind, Some("7")) })
}

fn cards(count: usize) -> Body {
    Body::Contacts { cards: vec![ContactCard { name: "Lena".to_owned(), ..ContactCard::default() }; count] }
}

#[test]
fn what_whatsapp_takes_is_carried_up_to_the_last_character() {
    for body in [
        Body::text(long(4096)),
        captioned(MediaKind::Image, &long(1024)),
        buttons(vec![choice(&long(256), &long(20), None), choice("b", "B", None), choice("c", "C", None)]),
        frame(Some(long(60)), Some(long(60))),
        list(vec![section(None, 0..10)]),
        list(vec![section(Some(&long(24)), 0..5), section(Some("B"), 5..10)]),
        link(&long(20), "https://example.org/a"),
        place(0.0, Some("Shop")),
        template(vec![words("four    spaces")]),
        cards(5),
        Body::ContactRequest { text: long(1024) },
        Body::Media(Media {
            mime: Some("audio/ogg; codecs=opus".to_owned()),
            ..media(MediaKind::Voice, Some("7"))
        }),
    ] {
        assert_eq!(Meta.carries(&body), Ok(()), "{body:?}");
    }
}

#[test]
fn what_whatsapp_does_not_take_is_refused_in_a_sentence() {
    let two = |id: &str, title: &str| buttons(vec![choice("a", "A", None), choice(id, title, None)]);
    let row = |row: Choice| list(vec![Section { title: None, rows: vec![row] }]);
    let file = |id: Option<&str>, link: Option<&str>| {
        Body::Media(Media { link: link.map(str::to_owned), ..media(MediaKind::Image, id) })
    };
    let refused = [
        Body::text(""),
        Body::text(" \n "),
        Body::text(long(4097)),
        file(None, None),
        file(Some("7"), Some("https://example.org/a.jpg")),
        captioned(MediaKind::Image, &long(1025)),
        captioned(MediaKind::Audio, "la la"),
        captioned(MediaKind::Voice, "la la"),
        captioned(MediaKind::Sticker, "la la"),
        Body::Media(Media { mime: Some("image/heic".to_owned()), ..media(MediaKind::Image, Some("7")) }),
        buttons(Vec::new()),
        buttons((0..4).map(|n| choice(&n.to_string(), &n.to_string(), None)).collect()),
        two("a", "B"),
        two("b", "A"),
        two("", "B"),
        two("b", ""),
        two("b", &long(21)),
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
        link("Look", "https://example.org/a b"),
        place(90.5, Some("Shop")),
        place(f64::NAN, Some("Shop")),
        place(0.0, None),
        cards(0),
        cards(6),
        template(vec![words("two\nlines")]),
        template(vec![words("a\ttab")]),
        template(vec![words("five     spaces")]),
        template(vec![words("")]),
        template(vec![words(&long(513)), words(&long(512))]),
        template(vec![Parameter::Media(media(MediaKind::Image, Some("7")))]),
        Body::ButtonReply { id: "a".to_owned(), title: "A".to_owned() },
        Body::Unsupported { kind: "poll".to_owned(), detail: None },
    ];
    for body in refused {
        let reason = Meta.carries(&body).expect_err(&format!("{body:?}")).0;
        assert!(reason.ends_with('.') && reason.starts_with(char::is_uppercase), "{reason}");
        assert!(call(&Meta, &account(&[]), "1", &message("46731234567", body)).is_err());
    }
}

#[test]
fn a_send_carries_our_own_mark_and_quotes_what_it_answers() {
    let what = What::Message { body: Body::text("Hej"), quoted: Some("wamid.Q".to_owned()) };
    let body = sent(&Outgoing { to: to("46731234567"), what, opaque: Some("delivery-7".to_owned()) });
    assert_eq!(body["biz_opaque_callback_data"], "delivery-7");
    assert_eq!(body["context"], json!({ "message_id": "wamid.Q" }));
    let what = What::Message { body: Body::Template(template_text()), quoted: Some("wamid.Q".to_owned()) };
    let body = sent(&Outgoing { to: to("46731234567"), what, opaque: None });
    assert!(body.get("context").is_none(), "a template quotes nothing");
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
    let body = sent(&to(Some("46731234567"), Some("SE.12")));
    assert_eq!((&body["to"], body.get("recipient")), (&json!("46731234567"), None));
    let body = sent(&to(None, Some("SE.ENT.12")));
    assert_eq!((body.get("to"), &body["recipient"]), (None, &json!("SE.ENT.12")));
    for (phone, user_id) in [(None, None), (Some(""), None), (Some("x"), Some("y"))] {
        assert!(call(&Meta, &account(&[]), "1", &to(phone, user_id)).is_err());
    }
}

#[test]
fn every_other_kind_of_message_has_its_shape() {
    let voice = sent(&message("46731234567", Body::Media(media(MediaKind::Voice, Some("7")))));
    assert_eq!((&voice["type"], &voice["audio"]), (&json!("audio"), &json!({ "id": "7", "voice": true })));
    let file_name = Some("Currículum café.pdf".to_owned());
    let file = Body::Media(Media { file_name, ..media(MediaKind::Document, Some("7")) });
    assert_eq!(sent(&message("46731234567", file))["document"]["filename"], "Currículum café.pdf");
    let ask = sent(&message("46731234567", Body::ContactRequest { text: "Your number?".to_owned() }));
    assert_eq!(ask["interactive"]["type"], "request_contact_info");
    assert_eq!(ask["interactive"]["action"], json!({ "name": "request_contact_info" }));
    let what = What::Reaction { message: "wamid.R".to_owned(), emoji: String::new() };
    let body = sent(&Outgoing { to: to("46731234567"), what, opaque: None });
    assert_eq!(body["reaction"], json!({ "message_id": "wamid.R", "emoji": "" }));
    let name = Some("order".to_owned());
    let values = [ButtonValue::UrlSuffix("x".to_owned()), ButtonValue::CopyCode("C".to_owned())];
    let buttons = (0..).zip(values).map(|(index, value)| TemplateButton { index, value }).collect();
    let body = vec![Parameter::Text { text: "12".to_owned(), name }];
    let sent = sent(&message("46731234567", Body::Template(Template { body, buttons, ..template_text() })));
    let expected = json!([
        { "type": "body", "parameters": [{ "type": "text", "parameter_name": "order", "text": "12" }] },
        { "type": "button", "sub_type": "url", "index": "0", "parameters": [{ "type": "text", "text": "x" }] },
        {
            "type": "button", "sub_type": "copy_code", "index": "1",
            "parameters": [{ "type": "coupon_code", "coupon_code": "C" }],
        },
    ]);
    assert_eq!(sent["template"]["components"], expected);
}

#[test]
fn a_channel_that_could_lead_elsewhere_is_refused() {
    for channel in ["", "../1", "1/2", "1?a=b", "1#", "1 2", "<ID>"] {
        assert!(call(&Meta, &account(&[]), channel, &message("46731234567", Body::text("Hej"))).is_err());
    }
}

#[tokio::test]
async fn a_call_arrives_as_it_was_built_and_its_answer_is_understood() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v25.0", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"}") {
            stream.read_buf(&mut request).await.unwrap();
        }
        let body = r#"{"messages":[{"id":"wamid.OUT"}],"contacts":[{"wa_id":"46731234567 "}]}"#;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all((head + body).as_bytes()).await.unwrap();
        String::from_utf8(request).unwrap().to_lowercase()
    });
    let token = [("access_token".to_owned(), vec!["EAA-new".into(), "EAA-old".into()])];
    let account = Account::new(&base, token.into_iter().collect());
    let call = call(&Meta, &account, "1065", &message("+46 73 123 45 67", Body::text("Hej"))).unwrap();
    let client = Client::new(Vec::new()).unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(10), client.send(call, Reach::Local)).await;
    let outcome = Meta.outcome(&answer.unwrap().unwrap());
    assert_eq!(
        outcome,
        Outcome::Accepted { id: "wamid.OUT".to_owned(), address: Some("46731234567".to_owned()) }
    );
    let request = server.await.unwrap();
    assert!(request.starts_with("post /v25.0/1065/messages http/1.1\r\n"), "{request}");
    assert!(request.contains("authorization: bearer eaa-new\r\n"), "the current token");
    assert!(
        request.contains("content-type: application/json\r\n") && request.contains(r#""to":"46731234567""#)
    );
}
