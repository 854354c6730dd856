//! Errors as answers: RFC 9457. What went wrong inside is logged once, where it is turned into an answer; the
//! caller reads a general text and the request's id.

use axum::Json;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::store;

/// What is wrong, for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The request cannot be understood.
    BadRequest,
    /// Nobody is signed in.
    SignedOut,
    /// The person signed in may not do this.
    Forbidden,
    /// The request comes from another site's page.
    CrossOrigin,
    /// There is no such thing, or not for this person.
    NotFound,
    /// Something else has been changed meanwhile, or is there already.
    Conflict,
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
}

impl Code {
    /// The status that goes with it.
    pub fn status(self) -> StatusCode {
        match self {
            Code::BadRequest => StatusCode::BAD_REQUEST,
            Code::SignedOut => StatusCode::UNAUTHORIZED,
            Code::Forbidden | Code::CrossOrigin => StatusCode::FORBIDDEN,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::Conflict => StatusCode::CONFLICT,
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
        Problem { code, detail: None }
    }

    /// A problem, and what a person should know about it.
    pub fn with(code: Code, detail: impl Into<String>) -> Problem {
        Problem { code, detail: Some(detail.into()) }
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
