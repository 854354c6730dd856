//! Sockets that note when a numbered message reaches them. They look for its mark and read nothing else: fifty of
//! them must not cost more than the desk.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use contract::frame::{PING_MS, Up};
use futures::stream::SplitSink;
use futures::{SinkExt, StreamExt};
use tests::{Socket, light};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::figures::Latencies;

/// What stands before a message's number in its text.
const MARK: &str = "lat-";
/// Digits of the number.
const DIGITS: usize = 8;
/// How long is waited for what is still under way.
const PATIENCE: Duration = Duration::from_secs(10);

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Sink = Arc<tokio::sync::Mutex<SplitSink<Stream, Message>>>;
type Seen = HashMap<(usize, usize), Instant>;

/// Several sockets of one server.
pub struct Watchers {
    sinks: Vec<Sink>,
    /// By socket and number: when it was there first.
    seen: Arc<Mutex<Seen>>,
    tasks: JoinSet<()>,
}

impl Watchers {
    /// Sockets of the desk, one for each cookie.
    pub async fn of_desk(url: &str, cookies: &[String], cursor: &str) -> Watchers {
        let mut watchers = Watchers::none();
        for cookie in cookies {
            watchers.watch(Socket::open(url, cookie, cursor).await.stream);
        }
        for sink in watchers.sinks.clone() {
            watchers.tasks.spawn(async move {
                loop {
                    tokio::time::sleep(Duration::from_millis(u64::from(PING_MS))).await;
                    if say(&sink, &Up::Ping).await.is_err() {
                        return;
                    }
                }
            });
        }
        watchers
    }

    /// Sockets of the bare server.
    pub async fn of_bare(port: u16, count: usize) -> Result<Watchers> {
        let mut watchers = Watchers::none();
        for _ in 0..count {
            let (stream, _) =
                connect_async_with_config(format!("ws://127.0.0.1:{port}/live"), Some(light()), true).await?;
            watchers.watch(stream);
        }
        Ok(watchers)
    }

    fn none() -> Watchers {
        Watchers { sinks: Vec::new(), seen: Arc::default(), tasks: JoinSet::new() }
    }

    fn watch(&mut self, stream: Stream) {
        if let MaybeTlsStream::Plain(plain) = stream.get_ref() {
            let _slow = plain.set_nodelay(true);
        }
        let (sink, mut stream) = stream.split();
        let (socket, seen) = (self.sinks.len(), self.seen.clone());
        self.sinks.push(Arc::new(tokio::sync::Mutex::new(sink)));
        self.tasks.spawn(async move {
            while let Some(Ok(message)) = stream.next().await {
                let Message::Text(text) = message else { continue };
                if let Some(number) = number_in(&text) {
                    let at = Instant::now();
                    seen.lock().unwrap_or_else(PoisonError::into_inner).entry((socket, number)).or_insert(at);
                }
            }
        });
    }

    /// Sends a frame over one of the sockets.
    pub async fn say(&self, socket: usize, up: &Up) -> Result<()> {
        say(self.sinks.get(socket).context("no such socket")?, up).await
    }

    /// How long these messages took to every socket, from when each was due; and how many never came.
    pub async fn took(&self, numbers: Range<usize>, due: impl Fn(usize) -> Instant) -> (Latencies, usize) {
        let expected = numbers.len() * self.sinks.len();
        let begun = Instant::now();
        loop {
            let mut latencies = Latencies::default();
            for ((_, number), at) in self.seen.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                if numbers.contains(number) {
                    latencies.add(at.saturating_duration_since(due(*number)));
                }
            }
            let missing = expected - latencies.len();
            if missing == 0 || begun.elapsed() > PATIENCE {
                return (latencies, missing);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn say(sink: &Sink, up: &Up) -> Result<()> {
    let text = serde_json::to_string(up)?;
    Ok(sink.lock().await.send(Message::text(text)).await?)
}

/// The text of a numbered message.
pub fn marked(number: usize) -> String {
    format!("{MARK}{number:0DIGITS$} Hello, is the lamp that I ordered last week on its way?")
}

/// The number in the text of a numbered message.
pub fn number_in(text: &str) -> Option<usize> {
    let at = text.find(MARK)? + MARK.len();
    text.get(at..at + DIGITS)?.parse().ok()
}
