//! Passwords: argon2id with the parameters that OWASP names as the least (19 MiB, 2 passes, 1 lane).

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

/// Passwords worked on at once. Each takes some 20 ms of a core and 19 MiB: without a bound a flood of sign-ins
/// would take the whole machine.
const AT_ONCE: usize = 2;

/// The fewest characters of a password.
pub const SHORTEST: usize = 8;

/// The number of characters that people are advised to use.
pub const ADVISED: usize = 15;

/// The most characters of a password.
pub const LONGEST: usize = 256;

/// A hash that no password is known for, checked for accounts that do not exist, so that both take alike.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$YmF0b24gbm9ib2R5IQ$6pH0pVDYyPn1FhD5Jc0vRkFz4jG0m8vQnYb1s7oQx2E";

/// Hashes and checks passwords, a few at a time.
pub struct Passwords {
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

/// A password could not be hashed: the machine has no randomness or no memory to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashFailed;

/// Why a password is not good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// It has fewer than [`SHORTEST`] characters.
    #[error("Use at least {SHORTEST} characters, better {ADVISED}.")]
    TooShort,
    /// It has more than [`LONGEST`] characters.
    #[error("Use at most {LONGEST} characters.")]
    TooLong,
    /// It would be guessed soon.
    #[error(
        "This password is easy to guess. Use several unrelated words, better {ADVISED} characters or more."
    )]
    Guessable,
}

impl Passwords {
    /// The hash of a password as a PHC string, with a salt of its own.
    pub async fn hash(&self, password: SecretString) -> Result<String, HashFailed> {
        self.work(move || {
            let hash = argon2id().and_then(|argon2| {
                argon2.hash_password(password.expose_secret().as_bytes()).map(|hash| hash.to_string()).ok()
            });
            hash.ok_or(HashFailed)
        })
        .await
        .unwrap_or(Err(HashFailed))
    }

    /// Whether a password belongs to a hash. Without a hash (an account that does not exist) the answer is no,
    /// and takes as long.
    pub async fn check(&self, password: SecretString, hash: Option<String>) -> bool {
        self.work(move || fits(&password, hash.as_deref())).await.unwrap_or(false)
    }

    /// Does slow work beside the requests when its turn comes. The turn goes along with the work, because the work
    /// goes on even when the request that wanted it has gone away.
    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let turn = self.turns.clone().acquire_owned().await.ok()?;
        let done = tokio::task::spawn_blocking(move || {
            let answer = work();
            drop(turn);
            answer
        });
        done.await.ok()
    }
}

/// Whether a password is good enough, given words that a guesser would try first (name, address, organisation).
pub fn strength(password: &str, hints: &[&str]) -> Result<(), WeakPassword> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(WeakPassword::TooShort);
    }
    if length > LONGEST {
        return Err(WeakPassword::TooLong);
    }
    // A guesser tries what stands before the @ and each part of a name, so those are hints by themselves.
    let sides = hints.iter().flat_map(|hint| hint.split('@'));
    let parts = hints.iter().flat_map(|hint| hint.split(|c: char| !c.is_alphanumeric()));
    let mut words: Vec<&str> = hints.to_vec();
    words.extend(sides.chain(parts).filter(|part| part.len() > 2));
    words.push("baton");
    match zxcvbn::zxcvbn(password, &words).score() {
        zxcvbn::Score::Three | zxcvbn::Score::Four => Ok(()),
        _ => Err(WeakPassword::Guessable),
    }
}

/// Checks in any case, against the hash of nobody if need be.
fn fits(password: &SecretString, hash: Option<&str>) -> bool {
    let (Ok(phc), Some(argon2)) = (PasswordHash::new(hash.unwrap_or(NOBODY)), argon2id()) else {
        tracing::error!("a stored password hash cannot be read");
        return false;
    };
    let fits = argon2.verify_password(password.expose_secret().as_bytes(), &phc).is_ok();
    fits && hash.is_some()
}

fn argon2id() -> Option<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, Some(32)).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_and_no_other() {
        let passwords = Passwords::default();
        let hash = passwords.hash(secret("correct horse battery staple")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.check(secret("correct horse battery staple"), Some(hash.clone())).await);
        assert!(!passwords.check(secret("correct horse battery stapler"), Some(hash)).await);
        assert!(!passwords.check(secret("anything"), Some("not a hash".to_owned())).await);
        assert!(!passwords.check(secret("anything"), None).await);
    }

    #[test]
    fn the_hash_of_nobody_can_be_read_and_costs_the_same() {
        assert_eq!(PasswordHash::new(NOBODY).map(|hash| hash.to_string()).unwrap(), NOBODY);
    }

    #[tokio::test]
    async fn an_unknown_account_takes_as_long_as_a_known_one() {
        let passwords = Passwords::default();
        let hash = passwords.hash(secret("correct horse battery staple")).await.unwrap();
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for _ in 0..50 {
            for (hash, times) in [(Some(hash.as_str()), &mut known), (None, &mut unknown)] {
                let began = on_the_processor();
                assert!(!fits(&secret("wrong"), hash));
                times.push(on_the_processor() - began);
            }
        }
        let ratio = median(&mut known) as f64 / median(&mut unknown) as f64;
        assert!((0.8..1.25).contains(&ratio), "{ratio}");
    }

    /// Nanoseconds that this thread has run. Not a clock's: that would measure what else the machine does.
    fn on_the_processor() -> u64 {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        text.split(' ').next().unwrap().parse().unwrap()
    }

    fn median(times: &mut [u64]) -> u64 {
        times.sort_unstable();
        times[times.len() / 2]
    }

    #[test]
    fn weak_passwords_are_named_for_what_they_are() {
        assert_eq!(strength("Zx9!kq", &[]), Err(WeakPassword::TooShort));
        assert_eq!(strength(&"correct horse ".repeat(40), &[]), Err(WeakPassword::TooLong));
        assert_eq!(strength("password123", &[]), Err(WeakPassword::Guessable));
        assert_eq!(
            strength("rosalinde.tischbein", &["rosalinde.tischbein@example.org"]),
            Err(WeakPassword::Guessable)
        );
        assert_eq!(strength("lantern quarry mosaic thistle", &[]), Ok(()));
        assert_eq!(strength(&"ü".repeat(LONGEST), &[]), Err(WeakPassword::Guessable));
    }
}
