//! Addresses under which a provider fetches a file: unguessable, without a cookie, and for a while only.
//!
//! The token is the file's id, when it ends, and a MAC over both; nothing is written down for it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::{FileId, Time};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::auth::seal::Seal;
use crate::state::Desk;

/// How long an address holds, in milliseconds: providers may fetch a day late.
pub const LIVES_MS: i64 = 48 * 60 * 60 * 1000;

const ID: usize = 16;
const UNTIL: usize = 8;
const TOKEN: usize = ID + UNTIL + 32;

/// The address of a file, from now on.
pub fn address(desk: &Desk, file: FileId, now: Time) -> String {
    let token = token(&desk.seal, file, Time(now.0 + LIVES_MS));
    desk.config.public(&format!("/media/{token}"))
}

/// The token of a file that holds until a moment.
pub fn token(seal: &Seal, file: FileId, until: Time) -> String {
    let mut token = Vec::with_capacity(TOKEN);
    token.extend_from_slice(file.0.as_bytes());
    token.extend_from_slice(&until.0.to_be_bytes());
    token.extend_from_slice(&seal.link_mac(&token));
    URL_SAFE_NO_PAD.encode(token)
}

/// The file that a token names and until when it holds; none if the token is not one of ours. Whether it still
/// holds is for the caller to compare, by the desk's clock.
pub fn open(seal: &Seal, token: &str) -> Option<(FileId, Time)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == TOKEN)?;
    let (said, mac) = bytes.split_at(ID + UNTIL);
    if !bool::from(seal.link_mac(said).ct_eq(mac)) {
        return None;
    }
    let (id, until) = said.split_at(ID);
    let file = FileId(Uuid::from_slice(id).ok()?);
    Some((file, Time(i64::from_be_bytes(until.try_into().ok()?))))
}

#[cfg(test)]
mod tests {
    use secrecy::SecretSlice;

    use super::*;

    fn seal(byte: u8) -> Seal {
        Seal::new(&SecretSlice::from(vec![byte; 32]))
    }

    #[test]
    fn a_token_names_its_file_and_its_end() {
        let (file, until) = (FileId(Uuid::from_u128(7)), Time(1_800_000_000_000));
        assert_eq!(open(&seal(1), &token(&seal(1), file, until)), Some((file, until)));
    }

    #[test]
    fn no_token_can_be_forged_or_lengthened() {
        let (file, until) = (FileId(Uuid::from_u128(7)), Time(1_800_000_000_000));
        let good = token(&seal(1), file, until);
        assert_eq!(open(&seal(2), &good), None, "another desk's");
        let bytes = URL_SAFE_NO_PAD.decode(&good).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(open(&seal(1), &URL_SAFE_NO_PAD.encode(&changed)), None, "byte {at}");
        }
        for cut in ["", "x", &good[1..], &good[..good.len() - 2]] {
            assert_eq!(open(&seal(1), cut), None, "{cut}");
        }
        assert_eq!(open(&seal(1), &format!("{good}AA")), None);
    }
}
