//! What we send of what the fixtures lack: every other kind, ids of our own, recipients, addresses.

use contract::Body;
use contract::message::*;
use desk::channels::infobip::Infobip;
use desk::channels::{Known, NotCarried, Outgoing, Provider, Recipient, Step, Via, What};
use jiff::Timestamp;
use reqwest::Url;
use serde_json::{Value, json};

use super::account;
use super::sending::{call, choice, linked, some, template, words};
use crate::protocol::{content, media, message, to};

/// The path and the content of what is sent.
fn sent(body: Body) -> (String, Value) {
    let call = call("441134960000", &message("441134960001", body)).unwrap();
    let path = Url::parse(&call.url).unwrap().path().to_owned();
    let mut body: Value = serde_json::from_slice(&content(call).1).unwrap();
    (path.strip_prefix("/whatsapp/1/message/").unwrap().to_owned(), body["content"].take())
}

#[test]
fn every_kind_that_the_fixtures_lack_has_its_address_and_its_shape() {
    let voice = sent(linked(MediaKind::Voice, "https://example.com/v.ogg"));
    assert_eq!(
        voice,
        ("audio".to_owned(), json!({ "mediaUrl": "https://example.com/v.ogg", "voice": true }))
    );
    let video = Body::Media(Media {
        caption: some("Look"),
        link: some("https://example.com/a.mp4"),
        ..media(MediaKind::Video, None)
    });
    let expected = json!({ "mediaUrl": "https://example.com/a.mp4", "caption": "Look" });
    assert_eq!(sent(video), ("video".to_owned(), expected));
    let document = Body::Media(Media {
        file_name: some("Currículum café.pdf"),
        link: some("https://example.com/c"),
        ..media(MediaKind::Document, None)
    });
    assert_eq!(sent(document).1["filename"], "Currículum café.pdf");
    let sticker = sent(linked(MediaKind::Sticker, "https://example.com/s.webp"));
    assert_eq!(sticker, ("sticker".to_owned(), json!({ "mediaUrl": "https://example.com/s.webp" })));
    let link = sent(Body::text("See https://example.com"));
    assert_eq!(link, ("text".to_owned(), json!({ "text": "See https://example.com", "previewUrl": true })));
    let ask = json!({ "body": { "text": "Where?" } });
    let place = sent(Body::LocationRequest { text: "Where?".to_owned() });
    assert_eq!(place, ("interactive/location-request".to_owned(), ask.clone()));
    let number = sent(Body::ContactRequest { text: "Where?".to_owned() });
    assert_eq!(number, ("interactive/request-contact-info".to_owned(), ask));
    let nameless = ContactCard { name: "Lena".to_owned(), ..ContactCard::default() };
    let card = sent(Body::Contacts { cards: vec![nameless] });
    assert_eq!(card.1, json!({ "contacts": [{ "name": { "formattedName": "Lena", "firstName": "Lena" } }] }));
}

#[test]
fn headers_and_footers_stand_around_everything_interactive() {
    let body = Body::List {
        text: "Which?".to_owned(),
        header: some("Head"),
        footer: some("Foot"),
        button: "Menu".to_owned(),
        sections: vec![Section { title: some("One"), rows: vec![choice("a", "A", Some("first"))] }],
    };
    let (kind, content) = sent(body);
    let expected = json!({
        "header": { "type": "TEXT", "text": "Head" },
        "body": { "text": "Which?" },
        "footer": { "text": "Foot" },
        "action": {
            "title": "Menu",
            "sections": [{ "title": "One", "rows": [{ "id": "a", "title": "A", "description": "first" }] }],
        },
    });
    assert_eq!((kind.as_str(), content), ("interactive/list", expected));
}

#[test]
fn a_form_has_a_token_and_starts_at_a_screen_only_if_one_is_named() {
    let form = |token: Option<&str>, screen: Option<&str>| {
        let (token, screen) = (token.map(str::to_owned), screen.map(str::to_owned));
        let body = Body::Flow(Flow {
            text: "Fill in".to_owned(),
            header: None,
            footer: None,
            flow_id: "77".to_owned(),
            label: "Open".to_owned(),
            token,
            screen,
        });
        let (kind, content) = sent(body);
        assert_eq!((kind.as_str(), &content["body"]), ("interactive/flow", &json!({ "text": "Fill in" })));
        content["action"].clone()
    };
    let mut expected = json!({
        "mode": "PUBLISHED",
        "flowMessageVersion": 3,
        "flowToken": "t",
        "flowId": "77",
        "callToActionButton": "Open",
    });
    assert_eq!(form(Some("t"), None), expected);
    expected["flowToken"] = json!("none");
    assert_eq!(form(None, None), expected);
    expected["flowAction"] = json!("NAVIGATE");
    expected["flowActionPayload"] = json!({ "screen": "START" });
    assert_eq!(form(None, Some("START")), expected);
}

#[test]
fn a_template_has_its_placeholders_in_order_and_an_empty_list_without_any() {
    let data = |template: Template| {
        let call = call("441134960000", &message("441134960001", Body::Template(template))).unwrap();
        let mut body: Value = serde_json::from_slice(&content(call).1).unwrap();
        assert!(body.get("content").is_none() && body["messages"].as_array().unwrap().len() == 1);
        body["messages"][0]["content"]["templateData"].take()
    };
    assert_eq!(data(template(Vec::new())), json!({ "body": { "placeholders": [] } }));
    let header = |kind, link: &str, name: Option<&str>| {
        let file = Media { link: some(link), file_name: name.map(str::to_owned), ..media(kind, None) };
        let header = vec![Parameter::Media(file)];
        data(Template { header, ..template(Vec::new()) })["header"].take()
    };
    let picture = json!({ "type": "IMAGE", "mediaUrl": "https://example.com/a.png" });
    assert_eq!(header(MediaKind::Image, "https://example.com/a.png", None), picture);
    let document = json!({ "type": "DOCUMENT", "mediaUrl": "https://example.com/a", "filename": "a.pdf" });
    assert_eq!(header(MediaKind::Document, "https://example.com/a", Some("a.pdf")), document);
    let values = [
        ButtonValue::CopyCode("SAVE10".to_owned()),
        ButtonValue::UrlSuffix("x/1".to_owned()),
        ButtonValue::Payload("yes".to_owned()),
        ButtonValue::FlowToken("tok".to_owned()),
    ];
    // Given backwards, sent by their places.
    let buttons = (0..4).rev().zip(values).map(|(index, value)| TemplateButton { index, value }).collect();
    let body = vec![
        Parameter::Currency { fallback: "$100.99".to_owned(), code: "USD".to_owned(), amount_1000: 100_990 },
        Parameter::DateTime { fallback: "1 May".to_owned() },
    ];
    let filled = data(Template { header: vec![words("Ada")], buttons, ..template(body) });
    let expected = json!({
        "body": { "placeholders": ["$100.99", "1 May"] },
        "header": { "type": "TEXT", "placeholder": "Ada" },
        "buttons": [
            { "type": "FLOW", "flowToken": "tok" },
            { "type": "QUICK_REPLY", "parameter": "yes" },
            { "type": "URL", "parameter": "x/1" },
            { "type": "COPY_CODE", "parameter": "SAVE10" },
        ],
    });
    assert_eq!(filled, expected);
}

/// The body of a send with a mark and a quote.
fn marked(body: Body) -> Value {
    let what = What::Message { body, quoted: some("wamid.Q=") };
    let outgoing = Outgoing { to: to("441134960001"), what, opaque: some("0199-d7") };
    serde_json::from_slice(&content(call("441134960000", &outgoing).unwrap()).1).unwrap()
}

#[test]
fn a_send_has_an_id_of_ours_that_is_the_same_each_time_and_quotes_what_it_answers() {
    let once = marked(Body::text("Hej"));
    assert_eq!((&once["messageId"], &once["callbackData"]), (&json!("baton-0199-d7"), &json!("0199-d7")));
    assert_eq!(once["context"], json!({ "replyToMessageId": "wamid.Q=" }));
    assert_eq!(once["notifyUrl"], "https://infobip:p%40ss%3A%20w@www.example.com/whatsapp");
    assert_eq!(marked(Body::text("Hej")), once, "a repeat is known to Infobip by its id");
    let template = marked(Body::Template(template(Vec::new())))["messages"][0].take();
    assert_eq!(
        (&template["messageId"], &template["callbackData"]),
        (&json!("baton-0199-d7"), &json!("0199-d7"))
    );
    assert!(template.get("context").is_none(), "a template quotes nothing");
}

/// Reports that go elsewhere than to the account's own address carry nothing of what was set for that.
#[test]
fn reports_go_to_our_address_only_if_it_can_hold_the_proof() {
    let long = format!("https://www.example.com/{}", "x".repeat(2_048));
    let basic: &[(&str, &[&str])] = &[("webhook_user", &["infobip"]), ("webhook_password", &["word"])];
    let key: &[(&str, &[&str])] = &[("webhook_key", &["key"]), ("webhook_user", &["infobip"])];
    let address = Some("https://desk.example/webhooks/infobip/1");
    let sent = |values, callback| {
        let (account, known) = (account(values), Known::new());
        let via = Via { account: &account, channel: "44", callback, known: &known, at: Timestamp::now() };
        let Step::Call(call) = Infobip.call(&via, &message("441134960001", Body::text("Hej"))).unwrap()
        else {
            panic!("nothing is needed first")
        };
        serde_json::from_slice::<Value>(&content(call).1).unwrap()
    };
    let notify = &sent(basic, address)["notifyUrl"];
    assert_eq!(notify, "https://infobip:word@desk.example/webhooks/infobip/1");
    for (values, callback) in
        [(basic, None), (basic, Some(long.as_str())), (basic, Some("no address")), (key, address)]
    {
        let expected = json!({ "from": "44", "to": "441134960001", "content": { "text": "Hej" } });
        assert_eq!(sent(values, callback), expected, "{callback:?}");
    }
}

#[test]
fn a_mark_that_would_make_the_id_too_long_is_refused() {
    let marked = |count: usize| {
        let what = What::Message { body: Body::text("Hej"), quoted: None };
        call("44", &Outgoing { to: to("441134960001"), what, opaque: some(&"x".repeat(count)) })
    };
    assert!(marked(194).is_ok());
    assert!(marked(195).is_err(), "an id has 200 characters at most");
}

#[test]
fn a_user_id_goes_under_to_and_the_number_wins() {
    let to = |phone: Option<&str>, user_id: Option<&str>| {
        let to = Recipient {
            phone: phone.map(str::to_owned),
            user_id: user_id.map(str::to_owned),
            ..Recipient::default()
        };
        let call = call("44", &Outgoing { to, ..message("1", Body::text("Hej")) })?;
        Ok::<_, NotCarried>(serde_json::from_slice::<Value>(&content(call).1).unwrap()["to"].take())
    };
    assert_eq!(to(Some("+385 91 999 8888"), Some("CO.12")), Ok(json!("385919998888")));
    assert_eq!(to(None, Some("CO.1776622120445919")), Ok(json!("CO.1776622120445919")));
    assert_eq!(to(None, Some("HR.ENT.12")), Ok(json!("HR.ENT.12")));
    for (phone, user_id) in [(None, None), (Some(""), None), (Some("x"), Some("y"))] {
        assert!(to(phone, user_id).is_err());
    }
}

#[test]
fn an_id_is_a_part_of_an_address_whatever_it_holds() {
    let read = |message: &str| {
        let what = What::Read { message: message.to_owned() };
        call("44", &Outgoing { to: Recipient::default(), what, opaque: None }).map(|call| call.url)
    };
    let base = "https://xxxxx.api.infobip.com/whatsapp/1/senders/44/message";
    assert_eq!(read("wamid.A/B+c=="), Ok(format!("{base}/wamid.A%2FB%2Bc%3D%3D/read")));
    assert_eq!(read("a?b#c%d é"), Ok(format!("{base}/a%3Fb%23c%25d%20%C3%A9/read")));
    for nothing in ["", " ", ".", "..", "..."] {
        assert!(read(nothing).is_err(), "{nothing:?}");
    }
    let typing = What::Typing { message: "wamid.1".to_owned() };
    assert!(call("44", &Outgoing { to: Recipient::default(), what: typing, opaque: None }).is_err());
}
