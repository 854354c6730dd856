//! What answers mean: to a send, to the check of the credentials, and where files are fetched.

use std::time::Duration;

use contract::message::{Media, MediaKind};
use desk::channels::braze::Braze;
use desk::channels::{Account, Answer, Class, Known, NotCarried, Outcome, Provider, Step, Via};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::account;
use crate::protocol::{content, media};

fn answer(status: u16, body: &Value) -> Answer {
    Answer { status, retry_after: None, body: body.to_string().into_bytes().into() }
}

fn class(status: u16) -> Class {
    match Braze.outcome(&answer(status, &json!({ "message": "x" }))) {
        Outcome::Refused(fault) => fault.class,
        other => panic!("{other:?}"),
    }
}

fn via<'a>(account: &'a Account, known: &'a Known) -> Via<'a> {
    Via { account, channel: "", callback: None, known, at: Timestamp::from_second(1_758_003_600).unwrap() }
}

#[test]
fn every_status_has_its_class() {
    for (status, expected) in [
        (301, Class::Permanent),
        (400, Class::Permanent),
        (401, Class::Auth),
        (403, Class::Auth),
        (404, Class::Auth),
        (405, Class::Permanent),
        (413, Class::Permanent),
        (429, Class::Throttle),
        (500, Class::Retry),
        (502, Class::Retry),
        (503, Class::Retry),
        (504, Class::Retry),
        (599, Class::Retry),
    ] {
        assert_eq!(class(status), expected, "{status}");
    }
}

#[test]
fn a_refusal_says_why_what_to_do_and_how_long_to_wait() {
    let fault = |status, body: Value| match Braze.outcome(&answer(status, &body)) {
        Outcome::Refused(fault) => fault,
        other => panic!("{other:?}"),
    };
    let errors = json!({ "message": "Invalid message", "errors": ["no body", { "type": "x" }] });
    assert_eq!(fault(400, errors).reason, "Invalid message: no body; {\"type\":\"x\"}");
    assert_eq!(fault(503, json!("<html>")).reason, "Braze answered 503 and gave no reason");
    assert!(fault(404, json!({})).reason.contains("REST endpoint"));
    let busy = Answer {
        retry_after: Some(Duration::from_secs(9)),
        ..answer(429, &json!({ "message": "Rate limited" }))
    };
    let Outcome::Refused(busy) = Braze.outcome(&busy) else { panic!("it was taken") };
    assert_eq!((busy.code.as_str(), busy.retry_after), ("429", Some(Duration::from_secs(9))));
}

#[test]
fn taken_is_what_braze_has_queued() {
    let accepted = |id: &str| Outcome::Accepted { id: id.to_owned(), address: None };
    for status in [200, 201] {
        let body = json!({ "dispatch_id": "d-1", "message": "success" });
        assert_eq!(Braze.outcome(&answer(status, &body)), accepted("d-1"));
    }
    let minor =
        json!({ "dispatch_id": "d-1", "message": "success", "errors": ["an attribute was too long"] });
    assert_eq!(Braze.outcome(&answer(201, &minor)), accepted("d-1"));
    assert_eq!(Braze.outcome(&answer(202, &json!({ "message": "queued" }))), accepted(""));
    for open in [
        json!({ "dispatch_id": "d-1", "message": "success", "errors": ["invalid external_user_id"] }),
        json!({ "message": "something else" }),
        json!({}),
        json!("<html>"),
    ] {
        assert!(matches!(Braze.outcome(&answer(200, &open)), Outcome::Unknown { .. }), "{open}");
    }
}

#[test]
fn the_check_triggers_the_campaign_for_somebody_who_cannot_exist() {
    let (account, known) = (account(&[("rest_key", &["k"]), ("campaign_text", &["c-1"])]), Known::new());
    let Ok(Step::Call(call)) = Braze.check(&via(&account, &known)) else { panic!("no call") };
    assert_eq!(call.url, "https://rest.iad-01.braze.com/campaigns/trigger/send");
    let body: Value = serde_json::from_slice(&content(call).1).unwrap();
    assert_eq!(body["campaign_id"], "c-1");
    let recipients = body["recipients"].as_array().unwrap();
    assert_eq!((recipients.len(), &recipients[0]["send_to_existing_only"]), (1, &json!(true)));
    let nobody = recipients[0]["external_user_id"].as_str().unwrap();
    assert!(nobody.starts_with("baton-check-1758003600000000000-") && nobody.len() > 60, "{nobody}");
    for lacking in [super::account(&[("rest_key", &["k"])]), super::account(&[("campaign_text", &["c"])])] {
        assert!(Braze.check(&via(&lacking, &known)).is_err());
    }
}

#[test]
fn the_check_tells_wrong_credentials_from_a_recipient_who_is_nobody() {
    let checked = |status, message: &str| Braze.checked(&answer(status, &json!({ "message": message })));
    for good in ["'recipients' has no valid users", "external_user_id does not exist", "No user found"] {
        assert_eq!(checked(400, good), Ok(Vec::new()), "{good}");
    }
    assert_eq!(checked(201, "success"), Ok(Vec::new()));
    for (status, message, class) in [
        (400, "Invalid Campaign ID", Class::Permanent),
        (400, "Malformed JSON", Class::Permanent),
        (401, "Invalid API Key", Class::Auth),
        (403, "The user may not", Class::Auth),
        (404, "Not found", Class::Auth),
        (429, "Rate limited", Class::Throttle),
        (500, "user database is down", Class::Retry),
    ] {
        assert_eq!(checked(status, message).map_err(|fault| fault.class), Err(class), "{message}");
    }
    let page = Answer { status: 200, retry_after: None, body: "<html>".into() };
    assert!(Braze.checked(&page).is_err(), "something else answers there");
}

#[test]
fn files_are_fetched_from_braze_and_from_nobody_else() {
    let known = Known::new();
    let fetch = |account: &Account, link: &str| -> Result<String, NotCarried> {
        let file = Media { link: Some(link.to_owned()), ..media(MediaKind::Image, None) };
        match Braze.fetch(&via(account, &known), &file)? {
            Step::Call(call) => {
                assert!(call.headers.is_empty(), "no credentials go with it");
                Ok(call.url)
            }
            Step::First(need) => panic!("{} is needed first", need.key),
        }
    };
    let account = account(&[]);
    for link in
        ["https://braze-images.com/a.jpg", "https://cdn.braze.eu/b?x=1", "https://eu.braze-images.com/a"]
    {
        assert_eq!(fetch(&account, link), Ok(link.to_owned()));
    }
    for link in [
        "",
        "a.jpg",
        "http://braze-images.com/a.jpg",
        "https://braze-images.com.attacker.example/a.jpg",
        "https://evilbraze-images.com/a.jpg",
        "https://.braze.com.example/a.jpg",
        "https://user@cdn.braze.eu/a.jpg",
        "https://cdn.braze.eu:8443/a.jpg",
        "https://127.0.0.1/a.jpg",
        "file:///etc/passwd",
        "https://media.braze.example/a.jpg",
    ] {
        assert!(fetch(&account, link).is_err(), "{link}");
    }
    let local = crate::protocol::account("http://127.0.0.1:3000/sandbox", &[]);
    assert!(fetch(&local, "http://127.0.0.1:3000/files/1.jpg").is_ok(), "the connection's own");
    assert!(fetch(&local, "http://127.0.0.1:3001/files/1.jpg").is_err());
    let none = Braze.fetch(&via(&account, &known), &media(MediaKind::Image, Some("7")));
    assert!(none.is_err());
}
