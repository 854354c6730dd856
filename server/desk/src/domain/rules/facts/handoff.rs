//! What the bot has passed on.

use std::collections::BTreeMap;

use contract::handoff::Target;
use contract::rules::{Kind, Value};
use contract::{Packet, Priority, ReasonCode};

use super::{Fact, Known, Read, free, priority_name, text, words};

const FROM: &str = "The last handoff, as the bot has written it";

const ON_TIMEOUT: [(&str, &str); 3] = [
    ("next_step", "The next one is asked"),
    ("bot_keeps", "The bot keeps it"),
    ("callback", "Somebody writes back"),
];

pub(super) const FACTS: &[Fact] = &[
    Fact {
        key: "handoff_reason",
        name: "Reason of the handoff",
        from: FROM,
        kind: Kind::Choice,
        options: || words(ReasonCode::ALL.map(|reason| (reason.as_str(), reason_name(reason)))),
        read: Read::Now(|known| packet(known, |packet| text(Some(packet.reason_code.as_str())))),
    },
    Fact {
        key: "handoff_words",
        name: "Reason in words",
        from: FROM,
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| packet(known, |packet| text(packet.reason.as_deref()))),
    },
    Fact {
        key: "handoff_title",
        name: "Title",
        from: FROM,
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| packet(known, |packet| text(packet.title.as_deref()))),
    },
    Fact {
        key: "handoff_summary",
        name: "Summary",
        from: FROM,
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| packet(known, |packet| text(packet.summary.as_deref()))),
    },
    Fact {
        key: "intent",
        name: "What the customer wants",
        from: FROM,
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| packet(known, |packet| text(packet.intent.as_deref()))),
    },
    Fact {
        key: "confidence",
        name: "How sure the bot is, in percent",
        from: FROM,
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| packet(known, confidence)),
    },
    Fact {
        key: "sentiment",
        name: "Mood",
        from: FROM,
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| packet(known, |packet| text(packet.sentiment.as_deref()))),
    },
    Fact {
        key: "suggested_reply",
        name: "Suggested answer",
        from: FROM,
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| packet(known, |packet| text(packet.suggested_reply.as_deref()))),
    },
    Fact {
        key: "tried",
        name: "What the bot has tried",
        from: FROM,
        kind: Kind::Words,
        options: free,
        read: Read::Now(|known| packet(known, |packet| Value::Texts(packet.tried.clone()))),
    },
    Fact {
        key: "bot_version",
        name: "Version of the bot",
        from: FROM,
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| packet(known, |packet| text(packet.bot_version.as_deref()))),
    },
    Fact {
        key: "handoff_priority",
        name: "Priority that the bot asks for",
        from: FROM,
        kind: Kind::Choice,
        options: || words(Priority::ALL.map(|priority| (priority.as_str(), priority_name(priority)))),
        read: Read::Now(|known| packet(known, |packet| text(packet.priority.map(Priority::as_str)))),
    },
    Fact {
        key: "handoff_timeout",
        name: "Seconds that a handoff may take",
        from: FROM,
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| {
            packet(known, |packet| packet.timeout_s.map_or(Value::Nothing, |s| Value::Number(s.into())))
        }),
    },
    Fact {
        key: "on_timeout",
        name: "What is done when a handoff has taken too long",
        from: FROM,
        kind: Kind::Choice,
        options: || words(ON_TIMEOUT),
        read: Read::Now(|known| packet(known, |packet| text(Some(packet.on_timeout.as_str())))),
    },
    Fact {
        key: "skills",
        name: "Skills that are asked for",
        from: FROM,
        kind: Kind::Words,
        options: free,
        read: Read::Now(|known| packet(known, |packet| Value::Texts(packet.skills.clone()))),
    },
    Fact {
        key: "wanted",
        name: "Team or person that the bot wants",
        from: FROM,
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| {
            packet(known, |packet| match &packet.target {
                Some(Target::Agent(name) | Target::Team(name)) => text(Some(name)),
                None => Value::Nothing,
            })
        }),
    },
    Fact {
        key: "slots.*",
        name: "Slot",
        from: "What the bot has learned, name by name",
        kind: Kind::Text,
        options: free,
        read: Read::Named(slots),
    },
];

fn packet(known: &Known, read: fn(&Packet) -> Value) -> Value {
    known.packet.as_ref().map_or(Value::Nothing, read)
}

fn confidence(packet: &Packet) -> Value {
    let percent = |confidence: f64| Value::Number((confidence.clamp(0.0, 1.0) * 100.0).round() as i64);
    packet.confidence.map_or(Value::Nothing, percent)
}

fn slots(known: &Known) -> BTreeMap<String, String> {
    let slots = known.packet.iter().flat_map(|packet| &packet.slots);
    slots.map(|slot| (slot.name.clone(), slot.value.clone())).collect()
}

fn reason_name(reason: ReasonCode) -> &'static str {
    match reason {
        ReasonCode::CustomerAsked => "The customer asked for a person",
        ReasonCode::Keyword => "A keyword",
        ReasonCode::NotUnderstood => "Not understood",
        ReasonCode::LowConfidence => "The bot was not sure",
        ReasonCode::BotFailed => "The bot broke",
        ReasonCode::BotTimeout => "The bot did not answer in time",
        ReasonCode::TurnBudget => "The bot talked for too long",
        ReasonCode::BreakerOpen => "The bot is switched off after too many failures",
        ReasonCode::Rule => "A rule",
        ReasonCode::AgentTook => "Somebody stepped in",
        ReasonCode::WindowClosing => "The customer's window is about to close",
        ReasonCode::Policy => "The bot's policy",
        ReasonCode::Sensitive => "Something sensitive",
        ReasonCode::OutOfScope => "Nothing that the bot is for",
        ReasonCode::Other => "Something else",
    }
}
