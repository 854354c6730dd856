//! Buttons, menus and quotes: what is needed first, and what is sent then.

use contract::Body;
use contract::message::{Choice, Section};
use desk::channels::twilio::Twilio;
use desk::channels::{Account, Answer, Class, Known, Need, Outgoing, Provider, Step, What};
use serde_json::{Value, json};

use super::sending::{fields, sent};
use super::{SID, account, step};
use crate::protocol::{content, message, to};

pub fn choice(id: &str, title: &str, description: Option<&str>) -> Choice {
    Choice { id: id.to_owned(), title: title.to_owned(), description: description.map(str::to_owned) }
}

pub fn buttons(text: &str, header: Option<&str>, footer: Option<&str>) -> Body {
    Body::Buttons {
        text: text.to_owned(),
        header: header.map(str::to_owned),
        footer: footer.map(str::to_owned),
        buttons: vec![choice("yes", "Yes", None), choice("no", "No", None)],
    }
}

pub fn answer(status: u16, body: Value) -> Answer {
    Answer { status, retry_after: None, body: body.to_string().into_bytes().into() }
}

/// What is needed first.
fn needed(account: &Account, outgoing: &Outgoing) -> Need {
    match step(account, outgoing, &Known::new()).unwrap() {
        Step::First(need) => need,
        Step::Call(call) => panic!("nothing is needed for {}", call.url),
    }
}

/// Makes a content and sends it: what the content is, and the fields of the send.
fn made(body: Body) -> (Value, Vec<(String, String)>) {
    let account = account(&[]);
    let outgoing = message("46701112233", body);
    let need = needed(&account, &outgoing);
    assert_eq!(need.call.url, "https://content.twilio.com/v1/Content");
    let learned = Twilio.learn(&need, &answer(201, json!({ "sid": "HX9a", "friendly_name": "x" }))).unwrap();
    assert!(learned.lives.as_secs() > 0);
    let (kind, created) = content(need.call);
    assert_eq!(kind, "application/json");
    let known = Known::from([(need.key, learned.value)]);
    match step(&account, &outgoing, &known).unwrap() {
        Step::Call(call) => (serde_json::from_slice(&created).unwrap(), fields(call)),
        Step::First(need) => panic!("{} is needed as well", need.key),
    }
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

#[test]
fn buttons_are_a_content_that_is_made_once_for_every_text() {
    let (created, sent) = made(buttons("Does that work?", None, None));
    let expected = json!({ "twilio/quick-reply": {
        "body": "{{1}}",
        "actions": [{ "title": "Yes", "id": "yes" }, { "title": "No", "id": "no" }],
    } });
    assert_eq!((&created["types"], &created["language"]), (&expected, &json!("en")));
    assert_eq!(created["variables"], json!({ "1": "Text" }));
    assert!(created["friendly_name"].as_str().unwrap().starts_with("baton_"));
    let expected = [
        pair("From", "whatsapp:+14155238886"),
        pair("To", "whatsapp:+46701112233"),
        pair("ContentSid", "HX9a"),
        pair("ContentVariables", r#"{"1":"Does that work?"}"#),
    ];
    assert_eq!(sent, expected);
    let key = |body| needed(&account(&[]), &message("46701112233", body)).key;
    let first = key(buttons("Does that work?", None, None));
    assert_eq!(first, key(buttons("Or that?", None, None)), "another text");
    assert_ne!(first, key(buttons("Two\nlines", None, None)), "another number of lines");
    assert_ne!(
        first,
        key(Body::LinkButton {
            text: "Does that work?".to_owned(),
            header: None,
            footer: None,
            label: "Look".to_owned(),
            url: "https://desk.example".to_owned(),
        })
    );
}

#[test]
fn lines_above_and_below_become_a_part_of_the_text() {
    let (created, sent) = made(buttons("One {{1}}\ntwo\t2", Some("Order"), Some("Ek AB")));
    assert_eq!(created["types"]["twilio/quick-reply"]["body"], "{{1}}\n\n{{2}}\n{{3}}\n\n{{4}}");
    let variables: Value = serde_json::from_str(&sent[3].1).unwrap();
    assert_eq!(variables, json!({ "1": "*Order*", "2": "One {{1}}", "3": "two 2", "4": "_Ek AB_" }));
}

#[test]
fn a_menu_is_one_list_of_all_rows() {
    let section = |title: &str, rows| Section { title: Some(title.to_owned()), rows };
    let (created, _) = made(Body::List {
        text: "How fast?".to_owned(),
        header: None,
        footer: None,
        button: "Choose".to_owned(),
        sections: vec![
            section("A", vec![choice("express", "Express", Some("Next day"))]),
            section("B", vec![choice("post", "Post", None)]),
        ],
    });
    let expected = json!({ "twilio/list-picker": {
        "body": "{{1}}",
        "button": "Choose",
        "items": [
            { "item": "Express", "id": "express", "description": "Next day" },
            { "item": "Post", "id": "post" },
        ],
    } });
    assert_eq!(created["types"], expected);
}

#[test]
fn a_link_button_is_a_call_to_action() {
    let (created, _) = made(Body::LinkButton {
        text: "Your parcel".to_owned(),
        header: None,
        footer: None,
        label: "See it".to_owned(),
        url: "https://desk.example/t/1".to_owned(),
    });
    let action = json!({ "type": "URL", "title": "See it", "url": "https://desk.example/t/1" });
    let expected = json!({ "twilio/call-to-action": { "body": "{{1}}", "actions": [action] } });
    assert_eq!(created["types"], expected);
}

#[test]
fn a_content_that_was_not_made_is_a_fault() {
    let need = needed(&account(&[]), &message("46701112233", buttons("Yes?", None, None)));
    let class = |status, body| Twilio.learn(&need, &answer(status, body)).unwrap_err().class;
    assert_eq!(class(401, json!({ "code": 20003 })), Class::Auth);
    assert_eq!(class(429, json!({ "code": 20429 })), Class::Throttle);
    assert_eq!(class(500, json!({})), Class::Retry);
    assert_eq!(class(201, json!({ "sid": "../HX1" })), Class::Permanent);
    assert_eq!(class(400, json!({ "sid": "HX1" })), Class::Permanent);
}

fn quoting(text: &str, quoted: &str) -> Outgoing {
    let what = What::Message { body: Body::text(text), quoted: Some(quoted.to_owned()) };
    Outgoing { to: to("46701112233"), what, opaque: None }
}

/// The text of an answer to a message that says this.
fn above(text: &str, body: Value) -> String {
    let account = account(&[]);
    let need = needed(&account, &quoting(text, "SM0a:1"));
    assert_eq!(need.call.url, format!("https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages/SM0a.json"));
    let learned = Twilio.learn(&need, &answer(200, body)).unwrap();
    let known = Known::from([(need.key, learned.value)]);
    match step(&account, &quoting(text, "SM0a:1"), &known).unwrap() {
        Step::Call(call) => fields(call)[2].1.clone(),
        Step::First(need) => panic!("{}", need.key),
    }
}

#[test]
fn an_answer_begins_with_the_first_words_of_what_it_answers() {
    assert_eq!(
        above("Tomorrow.", json!({ "body": "When does\nit come?" })),
        "Re: When does it come?\nTomorrow."
    );
    assert_eq!(above("Nice!", json!({ "body": "", "num_media": "1" })), "Re: 📎\nNice!");
    assert_eq!(above("Nice!", json!({ "body": "", "num_media": "0" })), "Nice!");
    let long = "ö".repeat(1_595);
    assert_eq!(above(&long, json!({ "body": "When?" })), long, "the answer matters more than the line");
}

#[test]
fn what_cannot_be_quoted_is_answered_without_it() {
    let account = account(&[]);
    let need = needed(&account, &quoting("Hej", "SM0a"));
    let gone = Twilio.learn(&need, &answer(404, json!({ "code": 20404 }))).unwrap();
    assert_eq!(gone.value, "");
    let fault = Twilio.learn(&need, &answer(429, json!({ "code": 20429 }))).unwrap_err();
    assert_eq!(fault.class, Class::Throttle);
    let call = sent(&account, &quoting("Hej", "not one of Twilio's"));
    assert_eq!(fields(call)[2], pair("Body", "Hej"));
}
