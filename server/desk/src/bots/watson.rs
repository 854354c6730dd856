//! IBM watsonx Assistant, over its v2 API with sessions that it keeps.
//!
//! The session is part of the bot's memory. One that has ended is replaced and the message sent once more; and each time
//! that the bot gets the conversation from somebody else a new one begins, so that it does not go on with a handoff that
//! is over.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::wire::{Again, Pauses, Post, Reply};
use super::{About, Answer, Bot, BotError, Opening, Turn, Wire, fields};

mod generic;

/// The version of the API, unless the settings name another.
const VERSION: &str = "2023-06-15";
/// Characters of a message, at most.
const LONGEST: usize = 2_048;
/// The most bytes of an answer.
const MOST: usize = 256 * 1024;
/// After what pauses a call that surely was not heard is made once more.
const PAUSES: Pauses = &[Duration::from_millis(500), Duration::from_secs(2)];
/// The secret.
const API_KEY: &str = "api_key";

/// The kind.
pub struct Watson;

/// The settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    url: String,
    assistant_id: String,
    #[serde(default, deserialize_with = "fields::filled")]
    environment_id: Option<String>,
    #[serde(default, deserialize_with = "fields::filled")]
    version: Option<String>,
    /// The member of `user_defined` answers that hands over.
    #[serde(default, deserialize_with = "fields::filled")]
    handoff_key: Option<String>,
    /// Whether answers for one of Watson's own channels are taken too.
    #[serde(default, deserialize_with = "fields::switch")]
    take_all: bool,
}

/// What it remembers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Memory {
    session: Option<String>,
}

impl Bot for Watson {
    fn kind(&self) -> &'static str {
        "watson"
    }

    fn about(&self) -> About {
        About {
            name: "IBM watsonx Assistant",
            what: "An assistant of IBM's, over its API; its “connect to agent” is a handoff here.",
            calls_out: true,
            fields: vec![
                fields::plain(
                    "url",
                    "Service URL",
                    "Begins with https://api. and ends with /instances/ and an id.",
                ),
                fields::plain("assistant_id", "Assistant ID", "Of the assistant, or of its environment."),
                fields::optional(fields::plain(
                    "environment_id",
                    "Environment ID",
                    "Only where the API reference of your instance shows one in the address.",
                )),
                fields::optional(fields::plain(
                    "version",
                    "Version",
                    "A date; 2023-06-15 where it is left out.",
                )),
                fields::secret(API_KEY, "API key", "From the credentials of the service."),
                fields::optional(fields::plain(
                    "handoff_key",
                    "Handoff key",
                    "A user_defined answer with this member hands over.",
                )),
                fields::optional(fields::plain(
                    "take_all",
                    "Answers for other channels",
                    "“yes” takes also answers that are meant for one of Watson's own channels.",
                )),
            ],
        }
    }

    fn check(&self, definition: &Value) -> Result<(), String> {
        let definition: Definition = fields::read(definition)?;
        fields::required("Assistant ID", &definition.assistant_id)?;
        fields::address("Service URL", &definition.url).map(drop)
    }

    fn answer<'a>(&'a self, turn: Turn, wire: &'a Wire) -> BoxFuture<'a, Result<Answer, BotError>> {
        async move {
            let definition: Definition = fields::read(&turn.definition).map_err(BotError::Definition)?;
            let base = fields::address("Service URL", &definition.url).map_err(BotError::Definition)?;
            Talk { definition: &definition, base, wire }.answer(&turn).await
        }
        .boxed()
    }
}

/// A turn under way.
struct Talk<'a> {
    definition: &'a Definition,
    base: Url,
    wire: &'a Wire,
}

impl Talk<'_> {
    async fn answer(&self, turn: &Turn) -> Result<Answer, BotError> {
        let known = serde_json::from_value::<Memory>(turn.memory.clone()).unwrap_or_default();
        let session = known.session.filter(|_| turn.opening == Opening::Ongoing);
        let mut session = match session {
            Some(session) => session,
            None => self.begin().await?,
        };
        let mut reply = self.say(&session, turn).await?;
        if reply.status == 404 {
            session = self.begin().await?;
            reply = self.say(&session, turn).await?;
        }
        heard_back(self.definition, turn, (&reply, &session))
    }

    /// Begins a session.
    async fn begin(&self) -> Result<String, BotError> {
        let reply = self.post(&["sessions"], Vec::new()).await?;
        if !reply.is_ok() {
            return Err(reply.fault());
        }
        let id = reply.json()?.get("session_id").and_then(Value::as_str).map(str::to_owned);
        id.ok_or_else(|| BotError::Failed("it began a session without an id".to_owned()))
    }

    async fn say(&self, session: &str, turn: &Turn) -> Result<Reply, BotError> {
        let body = request(turn).to_string().into_bytes();
        self.post(&["sessions", session, "message"], body).await
    }

    async fn post(&self, path: &[&str], body: Vec<u8>) -> Result<Reply, BotError> {
        let assistant = ["v2", "assistants", self.definition.assistant_id.trim()];
        let environment = self.definition.environment_id.as_deref().map(|id| ["environments", id.trim()]);
        let parts: Vec<&str> =
            assistant.iter().chain(environment.iter().flatten()).chain(path).copied().collect();
        let mut url = fields::below(&self.base, &parts);
        let version = self.definition.version.as_deref().unwrap_or(VERSION);
        url.query_pairs_mut().append_pair("version", version.trim());
        let credentials = STANDARD.encode(format!("apikey:{}", self.wire.secret(API_KEY)));
        let headers = vec![
            ("authorization", format!("Basic {credentials}").into()),
            ("accept", "application/json".to_owned().into()),
        ];
        let post = Post { url: url.into(), headers, body, most: MOST };
        self.wire.ask(&post, Again::Unheard, PAUSES).await
    }
}

/// What it is sent. A line break or a tab in a text is refused there.
pub fn request(turn: &Turn) -> Value {
    let spaces = |text: String| text.replace(['\r', '\n', '\t'], " ");
    let text: String = spaces(turn.words(" ")).chars().take(LONGEST).collect();
    json!({
        "input": { "message_type": "text", "text": text },
        "context": { "global": { "system": { "user_id": turn.contact } } },
    })
}

/// What its answer means, under the session that it was given in.
///
/// # Errors
/// It refused, said nothing, or what it said cannot be used.
pub fn heard_back(
    definition: &Definition,
    turn: &Turn,
    (reply, session): (&Reply, &str),
) -> Result<Answer, BotError> {
    if !reply.is_ok() {
        return Err(reply.fault());
    }
    let said = generic::read(definition, turn, &reply.json()?)?;
    let session = Some(session.to_owned()).filter(|_| !said.ended);
    let memory = serde_json::to_value(Memory { session }).unwrap_or_default();
    Ok(Answer { memory, ..said.answer })
}
