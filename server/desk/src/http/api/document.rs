//! The document that describes the API (OpenAPI 3.1), and the page that shows it.

use std::sync::Arc;

use axum::Router;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, header};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr, ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use super::once;
use crate::http::error::Code;
use crate::state::Desk;

/// What an error is answered with, as RFC 9457 has it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the description of what `http/error.rs` writes")]
struct Problem {
    /// Always `about:blank`: the `code` says which problem it is.
    r#type: String,
    /// What is wrong, in a few words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong, for a program.
    code: Code,
    /// What is wrong, why, and what to do next, for a person.
    detail: Option<String>,
    /// Names this very request in the desk's log.
    request_id: Option<String>,
    /// What is wrong, place by place, of `invalid`.
    errors: Option<Vec<ProblemAt>>,
    /// The scope that the token lacks, of `missing_scope`.
    scope: Option<String>,
    /// Who has the conversation, of `not_owner` and `stale_epoch`.
    owner: Option<crate::public::words::Party>,
    /// The conversation's epoch now, of `not_owner` and `stale_epoch`.
    epoch: Option<i64>,
}

/// Something that is wrong at a place.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the description of what `http/error.rs` writes")]
struct ProblemAt {
    /// The place in the request (`buttons[0].title`).
    path: String,
    /// What is wrong there.
    message: String,
}

const ABOUT: &str = "Everything that a bot or an integration does with the desk.\n\n\
    Send `Authorization: Bearer TOKEN` (or `api_access_token: TOKEN`) with every call. Whoever \
    runs the desk makes one with `baton token create`. A token that begins with `baton_test_` reaches the channels of the built-in stand-ins alone.\n\n\
    Moments are RFC 3339 in UTC. Errors are problems as RFC 9457 has them, with a stable `code`. A POST with an \
    `Idempotency-Key` is done once, and answered the same for a day. `RateLimit-*` headers say how often you may call. \
    What is here only grows: leave out members, events and types that you do not know.\n\n\
    Only the owner of a conversation writes to the customer. Every change of owner raises its `epoch`; what you write \
    names the epoch that you have seen, and is refused with 409 if it is another one by now.";

/// The document without its calls.
pub(super) fn frame() -> OpenApi {
    let info = InfoBuilder::new().title("Baton").version("1").description(Some(ABOUT)).build();
    let mut components = Components::new();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let header = ApiKey::Header(ApiKeyValue::new("api_access_token"));
    components.add_security_scheme("api_access_token", SecurityScheme::ApiKey(header));
    let mut schemas = vec![(Problem::name().into_owned(), Problem::schema())];
    Problem::schemas(&mut schemas);
    components.schemas.extend(schemas);
    let none: [&str; 0] = [];
    let security = ["bearer", "api_access_token"].map(|scheme| SecurityRequirement::new(scheme, none));
    OpenApiBuilder::new().info(info).components(Some(components)).security(Some(security)).build()
}

/// Adds to each call what all have: the problem as its other answer, the key of those that do something, and a name.
pub(super) fn finish(document: &mut OpenApi) {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let problem =
        ResponseBuilder::new().description("A problem").content("application/problem+json", problem).build();
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            operation.responses.responses.insert("default".to_owned(), RefOr::T(problem.clone()));
        }
        if let Some(post) = &mut item.post {
            post.parameters.get_or_insert_default().push(RefOr::T(key()));
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let all = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
    all.into_iter().filter_map(Option::as_mut)
}

fn key() -> utoipa::openapi::path::Parameter {
    utoipa::openapi::path::ParameterBuilder::new()
        .name(once::HEADER)
        .parameter_in(utoipa::openapi::path::ParameterIn::Header)
        .required(utoipa::openapi::Required::False)
        .description(Some("A key of yours, such as a UUID: the same call under the same key is done once."))
        .schema(Some(String::schema()))
        .build()
}

/// What the page may do: run its script, and call the API.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The document and its page. Nobody needs a token to read how to use one.
pub(super) fn routes(document: OpenApi) -> Router<Desk> {
    // A document that cannot be written is found by the tests.
    let json: Arc<str> = document.to_json().unwrap_or_default().into();
    Router::new()
        .route("/api/openapi.json", get(move || async move { text("application/json", json.to_string()) }))
        .route("/api/docs", get(page))
        .route("/api/docs/page.js", get(|| async { text("text/javascript", include_str!("docs/page.js")) }))
        .route("/api/docs/page.css", get(|| async { text("text/css", include_str!("docs/page.css")) }))
}

async fn page() -> Response {
    let mut response = Html(include_str!("docs/page.html")).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

fn text(kind: &'static str, text: impl Into<axum::body::Body>) -> Response {
    let mut response = Response::new(text.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
