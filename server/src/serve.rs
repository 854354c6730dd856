//! The desk, from start to end.
//!
//! The port is taken first, so that whoever starts us sees at once when it cannot be. Until the database is there
//! and migrated every request but /healthz is told to come back in a moment.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use desk::{Config, Desk};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tower::ServiceExt;
use url::Url;

use crate::database::Database;
use crate::settings::Settings;
use crate::{key, out, sandbox};

/// How long what is under way may take after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);
/// Connections to the database.
const CONNECTIONS: u32 = 24;

/// Runs the desk until it is told to stop.
pub async fn serve(settings: Settings) -> Result<()> {
    let mut signals = Signals::new()?;
    let listener = TcpListener::bind(settings.listen).await.with_context(|| {
        format!("cannot listen on {}: is something else there? Choose another with --port", settings.listen)
    })?;
    let bound = listener.local_addr().context("finding the port")?;
    let front = Front::default();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(front.clone().serve(listener, stopped));

    // A signal during the start ends it: what has been started is stopped by being dropped.
    let started = tokio::select! {
        started = start(&settings, bound) => started?,
        () = signals.next() => return Ok(()),
    };
    front.open(started.router());
    started.tell();

    signals.next().await;
    tracing::info!("stopping");
    let Started { desk, database, .. } = started;
    // The sockets are closed by the hub, which stops with the jobs: both must end together.
    let _ = stop.send(());
    let (served, ()) = tokio::join!(tokio::time::timeout(GRACE, serving), desk::jobs::stop(&desk, GRACE));
    match served {
        Ok(served) => served.context("the server ended by a panic")?.context("serving")?,
        Err(_) => tracing::warn!("some requests did not end within {} s", GRACE.as_secs()),
    }
    drop(desk);
    database.stop().await?;
    tracing::info!("stopped");
    Ok(())
}

/// A desk that runs.
struct Started {
    desk: Desk,
    database: Database,
    told: Vec<String>,
    #[cfg_attr(not(feature = "ssr"), expect(dead_code, reason = "only the screens have files"))]
    site: std::path::PathBuf,
}

async fn start(settings: &Settings, bound: SocketAddr) -> Result<Started> {
    let (public_url, local_url) = settings.reached(bound)?;
    let database = Database::start(settings, |step| tracing::info!("{step}")).await?;
    let secret_key = key::read_or_make(settings)?;
    let store = database.open(CONNECTIONS)?;
    store.migrate().await.context("bringing the database's schema up to date")?;
    let config = Config {
        public_url,
        local_url,
        trusted_proxies: settings.trusted_proxies.clone(),
        allowed_hosts: settings.allowed_hosts.clone(),
        sandbox: settings.sandbox,
        secret_key,
        ledger_days: settings.ledger_days,
        build: build(),
        database_connections: CONNECTIONS,
        media: settings.media.clone(),
    };
    let desk = desk::state::desk(config, store)?;
    let told = sandbox::prepare(&desk, settings).await.context("preparing the sample data")?;
    desk::jobs::start(&desk).await.context("starting the jobs")?;
    Ok(Started { desk, database, told, site: settings.site.clone() })
}

/// What browsers compare their own code with: another build means that they reload.
fn build() -> String {
    let hashes = std::env::current_exe().ok().map(|program| program.with_file_name("hash.txt"));
    let hashes = hashes.and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
    let hash = hashes.lines().find_map(|line| line.strip_prefix("wasm:")).unwrap_or("unhashed").trim();
    format!("{}-{hash}", env!("CARGO_PKG_VERSION"))
}

impl Started {
    fn router(&self) -> Router {
        let router = desk::http::router(self.desk.clone());
        #[cfg(feature = "ssr")]
        let router = router.merge(crate::pages::router(&self.desk, &self.site));
        desk::http::layers(router, &self.desk)
    }

    /// Says where the desk is and what to try.
    fn tell(&self) {
        let address = self.desk.config.public_url.as_str().trim_end_matches('/');
        out::line("");
        out::line(&format!("  Baton is at {address}"));
        self.told.iter().for_each(|line| out::line(line));
        out::line("ready");
        let listens: &Url = &self.desk.config.local_url;
        tracing::info!(public = address, local = listens.as_str(), "ready");
    }
}

/// What stands before the desk while it starts.
#[derive(Clone, Default)]
struct Front {
    desk: Arc<OnceLock<Router>>,
}

impl Front {
    /// Lets requests through to the desk from now on.
    fn open(&self, router: Router) {
        let _ = self.desk.set(router);
    }

    async fn serve(self, listener: TcpListener, stopped: oneshot::Receiver<()>) -> std::io::Result<()> {
        // Small frames must not wait for each other.
        let listener = listener.tap_io(|socket| {
            if let Err(error) = socket.set_nodelay(true) {
                tracing::debug!("a connection stays slow: {error}");
            }
        });
        let router = Router::new().fallback(pass).with_state(self);
        axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(async {
                let _ = stopped.await;
            })
            .await
    }
}

async fn pass(State(front): State<Front>, request: Request) -> Response {
    if let Some(desk) = front.desk.get() {
        return match desk.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
    }
    if request.uri().path() == "/healthz" {
        return (StatusCode::OK, "starting\n").into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], "The desk is starting.\n").into_response()
}

/// What tells us to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Signals> {
        let listen = |kind| signal(kind).context("listening for signals");
        Ok(Signals {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
