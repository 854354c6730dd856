//! A bot's way to the outside: calls under one deadline, tried again where that can help, and written down.
//!
//! It goes where the desk's client goes: to public addresses, and to hosts that the operator has named.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::Method;
use http::header::RETRY_AFTER;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

use super::BotError;
use crate::channels::client::{CallError, Client, Reach, pause};
use crate::channels::{Call, Content};

/// The most that is kept of what was asked or answered.
const KEPT: usize = 16 * 1024;
/// The most characters of an answer that stand in a reason.
const QUOTED: usize = 200;

/// A bot's way to the outside.
pub struct Wire {
    client: Client,
    secrets: BTreeMap<String, Vec<SecretString>>,
    until: Instant,
    exchanges: Mutex<Vec<Exchange>>,
}

/// One call as it is written down: no header, no query, no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// Where it went, without its query.
    pub url: String,
    /// What was asked; cut where it is long.
    pub request: String,
    /// The status of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The answer; cut where it is long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// Why there is no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

/// One call.
#[derive(Clone)]
pub struct Post {
    /// Where to.
    pub url: String,
    /// Headers, credentials among them.
    pub headers: Vec<(&'static str, SecretString)>,
    /// JSON.
    pub body: Vec<u8>,
    /// The most bytes of an answer.
    pub most: usize,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, where it was given.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
}

/// Which calls are made once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Those that surely had no effect: refused for the moment, or never sent.
    Unheard,
    /// Also those that may have had one: the other side can tell the same turn.
    Anything,
}

/// How often and after what pauses a call is made once more.
pub type Pauses = &'static [Duration];

impl Wire {
    /// A way that is open for so long.
    pub fn new(client: Client, secrets: BTreeMap<String, Vec<SecretString>>, patience: Duration) -> Wire {
        Wire { client, secrets, until: Instant::now() + patience, exchanges: Mutex::default() }
    }

    /// The current value of a secret; empty where there is none.
    pub fn secret(&self, key: &str) -> &str {
        self.secrets(key).next().unwrap_or_default()
    }

    /// Every value of a secret that is valid now, the current one first.
    pub fn secrets(&self, key: &str) -> impl Iterator<Item = &str> {
        self.secrets.get(key).into_iter().flatten().map(|value| value.expose_secret())
    }

    /// What was asked and answered.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes a call, once more after these pauses as long as there is time and it can help. `Retry-After` wins over a
    /// shorter pause.
    ///
    /// # Errors
    /// No answer came in time, or none at all.
    pub async fn ask(&self, post: &Post, again: Again, pauses: Pauses) -> Result<Reply, BotError> {
        self.ask_with(|| post.clone(), again, pauses).await
    }

    /// The same, with a call that is made anew for each try: a signature holds its time.
    pub async fn ask_with(
        &self,
        post: impl Fn() -> Post,
        again: Again,
        pauses: Pauses,
    ) -> Result<Reply, BotError> {
        let mut pauses = pauses.iter();
        loop {
            let asked = self.in_time(self.once(post())).await?;
            if !helps(&asked, again) {
                return asked.map_err(unanswered);
            }
            let Some(pause) = pauses.next() else { return asked.map_err(unanswered) };
            let wanted = asked.as_ref().ok().and_then(|reply| reply.retry_after);
            let pause = wanted.map_or(*pause, |wanted| wanted.max(*pause));
            if Instant::now() + pause >= self.until {
                return asked.map_err(unanswered);
            }
            tokio::time::sleep(pause).await;
        }
    }

    async fn in_time<T>(&self, work: impl Future<Output = T>) -> Result<T, BotError> {
        tokio::time::timeout_at(self.until, work).await.map_err(|_| BotError::Late)
    }

    async fn once(&self, post: Post) -> Result<Reply, CallError> {
        let begun = Instant::now();
        let mut exchange = Exchange {
            url: without_query(&post.url),
            request: kept(&post.body),
            status: None,
            response: None,
            error: Some("no answer came in time".to_owned()),
            ms: 0,
        };
        // Written down at once, for whoever asked may stop waiting.
        let place = self.note(None, &exchange);
        let replied = self.send(post).await;
        exchange.ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        match &replied {
            Ok(reply) => {
                exchange.status = Some(reply.status);
                exchange.response = Some(kept(&reply.body));
                exchange.error = None;
            }
            Err(error) => exchange.error = Some(error.to_string()),
        }
        self.note(Some(place), &exchange);
        replied
    }

    fn note(&self, place: Option<usize>, exchange: &Exchange) -> usize {
        let mut exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        match place.and_then(|place| exchanges.get_mut(place)) {
            Some(known) => *known = exchange.clone(),
            None => exchanges.push(exchange.clone()),
        }
        place.unwrap_or(exchanges.len().saturating_sub(1))
    }

    async fn send(&self, post: Post) -> Result<Reply, CallError> {
        let most = post.most;
        let call = Call {
            method: Method::POST,
            url: post.url,
            headers: post.headers,
            content: Content::Bytes("application/json", post.body),
        };
        // For as long as a file may take: the deadline is ours.
        let mut response = self.client.download(call, Reach::Public).await?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|value| pause(value, Timestamp::now()));
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(_) => return Err(CallError::Unknown("the answer broke off".to_owned())),
            }
            if body.len() > most {
                return Err(CallError::Refused(format!("the answer is larger than {} KB", most / 1024)));
            }
        }
        Ok(Reply { status, retry_after, body })
    }
}

impl Reply {
    /// Whether it says that all is well.
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Its JSON.
    ///
    /// # Errors
    /// It is none.
    pub fn json(&self) -> Result<Value, BotError> {
        serde_json::from_slice(&self.body).map_err(|_| {
            BotError::Failed(format!(
                "it answered {} with something that is not JSON: {}",
                self.status,
                self.quoted()
            ))
        })
    }

    /// What it says, where all is not well.
    pub fn fault(&self) -> BotError {
        let said = format!("it answered {}: {}", self.status, self.quoted());
        match self.status {
            401 | 403 => BotError::Denied(said),
            _ => BotError::Failed(said),
        }
    }

    fn quoted(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        line.chars().take(QUOTED).collect()
    }
}

/// Whether it can help to make a call once more.
fn helps(asked: &Result<Reply, CallError>, again: Again) -> bool {
    match asked {
        Ok(reply) => match reply.status {
            429 | 503 => true,
            408 | 500..=599 => again == Again::Anything,
            _ => false,
        },
        Err(CallError::NotSent(_)) => true,
        Err(CallError::Unknown(_)) => again == Again::Anything,
        Err(CallError::Refused(_)) => false,
    }
}

fn unanswered(error: CallError) -> BotError {
    BotError::Failed(error.to_string())
}

fn without_query(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_owned()
}

fn kept(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).replace('\0', "");
    let end = text.floor_char_boundary(KEPT.min(text.len()));
    text[..end].to_owned()
}
