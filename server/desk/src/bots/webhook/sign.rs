//! The signature of Standard Webhooks: HMAC-SHA256 over id, time and body, with the bytes behind `whsec_`.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header with the id.
pub const ID: &str = "webhook-id";
/// The header with the time, in seconds.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures.
pub const SIGNATURE: &str = "webhook-signature";

/// The key in a secret: base64 behind `whsec_`.
pub fn key(secret: &str) -> Option<Vec<u8>> {
    let encoded = secret.trim().strip_prefix("whsec_")?;
    let key = STANDARD.decode(encoded).or_else(|_| STANDARD_NO_PAD.decode(encoded)).ok()?;
    (!key.is_empty()).then_some(key)
}

/// The signatures of a body, one for each key that is valid now.
pub fn signature(keys: &[Vec<u8>], id: &str, at: i64, body: &[u8]) -> String {
    let one = |key: &Vec<u8>| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
            unreachable!("HMAC takes keys of any length")
        };
        mac.update(format!("{id}.{at}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    };
    keys.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// The vector that the specification's own libraries are tested with.
    #[test]
    fn the_published_vector_is_signed_as_published() {
        let keys = [key(SECRET).unwrap()];
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signed = signature(&keys, id, 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_a_secret_is_replaced_both_sign() {
        let keys = [key("whsec_AAAA").unwrap(), key(SECRET).unwrap()];
        let signed =
            signature(&keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        let (new, old) = signed.split_once(' ').unwrap();
        assert!(new.starts_with("v1,") && old == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_no_secret_has_no_key() {
        for secret in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"] {
            assert_eq!(key(secret), None, "{secret}");
        }
    }
}
