//! The shape of a flow: what it says and does, as data. Kept in the database as JSON and edited by people.
//!
//! A text can have gaps: `{name}` is what the customer calls themself, `{order_number}` what was answered to
//! the question for the slot `order_number`. A gap that cannot be filled is left out.

use contract::ReasonCode;
use serde::{Deserialize, Serialize};

/// A whole flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The language that it speaks (BCP 47).
    pub language: String,
    /// How it begins.
    pub greeting: Greeting,
    /// What it knows. Of several whose keywords a message holds, the one with the longest keyword answers.
    pub entries: Vec<Entry>,
    /// Said when it has not understood, before it gives up.
    pub not_understood: Say,
    /// After how many misunderstandings in a row it asks a colleague to join.
    #[serde(default = "two")]
    pub patience: u32,
    /// Said to a picture, a voice note or anything else that it cannot read.
    pub not_read: Say,
    /// Said when a person gives the conversation back and the customer has asked nothing that it knows.
    pub returned: Say,
    /// Said before a handoff. Nobody has the conversation yet, so it must not say that somebody has.
    pub joining: String,
}

fn two() -> u32 {
    2
}

/// How a conversation begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Greeting {
    /// Who is speaking. Said once, also before an answer.
    pub hello: String,
    /// What it can do. Said after it when the customer has not asked anything that it knows.
    pub ask: Say,
    /// Words that ask for nothing (`hello`): they are answered with `ask`.
    #[serde(default)]
    pub keywords: Vec<String>,
}

/// One thing that it knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name in this flow, which choices name. Lower-case letters, digits, `_` and `-`.
    pub id: String,
    /// What it is called, for colleagues.
    pub title: String,
    /// Words or phrases that lead here. Case and accents do not matter; whole words count.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// What is done, in order.
    pub steps: Vec<Step>,
}

impl Entry {
    /// Whether it leads to people without a question or an answer before.
    pub fn is_way_out(&self) -> bool {
        matches!(self.steps.first(), Some(Step::HandOff(_)))
    }
}

/// One step of an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// Says something.
    Say(Say),
    /// Asks something and goes on with the next step when it is answered.
    Ask(Ask),
    /// Hands the conversation to people. The last step.
    HandOff(HandOff),
    /// Closes the conversation. The last step.
    Resolve,
}

/// Something said, with choices if there are any: up to three are buttons, more are a menu.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Say {
    /// The text.
    pub text: String,
    /// What the customer can choose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// The label that opens the menu. With it the choices are a menu even when three or fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub menu: Option<String>,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The entry that it leads to.
    pub entry: String,
    /// What the customer sees.
    pub title: String,
    /// A second line, in menus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A question whose answer fills a slot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The slot. Lower-case letters, digits, `_` and `-`.
    pub slot: String,
    /// The question.
    pub text: String,
    /// The question once more, when the answer does not fit.
    pub retry: String,
    /// A regular expression that finds the answer in what the customer writes; its first group, if it has one,
    /// is kept. Upper and lower case are the same to it. Without it the whole text is the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

/// A handoff to people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOff {
    /// Why.
    pub reason: ReasonCode,
    /// Why, in words, for colleagues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What it is about, in a line, for colleagues; otherwise the entry's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Said before, instead of the flow's own `joining`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What a colleague could answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggested_reply: Option<String>,
}
