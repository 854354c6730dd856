//! Who is calling. Braze signs nothing: a webhook shows a key that only its campaign knows, or signs in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::channels::Account;

/// The header that the campaign is given.
const KEY: &str = "x-baton-key";

/// Whether the webhook shows a key that is valid now, or a user and a password that are. Each header counts only
/// if it is there once, and digests are compared, so that not even a length shows in the time it takes.
pub(super) fn genuine(headers: &HeaderMap, account: &Account) -> bool {
    by_key(headers, account) || by_password(headers, account)
}

fn by_key(headers: &HeaderMap, account: &Account) -> bool {
    once(headers, KEY).is_some_and(|given| is_active(account, "webhook_key", given).into())
}

/// `Authorization: Basic` and the Base64 of user, colon, password. The user has no colon, the password may.
fn by_password(headers: &HeaderMap, account: &Account) -> bool {
    let given = once(headers, AUTHORIZATION.as_str())
        .and_then(|header| header.strip_prefix(b"Basic "))
        .and_then(|coded| STANDARD.decode(coded).ok());
    let Some(given) = given else { return false };
    let Some(colon) = given.iter().position(|byte| *byte == b':') else { return false };
    let user = is_active(account, "webhook_user", &given[..colon]);
    let password = is_active(account, "webhook_password", &given[colon + 1..]);
    (user & password).into()
}

/// Whether this is a value of a field that is valid now. An empty value is none.
fn is_active(account: &Account, field: &str, given: &[u8]) -> Choice {
    let given = Sha256::digest(given);
    account
        .active(field)
        .filter(|ours| !ours.is_empty())
        .fold(Choice::from(0), |known, ours| known | Sha256::digest(ours).ct_eq(&given))
}

fn once<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a [u8]> {
    let mut given = headers.get_all(name).iter();
    match (given.next(), given.next()) {
        (Some(header), None) => Some(header.as_bytes()),
        _ => None,
    }
}
