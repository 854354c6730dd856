//! The socket of a browser: only from our own origin, only for somebody signed in.

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;

use super::error::{Code, Problem};
use super::origin;
use crate::auth::sessions::SignedIn;
use crate::live::socket;
use crate::state::Desk;

/// Opens the feed.
pub async fn live(
    State(desk): State<Desk>,
    headers: HeaderMap,
    who: Result<SignedIn, Problem>,
    upgrade: WebSocketUpgrade,
) -> Response {
    // An upgrade is a GET and passes the layer for unsafe methods: the check must be here.
    if !origin::websocket_allowed(&desk.config, &headers) {
        return Problem::new(Code::CrossOrigin).into_response();
    }
    match who {
        Ok(who) => socket::upgrade(desk, who, upgrade),
        Err(refused) => refused.into_response(),
    }
}
