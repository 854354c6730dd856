//! Accounts at providers.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use contract::connection::{ConnectionPage, NewConnection, NewNumber, SettingsTask, TaskDone};
use contract::settings::{ChannelSettings, Settings, SettingsChange, SettingsPage};
use contract::token::Scope;
use contract::{BotId, ConnectionId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::Answer;
use super::super::caller::{Caller, missing};
use super::super::input::Input;
use super::webhooks::Nothing;
use super::{Office, enter, odd};
use crate::http::error::Problem;
use crate::public::words::At;
use crate::state::Desk;

/// An account at a provider, without its secrets.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Connection {
    /// Which.
    id: Uuid,
    /// What people here call it.
    name: String,
    /// The provider's word.
    provider: String,
    /// Where the provider sends its webhooks.
    webhook_url: String,
    /// Where its calls go.
    api_base: String,
    /// Whether it is the built-in stand-in.
    sandbox: bool,
    /// The values of its fields that are no secrets, by key.
    #[schema(value_type = Object)]
    fields: BTreeMap<String, String>,
    /// Its channels.
    channels: Vec<Uuid>,
    /// When its last webhook came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_webhook_at: Option<At>,
    /// Webhooks with a wrong signature in the last 24 hours.
    bad_signatures: i64,
    /// When the credentials were last tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    checked_at: Option<At>,
    /// Why they did not hold then.
    #[serde(skip_serializing_if = "Option::is_none")]
    check_error: Option<String>,
    /// Within so many seconds an equal message without an id can be a repeat of the one before.
    repeat_window_s: i32,
}

/// An account in a line.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct ConnectionLine {
    /// Which.
    id: Uuid,
    /// What people here call it.
    name: String,
    /// The provider's word.
    provider: String,
    /// Whether it is the built-in stand-in.
    sandbox: bool,
    /// Its channels.
    channels: Vec<Uuid>,
    /// Ids of numbers that its webhooks named and that are not set up here.
    unknown_channels: Vec<String>,
}

/// A provider, as it describes itself.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct ProviderLine {
    /// Its word.
    provider: String,
    /// Its name.
    name: String,
    /// What a connection to it needs.
    fields: Vec<FieldLine>,
    /// What to do at the provider, step by step.
    steps: Vec<String>,
}

/// Something that a connection or a bot needs.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct FieldLine {
    /// Its key.
    key: String,
    /// What it is called.
    label: String,
    /// Where to find it.
    help: String,
    /// Whether it is a secret: taken, and never told.
    secret: bool,
    /// Whether it may be left out.
    optional: bool,
}

/// The accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Connections {
    /// Sorted by name.
    connections: Vec<ConnectionLine>,
    /// The providers that one can be made to.
    providers: Vec<ProviderLine>,
}

/// An account to be connected.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewConnection)]
pub(in crate::http::api) struct Wish {
    /// The provider's word.
    provider: String,
    /// What to call it.
    name: String,
    /// What the provider needs, by key.
    #[schema(value_type = Object)]
    fields: BTreeMap<String, String>,
    /// Its numbers. Others can be added later.
    #[serde(default)]
    channels: Vec<WishedNumber>,
}

/// A number to be set up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct WishedNumber {
    /// What to call it.
    name: String,
    /// The provider's id of it.
    provider_channel: String,
    /// The number as people write it.
    number: Option<String>,
    /// The bot that answers first.
    bot_id: Option<Uuid>,
    /// Messages a second that it may send, where the provider has said so.
    rate: Option<u32>,
}

/// What is to become of an account. What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct ConnectionChange {
    /// Values to replace, by key. An old secret stays valid for 24 hours.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: BTreeMap<String, String>,
    /// Within so many seconds an equal message without an id can be a repeat of the one before.
    repeat_window_s: Option<i32>,
}

/// The credentials hold.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Holds {
    /// The ids of the account's numbers, where the provider lists them.
    numbers: Vec<String>,
}

impl From<contract::settings::SettingField> for FieldLine {
    fn from(field: contract::settings::SettingField) -> FieldLine {
        let contract::settings::SettingField { key, label, help, secret, optional } = field;
        FieldLine { key, label, help, secret, optional }
    }
}

impl From<ConnectionPage> for Connection {
    fn from(page: ConnectionPage) -> Connection {
        let view = page.connection;
        Connection {
            id: view.id.0,
            name: view.name,
            provider: view.provider,
            webhook_url: view.webhook_url,
            api_base: view.api_base,
            sandbox: view.sandbox,
            fields: page.values.into_iter().collect(),
            channels: view.channels.iter().map(|channel| channel.id.0).collect(),
            last_webhook_at: view.last_webhook_at.map(At),
            bad_signatures: view.bad_signatures,
            checked_at: page.health.checked_at.map(At),
            check_error: page.health.check_error,
            repeat_window_s: page.health.repeat_window_s,
        }
    }
}

pub(super) async fn shown(office: &Office<'_>) -> Result<ChannelSettings, Problem> {
    match office.page(SettingsPage::Channels).await? {
        Settings::Channels(shown) => Ok(shown),
        _ => Err(odd()),
    }
}

pub(super) async fn known(office: &Office<'_>, id: &str) -> Result<ConnectionPage, Problem> {
    let id: ConnectionId = id.parse().map_err(|_| missing())?;
    match office.page(SettingsPage::Connection(id)).await? {
        Settings::Connection(page) => Ok(*page),
        _ => Err(odd()),
    }
}

/// List connections.
#[utoipa::path(get, path = "/connections", tag = "Settings", responses((status = 200, body = Connections)))]
pub(in crate::http::api) async fn list(State(desk): State<Desk>, caller: Caller) -> Answer<Connections> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    let shown = shown(&office).await?;
    let connections = shown.connections.into_iter().map(|view| ConnectionLine {
        id: view.id.0,
        name: view.name,
        provider: view.provider,
        sandbox: view.sandbox,
        channels: view.channels.iter().map(|channel| channel.id.0).collect(),
        unknown_channels: view.unknown_channels.into_iter().map(|unknown| unknown.provider_channel).collect(),
    });
    let providers = shown.providers.into_iter().map(|view| ProviderLine {
        provider: view.provider,
        name: view.name,
        fields: view.fields.into_iter().map(FieldLine::from).collect(),
        steps: view.steps,
    });
    Ok(Json(Connections { connections: connections.collect(), providers: providers.collect() }))
}

/// Get a connection.
#[utoipa::path(get, path = "/connections/{id}", tag = "Settings",
    params(("id" = Uuid, Path, description = "The connection")), responses((status = 200, body = Connection)))]
pub(in crate::http::api) async fn one(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Connection> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    Ok(Json(known(&office, &id).await?.into()))
}

/// Connect an account.
#[utoipa::path(post, path = "/connections", tag = "Settings", request_body = Wish,
    responses((status = 201, body = Connection)))]
pub(in crate::http::api) async fn connect(
    State(desk): State<Desk>,
    caller: Caller,
    Input(wish): Input<Wish>,
) -> Result<(StatusCode, Json<Connection>), Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let number = |number: WishedNumber| NewNumber {
        provider_channel: number.provider_channel,
        name: number.name,
        number: number.number,
        bot: number.bot_id.map(BotId),
        rate: number.rate,
    };
    let new = NewConnection {
        provider: wish.provider,
        name: wish.name,
        fields: wish.fields.into_iter().collect(),
        numbers: wish.channels.into_iter().map(number).collect(),
    };
    let done = office.run(SettingsTask::Connect(new)).await?;
    let TaskDone::Connected { connection } = done else { return Err(odd()) };
    Ok((StatusCode::CREATED, Json(known(&office, &connection.to_string()).await?.into())))
}

/// Change a connection.
///
/// What is given is changed one after the other.
#[utoipa::path(patch, path = "/connections/{id}", tag = "Settings", request_body = ConnectionChange,
    params(("id" = Uuid, Path, description = "The connection")), responses((status = 200, body = Connection)))]
pub(in crate::http::api) async fn change(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(new): Input<ConnectionChange>,
) -> Answer<Connection> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let connection = known(&office, &id).await?.connection.id;
    if !new.fields.is_empty() {
        let fields = new.fields.into_iter().collect();
        office.change(SettingsChange::ReplaceSecrets { connection, fields }).await?;
    }
    if let Some(seconds) = new.repeat_window_s {
        office.change(SettingsChange::SetRepeatWindow { connection, seconds }).await?;
    }
    Ok(Json(known(&office, &id).await?.into()))
}

/// Try the credentials of a connection.
///
/// The provider is asked whether they hold.
#[utoipa::path(post, path = "/connections/{id}/check", tag = "Settings", request_body = Nothing,
    params(("id" = Uuid, Path, description = "The connection")), responses((status = 200, body = Holds)))]
pub(in crate::http::api) async fn check(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(Nothing {}): Input<Nothing>,
) -> Answer<Holds> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let connection = known(&office, &id).await?.connection.id;
    match office.run(SettingsTask::Check { connection }).await? {
        TaskDone::Holds { numbers } => {
            Ok(Json(Holds { numbers: numbers.into_iter().map(|number| number.provider_channel).collect() }))
        }
        _ => Err(odd()),
    }
}
