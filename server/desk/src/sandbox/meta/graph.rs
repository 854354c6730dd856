//! The calls of the Graph API that the desk makes.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use contract::Body;
use serde_json::{Value, json};

use super::error::GraphError;
use super::{Meta, media, read, templates};
use crate::Desk;
use crate::sandbox::access::{self, Caller, callers, holds};
use crate::sandbox::refusal;
use crate::sandbox::send::{self, Sending, What};

pub(super) type Refusal = refusal::Refusal<GraphError>;
pub(super) type Result<T> = std::result::Result<T, Refusal>;
/// A version of the API, and the id of an object.
pub(super) type Numbered = Path<(String, String)>;
/// What stands behind the question mark.
pub(super) type Asked = Query<std::collections::HashMap<String, String>>;

/// The routes, under a version of the API.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/{version}/{number}/messages", post(messages))
        .route("/{version}/{number}/media", media::upload())
        .route("/{version}/{account}/phone_numbers", get(numbers))
        .route("/{version}/{account}/message_templates", get(templates::list).post(templates::create))
        .route("/{version}/lookaside/{file}", get(media::bytes))
        .route("/{version}/{object}", get(about))
}

/// A send, or news for the customer that their messages are read.
async fn messages(
    State(desk): State<Desk>,
    Path((_, number)): Numbered,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let caller = authorised(&desk, &number, &headers).await?;
    match read::request(&body)? {
        read::Request::Send(mut wanted) => {
            fit(&desk, &caller, &mut wanted).await?;
            let answer = answer(&body, &wanted);
            let id = send::take(&desk, &caller, wanted).await?;
            Ok(Json(answer(&id)).into_response())
        }
        read::Request::Read { message, sign } => {
            if !send::mark_read(&desk, &caller, &message, sign).await? {
                return Err(GraphError::value("message_id", "is not a message from a customer").into());
            }
            Ok(Json(json!({ "success": true })).into_response())
        }
    }
}

/// A template is looked at before anything is taken.
async fn fit(desk: &Desk, caller: &Caller, wanted: &mut Sending) -> Result<()> {
    if let What::Message { body: Body::Template(template), .. } = &mut wanted.what {
        let known = crate::sandbox::templates::all(desk, &Meta, caller.connection()).await?;
        crate::sandbox::templates::fit(&known, template).map_err(GraphError::from)?;
    }
    Ok(())
}

/// Meta's answer to a send that it has taken under an id. The recipient comes back as it was given.
fn answer(body: &[u8], wanted: &Sending) -> impl FnOnce(&str) -> Value + use<> {
    let call: Value = serde_json::from_slice(body).unwrap_or_default();
    let contact = match &wanted.to {
        send::To::Number(digits) => json!({ "input": call["to"], "wa_id": digits }),
        send::To::User(id) => json!({ "input": id, "user_id": id }),
    };
    let template = matches!(&wanted.what, What::Message { body: Body::Template(_), .. });
    move |id| {
        let mut message = json!({ "id": id });
        if template {
            message["message_status"] = json!("accepted");
        }
        json!({ "messaging_product": "whatsapp", "contacts": [contact], "messages": [message] })
    }
}

/// What Meta says of a number, or of a file. Every field that can be asked for is in the answer.
async fn about(
    State(desk): State<Desk>,
    Path((_, object)): Numbered,
    headers: HeaderMap,
) -> Result<Response> {
    let all = callers(&desk, &Meta).await?;
    if !all.iter().any(|caller| caller.number.line.provider_channel == object) {
        return media::about(&desk, &object, &headers).await;
    }
    let caller = authorised(&desk, &object, &headers).await?;
    Ok(Json(number(&caller)).into_response())
}

/// The numbers of an account.
async fn numbers(
    State(desk): State<Desk>,
    Path((_, account)): Numbered,
    headers: HeaderMap,
) -> Result<Response> {
    let callers = of_account(&desk, &account, &headers).await?;
    let numbers: Vec<Value> = callers.iter().map(number).collect();
    Ok(Json(json!({ "data": numbers, "paging": { "cursors": {} } })).into_response())
}

fn number(caller: &Caller) -> Value {
    let number = &caller.number;
    json!({
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
    })
}

fn token(headers: &HeaderMap) -> Result<&str> {
    let missing = || GraphError::new(190, "An access token is required to request this resource.");
    Ok(access::behind(headers, "bearer").ok_or_else(missing)?)
}

fn wrong_token() -> Refusal {
    GraphError::new(190, "Invalid OAuth access token - Cannot parse access token").into()
}

/// The number that a call names, if the call carries the token of its connection.
pub(super) async fn authorised(desk: &Desk, number: &str, headers: &HeaderMap) -> Result<Caller> {
    let token = token(headers)?;
    let mut all = callers(desk, &Meta).await?.into_iter();
    let found = all.find(|caller| caller.number.line.provider_channel == number);
    let found = found.ok_or_else(|| GraphError::unknown_object(number))?;
    if holds(&found.account, "access_token", token) { Ok(found) } else { Err(wrong_token()) }
}

/// The numbers that a token opens.
pub(super) async fn opened(desk: &Desk, headers: &HeaderMap) -> Result<Vec<Caller>> {
    let token = token(headers)?;
    let mut found = callers(desk, &Meta).await?;
    found.retain(|caller| holds(&caller.account, "access_token", token));
    if found.is_empty() { Err(wrong_token()) } else { Ok(found) }
}

/// The numbers of an account that a token opens.
pub(super) async fn of_account(desk: &Desk, account: &str, headers: &HeaderMap) -> Result<Vec<Caller>> {
    let mut found = opened(desk, headers).await?;
    found.retain(|caller| holds(&caller.account, "waba_id", account));
    if found.is_empty() { Err(GraphError::unknown_object(account).into()) } else { Ok(found) }
}
