//! Promises about time.

use axum::Json;
use axum::extract::{Path, State};
use contract::SlaId;
use contract::settings::{Settings, SettingsChange, SettingsPage};
use contract::sla::{SlaChange, SlaDraft};
use contract::token::Scope;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::Answer;
use super::super::caller::{Caller, missing};
use super::super::input::Input;
use super::{Office, enter, given, odd};
use crate::http::error::Problem;
use crate::state::Desk;

/// A promise about time. Times are in minutes; null: it is not promised.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Sla {
    /// Which.
    id: Uuid,
    /// What people here call it.
    name: String,
    /// Until a person answers for the first time.
    first_response: Option<i32>,
    /// Until a person answers each time after that.
    next_response: Option<i32>,
    /// Until it is resolved.
    resolution: Option<i32>,
    /// How long before that it is told; 0: not at all.
    warning: i32,
    /// Whether only the time counts in which the team answers, else its channel.
    working_time: bool,
}

/// The promises.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Slas {
    /// Sorted by name.
    slas: Vec<Sla>,
}

/// A promise to be made or changed. What is left out of a change stays as it is; null: it is not promised.
#[derive(Debug, Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct SlaWish {
    /// What people here call it. A new one needs it.
    name: Option<String>,
    /// Until a person answers for the first time, in minutes.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i32>)]
    first_response: Option<Option<i32>>,
    /// Until a person answers each time after that, in minutes.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i32>)]
    next_response: Option<Option<i32>>,
    /// Until it is resolved, in minutes.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i32>)]
    resolution: Option<Option<i32>>,
    /// How many minutes before that it is told; absent: not at all.
    warning: Option<i32>,
    /// Whether only the time counts in which the team answers; absent: it is so.
    working_time: Option<bool>,
}

impl From<contract::sla::Sla> for Sla {
    fn from(sla: contract::sla::Sla) -> Sla {
        let SlaDraft { name, first_response, next_response, resolution, warning, working_time } = sla.draft;
        Sla { id: sla.id.0, name, first_response, next_response, resolution, warning, working_time }
    }
}

impl SlaWish {
    /// A promise as it is to be, from what it was.
    fn over(self, was: SlaDraft) -> SlaDraft {
        SlaDraft {
            name: self.name.unwrap_or(was.name),
            first_response: self.first_response.unwrap_or(was.first_response),
            next_response: self.next_response.unwrap_or(was.next_response),
            resolution: self.resolution.unwrap_or(was.resolution),
            warning: self.warning.unwrap_or(was.warning),
            working_time: self.working_time.unwrap_or(was.working_time),
        }
    }
}

async fn all(office: &Office<'_>) -> Result<Vec<contract::sla::Sla>, Problem> {
    match office.page(SettingsPage::Slas).await? {
        Settings::Slas(slas) => Ok(slas),
        _ => Err(odd()),
    }
}

async fn sla(office: &Office<'_>, id: &str) -> Result<contract::sla::Sla, Problem> {
    let id: SlaId = id.parse().map_err(|_| missing())?;
    all(office).await?.into_iter().find(|sla| sla.id == id).ok_or_else(missing)
}

/// List promises about time.
#[utoipa::path(get, path = "/slas", tag = "Settings", responses((status = 200, body = Slas)))]
pub(in crate::http::api) async fn list(State(desk): State<Desk>, caller: Caller) -> Answer<Slas> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    Ok(Json(Slas { slas: all(&office).await?.into_iter().map(Sla::from).collect() }))
}

/// Get a promise about time.
#[utoipa::path(get, path = "/slas/{id}", tag = "Settings", params(("id" = Uuid, Path, description = "The promise")),
    responses((status = 200, body = Sla)))]
pub(in crate::http::api) async fn one(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Sla> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    Ok(Json(sla(&office, &id).await?.into()))
}

/// Make a promise about time.
///
/// It holds for a conversation as soon as a rule says so.
#[utoipa::path(post, path = "/slas", tag = "Settings", request_body = SlaWish,
    responses((status = 201, body = Sla)))]
pub(in crate::http::api) async fn make(
    State(desk): State<Desk>,
    caller: Caller,
    Input(wish): Input<SlaWish>,
) -> Result<(StatusCode, Json<Sla>), Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let new = SlaDraft {
        name: wish.name.clone().ok_or_else(|| Problem::at("name", "a promise needs a name"))?,
        first_response: None,
        next_response: None,
        resolution: None,
        warning: 0,
        working_time: true,
    };
    let draft = wish.over(new);
    let name = draft.name.trim().to_lowercase();
    office.change(SettingsChange::Sla(SlaChange::Save { sla: None, draft })).await?;
    // Two never have the same name.
    let made = all(&office).await?.into_iter().find(|sla| sla.draft.name.to_lowercase() == name);
    Ok((StatusCode::CREATED, Json(made.ok_or_else(missing)?.into())))
}

/// Change a promise about time.
///
/// It holds from now on where it is given already.
#[utoipa::path(patch, path = "/slas/{id}", tag = "Settings", request_body = SlaWish,
    params(("id" = Uuid, Path, description = "The promise")), responses((status = 200, body = Sla)))]
pub(in crate::http::api) async fn change(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(wish): Input<SlaWish>,
) -> Answer<Sla> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let was = sla(&office, &id).await?;
    let draft = wish.over(was.draft);
    office.change(SettingsChange::Sla(SlaChange::Save { sla: Some(was.id), draft })).await?;
    Ok(Json(sla(&office, &id).await?.into()))
}

/// Remove a promise about time.
///
/// It holds nowhere any more.
#[utoipa::path(delete, path = "/slas/{id}", tag = "Settings",
    params(("id" = Uuid, Path, description = "The promise")), responses((status = 204)))]
pub(in crate::http::api) async fn remove(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let was = sla(&office, &id).await?;
    office.change(SettingsChange::Sla(SlaChange::Remove { sla: was.id })).await?;
    Ok(StatusCode::NO_CONTENT)
}
