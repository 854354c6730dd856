//! Errors as answers: RFC 9457. What went wrong inside is logged once, where it is turned into an answer; the
//! caller reads a general text and the request's id.

use axum::Json;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value, json};

use utoipa::ToSchema;

use crate::store;

/// What is wrong, for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProblemCode)]
pub enum Code {
    /// The request cannot be understood.
    BadRequest,
    /// Nobody is signed in.
    SignedOut,
    /// The token is missing, unknown or good no longer.
    Unauthorized,
    /// The token is not good for this.
    MissingScope,
    /// The person signed in may not do this.
    Forbidden,
    /// The request comes from another site's page.
    CrossOrigin,
    /// There is no such thing, or not for this person.
    NotFound,
    /// Something else has been changed meanwhile, or is there already.
    Conflict,
    /// It cannot be done as things stand: the detail says why, and what to do first.
    Refused,
    /// Somebody else has the conversation.
    NotOwner,
    /// The conversation has changed hands since the caller looked.
    StaleEpoch,
    /// The conversation is in a stage in which this cannot be done.
    WrongStage,
    /// The offer was accepted by somebody else, or its time is over.
    OfferOver,
    /// The customer's 24 hours are over.
    WindowClosed,
    /// The customer has not agreed to be written to first, or no longer does.
    NoConsent,
    /// The provider cannot carry this.
    NotCarried,
    /// Something in it is missing, too long or not allowed.
    Invalid,
    /// Something else was asked under the same key.
    IdempotencyMismatch,
    /// The same is being done under the same key.
    IdempotencyInProgress,
    /// The cursor belongs to an earlier life of the database.
    CursorExpired,
    /// The address has no such method.
    MethodNotAllowed,
    /// The body is of another type.
    UnsupportedMediaType,
    /// The body is too large.
    TooLarge,
    /// Too many requests.
    Throttled,
    /// A fault of ours.
    Internal,
    /// The database is away or overloaded.
    Unavailable,
}

/// An error as an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, for a program.
    pub code: Code,
    /// What is wrong, for a person.
    pub detail: Option<String>,
    /// What a program can go on with, member by member.
    pub more: Box<Map<String, Value>>,
}

impl Code {
    /// The status that goes with it.
    pub fn status(self) -> StatusCode {
        match self {
            Code::BadRequest => StatusCode::BAD_REQUEST,
            Code::SignedOut | Code::Unauthorized => StatusCode::UNAUTHORIZED,
            Code::Forbidden | Code::CrossOrigin | Code::MissingScope => StatusCode::FORBIDDEN,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::Conflict
            | Code::Refused
            | Code::NotOwner
            | Code::StaleEpoch
            | Code::WrongStage
            | Code::OfferOver
            | Code::IdempotencyInProgress => StatusCode::CONFLICT,
            Code::WindowClosed
            | Code::NoConsent
            | Code::NotCarried
            | Code::Invalid
            | Code::IdempotencyMismatch => StatusCode::UNPROCESSABLE_ENTITY,
            Code::CursorExpired => StatusCode::GONE,
            Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Code::Throttled => StatusCode::TOO_MANY_REQUESTS,
            Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Code::BadRequest => "The request cannot be understood",
            Code::SignedOut => "Nobody is signed in",
            Code::Forbidden => "Not allowed",
            Code::CrossOrigin => "The request comes from another site",
            Code::NotFound => "Not found",
            Code::Conflict => "Something has changed meanwhile",
            Code::Refused => "Not as things stand",
            Code::Unauthorized => "No token that is good",
            Code::MissingScope => "The token is not good for this",
            Code::NotOwner => "Somebody else has the conversation",
            Code::StaleEpoch => "The conversation has changed hands",
            Code::WrongStage => "Not in this stage",
            Code::OfferOver => "The offer is over",
            Code::WindowClosed => "The customer's window is closed",
            Code::NoConsent => "The customer has not agreed",
            Code::NotCarried => "The provider cannot carry this",
            Code::Invalid => "Something in the request is not right",
            Code::IdempotencyMismatch => "The key was used for something else",
            Code::IdempotencyInProgress => "The same call is under way",
            Code::CursorExpired => "The cursor is of an earlier time",
            Code::MethodNotAllowed => "There is no such method here",
            Code::UnsupportedMediaType => "The body is of a type that is not read here",
            Code::TooLarge => "The request is too large",
            Code::Throttled => "Too many requests",
            Code::Internal => "Something went wrong",
            Code::Unavailable => "The desk cannot reach its database",
        }
    }
}

impl Problem {
    /// A problem that its title says all about.
    pub fn new(code: Code) -> Problem {
        Problem { code, detail: None, more: Box::default() }
    }

    /// A problem, and what a person should know about it.
    pub fn with(code: Code, detail: impl Into<String>) -> Problem {
        Problem { code, detail: Some(detail.into()), more: Box::default() }
    }

    /// With one more member for programs.
    pub fn and(mut self, key: &str, value: impl Serialize) -> Problem {
        self.more.insert(key.to_owned(), json!(value));
        self
    }

    /// Something at a place of the request is not right.
    pub fn at(path: &str, message: impl Into<String>) -> Problem {
        let message = message.into();
        let detail = if path.is_empty() { message.clone() } else { format!("{path}: {message}") };
        Problem::with(Code::Invalid, detail).and("errors", [json!({ "path": path, "message": message })])
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Problem {
        match error {
            store::Error::Unavailable(_) => {
                tracing::warn!("{error}");
                Problem::with(Code::Unavailable, "Try again in a moment.")
            }
            _ => {
                tracing::error!("{error}");
                Problem::new(Code::Internal)
            }
        }
    }
}

#[derive(Serialize)]
struct Shape<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    code: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(flatten)]
    more: &'a Map<String, Value>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = render(&self, None);
        response.extensions_mut().insert(self);
        response
    }
}

/// A layer that writes the request's id (`x-request-id`, given to the request further out) into problems.
pub async fn identify(request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).cloned();
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let told = render(&problem, id.as_ref().and_then(|id| id.to_str().ok()));
    // Only the body is another one: other layers may have added headers meanwhile.
    response.headers_mut().remove(header::CONTENT_LENGTH);
    *response.body_mut() = told.into_body();
    response
}

const REQUEST_ID: &str = "x-request-id";

fn render(problem: &Problem, request_id: Option<&str>) -> Response {
    let status = problem.code.status();
    let shape = Shape {
        r#type: "about:blank",
        title: problem.code.title(),
        status: status.as_u16(),
        code: problem.code,
        detail: problem.detail.as_deref(),
        request_id,
        more: &problem.more,
    };
    let mut response = (status, Json(shape)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if problem.code == Code::Unavailable {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use axum::{Router, middleware};
    use tower::ServiceExt;

    use super::*;

    async fn answer(problem: fn() -> Problem) -> (Response<()>, serde_json::Value) {
        let handler = move || async move { problem() };
        let app = Router::new().route("/", get(handler)).layer(middleware::from_fn(identify));
        let request = Request::get("/").header("x-request-id", "r-1").body(Body::empty()).unwrap();
        let (parts, body) = app.oneshot(request).await.unwrap().into_parts();
        let body = serde_json::from_slice(&to_bytes(body, 10_000).await.unwrap()).unwrap();
        (Response::from_parts(parts, ()), body)
    }

    #[tokio::test]
    async fn a_database_that_is_away_is_a_503_that_says_when_to_come_back() {
        let (response, body) =
            answer(|| store::Error::Unavailable("host db-7 is gone".to_owned()).into()).await;
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!(body["code"], "unavailable");
        assert_eq!(body["request_id"], "r-1");
        assert!(!body.to_string().contains("db-7"), "{body}");
    }

    #[tokio::test]
    async fn a_fault_of_ours_tells_nothing_of_the_inside() {
        let (response, body) =
            answer(|| store::Error::Broken("agents.role holds `x`".to_owned()).into()).await;
        assert_eq!(response.status(), 500);
        assert!(!body.to_string().contains("agents"), "{body}");
        assert_eq!(body["status"], 500);
    }
}
