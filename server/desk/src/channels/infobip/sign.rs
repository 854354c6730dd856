//! Who is calling. Infobip signs nothing by default: it shows what the admin has typed there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::channels::Account;

/// The header of the key.
const KEY: &str = "x-baton-key";
/// The header of HTTP Basic.
const BASIC: &str = "authorization";

/// Whether the caller shows the key, or the user and the password, each against every value that is valid now.
/// Headers are compared whole and as digests, so that neither the length nor the first difference can be timed.
/// What is not configured lets nobody in.
pub(super) fn genuine(headers: &HeaderMap, account: &Account) -> bool {
    let keys = active(account, "webhook_key").map(str::to_owned);
    let key = shows(headers, KEY, keys);
    let basic = active(account, "webhook_user").flat_map(|user| {
        active(account, "webhook_password")
            .map(move |password| format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    });
    bool::from(key | shows(headers, BASIC, basic))
}

/// The values of a field that could prove anything.
fn active<'a>(account: &'a Account, field: &str) -> impl Iterator<Item = &'a str> {
    account.active(field).filter(|value| !value.is_empty())
}

/// Whether a header is there once and is one of these.
fn shows(headers: &HeaderMap, name: &str, expected: impl Iterator<Item = String>) -> Choice {
    let mut given = headers.get_all(name).iter();
    let (Some(given), None) = (given.next(), given.next()) else { return Choice::from(0) };
    let given = Sha256::digest(given.as_bytes());
    expected.fold(Choice::from(0), |shown, ours| {
        shown | Sha256::digest(ours.as_bytes()).as_slice().ct_eq(given.as_slice())
    })
}
