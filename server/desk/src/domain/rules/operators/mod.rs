//! The ways to compare. Text is compared without regard to capitals and to space around it. What is not known equals
//! nothing, and is no reason for a refusal.

use contract::Time;
use contract::rules::{Kind, OperatorWord, Takes, Test, Value};
use regex::{Regex, RegexBuilder};

mod change;
mod number;
mod presence;
mod sameness;
mod text;
mod time;

/// The longest pattern, in bytes.
pub const LONGEST_PATTERN: usize = 500;
/// What a compiled pattern may take, in bytes. It is matched in linear time whatever it is.
const PATTERN_BYTES: usize = 1 << 20;

/// A way to compare.
#[derive(Debug)]
pub struct Operator {
    /// Its word.
    pub key: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// The kinds that it compares.
    pub kinds: &'static [Kind],
    /// What it compares with.
    pub takes: Takes,
    /// Whether it asks what the fact was before.
    pub tracked: bool,
    /// Whether it holds, or why that cannot be told.
    pub test: fn(&Compared<'_>) -> Result<bool, String>,
}

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// What the fact is.
    pub found: &'a Value,
    /// What it was before.
    pub before: &'a Value,
    /// What it is compared with.
    pub wanted: &'a Value,
    /// The same as a pattern, where the operator takes one.
    pub pattern: Option<&'a Regex>,
    /// The moment.
    pub now: Time,
    /// How many seconds of working time ago the fact was, where it is a moment and there are hours.
    pub worked: Option<i64>,
}

/// Every operator.
pub const OPERATORS: &[&[Operator]] = &[
    sameness::OPERATORS,
    text::OPERATORS,
    number::OPERATORS,
    time::OPERATORS,
    presence::OPERATORS,
    change::OPERATORS,
];

impl Operator {
    /// How an editor shows it.
    pub fn word(&self) -> OperatorWord {
        OperatorWord {
            key: self.key.to_owned(),
            name: self.name.to_owned(),
            kinds: self.kinds.to_vec(),
            takes: self.takes,
            tracked: self.tracked,
        }
    }
}

/// Every operator, one by one.
pub fn all() -> impl Iterator<Item = &'static Operator> {
    OPERATORS.iter().flat_map(|some| some.iter())
}

/// An operator by its word.
pub fn find(key: &str) -> Option<&'static Operator> {
    all().find(|operator| operator.key == key)
}

/// The pattern of a test, if its operator takes one.
pub fn pattern_of(test: &Test) -> Option<&str> {
    match (find(&test.operator)?.takes, &test.value) {
        (Takes::Pattern, Value::Text(pattern)) => Some(pattern),
        _ => None,
    }
}

/// Compiles a pattern, or says why it is none.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > LONGEST_PATTERN {
        return Err(format!("the pattern is longer than {LONGEST_PATTERN} bytes"));
    }
    RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(PATTERN_BYTES)
        .dfa_size_limit(PATTERN_BYTES)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
            // The last line says what is wrong, those before it draw where.
            error => error.to_string().lines().last().unwrap_or("it is no pattern").trim().to_owned(),
        })
}

/// Text as it is compared.
fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Whether a value equals another one. Of different kinds: it cannot be told.
fn same(found: &Value, wanted: &Value) -> Result<bool, String> {
    match (found, wanted) {
        (Value::Nothing, _) => Ok(false),
        (Value::Text(found), Value::Text(wanted)) => Ok(folded(found) == folded(wanted)),
        (Value::Number(found), Value::Number(wanted)) => Ok(found == wanted),
        (Value::Truth(found), Value::Truth(wanted)) => Ok(found == wanted),
        _ => Err(mixed(found, wanted)),
    }
}

fn mixed(found: &Value, wanted: &Value) -> String {
    format!("{} cannot be compared with {}", sort(found), sort(wanted))
}

fn sort(value: &Value) -> &'static str {
    match value {
        Value::Truth(_) => "yes or no",
        Value::Number(_) => "a number",
        Value::Text(_) => "a text",
        Value::Texts(_) => "a list of texts",
        Value::Numbers(_) => "a list of numbers",
        Value::Nothing => "nothing",
    }
}

/// The values of one that can be several.
pub(super) fn each(wanted: &Value) -> Vec<Value> {
    match wanted {
        Value::Texts(texts) => texts.iter().cloned().map(Value::Text).collect(),
        Value::Numbers(numbers) => numbers.iter().copied().map(Value::Number).collect(),
        one => vec![one.clone()],
    }
}

/// The texts of one that can be several, as they are compared.
fn texts(wanted: &Value) -> Result<Vec<String>, String> {
    match wanted {
        Value::Text(text) => Ok(vec![folded(text)]),
        Value::Texts(texts) => Ok(texts.iter().map(|text| folded(text)).collect()),
        other => Err(format!("{} is no text", sort(other))),
    }
}

#[cfg(test)]
mod tests;
