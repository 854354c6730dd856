//! Who is calling: the check of our address, and the signature of every webhook.

use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::channels::Account;

/// Longest challenge that is sent back.
const CHALLENGE: usize = 512;
/// The header of the signature. Its older sibling with SHA-1 is never looked at.
const HEADER: &str = "x-hub-signature-256";

/// Answers `hub.mode=subscribe` with `hub.challenge` where `hub.verify_token` is ours. The challenge is sent
/// back only if it cannot be markup.
pub(super) fn handshake(query: &[(String, String)], account: &Account) -> Option<String> {
    let value = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let challenge = value("hub.challenge")?;
    let token = Sha256::digest(value("hub.verify_token")?);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let harmless = (1..=CHALLENGE).contains(&challenge.len()) && challenge.bytes().all(plain);
    let known = account
        .active("verify_token")
        .filter(|ours| !ours.is_empty())
        .fold(Choice::from(0), |known, ours| known | Sha256::digest(ours).ct_eq(&token));
    (value("hub.mode") == Some("subscribe") && harmless && bool::from(known)).then(|| challenge.to_owned())
}

/// Whether `X-Hub-Signature-256` is `sha256=` and the lower-case hex of HMAC-SHA256 over the raw body, keyed
/// with an app secret. Over the raw bytes: Meta escapes in its own way, and JSON written anew differs.
pub(super) fn genuine(headers: &HeaderMap, body: &[u8], account: &Account) -> bool {
    let mut given = headers.get_all(HEADER).iter();
    let (Some(header), None) = (given.next(), given.next()) else { return false };
    let Some(signature) = signature(header.as_bytes()) else { return false };
    let known = account
        .active("app_secret")
        .filter(|secret| !secret.is_empty())
        .filter_map(|secret| Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok())
        .fold(Choice::from(0), |known, mac| {
            let ours = mac.chain_update(body).finalize().into_bytes();
            known | ours.as_slice().ct_eq(signature.as_slice())
        });
    bool::from(known)
}

/// The 32 bytes of a header in exactly the form that Meta gives it.
fn signature(header: &[u8]) -> Option<[u8; 32]> {
    let hex = header.strip_prefix(b"sha256=")?;
    if hex.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    }
}
