//! How long ago something was: in hours, and in seconds of working time.

use std::collections::BTreeMap;

use contract::Time;
use contract::rules::{Kind, Value};
use contract::time::HOUR_MS;

use super::{Fact, Known, Read, free};
use crate::domain::hours;

const REPLIES: &str = "What people here have written to the customer, on the phone too";

pub(super) const FACTS: &[Fact] = &[
    Fact {
        key: "first_reply_at",
        name: "First answer of a person",
        from: REPLIES,
        kind: Kind::Time,
        options: free,
        read: Read::Now(|known| moment(known.first_reply_at)),
    },
    Fact {
        key: "last_reply_at",
        name: "Last answer of a person",
        from: REPLIES,
        kind: Kind::Time,
        options: free,
        read: Read::Now(|known| moment(known.last_reply_at)),
    },
    Fact {
        key: "hours_since_created",
        name: "Hours since the conversation began",
        from: "The conversation",
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| hours_since(known, Some(known.conversation.opened_at))),
    },
    Fact {
        key: "hours_since_first_reply",
        name: "Hours since the first answer of a person",
        from: REPLIES,
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| hours_since(known, known.first_reply_at)),
    },
    Fact {
        key: "hours_since_last_reply",
        name: "Hours since the last answer of a person",
        from: REPLIES,
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| hours_since(known, known.last_reply_at)),
    },
    Fact {
        key: "working.*",
        name: "Seconds of working time since",
        from: "A fact that is a moment, by its word; written where there are hours",
        kind: Kind::Number,
        options: free,
        read: Read::Counted(worked),
    },
];

fn moment(at: Option<Time>) -> Value {
    at.map_or(Value::Nothing, |at| Value::Number(at.0))
}

/// Whole hours: what is not over does not count.
fn hours_since(known: &Known, at: Option<Time>) -> Value {
    at.map_or(Value::Nothing, |at| Value::Number((known.now.since_ms(at) / HOUR_MS).max(0)))
}

/// How long ago every moment was, in seconds in which people answer.
fn worked(known: &Known) -> BTreeMap<String, i64> {
    let Some(hours) = known.hours.as_ref().and_then(|hours| hours::check(hours).ok()) else {
        return BTreeMap::new();
    };
    let moments = super::all().filter(|fact| fact.kind == Kind::Time);
    let since = |fact: &Fact| {
        let Read::Now(read) = fact.read else { return None };
        let Value::Number(at) = read(known) else { return None };
        Some((fact.key.to_owned(), hours.worked_ms(Time(at), known.now) / 1000))
    };
    moments.filter_map(since).collect()
}

#[cfg(test)]
mod tests {
    use contract::hours::{Hours, Span};
    use contract::{AddressId, Body, ChannelId, ContactId, ConversationId};
    use uuid::Uuid;

    use super::super::{Counts, Customer, Promise, Said, read};
    use super::*;
    use crate::domain::Conversation;
    use crate::domain::conversation::Opening;

    fn known(now: Time) -> Known {
        let id = Uuid::nil();
        let opening = Opening {
            id: ConversationId(id),
            channel: ChannelId(id),
            contact: ContactId(id),
            address: AddressId(id),
            bot: None,
            blocked: false,
        };
        let conversation = Conversation::open(opening, Time(0));
        Known {
            now,
            before: conversation.clone(),
            conversation,
            provider: "meta".to_owned(),
            team: None,
            language: None,
            customer: Customer { phone: Some("4917139200099".to_owned()), ..Customer::default() },
            attributes: BTreeMap::new(),
            message: None,
            packet: None,
            counts: Counts::default(),
            promise: Promise::default(),
            first_reply_at: None,
            last_reply_at: None,
            hours: None,
            zone: None,
        }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn whole_hours_and_working_seconds_are_counted_since_moments() {
        // The first day of 1970 was a Thursday; people answer from 01:00 to 02:00.
        let mut known = known(Time(5 * HOUR_MS - 1));
        known.first_reply_at = Some(Time(HOUR_MS));
        known.last_reply_at = Some(Time(90 * 60_000));
        let facts = read(&known);
        assert_eq!(facts.is("hours_since_created"), &Value::Number(4));
        assert_eq!(facts.is("hours_since_first_reply"), &Value::Number(3));
        assert_eq!(facts.is("hours_since_last_reply"), &Value::Number(3));
        assert!(facts.is("working.opened_at").is_nothing(), "without hours all time is working time");
        let week = vec![Span { day: 4, from: 60, to: 120 }];
        known.hours = Some(Hours { zone: "UTC".to_owned(), week, holidays: Vec::new() });
        let facts = read(&known);
        assert_eq!(facts.is("working.opened_at"), &Value::Number(3_600));
        assert_eq!(facts.is("working.last_reply_at"), &Value::Number(1_800));
        assert!(facts.is("working.last_message_at").is_nothing(), "nobody has written");
    }

    #[test]
    fn who_the_customer_is_and_wants_is_known() {
        let mut known = known(Time(0));
        let facts = read(&known);
        assert_eq!((facts.is("country"), facts.is("consent")), (&text("DE"), &text("unknown")));
        assert!(facts.is("language_from").is_nothing() && facts.is("keyword").is_nothing());
        known.customer.phone = None;
        known.customer.user_id = Some("BR.1349".to_owned());
        known.customer.marketing = Some("opted_out".to_owned());
        known.customer.attributes.insert("language".to_owned(), "pt".to_owned());
        let body = Body::text(" REFUND\n");
        known.message = Some(Said { body, referral: None, tag: None, first: true, at: Time(0) });
        let facts = read(&known);
        assert_eq!((facts.is("country"), facts.is("marketing_consent")), (&text("BR"), &text("opted_out")));
        assert_eq!((facts.is("language"), facts.is("language_from")), (&text("pt"), &text("customer")));
        assert_eq!(facts.is("keyword"), &text("REFUND"));
        known.language = Some("es".to_owned());
        assert_eq!(read(&known).is("language_from"), &text("bot"));
    }
}
