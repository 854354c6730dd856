//! The calls of the Graph API that the desk makes.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;
use subtle::ConstantTimeEq;

mod error;
mod field;
mod interactive;
pub mod read;
mod template;
#[cfg(test)]
mod tests;

pub use error::{Failure, GraphError};

use super::{find_number, send};
use crate::Desk;
use crate::store::sandbox::Number;

type Result<T> = std::result::Result<T, Failure>;

/// The routes, under a version of the API.
pub fn router(desk: Desk) -> Router {
    Router::new()
        .route("/{version}/{number}/messages", post(messages))
        .route("/{version}/{number}", get(about))
        .with_state(desk)
}

type Numbered = Path<(String, String)>;

/// A send, or news for the customer that their messages are read.
async fn messages(
    State(desk): State<Desk>,
    Path((_, number)): Numbered,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let number = authorised(&desk, &number, &headers).await?;
    match read::request(&body)? {
        read::Request::Send(wanted) => send::take(&desk, &number, wanted).await,
        read::Request::Read { message, sign } => {
            send::mark_read(&desk, &number, &message, sign).await?;
            Ok(Json(json!({ "success": true })).into_response())
        }
    }
}

/// What Meta says of a number. Every field that can be asked for is in the answer.
async fn about(
    State(desk): State<Desk>,
    Path((_, number)): Numbered,
    headers: HeaderMap,
) -> Result<Response> {
    let number = authorised(&desk, &number, &headers).await?;
    let about = json!({
        "id": number.line.provider_channel,
        "verified_name": number.line.name,
        "display_phone_number": number.written.as_deref().unwrap_or(&number.line.provider_channel),
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "throughput": { "level": "STANDARD" },
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "status": "CONNECTED",
        "messaging_limit_tier": "TIER_UNLIMITED",
        "account_mode": "SANDBOX",
    });
    Ok(Json(about).into_response())
}

/// The number that a call names, if the call carries the token of its connection.
async fn authorised(desk: &Desk, number: &str, headers: &HeaderMap) -> Result<Number> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
        .map(|(_, token)| token)
        .ok_or_else(|| GraphError::new(190, "An access token is required to request this resource."))?;
    let Some(found) = find_number(desk, number).await? else {
        return Err(GraphError::unknown_object(number).into());
    };
    let account = desk.store.account(&desk.seal, found.connection).await?;
    let account = account.ok_or_else(|| GraphError::unknown_object(number))?;
    let ours = account.current("access_token");
    if ours.is_empty() || !bool::from(ours.as_bytes().ct_eq(token.as_bytes())) {
        return Err(GraphError::new(190, "Invalid OAuth access token - Cannot parse access token").into());
    }
    Ok(found)
}
