//! `baton listen`: brings events to a program on a developer's machine, as they would be sent to it.
//!
//! It follows the feed with a token and posts each event, signed as Standard Webhooks has it. Where it has come to stands
//! in a file, so that it goes on there when it is started again. A program that is not there yet is waited for.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desk::bots::webhook::sign;
use jiff::Timestamp;
use rand::Rng;
use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::cli::ListenFlags;
use crate::out;

/// How long one look at the feed waits, in seconds.
const WAIT: u32 = 25;
/// How long a program may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long one waits before one tries again what did not work.
const PAUSE: Duration = Duration::from_secs(1);

/// A page of the feed.
struct Page {
    events: Vec<Value>,
    cursor: String,
}

/// What a look at the feed has brought.
enum Looked {
    Page(Page),
    /// Not now: the desk is away, or it is too much.
    Later(String),
    /// The cursor is of an earlier time.
    Void,
}

/// `baton listen`
pub async fn listen(flags: &ListenFlags) -> Result<()> {
    let secret = flags.secret.clone().unwrap_or_else(made_up);
    let key = sign::key(&secret).context("a signing secret begins with whsec_ and goes on in base64")?;
    let client = Client::builder().timeout(Duration::from_secs(u64::from(WAIT) + 15)).build()?;
    let mut cursor = kept(&flags.cursor_file)?;
    if flags.secret.is_none() {
        out::note(&format!("Events are signed with {secret}"));
    }
    out::note(&format!("Listening at {}, and posting to {}. Ctrl-C ends it.", flags.desk, flags.forward));
    let listening = Listening { flags, client, keys: [key] };
    let work = async {
        loop {
            match listening.look(cursor.as_deref()).await? {
                Looked::Page(page) => {
                    for event in &page.events {
                        if listening.wanted(event) {
                            listening.hand_on(event).await?;
                        }
                        keep(&flags.cursor_file, event["cursor"].as_str().unwrap_or(&page.cursor))?;
                    }
                    keep(&flags.cursor_file, &page.cursor)?;
                    cursor = Some(page.cursor);
                }
                Looked::Later(why) => {
                    out::note(&format!("{why}: trying again"));
                    tokio::time::sleep(PAUSE).await;
                }
                Looked::Void => {
                    out::note("The desk was restored since: going on with what happens from now on");
                    cursor = None;
                }
            }
        }
    };
    tokio::select! {
        ended = work => ended,
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}

struct Listening<'a> {
    flags: &'a ListenFlags,
    client: Client,
    keys: [Vec<u8>; 1],
}

impl Listening<'_> {
    /// Looks at the feed.
    async fn look(&self, after: Option<&str>) -> Result<Looked> {
        let mut url = self.flags.desk.clone();
        url.set_path("/api/v1/events");
        // The first look only learns where now is.
        let wait = if after.is_some() { WAIT } else { 0 };
        url.query_pairs_mut().append_pair("wait", &wait.to_string());
        if let Some(after) = after {
            url.query_pairs_mut().append_pair("after", after);
        }
        let answer = match self.client.get(url).bearer_auth(&self.flags.token).send().await {
            Ok(answer) => answer,
            Err(error) => return Ok(Looked::Later(format!("the desk is not reached ({})", plain(&error)))),
        };
        let status = answer.status();
        if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
            return Ok(Looked::Later(format!("the desk answers {status}")));
        }
        if status == StatusCode::GONE {
            return Ok(Looked::Void);
        }
        let body: Value = match answer.json().await {
            Ok(body) => body,
            Err(error) => return Ok(Looked::Later(format!("the answer broke off ({})", plain(&error)))),
        };
        if !status.is_success() {
            bail!("the desk answers {status}: {}", body["detail"].as_str().unwrap_or("no reason given"));
        }
        let cursor = body["cursor"].as_str().context("this is no desk: its answer has no cursor")?.to_owned();
        let events = body["events"].as_array().cloned().unwrap_or_default();
        Ok(Looked::Page(Page { events, cursor }))
    }

    /// Whether an event is of a type that was asked for.
    fn wanted(&self, event: &Value) -> bool {
        let kind = event["type"].as_str().unwrap_or_default();
        self.flags.events.is_empty() || self.flags.events.iter().any(|wanted| wanted == kind)
    }

    /// Posts an event until somebody has taken or refused it, and says what came of it.
    async fn hand_on(&self, event: &Value) -> Result<()> {
        let body = serde_json::to_vec(event)?;
        let (id, kind) =
            (event["id"].as_str().unwrap_or_default(), event["type"].as_str().unwrap_or_default());
        let mut told = false;
        loop {
            let (at, begun) = (Timestamp::now(), Instant::now());
            let signature = sign::signature(&self.keys, id, at.as_second(), &body);
            let post = self
                .client
                .post(self.flags.forward.clone())
                .timeout(PATIENCE)
                .header("content-type", "application/json")
                .header(sign::ID, id)
                .header(sign::TIMESTAMP, at.as_second().to_string())
                .header(sign::SIGNATURE, signature)
                .body(body.clone());
            let came = match post.send().await {
                Ok(answer) => answer.status().as_u16().to_string(),
                Err(error) if error.is_connect() => {
                    if !told {
                        out::note(&format!("nobody is at {}: waiting for it", self.flags.forward));
                    }
                    told = true;
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Err(error) => format!("no answer ({})", plain(&error)),
            };
            let ms = begun.elapsed().as_millis();
            out::line(&format!("{at:.0} {kind} {id} -> {came} ({ms} ms)"));
            return Ok(());
        }
    }
}

/// What went wrong, without an address that could hold a secret.
fn plain(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "nobody is there"
    } else {
        "the connection broke off"
    }
}

fn made_up() -> String {
    let mut bytes = [0_u8; 24];
    rand::rng().fill_bytes(&mut bytes);
    format!("whsec_{}", STANDARD.encode(bytes))
}

/// Where it had come to.
fn kept(file: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(file) {
        Ok(cursor) => Ok(Some(cursor.trim().to_owned()).filter(|cursor| !cursor.is_empty())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {}", file.display())),
    }
}

/// Writes down where it has come to: whole or not at all.
fn keep(file: &Path, cursor: &str) -> Result<()> {
    let new = file.with_extension("new");
    std::fs::write(&new, cursor)
        .and_then(|()| std::fs::rename(&new, file))
        .with_context(|| format!("writing {}", file.display()))
}
