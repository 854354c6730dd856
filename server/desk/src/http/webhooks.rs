//! Webhooks: verified over the raw bytes, kept, and answered. Nothing is parsed before the signature holds, and
//! nothing is answered with 200 before it is on disk.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Query, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use contract::ConnectionId;
use futures::StreamExt;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;

use crate::channels::{self, Hook, Receipt};
use crate::jobs::receive::NotKept;
use crate::state::Desk;
use crate::store::ledger::{Entry, Incoming, Source};

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
    in_time(&desk, keep(&desk, door, &headers, body)).await
}

async fn receive_at(
    State(desk): State<Desk>,
    Path((provider, connection, tail)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let door = Door { provider, connection, tail, query: query.unwrap_or_default() };
    in_time(&desk, keep(&desk, door, &headers, body)).await
}

/// Nobody waits longer than that: better to say no while the provider still listens.
async fn in_time(desk: &Desk, answer: impl Future<Output = Response>) -> Response {
    tokio::time::timeout(PATIENCE, answer).await.unwrap_or_else(|_| {
        desk.intake.note_refused();
        unavailable()
    })
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
    let incoming =
        Incoming { connection: connection.id, source: Source::Webhook, content_type, tail, query, body };
    match desk.intake.keep(incoming).await {
        Ok(entry) => {
            note(desk, connection.id);
            let told = (!provider.about().has_ids).then_some(entry);
            answer(desk, provider.receipt(), told)
        }
        Err(NotKept::Overloaded | NotKept::Unavailable) => unavailable(),
    }
}

/// Says that a webhook is kept. Where messages have no ids, it is written down once that was said: a webhook that
/// was never answered comes again, and is told from a customer who repeats themself by that.
fn answer(desk: &Desk, receipt: Receipt, told: Option<Entry>) -> Response {
    let kind = [(header::CONTENT_TYPE, receipt.content_type)];
    let Some(entry) = told else { return (kind, receipt.body).into_response() };
    let desk = desk.clone();
    (kind, said(receipt.body, move || note_answer(&desk, entry))).into_response()
}

/// A body that does something once it has gone out. The end is asked for when the rest is on its way; whoever hangs
/// up before never gets so far.
pub fn said(text: &'static str, then: impl FnOnce() + Send + 'static) -> Body {
    let first = futures::stream::iter([Ok::<_, Infallible>(Bytes::from_static(text.as_bytes()))]);
    let end = futures::stream::once(async move {
        then();
        None
    });
    Body::from_stream(first.chain(end.filter_map(std::future::ready)))
}

fn note_answer(desk: &Desk, entry: Entry) {
    let desk = desk.clone();
    desk.tasks.clone().spawn(async move {
        if let Err(error) = desk.store.note_answer(&entry).await {
            tracing::warn!(error = %error, "it could not be noted that a webhook was answered");
        }
    });
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
            desk.intake.note_refused();
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
