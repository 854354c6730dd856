//! The shape of a flow: what it says and does, as data. Kept in the database as JSON and edited by people.
//!
//! A text can have gaps: `{name}` is what the customer calls themself, `{order_number}` what was answered to
//! the question for the slot `order_number`. A gap that cannot be filled is left out. It can have variants in other
//! languages, and is then an object of a text and its variants instead of a text alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::handoff::ReasonCode;

mod hours;
mod text;

pub use hours::{Day, Hours, Span, minutes};
pub use text::Text;

/// A whole flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The language that it speaks (BCP 47).
    pub language: String,
    /// The other languages that it speaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Language>,
    /// When somebody is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
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
    pub joining: Text,
    /// Said instead of it when nobody is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joining_closed: Option<Text>,
}

fn two() -> u32 {
    2
}

/// One more language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// Which (BCP 47).
    pub code: String,
    /// Words by which a customer who speaks it is known. From then on the bot speaks it too.
    #[serde(default)]
    pub words: Vec<String>,
}

/// How a conversation begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Greeting {
    /// Who is speaking. Said once, also before an answer.
    pub hello: Text,
    /// What it can do. Said after it when the customer has not asked anything that it knows.
    pub ask: Say,
    /// Words that ask for nothing (`hello`): they are answered with `ask`.
    #[serde(default)]
    pub keywords: Vec<String>,
}

/// One thing that it knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// When a step is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// While somebody is there.
    Open,
    /// While nobody is.
    Closed,
}

/// Something said, with choices if there are any: up to three are buttons, more are a menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Say {
    /// The text.
    pub text: Text,
    /// What the customer can choose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// The label that opens the menu. With it the choices are a menu even when three or fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub menu: Option<Text>,
    /// Only then, where it is a step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The entry that it leads to.
    pub entry: String,
    /// What the customer sees.
    pub title: Text,
    /// A second line, in menus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
}

/// A question whose answer fills a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The slot. Lower-case letters, digits, `_` and `-`.
    pub slot: String,
    /// The question.
    pub text: Text,
    /// The question once more, when the answer does not fit.
    pub retry: Text,
    /// A regular expression that finds the answer in what the customer writes; its first group, if it has one,
    /// is kept. Upper and lower case are the same to it. Without it the whole text is the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

/// A handoff to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    pub text: Option<Text>,
    /// Said instead of it when nobody is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_text: Option<Text>,
    /// What a colleague could answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggested_reply: Option<String>,
}

impl HandOff {
    /// One for a reason, and nothing more.
    pub fn because(reason: ReasonCode) -> HandOff {
        HandOff { reason, why: None, title: None, text: None, closed_text: None, suggested_reply: None }
    }
}

impl Definition {
    /// The codes of all languages that it speaks, its own first.
    pub fn codes(&self) -> Vec<&str> {
        let others = self.languages.iter().map(|language| language.code.as_str());
        std::iter::once(self.language.as_str()).chain(others).collect()
    }

    /// The same flow in one of its languages. A text without a variant in it stays as it is.
    pub fn spoken_in(&self, code: &str) -> Definition {
        let mut spoken = self.clone();
        spoken.each_text(&mut |_, text| {
            if let Some(variant) = text.variants.get(code).filter(|variant| !variant.trim().is_empty()) {
                text.own = variant.clone();
            }
        });
        spoken
    }

    /// Every text for customers that has no variant in one of the languages: its path and the language's code.
    pub fn gaps(&self) -> Vec<(String, String)> {
        let mut gaps = Vec::new();
        let codes: Vec<&str> = self.languages.iter().map(|language| language.code.as_str()).collect();
        self.clone().each_text(&mut |path, text| {
            for code in &codes {
                let there = text.variants.get(*code).is_some_and(|variant| !variant.trim().is_empty());
                if !there && !text.own.trim().is_empty() {
                    gaps.push((path.to_owned(), (*code).to_owned()));
                }
            }
        });
        gaps
    }

    /// Every text for customers, with the path that leads to it.
    pub fn each_text(&mut self, see: &mut dyn FnMut(&str, &mut Text)) {
        see("greeting.hello", &mut self.greeting.hello);
        self.greeting.ask.each_text("greeting.ask", see);
        for (at, entry) in self.entries.iter_mut().enumerate() {
            for (step_at, step) in entry.steps.iter_mut().enumerate() {
                step.each_text(&format!("entries.{at}.steps.{step_at}"), see);
            }
        }
        self.not_understood.each_text("not_understood", see);
        self.not_read.each_text("not_read", see);
        self.returned.each_text("returned", see);
        see("joining", &mut self.joining);
        if let Some(text) = &mut self.joining_closed {
            see("joining_closed", text);
        }
    }
}

impl Step {
    fn each_text(&mut self, path: &str, see: &mut dyn FnMut(&str, &mut Text)) {
        match self {
            Step::Say(say) => say.each_text(path, see),
            Step::Ask(ask) => {
                see(&format!("{path}.text"), &mut ask.text);
                see(&format!("{path}.retry"), &mut ask.retry);
            }
            Step::HandOff(out) => {
                let texts = [("text", &mut out.text), ("closed_text", &mut out.closed_text)];
                for (key, text) in texts {
                    if let Some(text) = text {
                        see(&format!("{path}.{key}"), text);
                    }
                }
            }
            Step::Resolve => {}
        }
    }
}

impl Say {
    fn each_text(&mut self, path: &str, see: &mut dyn FnMut(&str, &mut Text)) {
        see(&format!("{path}.text"), &mut self.text);
        for (at, choice) in self.choices.iter_mut().enumerate() {
            see(&format!("{path}.choices.{at}.title"), &mut choice.title);
            if let Some(description) = &mut choice.description {
                see(&format!("{path}.choices.{at}.description"), description);
            }
        }
        if let Some(menu) = &mut self.menu {
            see(&format!("{path}.menu"), menu);
        }
    }
}

/// Variants of a text by language.
pub type Variants = BTreeMap<String, String>;
