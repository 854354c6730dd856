//! Tokens: got with an access key, and good for an hour. Nothing is kept of them: a token proves itself.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::json;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::Sinch;
use super::error::{Result, SinchError};
use crate::Desk;
use crate::channels::Account;
use crate::sandbox::access::{self, Caller, callers, holds};
use crate::sandbox::digits::hex;

/// How long a token is good for, in seconds.
const LIVES: i64 = 3_600;

/// A token that ends then, by the secret of the access key; none without a secret.
fn token(account: &Account, ends: i64) -> Option<String> {
    let secret = account.current("key_secret");
    if secret.is_empty() {
        return None;
    }
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    let mac = mac.chain_update("sandbox token ").chain_update(ends.to_string()).finalize();
    Some(format!("{ends}.{}", hex(&mac.into_bytes())))
}

/// A new token.
pub(super) async fn issue(State(desk): State<Desk>, headers: HeaderMap, body: String) -> Result<Response> {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    if !form.iter().any(|(key, value)| key == "grant_type" && value == "client_credentials") {
        return Err(SinchError::invalid("grant_type must be client_credentials").into());
    }
    let (user, password) = access::basic(&headers).ok_or_else(SinchError::unauthorised)?;
    let known = callers(&desk, &Sinch).await?.into_iter().find(|caller| {
        holds(&caller.account, "key_id", &user) & holds(&caller.account, "key_secret", &password)
    });
    let ends = Timestamp::now().as_second() + LIVES;
    let token = known.and_then(|caller| token(&caller.account, ends)).ok_or_else(SinchError::unauthorised)?;
    let answer = json!({
        "access_token": token, "expires_in": LIVES, "scope": "", "token_type": "bearer",
    });
    Ok(Json(answer).into_response())
}

/// The apps of a project that the token of a call opens. A project that it does not open is not there.
pub(super) async fn opened(desk: &Desk, project: &str, headers: &HeaderMap) -> Result<Vec<Caller>> {
    let given = access::behind(headers, "bearer").ok_or_else(SinchError::unauthorised)?;
    let ends = given.split('.').next().and_then(|ends| ends.parse().ok()).unwrap_or(0);
    let mut found = callers(desk, &Sinch).await?;
    found.retain(|caller| {
        token(&caller.account, ends).is_some_and(|ours| bool::from(ours.as_bytes().ct_eq(given.as_bytes())))
    });
    if found.is_empty() || ends < Timestamp::now().as_second() {
        return Err(SinchError::unauthorised().into());
    }
    found.retain(|caller| holds(&caller.account, "project_id", project));
    if found.is_empty() { Err(SinchError::missing("project").into()) } else { Ok(found) }
}

/// The app with this id.
pub(super) fn app<'a>(found: &'a [Caller], app: &str) -> std::result::Result<&'a Caller, SinchError> {
    let mut found = found.iter();
    let of = |caller: &&Caller| caller.number.line.provider_channel == app;
    found.find(of).ok_or_else(|| SinchError::missing("app"))
}
