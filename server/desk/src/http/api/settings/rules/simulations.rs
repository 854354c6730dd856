//! Rules that are tried on what has happened, and what a rule has done so far.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use contract::rules::{
    Against, RuleDone, RuleRuns, RuleScreen, RuleTask, RulesShown, SimulatedRules, SimulationWish,
};
use contract::token::Scope;
use contract::{RuleId, SimulationId};
use http::StatusCode;

use super::super::super::Answer;
use super::super::super::caller::{Caller, missing};
use super::super::super::input::{Asked, Input};
use super::super::{Office, enter, odd};
use super::simulated::{NewSimulation, Runs, Simulation, WhichRuns};
use super::{run, shown};
use crate::http::error::Problem;
use crate::state::Desk;

async fn read(office: &Office<'_>, id: SimulationId) -> Result<Simulation, Problem> {
    match shown(office, RuleScreen::Simulation(Some(id))).await? {
        RulesShown::Simulation(Some(view)) => Ok((*view).into()),
        RulesShown::Simulation(None) => Err(missing()),
        _ => Err(odd()),
    }
}

async fn done(office: &Office<'_>, task: RuleTask) -> Result<Simulation, Problem> {
    match run(office, task).await? {
        RuleDone::Simulation(view) => Ok((*view).into()),
        _ => Err(odd()),
    }
}

fn id(text: &str) -> Result<SimulationId, Problem> {
    text.parse().map_err(|_| missing())
}

/// Try rules on what has happened.
///
/// Nothing is done. It goes on beside everything else: ask for it until its `state` is `done`. One at a time for each
/// person.
#[utoipa::path(post, path = "/rules/simulations", tag = "Settings", request_body = NewSimulation,
    responses((status = 202, body = Simulation)))]
pub(in crate::http::api) async fn begin(
    State(desk): State<Desk>,
    caller: Caller,
    Input(wish): Input<NewSimulation>,
) -> Result<Response, Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let rules = match (wish.set.as_deref(), wish.rules) {
        (None, Some(rules)) => SimulatedRules::Given(rules),
        (None | Some("draft"), None) => SimulatedRules::Draft,
        (Some("live"), None) => SimulatedRules::Live,
        (Some(_), Some(_)) => return Err(Problem::at("set", "give either `set` or `rules`")),
        (Some(_), None) => return Err(Problem::at("set", "this is `draft` or `live`")),
    };
    let against = match wish.against.as_deref() {
        None | Some("live") => Against::Live,
        Some("recorded") => Against::Recorded,
        Some(_) => return Err(Problem::at("against", "this is `live` or `recorded`")),
    };
    let wish = SimulationWish { rules, against, days: wish.days };
    let simulation = done(&office, RuleTask::Simulate(Box::new(wish))).await?;
    Ok((StatusCode::ACCEPTED, Json(simulation)).into_response())
}

/// Get what came of trying rules.
#[utoipa::path(get, path = "/rules/simulations/{id}", tag = "Settings",
    params(("id" = Uuid, Path, description = "The simulation")), responses((status = 200, body = Simulation)))]
pub(in crate::http::api) async fn one(
    State(desk): State<Desk>,
    caller: Caller,
    Path(which): Path<String>,
) -> Answer<Simulation> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    Ok(Json(read(&office, id(&which)?).await?))
}

/// Stop trying rules.
///
/// One that is over stays as it is.
#[utoipa::path(post, path = "/rules/simulations/{id}/cancel", tag = "Settings",
    params(("id" = Uuid, Path, description = "The simulation")), responses((status = 200, body = Simulation)))]
pub(in crate::http::api) async fn cancel(
    State(desk): State<Desk>,
    caller: Caller,
    Path(which): Path<String>,
) -> Answer<Simulation> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let id = id(&which)?;
    read(&office, id).await?;
    Ok(Json(done(&office, RuleTask::CancelSimulation(id)).await?))
}

/// List what a rule has done.
///
/// Every time that it held or could not be told, the latest first, for 30 days; also of a rule that is gone.
#[utoipa::path(get, path = "/rules/{id}/runs", tag = "Settings",
    params(("id" = Uuid, Path, description = "The rule"), WhichRuns), responses((status = 200, body = Runs)))]
pub(in crate::http::api) async fn runs(
    State(desk): State<Desk>,
    caller: Caller,
    Path(which): Path<String>,
    Asked(wish): Asked<WhichRuns>,
) -> Answer<Runs> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    let rule: RuleId = which.parse().map_err(|_| missing())?;
    let before = wish.cursor.as_deref().map(str::parse::<i64>).transpose().map_err(|_| {
        Problem::at("cursor", "this is no cursor: take the `next` of the page before, as it stands")
    })?;
    match shown(&office, RuleScreen::Runs { rule, before }).await? {
        RulesShown::Runs(RuleRuns { runs, .. })
            if runs.is_empty() && !desk.store.knows_rule(rule).await? =>
        {
            Err(missing())
        }
        RulesShown::Runs(RuleRuns { runs, next, .. }) => Ok(Json(Runs::new(runs, next))),
        _ => Err(odd()),
    }
}
