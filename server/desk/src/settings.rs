//! What the settings show and change, for the screens as for programs. Whether somebody may is asked here, before
//! anything is looked at.

use contract::connection::{NewNumber, SettingsTask, TaskDone};
use contract::seat::SeatError;
use contract::settings::{ChangeRefused, Settings, SettingsChange, SettingsPage};

use crate::auth::permission::{Permission, may};
use crate::auth::sessions::SignedIn;
use crate::{Desk, store};

pub(super) mod bots;
mod channels;
mod click;
mod connection;
pub mod consent;
mod endpoints;
mod joins;
mod people;
mod rules;
mod slas;
mod teams;
pub mod templates;
mod tokens;
mod trials;
mod webhooks;

/// Said to whoever may not change what they want to change.
pub const ADMINS_CHANGE: &str = "Only an admin may change this.";
/// Said to whoever may not do what they want to do.
pub const ADMINS_RUN: &str = "Only an admin may do this.";
/// Said when the database cannot be asked.
pub const AWAY: &str = "The desk cannot reach its database. Nothing was changed; try again in a moment.";
/// Said of a fault of ours.
pub const BROKEN: &str = "Something went wrong. Nothing was changed.";

/// What a settings screen shows.
pub async fn settings(desk: &Desk, who: &SignedIn, page: SettingsPage) -> Result<Settings, SeatError> {
    if !may(who.agent.role, Permission::to_see(page)) {
        return Err(SeatError::Forbidden);
    }
    let shown = match page {
        SettingsPage::Channels => channels::page(desk).await,
        SettingsPage::Bots(screen) => return bots::page(desk, screen).await,
        SettingsPage::Connection(id) => return connection::page(desk, id).await,
        SettingsPage::Inbound(query) => webhooks::page(desk, query).await,
        SettingsPage::Webhook(key) => return webhooks::one(desk, key).await,
        SettingsPage::Endpoints => endpoints::page(desk).await,
        SettingsPage::Endpoint(query) => return endpoints::one(desk, query).await,
        SettingsPage::EndpointDelivery(id) => return endpoints::delivery(desk, id).await,
        SettingsPage::People => desk.store.agents().await.map(|people| Settings::People { people }),
        SettingsPage::Templates => templates::page(desk).await,
        SettingsPage::Consent => consent::page(desk).await,
        SettingsPage::Tokens => tokens::page(desk).await,
        SettingsPage::Teams => teams::page(desk).await,
        SettingsPage::Slas => desk.store.slas().await.map(Settings::Slas),
        SettingsPage::Rules(screen) => rules::page(desk, who, screen).await,
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

/// Changes the configuration, and lets everybody know who has read it before.
pub async fn change(desk: &Desk, who: &SignedIn, change: SettingsChange) -> Result<(), ChangeRefused> {
    if !may(who.agent.role, Permission::to_change(&change)) {
        return Err(refused(ADMINS_CHANGE));
    }
    carry_out(desk, who, change).await?;
    desk.connections.forget();
    desk.bus.channels();
    Ok(())
}

async fn carry_out(desk: &Desk, who: &SignedIn, change: SettingsChange) -> Result<(), ChangeRefused> {
    match change {
        SettingsChange::ReplaceSecrets { connection, fields } => {
            channels::replace_secrets(desk, connection, fields).await
        }
        SettingsChange::AddChannel { connection, name, provider_channel, number, bot } => {
            let wish = NewNumber { name, provider_channel, number, bot, rate: None };
            channels::add_channel(desk, connection, wish).await
        }
        SettingsChange::SetChannelBot { channel, bot } => channels::set_bot(desk, channel, bot).await,
        SettingsChange::ShowTyping { channel, on } => channels::show_typing(desk, channel, on).await,
        SettingsChange::ResumeChannel { channel } => channels::resume(desk, channel).await,
        SettingsChange::AddDoor { connection, channel, tag } => {
            connection::add_door(desk, connection, channel, &tag).await
        }
        SettingsChange::RemoveDoor { connection, path } => {
            connection::remove_door(desk, connection, &path).await
        }
        SettingsChange::SetRepeatWindow { connection, seconds } => {
            connection::set_repeat_window(desk, connection, seconds).await
        }
        SettingsChange::Bot(change) => bots::change(desk, who, change).await,
        SettingsChange::Rules(change) => rules::change(desk, who, change).await,
        SettingsChange::SyncTemplates { connection } => templates::sync(desk, connection).await,
        SettingsChange::SubmitTemplate { connection, draft } => {
            templates::make(desk, connection, draft).await
        }
        SettingsChange::SeenAlerts => templates::see(desk).await,
        SettingsChange::SetConsentPolicy { channel, policy } => {
            consent::set_policy(desk, channel, policy).await
        }
        SettingsChange::SaveTeam { team, draft } => teams::save(desk, team, *draft).await,
        SettingsChange::RemoveTeam { team } => teams::remove(desk, team).await,
        SettingsChange::Sla(change) => slas::change(desk, change).await,
        SettingsChange::PlaceChannel { channel, placing } => {
            teams::place_channel(desk, channel, &placing).await
        }
        SettingsChange::SetSkills { person, skills } => teams::set_skills(desk, person, &skills).await,
        SettingsChange::SetCapacity { person, capacity } => teams::set_capacity(desk, person, capacity).await,
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

/// Tries something, and says what came of it.
pub async fn run(desk: &Desk, who: &SignedIn, task: SettingsTask) -> Result<TaskDone, ChangeRefused> {
    if !may(who.agent.role, Permission::to_run(&task)) {
        return Err(refused(ADMINS_RUN));
    }
    match task {
        SettingsTask::Connect(new) => {
            let connection = channels::connect(desk, new).await?;
            desk.connections.forget();
            desk.bus.channels();
            Ok(TaskDone::Connected { connection })
        }
        SettingsTask::TryFields { provider, fields } => trials::try_fields(desk, &provider, fields).await,
        SettingsTask::Check { connection } => trials::check(desk, connection).await,
        SettingsTask::ClickToChat { channel, text } => trials::click_to_chat(desk, channel, &text).await,
        SettingsTask::Bot(task) => bots::run(desk, who, task).await.map(TaskDone::Bot),
        SettingsTask::Rules(task) => rules::run(desk, who, task).await.map(TaskDone::Rules),
        SettingsTask::Replay { webhook } => webhooks::apply_again(desk, webhook).await,
        SettingsTask::Endpoint(task) => endpoints::run(desk, who, task).await.map(TaskDone::Endpoint),
        SettingsTask::Token(task) => tokens::run(desk, who, task).await,
    }
}

/// A refusal that is about no one field.
pub(super) fn refused(message: impl Into<String>) -> ChangeRefused {
    ChangeRefused { field: None, message: message.into() }
}

/// A refusal that is about a field.
pub(super) fn wrong(field: &str, message: impl Into<String>) -> ChangeRefused {
    ChangeRefused { field: Some(field.to_owned()), message: message.into() }
}

/// A fault of the database, told to a person. What it was is for the log alone.
pub(super) fn failed(error: store::Error) -> ChangeRefused {
    log(&error);
    if error.is_transient() { refused(AWAY) } else { refused(BROKEN) }
}

fn log(error: &store::Error) {
    if error.is_transient() {
        tracing::warn!("{error}");
    } else {
        tracing::error!("{error}");
    }
}
