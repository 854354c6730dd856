//! The customer.

use contract::rules::{Kind, Value};

use super::{Fact, Read, free, text};

const FROM: &str = "The customer";

pub(super) const FACTS: &[Fact] = &[
    Fact {
        key: "contact_name",
        name: "Customer's name",
        from: "What the customer calls themself",
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| text(known.customer.name.as_deref())),
    },
    Fact {
        key: "username",
        name: "Customer's username",
        from: FROM,
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| text(known.customer.username.as_deref())),
    },
    Fact {
        key: "number",
        name: "Customer's number",
        from: "The number in digits, the calling code first",
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| text(known.customer.phone.as_deref())),
    },
    Fact {
        key: "blocked",
        name: "Customer is blocked",
        from: FROM,
        kind: Kind::Truth,
        options: free,
        read: Read::Now(|known| Value::Truth(known.customer.blocked)),
    },
    Fact {
        key: "language",
        name: "Customer's language",
        from: "The last handoff, else what a bot has said before",
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| {
            let passed_on = known.packet.as_ref().and_then(|packet| packet.language.as_deref());
            text(passed_on.or(known.language.as_deref()))
        }),
    },
    Fact {
        key: "previous_conversations",
        name: "Earlier conversations",
        from: "Other conversations of the customer, up to 100",
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| Value::Number(known.counts.conversations)),
    },
    Fact {
        key: "contact.*",
        name: "Attribute of the customer",
        from: "What programs know of the customer, name by name",
        kind: Kind::Text,
        options: free,
        read: Read::Named(|known| known.customer.attributes.clone()),
    },
];
