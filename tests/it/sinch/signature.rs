//! Who is calling.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desk::channels::Account;
use desk::channels::sinch::Sinch;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use sha2::Sha256;

use super::account;
use crate::protocol::{self, URL, json_fixtures};

const NONCE: &str = "01FJA8B4A7BM43YGWSG9GBV067";
const AT: i64 = 1_770_000_000;
const BODY: &str =
    r#"{"app_id":"01HAPP","message":{"id":"01H","contact_message":{"text_message":{"text":"å"}}}}"#;

/// Every header of a signature, by the end of its name.
const NAMES: [&str; 4] = ["", "-timestamp", "-nonce", "-algorithm"];

fn name(end: &str) -> HeaderName {
    format!("x-sinch-webhook-signature{end}").parse().unwrap()
}

fn headers(values: [&[u8]; 4]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (end, value) in NAMES.iter().zip(values) {
        // What is no header at all never gets this far.
        headers.insert(name(end), HeaderValue::from_bytes(value).ok()?);
    }
    Some(headers)
}

fn mac(secret: &str, body: &[u8], nonce: &str, at: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let mac = mac.chain_update(body).chain_update(format!(".{nonce}.{at}"));
    STANDARD.encode(mac.finalize().into_bytes())
}

/// What Sinch would send with a body.
fn signed(secret: &str, body: &[u8], at: i64) -> HeaderMap {
    let at = at.to_string();
    let signature = mac(secret, body, NONCE, &at);
    headers([signature.as_bytes(), at.as_bytes(), NONCE.as_bytes(), b"HmacSHA256"]).unwrap()
}

fn genuine(headers: &HeaderMap, body: &[u8], account: &Account, at: i64) -> bool {
    protocol::genuine_at(&Sinch, (URL, headers, body), account, Timestamp::from_second(at).unwrap())
}

/// The headers, the body, the account and the time of a vector.
fn vector(fixture: &Value) -> (HeaderMap, Vec<u8>, Account, i64) {
    let given = fixture["headers"].as_object().unwrap();
    let header = |(name, value): (&String, &Value)| {
        let value = HeaderValue::from_str(value.as_str().unwrap()).unwrap();
        (name.parse::<HeaderName>().unwrap(), value)
    };
    let at = given["x-sinch-webhook-signature-timestamp"].as_str().unwrap().parse().unwrap();
    let body = fixture["raw_body"].as_str().unwrap().as_bytes().to_vec();
    let secret = fixture["secret"].as_str().unwrap();
    let account =
        protocol::account("https://eu.conversation.api.sinch.com", &[("webhook_secret", &[secret])]);
    (given.iter().map(header).collect(), body, account, at)
}

/// Whether a vector is taken at its own time, and today.
pub fn of_fixture(fixture: &Value) -> (bool, bool) {
    let (headers, body, account, at) = vector(fixture);
    (genuine(&headers, &body, &account, at), genuine(&headers, &body, &account, Timestamp::now().as_second()))
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
    // Taking one of two equal neighbours out is a change as well; that nothing changed is none.
    if changed == bytes { b"else".to_vec() } else { changed }
}

#[test]
fn no_changed_body_and_no_changed_header_is_accepted() {
    let (at, account) = (AT.to_string(), account());
    let signature = mac("second", BODY.as_bytes(), NONCE, &at);
    let good: [&[u8]; 4] = [signature.as_bytes(), at.as_bytes(), NONCE.as_bytes(), b"HmacSHA256"];
    assert!(genuine(&headers(good).unwrap(), BODY.as_bytes(), &account, AT));
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut tried = 0;
    for turn in 0..10_000 {
        let (mut values, mut body) = (good, BODY.as_bytes());
        let change = match turn % 5 {
            4 => changed(body, &mut dice),
            part => changed(good[part], &mut dice),
        };
        if turn % 5 == 4 {
            body = &change
        } else {
            values[turn % 5] = &change
        }
        let Some(headers) = headers(values) else { continue };
        tried += 1;
        assert!(!genuine(&headers, body, &account, AT), "turn {turn}: {values:?} {body:?}");
    }
    assert!(tried > 9_000, "{tried}");
}

#[test]
fn no_changed_vector_of_the_fixtures_is_accepted() {
    let Some(fixtures) = json_fixtures("sinch") else { return };
    let mut dice = Dice(42);
    for fixture in fixtures.values().filter(|fixture| fixture.get("scheme").is_some()) {
        let (headers, body, account, at) = vector(fixture);
        assert!(genuine(&headers, &body, &account, at));
        for _ in 0..2_500 {
            assert!(!genuine(&headers, &changed(&body, &mut dice), &account, at));
        }
    }
}

#[test]
fn both_secrets_hold_while_one_is_being_replaced() {
    for secret in ["first", "second"] {
        assert!(genuine(&signed(secret, b"{}", AT), b"{}", &account(), AT), "{secret}");
    }
    for secret in ["third", "secon", "second ", "Second", "new secret"] {
        assert!(!genuine(&signed(secret, b"{}", AT), b"{}", &account(), AT), "{secret}");
    }
}

#[test]
fn without_a_secret_nothing_is_genuine() {
    for values in [&[][..], &[("webhook_secret", &[][..])], &[("webhook_secret", &[""][..])]] {
        let account = protocol::account("https://eu.conversation.api.sinch.com", values);
        assert!(!genuine(&signed("", b"{}", AT), b"{}", &account, AT));
        assert!(
            !genuine(&HeaderMap::new(), b"{}", &account, AT),
            "unsigned, as Sinch sends without a secret"
        );
    }
}

#[test]
fn a_webhook_is_of_now_within_five_minutes_either_way() {
    let headers = signed("second", b"{}", AT);
    for (later, expected) in
        [(0, true), (300, true), (301, false), (-300, true), (-301, false), (86_400, false)]
    {
        assert_eq!(genuine(&headers, b"{}", &account(), AT + later), expected, "{later}");
    }
    for odd in ["", "-1770000000", "+1770000000", " 1770000000", "1770000000.0", "1770000000000", "now"] {
        let signature = mac("second", b"{}", NONCE, odd);
        let given =
            self::headers([signature.as_bytes(), odd.as_bytes(), NONCE.as_bytes(), b"HmacSHA256"]).unwrap();
        assert!(!genuine(&given, b"{}", &account(), AT), "{odd}");
    }
}

#[test]
fn no_other_algorithm_is_taken() {
    let at = AT.to_string();
    let signature = mac("second", b"{}", NONCE, &at);
    for algorithm in ["HmacSHA1", "hmacsha256", "HMACSHA256", "HmacSHA512", "HmacSHA256 ", "none", ""] {
        let given =
            headers([signature.as_bytes(), at.as_bytes(), NONCE.as_bytes(), algorithm.as_bytes()]).unwrap();
        assert!(!genuine(&given, b"{}", &account(), AT), "{algorithm}");
    }
}

#[test]
fn a_missing_malformed_or_repeated_header_is_refused() {
    let good = signed("second", b"{}", AT);
    for end in NAMES {
        let mut less = good.clone();
        less.remove(name(end));
        assert!(!genuine(&less, b"{}", &account(), AT), "without {end}");
        let mut twice = good.clone();
        twice.append(name(end), good[name(end)].clone());
        assert!(!genuine(&twice, b"{}", &account(), AT), "{end} twice");
    }
    let signature = good[name("")].to_str().unwrap().to_owned();
    let bare = signature.trim_end_matches('=');
    for bad in
        [bare, &format!("{signature}="), &format!("sha256={signature}"), "AAAA", "", "å", &signature[..40]]
    {
        let mut given = good.clone();
        given.insert(name(""), HeaderValue::from_bytes(bad.as_bytes()).unwrap());
        assert!(!genuine(&given, b"{}", &account(), AT), "{bad}");
    }
    // With a nonce whose signature has letters in which the two alphabets differ.
    let nonce = (0..)
        .map(|n: u32| n.to_string())
        .find(|nonce| mac("second", b"{}", nonce, "1770000000").contains('+'));
    let nonce = nonce.unwrap();
    let other = mac("second", b"{}", &nonce, "1770000000").replace('+', "-");
    let given = headers([other.as_bytes(), b"1770000000", nonce.as_bytes(), b"HmacSHA256"]).unwrap();
    assert!(!genuine(&given, b"{}", &account(), AT), "the other alphabet");
    let signature = mac("second", b"{}", "", "1770000000");
    let given = headers([signature.as_bytes(), b"1770000000", b"", b"HmacSHA256"]).unwrap();
    assert!(!genuine(&given, b"{}", &account(), AT), "an empty nonce");
}
