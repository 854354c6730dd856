//! Those who sign in.

use axum::Json;
use axum::extract::{Path, State};
use contract::settings::{Person, Settings, SettingsChange, SettingsPage};
use contract::token::Scope;
use contract::{AgentId, Role};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::Answer;
use super::super::caller::{Caller, missing};
use super::super::input::Input;
use super::{Office, enter, odd, teams};
use crate::http::error::Problem;
use crate::public::words::At;
use crate::state::Desk;

/// Somebody who signs in, or did.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Account {
    /// Who.
    id: Uuid,
    /// The name that colleagues see.
    name: String,
    /// The address they sign in with.
    email: String,
    /// What they may do: `agent` or `admin`.
    #[schema(value_type = String)]
    role: Role,
    /// Whether they may sign in.
    active: bool,
    /// What they are good at.
    skills: Vec<String>,
    /// How many conversations they are given at once; absent: any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<i32>,
    /// When they were last here.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<At>,
}

/// Somebody to be let in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct NewAccount {
    /// The name that colleagues see.
    name: String,
    /// The address they sign in with.
    email: String,
    /// What they may do: `agent` or `admin`.
    #[schema(value_type = String)]
    role: Role,
    /// Their first password.
    password: String,
    /// What they are good at.
    #[serde(default)]
    skills: Vec<String>,
}

/// What is to become of somebody. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct AccountChange {
    /// Whether they may sign in. If not, they are signed out everywhere.
    active: Option<bool>,
    /// What they are good at; `billing:5`: how good, 1 to 5.
    skills: Option<Vec<String>>,
    /// How many conversations they are given at once; -1: any number.
    capacity: Option<i32>,
}

async fn account(office: &Office<'_>, wanted: impl Fn(&Person) -> bool) -> Result<Account, Problem> {
    let Settings::People { people } = office.page(SettingsPage::People).await? else { return Err(odd()) };
    let person = people.into_iter().find(wanted).ok_or_else(missing)?;
    // Who may not sign in any more is not listed with what they are good at.
    let skilled = teams::shown(office).await?.people.into_iter().find(|one| one.id == person.id);
    Ok(Account {
        id: person.id.0,
        name: person.name,
        email: person.email,
        role: person.role,
        active: person.active,
        capacity: skilled.as_ref().and_then(|one| one.capacity),
        skills: skilled.map(|one| one.skills).unwrap_or_default(),
        last_seen: person.last_seen.map(At),
    })
}

/// Get an agent.
///
/// As the settings show them, with their mail address and what they are good at.
#[utoipa::path(get, path = "/agents/{id}", tag = "Settings", params(("id" = Uuid, Path, description = "The agent")),
    responses((status = 200, body = Account)))]
pub(in crate::http::api) async fn one(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Account> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    let id: AgentId = id.parse().map_err(|_| missing())?;
    account(&office, |person| person.id == id).await.map(Json)
}

/// Let somebody sign in.
#[utoipa::path(post, path = "/agents", tag = "Settings", request_body = NewAccount,
    responses((status = 201, body = Account)))]
pub(in crate::http::api) async fn add(
    State(desk): State<Desk>,
    caller: Caller,
    Input(new): Input<NewAccount>,
) -> Result<(StatusCode, Json<Account>), Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let email = new.email.trim().to_lowercase();
    let (name, role, password) = (new.name, new.role, new.password);
    office.change(SettingsChange::AddPerson { name, email: new.email, role, password }).await?;
    // Nobody signs in with the address of another one.
    let wanted = |person: &Person| person.email.to_lowercase() == email;
    let mut made = account(&office, wanted).await?;
    if !new.skills.is_empty() {
        office.change(SettingsChange::SetSkills { person: made.id.into(), skills: new.skills }).await?;
        made = account(&office, wanted).await?;
    }
    Ok((StatusCode::CREATED, Json(made)))
}

/// Change an agent.
///
/// What is given is changed one after the other.
#[utoipa::path(patch, path = "/agents/{id}", tag = "Settings", request_body = AccountChange,
    params(("id" = Uuid, Path, description = "The agent")), responses((status = 200, body = Account)))]
pub(in crate::http::api) async fn change(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(new): Input<AccountChange>,
) -> Answer<Account> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let person: AgentId = id.parse().map_err(|_| missing())?;
    account(&office, |one| one.id == person).await?;
    if let Some(skills) = new.skills {
        office.change(SettingsChange::SetSkills { person, skills }).await?;
    }
    if let Some(most) = new.capacity {
        let capacity = (most != -1).then_some(most);
        office.change(SettingsChange::SetCapacity { person, capacity }).await?;
    }
    if let Some(active) = new.active {
        office.change(SettingsChange::SetActive { person, active }).await?;
    }
    account(&office, |one| one.id == person).await.map(Json)
}
