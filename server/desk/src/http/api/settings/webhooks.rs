//! Addresses that are told what happens. What was sent to them is in [`super::deliveries`].

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use contract::EndpointId;
use contract::connection::{SettingsTask, TaskDone};
use contract::endpoint::{EndpointDone, EndpointQuery, EndpointTask, EndpointView, EndpointWish};
use contract::settings::{Settings, SettingsPage};
use contract::token::Scope;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::Answer;
use super::super::caller::{Caller, missing};
use super::super::input::Input;
use super::{Office, enter, odd, with_secret};
use crate::http::error::Problem;
use crate::public::words::At;
use crate::state::Desk;

/// An address that is told what happens.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Webhook {
    /// Which.
    id: Uuid,
    /// What people here call it.
    name: String,
    /// Where events are sent, by POST.
    url: String,
    /// Names of the events that it is told of; empty: all of them.
    events: Vec<String>,
    /// Whether it is told anything.
    active: bool,
    /// Why the desk has switched it off by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    off_reason: Option<String>,
    /// Since when it takes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    failing_since: Option<At>,
    /// When it took something last.
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_at: Option<At>,
    /// Deliveries that are still to be made, counted up to 1,000.
    pending: i64,
    /// Whether what was not taken is being brought up again.
    recovering: bool,
}

/// The addresses.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Webhooks {
    /// Sorted by name.
    webhooks: Vec<Webhook>,
    /// Names of the events that there are.
    events: Vec<String>,
}

/// An address with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct WebhookWithSecret {
    #[serde(flatten)]
    webhook: Webhook,
    /// What signs (`whsec_…`), as Standard Webhooks has it. It is told this once.
    secret: String,
}

/// An address to be told what happens.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct NewWebhook {
    /// What people here call it.
    name: String,
    /// Where events are sent, by POST: a public address that begins with https://.
    url: String,
    /// Names of the events that it is told of; absent or empty: all of them.
    #[serde(default)]
    events: Vec<String>,
}

/// What is to become of an address. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct WebhookChange {
    /// What people here call it.
    name: Option<String>,
    /// Where events are sent.
    url: Option<String>,
    /// Names of the events that it is told of; empty: all of them.
    events: Option<Vec<String>>,
    /// Whether it is told anything. What happens meanwhile can be recovered.
    active: Option<bool>,
}

/// Bringing up again what was not taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Recovery {
    /// Since when: a moment of the last seven days.
    since: At,
}

/// Nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NoWish)]
pub(in crate::http::api) struct Nothing {}

impl From<EndpointView> for Webhook {
    fn from(view: EndpointView) -> Webhook {
        Webhook {
            id: view.id.0,
            name: view.wish.name,
            url: view.wish.url,
            events: view.wish.events,
            active: view.active,
            off_reason: view.off_reason,
            failing_since: view.failing_since.map(At),
            taken_at: view.taken_at.map(At),
            pending: view.pending,
            recovering: view.recovering,
        }
    }
}

/// An address as the settings know it.
pub(super) async fn known(office: &Office<'_>, id: &str) -> Result<EndpointView, Problem> {
    let id: EndpointId = id.parse().map_err(|_| missing())?;
    match office.page(SettingsPage::Endpoint(EndpointQuery::of(id))).await? {
        Settings::Endpoint(page) => Ok(page.endpoint),
        _ => Err(odd()),
    }
}

pub(super) async fn run(office: &Office<'_>, task: EndpointTask) -> Result<EndpointDone, Problem> {
    match office.run(SettingsTask::Endpoint(task)).await? {
        TaskDone::Endpoint(done) => Ok(done),
        _ => Err(odd()),
    }
}

/// An address that has a new secret.
async fn told(office: &Office<'_>, status: StatusCode, done: EndpointDone) -> Result<Response, Problem> {
    let EndpointDone::Secret { endpoint, secret } = done else { return Err(odd()) };
    let webhook = known(office, &endpoint.to_string()).await?.into();
    Ok(with_secret(status, &WebhookWithSecret { webhook, secret }))
}

/// List webhooks.
#[utoipa::path(get, path = "/webhooks", tag = "Settings", responses((status = 200, body = Webhooks)))]
pub(in crate::http::api) async fn list(State(desk): State<Desk>, caller: Caller) -> Answer<Webhooks> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    let Settings::Endpoints(all) = office.page(SettingsPage::Endpoints).await? else { return Err(odd()) };
    let webhooks = all.endpoints.into_iter().map(Webhook::from).collect();
    Ok(Json(Webhooks { webhooks, events: all.events }))
}

/// Get a webhook.
#[utoipa::path(get, path = "/webhooks/{id}", tag = "Settings",
    params(("id" = Uuid, Path, description = "The webhook")), responses((status = 200, body = Webhook)))]
pub(in crate::http::api) async fn one(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Webhook> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    Ok(Json(known(&office, &id).await?.into()))
}

/// Add a webhook.
///
/// It is told what happens from now on. The answer has the secret that signs, this once.
#[utoipa::path(post, path = "/webhooks", tag = "Settings", request_body = NewWebhook,
    responses((status = 201, body = WebhookWithSecret)))]
pub(in crate::http::api) async fn add(
    State(desk): State<Desk>,
    caller: Caller,
    Input(new): Input<NewWebhook>,
) -> Result<Response, Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let wish = EndpointWish { name: new.name, url: new.url, events: new.events };
    let done = run(&office, EndpointTask::Add { wish }).await?;
    told(&office, StatusCode::CREATED, done).await
}

/// Change a webhook.
///
/// What is given is changed one after the other.
#[utoipa::path(patch, path = "/webhooks/{id}", tag = "Settings", request_body = WebhookChange,
    params(("id" = Uuid, Path, description = "The webhook")), responses((status = 200, body = Webhook)))]
pub(in crate::http::api) async fn change(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(new): Input<WebhookChange>,
) -> Answer<Webhook> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let was = known(&office, &id).await?;
    let wish = EndpointWish {
        name: new.name.unwrap_or_else(|| was.wish.name.clone()),
        url: new.url.unwrap_or_else(|| was.wish.url.clone()),
        events: new.events.unwrap_or_else(|| was.wish.events.clone()),
    };
    if wish != was.wish {
        run(&office, EndpointTask::Change { endpoint: was.id, wish }).await?;
    }
    if let Some(on) = new.active.filter(|on| *on != was.active) {
        run(&office, EndpointTask::Switch { endpoint: was.id, on }).await?;
    }
    Ok(Json(known(&office, &id).await?.into()))
}

/// Remove a webhook, with all that was sent to it.
#[utoipa::path(delete, path = "/webhooks/{id}", tag = "Settings",
    params(("id" = Uuid, Path, description = "The webhook")), responses((status = 204)))]
pub(in crate::http::api) async fn remove(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let endpoint = known(&office, &id).await?.id;
    run(&office, EndpointTask::Remove { endpoint }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sign with a new secret.
///
/// The old one signs too, for a day. The answer has the new one, this once.
#[utoipa::path(post, path = "/webhooks/{id}/rotate", tag = "Settings", request_body = Nothing,
    params(("id" = Uuid, Path, description = "The webhook")), responses((status = 200, body = WebhookWithSecret)))]
pub(in crate::http::api) async fn rotate(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(Nothing {}): Input<Nothing>,
) -> Result<Response, Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let endpoint = known(&office, &id).await?.id;
    let done = run(&office, EndpointTask::Rotate { endpoint }).await?;
    told(&office, StatusCode::OK, done).await
}

/// Recover what a webhook has missed.
///
/// What failed since a moment, and what was never tried.
#[utoipa::path(post, path = "/webhooks/{id}/recover", tag = "Settings", request_body = Recovery,
    params(("id" = Uuid, Path, description = "The webhook")), responses((status = 200, body = Webhook)))]
pub(in crate::http::api) async fn recover(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(told): Input<Recovery>,
) -> Answer<Webhook> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let endpoint = known(&office, &id).await?.id;
    run(&office, EndpointTask::Recover { endpoint, since: told.since.0 }).await?;
    Ok(Json(known(&office, &id).await?.into()))
}
