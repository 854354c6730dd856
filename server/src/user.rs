//! `baton user`: letting people sign in.

use std::io::BufRead;

use anyhow::{Context, Result, bail};
use contract::Role;
use desk::auth::passwords::{self, Passwords};
use desk::store::Store;
use desk::store::people::{EMAIL_TAKEN, NewAgent};
use rand::seq::IndexedRandom;
use secrecy::SecretString;

use crate::cli::{NewPassword, NewUser};
use crate::database::Database;
use crate::out;
use crate::settings::Settings;

/// `baton user add`
pub async fn add(settings: &Settings, new: NewUser) -> Result<()> {
    let role = Role::parse(&new.role).with_context(|| format!("`{}` is no role", new.role))?;
    let (email, name) = (new.email.trim(), new.name.trim());
    if !email.contains('@') || name.is_empty() || name.chars().count() > 120 {
        bail!("give a mail address and a name of at most 120 characters");
    }
    let password = if new.password_stdin { given(&[email, name])? } else { made() };
    let database = Database::start(settings, |_| {}).await?;
    let store = database.ready().await?;
    let hash = hash(&password).await?;
    let agent = NewAgent { name: name.to_owned(), email: email.to_owned(), role, password_hash: hash };
    let mut tx = store.begin().await?;
    match tx.add_agent(&agent).await {
        Ok(_) => tx.commit().await?,
        Err(error) if error.is_conflict(EMAIL_TAKEN) => {
            bail!("somebody signs in with {email} already: `baton user password` gives them a new password")
        }
        Err(error) => return Err(error.into()),
    }
    out::line(&format!("{} {name} can sign in as {email}", role.as_str()));
    tell(&password);
    if store.needs_setup().await? {
        out::note("The desk has no organisation yet: open it in a browser to name it.");
    }
    database.stop().await
}

/// `baton user password`
pub async fn password(settings: &Settings, new: NewPassword) -> Result<()> {
    let password = if new.password_stdin { given(&[&new.email])? } else { made() };
    let database = Database::start(settings, |_| {}).await?;
    let store = database.ready().await?;
    replace(&store, new.email.trim(), &password).await?;
    out::line(&format!("{} has a new password and is signed out everywhere", new.email.trim()));
    tell(&password);
    database.stop().await
}

async fn replace(store: &Store, email: &str, password: &Password) -> Result<()> {
    let Some(known) = store.agent_by_email(email).await? else { bail!("nobody signs in with {email}") };
    let hash = hash(password).await?;
    let mut tx = store.begin().await?;
    if !tx.set_password(known.agent.id, &known.password_hash, &hash).await? {
        bail!("the password has been changed by somebody else at this moment: try again");
    }
    tx.raise_session_epoch(known.agent.id).await?;
    tx.delete_sessions(known.agent.id, None).await?;
    Ok(tx.commit().await?)
}

/// A password, and whether it has to be told.
enum Password {
    /// The person knows it.
    Given(String),
    /// Made up here.
    Made(String),
}

fn made() -> Password {
    Password::Made(made_up())
}

fn given(hints: &[&str]) -> Result<Password> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("reading the password from standard input")?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    passwords::strength(&password, hints).context("this password cannot be used")?;
    Ok(Password::Given(password))
}

fn tell(password: &Password) {
    if let Password::Made(password) = password {
        out::line(&format!("password: {password}"));
        out::note("It is not kept anywhere and cannot be shown again.");
    }
}

async fn hash(password: &Password) -> Result<String> {
    let (Password::Given(password) | Password::Made(password)) = password;
    hash_of(password).await
}

/// The hash of a password.
pub async fn hash_of(password: &str) -> Result<String> {
    Ok(Passwords::default().hash(SecretString::from(password.to_owned())).await?)
}

/// A password that can be read out: three groups of three syllables, each out of 85, which is more than anybody
/// can try (57 bits).
pub fn made_up() -> String {
    const FIRST: &[u8] = b"bdfghjklmnprstvwz";
    const SECOND: &[u8] = b"aeiou";
    let mut random = rand::rng();
    let mut letter = |of: &[u8]| of.choose(&mut random).map_or('a', |letter| char::from(*letter));
    let mut group = || (0..3).flat_map(|_| [letter(FIRST), letter(SECOND)]).collect::<String>();
    [group(), group(), group()].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_is_made_up_is_good_enough_and_never_the_same() {
        let (one, other) = (made_up(), made_up());
        assert_ne!(one, other);
        assert_eq!(one.len(), 20);
        passwords::strength(&one, &["ada@example.org"]).unwrap();
    }
}
