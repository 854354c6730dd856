//! The people who sign in, and one's own account.

use contract::settings::ChangeRefused;
use contract::{AgentId, Role};
use secrecy::{ExposeSecret, SecretString};

use super::{failed, refused, wrong};
use crate::auth::names::{is_email, is_name};
use crate::auth::sessions::SignedIn;
use crate::auth::{limits, passwords};
use crate::store::people::{Deactivated, EMAIL_TAKEN, NewAgent};
use crate::{Desk, store};

/// Somebody to be let in.
pub(super) struct Wish {
    pub name: String,
    pub email: String,
    pub role: Role,
    pub password: SecretString,
}

/// Lets somebody sign in.
pub(super) async fn add(desk: &Desk, wish: Wish) -> Result<(), ChangeRefused> {
    let (name, email) = (wish.name.trim(), wish.email.trim());
    if !is_name(name) {
        return Err(wrong("name", "Give them a name of at most 120 characters."));
    }
    if !is_email(email) {
        return Err(wrong("email", "This is not a mail address."));
    }
    check_strength(desk, "password", &wish.password, &[name, email]).await?;
    let password_hash = hash(desk, wish.password).await?;
    let new = NewAgent { name: name.to_owned(), email: email.to_owned(), role: wish.role, password_hash };
    let mut tx = desk.store.begin().await.map_err(failed)?;
    let id = tx.add_agent(&new).await.map_err(|error| match error.is_conflict(EMAIL_TAKEN) {
        true => wrong("email", "Somebody signs in with this address already."),
        false => failed(error),
    })?;
    tx.commit().await.map_err(failed)?;
    tracing::info!(agent = %id, role = wish.role.as_str(), "a person was added");
    Ok(())
}

/// Lets somebody sign in again.
pub(super) async fn activate(desk: &Desk, id: AgentId) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    if !tx.activate(id).await.map_err(failed)? {
        return Err(refused("This person does not exist any more."));
    }
    tx.commit().await.map_err(failed)?;
    tracing::info!(agent = %id, "a person may sign in again");
    Ok(())
}

/// Lets somebody sign in no longer.
pub(super) async fn deactivate(desk: &Desk, who: &SignedIn, id: AgentId) -> Result<(), ChangeRefused> {
    if id == who.agent.id {
        return Err(refused("You cannot take away your own access. Ask another admin."));
    }
    let mut tx = desk.store.begin().await.map_err(failed)?;
    match tx.deactivate(id).await.map_err(failed)? {
        Deactivated::LastAdmin => {
            return Err(refused("This is the last admin. Make somebody else an admin first."));
        }
        Deactivated::NoSuchPerson => return Err(refused("This person does not exist any more.")),
        Deactivated::Done => {}
    }
    tx.commit().await.map_err(failed)?;
    desk.hub.recheck(id);
    tracing::info!(agent = %id, by = %who.agent.id, "a person may sign in no longer");
    Ok(())
}

/// Changes one's own password, and signs oneself out everywhere else.
pub(super) async fn change_password(
    desk: &Desk,
    who: &SignedIn,
    current: SecretString,
    new: SecretString,
) -> Result<(), ChangeRefused> {
    let me = &who.agent;
    // Whoever has found a desk unlocked must not be able to try passwords without end.
    if !limits::may_check_password(desk, &me.email).await.map_err(failed)? {
        return Err(wrong("current", "Too many tries. Wait a minute."));
    }
    let known = desk.store.credentials(me.id).await.map_err(failed)?;
    let old_hash = known.map(|known| known.password_hash);
    let right = desk.passwords.check(current.clone(), old_hash.clone()).await;
    let Some(old_hash) = old_hash.filter(|_| right) else {
        return Err(wrong("current", "This is not your present password."));
    };
    if new.expose_secret() == current.expose_secret() {
        return Err(wrong("new", "This is your present password. Choose another one."));
    }
    check_strength(desk, "new", &new, &[&me.name, &me.email]).await?;
    let new_hash = hash(desk, new).await?;
    if !replace(desk, who, &old_hash, &new_hash).await.map_err(failed)? {
        return Err(wrong("current", "Your password was changed elsewhere meanwhile."));
    }
    desk.hub.recheck(me.id);
    tracing::info!(agent = %me.id, "a password was changed");
    Ok(())
}

async fn replace(desk: &Desk, who: &SignedIn, old_hash: &str, new_hash: &str) -> store::Result<bool> {
    let mut tx = desk.store.begin().await?;
    if !tx.set_password(who.agent.id, old_hash, new_hash).await? {
        return Ok(false);
    }
    let epoch = tx.raise_session_epoch(who.agent.id).await?;
    tx.keep_session(&who.session_hash, epoch).await?;
    tx.delete_sessions(who.agent.id, Some(&who.session_hash)).await?;
    tx.commit().await?;
    Ok(true)
}

/// Signs oneself out everywhere, here too.
pub(super) async fn sign_out_everywhere(desk: &Desk, who: &SignedIn) -> Result<(), ChangeRefused> {
    let id = who.agent.id;
    let done = async {
        let mut tx = desk.store.begin().await?;
        tx.raise_session_epoch(id).await?;
        tx.delete_sessions(id, None).await?;
        tx.commit().await
    };
    done.await.map_err(failed)?;
    desk.hub.recheck(id);
    tracing::info!(agent = %id, "signed out everywhere");
    Ok(())
}

async fn check_strength(
    desk: &Desk,
    field: &str,
    password: &SecretString,
    hints: &[&str],
) -> Result<(), ChangeRefused> {
    let organisation = desk.store.organisation().await.map_err(failed)?.unwrap_or_default();
    let hints = [hints, &[organisation.as_str()]].concat();
    passwords::strength(password.expose_secret(), &hints).map_err(|weak| wrong(field, weak.to_string()))
}

async fn hash(desk: &Desk, password: SecretString) -> Result<String, ChangeRefused> {
    desk.passwords.hash(password).await.map_err(|error| {
        tracing::error!("{error}");
        refused("Something went wrong. Nothing was changed.")
    })
}
