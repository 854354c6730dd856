//! The phones, for scripts and tests. JSON; errors are problems (RFC 9457) with a sentence.
//!
//! ```text
//! GET    phones                                           {"phones": [...], "lines": [...]}
//! POST   phones                                           {"name": "...", "number": "..."?}  -> the phone
//! GET    phones/{number}/lines/{line}?known=&wait_ms=     the conversation; who waits is looking
//! POST   phones/{number}/lines/{line}/acts                {"act": "send", ...}  -> {"message": id or null}
//! GET    files/{id}                                       a file on a phone
//! GET    faults, PUT faults                               what goes wrong on purpose
//! DELETE history                                          forgets messages and webhooks, keeps the phones
//! ```

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use contract::sandbox::{Faults, PhoneAct, PhoneCard, PhoneView};
use serde::Deserialize;
use serde_json::{Value, json};

use super::phones::{PhoneError, SandboxPhones};
use super::{files, signals};
use crate::{Desk, store};

/// The routes, to be nested below `/api/sandbox`. To be mounted only if the sandbox is switched on.
pub fn api(desk: Desk) -> Router {
    Router::new()
        .route("/phones", get(phones).post(add))
        .route("/phones/{number}/lines/{line}", get(phone))
        .route("/phones/{number}/lines/{line}/acts", post(act))
        .route("/files/{id}", get(file))
        .route("/faults", get(faults).put(set_faults))
        .route("/history", delete(forget))
        .with_state(desk)
}

pub(super) type Answer<T> = Result<T, Problem>;

async fn phones(State(desk): State<Desk>) -> Answer<Json<Value>> {
    let (phones, lines) = SandboxPhones(desk).list().await?;
    Ok(Json(json!({ "phones": phones, "lines": lines })))
}

#[derive(Deserialize)]
struct NewPhone {
    name: String,
    number: Option<String>,
}

async fn add(
    State(desk): State<Desk>,
    body: Result<Json<NewPhone>, JsonRejection>,
) -> Answer<(StatusCode, Json<PhoneCard>)> {
    let Json(new) = body?;
    let card = SandboxPhones(desk).create(&new.name, new.number.as_deref()).await?;
    Ok((StatusCode::CREATED, Json(card)))
}

#[derive(Deserialize)]
#[serde(default)]
struct Wait {
    known: i64,
    wait_ms: u32,
}

impl Default for Wait {
    fn default() -> Wait {
        Wait { known: -1, wait_ms: 0 }
    }
}

async fn phone(
    State(desk): State<Desk>,
    Path((number, line)): Path<(String, String)>,
    wait: Result<Query<Wait>, QueryRejection>,
) -> Answer<Json<PhoneView>> {
    let Query(wait) = wait?;
    Ok(Json(SandboxPhones(desk).view(&number, &line, wait.known, wait.wait_ms).await?))
}

async fn act(
    State(desk): State<Desk>,
    Path((number, line)): Path<(String, String)>,
    body: Result<Json<PhoneAct>, JsonRejection>,
) -> Answer<Json<Value>> {
    let Json(act) = body?;
    let message = SandboxPhones(desk).perform(&number, &line, act).await?;
    Ok(Json(json!({ "message": message })))
}

async fn file(State(desk): State<Desk>, Path(id): Path<String>) -> Answer<Response> {
    let file = desk.store.sandbox_file(&id).await?;
    let file = file.ok_or_else(|| PhoneError::NotFound("There is no such file on any phone.".to_owned()))?;
    Ok(files::served(file))
}

async fn faults(State(desk): State<Desk>) -> Answer<Json<Faults>> {
    Ok(Json(desk.store.sandbox_faults().await?))
}

async fn set_faults(
    State(desk): State<Desk>,
    body: Result<Json<Faults>, JsonRejection>,
) -> Answer<Json<Faults>> {
    let Json(faults) = body?;
    desk.store.sandbox_set_faults(&faults).await?;
    Ok(Json(faults))
}

async fn forget(State(desk): State<Desk>) -> Answer<StatusCode> {
    desk.store.sandbox_clear().await?;
    signals::stir();
    Ok(StatusCode::NO_CONTENT)
}

/// An error of this API.
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
}

impl From<PhoneError> for Problem {
    fn from(error: PhoneError) -> Problem {
        let status = match &error {
            PhoneError::NotFound(_) => StatusCode::NOT_FOUND,
            PhoneError::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            PhoneError::Store(cause) => {
                tracing::warn!(error = %cause, "the sandbox's phones do not answer");
                StatusCode::SERVICE_UNAVAILABLE
            }
        };
        Problem { status, detail: error.to_string() }
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Problem {
        PhoneError::Store(error).into()
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Problem {
        Problem { status: rejection.status(), detail: rejection.body_text() }
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Problem {
        Problem { status: rejection.status(), detail: rejection.body_text() }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Problem {
        Problem { status: rejection.status(), detail: rejection.body_text() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        (self.status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
    }
}
