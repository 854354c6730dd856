//! Figures for a Prometheus server: requests by route, and what waits in the database.

use std::sync::OnceLock;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::error::Problem;
use crate::state::Desk;

/// Bounds of the histograms, in seconds.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let builder = PrometheusBuilder::new();
            let builder =
                builder.set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS).ok()?;
            builder.install_recorder().ok()
        })
        .as_ref()
}

/// Counts and times requests by their route, never by their path: ids would make a series each.
pub async fn measure(request: Request, next: Next) -> Response {
    recorder();
    let route =
        request.extensions().get::<MatchedPath>().map_or("other".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().as_str().to_owned();
    let begun = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    let labels = [("method", method), ("route", route), ("status", status)];
    metrics::histogram!("baton_http_seconds", &labels).record(begun.elapsed().as_secs_f64());
    response
}

/// The figures, in Prometheus's text form.
pub async fn metrics(State(desk): State<Desk>) -> Result<String, Problem> {
    let waiting = desk.store.waiting().await?;
    let figures = [
        ("baton_ledger_pending", waiting.ledger_pending),
        ("baton_deliveries_queued", waiting.deliveries_queued),
        ("baton_deliveries_sending", waiting.deliveries_sending),
        ("baton_bot_turns", waiting.bot_turns),
        ("baton_parked_statuses", waiting.parked_statuses),
        ("baton_oldest_writer_ms", waiting.oldest_writer_ms),
        ("baton_sockets", i64::try_from(desk.hub.sockets()).unwrap_or(i64::MAX)),
    ];
    for (name, value) in figures {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; counts here are far below 2^53")]
        metrics::gauge!(name).set(value as f64);
    }
    Ok(recorder().map(PrometheusHandle::render).unwrap_or_default())
}
