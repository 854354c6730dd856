//! What the bot has passed on.

use std::collections::BTreeMap;

use contract::handoff::Target;
use contract::rules::{Kind, Value};
use contract::{Packet, ReasonCode};

use super::{Fact, Known, Read, free, text, words};

const FROM: &str = "The last handoff, as the bot has written it";

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
