//! The customer.

use contract::rules::{Kind, Value};

use super::{Fact, Known, Read, free, text, words};
use crate::domain::country;

const FROM: &str = "The customer";

const WISHES: [(&str, &str); 3] =
    [("opted_in", "Has agreed"), ("opted_out", "Wants none"), ("unknown", "Has said nothing")];

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
        key: "country",
        name: "Customer's country",
        from: "Two letters (`DE`): by the number, else by the user id",
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| {
            let by_number = known.customer.phone.as_deref().and_then(country::of_number);
            text(by_number.or_else(|| known.customer.user_id.as_deref().and_then(country::of_user_id)))
        }),
    },
    Fact {
        key: "consent",
        name: "Wish about messages",
        from: "The customer's latest wish on the channel",
        kind: Kind::Choice,
        options: || words(WISHES),
        read: Read::Now(|known| text(known.customer.consent.as_deref().or(Some("unknown")))),
    },
    Fact {
        key: "marketing_consent",
        name: "Wish about marketing",
        from: "The customer's latest wish on the channel",
        kind: Kind::Choice,
        options: || words(WISHES),
        read: Read::Now(|known| text(known.customer.marketing.as_deref().or(Some("unknown")))),
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
        from: "The last handoff, else what a bot has said before, else the customer's attribute `language`",
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| text(language(known).map(|(language, _)| language))),
    },
    Fact {
        key: "language_from",
        name: "Where the language is from",
        from: FROM,
        kind: Kind::Choice,
        options: || {
            words([("handoff", "The last handoff"), ("bot", "A bot before"), ("customer", "The attribute")])
        },
        read: Read::Now(|known| text(language(known).map(|(_, from)| from))),
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

fn language(known: &Known) -> Option<(&str, &'static str)> {
    let of_packet = known.packet.as_ref().and_then(|packet| packet.language.as_deref());
    let of_customer = known.customer.attributes.get("language").map(String::as_str);
    let ways = [(of_packet, "handoff"), (known.language.as_deref(), "bot"), (of_customer, "customer")];
    ways.into_iter().find_map(|(language, from)| Some((language.filter(|said| !said.is_empty())?, from)))
}
