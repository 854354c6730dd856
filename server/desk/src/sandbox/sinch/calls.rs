//! Sinch's calls. What Sinch has at several hosts is here at one.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use contract::Body;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::access::{app, issue, opened};
use super::error::{Result, SinchError};
use super::{Sinch, files, list, read, template};
use crate::Desk;
use crate::sandbox::digits::ulid;
use crate::sandbox::failure::Failure;
use crate::sandbox::field::Field;
use crate::sandbox::send::{Sending, Sign, What, take, typing};
use crate::sandbox::templates;

/// The routes.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/oauth2/token", post(issue))
        .route("/v1/projects/{project}/messages:send", post(messages))
        .route("/v1/projects/{project}/events:send", post(events))
        .route("/v1/projects/{project}/messages", get(list::messages))
        .route("/v1/projects/{project}/apps/{app}", get(about))
        .route("/v1/projects/{project}/whatsapp/templates", get(template::list))
        .route("/files/{file}/{name}", get(files::bytes))
}

fn json_of(body: &[u8]) -> std::result::Result<Value, SinchError> {
    let value = serde_json::from_slice(body).ok().filter(Value::is_object);
    value.ok_or_else(|| SinchError::invalid("The body must be a JSON object"))
}

/// A send.
async fn messages(
    State(desk): State<Desk>,
    Path(project): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let found = opened(&desk, &project, &headers).await?;
    let call = json_of(&body)?;
    let root = Field::root(&call);
    let caller = app(&found, &root.text("app_id")?)?;
    let (to, body) = (read::recipient(&root.object("recipient")?)?, read::message(&root.object("message")?)?);
    let mut sending = Sending {
        opaque: root.short_if_any("message_metadata", 1024)?,
        target: caller.target(&desk, root.text_if_any("callback_url")?.as_deref()),
        ..Sending::message(to, body)
    };
    if let What::Message { body: Body::Template(template), .. } = &mut sending.what {
        let known = templates::all(&desk, &Sinch, caller.connection()).await?;
        sending.doomed = templates::fit(&known, template).err().map(Failure::Template);
    }
    let id = take(&desk, caller, sending).await?;
    let answer = json!({ "message_id": id, "accepted_time": Timestamp::now().to_string() });
    Ok(Json(answer).into_response())
}

/// Somebody types, or has stopped.
async fn events(
    State(desk): State<Desk>,
    Path(project): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let found = opened(&desk, &project, &headers).await?;
    let call = json_of(&body)?;
    let root = Field::root(&call);
    let caller = app(&found, &root.text("app_id")?)?;
    let (to, event) = (read::recipient(&root.object("recipient")?)?, root.object("event")?);
    let sign = if event.has("composing_event") {
        Some(Sign::Typing)
    } else if event.has("composing_end_event") {
        Some(Sign::Idle)
    } else if event.has("agent_joined_event") || event.has("agent_left_event") {
        None
    } else {
        return Err(SinchError::invalid("event must be one that is known").into());
    };
    if let Some(sign) = sign {
        typing(&desk, caller, &to, sign).await?;
    }
    let now = Timestamp::now();
    let answer = json!({ "event_id": ulid(now.as_millisecond()), "accepted_time": now.to_string() });
    Ok(Json(answer).into_response())
}

/// An app: its number, and what it is set to.
async fn about(
    State(desk): State<Desk>,
    Path((project, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let found = opened(&desk, &project, &headers).await?;
    let caller = app(&found, &id)?;
    let bearer = json!({ "claimed_identity": caller.business(), "token": "" });
    let answer = json!({
        "id": id,
        "display_name": caller.number.line.name,
        "processing_mode": "DISPATCH",
        "channel_credentials": [{
            "channel": "WHATSAPP",
            "state": { "status": "ACTIVE" },
            "static_bearer": bearer,
        }],
        "rate_limits": { "inbound": 25, "outbound": 20, "webhooks": 25 },
    });
    Ok(Json(answer).into_response())
}
