//! Any endpoint that speaks OpenAI's chat completions.
//!
//! The model hands over, resolves and answers from the desk's own entries by tools, never by a magic word. What it is
//! told about its work holds nothing of the customer; what the customer says reaches it only as what it is: something
//! that a customer has said.
//!
//! | file | what is in it |
//! |---|---|
//! | `request` | what it is asked, and its tools |
//! | `choice` | what it answers |
//! | [`summary`] | having a conversation summed up |

use std::time::Duration;

use contract::bots::FaqEntry;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::wire::{Again, Pauses, Post, Reply};
use super::{About, Answer, Bot, BotError, Turn, Wire, faq, fields};

mod choice;
mod request;
pub mod summary;

pub use request::request;

/// The most bytes of an answer.
const MOST: usize = 256 * 1024;
/// It is asked once more after these pauses, or after longer ones that it asks for.
const PAUSES: Pauses = &[Duration::from_millis(500), Duration::from_secs(2)];
/// The secret.
const API_KEY: &str = "api_key";

/// The kind.
pub struct OpenAi;

/// The settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    url: String,
    model: String,
    #[serde(default)]
    prompt: String,
    /// How many of the last messages it is shown.
    #[serde(default, deserialize_with = "fields::number")]
    history: Option<f64>,
    #[serde(default, deserialize_with = "fields::number")]
    temperature: Option<f64>,
    #[serde(default, deserialize_with = "fields::number")]
    max_tokens: Option<f64>,
    /// The name of the tool that hands over.
    #[serde(default, deserialize_with = "fields::filled")]
    handoff_tool: Option<String>,
    /// What it may answer from.
    #[serde(default)]
    faq: Vec<FaqEntry>,
}

/// What it remembers: the titles of the entries that it has answered from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Memory {
    tried: Vec<String>,
}

impl Definition {
    fn handoff_tool(&self) -> &str {
        self.handoff_tool.as_deref().unwrap_or("hand_off").trim()
    }

    fn entry(&self, id: &str) -> Option<&FaqEntry> {
        self.faq.iter().find(|entry| entry.id == id.trim())
    }
}

impl Bot for OpenAi {
    fn kind(&self) -> &'static str {
        "openai"
    }

    fn about(&self) -> About {
        let number = |key, label, help| fields::optional(fields::plain(key, label, help));
        About {
            name: "OpenAI-compatible model",
            what: "A language model behind the chat-completions API, here or elsewhere, that answers from your entries.",
            calls_out: true,
            fields: vec![
                fields::plain("url", "Address", "The base of the API, such as https://api.openai.com/v1."),
                fields::plain("model", "Model", "Its name there."),
                fields::optional(fields::secret(API_KEY, "API key", "A server of your own may need none.")),
                fields::optional(fields::plain("prompt", "Instructions", "Who it is and how it speaks.")),
                number("history", "Messages", "How many of the last messages it is shown; 20 if left out."),
                number("temperature", "Temperature", "0.2 if left out."),
                number("max_tokens", "Longest answer", "In tokens; 500 if left out."),
                fields::optional(fields::plain(
                    "handoff_tool",
                    "Handoff tool",
                    "The name of the tool that hands over; hand_off if left out.",
                )),
            ],
        }
    }

    fn check(&self, definition: &Value) -> Result<(), String> {
        let definition: Definition = fields::read(definition)?;
        fields::required("Model", &definition.model)?;
        fields::address("Address", &definition.url)?;
        match faq::wrong(&definition.faq) {
            Some((_, why)) => Err(why),
            None => Ok(()),
        }
    }

    fn entries(&self) -> Option<&'static str> {
        Some("faq")
    }

    fn answer<'a>(&'a self, turn: Turn, wire: &'a Wire) -> BoxFuture<'a, Result<Answer, BotError>> {
        async move {
            let definition: Definition = fields::read(&turn.definition).map_err(BotError::Definition)?;
            let base = fields::address("Address", &definition.url).map_err(BotError::Definition)?;
            let url = fields::below(&base, &["chat", "completions"]).into();
            let key = wire.secret(API_KEY);
            let mut headers = Vec::new();
            if !key.is_empty() {
                headers.push(("authorization", format!("Bearer {key}").into()));
            }
            let body = request(&definition, &turn).to_string().into_bytes();
            let post = Post { url, headers, body, most: MOST };
            let reply = wire.ask(&post, Again::Anything, PAUSES).await?;
            heard_back(&definition, &turn, &reply)
        }
        .boxed()
    }
}

/// What its answer means.
///
/// # Errors
/// It refused, said nothing, or what it said cannot be used.
pub fn heard_back(definition: &Definition, turn: &Turn, reply: &Reply) -> Result<Answer, BotError> {
    if !reply.is_ok() {
        return Err(reply.fault());
    }
    choice::read(definition, turn, &reply.json()?)
}
