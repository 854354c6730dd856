//! Encryption of what must not be read in the database: XChaCha20-Poly1305 with a random nonce, bound to the
//! place where it is kept, so that a sealed value moved to another row or column does not open.
//!
//! A sealed value is: version (1 byte), key id (4 bytes), nonce (24 bytes), ciphertext with its tag.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretBox, SecretSlice, SecretString};
use sha2::Sha256;
use uuid::Uuid;

const VERSION: u8 = 1;
const KEY_ID: usize = 4;
const NONCE: usize = 24;
const HEAD: usize = 1 + KEY_ID + NONCE;

/// Seals and opens values with keys made from the configured secret.
pub struct Seal {
    key_id: [u8; KEY_ID],
    cipher: XChaCha20Poly1305,
    cookies: SecretBox<[u8; 64]>,
    links: SecretBox<[u8; 32]>,
}

/// Where a sealed value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's id.
    pub row: Uuid,
}

/// Why a sealed value does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It is not a sealed value of a version that is known here.
    #[error("this is not a sealed value")]
    Malformed,
    /// It was sealed with another secret key.
    #[error("it was sealed with another secret key")]
    OtherKey,
    /// It was changed, or sealed for another place.
    #[error("it was changed, or sealed for another place")]
    Forged,
}

impl Seal {
    /// Makes the keys from the configured secret, a separate one for each use.
    pub fn new(secret: &SecretSlice<u8>) -> Seal {
        let mut key = derive(secret, "baton stored secrets v1");
        let cipher = XChaCha20Poly1305::new(&Key::from(key));
        key.zeroize();
        let mut key_id = [0; KEY_ID];
        key_id.copy_from_slice(&derive(secret, "baton stored secrets v1 key id")[..KEY_ID]);
        let mut cookies = Box::new([0; 64]);
        cookies[..32].copy_from_slice(&derive(secret, "baton cookies v1 first half"));
        cookies[32..].copy_from_slice(&derive(secret, "baton cookies v1 second half"));
        let links = SecretBox::new(Box::new(derive(secret, "baton links to files v1")));
        Seal { key_id, cipher, cookies: SecretBox::new(cookies), links }
    }

    /// Encrypts a value for a place.
    pub fn seal(&self, place: &Place, plain: &str) -> Vec<u8> {
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload { msg: plain.as_bytes(), aad: &place.bytes() };
        let ciphertext = self.cipher.encrypt(&XNonce::from(nonce), payload).unwrap_or_else(|_| {
            // Only a text of more than 256 GiB cannot be encrypted.
            unreachable!("a stored secret is short")
        });
        let mut sealed = Vec::with_capacity(HEAD + ciphertext.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.key_id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        sealed
    }

    /// Decrypts a value that was sealed for this very place.
    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<SecretString, SealError> {
        let (head, ciphertext) = sealed.split_at_checked(HEAD).ok_or(SealError::Malformed)?;
        let (&[version], rest) = head.split_at(1) else { return Err(SealError::Malformed) };
        let (key_id, nonce) = rest.split_at(KEY_ID);
        if version != VERSION {
            return Err(SealError::Malformed);
        }
        if key_id != self.key_id {
            return Err(SealError::OtherKey);
        }
        let nonce = <[u8; NONCE]>::try_from(nonce).map_err(|_| SealError::Malformed)?;
        let payload = Payload { msg: ciphertext, aad: &place.bytes() };
        let plain = self.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Forged)?;
        String::from_utf8(plain).map(SecretString::from).map_err(|_| SealError::Malformed)
    }

    /// The key that session cookies are encrypted with.
    pub fn cookie_key(&self) -> [u8; 64] {
        *self.cookies.expose_secret()
    }

    /// What proves that a link to a file is one of ours.
    pub fn link_mac(&self, said: &[u8]) -> [u8; 32] {
        mac(self.links.expose_secret(), said, &[])
    }
}

impl Place {
    /// The place as bytes that no other place has: names end with a zero byte, and the id has a fixed length.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.table.len() + self.column.len() + 18);
        for name in [self.table, self.column] {
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(0);
        }
        bytes.extend_from_slice(self.row.as_bytes());
        bytes
    }
}

/// One key for one use, as HKDF's expansion does it: the label tells the uses apart.
fn derive(secret: &SecretSlice<u8>, label: &str) -> [u8; 32] {
    mac(secret.expose_secret(), label.as_bytes(), &[1])
}

fn mac(key: &[u8], said: &[u8], end: &[u8]) -> [u8; 32] {
    let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key) else {
        unreachable!("HMAC takes keys of any length")
    };
    mac.update(said);
    mac.update(end);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal_of(byte: u8) -> Seal {
        Seal::new(&SecretSlice::from(vec![byte; 32]))
    }

    fn place() -> Place {
        Place { table: "connection_secrets", column: "sealed", row: Uuid::from_u128(7) }
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_and_nowhere_else() {
        let seal = seal_of(1);
        let sealed = seal.seal(&place(), "a token");
        assert_eq!(seal.open(&place(), &sealed).unwrap().expose_secret(), "a token");
        let elsewhere = [
            Place { row: Uuid::from_u128(8), ..place() },
            Place { column: "other", ..place() },
            Place { table: "connection_secretssealed", column: "", ..place() },
        ];
        for place in elsewhere {
            assert_eq!(seal.open(&place, &sealed).unwrap_err(), SealError::Forged);
        }
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let seal = seal_of(1);
        let sealed = seal.seal(&place(), "a token");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(seal.open(&place(), &changed).is_err(), "byte {at}");
            assert!(seal.open(&place(), &sealed[..at]).is_err(), "{at} bytes");
        }
    }

    #[test]
    fn another_secret_key_is_named_as_the_reason() {
        let sealed = seal_of(1).seal(&place(), "a token");
        assert_eq!(seal_of(2).open(&place(), &sealed).unwrap_err(), SealError::OtherKey);
    }

    #[test]
    fn the_same_value_never_looks_the_same_and_never_shows_itself() {
        let seal = seal_of(1);
        let (one, two) = (seal.seal(&place(), "a token"), seal.seal(&place(), "a token"));
        assert_ne!(one, two);
        assert!(!one.windows(7).any(|window| window == b"a token"));
    }

    #[test]
    fn the_keys_of_different_uses_and_secrets_differ() {
        let key = seal_of(1).cookie_key();
        assert_eq!(key, seal_of(1).cookie_key());
        assert_ne!(key, seal_of(2).cookie_key());
        assert_ne!(key[..32], key[32..]);
    }
}
