//! `Idempotency-Key`: a POST under a key is done once, and answered the same however often it is sent within a day.
//!
//! The row is there before anything is done. The key is also the command's, so that what was done before the answer
//! could be kept is found done by the next try, and answered as such.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use contract::ClientId;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::MOST;
use super::caller::Caller;
use crate::auth::tokens::derived;
use crate::http::error::{Code, Problem};
use crate::state::Desk;
use crate::store::api_calls::{Kept, KeyedCall, Known};

/// The header.
pub(super) const HEADER: &str = "idempotency-key";
/// Said of an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key.
const LONGEST: usize = 255;
/// The longest answer that is kept.
const KEPT: usize = 1024 * 1024;

/// The key under which what is asked is done once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key(pub(super) ClientId);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Key, Self::Rejection> {
        Ok(parts.extensions.get::<Key>().copied().unwrap_or_else(|| Key(ClientId(Uuid::new_v4()))))
    }
}

/// What is kept of an answer instead of its body: that has a secret in it.
#[derive(Debug, Clone)]
pub(super) struct Instead(pub(super) String);

/// Does what is asked under a key once.
pub(super) async fn once(
    State(desk): State<Desk>,
    caller: Caller,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let Some(key) = request.headers().get(HEADER).filter(|_| request.method() == Method::POST) else {
        return Ok(next.run(request).await);
    };
    let key = key.to_str().ok().filter(|key| (1..=LONGEST).contains(&key.len())).map(str::to_owned);
    let key = key.ok_or_else(|| {
        Problem::at("Idempotency-Key", format!("a key has 1 to {LONGEST} characters, all of them plain"))
    })?;
    let (mut request, digest) = digested(request).await?;
    let call = KeyedCall { token: caller.token.id, key, request: digest, attempt: Uuid::now_v7() };
    match desk.store.begin_call(&call).await? {
        Known::New => {}
        Known::Answered(kept) => return Ok(again(kept)),
        Known::Mismatch => {
            let why = "This key was used for another request within the last day. Use a new one.";
            return Err(Problem::with(Code::IdempotencyMismatch, why));
        }
        Known::UnderWay => {
            let why = "The same request is being carried out. Ask again in a moment, under the same key.";
            return Err(Problem::with(Code::IdempotencyInProgress, why));
        }
    }
    request.extensions_mut().insert(Key(ClientId(derived(call.token, &call.key))));
    // On its own, so that it is seen to its end although nobody may wait for it any more.
    let work = tokio::spawn(async move {
        let response = next.run(request).await;
        keep(&desk, &call, response).await
    });
    work.await.map_err(|error| {
        tracing::error!(error = %error, "a call broke off");
        Problem::new(Code::Internal)
    })
}

/// A request with the hash of what it asks. Of a file only where it goes counts: it is not held in memory.
async fn digested(request: Request) -> Result<(Request, Vec<u8>), Problem> {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let hash = Sha256::new().chain_update(parts.method.as_str()).chain_update(target);
    let kind =
        parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/") {
        return Ok((Request::from_parts(parts, body), hash.finalize().to_vec()));
    }
    let bytes = to_bytes(body, MOST).await.map_err(|_| too_large())?;
    let digest = hash.chain_update(b"\n").chain_update(&bytes).finalize().to_vec();
    Ok((Request::from_parts(parts, Body::from(bytes)), digest))
}

pub(super) fn too_large() -> Problem {
    Problem::with(Code::TooLarge, format!("A body has at most {} KB.", MOST / 1024))
}

/// Keeps an answer that says that something was done. After any other the key is free again: nothing was.
async fn keep(desk: &Desk, call: &KeyedCall, response: Response) -> Response {
    if !response.status().is_success() {
        if let Err(error) = desk.store.forget_call(call).await {
            tracing::warn!(error = %error, "a key could not be let go");
        }
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let instead = parts.extensions.remove::<Instead>();
    let bytes: Bytes = match to_bytes(body, KEPT).await {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::error!(error = %error, "an answer cannot be kept");
            return Problem::new(Code::Internal).into_response();
        }
    };
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kept = Kept {
        status: parts.status.as_u16(),
        content_type: content_type.map(str::to_owned),
        body: instead.map_or_else(|| bytes.to_vec(), |Instead(rest)| rest.into_bytes()),
    };
    if let Err(error) = desk.store.keep_answer(call, &kept).await {
        tracing::warn!(error = %error, "an answer could not be kept");
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// An answer that was given before.
fn again(kept: Kept) -> Response {
    let mut response = Response::new(Body::from(kept.body));
    *response.status_mut() = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    if let Some(kind) = kept.content_type.and_then(|kind| HeaderValue::from_str(&kind).ok()) {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
