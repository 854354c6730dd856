//! More addresses for the webhooks of a connection, each of which stands for a channel and carries a tag.

use axum::Json;
use axum::extract::{Path, State};
use contract::ChannelId;
use contract::connection::Door;
use contract::settings::SettingsChange;
use contract::token::Scope;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::Answer;
use super::super::caller::{Caller, missing};
use super::super::input::Input;
use super::connections::known;
use super::enter;
use crate::http::error::Problem;
use crate::public::words::At;
use crate::state::Desk;

/// An address for webhooks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Door)]
pub(in crate::http::api) struct DoorLine {
    /// The end of its path, and its key.
    path: String,
    /// The whole address.
    url: String,
    /// What rules know it by.
    tag: String,
    /// The channel that its messages come in on.
    channel_id: Uuid,
    /// When it was made.
    created_at: At,
}

/// The addresses of a connection.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Doors {
    /// The oldest first.
    doors: Vec<DoorLine>,
}

/// An address to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct NewDoor {
    /// The channel that its messages come in on.
    channel_id: Uuid,
    /// What rules know it by.
    tag: String,
}

impl From<Door> for DoorLine {
    fn from(door: Door) -> DoorLine {
        DoorLine {
            path: door.path,
            url: door.url,
            tag: door.tag,
            channel_id: door.channel.0,
            created_at: At(door.created_at),
        }
    }
}

/// List the addresses of a connection.
///
/// Beside its own; only providers that do not say for which number a message is have any.
#[utoipa::path(get, path = "/connections/{id}/doors", tag = "Settings",
    params(("id" = Uuid, Path, description = "The connection")), responses((status = 200, body = Doors)))]
pub(in crate::http::api) async fn list(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Doors> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    let doors = known(&office, &id).await?.doors;
    Ok(Json(Doors { doors: doors.into_iter().map(DoorLine::from).collect() }))
}

/// Make an address for the webhooks of a connection.
#[utoipa::path(post, path = "/connections/{id}/doors", tag = "Settings", request_body = NewDoor,
    params(("id" = Uuid, Path, description = "The connection")), responses((status = 201, body = DoorLine)))]
pub(in crate::http::api) async fn add(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(new): Input<NewDoor>,
) -> Result<(StatusCode, Json<DoorLine>), Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let was = known(&office, &id).await?;
    let (connection, channel) = (was.connection.id, ChannelId(new.channel_id));
    office.change(SettingsChange::AddDoor { connection, channel, tag: new.tag }).await?;
    let known_before = |door: &Door| was.doors.iter().any(|old| old.path == door.path);
    let doors = known(&office, &id).await?.doors;
    let made = doors.into_iter().rev().find(|door| !known_before(door) && door.channel == channel);
    Ok((StatusCode::CREATED, Json(made.ok_or_else(missing)?.into())))
}

/// Take an address for webhooks away.
///
/// What comes in there is refused from now on.
#[utoipa::path(delete, path = "/connections/{id}/doors/{door}", tag = "Settings",
    params(("id" = Uuid, Path, description = "The connection"), ("door" = String, Path, description = "The end of its path")),
    responses((status = 204)))]
pub(in crate::http::api) async fn remove(
    State(desk): State<Desk>,
    caller: Caller,
    Path((id, path)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let was = known(&office, &id).await?;
    if !was.doors.iter().any(|door| door.path == path) {
        return Err(missing());
    }
    office.change(SettingsChange::RemoveDoor { connection: was.connection.id, path }).await?;
    Ok(StatusCode::NO_CONTENT)
}
