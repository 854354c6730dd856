//! Tokens of the public API: made, shown once, known again by their hash.
//!
//! A secret is 256 random bits, so that a plain hash is all it takes: there is nothing to guess.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::token::{Mode, NewToken, Scope};
use contract::{AgentId, BotId, Role, Time, TokenId};
use rand::Rng;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::names::is_name;
use crate::store::{self, Store};

/// The longest that a replaced secret may stay valid, in hours.
pub const LONGEST_OVERLAP: u32 = 7 * 24;
/// The most days that a token may be good for, where it has an end.
const MOST_DAYS: u32 = 3650;

/// A token that has called, and as whom it acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Which.
    pub id: TokenId,
    /// What people here call it.
    pub name: String,
    /// What it reaches.
    pub mode: Mode,
    /// As whom it acts.
    pub holder: Holder,
    /// What it is good for.
    pub scopes: Vec<Scope>,
    /// Until when; absent: for ever.
    pub expires_at: Option<Time>,
    /// Calls a second.
    pub rate: u32,
}

/// As whom a token acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// As a bot.
    Bot {
        /// Which.
        id: BotId,
        /// Its name.
        name: String,
        /// Whether it may read private notes.
        reads_notes: bool,
    },
    /// As a person.
    Person {
        /// Who.
        id: AgentId,
        /// Their name.
        name: String,
        /// What they may do.
        role: Role,
    },
}

impl Holder {
    /// The bot, if it is one.
    pub fn bot(&self) -> Option<BotId> {
        match self {
            Holder::Bot { id, .. } => Some(*id),
            Holder::Person { .. } => None,
        }
    }
}

/// Whether a token is good for something. Every check of a scope asks here.
pub fn may(token: &Token, scope: Scope) -> bool {
    token.scopes.contains(&scope) && (token.holder.bot().is_none() || Scope::OF_BOTS.contains(&scope))
}

/// A new secret.
pub fn secret(mode: Mode) -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    format!("{}{}", prefix(mode), URL_SAFE_NO_PAD.encode(bytes))
}

fn prefix(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "baton_live_",
        Mode::Test => "baton_test_",
    }
}

/// What is kept of a secret. Absent for what is no secret of ours: nobody has to look for it.
pub fn hash(secret: &str) -> Option<Vec<u8>> {
    let ours = [Mode::Live, Mode::Test].into_iter().find_map(|mode| secret.strip_prefix(prefix(mode)))?;
    (ours.len() == 43).then(|| Sha256::digest(secret.as_bytes()).to_vec())
}

/// The last characters of a secret, by which people tell it.
pub fn hint(secret: &str) -> String {
    let from = secret.len().saturating_sub(4);
    secret.get(from..).unwrap_or_default().to_owned()
}

/// A secret about to be kept.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its hash.
    pub hash: Vec<u8>,
    /// Its last characters.
    pub hint: String,
}

impl Key {
    /// What is kept of a secret that was made here.
    pub fn of(secret: &str) -> Key {
        Key { hash: Sha256::digest(secret.as_bytes()).to_vec(), hint: hint(secret) }
    }
}

/// Why a token is not made.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// Something about it is wrong: which field, and what.
    #[error("{1}")]
    Wrong(&'static str, String),
    /// The database could not be asked.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Makes a token and gives its secret, which is nowhere else. `by` makes it, and acts by it where it is no bot's.
pub async fn create(
    store: &Store,
    new: &NewToken,
    by: Option<AgentId>,
) -> Result<(TokenId, String), NotMade> {
    check(new)?;
    if new.bot.is_none() && by.is_none() {
        return Err(NotMade::Wrong("bot", "Say as whom the token acts: a bot or a person.".to_owned()));
    }
    let (id, secret) = (TokenId(Uuid::now_v7()), secret(new.mode));
    let mut tx = store.begin().await?;
    if let Some(bot) = new.bot
        && !tx.is_active_bot(bot).await?
    {
        return Err(NotMade::Wrong("bot", "There is no such bot any more: choose another one.".to_owned()));
    }
    tx.add_token(id, new, by, &Key::of(&secret)).await?;
    tx.commit().await?;
    tracing::info!(token = %id, "a token was made");
    Ok((id, secret))
}

fn check(new: &NewToken) -> Result<(), NotMade> {
    if !is_name(new.name.trim()) {
        return Err(NotMade::Wrong("name", "Give it a name of at most 120 characters.".to_owned()));
    }
    if new.scopes.is_empty() {
        return Err(NotMade::Wrong(
            "scopes",
            "A token that is good for nothing helps nobody: choose a scope.".to_owned(),
        ));
    }
    if let Some(scope) = new.scopes.iter().find(|scope| new.bot.is_some() && !Scope::OF_BOTS.contains(scope))
    {
        return Err(NotMade::Wrong("scopes", format!("A bot cannot have the scope {}.", scope.as_str())));
    }
    match new.days {
        Some(days) if days == 0 || days > MOST_DAYS => {
            Err(NotMade::Wrong("days", format!("A token is good for 1 to {MOST_DAYS} days, or for ever.")))
        }
        _ => Ok(()),
    }
}

/// Gives a token a new secret. The one before stays valid for so many hours. Absent: there is no such token, or it is
/// revoked.
pub async fn rotate(store: &Store, id: TokenId, overlap_hours: u32) -> store::Result<Option<String>> {
    let mut tx = store.begin().await?;
    let Some(mode) = tx.lock_token(id).await? else { return Ok(None) };
    let secret = secret(mode);
    tx.replace_token_key(id, &Key::of(&secret), overlap_hours.min(LONGEST_OVERLAP)).await?;
    tx.commit().await?;
    tracing::info!(token = %id, "a token has a new secret");
    Ok(Some(secret))
}

/// Ends a token at once. Whether there was one.
pub async fn revoke(store: &Store, id: TokenId) -> store::Result<bool> {
    let mut tx = store.begin().await?;
    let done = tx.revoke_token(id).await?;
    tx.commit().await?;
    if done {
        tracing::info!(token = %id, "a token was revoked");
    }
    Ok(done)
}

/// A key that is the same for the same token and the same key of its holder's.
pub fn derived(token: TokenId, key: &str) -> Uuid {
    let digest = Sha256::new().chain_update(token.0.as_bytes()).chain_update(key.as_bytes()).finalize();
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(holder: Holder, scopes: &[Scope]) -> Token {
        Token {
            id: TokenId(Uuid::nil()),
            name: "test".to_owned(),
            mode: Mode::Live,
            holder,
            scopes: scopes.to_vec(),
            expires_at: None,
            rate: 50,
        }
    }

    #[test]
    fn a_secret_is_known_by_its_hash_and_what_is_none_is_not_looked_for() {
        let (one, other) = (secret(Mode::Live), secret(Mode::Live));
        assert!(one.starts_with("baton_live_") && one.len() == 54 && one != other, "{one}");
        assert_eq!(hash(&one), Some(Key::of(&one).hash));
        assert_ne!(hash(&one), hash(&other));
        for none in ["", "baton_live_", "baton_live_short", "secret", &one[1..], &format!("{one}x")] {
            assert_eq!(hash(none), None, "{none}");
        }
    }

    #[test]
    fn a_bot_has_no_right_that_bots_cannot_have_whatever_its_token_says() {
        let bot = Holder::Bot { id: BotId(Uuid::nil()), name: String::new(), reads_notes: false };
        let bot = token(bot, &Scope::ALL);
        let person = Holder::Person { id: AgentId(Uuid::nil()), name: String::new(), role: Role::Agent };
        let person = token(person, &[Scope::ContactsRead]);
        assert!(may(&bot, Scope::EventsRead) && !may(&bot, Scope::ContactsRead));
        assert!(may(&person, Scope::ContactsRead) && !may(&person, Scope::EventsRead));
    }

    #[test]
    fn a_key_of_the_holder_s_is_the_token_s_own() {
        let (one, other) = (TokenId(Uuid::from_u128(1)), TokenId(Uuid::from_u128(2)));
        assert_eq!(derived(one, "a"), derived(one, "a"));
        assert_ne!(derived(one, "a"), derived(one, "b"));
        assert_ne!(derived(one, "a"), derived(other, "a"));
    }
}
