//! A bot behind a web address of its own: it is sent what the customer wrote, signed as Standard Webhooks has it, and
//! answers in the response or, where it says so, later over the API.
//!
//! | file | what is in it |
//! |---|---|
//! | [`sign`] | the signature |
//! | `request` | what it is sent |
//! | [`chatwoot`] | the same for a bot that was written for Chatwoot |
//! | `response` | what it answers |

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::wire::{Again, Pauses, Post, Reply};
use super::{About, After, Answer, Bot, BotError, Turn, Wire, fields};

pub mod chatwoot;
mod request;
mod response;
pub mod sign;

pub use response::MESSAGES;

/// The most bytes of an answer.
const MOST: usize = 64 * 1024;
/// After what pauses an event is sent once more while the customer waits.
const PAUSES: Pauses = &[Duration::from_secs(1), Duration::from_secs(5)];
/// The secret that signs.
pub const SECRET: &str = "signing_secret";

/// The kind.
pub struct Webhook;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    url: String,
    #[serde(default, deserialize_with = "fields::filled")]
    dialect: Option<String>,
}

/// The dialect of bots that were written for Chatwoot.
const CHATWOOT: &str = "chatwoot";

impl Bot for Webhook {
    fn kind(&self) -> &'static str {
        "webhook"
    }

    fn about(&self) -> About {
        About {
            name: "Web address",
            what: "Your own program: it is sent each turn, signed, and answers at once or later.",
            calls_out: true,
            fields: vec![
                fields::plain("url", "Address", "Where each turn is sent, by POST."),
                fields::optional(fields::plain(
                    "dialect",
                    "Dialect",
                    "Leave it empty, or write chatwoot for a bot that was written for Chatwoot: it is sent what it knows, and \
                     answers over the API.",
                )),
                fields::secret(
                    SECRET,
                    "Signing secret",
                    "Begins with whsec_. With it your program checks that what it is sent comes from here.",
                ),
            ],
        }
    }

    fn check(&self, definition: &Value) -> Result<(), String> {
        let definition: Definition = fields::read(definition)?;
        if let Some(other) = definition.dialect.as_deref().filter(|dialect| *dialect != CHATWOOT) {
            return Err(format!("Dialect: there is no `{other}`. Leave it empty, or write {CHATWOOT}."));
        }
        fields::address("Address", &definition.url).map(drop)
    }

    fn answer<'a>(&'a self, turn: Turn, wire: &'a Wire) -> BoxFuture<'a, Result<Answer, BotError>> {
        async move {
            let definition: Definition = fields::read(&turn.definition).map_err(BotError::Definition)?;
            let reply = ask(&definition, &turn, wire).await?;
            match definition.dialect {
                // Whatever it says there, it answers over the API.
                Some(_) if reply.is_ok() => Ok(later(&turn)),
                _ => heard_back(&turn, &reply),
            }
        }
        .boxed()
    }
}

async fn ask(definition: &Definition, turn: &Turn, wire: &Wire) -> Result<Reply, BotError> {
    let keys: Vec<Vec<u8>> = wire.secrets(SECRET).filter_map(sign::key).collect();
    if keys.is_empty() {
        return Err(BotError::Definition("it has no signing secret that begins with whsec_".to_owned()));
    }
    let body = if definition.dialect.is_some() { chatwoot::body(turn) } else { request::body(turn) };
    let body = body.to_string().into_bytes();
    let post = || {
        let at = Timestamp::now().as_second();
        let signature = sign::signature(&keys, &turn.id, at, &body);
        let headers = vec![
            (sign::ID, turn.id.clone().into()),
            (sign::TIMESTAMP, at.to_string().into()),
            (sign::SIGNATURE, signature.into()),
        ];
        Post { url: definition.url.trim().to_owned(), headers, body: body.clone(), most: MOST }
    };
    // Sent twice is no harm: the id says that it is the same.
    wire.ask_with(post, Again::Anything, PAUSES).await
}

/// What its answer means.
///
/// # Errors
/// It refused, or what it said cannot be used.
pub fn heard_back(turn: &Turn, reply: &Reply) -> Result<Answer, BotError> {
    if reply.status == 410 {
        return Err(BotError::Denied("it answered 410: there is nothing at its address any more".to_owned()));
    }
    if !reply.is_ok() {
        return Err(reply.fault());
    }
    // One that only says that it has heard answers over the API.
    if reply.status == 202 || reply.body.trim_ascii().is_empty() {
        return Ok(later(turn));
    }
    response::answer(turn, &reply.json()?)
}

/// It answers later.
fn later(turn: &Turn) -> Answer {
    Answer { after: After::Later, memory: turn.memory.clone(), ..Answer::default() }
}
