//! What a model answers: text, tools, or both. A tool that hands over does so whatever is wrong with what it says.

use contract::Body;
use contract::handoff::{Packet, ReasonCode, Target};
use serde_json::Value;

use super::request::{ANSWER_FROM, RESOLVE};
use super::{Definition, Memory};
use crate::bots::packet::{self, cut};
use crate::bots::speech::{list, text};
use crate::bots::{After, Answer, BotError, Turn};

/// Reads an answer.
pub(super) fn read(definition: &Definition, turn: &Turn, value: &Value) -> Result<Answer, BotError> {
    let Some(choice) = list(value, "choices").first() else {
        return Err(BotError::Failed("its answer has no choice".to_owned()));
    };
    let message = choice.get("message").unwrap_or(&Value::Null);
    let ended = choice.get("finish_reason").and_then(Value::as_str).unwrap_or_default();
    let mut answer = Answer::default();
    let mut memory = serde_json::from_value::<Memory>(turn.memory.clone()).unwrap_or_default();
    if let Some(mut said) = content(message) {
        if ended == "length" {
            // It was cut off in the middle: the customer sees that there was more.
            said = format!("{}…", said.trim_end());
        }
        answer.messages.push(Body::text(said));
    }
    for (name, arguments) in tools(message) {
        use_tool(definition, (&name, arguments.as_deref()), (&mut answer, &mut memory));
    }
    if ended == "content_filter" && answer.handoff.is_none() {
        let reason = Some("The model's filter stopped its answer.".to_owned());
        answer.handoff = Some(Packet { reason, ..Packet::because(ReasonCode::Policy) });
    }
    if answer.messages.is_empty() && answer.handoff.is_none() && answer.after == After::Stay {
        return Err(BotError::Failed("it said nothing".to_owned()));
    }
    if let Some(packet) = &mut answer.handoff {
        packet.tried.clone_from(&memory.tried);
        packet.language = packet.language.take().or_else(|| turn.language.clone());
        packet.bot_version = Some(format!("openai/{}", turn.version));
    }
    answer.memory = serde_json::to_value(memory).unwrap_or_default();
    Ok(answer)
}

/// The text: as such, or in parts.
pub(super) fn content(message: &Value) -> Option<String> {
    if let Some(whole) = text(message, "content") {
        return Some(whole);
    }
    let parts = list(message, "content").iter().filter_map(|part| match part {
        Value::String(part) => Some(part.clone()),
        part => text(part, "text"),
    });
    Some(parts.collect::<String>()).filter(|text| !text.trim().is_empty())
}

/// The tools that it calls: name and arguments, as they came.
fn tools(message: &Value) -> Vec<(String, Option<String>)> {
    let called = list(message, "tool_calls").iter().filter_map(|call| call.get("function"));
    let older = message.get("function_call").filter(|call| call.is_object());
    let named = |function: &Value| {
        let arguments = match function.get("arguments") {
            Some(Value::String(json)) => Some(json.clone()),
            Some(Value::Null) | None => None,
            Some(other) => Some(other.to_string()),
        };
        Some((text(function, "name")?, arguments))
    };
    called.chain(older).filter_map(named).collect()
}

fn use_tool(
    definition: &Definition,
    (name, json): (&str, Option<&str>),
    (answer, memory): (&mut Answer, &mut Memory),
) {
    let arguments: Option<Value> = json.and_then(|json| serde_json::from_str(json).ok());
    let arguments = arguments.unwrap_or_default();
    let say = |answer: &mut Answer| {
        let words = text(&arguments, "text").map(Body::text);
        // Said already, beside the tool.
        answer.messages.extend(words.filter(|words| !answer.messages.contains(words)));
    };
    match name {
        name if name == definition.handoff_tool() => {
            say(answer);
            let packet = answer.handoff.take().unwrap_or_else(|| handoff(&arguments));
            answer.handoff = Some(packet);
        }
        RESOLVE => {
            say(answer);
            answer.after = After::Resolve;
        }
        ANSWER_FROM => match text(&arguments, "entry").and_then(|id| definition.entry(&id)) {
            Some(entry) => {
                // Also without words of its own: the entry's are as good.
                let words = text(&arguments, "text").unwrap_or_else(|| entry.text.clone());
                answer.messages.push(Body::text(format!("{}\n\n_{}_", words.trim(), entry.title.trim())));
                answer.sources.push(entry.id.clone());
                if !memory.tried.contains(&entry.title) && memory.tried.len() < 20 {
                    memory.tried.push(entry.title.clone());
                }
            }
            // What it made up itself is not said in the business's name.
            None => {
                let reason = Some("The model answered from an entry that there is not.".to_owned());
                answer.handoff = Some(Packet { reason, ..Packet::because(ReasonCode::LowConfidence) });
            }
        },
        other => {
            let reason = Some(format!("The model called a tool that there is not: {}", cut(other, 100)));
            answer.handoff.get_or_insert(Packet { reason, ..Packet::because(ReasonCode::Other) });
        }
    }
}

fn handoff(arguments: &Value) -> Packet {
    let packet = packet::read(arguments);
    let queue = text(arguments, "queue").map(|queue| Target::Team(cut(&queue, 200)));
    Packet {
        target: packet.target.or(queue),
        customer_text: contract::handoff::CustomerText::default(),
        ..packet
    }
}
