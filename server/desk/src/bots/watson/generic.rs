//! What Watson answers: `output.generic`, in order. Kinds of answers that are not known yet are passed over.

use contract::handoff::{CustomerText, Packet, ReasonCode, Target};
use contract::message::{Choice, Field, MediaKind};
use contract::{Body, Priority};
use serde_json::Value;

use super::Definition;
use crate::bots::packet::{cut, slots};
use crate::bots::speech::{choose, file, list, text};
use crate::bots::{Answer, BotError, Pause, Turn, fit};

/// An answer, and whether the session is over with it.
#[derive(Default)]
pub(super) struct Said {
    pub answer: Answer,
    pub ended: bool,
}

/// Reads an answer.
pub(super) fn read(definition: &Definition, turn: &Turn, value: &Value) -> Result<Said, BotError> {
    let Some(output) = value.get("output") else {
        return Err(BotError::Failed("its answer has no output".to_owned()));
    };
    let mut said = Said::default();
    for item in list(output, "generic") {
        // With channels it is meant for one of Watson's own.
        if definition.take_all || list(item, "channels").is_empty() {
            said.hear(definition, item);
        }
    }
    if let Some(packet) = &mut said.answer.handoff {
        understood(packet, turn, output);
    }
    let answer = &said.answer;
    if answer.messages.is_empty() && answer.handoff.is_none() && !said.ended {
        return Err(BotError::Failed("it said nothing".to_owned()));
    }
    Ok(said)
}

impl Said {
    fn hear(&mut self, definition: &Definition, item: &Value) {
        let answer = &mut self.answer;
        let kind = item.get("response_type").and_then(Value::as_str).unwrap_or_default();
        match kind {
            "text" => answer.messages.extend(text(item, "text").map(Body::text)),
            "option" => self.offer(item, &options(item, "options", "label")),
            "suggestion" => self.offer(item, &options(item, "suggestions", "label")),
            "pause" => {
                let ms = item.get("time").and_then(Value::as_u64).unwrap_or(0);
                let ms = u32::try_from(ms).unwrap_or(u32::MAX).min(Pause::LONGEST_MS);
                answer.pauses.push(Pause { before: answer.messages.len(), ms });
            }
            "image" => answer.messages.extend(media(MediaKind::Image, item)),
            "video" => answer.messages.extend(media(MediaKind::Video, item)),
            "audio" => answer.messages.extend(media(MediaKind::Audio, item)),
            "iframe" => answer.messages.extend(words(&[&title(item), &text(item, "source")])),
            "date" => answer.messages.extend(words(&[&text(item, "title"), &text(item, "description")])),
            "search" => answer.messages.extend(found(item)),
            "channel_transfer" => {
                let target = item.pointer("/transfer_info/target/chat");
                let url = target.and_then(|chat| text(chat, "url"));
                answer.messages.extend(words(&[&text(item, "message_to_user"), &url]));
            }
            "connect_to_agent" => answer.handoff = Some(handoff(item)),
            "user_defined" => {
                let defined = item.get("user_defined").unwrap_or(&Value::Null);
                let key = definition.handoff_key.as_deref();
                if let Some(wanted) = key.and_then(|key| defined.get(key)).filter(|value| is_set(value)) {
                    let held = if wanted.is_object() { wanted } else { defined };
                    answer.handoff = Some(crate::bots::packet::read(held));
                }
            }
            "end_session" => self.ended = true,
            _ => {}
        }
    }

    /// Choices. Without a title they belong to the text before.
    fn offer(&mut self, item: &Value, choices: &[Choice]) {
        let asked = lines(&[&text(item, "title"), &text(item, "description")]);
        let asked = match (asked, self.answer.messages.last()) {
            (None, Some(Body::Text { .. })) => match self.answer.messages.pop() {
                Some(Body::Text { text }) => Some(text),
                _ => None,
            },
            (asked, _) => asked,
        };
        if choices.is_empty() && asked.is_none() {
            return;
        }
        let menu = text(item, "preference").is_some_and(|wish| wish == "dropdown");
        let asked = asked.unwrap_or_default();
        let body = match menu && !choices.is_empty() {
            true => fit::menu(asked, choices.to_vec(), None),
            false => choose(asked, choices.to_vec(), None),
        };
        self.answer.messages.push(body);
    }
}

/// What can be chosen: what comes back is the text that Watson wants to hear.
fn options(item: &Value, key: &str, label: &str) -> Vec<Choice> {
    let choice = |option: &Value| {
        let title = text(option, label)?;
        let id = option.pointer("/value/input").and_then(|input| text(input, "text"));
        Some(Choice { id: id.unwrap_or_else(|| title.clone()), title, description: None })
    };
    list(item, key).iter().filter_map(choice).collect()
}

fn media(kind: MediaKind, item: &Value) -> Option<Body> {
    let caption = lines(&[&title(item), &text(item, "description")]);
    Some(file(kind, &text(item, "source")?, caption))
}

fn title(item: &Value) -> Option<String> {
    text(item, "title").or_else(|| text(item, "alt_text"))
}

/// The best result of a search, under what stands above.
fn found(item: &Value) -> Option<Body> {
    let best = list(item, "primary_results").first().or_else(|| list(item, "additional_results").first());
    let Some(best) = best else { return words(&[&text(item, "header")]) };
    let answered = list(best, "answers").first().and_then(|answer| text(answer, "text"));
    let body = answered.or_else(|| text(best, "body"));
    words(&[&text(item, "header"), &text(best, "title"), &body, &text(best, "url")])
}

fn words(parts: &[&Option<String>]) -> Option<Body> {
    lines(parts).map(Body::text)
}

fn lines(parts: &[&Option<String>]) -> Option<String> {
    let lines = parts.iter().filter_map(|part| part.as_deref()).collect::<Vec<_>>().join("\n");
    Some(lines).filter(|lines| !lines.is_empty())
}

fn is_set(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && value.as_str() != Some("false")
}

/// `connect_to_agent`: what is passed on, and both texts for the customer.
fn handoff(item: &Value) -> Packet {
    let message =
        |key: &str| item.get(key).and_then(|texts| text(texts, "message")).map(|text| cut(&text, 1024));
    let info = item.get("transfer_info").unwrap_or(&Value::Null);
    let additional = info.get("additional_data").unwrap_or(&Value::Null);
    let routed = |key: &str| text(additional, key).map(|word| cut(&word, 200));
    let mut learned: Vec<Field> = slots(Some(additional));
    learned.retain(|slot| !matches!(slot.name.as_str(), "queue" | "team" | "skill" | "priority"));
    Packet {
        title: text(item, "topic").map(|topic| cut(&topic, 200)),
        summary: text(item, "message_to_human_agent").map(|summary| cut(&summary, 4000)),
        slots: learned,
        customer_text: CustomerText {
            agent_available: message("agent_available"),
            agent_unavailable: message("agent_unavailable"),
            after_hours: None,
        },
        skills: routed("skill").into_iter().collect(),
        priority: routed("priority").and_then(|word| Priority::parse(&word)),
        target: routed("queue").or_else(|| routed("team")).map(Target::Team),
        ..Packet::because(ReasonCode::Other)
    }
}

/// What Watson has understood of the customer, beside what its packet says.
fn understood(packet: &mut Packet, turn: &Turn, output: &Value) {
    let intent = list(output, "intents").first();
    if packet.intent.is_none() {
        packet.intent = intent.and_then(|intent| text(intent, "intent")).map(|intent| cut(&intent, 200));
        let sure = intent.and_then(|intent| intent.get("confidence")).and_then(Value::as_f64);
        packet.confidence = sure.filter(|sure| (0.0..=1.0).contains(sure));
    }
    if packet.language.is_none() {
        packet.language.clone_from(&turn.language);
    }
    packet.bot_version.get_or_insert_with(|| format!("watson/{}", turn.version));
}
