//! The bare server that latencies are compared with: what is posted goes to every socket as it came, with nothing
//! kept and nothing looked at. A process of its own, as Baton is.

use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use tests::process::free_port;
use tokio::net::TcpListener;
use tokio::sync::broadcast;

/// The server, until this is dropped.
pub struct Bare {
    child: Child,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl Bare {
    /// Starts it.
    pub async fn start() -> Result<Bare> {
        let port = free_port();
        let program = std::env::current_exe().context("finding this program")?;
        let mut command = Command::new(program);
        command.arg("bare").arg(port.to_string()).stdin(Stdio::null()).stdout(Stdio::null());
        let bare = Bare { child: command.spawn().context("starting the bare server")?, port };
        let begun = Instant::now();
        while tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            ensure!(begun.elapsed() < Duration::from_secs(30), "the bare server does not start");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(bare)
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

type Told = broadcast::Sender<Utf8Bytes>;

/// Serves until it is killed.
pub async fn serve(port: u16) -> Result<()> {
    let app =
        Router::new().route("/webhook", post(hear)).route("/live", get(live)).with_state(Told::new(1024));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.context("listening")?;
    let listener = listener.tap_io(|socket| {
        let _slow = socket.set_nodelay(true);
    });
    axum::serve(listener, app).await.context("serving")
}

async fn hear(State(told): State<Told>, body: String) -> StatusCode {
    let _nobody = told.send(body.into());
    StatusCode::OK
}

async fn live(State(told): State<Told>, upgrade: WebSocketUpgrade) -> Response {
    let mut frames = told.subscribe();
    upgrade.on_upgrade(move |mut socket| async move {
        while let Ok(frame) = frames.recv().await {
            if socket.send(Message::Text(frame)).await.is_err() {
                return;
            }
        }
    })
}
