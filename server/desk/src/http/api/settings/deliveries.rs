//! What was sent to addresses that are told what happens.

use axum::Json;
use axum::extract::{Path, State};
use contract::EndpointDeliveryId;
use contract::endpoint::{EndpointDone, EndpointLine, EndpointQuery, EndpointState, EndpointTask};
use contract::settings::{Settings, SettingsPage};
use contract::token::Scope;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::Answer;
use super::super::caller::{Caller, missing};
use super::super::input::{Asked, Input};
use super::webhooks::{Nothing, known, run};
use super::{enter, odd};
use crate::http::error::Problem;
use crate::public::words::At;
use crate::state::Desk;

/// A delivery was begun.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct DeliveryBegun {
    /// Which: the `webhook-id` of the request.
    delivery_id: Uuid,
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http::api) struct Wish {
    /// Only those that have come so far: `pending`, `delivered` or `failed`.
    state: Option<String>,
    /// Only those of this conversation.
    conversation: Option<Uuid>,
    /// Where the page before ended: its `next`.
    cursor: Option<Uuid>,
}

/// One delivery.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Delivery {
    /// Which: the `webhook-id` of the request.
    id: Uuid,
    /// The event's name.
    event: String,
    /// Of which conversation; absent: a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<Uuid>,
    /// When it was begun.
    at: At,
    /// How far it has come: `pending`, `delivered` or `failed`.
    state: &'static str,
    /// How often it was tried.
    attempts: i32,
    /// When it is tried next.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<At>,
    /// The status of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<i32>,
    /// Why there was no answer to the last try.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// A page of deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Deliveries {
    /// The latest first.
    deliveries: Vec<Delivery>,
    /// Where the next page begins; absent after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Uuid>,
}

impl From<EndpointLine> for Delivery {
    fn from(line: EndpointLine) -> Delivery {
        Delivery {
            id: line.id.0,
            event: line.event,
            conversation_id: line.conversation.map(|id| id.0),
            at: At(line.at),
            state: line.state.as_str(),
            attempts: line.attempts,
            due_at: line.due_at.map(At),
            status: line.status,
            error: line.error,
        }
    }
}

/// Try a webhook.
///
/// It is sent an event `test`, which means nothing.
#[utoipa::path(post, path = "/webhooks/{id}/test", tag = "Settings", request_body = Nothing,
    params(("id" = Uuid, Path, description = "The webhook")), responses((status = 200, body = DeliveryBegun)))]
pub(in crate::http::api) async fn test(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(Nothing {}): Input<Nothing>,
) -> Answer<DeliveryBegun> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let endpoint = known(&office, &id).await?.id;
    begun(run(&office, EndpointTask::Test { endpoint }).await?)
}

fn begun(done: EndpointDone) -> Answer<DeliveryBegun> {
    match done {
        EndpointDone::Begun { delivery } => Ok(Json(DeliveryBegun { delivery_id: delivery.0 })),
        _ => Err(odd()),
    }
}

/// List deliveries to a webhook.
#[utoipa::path(get, path = "/webhooks/{id}/deliveries", tag = "Settings",
    params(("id" = Uuid, Path, description = "The webhook"), Wish), responses((status = 200, body = Deliveries)))]
pub(in crate::http::api) async fn deliveries(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(wish): Asked<Wish>,
) -> Answer<Deliveries> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    let state = wish.state.as_deref().map(|word| {
        EndpointState::parse(word).ok_or_else(|| Problem::at("state", format!("there is no state `{word}`")))
    });
    let query = EndpointQuery {
        endpoint: id.parse().map_err(|_| missing())?,
        state: state.transpose()?,
        conversation: wish.conversation.map(Into::into),
        before: wish.cursor.map(EndpointDeliveryId),
    };
    let Settings::Endpoint(page) = office.page(SettingsPage::Endpoint(query)).await? else {
        return Err(odd());
    };
    let deliveries = page.lines.into_iter().map(Delivery::from).collect();
    Ok(Json(Deliveries { deliveries, next: page.next.map(|next| next.0) }))
}

/// Make a delivery again.
#[utoipa::path(post, path = "/webhooks/deliveries/{id}/again", tag = "Settings", request_body = Nothing,
    params(("id" = Uuid, Path, description = "The delivery")), responses((status = 200, body = DeliveryBegun)))]
pub(in crate::http::api) async fn again(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(Nothing {}): Input<Nothing>,
) -> Answer<DeliveryBegun> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let delivery: EndpointDeliveryId = id.parse().map_err(|_| missing())?;
    office.page(SettingsPage::EndpointDelivery(delivery)).await?;
    begun(run(&office, EndpointTask::Redeliver { delivery }).await?)
}
