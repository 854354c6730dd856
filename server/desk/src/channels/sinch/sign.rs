//! The signature of every webhook.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use crate::channels::{Account, Hook};

/// How far the time of a signature may be from ours, in seconds. Sinch gives no limit; older ones could be
/// webhooks that somebody else has kept.
const DRIFT: i64 = 300;
/// The only algorithm that is taken. Which one is used is never read from the header: that would let the caller
/// choose a weaker one.
const ALGORITHM: &[u8] = b"HmacSHA256";
/// Bytes in a SHA-256 digest.
const DIGEST: usize = 32;

/// Whether `x-sinch-webhook-signature` is the base64 of HMAC-SHA256 over raw body, `.`, nonce, `.` and time, keyed
/// with a secret that is valid now, and the time is ours within five minutes.
pub(super) fn genuine(hook: &Hook<'_>, account: &Account) -> bool {
    let Some(given) = Given::read(hook.headers) else { return false };
    if given.at.abs_diff(hook.at.as_second()) > DRIFT.unsigned_abs() {
        return false;
    }
    let known = account
        .active("webhook_secret")
        .filter(|secret| !secret.is_empty())
        .filter_map(|secret| Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok())
        .fold(Choice::from(0), |known, mac| {
            let mac = mac.chain_update(hook.body).chain_update(b".").chain_update(given.nonce);
            let ours = mac.chain_update(b".").chain_update(given.time).finalize().into_bytes();
            known | ours.as_slice().ct_eq(given.signature.as_slice())
        });
    bool::from(known)
}

/// What the headers say.
struct Given<'a> {
    signature: [u8; DIGEST],
    nonce: &'a [u8],
    time: &'a [u8],
    at: i64,
}

impl Given<'_> {
    fn read(headers: &HeaderMap) -> Option<Given<'_>> {
        if one(headers, "x-sinch-webhook-signature-algorithm")? != ALGORITHM {
            return None;
        }
        let signature = STANDARD.decode(one(headers, "x-sinch-webhook-signature")?).ok()?;
        let nonce = one(headers, "x-sinch-webhook-signature-nonce")?;
        let time = one(headers, "x-sinch-webhook-signature-timestamp")?;
        let digits = (1..=12).contains(&time.len()) && time.iter().all(u8::is_ascii_digit);
        let at = std::str::from_utf8(time).ok().filter(|_| digits)?.parse().ok()?;
        let signature = signature.try_into().ok()?;
        (!nonce.is_empty()).then_some(Given { signature, nonce, time, at })
    }
}

/// A header that is there exactly once.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a [u8]> {
    let mut given = headers.get_all(name).iter();
    match (given.next(), given.next()) {
        (Some(value), None) => Some(value.as_bytes()),
        _ => None,
    }
}
