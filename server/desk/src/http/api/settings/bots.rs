//! Bots: how they are set up. What a built-in one says stands in `flows`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use contract::BotId;
use contract::bots::{BotChange, BotDone, BotPage, BotScreen, BotShown, BotTask, BotTerms};
use contract::connection::{SettingsTask, TaskDone};
use contract::settings::{Settings, SettingsChange, SettingsPage};
use contract::token::Scope;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::Answer;
use super::super::caller::{Caller, missing};
use super::super::input::Input;
use super::connections::FieldLine;
use super::{Office, enter, odd};
use crate::http::error::Problem;
use crate::state::Desk;

/// A bot, as it is set up, without its secrets.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BotSetup)]
pub(in crate::http::api) struct Setup {
    /// Which.
    id: Uuid,
    /// Its name.
    name: String,
    /// What kind it is: `flow`, `webhook`, `api` and so on.
    kind: String,
    /// Whether it is switched on.
    active: bool,
    /// The version that is live. A change of its values names the one that was looked at.
    version: i32,
    /// Whether it is left alone after too many failures.
    left_alone: bool,
    /// The channels that begin with it.
    channels: Vec<Uuid>,
    /// What its kind needs.
    describes: Vec<FieldLine>,
    /// The values of its fields that are no secrets, by key.
    #[schema(value_type = Object)]
    fields: BTreeMap<String, String>,
    /// The keys of its secrets that are set.
    secrets: Vec<String>,
    /// What it may: `quiet_ms`, `burst_ms`, `deadline_ms`, `turn_budget`, `breaker_errors`, `breaker_slow_ms`,
    /// `breaker_handoffs`, `breaker_rest_ms` and `reads_notes`.
    #[schema(value_type = Object)]
    terms: BotTerms,
}

/// A bot to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct NewBot {
    /// What kind it is.
    kind: String,
    /// Its name.
    name: String,
    /// What its kind needs, by key, secrets included.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: BTreeMap<String, String>,
}

/// What is to become of a bot. What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BotSetupChange)]
pub(in crate::http::api) struct Change {
    /// Its name.
    name: Option<String>,
    /// Values to replace, by key, secrets included. An old secret stays valid for a day.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: BTreeMap<String, String>,
    /// The version that was looked at: somebody else's change meanwhile is not written over. Absent: the present one.
    version: Option<i32>,
    /// What it may, as a whole.
    #[schema(value_type = Option<Object>)]
    terms: Option<BotTerms>,
    /// Whether it is switched on. If not, what it has goes to people.
    active: Option<bool>,
}

impl From<BotPage> for Setup {
    fn from(page: BotPage) -> Setup {
        let line = page.line;
        Setup {
            id: line.id.0,
            name: line.name,
            kind: line.kind,
            active: line.active,
            version: line.version,
            left_alone: line.breaker.open,
            channels: line.channels.iter().map(|(id, _)| id.0).collect(),
            describes: page.kind.fields.into_iter().map(FieldLine::from).collect(),
            fields: page.values.into_iter().collect(),
            secrets: page.secrets.into_iter().map(|secret| secret.field).collect(),
            terms: page.terms,
        }
    }
}

async fn known(office: &Office<'_>, id: &str) -> Result<BotPage, Problem> {
    let id: BotId = id.parse().map_err(|_| missing())?;
    let Settings::Bots(shown) = office.page(SettingsPage::Bots(BotScreen::One(id))).await? else {
        return Err(odd());
    };
    match *shown {
        BotShown::One(page) => Ok(*page),
        _ => Err(odd()),
    }
}

async fn change_bot(office: &Office<'_>, change: BotChange) -> Result<(), Problem> {
    office.change(SettingsChange::Bot(change)).await
}

/// Get a bot.
///
/// As it is set up, with what its kind needs.
#[utoipa::path(get, path = "/bots/{id}", tag = "Settings", params(("id" = Uuid, Path, description = "The bot")),
    responses((status = 200, body = Setup)))]
pub(in crate::http::api) async fn one(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Setup> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    Ok(Json(known(&office, &id).await?.into()))
}

/// Add a bot.
#[utoipa::path(post, path = "/bots", tag = "Settings", request_body = NewBot,
    responses((status = 201, body = Setup)))]
pub(in crate::http::api) async fn add(
    State(desk): State<Desk>,
    caller: Caller,
    Input(new): Input<NewBot>,
) -> Result<(StatusCode, Json<Setup>), Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let task = BotTask::Add { kind: new.kind, name: new.name, fields: new.fields.into_iter().collect() };
    let done = office.run(SettingsTask::Bot(task)).await?;
    let TaskDone::Bot(BotDone::Added { bot }) = done else { return Err(odd()) };
    Ok((StatusCode::CREATED, Json(known(&office, &bot.to_string()).await?.into())))
}

/// Change a bot.
///
/// What is given is changed one after the other.
#[utoipa::path(patch, path = "/bots/{id}", tag = "Settings", request_body = Change,
    params(("id" = Uuid, Path, description = "The bot")), responses((status = 200, body = Setup)))]
pub(in crate::http::api) async fn change(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(new): Input<Change>,
) -> Answer<Setup> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let was = known(&office, &id).await?;
    let bot = was.line.id;
    if new.name.is_some() || !new.fields.is_empty() {
        let edit = BotChange::Edit {
            bot,
            version: new.version.unwrap_or(was.line.version),
            name: new.name.unwrap_or(was.line.name),
            fields: new.fields.into_iter().collect(),
        };
        change_bot(&office, edit).await?;
    }
    if let Some(terms) = new.terms {
        change_bot(&office, BotChange::SetTerms { bot, terms }).await?;
    }
    if let Some(active) = new.active.filter(|active| *active != was.line.active) {
        change_bot(&office, BotChange::SetActive { bot, active }).await?;
    }
    Ok(Json(known(&office, &id).await?.into()))
}

/// Remove a bot.
///
/// Refused while a channel begins with it.
#[utoipa::path(delete, path = "/bots/{id}", tag = "Settings", params(("id" = Uuid, Path, description = "The bot")),
    responses((status = 204)))]
pub(in crate::http::api) async fn remove(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let bot = known(&office, &id).await?.line.id;
    change_bot(&office, BotChange::Remove { bot }).await?;
    Ok(StatusCode::NO_CONTENT)
}
