//! A lean client: requests that were made before, over connections that stay. It must cost less than what it
//! measures.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use crate::figures::Latencies;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is sent, byte for byte.
pub type Requests = Arc<Vec<Vec<u8>>>;

/// What came of many requests.
#[derive(Default)]
pub struct Answers {
    /// How long those took that were answered with 200.
    pub ok: Latencies,
    /// Those that were not, by their place in the list.
    pub failed: Vec<usize>,
}

impl Answers {
    fn note(&mut self, request: usize, status: Option<u16>, took: Duration) {
        match status {
            Some(200) => self.ok.add(took),
            _ => self.failed.push(request),
        }
    }

    fn merge(&mut self, other: Answers) {
        self.ok.merge(other.ok);
        self.failed.extend(other.failed);
    }
}

/// When requests are due. They are sent then whether others were answered or not, and what they take is counted
/// from then.
#[derive(Clone, Copy)]
pub struct Pace {
    /// When the first one is due.
    pub start: Instant,
    /// How many are due each second.
    pub per_second: u32,
}

impl Pace {
    /// One that begins in a moment.
    pub fn soon(per_second: u32) -> Pace {
        Pace { start: Instant::now() + Duration::from_millis(200), per_second }
    }

    /// When one of them is due.
    pub fn due(self, request: usize) -> Instant {
        let request = u64::try_from(request).unwrap_or(u64::MAX);
        self.start + Duration::from_nanos(request * 1_000_000_000 / u64::from(self.per_second.max(1)))
    }

    /// Says when each of so many is due. A thread of its own: the runtime's clock is too coarse.
    pub fn tick(self, count: usize) -> mpsc::UnboundedReceiver<usize> {
        let (due, receiver) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for request in 0..count {
                let wait = self.due(request).saturating_duration_since(Instant::now());
                if !wait.is_zero() {
                    std::thread::sleep(wait);
                }
                if due.send(request).is_err() {
                    return;
                }
            }
        });
        receiver
    }
}

/// Sends requests one after the other over each of several connections, until the time is up or none is left.
pub async fn closed_loop(
    port: u16,
    requests: &Requests,
    connections: usize,
    time: Duration,
) -> Result<Answers> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut lines = Vec::new();
    for _ in 0..connections {
        lines.push(Line::open(port).await?);
    }
    let end = Instant::now() + time;
    let mut tasks = JoinSet::new();
    for mut line in lines {
        let (next, requests) = (next.clone(), requests.clone());
        tasks.spawn(async move {
            let mut answers = Answers::default();
            while Instant::now() < end {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(request) = requests.get(at) else { break };
                let begun = Instant::now();
                let status = line.ask(request).await;
                answers.note(at, status, begun.elapsed());
            }
            answers
        });
    }
    Ok(join(tasks).await)
}

/// Sends each request when it is due.
pub async fn open_loop(port: u16, requests: &Requests, connections: usize, pace: Pace) -> Result<Answers> {
    let due = Arc::new(Mutex::new(pace.tick(requests.len())));
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let mut line = Line::open(port).await?;
        let (due, requests) = (due.clone(), requests.clone());
        tasks.spawn(async move {
            let mut answers = Answers::default();
            loop {
                let Some(at) = due.lock().await.recv().await else { break };
                let Some(request) = requests.get(at) else { break };
                let status = line.ask(request).await;
                answers.note(at, status, pace.due(at).elapsed());
            }
            answers
        });
    }
    Ok(join(tasks).await)
}

async fn join(mut tasks: JoinSet<Answers>) -> Answers {
    let mut all = Answers::default();
    while let Some(done) = tasks.join_next().await {
        if let Ok(answers) = done {
            all.merge(answers);
        }
    }
    all
}

/// One connection.
struct Line {
    port: u16,
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    async fn open(port: u16) -> Result<Line> {
        Ok(Line { port, stream: connect(port).await?, buffer: Vec::with_capacity(4096) })
    }

    /// The answer's status. After a failure the connection is a new one.
    async fn ask(&mut self, request: &[u8]) -> Option<u16> {
        if let Ok(Ok(status)) = tokio::time::timeout(PATIENCE, self.try_ask(request)).await {
            return Some(status);
        }
        if let Ok(stream) = connect(self.port).await {
            self.stream = stream;
        }
        None
    }

    async fn try_ask(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the connection was closed");
            }
            if let Some(status) = whole(&self.buffer)? {
                return Ok(status);
            }
        }
    }
}

async fn connect(port: u16) -> Result<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.context("connecting to the server")?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// The status, once the whole answer is there.
fn whole(answer: &[u8]) -> Result<Option<u16>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&answer[..end]).context("the answer's head is no text")?;
    let status = head.get(9..12).context("the answer is cut short")?.parse().context("no status")?;
    let mut lengths = head.lines().filter_map(|line| line.split_once(':'));
    let length = lengths.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    ensure!(length.is_some(), "the answer does not say how long it is");
    let length: usize = length.map_or("", |(_, value)| value.trim()).parse().context("no length")?;
    Ok((answer.len() >= end + 4 + length).then_some(status))
}

/// A request of the form that [`closed_loop`] and [`open_loop`] send.
pub fn post(path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
