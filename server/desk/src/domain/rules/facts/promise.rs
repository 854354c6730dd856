//! What is promised about time.

use contract::rules::{Kind, Value};
use contract::sla::SlaTarget;

use super::{Fact, Read, free, text, words};

const FROM: &str = "The promise about time that holds for the conversation";

pub(super) const FACTS: &[Fact] = &[
    Fact {
        key: "sla",
        name: "Promise about time",
        from: FROM,
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| text(known.promise.name.as_deref())),
    },
    Fact {
        key: "sla_target",
        name: "What was promised that was told last",
        from: FROM,
        kind: Kind::Choice,
        options: || words(SlaTarget::ALL.map(|target| (target.as_str(), target_name(target)))),
        read: Read::Now(|known| text(known.promise.told.as_deref())),
    },
    Fact {
        key: "sla_broken",
        name: "A promise is broken",
        from: FROM,
        kind: Kind::Truth,
        options: free,
        read: Read::Now(|known| Value::Truth(known.promise.broken)),
    },
    Fact {
        key: "sla_seconds_left",
        name: "Seconds until a promise is broken",
        from: FROM,
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| super::seconds_until(known.promise.due, known.now)),
    },
];

fn target_name(target: SlaTarget) -> &'static str {
    match target {
        SlaTarget::FirstResponse => "The first answer",
        SlaTarget::NextResponse => "The next answer",
        SlaTarget::Resolution => "The resolution",
    }
}
