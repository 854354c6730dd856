//! How often somebody may try to sign in: five times a minute for an account, twenty times a minute from a network
//! address. Who is over that is told so without a look at the password, whether the account exists or not. Files
//! are uploaded at most forty times a minute.

use std::fmt::Write as _;
use std::net::IpAddr;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Desk, store};

/// Tries a minute for one account.
pub const PER_ACCOUNT: i32 = 5;
/// Tries a minute from one network address.
pub const PER_ADDRESS: i32 = 20;

/// Files a minute that one person may upload.
pub const UPLOADS: i32 = 40;

/// Counts a try to sign in. Whether it may go on.
pub async fn may_sign_in(desk: &Desk, email: &str, address: IpAddr) -> store::Result<bool> {
    within(desk, &[account_key(email), address_key(address)]).await
}

/// Counts a try to give the password of an account whose person is signed in already. Whether it may go on.
pub async fn may_check_password(desk: &Desk, email: &str) -> store::Result<bool> {
    within(desk, &[account_key(email)]).await
}

/// Counts a try to set the desk up. Whether it may go on.
pub async fn may_set_up(desk: &Desk, address: IpAddr) -> store::Result<bool> {
    within(desk, &[address_key(address)]).await
}

/// Counts a file that a person or a token uploads. Whether it may go on.
pub async fn may_upload(desk: &Desk, who: Uuid) -> store::Result<bool> {
    let counted = desk.store.count_tries(&[format!("upload:{who}")]).await?;
    Ok(counted.iter().all(|(_, tries)| *tries <= UPLOADS))
}

async fn within(desk: &Desk, keys: &[String]) -> store::Result<bool> {
    let counted = desk.store.count_tries(keys).await?;
    Ok(counted.iter().all(|(key, tries)| {
        let most = if key.starts_with("account:") { PER_ACCOUNT } else { PER_ADDRESS };
        *tries <= most
    }))
}

/// The key of an account, known or not: no address of a person stands in the table.
fn account_key(email: &str) -> String {
    let digest = Sha256::digest(email.trim().to_lowercase().as_bytes());
    digest.iter().fold("account:".to_owned(), |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    })
}

/// The key of a network address. Whoever has one IPv6 address has the 2^64 beside it as well, so those count as one.
fn address_key(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("address:{address}"),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("address:{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_case_of_an_address_makes_no_new_account() {
        assert_eq!(account_key("Ada@Example.org "), account_key("ada@example.org"));
        assert_ne!(account_key("ada@example.org"), account_key("bob@example.org"));
        assert!(!account_key("ada@example.org").contains("ada"));
    }

    #[test]
    fn neighbours_of_an_ipv6_address_count_as_one() {
        let key = |text: &str| address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }
}
