//! Who is calling: a key or a password that the admin has typed at Infobip, for nothing is signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desk::channels::Account;
use desk::channels::infobip::Infobip;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::account;
use crate::protocol;

const KEY: &str = "x-baton-key";
const BASIC: &str = "authorization";

fn headers(given: &[(&str, &[u8])]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_bytes(value).unwrap());
    }
    headers
}

fn genuine(given: &[(&str, &[u8])], account: &Account) -> bool {
    protocol::genuine(&Infobip, &headers(given), b"{}", account)
}

fn with_key(key: &str, account: &Account) -> bool {
    genuine(&[(KEY, key.as_bytes())], account)
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn with_basic(user: &str, password: &str, account: &Account) -> bool {
    genuine(&[(BASIC, basic(user, password).as_bytes())], account)
}

/// An account with both ways of proof, each with a value that is being replaced.
fn both() -> Account {
    account(&[
        ("webhook_key", &["key-new-71c2", "key-old-09af"]),
        ("webhook_user", &["infobip"]),
        ("webhook_password", &["pässword: new", "password old"]),
    ])
}

/// A small generator, so that every run changes the same things.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// Changes one thing so that the result differs.
fn changed(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    let at = dice.below(bytes.len());
    match dice.below(4) {
        0 => changed[at] ^= 1 << dice.below(8),
        1 => drop(changed.remove(at)),
        2 => changed.insert(at, b' '),
        _ => changed.truncate(at),
    }
    changed
}

#[test]
fn the_key_or_the_user_with_the_password_proves_who_is_calling() {
    assert!(with_key("key-new-71c2", &both()));
    assert!(with_basic("infobip", "pässword: new", &both()));
    let key_only = account(&[("webhook_key", &["key"])]);
    assert!(with_key("key", &key_only) && !with_basic("infobip", "pässword: new", &key_only));
    let basic_only = account(&[("webhook_user", &["infobip"]), ("webhook_password", &["secret"])]);
    assert!(with_basic("infobip", "secret", &basic_only) && !with_key("secret", &basic_only));
    let beside = [(BASIC, "Bearer of somebody".as_bytes()), (KEY, "key".as_bytes())];
    assert!(genuine(&beside, &key_only), "what is not asked for does no harm");
}

#[test]
fn both_values_hold_while_one_is_being_replaced() {
    for key in ["key-new-71c2", "key-old-09af"] {
        assert!(with_key(key, &both()), "{key}");
    }
    for password in ["pässword: new", "password old"] {
        assert!(with_basic("infobip", password, &both()), "{password}");
    }
    assert!(!with_key("key-older", &both()) && !with_basic("infobip", "password older", &both()));
}

#[test]
fn no_changed_header_is_accepted() {
    let account = both();
    let good = [
        (KEY, b"key-new-71c2".to_vec()),
        (KEY, b"key-old-09af".to_vec()),
        (BASIC, basic("infobip", "pässword: new").into_bytes()),
        (BASIC, basic("infobip", "password old").into_bytes()),
    ];
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut tried = 0;
    for turn in 0..12_000 {
        let (name, value) = &good[turn % good.len()];
        let wrong = changed(value, &mut dice);
        // What is no header at all never gets this far.
        let Ok(wrong) = HeaderValue::from_bytes(&wrong) else { continue };
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), wrong.clone());
        assert!(!protocol::genuine(&Infobip, &headers, b"{}", &account), "turn {turn}: {wrong:?}");
        tried += 1;
    }
    assert!(tried >= 10_000, "only {tried} were headers");
}

/// Nothing of the address or of the body is signed: whoever knows the key may say anything, and nobody else may.
#[test]
fn the_body_neither_proves_nor_disproves_anything() {
    let (good, none) = (headers(&[(KEY, b"key-new-71c2")]), HeaderMap::new());
    let body = r#"{"results":[],"webhook_key":"key-new-71c2"}"#.as_bytes();
    let mut dice = Dice(42);
    for _ in 0..1_000 {
        let body = changed(body, &mut dice);
        assert!(protocol::genuine(&Infobip, &good, &body, &both()));
        assert!(!protocol::genuine(&Infobip, &none, &body, &both()));
    }
}

#[test]
fn a_proof_that_is_missing_empty_foreign_or_given_twice_is_refused() {
    let account = both();
    assert!(!genuine(&[], &account));
    for key in ["", " ", "key", "key-new-71c2x", "KEY-NEW-71C2", "infobip", "pässword: new"] {
        assert!(!with_key(key, &account), "{key}");
    }
    for (user, password) in [
        ("", ""),
        ("infobip", ""),
        ("", "pässword: new"),
        ("Infobip", "pässword: new"),
        ("infobip", "key-new-71c2"),
        ("pässword: new", "infobip"),
    ] {
        assert!(!with_basic(user, password, &account), "{user}:{password}");
    }
    let good = basic("infobip", "pässword: new");
    let encoded = &good["Basic ".len()..];
    let wrong = [
        encoded.to_owned(),
        format!("basic {encoded}"),
        format!("Basic  {encoded}"),
        format!("Bearer {encoded}"),
        format!("App {encoded}"),
        format!("{good}="),
        "Basic".to_owned(),
        "Basic infobip:pässword: new".to_owned(),
    ];
    for wrong in wrong {
        assert!(!genuine(&[(BASIC, wrong.as_bytes())], &account), "{wrong}");
    }
    assert!(!genuine(&[(KEY, b"key-new-71c2"), (KEY, b"key-new-71c2")], &account), "two keys");
    assert!(!genuine(&[(BASIC, good.as_bytes()), (BASIC, good.as_bytes())], &account), "two passwords");
    assert!(!genuine(&[(KEY, good.as_bytes())], &account) && !genuine(&[(BASIC, b"key-new-71c2")], &account));
}

#[test]
fn without_a_key_and_without_a_whole_password_nothing_is_genuine() {
    let accounts = [
        account(&[]),
        account(&[("api_key", &["003026bb"])]),
        account(&[("webhook_key", &[]), ("webhook_user", &[]), ("webhook_password", &[])]),
        account(&[("webhook_key", &[""]), ("webhook_user", &[""]), ("webhook_password", &[""])]),
        account(&[("webhook_user", &["infobip"])]),
        account(&[("webhook_password", &["secret"])]),
        account(&[("webhook_user", &["infobip"]), ("webhook_password", &[""])]),
        account(&[("webhook_user", &[""]), ("webhook_password", &["secret"])]),
    ];
    for (index, account) in accounts.iter().enumerate() {
        for key in ["", "003026bb", "secret"] {
            assert!(!with_key(key, account), "{index}: {key}");
        }
        for (user, password) in [("", ""), ("infobip", ""), ("", "secret"), ("infobip", "secret")] {
            assert!(!with_basic(user, password, account), "{index}: {user}:{password}");
        }
        assert!(!genuine(&[], account), "{index}");
    }
}

#[test]
fn there_is_no_check_of_our_address() {
    use desk::channels::Provider;
    let query = [("hub.challenge".to_owned(), "1".to_owned())];
    assert_eq!(Infobip.handshake(&query, &both()), None);
}
