//! Files of customers, and whether the credentials hold.

use contract::message::{Media, MediaKind};
use desk::channels::twilio::Twilio;
use desk::channels::{Account, Call, Class, Known, Need, Provider, Step, Via};
use secrecy::ExposeSecret;
use serde_json::json;

use super::rich::answer;
use super::{SID, account, via};
use crate::protocol;

fn at(link: &str) -> Media {
    Media { link: Some(link.to_owned()), ..Media::of(MediaKind::Image) }
}

/// The call for a file, or none where it is refused.
fn fetched(account: &Account, link: &str) -> Option<Call> {
    let known = Known::new();
    match Twilio.fetch(&via(account, &known), &at(link)).ok()? {
        Step::Call(call) => Some(call),
        Step::First(need) => panic!("{} is needed first", need.key),
    }
}

#[test]
fn credentials_go_only_to_twilio_itself() {
    let account = account(&[]);
    for link in [
        "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
        "https://mcs.us1.twilio.com/v1/Media/ME1",
        "https://twilio.com/a",
    ] {
        let call = fetched(&account, link).unwrap();
        assert_eq!((call.url.as_str(), call.headers.len()), (link, 1));
    }
    let store = fetched(&account, "https://media.twiliocdn.com/a?x=1").unwrap();
    assert!(store.headers.is_empty(), "the address is its own proof");
    for link in [
        "http://api.twilio.com/a",
        "https://api.twilio.com:8443/a",
        "https://api.twilio.com.evil.example/a",
        "https://evil-twilio.com/a",
        "https://api.twilio.com@evil.example/a",
        "https://user:pass@api.twilio.com/a",
        "https://evil.example/twilio.com",
        "https://169.254.169.254/latest",
        "//evil.example/a",
        "file:///etc/passwd",
        "cat.jpg",
        " ",
    ] {
        assert!(fetched(&account, link).is_none(), "{link}");
    }
}

#[test]
fn a_stand_in_gives_its_own_files() {
    let account = protocol::account("http://127.0.0.1:4000", &[("account_sid", &[SID])]);
    let call = fetched(&account, "http://127.0.0.1:4000/m/1").unwrap();
    assert_eq!(call.headers.len(), 1);
    assert_eq!(fetched(&account, "/m/1").unwrap().url, "http://127.0.0.1:4000/m/1");
    assert!(fetched(&account, "http://127.0.0.1:4001/m/1").is_none(), "another door");
}

#[test]
fn a_file_of_the_backlog_is_found_in_the_list_of_its_message() {
    let (account, known) = (account(&[]), Known::new());
    let media = at("/2010-04-01/Accounts/AC1/Messages/MM1/Media.json#1");
    let Step::First(need) = Twilio.fetch(&via(&account, &known), &media).unwrap() else { panic!() };
    assert_eq!(need.call.url, "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media.json");
    let file =
        |sid: &str| json!({ "uri": format!("/2010-04-01/Accounts/AC1/Messages/MM1/Media/{sid}.json") });
    let listed = json!({ "media_list": [file("ME1"), file("ME2")] });
    let learned = Twilio.learn(&need, &answer(200, listed)).unwrap();
    let known = Known::from([(need.key.clone(), learned.value)]);
    let Step::Call(call) = Twilio.fetch(&via(&account, &known), &media).unwrap() else { panic!() };
    assert_eq!(call.url, "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME2");
    for listed in [json!({ "media_list": [file("ME1")] }), json!({}), json!({ "media_list": [7, 8] })] {
        assert!(Twilio.learn(&need, &answer(200, listed)).is_err());
    }
    let evil = Known::from([(need.key, "https://evil.example/a".to_owned())]);
    assert!(Twilio.fetch(&via(&account, &evil), &media).is_err());
}

fn checking(account: &Account, known: &Known) -> Step {
    Twilio.check(&Via { channel: "", ..via(account, known) }).unwrap()
}

fn header(call: &Call) -> String {
    call.headers[0].1.expose_secret().to_owned()
}

#[test]
fn the_auth_token_proves_itself_by_the_account() {
    let Step::Call(call) = checking(&account(&[]), &Known::new()) else { panic!() };
    assert_eq!(call.url, format!("https://api.twilio.com/2010-04-01/Accounts/{SID}.json"));
    let active = answer(200, json!({ "sid": SID, "status": "active", "friendly_name": "Ek AB" }));
    assert_eq!(Twilio.checked(&active), Ok(Vec::new()));
    let class = |status, body| Twilio.checked(&answer(status, body)).unwrap_err().class;
    assert_eq!(class(401, json!({ "code": 20003 })), Class::Auth);
    assert_eq!(class(200, json!({ "sid": SID, "status": "suspended" })), Class::Auth);
    assert_eq!(class(200, json!("hello")), Class::Auth);
    assert_eq!(class(503, json!({})), Class::Retry);
}

#[test]
fn with_an_api_key_both_it_and_the_token_prove_themselves() {
    let account = account(&[("api_key_sid", &["SK1"]), ("api_key_secret", &["s"])]);
    let Step::First(need) = checking(&account, &Known::new()) else { panic!() };
    assert_eq!(need.call.url, format!("https://api.twilio.com/2010-04-01/Accounts/{SID}.json"));
    let refused = Twilio.learn(&need, &answer(401, json!({ "code": 20003 }))).unwrap_err();
    assert_eq!(refused.class, Class::Auth);
    let learned = Twilio.learn(&need, &answer(200, json!({ "sid": SID, "status": "active" }))).unwrap();
    assert!(learned.lives.is_zero(), "the next check asks again");
    let by_token = header(&need.call);
    let Step::Call(call) = checking(&account, &Known::from([(need.key, learned.value)])) else { panic!() };
    assert_eq!(
        call.url,
        format!("https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages.json?PageSize=1")
    );
    assert_ne!(header(&call), by_token);
    assert_eq!(Twilio.checked(&answer(200, json!({ "messages": [] }))), Ok(Vec::new()));
}

#[test]
fn something_else_that_was_needed_is_no_proof() {
    let (account, known) = (account(&[]), Known::new());
    let Step::Call(call) = checking(&account, &known) else { panic!() };
    for key in ["content:1", "media:/a#0"] {
        let need = Need { key: key.to_owned(), call: call.clone() };
        let active = answer(200, json!({ "sid": SID, "status": "active" }));
        assert!(Twilio.learn(&need, &active).is_err(), "{key}");
    }
}
