//! What the flow remembers of one conversation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Answers remembered by title, at most.
const TRIED: usize = 20;

/// What the flow remembers of one conversation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// Whether it has said who it is.
    pub greeted: bool,
    /// Misunderstandings in a row.
    pub misses: u32,
    /// What was answered, slot by slot.
    pub slots: BTreeMap<String, String>,
    /// The titles of the entries that it has answered with, in order.
    pub tried: Vec<String>,
    /// The question that it waits for an answer to.
    pub asking: Option<Asking>,
    /// How many messages it has heard.
    pub heard: u32,
    /// The language that the customer was found to speak, where it is another one than the flow's own.
    pub language: Option<String>,
}

/// A question that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asking {
    /// The entry that asked.
    pub entry: String,
    /// Which of its steps asked, from 0.
    pub step: usize,
    /// For which slot. The flow may have been changed since, so that another step stands there.
    #[serde(default)]
    pub slot: String,
}

impl Memory {
    /// Reads a memory. One of another shape (an older build's) is forgotten: a bot that asks once more is
    /// better than one that does not answer.
    pub fn read(value: &Value) -> Memory {
        serde_json::from_value(value.clone()).unwrap_or_default()
    }

    /// As it is kept.
    pub fn write(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Remembers that an entry has answered.
    pub fn has_tried(&mut self, title: &str) {
        if self.tried.len() < TRIED && !self.tried.iter().any(|known| known == title) {
            self.tried.push(title.to_owned());
        }
    }
}
