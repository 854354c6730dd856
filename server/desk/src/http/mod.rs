//! Every route of the desk, grouped by who calls it.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

use crate::auth::sessions;
#[cfg(feature = "sandbox")]
use crate::sandbox;
use crate::state::Desk;

pub mod address;
pub mod api;
pub mod error;
pub mod files;
pub mod headers;
pub mod health;
pub mod live;
pub mod login;
pub mod metrics;
pub mod origin;
pub mod webhooks;

/// Every route but the pages.
pub fn router(desk: Desk) -> Router {
    let routes = Router::new()
        // Browsers: forms and the socket.
        .merge(login::routes())
        .route("/live", get(live::live))
        // Files: browsers by their session, providers by a token.
        .merge(files::routes())
        // Providers.
        .merge(webhooks::routes())
        // Programs, by their tokens.
        .merge(api::routes(&desk))
        // Whoever watches the process.
        .merge(health::routes())
        .route("/metrics", get(metrics::metrics))
        .with_state(desk.clone());
    // Callers of the stand-ins, and scripts.
    #[cfg(feature = "sandbox")]
    let routes = routes.merge(sandbox::routes(desk));
    routes
}

/// What every request passes, pages and files included. Outermost first: an id for the request, a line in the
/// log, the security headers, problems that name the id, the check of the origin, the session.
pub fn layers(router: Router, desk: &Desk) -> Router {
    sessions::mount(desk, router)
        .layer(from_fn_with_state(desk.clone(), origin::guard))
        .layer(from_fn(error::identify))
        .layer(from_fn_with_state(desk.clone(), headers::secure))
        .layer(from_fn(metrics::measure))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
}

/// A request's line in the log: never its query, which can hold a token.
fn span(request: &axum::extract::Request) -> tracing::Span {
    tracing::debug_span!("request", method = %request.method(), path = request.uri().path())
}
