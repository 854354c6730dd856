//! Whether the process lives, and whether it can work.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;

use crate::state::Desk;

/// The routes.
pub fn routes() -> Router<Desk> {
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz))
}

/// The process lives.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The process can work: it does not stop, and its database answers.
pub async fn readyz(State(desk): State<Desk>) -> (StatusCode, &'static str) {
    if desk.stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match desk.store.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database is away\n"),
    }
}
