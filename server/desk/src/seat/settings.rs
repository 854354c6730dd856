//! What the settings screens show and change. Whether somebody may is asked here, before anything is looked at.

use contract::seat::SeatError;
use contract::settings::{ChangeRefused, Settings, SettingsChange, SettingsPage};

use crate::auth::permission::{Permission, may};
use crate::auth::sessions::SignedIn;
use crate::{Desk, store};

mod channels;
mod people;

/// What a settings screen shows.
pub async fn settings(desk: &Desk, who: &SignedIn, page: SettingsPage) -> Result<Settings, SeatError> {
    if !may(who.agent.role, Permission::to_see(page)) {
        return Err(SeatError::Forbidden);
    }
    let shown = match page {
        SettingsPage::Channels => channels::page(desk).await,
        SettingsPage::People => desk.store.agents().await.map(|people| Settings::People { people }),
        SettingsPage::Ledger => desk.store.ledger_view().await.map(Settings::Ledger),
        SettingsPage::Account => {
            let sign_ins = desk.store.sign_ins(who.agent.id, &who.session_hash).await;
            sign_ins.map(|sign_ins| Settings::Account { sign_ins })
        }
    };
    shown.map_err(|error| {
        log(&error);
        SeatError::Unavailable
    })
}

/// Changes the configuration.
pub async fn change(desk: &Desk, who: &SignedIn, change: SettingsChange) -> Result<(), ChangeRefused> {
    if !may(who.agent.role, Permission::to_change(&change)) {
        return Err(refused("Only an admin may change this."));
    }
    match change {
        SettingsChange::AddConnection { provider, name, fields } => {
            channels::connect(desk, &provider, &name, fields).await
        }
        SettingsChange::ReplaceSecrets { connection, fields } => {
            channels::replace_secrets(desk, connection, fields).await
        }
        SettingsChange::AddChannel { connection, name, provider_channel, number, bot } => {
            let wish = channels::Wish { connection, name, provider_channel, number, bot };
            channels::add_channel(desk, wish).await
        }
        SettingsChange::SetChannelBot { channel, bot } => channels::set_bot(desk, channel, bot).await,
        SettingsChange::ResumeChannel { channel } => channels::resume(desk, channel).await,
        SettingsChange::AddPerson { name, email, role, password } => {
            people::add(desk, people::Wish { name, email, role, password: password.into() }).await
        }
        SettingsChange::SetActive { person, active: true } => people::activate(desk, person).await,
        SettingsChange::SetActive { person, active: false } => people::deactivate(desk, who, person).await,
        SettingsChange::ChangePassword { current, new } => {
            people::change_password(desk, who, current.into(), new.into()).await
        }
        SettingsChange::SignOutEverywhere => people::sign_out_everywhere(desk, who).await,
    }
}

/// A refusal that is about no one field.
fn refused(message: impl Into<String>) -> ChangeRefused {
    ChangeRefused { field: None, message: message.into() }
}

/// A refusal that is about a field.
fn wrong(field: &str, message: impl Into<String>) -> ChangeRefused {
    ChangeRefused { field: Some(field.to_owned()), message: message.into() }
}

/// A fault of the database, told to a person. What it was is for the log alone.
fn failed(error: store::Error) -> ChangeRefused {
    log(&error);
    if error.is_transient() {
        refused("The desk cannot reach its database. Nothing was changed; try again in a moment.")
    } else {
        refused("Something went wrong. Nothing was changed.")
    }
}

fn log(error: &store::Error) {
    if error.is_transient() {
        tracing::warn!("{error}");
    } else {
        tracing::error!("{error}");
    }
}
