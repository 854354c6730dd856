//! Who is calling: signatures and the check of our address.

use desk::channels::meta::Meta;
use desk::channels::{Account, Provider};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;
use sha2::Sha256;

use super::account;
use crate::protocol::{self, json_fixtures};

const HEADER: &str = "X-Hub-Signature-256";

fn headers(signature: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("x-hub-signature-256", HeaderValue::from_bytes(signature).unwrap());
    headers
}

fn signed(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(body);
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

fn genuine(signature: &str, body: &[u8], account: &Account) -> bool {
    protocol::genuine(&Meta, &headers(signature.as_bytes()), body, account)
}

pub fn of_fixture(fixture: &Value) -> bool {
    let account = account(&[("app_secret", &[fixture["app_secret"].as_str().unwrap()])]);
    let signature = fixture["header"][HEADER].as_str().unwrap();
    genuine(signature, fixture["raw_body"].as_str().unwrap().as_bytes(), &account)
}

pub fn handshake_of_fixture(fixture: &Value) -> Option<String> {
    let account = account(&[("verify_token", &[fixture["server_verify_token"].as_str().unwrap()])]);
    let query = fixture["request"]["query"].as_object().unwrap();
    let query: Vec<_> =
        query.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect();
    Meta.handshake(&query, &account)
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
fn no_changed_body_and_no_changed_header_is_accepted() {
    let body =
        r#"{"object":"whatsapp_business_account","entry":[{"id":"7","changes":[{"field":"messages"}]}]}"#;
    let account = account(&[("app_secret", &["old secret", "new secret"])]);
    let signature = signed("new secret", body.as_bytes());
    assert!(genuine(&signature, body.as_bytes(), &account));
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for turn in 0..10_000 {
        let (header, bytes) = match turn % 2 {
            0 => (signature.clone().into_bytes(), changed(body.as_bytes(), &mut dice)),
            _ => (changed(signature.as_bytes(), &mut dice), body.as_bytes().to_vec()),
        };
        // What is no header at all never gets this far.
        let Ok(value) = HeaderValue::from_bytes(&header) else { continue };
        let mut headers = HeaderMap::new();
        headers.insert("x-hub-signature-256", value);
        assert!(!protocol::genuine(&Meta, &headers, &bytes, &account), "turn {turn}: {header:?} {bytes:?}");
    }
}

#[test]
fn no_changed_payload_of_the_fixtures_is_accepted() {
    let Some(fixtures) = json_fixtures("meta") else { return };
    let mut dice = Dice(42);
    for fixture in fixtures.values().filter(|fixture| fixture.get("scheme").is_some()) {
        let account = account(&[("app_secret", &[fixture["app_secret"].as_str().unwrap()])]);
        let signature = fixture["header"][HEADER].as_str().unwrap();
        let body = fixture["raw_body"].as_str().unwrap();
        for _ in 0..2_500 {
            assert!(!genuine(signature, &changed(body.as_bytes(), &mut dice), &account));
        }
        if let Some(wrong) = fixture["wrong_reserialised"].as_str() {
            assert!(!genuine(wrong, body.as_bytes(), &account), "JSON written anew is not what was signed");
        }
    }
}

#[test]
fn both_secrets_hold_while_one_is_being_replaced() {
    let rotated = account(&[("app_secret", &["second", "first"])]);
    for secret in ["first", "second"] {
        assert!(genuine(&signed(secret, b"{}"), b"{}", &rotated), "{secret}");
    }
    assert!(!genuine(&signed("third", b"{}"), b"{}", &rotated));
}

#[test]
fn without_a_secret_nothing_is_genuine() {
    for account in [account(&[]), account(&[("app_secret", &[])]), account(&[("app_secret", &[""])])] {
        assert!(!genuine(&signed("", b"{}"), b"{}", &account));
    }
}

#[test]
fn a_missing_or_malformed_signature_is_refused() {
    let account = account(&[("app_secret", &["secret"])]);
    let good = signed("secret", b"{}");
    assert!(!protocol::genuine(&Meta, &HeaderMap::new(), b"{}", &account));
    let hex = &good["sha256=".len()..];
    for bad in [
        hex.to_owned(),
        format!("sha1={hex}"),
        format!("SHA256={hex}"),
        format!("sha256={}", &hex[..63]),
        format!("sha256={hex}0"),
        format!("sha256={}", hex.to_uppercase()),
        format!("sha256= {hex}"),
        format!("sha256={}zz", &hex[..62]),
        "sha256=".to_owned(),
        String::new(),
    ] {
        assert!(!genuine(&bad, b"{}", &account), "{bad}");
    }
    let mut old = HeaderMap::new();
    old.insert("x-hub-signature", HeaderValue::from_str(&good).unwrap());
    assert!(!protocol::genuine(&Meta, &old, b"{}", &account), "the older header alone");
    let mut twice = headers(good.as_bytes());
    twice.append("x-hub-signature-256", HeaderValue::from_static("sha256=0"));
    assert!(!protocol::genuine(&Meta, &twice, b"{}", &account), "two of them");
}

#[test]
fn the_check_of_our_address_is_answered_only_with_a_harmless_challenge() {
    let account = account(&[("verify_token", &["horse battery"])]);
    let answer = |mode: &str, token: &str, challenge: &str| {
        let query = [("hub.mode", mode), ("hub.verify_token", token), ("hub.challenge", challenge)];
        let query: Vec<_> =
            query.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Meta.handshake(&query, &account)
    };
    assert_eq!(answer("subscribe", "horse battery", "115-8_a").as_deref(), Some("115-8_a"));
    assert_eq!(answer("subscribe", "horse battery", &"9".repeat(512)), Some("9".repeat(512)));
    for challenge in ["", "<script>", "1 2", "1\n", "é", &"9".repeat(513)] {
        assert_eq!(answer("subscribe", "horse battery", challenge), None, "{challenge}");
    }
    assert_eq!(answer("unsubscribe", "horse battery", "1"), None);
    for token in ["", "horse", "horse battery ", "Horse battery"] {
        assert_eq!(answer("subscribe", token, "1"), None, "{token}");
    }
    assert_eq!(Meta.handshake(&[], &account), None);
    let nothing = super::account(&[("verify_token", &[""])]);
    let query = [("hub.mode", "subscribe"), ("hub.verify_token", ""), ("hub.challenge", "1")];
    let query: Vec<_> = query.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    assert_eq!(Meta.handshake(&query, &nothing), None, "an empty token is none");
}
