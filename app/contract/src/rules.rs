//! Routing rules: when something happens, if something holds, then something is done.
//!
//! What can happen, be asked and be done is named by words that the desk describes ([`Vocabulary`]), so that an editor
//! draws itself and no type here knows them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::handoff::Rung;
use crate::id::RuleId;
use crate::time::Time;

mod simulation;
mod trace;
mod view;
mod why;
mod words;

pub use simulation::*;
pub use trace::*;
pub use view::*;
pub use why::*;
pub use words::*;

/// Rules of a set, at most.
pub const MOST_RULES: usize = 200;
/// Conditions of a rule, at most.
pub const MOST_CONDITIONS: usize = 50;
/// Groups within groups, at most.
pub const DEEPEST: usize = 5;
/// Actions of a rule, at most.
pub const MOST_ACTIONS: usize = 20;

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which. It stays the same from version to version.
    pub id: RuleId,
    /// What people here call it.
    pub name: String,
    /// Whether it is switched on.
    #[serde(default = "on")]
    pub active: bool,
    /// What must happen: one of these events.
    pub when: Vec<String>,
    /// What must hold.
    #[serde(rename = "if", default)]
    pub condition: Condition,
    /// What is done, in this order.
    pub then: Vec<Act>,
    /// Whether the rules below are looked at too.
    #[serde(default)]
    pub after: After,
}

fn on() -> bool {
    true
}

/// What comes after a rule that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// Nothing: the rules below it are not looked at.
    #[default]
    Stop,
    /// The next rule.
    Continue,
}

/// What must hold: a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Each of these. Nothing in it: it always holds.
    All(Vec<Condition>),
    /// One of these at least.
    Any(Vec<Condition>),
    /// Not a single one of these.
    None(Vec<Condition>),
    /// This.
    Is(Test),
}

impl Default for Condition {
    fn default() -> Condition {
        Condition::All(Vec::new())
    }
}

/// A fact is compared with something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// The fact's word.
    pub fact: String,
    /// The operator's word.
    pub operator: String,
    /// What it is compared with, where the operator takes something.
    #[serde(default, skip_serializing_if = "Value::is_nothing")]
    pub value: Value,
}

/// A value: of a fact, or that it is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Truth(bool),
    /// A number; a moment, in milliseconds since 1970.
    Number(i64),
    /// A text, a word or an id.
    Text(String),
    /// Several of them.
    Texts(Vec<String>),
    /// Several numbers.
    Numbers(Vec<i64>),
    /// Nothing is known.
    #[default]
    Nothing,
}

impl Value {
    /// Whether nothing is known. A list of nothing is nothing too.
    pub fn is_nothing(&self) -> bool {
        match self {
            Value::Nothing => true,
            Value::Texts(texts) => texts.is_empty(),
            Value::Numbers(numbers) => numbers.is_empty(),
            Value::Truth(_) | Value::Number(_) | Value::Text(_) => false,
        }
    }
}

/// Something that a rule does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// The action's word.
    #[serde(rename = "do")]
    pub action: String,
    /// What it is done with, name by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Value>,
    /// Who is asked, one after the other, where the action is about that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ladder: Vec<Rung>,
}

/// All that was known when something happened. The same facts and the same rules give the same answer, always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// When that was.
    pub now: Time,
    /// The facts by their words. What is not known is left out.
    pub are: BTreeMap<String, Value>,
    /// What those that have changed were before.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub were: BTreeMap<String, Value>,
}

impl Facts {
    /// What a fact is.
    pub fn is(&self, fact: &str) -> &Value {
        self.are.get(fact).unwrap_or(&Value::Nothing)
    }

    /// What a fact was before, which is what it is unless it has changed.
    pub fn was(&self, fact: &str) -> &Value {
        self.were.get(fact).unwrap_or_else(|| self.is(fact))
    }
}
