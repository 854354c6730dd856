//! Who is calling: a key in a header, or a user and a password.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desk::channels::Account;
use desk::channels::braze::Braze;
use reqwest::header::{HeaderMap, HeaderValue};

use super::account;
use crate::protocol;

const KEY: &str = "x-baton-key";
const SIGN_IN: &str = "authorization";

fn genuine(headers: &[(&'static str, &[u8])], account: &Account) -> bool {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        // What is no header at all never gets this far.
        let Ok(value) = HeaderValue::from_bytes(value) else { return false };
        map.append(*name, value);
    }
    protocol::genuine(&Braze, &map, b"{}", account)
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
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

/// Braze signs no body, so the headers are all there is to change.
#[test]
fn no_changed_key_and_no_changed_password_is_accepted() {
    let key = "5f0c3b7a9e2d48168b64d1f7c0a93e55";
    let account = account(&[
        ("webhook_key", &["another key that is valid", key]),
        ("webhook_user", &["braze"]),
        ("webhook_password", &["horse battery: staple"]),
    ]);
    let sign_in = basic("braze", "horse battery: staple");
    assert!(
        genuine(&[(KEY, key.as_bytes())], &account) && genuine(&[(SIGN_IN, sign_in.as_bytes())], &account)
    );
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for turn in 0..10_000 {
        let (name, value) = match turn % 2 {
            0 => (KEY, changed(key.as_bytes(), &mut dice)),
            _ => (SIGN_IN, changed(sign_in.as_bytes(), &mut dice)),
        };
        assert!(!genuine(&[(name, &value)], &account), "turn {turn}: {value:?}");
    }
}

#[test]
fn both_keys_and_both_passwords_hold_while_one_is_being_replaced() {
    let rotated = account(&[
        ("webhook_key", &["second", "first"]),
        ("webhook_user", &["new", "old"]),
        ("webhook_password", &["new password", "old password"]),
    ]);
    for key in ["first", "second"] {
        assert!(genuine(&[(KEY, key.as_bytes())], &rotated), "{key}");
    }
    for (user, password) in [("new", "new password"), ("old", "old password"), ("old", "new password")] {
        assert!(genuine(&[(SIGN_IN, basic(user, password).as_bytes())], &rotated), "{user}");
    }
    assert!(!genuine(&[(KEY, b"third")], &rotated));
}

#[test]
fn without_a_secret_nothing_is_genuine() {
    for account in [
        account(&[]),
        account(&[("webhook_key", &[]), ("webhook_user", &[]), ("webhook_password", &[])]),
        account(&[("webhook_key", &[""]), ("webhook_user", &[""]), ("webhook_password", &[""])]),
    ] {
        assert!(!genuine(&[], &account));
        assert!(!genuine(&[(KEY, b"")], &account));
        assert!(!genuine(&[(SIGN_IN, basic("", "").as_bytes())], &account));
    }
    let no_password = account(&[("webhook_user", &["braze"])]);
    assert!(!genuine(&[(SIGN_IN, basic("braze", "").as_bytes())], &no_password));
    let no_user = account(&[("webhook_password", &["secret"])]);
    assert!(!genuine(&[(SIGN_IN, basic("", "secret").as_bytes())], &no_user));
}

#[test]
fn a_wrong_missing_or_doubled_credential_is_refused() {
    let account = account(&[
        ("webhook_key", &["horse battery"]),
        ("webhook_user", &["braze"]),
        ("webhook_password", &["secret"]),
        ("rest_key", &["rest"]),
    ]);
    for key in
        ["", "horse", "horse battery ", "Horse battery", "horse batteryhorse battery", "secret", "rest"]
    {
        assert!(!genuine(&[(KEY, key.as_bytes())], &account), "{key}");
    }
    let good = basic("braze", "secret");
    for bad in [
        basic("braze", "wrong"),
        basic("other", "secret"),
        basic("secret", "braze"),
        basic("braze", "secret\0"),
        good.replace("Basic", "basic"),
        good.replace("Basic", "Bearer"),
        good.trim_end_matches('=').to_owned(),
        format!("Basic {}", STANDARD.encode("brazesecret")),
        "Basic".to_owned(),
        "Basic !!!".to_owned(),
        "Bearer horse battery".to_owned(),
    ] {
        assert!(!genuine(&[(SIGN_IN, bad.as_bytes())], &account) || bad == good, "{bad}");
    }
    assert!(!genuine(&[], &account));
    assert!(!genuine(&[(KEY, b"horse battery"), (KEY, b"horse battery")], &account), "two of them");
    assert!(!genuine(&[(SIGN_IN, good.as_bytes()), (SIGN_IN, good.as_bytes())], &account), "two of them");
    assert!(genuine(&[(KEY, b"wrong"), (SIGN_IN, good.as_bytes())], &account), "one that holds is enough");
}

#[test]
fn the_credentials_of_another_connection_are_refused() {
    let (one, other) = (account(&[("webhook_key", &["one"])]), account(&[("webhook_key", &["other"])]));
    assert!(genuine(&[(KEY, b"one")], &one) && !genuine(&[(KEY, b"one")], &other));
}
