//! The words that rules are made of, as the desk describes them: an editor draws itself from these.

use serde::{Deserialize, Serialize};

/// What sort of thing a fact or a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number.
    Number,
    /// Yes or no.
    Truth,
    /// A moment.
    Time,
    /// Several words.
    Words,
    /// One of several options.
    Choice,
    /// Who is asked, one after the other.
    Ladder,
}

/// What can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Options {
    /// Anything of the kind.
    #[default]
    Free,
    /// These words, each with its name.
    Words(Vec<(String, String)>),
    /// A team, by its id.
    Teams,
    /// A person, by their id.
    Agents,
    /// A bot, by its id.
    Bots,
    /// A channel, by its id.
    Channels,
}

/// What an operator compares a fact with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// One value of the fact's kind.
    One,
    /// One value or several.
    Many,
    /// Two numbers, the smaller one first.
    Two,
    /// A pattern: a regular expression.
    Pattern,
    /// A length of time, in seconds.
    Seconds,
}

/// Something that happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventWord {
    /// Its word. One that ends in `.*` takes a number of minutes there: `timer.30`.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// How many minutes it takes at least and at most, where it takes any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<(i64, i64)>,
}

/// Something that can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactWord {
    /// Its word. One that ends in `.*` stands for all that begin like it.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// Where it is from.
    pub from: String,
    /// Of what kind it is.
    pub kind: Kind,
    /// What it can be.
    pub options: Options,
    /// Whether it is known what it was before.
    pub tracked: bool,
}

/// A way to compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorWord {
    /// Its word.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// The kinds that it compares.
    pub kinds: Vec<Kind>,
    /// What it compares with.
    pub takes: Takes,
    /// Whether it asks what a fact was before.
    pub tracked: bool,
}

/// Something that an action needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldWord {
    /// Its key.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// Of what kind it is.
    pub kind: Kind,
    /// What it can be.
    pub options: Options,
    /// Whether it may be left out.
    pub optional: bool,
}

/// Something that a rule can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionWord {
    /// Its word.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// What it needs.
    pub fields: Vec<FieldWord>,
}

/// Everything that rules are made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vocabulary {
    /// What can happen.
    pub events: Vec<EventWord>,
    /// What can be asked.
    pub facts: Vec<FactWord>,
    /// How.
    pub operators: Vec<OperatorWord>,
    /// What can be done.
    pub actions: Vec<ActionWord>,
}
