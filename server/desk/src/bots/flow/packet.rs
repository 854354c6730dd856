//! What the flow passes on to people, so that the customer has to say nothing twice.

use contract::handoff::{Packet, ReasonCode};
use contract::message::Field;

use super::definition::Definition;
use super::memory::Memory;
use super::phrase::{cut, shortened};
use crate::bots::Turn;

/// Characters of the customer's last words in a summary, at most.
const LAST_WORDS: usize = 200;
/// Bytes of all slots, at most.
const SLOTS: usize = 4096;

/// Why the flow lets go, and what for.
pub struct Grounds {
    /// Why.
    pub reason: ReasonCode,
    /// Why, in words.
    pub why: Option<String>,
    /// What it is about, in a line.
    pub title: String,
    /// The entry that was asked for.
    pub intent: Option<String>,
    /// What a colleague could answer.
    pub suggested_reply: Option<String>,
}

/// The packet of a handoff.
pub fn packet(definition: &Definition, turn: &Turn, memory: &Memory, grounds: Grounds) -> Packet {
    let own = || Some(definition.language.clone());
    Packet {
        reason: grounds.why,
        title: Some(shortened(&grounds.title, 120)),
        summary: Some(summary(turn, memory)),
        intent: grounds.intent,
        suggested_reply: grounds.suggested_reply.map(|reply| cut(&reply, 1024)),
        slots: slots(memory),
        tried: memory.tried.clone(),
        language: memory.language.clone().or_else(|| turn.language.clone()).or_else(own),
        bot_version: Some(format!("flow/{}", turn.version)),
        ..Packet::because(grounds.reason)
    }
}

/// What happened, in a few sentences.
fn summary(turn: &Turn, memory: &Memory) -> String {
    let mut told = vec![match memory.heard {
        0 => "The customer has not written to the bot.".to_owned(),
        1 => "The customer wrote one message to the bot.".to_owned(),
        many => format!("The customer wrote {many} messages to the bot."),
    }];
    if !memory.tried.is_empty() {
        told.push(format!("The bot answered: {}.", memory.tried.join(", ")));
    }
    let learned: Vec<String> =
        slots(memory).into_iter().map(|slot| format!("{}: {}", slot.name, slot.value)).collect();
    if !learned.is_empty() {
        told.push(format!("It learned {}.", learned.join(", ")));
    }
    let last = turn.heard.iter().rev().find_map(|heard| heard.body.words());
    if let Some(last) = last.map(|last| shortened(last, LAST_WORDS)).filter(|last| !last.is_empty()) {
        told.push(format!("The customer's last words: “{last}”"));
    }
    told.join(" ")
}

fn slots(memory: &Memory) -> Vec<Field> {
    let mut room = SLOTS;
    let mut fields = Vec::new();
    for (name, value) in &memory.slots {
        let size = name.len() + value.len();
        if size <= room {
            room -= size;
            fields.push(Field { name: name.clone(), value: value.clone() });
        }
    }
    fields
}
