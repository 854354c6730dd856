//! What bots pass on, read from their JSON. Lenient: a bot that wants to let go is let go, and what cannot be read of
//! its packet is left out.

use contract::Priority;
use contract::handoff::{CustomerText, OnTimeout, Packet, ReasonCode, Rung, Target};
use contract::message::Field;
use serde_json::Value;

use super::speech::{list, text};

/// Bytes of all slots, at most.
pub const SLOTS: usize = 4096;
/// Characters of a line, of a paragraph, and members of a list, at most.
const LINE: usize = 200;
const PARAGRAPH: usize = 4000;
const MEMBERS: usize = 20;
/// Characters of a text for the customer, at most.
const SAID: usize = 1024;

/// Reads a packet. A reason that is no code of ours is kept in words.
pub fn read(value: &Value) -> Packet {
    let word = text(value, "reason_code");
    let known = word.as_deref().and_then(ReasonCode::parse);
    let unknown = word.filter(|_| known.is_none());
    let reason = text(value, "reason").or(unknown).map(|reason| cut(&reason, PARAGRAPH));
    let line = |key: &str| text(value, key).map(|line| cut(&line, LINE));
    let paragraph = |key: &str| text(value, key).map(|text| cut(&text, PARAGRAPH));
    let confidence =
        value.get("confidence").and_then(Value::as_f64).filter(|sure| (0.0..=1.0).contains(sure));
    Packet {
        reason,
        title: line("title"),
        summary: paragraph("summary"),
        intent: line("intent"),
        confidence,
        suggested_reply: text(value, "suggested_reply").map(|reply| cut(&reply, 1024)),
        slots: slots(value.get("slots")),
        tried: words(value, "tried"),
        sentiment: line("sentiment"),
        language: line("language"),
        bot_version: line("bot_version"),
        customer_text: customer_text(value),
        skills: words(value, "skills"),
        priority: text(value, "priority").and_then(|word| Priority::parse(word.trim())),
        target: target(value),
        ladder: ladder(value),
        timeout_s: seconds(value, "timeout_s"),
        on_timeout: text(value, "on_timeout")
            .and_then(|word| OnTimeout::parse(word.trim()))
            .unwrap_or_default(),
        ..Packet::because(known.unwrap_or(ReasonCode::Other))
    }
}

/// Slots as an object, or as a list of names and values. What is more than they may hold is left out.
pub fn slots(value: Option<&Value>) -> Vec<Field> {
    let all: Vec<Field> = match value {
        Some(Value::Object(members)) => {
            members.iter().filter_map(|(name, value)| field(name.clone(), value)).collect()
        }
        Some(Value::Array(all)) => {
            all.iter().filter_map(|slot| field(text(slot, "name")?, slot.get("value")?)).collect()
        }
        _ => Vec::new(),
    };
    let mut room = SLOTS;
    let fits = |slot: &Field| {
        let size = slot.name.len() + slot.value.len();
        let fits = size <= room;
        room -= if fits { size } else { 0 };
        fits
    };
    all.into_iter().filter(fits).collect()
}

fn field(name: String, value: &Value) -> Option<Field> {
    let value = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some(Field { name: name.replace('\0', ""), value: value.replace('\0', "") })
}

fn words(value: &Value, key: &str) -> Vec<String> {
    let words = list(value, key).iter().filter_map(Value::as_str);
    words.map(|word| cut(word, LINE)).filter(|word| !word.is_empty()).take(MEMBERS).collect()
}

fn customer_text(value: &Value) -> CustomerText {
    let Some(texts) = value.get("customer_text") else { return CustomerText::default() };
    let said = |key: &str| text(texts, key).map(|text| cut(&text, SAID));
    CustomerText {
        agent_available: said("agent_available"),
        agent_unavailable: said("agent_unavailable"),
        after_hours: said("after_hours"),
    }
}

fn target(value: &Value) -> Option<Target> {
    let target = value.get("target")?;
    let named = |key: &str| text(target, key).map(|name| cut(&name, LINE));
    named("agent").map(Target::Agent).or_else(|| named("team").map(Target::Team))
}

/// Rungs as words (`"team"`) or as objects (`{"agent": "Sara", "seconds": 20}`). What is no rung is left out.
fn ladder(value: &Value) -> Vec<Rung> {
    list(value, "ladder").iter().filter_map(rung).take(MEMBERS).collect()
}

fn rung(value: &Value) -> Option<Rung> {
    let seconds = seconds(value, "seconds");
    let word = value.as_str().map(str::trim);
    let step = text(value, "step");
    let named = |kind: &str| {
        let name = text(value, kind).or_else(|| text(value, "name")).map(|name| cut(&name, LINE));
        let meant = word == Some(kind) || step.as_deref() == Some(kind) || value.get(kind).is_some();
        meant.then_some(name)
    };
    if let Some(name) = named("agent") {
        return Some(Rung::Agent { name, seconds });
    }
    if let Some(name) = named("team") {
        return Some(Rung::Team { name, seconds });
    }
    match word.or(step.as_deref())? {
        "skill" => Some(Rung::Skill { seconds }),
        "bot_keeps" => Some(Rung::BotKeeps),
        "callback" => Some(Rung::Callback),
        _ => None,
    }
}

fn seconds(value: &Value, key: &str) -> Option<i32> {
    let seconds = value.get(key)?.as_f64().filter(|seconds| (1.0..=86_400.0).contains(seconds))?;
    Some(seconds.round() as i32)
}

/// At most so many characters, without what PostgreSQL does not take.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.replace('\0', "").trim().chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_packet_is_read_whole() {
        let packet = read(&json!({
            "reason_code": "customer_asked", "reason": "asked twice", "title": "Refund", "summary": "Order 12345",
            "intent": "refund", "confidence": 0.5, "slots": {"order": 12345, "paid": true, "none": null},
            "tried": ["FAQ"], "skills": ["de"], "priority": "high", "target": {"team": "billing"},
            "customer_text": {"agent_available": "One moment.", "agent_unavailable": "Tomorrow."},
        }));
        assert_eq!(packet.reason_code, ReasonCode::CustomerAsked);
        assert_eq!(packet.slots.len(), 2);
        assert_eq!(packet.slots[0], Field { name: "order".into(), value: "12345".into() });
        assert_eq!(
            (packet.priority, packet.target),
            (Some(Priority::High), Some(Target::Team("billing".into())))
        );
        assert_eq!(packet.customer_text.agent_unavailable.as_deref(), Some("Tomorrow."));
    }

    #[test]
    fn a_ladder_is_read_from_words_and_objects() {
        let packet = read(&json!({
            "ladder": ["agent", {"agent": "Sara", "seconds": 20}, {"team": "Billing"}, {"step": "team"}, "skill",
                       {"step": "skill", "seconds": 40}, "moon", 7, "bot_keeps", "callback"],
            "timeout_s": 90, "on_timeout": "bot_keeps",
        }));
        let named = |name: &str| Some(name.to_owned());
        assert_eq!(
            packet.ladder,
            [
                Rung::Agent { name: None, seconds: None },
                Rung::Agent { name: named("Sara"), seconds: Some(20) },
                Rung::Team { name: named("Billing"), seconds: None },
                Rung::Team { name: None, seconds: None },
                Rung::Skill { seconds: None },
                Rung::Skill { seconds: Some(40) },
                Rung::BotKeeps,
                Rung::Callback,
            ]
        );
        assert_eq!((packet.timeout_s, packet.on_timeout), (Some(90), OnTimeout::BotKeeps));
        let odd = read(&json!({"ladder": "team", "timeout_s": -1, "on_timeout": "explode"}));
        assert_eq!((odd.ladder.len(), odd.timeout_s, odd.on_timeout), (0, None, OnTimeout::NextStep));
    }

    #[test]
    fn what_makes_no_sense_is_left_out_and_the_bot_still_lets_go() {
        let packet =
            read(&json!({"reason_code": "bored", "confidence": 7, "slots": "x", "priority": "asap"}));
        assert_eq!(packet.reason_code, ReasonCode::Other);
        assert_eq!(packet.reason.as_deref(), Some("bored"));
        assert_eq!((packet.confidence, packet.priority), (None, None));
        assert_eq!(read(&json!(true)).reason_code, ReasonCode::Other);
    }

    #[test]
    fn slots_never_hold_more_than_they_may() {
        let packet = read(&json!({"slots": {"a": "x".repeat(4000), "b": "y".repeat(500), "c": "z"}}));
        let names: Vec<_> = packet.slots.iter().map(|slot| slot.name.as_str()).collect();
        assert_eq!(names, ["a", "c"]);
    }
}
