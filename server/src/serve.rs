//! A server, from start to end: the desk, or the stand-ins alone.
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
pub async fn serve(settings: &Settings) -> Result<()> {
    run(settings, start).await
}

/// Something that is served, once it has started.
pub struct Started {
    /// The desk, or what plays no more than a part of one.
    pub desk: Desk,
    /// Its database.
    pub database: Database,
    /// Every route.
    pub router: Router,
    /// What is told on standard output, line by line.
    pub told: Vec<String>,
}

/// Starts something and serves it until the process is told to stop. It is handed the address that is listened on.
pub async fn run(
    settings: &Settings,
    start: impl AsyncFnOnce(&Settings, SocketAddr) -> Result<Started>,
) -> Result<()> {
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
        started = Box::pin(start(settings, bound)) => started?,
        () = signals.next() => return Ok(()),
    };
    let Started { desk, database, router, told } = started;
    front.open(router);
    told.iter().for_each(|line| out::line(line));
    out::line("ready");
    let (public, local): (&Url, &Url) = (&desk.config.public_url, &desk.config.local_url);
    tracing::info!(public = public.as_str(), local = local.as_str(), "ready");

    signals.next().await;
    tracing::info!("stopping");
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

async fn start(settings: &Settings, bound: SocketAddr) -> Result<Started> {
    let (public_url, local_url) = settings.reached(bound)?;
    let database = Database::start(settings, |step| tracing::info!("{step}")).await?;
    let desk = assemble(settings, &database, (public_url, local_url)).await?;
    let samples = sandbox::prepare(&desk, settings).await.context("preparing the sample data")?;
    // Before the jobs: some of them call the stand-ins at once, which answer as soon as the routes are there.
    let router = desk::http::router(desk.clone());
    #[cfg(feature = "ssr")]
    let router = router.merge(crate::pages::router(&desk, &settings.site));
    let router = desk::http::layers(router, &desk);
    desk::jobs::start(&desk).await.context("starting the jobs")?;
    let address = desk.config.public_url.as_str().trim_end_matches('/');
    let mut told = vec![String::new(), format!("  Baton is at {address}")];
    told.extend(samples);
    Ok(Started { router, told, desk, database })
}

/// A desk over a database that is brought up to date. Nothing of it is started. `reached` is where the desk is
/// reached: publicly, and on this machine.
pub async fn assemble(settings: &Settings, database: &Database, reached: (Url, Url)) -> Result<Desk> {
    let secret_key = key::read_or_make(settings)?;
    let store = database.open(CONNECTIONS)?;
    store.migrate().await.context("bringing the database's schema up to date")?;
    let (public_url, local_url) = reached;
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
    desk::state::desk(config, store)
}

/// What browsers compare their own code with: another build means that they reload.
fn build() -> String {
    let hashes = std::env::current_exe().ok().map(|program| program.with_file_name("hash.txt"));
    let hashes = hashes.and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
    let hash = hashes.lines().find_map(|line| line.strip_prefix("wasm:")).unwrap_or("unhashed").trim();
    format!("{}-{hash}", env!("CARGO_PKG_VERSION"))
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
