//! Files of customers, and the proof of credentials.

use contract::message::{Media, MediaKind};
use desk::channels::infobip::{FILES_A_SECOND, Infobip};
use desk::channels::{Account, Answer, Call, Class, Found, Known, Need, NotCarried, Provider, Step, Via};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::json;

use super::{account, answer};
use crate::protocol::{self, media};

fn via_of<T>(account: &Account, channel: &str, ask: impl Fn(&Via<'_>) -> T) -> T {
    let known = Known::new();
    ask(&Via { account, channel, callback: None, known: &known, at: Timestamp::now() })
}

fn step(step: Step) -> Call {
    match step {
        Step::Call(call) => call,
        Step::First(need) => panic!("{} is needed first", need.key),
    }
}

fn fetch(account: &Account, link: &str) -> Result<String, NotCarried> {
    let file = Media { link: Some(link.to_owned()), ..media(MediaKind::Image, None) };
    let call = step(via_of(account, "447796344125", |via| Infobip.fetch(via, &file))?);
    let key: Vec<_> = call.headers.iter().map(|(name, value)| (*name, value.expose_secret())).collect();
    assert_eq!(key, [("authorization", "App key-new")], "{link}");
    assert_eq!(call.method, "GET");
    Ok(call.url)
}

#[test]
fn a_file_is_fetched_with_our_key_from_infobip_alone() {
    let account = account(&[("api_key", &["key-new", "key-old"])]);
    let path = "/whatsapp/1/senders/447796344125/media/f1b96d31-9ab9-4513-808b-50ab37360fbe";
    for host in ["xxxxx.api.infobip.com", "yyyyy.api.infobip.com", "api.infobip.com", "a.b.API.infobip.com"] {
        let link = format!("https://{host}{path}");
        assert_eq!(fetch(&account, &link).map(|url| url.to_lowercase()), Ok(link.to_lowercase()));
    }
    for link in [
        format!("http://xxxxx.api.infobip.com{path}"),
        format!("https://{{base_url}}{path}"),
        format!("https://api.infobip.com.attacker.example{path}"),
        format!("https://evilapi.infobip.com{path}"),
        format!("https://infobip.com{path}"),
        format!("https://xxxxx.api.infobip.com@attacker.example{path}"),
        format!("https://user:word@xxxxx.api.infobip.com{path}"),
        format!("https://xxxxx.api.infobip.com:8443{path}"),
        format!("https://attacker.example/?.api.infobip.com{path}"),
        format!("https://attacker.example#.api.infobip.com{path}"),
        format!("https://attacker.example\\.api.infobip.com{path}"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "file:///etc/passwd".to_owned(),
        path.to_owned(),
        String::new(),
    ] {
        let reason = fetch(&account, &link).expect_err(&link).0;
        assert!(reason.ends_with('.') && reason.starts_with(char::is_uppercase), "{reason}");
    }
    let nameless = media(MediaKind::Image, Some("f1b96d31"));
    assert!(via_of(&account, "44", |via| Infobip.fetch(via, &nameless)).is_err(), "an id leads nowhere");
}

/// The hosts of another region and those of a stand-in are reached because the connection itself goes there.
#[test]
fn a_file_at_the_connections_own_address_is_fetched_wherever_that_is() {
    let of = |base: &str| protocol::account(base, &[("api_key", &["key-new"])]);
    let regional = "https://xxxxx.api-us.infobip.com/whatsapp/1/senders/44/media/1";
    assert_eq!(fetch(&of("https://xxxxx.api-us.infobip.com"), regional), Ok(regional.to_owned()));
    assert!(fetch(&of("https://xxxxx.api.infobip.com"), regional).is_err());
    let local = "http://127.0.0.1:3000/stand-in/media/1";
    assert_eq!(fetch(&of("http://127.0.0.1:3000/stand-in"), local), Ok(local.to_owned()));
    for other in
        ["http://127.0.0.1:3001/media/1", "https://127.0.0.1:3000/media/1", "http://127.0.0.2:3000/1"]
    {
        assert!(fetch(&of("http://127.0.0.1:3000/stand-in"), other).is_err(), "{other}");
    }
    for base in ["", "xxxxx.api.infobip.com", "data:x", "file:///"] {
        assert!(fetch(&of(base), "data:text/plain,x").is_err(), "{base}");
        assert!(fetch(&of(base), "file:///etc/passwd").is_err(), "{base}");
    }
}

#[test]
fn the_hosts_of_files_are_infobips_and_the_limit_is_known() {
    assert_eq!(Infobip.about().file_hosts, ["api.infobip.com", ".api.infobip.com"]);
    assert_eq!(FILES_A_SECOND, 15);
}

fn check(channel: &str) -> Result<String, NotCarried> {
    let account = account(&[("api_key", &["key-new"])]);
    let call = step(via_of(&account, channel, |via| Infobip.check(via))?);
    assert_eq!((call.method.as_str(), call.headers[0].1.expose_secret()), ("GET", "App key-new"));
    Ok(call.url)
}

#[test]
fn the_check_lists_the_senders_of_the_account() {
    let all = "https://xxxxx.api.infobip.com/whatsapp/1/senders/quality";
    assert_eq!(check(""), Ok(all.to_owned()));
    assert_eq!(check("447796344125"), Ok(format!("{all}?senders=447796344125")));
    for channel in ["447796344125&x=1", "+447796344125", "../1"] {
        assert!(check(channel).is_err(), "{channel}");
    }
    let body = json!({ "results": [
        {
            "sender": "447796344125", "qualityRating": "HIGH", "status": "CONNECTED",
            "currentLimit": "LIMIT_10K", "lastUpdated": "2024-01-01T00:00:00.000+0000",
        },
        { "sender": "+385 91 999 8888", "qualityRating": null },
        { "qualityRating": "LOW" },
        "447796344126",
    ] });
    let expected = [
        Found {
            channel: "447796344125".to_owned(),
            number: Some("+447796344125".to_owned()),
            quality: Some("HIGH".to_owned()),
            messaging_limit: Some("LIMIT_10K".to_owned()),
            ..Found::default()
        },
        Found {
            channel: "385919998888".to_owned(),
            number: Some("+385919998888".to_owned()),
            ..Found::default()
        },
    ];
    assert_eq!(Infobip.checked(&answer(200, &body)), Ok(expected.to_vec()));
    assert_eq!(Infobip.checked(&answer(200, &json!({ "results": [] }))), Ok(Vec::new()));
}

#[test]
fn credentials_that_do_not_hold_are_said_to_be_so() {
    let denied = json!({ "requestError": { "serviceException": { "messageId": "UNAUTHORIZED", "text": "Invalid login" } } });
    let class = |status, body| Infobip.checked(&answer(status, body)).unwrap_err().class;
    assert_eq!(class(401, &denied), Class::Auth);
    assert_eq!(class(403, &denied), Class::Auth);
    assert_eq!(class(503, &json!(null)), Class::Retry);
    assert_eq!(class(200, &json!({})), Class::Permanent, "an answer of somebody else's");
    let page = Answer { status: 200, retry_after: None, body: "<html>Sign in</html>".into() };
    assert!(Infobip.checked(&page).is_err());
}

#[test]
fn nothing_is_needed_before_a_call() {
    let account = account(&[]);
    let call = step(via_of(&account, "", |via| Infobip.check(via)).unwrap());
    let need = Need { key: "token".to_owned(), call };
    assert_eq!(Infobip.learn(&need, &answer(200, &json!({}))).unwrap_err().class, Class::Permanent);
}
