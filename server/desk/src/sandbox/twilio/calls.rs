//! Twilio's calls, and who may make them.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::error::{Result, TwilioError};
use super::{Twilio, contents, files, list, send};
use crate::Desk;
use crate::sandbox::access::{self, Caller, callers, holds};
use crate::sandbox::send::{Sign, mark_read, take};

/// What stands behind the question mark, or in a form.
pub(super) type Given = HashMap<String, String>;

/// The routes. Everything that Twilio has at several hosts is here at one.
pub(super) fn routes() -> Router<Desk> {
    let account = "/2010-04-01/Accounts/{account}";
    let messages = "/2010-04-01/Accounts/{account}/Messages";
    Router::new()
        .route(account, get(about))
        .route(&format!("{messages}.json"), get(list::messages).post(messages_post))
        .route(&format!("{messages}/{{message}}"), get(list::message))
        .route(&format!("{messages}/{{message}}/Media.json"), get(files::list))
        .route(&format!("{messages}/{{message}}/Media/{{file}}"), get(files::redirect))
        .route("/cdn/{message}/{file}", get(files::bytes))
        .route("/v1/ContentAndApprovals", get(contents::list))
        .route("/v1/Content", post(contents::create))
        .route("/v1/Content/{content}", get(contents::one))
        .route("/v1/Content/{content}/ApprovalRequests/whatsapp", post(contents::submit))
        .route("/v3/Indicators/Typing.json", post(typing))
        .route("/v2/Indicators/Typing.json", post(typing))
}

/// The numbers that the credentials of a call open: the account's token, or an API key.
pub(super) async fn opened(desk: &Desk, headers: &HeaderMap) -> Result<Vec<Caller>> {
    let (user, password) = access::basic(headers).ok_or_else(TwilioError::unauthorised)?;
    let mut found = callers(desk, &Twilio).await?;
    found.retain(|caller| {
        let pair = |name: &str, secret: &str| {
            holds(&caller.account, name, &user) & holds(&caller.account, secret, &password)
        };
        pair("account_sid", "auth_token") | pair("api_key_sid", "api_key_secret")
    });
    if found.is_empty() { Err(TwilioError::unauthorised().into()) } else { Ok(found) }
}

/// The numbers of an account.
pub(super) async fn of_account(desk: &Desk, account: &str, headers: &HeaderMap) -> Result<Vec<Caller>> {
    let mut found = opened(desk, headers).await?;
    found.retain(|caller| holds(&caller.account, "account_sid", account));
    let missing = || TwilioError::missing(&format!("/2010-04-01/Accounts/{account}.json"));
    if found.is_empty() { Err(missing().into()) } else { Ok(found) }
}

/// The account. An API key does not reach it.
async fn about(
    State(desk): State<Desk>,
    Path(account): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let sid = account.strip_suffix(".json").unwrap_or(&account);
    let found = of_account(&desk, sid, &headers).await?;
    let token = access::basic(&headers).is_some_and(|(user, _)| user == sid);
    if !token {
        return Err(TwilioError::unauthorised().into());
    }
    let name = found.first().map(|caller| caller.number.line.name.clone());
    let about = json!({
        "sid": sid,
        "friendly_name": name,
        "status": "active",
        "type": "Full",
        "uri": format!("/2010-04-01/Accounts/{sid}.json"),
    });
    Ok(Json(about).into_response())
}

/// A send.
async fn messages_post(
    State(desk): State<Desk>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let found = of_account(&desk, &account, &headers).await?;
    let form: Given = form_urlencoded::parse(&body).into_owned().collect();
    let caller = send::sender(&found, &form)?;
    let known = crate::sandbox::templates::all(&desk, &Twilio, caller.connection()).await?;
    let sending = send::read(&desk, caller, &known, &form)?;
    let answer = send::answer(caller, &form);
    let id = take(&desk, caller, sending).await?;
    Ok((StatusCode::CREATED, Json(answer(&id))).into_response())
}

/// Somebody types an answer to a message, which is read by that.
async fn typing(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let found = opened(&desk, &headers).await?;
    let call: Value = match serde_json::from_slice(&body) {
        Ok(call) => call,
        Err(_) => json!(form_urlencoded::parse(&body).into_owned().collect::<Given>()),
    };
    let message = call["messageId"].as_str().unwrap_or_default();
    if message.is_empty() {
        return Err(TwilioError::new(20001, "Missing required parameter messageId").into());
    }
    for caller in &found {
        if mark_read(&desk, caller, message, Sign::Typing).await? {
            return Ok(Json(json!({ "success": true })).into_response());
        }
    }
    Err(TwilioError::missing(message).into())
}

/// What stands behind the question mark.
pub(super) type Asked = Query<Given>;
