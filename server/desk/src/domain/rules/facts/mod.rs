//! What rules can ask. A fact says what it is called, where it is from, and how it is read.

use std::collections::BTreeMap;

use contract::hours::Hours;
use contract::rules::{FactWord, Facts, Kind, Options, Value};
use contract::{Body, Packet, TeamId, Time};

use crate::domain::Conversation;
use crate::domain::attributes::Attributes;

mod clock;
mod conversation;
mod customer;
mod handoff;
mod message;
mod promise;
mod queue;
mod since;

pub(super) use conversation::priority_name;

/// How the facts begin that say how long ago others were in working time.
const WORKING: &str = "working.";

/// Everything that facts are read from.
#[derive(Debug, Clone)]
pub struct Known {
    /// When it happens.
    pub now: Time,
    /// The conversation.
    pub conversation: Conversation,
    /// The same before it happened.
    pub before: Conversation,
    /// The word of its provider.
    pub provider: String,
    /// The team that was asked last, else its channel's.
    pub team: Option<TeamId>,
    /// The customer's language, as a bot has last said.
    pub language: Option<String>,
    /// The customer.
    pub customer: Customer,
    /// What programs and bots know of the conversation.
    pub attributes: Attributes,
    /// The customer's last message in it.
    pub message: Option<Said>,
    /// What the last bot that let go has passed on.
    pub packet: Option<Packet>,
    /// What is counted.
    pub counts: Counts,
    /// What is promised about time.
    pub promise: Promise,
    /// When people here first answered the customer.
    pub first_reply_at: Option<Time>,
    /// When they last did.
    pub last_reply_at: Option<Time>,
    /// When people answer; absent: always.
    pub hours: Option<Hours>,
    /// The time zone of the team.
    pub zone: Option<String>,
}

/// A customer.
#[derive(Debug, Clone, Default)]
pub struct Customer {
    /// What they call themself.
    pub name: Option<String>,
    /// Their username.
    pub username: Option<String>,
    /// Their number, in digits.
    pub phone: Option<String>,
    /// Their business-scoped user id.
    pub user_id: Option<String>,
    /// Their latest wish about messages of any kind, on the channel.
    pub consent: Option<String>,
    /// The same about marketing.
    pub marketing: Option<String>,
    /// Whether they are blocked.
    pub blocked: bool,
    /// What programs know of them.
    pub attributes: Attributes,
}

/// A message of the customer.
#[derive(Debug, Clone)]
pub struct Said {
    /// What it says.
    pub body: Body,
    /// The advertisement or post that it came from.
    pub referral: Option<String>,
    /// The tag of the address that it came in by.
    pub tag: Option<String>,
    /// Whether it is their first one in the conversation.
    pub first: bool,
    /// When they wrote it.
    pub at: Time,
}

/// What is promised about time.
#[derive(Debug, Clone, Default)]
pub struct Promise {
    /// The policy.
    pub name: Option<String>,
    /// The word of what was told last of it.
    pub told: Option<String>,
    /// Whether any of it is broken.
    pub broken: bool,
    /// When the next of it is broken.
    pub due: Option<Time>,
}

/// What is counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Other conversations of the customer, as far as they are counted.
    pub conversations: i64,
    /// Handoffs of the conversation.
    pub handoffs: i64,
    /// How the customer has said last that it was.
    pub rating: Option<i64>,
    /// Messages in it that did not arrive.
    pub failed: i64,
    /// Conversations that wait for the team, as far as they are counted.
    pub queue: i64,
    /// People of the team who are there and take work; without a team, of all.
    pub online: i64,
}

/// A fact.
#[derive(Debug)]
pub struct Fact {
    /// Its word. One that ends in `.*` stands for all that begin like it.
    pub key: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// Where it is from.
    pub from: &'static str,
    /// Of what kind it is.
    pub kind: Kind,
    /// What it can be.
    pub options: fn() -> Options,
    /// How it is read.
    pub read: Read,
}

/// How a fact is read.
#[derive(Debug, Clone, Copy)]
pub enum Read {
    /// As it is.
    Now(fn(&Known) -> Value),
    /// Of a conversation, as it is and as it was.
    Tracked(fn(&Conversation) -> Value),
    /// Many, name by name.
    Named(fn(&Known) -> BTreeMap<String, String>),
    /// Many numbers, name by name.
    Counted(fn(&Known) -> BTreeMap<String, i64>),
}

/// Every fact.
pub const FACTS: &[&[Fact]] = &[
    message::FACTS,
    customer::FACTS,
    conversation::FACTS,
    handoff::FACTS,
    queue::FACTS,
    clock::FACTS,
    since::FACTS,
    promise::FACTS,
];

impl Fact {
    /// How an editor shows it.
    pub fn word(&self) -> FactWord {
        FactWord {
            key: self.key.to_owned(),
            name: self.name.to_owned(),
            from: self.from.to_owned(),
            kind: self.kind,
            options: (self.options)(),
            tracked: self.is_tracked(),
        }
    }

    /// Whether it is known what it was before.
    pub fn is_tracked(&self) -> bool {
        matches!(self.read, Read::Tracked(_))
    }
}

/// Every fact, one by one.
pub fn all() -> impl Iterator<Item = &'static Fact> {
    FACTS.iter().flat_map(|some| some.iter())
}

/// The fact of a word.
pub fn find(key: &str) -> Option<&'static Fact> {
    all().find(|fact| match fact.key.strip_suffix('*') {
        Some(begin) => key.strip_prefix(begin).is_some_and(|name| !name.is_empty()),
        None => fact.key == key,
    })
}

/// Reads every fact.
pub fn read(known: &Known) -> Facts {
    let mut facts = Facts { now: known.now, ..Facts::default() };
    let put = |into: &mut BTreeMap<String, Value>, key: &str, value: Value| {
        if !value.is_nothing() {
            into.insert(key.to_owned(), value);
        }
    };
    for fact in all() {
        match fact.read {
            Read::Now(read) => put(&mut facts.are, fact.key, read(known)),
            Read::Named(read) => {
                let begin = fact.key.trim_end_matches('*');
                for (name, value) in read(known) {
                    put(&mut facts.are, &format!("{begin}{name}"), Value::Text(value));
                }
            }
            Read::Counted(read) => {
                let begin = fact.key.trim_end_matches('*');
                for (name, number) in read(known) {
                    put(&mut facts.are, &format!("{begin}{name}"), Value::Number(number));
                }
            }
            Read::Tracked(read) => {
                let (is, was) = (read(&known.conversation), read(&known.before));
                // What has changed is written down even where it was nothing before.
                if is != was {
                    facts.were.insert(fact.key.to_owned(), was);
                }
                put(&mut facts.are, fact.key, is);
            }
        }
    }
    facts
}

/// The fact that says how long ago another one was, in seconds of working time. It is written where there are hours.
pub(super) fn working(fact: &str) -> String {
    format!("{WORKING}{fact}")
}

fn free() -> Options {
    Options::Free
}

fn words(words: impl IntoIterator<Item = (&'static str, &'static str)>) -> Options {
    let owned = |(word, name): (&str, &str)| (word.to_owned(), name.to_owned());
    Options::Words(words.into_iter().map(owned).collect())
}

fn text(value: Option<&str>) -> Value {
    value.filter(|text| !text.is_empty()).map_or(Value::Nothing, |text| Value::Text(text.to_owned()))
}

fn id(value: Option<impl ToString>) -> Value {
    value.map_or(Value::Nothing, |id| Value::Text(id.to_string()))
}

fn seconds_until(at: Option<Time>, now: Time) -> Value {
    at.map_or(Value::Nothing, |at| Value::Number((at.since_ms(now) / 1000).max(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_working_time_of_a_fact_is_itself_a_fact() {
        let word = working("opened_at");
        assert!(word.starts_with(WORKING) && find(&word).is_some_and(|fact| fact.kind == Kind::Number));
    }

    #[test]
    fn every_fact_has_a_word_of_its_own_and_says_where_it_is_from() {
        let mut keys: Vec<_> = all().map(|fact| fact.key).collect();
        let all_of_them = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all_of_them);
        for fact in all() {
            assert!(!fact.name.is_empty() && !fact.from.is_empty(), "{}", fact.key);
            assert_eq!(fact.kind == Kind::Choice, (fact.options)() != Options::Free, "{}", fact.key);
            assert_eq!(find(&fact.key.replace('*', "plan")).unwrap().key, fact.key);
        }
        assert!(find("attribute.").is_none() && find("nonsense").is_none());
    }
}
