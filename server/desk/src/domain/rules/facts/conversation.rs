//! Where the conversation stands.

use contract::rules::{Kind, Options, Value};
use contract::{Owner, Priority, Stage};

use super::{Fact, Read, free, id, seconds_until, text, words};

const FROM: &str = "The conversation";

pub(super) const FACTS: &[Fact] = &[
    Fact {
        key: "channel",
        name: "Channel",
        from: "The number that the customer wrote to",
        kind: Kind::Choice,
        options: || Options::Channels,
        read: Read::Now(|known| id(Some(known.conversation.channel))),
    },
    Fact {
        key: "provider",
        name: "Provider",
        from: "The provider of the channel",
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| text(Some(&known.provider))),
    },
    Fact {
        key: "stage",
        name: "Stage",
        from: FROM,
        kind: Kind::Choice,
        options: || words(Stage::ALL.map(|stage| (stage.as_str(), stage_name(stage)))),
        read: Read::Tracked(|conversation| text(Some(conversation.stage.as_str()))),
    },
    Fact {
        key: "owner",
        name: "Who has it",
        from: FROM,
        kind: Kind::Choice,
        options: || words([("nobody", "Nobody"), ("bot", "A bot"), ("agent", "A person")]),
        read: Read::Tracked(|conversation| {
            text(Some(match conversation.owner {
                Owner::Nobody => "nobody",
                Owner::Bot(_) => "bot",
                Owner::Agent(_) => "agent",
            }))
        }),
    },
    Fact {
        key: "bot",
        name: "Bot",
        from: "The bot that has it",
        kind: Kind::Choice,
        options: || Options::Bots,
        read: Read::Tracked(|conversation| match conversation.owner {
            Owner::Bot(bot) => id(Some(bot)),
            Owner::Nobody | Owner::Agent(_) => Value::Nothing,
        }),
    },
    Fact {
        key: "agent",
        name: "Person",
        from: "The person who has it",
        kind: Kind::Choice,
        options: || Options::Agents,
        read: Read::Tracked(|conversation| id(conversation.owner.agent())),
    },
    Fact {
        key: "last_agent",
        name: "Person who had it last",
        from: FROM,
        kind: Kind::Choice,
        options: || Options::Agents,
        read: Read::Tracked(|conversation| id(conversation.last_agent)),
    },
    Fact {
        key: "priority",
        name: "Priority",
        from: FROM,
        kind: Kind::Choice,
        options: || words(Priority::ALL.map(|priority| (priority.as_str(), priority_name(priority)))),
        read: Read::Tracked(|conversation| text(Some(conversation.priority.as_str()))),
    },
    Fact {
        key: "labels",
        name: "Labels",
        from: FROM,
        kind: Kind::Words,
        options: free,
        read: Read::Tracked(|conversation| Value::Texts(conversation.labels.clone())),
    },
    Fact {
        key: "opened_at",
        name: "Beginning of the conversation",
        from: FROM,
        kind: Kind::Time,
        options: free,
        read: Read::Now(|known| Value::Number(known.conversation.opened_at.0)),
    },
    Fact {
        key: "waiting_seconds",
        name: "Seconds that it has waited",
        from: FROM,
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| match known.conversation.waiting_since {
            Some(since) => seconds_until(Some(known.now), since),
            None => Value::Nothing,
        }),
    },
    Fact {
        key: "window_seconds_left",
        name: "Seconds in which free text can be sent",
        from: "24 hours after the customer's last message",
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| match known.conversation.window_until {
            Some(until) => seconds_until(Some(until), known.now),
            None => Value::Number(0),
        }),
    },
    Fact {
        key: "handoffs",
        name: "Handoffs so far",
        from: FROM,
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| Value::Number(known.counts.handoffs)),
    },
    Fact {
        key: "rating",
        name: "How the customer says it was",
        from: "From 1 to 5, the last answer",
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| known.counts.rating.map_or(Value::Nothing, Value::Number)),
    },
    Fact {
        key: "failed_messages",
        name: "Messages that did not arrive",
        from: FROM,
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| Value::Number(known.counts.failed)),
    },
    Fact {
        key: "attribute.*",
        name: "Attribute of the conversation",
        from: "What programs and bots know of the conversation, name by name",
        kind: Kind::Text,
        options: free,
        read: Read::Named(|known| known.attributes.clone()),
    },
];

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Bot => "With the bot",
        Stage::Waiting => "Waiting",
        Stage::Assigned => "With a person",
        Stage::Snoozed => "Put aside",
        Stage::Resolved => "Resolved",
    }
}

/// A priority, for people.
pub(in crate::domain::rules) fn priority_name(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "Low",
        Priority::Normal => "Normal",
        Priority::High => "High",
        Priority::Urgent => "Urgent",
    }
}
