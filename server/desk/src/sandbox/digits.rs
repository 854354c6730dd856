//! Ids that are made up, in the alphabets that providers use.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// So many digits that stay the same for the same seed.
pub fn digits(seed: &str, count: usize) -> String {
    let digest = Sha256::digest(seed.as_bytes());
    let digit = |(at, byte): (usize, &u8)| {
        // Ids do not begin with 0.
        let digit = if at == 0 { 1 + byte % 9 } else { byte % 10 };
        char::from(b'0' + digit)
    };
    digest.iter().enumerate().take(count).map(digit).collect()
}

/// Bytes in lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A new id of 32 lower-case hexadecimal digits.
pub fn new_hex() -> String {
    Uuid::new_v4().simple().to_string()
}

/// A new id of WhatsApp's own kind: `wamid.` and base64 of what looks like its record of it.
pub fn wamid(key: &str) -> String {
    let key: Vec<u8> = key.bytes().take(64).collect();
    let mut bytes = vec![0x1c, 0x18, u8::try_from(key.len()).unwrap_or(0)];
    bytes.extend_from_slice(&key);
    bytes.extend_from_slice(&[0x15, 0x02, 0x00, 0x11, 0x18, 0x20]);
    bytes.extend_from_slice(Uuid::new_v4().simple().to_string().to_uppercase().as_bytes());
    bytes.push(0);
    format!("wamid.{}", STANDARD.encode(bytes))
}

/// A new ULID: a moment in milliseconds and chance, 26 letters of Crockford's base 32.
pub fn ulid(at_ms: i64) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let time = u128::from(at_ms.unsigned_abs() & 0xffff_ffff_ffff) << 80;
    let mut rest = time | (Uuid::new_v4().as_u128() & ((1 << 80) - 1));
    let mut letters = [b'0'; 26];
    for letter in letters.iter_mut().rev() {
        // The remainder is below 32.
        *letter = LETTERS[usize::try_from(rest % 32).unwrap_or(0)];
        rest /= 32;
    }
    letters.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_ids_are_base64_and_differ() {
        let (one, other) = (wamid("447700900001"), wamid("447700900001"));
        assert_ne!(one, other);
        assert!(STANDARD.decode(one.strip_prefix("wamid.").unwrap()).is_ok());
    }

    #[test]
    fn a_ulid_begins_with_its_moment_and_sorts_by_it() {
        // The moment and its letters are those of the specification's example.
        assert!(ulid(1_469_918_176_385).starts_with("01ARYZ6S41"));
        assert_eq!(ulid(0).len(), 26);
        assert!(ulid(1_700_000_000_000) < ulid(1_700_000_000_001));
    }
}
