//! What a bot behind a web address answers.

use contract::Body;
use contract::message::{Choice, Location};
use serde_json::Value;

use crate::bots::speech::{choose, file, kind_of, list, text};
use crate::bots::{After, Answer, BotError, Pause, Turn, fit, packet};

/// Messages of one answer, at most.
pub const MESSAGES: usize = 10;

/// Reads an answer.
pub(super) fn answer(turn: &Turn, value: &Value) -> Result<Answer, BotError> {
    if !value.is_object() {
        return Err(BotError::Failed("its answer is no object".to_owned()));
    }
    // One under another epoch speaks of something that is over.
    if let Some(epoch) = value.get("epoch").and_then(Value::as_i64)
        && epoch != turn.epoch
    {
        return Err(BotError::Failed(format!("it answered for epoch {epoch}, and it is {}", turn.epoch)));
    }
    let mut answer = Answer { memory: turn.memory.clone(), ..Answer::default() };
    let messages = list(value, "messages");
    if messages.len() > MESSAGES {
        return Err(BotError::Failed(format!("it answered with more than {MESSAGES} messages")));
    }
    for said in messages {
        match said.get("type").and_then(Value::as_str) {
            Some("pause") => answer.pauses.push(pause(said, answer.messages.len())),
            kind => answer.messages.push(body(kind.unwrap_or("text"), said)?),
        }
    }
    answer.handoff = value.get("handoff").filter(|handoff| wanted(handoff)).map(packet::read);
    if value.get("resolve").and_then(Value::as_bool) == Some(true) {
        answer.after = After::Resolve;
    }
    Ok(answer)
}

fn wanted(handoff: &Value) -> bool {
    !matches!(handoff, Value::Null | Value::Bool(false))
}

fn pause(said: &Value, before: usize) -> Pause {
    let ms = said.get("ms").and_then(Value::as_u64).unwrap_or(0);
    Pause { before, ms: u32::try_from(ms).unwrap_or(u32::MAX).min(Pause::LONGEST_MS) }
}

/// Reads one message.
fn body(kind: &str, said: &Value) -> Result<Body, BotError> {
    let missing = |key: &str| BotError::Failed(format!("a message of type `{kind}` has no `{key}`"));
    let required = |key: &str| text(said, key).ok_or_else(|| missing(key));
    Ok(match kind {
        "text" => Body::text(required("text")?),
        "buttons" => choose(required("text")?, choices(said, "buttons"), None),
        "list" => {
            let rows = if said.get("rows").is_some() { choices(said, "rows") } else { sections(said) };
            fit::menu(required("text")?, rows, text(said, "button"))
        }
        "media" | "image" | "video" | "audio" | "document" => {
            let url = required("url")?;
            let named = Some(kind).filter(|kind| *kind != "media" && *kind != "document");
            let mime = named.map(|kind| format!("{kind}/*")).or_else(|| text(said, "mime_type"));
            let mime = if kind == "document" { Some("application/*".to_owned()) } else { mime };
            file(kind_of(mime.as_deref(), &url), &url, text(said, "caption"))
        }
        "link" => Body::LinkButton {
            text: required("text")?,
            header: None,
            footer: None,
            label: required("label")?,
            url: required("url")?,
        },
        "location" => {
            let number = |key: &str| said.get(key).and_then(Value::as_f64).ok_or_else(|| missing(key));
            Body::Location(Location {
                latitude: number("latitude")?,
                longitude: number("longitude")?,
                name: text(said, "name"),
                address: text(said, "address"),
                url: None,
            })
        }
        "location_request" => Body::LocationRequest { text: required("text")? },
        other => return Err(BotError::Failed(format!("there is no message of type `{other}`"))),
    })
}

fn choices(said: &Value, key: &str) -> Vec<Choice> {
    let choice = |choice: &Value| {
        let title = text(choice, "title")?;
        Some(Choice {
            id: text(choice, "id").unwrap_or_else(|| title.clone()),
            title,
            description: text(choice, "description"),
        })
    };
    list(said, key).iter().filter_map(choice).collect()
}

fn sections(said: &Value) -> Vec<Choice> {
    list(said, "sections").iter().flat_map(|section| choices(section, "rows")).collect()
}
