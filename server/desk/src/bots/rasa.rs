//! Rasa, over its REST channel: a message in, a list of messages back.
//!
//! Rasa has no standard for handing over. Taken as one: `custom` with `handoff`, `handoff_to_human` or the type
//! `handoff`, and a text that is nothing but the marker of the settings.

use std::time::Duration;

use contract::handoff::{Packet, ReasonCode, Target};
use contract::message::{Choice, MediaKind};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};

use super::speech::{choose, file, kind_of, text};
use super::wire::{Again, Pauses, Post, Reply};
use super::{About, Answer, Bot, BotError, Turn, Wire, fields, packet};

/// The most bytes of an answer.
const MOST: usize = 256 * 1024;
/// After what pauses a message that surely was not heard is sent once more.
const PAUSES: Pauses = &[Duration::from_millis(500), Duration::from_secs(2)];
/// The secret in the query.
const TOKEN: &str = "token";

/// The kind.
pub struct Rasa;

/// The settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    url: String,
    #[serde(default, deserialize_with = "fields::filled")]
    handoff_marker: Option<String>,
}

impl Bot for Rasa {
    fn kind(&self) -> &'static str {
        "rasa"
    }

    fn about(&self) -> About {
        About {
            name: "Rasa",
            what: "A Rasa assistant, over its REST channel.",
            calls_out: true,
            fields: vec![
                fields::plain("url", "Address", "Where Rasa runs, such as https://rasa.example.com."),
                fields::optional(fields::secret(
                    TOKEN,
                    "Token",
                    "The auth-token that Rasa was started with.",
                )),
                fields::optional(fields::plain(
                    "handoff_marker",
                    "Handoff marker",
                    "An answer that is nothing but this text hands over, such as /handoff.",
                )),
            ],
        }
    }

    fn check(&self, definition: &Value) -> Result<(), String> {
        let definition: Definition = fields::read(definition)?;
        fields::address("Address", &definition.url).map(drop)
    }

    fn answer<'a>(&'a self, turn: Turn, wire: &'a Wire) -> BoxFuture<'a, Result<Answer, BotError>> {
        async move {
            let definition: Definition = fields::read(&turn.definition).map_err(BotError::Definition)?;
            let base = fields::address("Address", &definition.url).map_err(BotError::Definition)?;
            let mut url = fields::below(&base, &["webhooks", "rest", "webhook"]);
            let token = wire.secret(TOKEN);
            if !token.is_empty() {
                url.query_pairs_mut().append_pair("token", token);
            }
            let body = request(&turn).to_string().into_bytes();
            let post = Post { url: url.into(), headers: Vec::new(), body, most: MOST };
            let reply = wire.ask(&post, Again::Unheard, PAUSES).await?;
            heard_back(&definition, &turn, &reply)
        }
        .boxed()
    }
}

/// What it is sent. Each time that it gets a conversation it begins anew, so that it does not go on with a handoff that
/// is over.
pub fn request(turn: &Turn) -> Value {
    let mut metadata = json!({
        "channel": "whatsapp",
        "conversation_id": turn.conversation,
        "epoch": turn.epoch,
        "turn": turn.id,
        "opening": turn.opening.as_str(),
    });
    if let Some(name) = &turn.contact_name {
        metadata["contact_name"] = json!(name);
    }
    if let Some(language) = &turn.language {
        metadata["language"] = json!(language);
    }
    json!({
        "sender": format!("{}:{}", turn.conversation, turn.epoch),
        "message": turn.words("\n"),
        "metadata": metadata,
    })
}

/// What its answer means.
///
/// # Errors
/// It refused, said nothing, or what it said cannot be used.
pub fn heard_back(definition: &Definition, turn: &Turn, reply: &Reply) -> Result<Answer, BotError> {
    if !reply.is_ok() {
        return Err(reply.fault());
    }
    let value = reply.json()?;
    let Some(items) = value.as_array() else {
        return Err(BotError::Failed("its answer is no list".to_owned()));
    };
    let mut answer = Answer { memory: turn.memory.clone(), ..Answer::default() };
    for item in items {
        say(definition, item, &mut answer);
    }
    if answer.messages.is_empty() && answer.handoff.is_none() {
        return Err(BotError::Failed("it said nothing".to_owned()));
    }
    Ok(answer)
}

fn say(definition: &Definition, item: &Value, answer: &mut Answer) {
    let marker = definition.handoff_marker.as_deref();
    let words = text(item, "text");
    if words.as_deref().map(str::trim) == marker && marker.is_some() {
        answer.handoff.get_or_insert_with(|| handoff(&Value::Null));
    } else if let Some(words) = words {
        answer.messages.push(choose(words, choices(item), None));
    } else if let choices @ [_, ..] = &*choices(item) {
        answer.messages.push(choose(String::new(), choices.to_vec(), None));
    }
    if let Some(image) = text(item, "image") {
        answer.messages.push(file(MediaKind::Image, &image, None));
    }
    if let Some(attachment) = item.get("attachment").and_then(address) {
        answer.messages.push(file(kind_of(None, &attachment), &attachment, None));
    }
    if let Some(custom) = item.get("custom").filter(|custom| hands_off(custom)) {
        answer.handoff.get_or_insert_with(|| handoff(custom));
    }
}

fn choices(item: &Value) -> Vec<Choice> {
    let choice = |button: &Value| {
        let title = text(button, "title")?;
        Some(Choice {
            id: text(button, "payload").unwrap_or_else(|| title.clone()),
            title,
            description: None,
        })
    };
    super::speech::list(item, "buttons").iter().filter_map(choice).collect()
}

/// An attachment is an address, or an object with one in its payload.
fn address(attachment: &Value) -> Option<String> {
    let payload = attachment.get("payload").unwrap_or(attachment);
    attachment
        .as_str()
        .map(str::to_owned)
        .or_else(|| ["src", "url"].iter().find_map(|key| text(payload, key)))
}

fn hands_off(custom: &Value) -> bool {
    let set = |key: &str| match custom.get(key) {
        Some(Value::Bool(set)) => *set,
        Some(Value::Object(_)) => true,
        Some(Value::String(word)) => matches!(word.trim(), "true" | "yes" | "1"),
        _ => false,
    };
    set("handoff") || set("handoff_to_human") || text(custom, "type").as_deref() == Some("handoff")
}

/// The packet in a custom answer: its members, or those of the object in `handoff`.
fn handoff(custom: &Value) -> Packet {
    let held = custom.get("handoff").filter(|held| held.is_object()).unwrap_or(custom);
    let mut packet = packet::read(held);
    if packet.reason_code == ReasonCode::Other
        && let Some(reason) = packet.reason.as_deref()
    {
        packet.reason_code = match reason {
            "user_request" | "user_requested" => ReasonCode::CustomerAsked,
            word => ReasonCode::parse(word).unwrap_or(ReasonCode::Other),
        };
    }
    let queue = ["queue", "team"].iter().find_map(|key| text(held, key));
    packet.target = packet.target.or(queue.map(Target::Team));
    packet
}
