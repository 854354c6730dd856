//! Webhooks: verified over the raw bytes, kept, and answered. Nothing is parsed before the signature holds, and
//! nothing is answered with 200 before it is on disk.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use contract::ConnectionId;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;

use crate::channels::{self, Hook};
use crate::jobs::receive::NotKept;
use crate::state::Desk;
use crate::store::ledger::Incoming;

/// The largest body: Meta sends up to 3 MB.
const LARGEST: usize = 4 << 20;
/// The longest name of a door, in bytes.
const LONGEST_TAIL: usize = 128;
/// The longest query, in bytes.
const LONGEST_QUERY: usize = 1_024;

/// The routes of this file.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/webhooks/{provider}/{connection}", get(handshake).post(receive))
        // Behind the connection stands which of its doors it is, for providers that have several.
        .route("/webhooks/{provider}/{connection}/{tail}", post(receive_at))
        .layer(DefaultBodyLimit::max(LARGEST))
}

/// The provider checks that the address is ours.
async fn handshake(
    State(desk): State<Desk>,
    Path((provider, id)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let connection = match find(&desk, &provider, &id).await {
        Ok(connection) => connection,
        Err(refused) => return refused,
    };
    let answer = channels::provider(&connection.provider)
        .and_then(|provider| provider.handshake(&query, &connection.account));
    match answer {
        Some(challenge) => ([(header::CONTENT_TYPE, "text/plain")], challenge).into_response(),
        None => StatusCode::FORBIDDEN.into_response(),
    }
}

/// How long a provider waits at most before it hears that it should come again.
const PATIENCE: Duration = Duration::from_millis(1900);

async fn receive(
    State(desk): State<Desk>,
    Path((provider, connection)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let door = Door { provider, connection, tail: String::new(), query: query.unwrap_or_default() };
    let kept = tokio::time::timeout(PATIENCE, keep(&desk, door, &headers, body));
    kept.await.unwrap_or_else(|_| unavailable())
}

async fn receive_at(
    State(desk): State<Desk>,
    Path((provider, connection, tail)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let door = Door { provider, connection, tail, query: query.unwrap_or_default() };
    let kept = tokio::time::timeout(PATIENCE, keep(&desk, door, &headers, body));
    kept.await.unwrap_or_else(|_| unavailable())
}

/// By which address a webhook came.
struct Door {
    provider: String,
    connection: String,
    tail: String,
    query: String,
}

impl Door {
    /// The address as the provider has it.
    fn url(&self, desk: &Desk) -> String {
        let mut path = format!("/webhooks/{}/{}", self.provider, self.connection);
        for (mark, part) in [("/", &self.tail), ("?", &self.query)] {
            if !part.is_empty() {
                path.push_str(mark);
                path.push_str(part);
            }
        }
        desk.config.public(&path)
    }
}

async fn keep(desk: &Desk, door: Door, headers: &HeaderMap, body: Bytes) -> Response {
    let connection = match find(desk, &door.provider, &door.connection).await {
        Ok(connection) => connection,
        Err(refused) => return refused,
    };
    let Some(provider) = channels::provider(&connection.provider) else { return gone() };
    let hook = Hook { url: &door.url(desk), headers, body: &body, at: Timestamp::now() };
    let fits = door.tail.len() <= LONGEST_TAIL && door.query.len() <= LONGEST_QUERY;
    if !fits || !provider.genuine(&hook, &connection.account) {
        metrics::counter!("baton_webhooks_bad_signature").increment(1);
        if let Err(error) = desk.store.count_bad_signature(connection.id).await {
            tracing::warn!(error = %error, "a wrong signature could not be counted");
        }
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let Door { tail, query, .. } = door;
    let incoming = Incoming { connection: connection.id, content_type, tail, query, body };
    match desk.intake.keep(incoming).await {
        Ok(()) => {
            note(desk, connection.id);
            let receipt = provider.receipt();
            ([(header::CONTENT_TYPE, receipt.content_type)], receipt.body).into_response()
        }
        Err(NotKept::Overloaded | NotKept::Unavailable) => unavailable(),
    }
}

/// Lights the lamp of the connection. The provider does not wait for it, and it costs at most a write a second.
fn note(desk: &Desk, id: ConnectionId) {
    if !desk.connections.is_fresh_webhook(id) {
        return;
    }
    let desk = desk.clone();
    desk.tasks.clone().spawn(async move {
        if let Err(error) = desk.store.note_webhook(id).await {
            tracing::debug!(error = %error, "a webhook's time could not be noted");
        }
    });
}

async fn find(
    desk: &Desk,
    provider: &str,
    id: &str,
) -> Result<std::sync::Arc<crate::store::channels::Connection>, Response> {
    let Ok(id) = id.parse::<ConnectionId>() else { return Err(gone()) };
    match desk.connections.get(desk, id).await {
        Ok(Some(connection)) if connection.provider == provider => Ok(connection),
        Ok(_) => Err(gone()),
        Err(error) => {
            tracing::warn!(error = %error, "a webhook found no database");
            Err(unavailable())
        }
    }
}

fn gone() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

/// Come again: the provider keeps the webhook until it is safe here.
fn unavailable() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")]).into_response()
}
