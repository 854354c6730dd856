//! A talk with a bot that leaves no trace: what it remembers travels with it.

use super::flow::Definition;
use super::{BotId, Deserialize, ExchangeView, Serialize};
use crate::handoff::ReasonCode;

/// One message of a customer's that nobody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The bot.
    pub bot: BotId,
    /// What it says and does, as it is edited; absent: what is live.
    pub definition: Option<Box<Definition>>,
    /// What it gave as its memory, as JSON in its own shape; empty at first.
    pub memory: String,
    /// What was said so far, oldest first.
    pub said: Vec<PreviewLine>,
    /// What the customer writes or taps.
    pub heard: PreviewHeard,
    /// What the customer calls themself; empty: nothing.
    pub name: String,
    /// The customer's language; empty: not known.
    pub language: String,
    /// What time it is; absent: now.
    pub at: Option<crate::time::Time>,
}

/// What the customer writes or taps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "heard", rename_all = "snake_case")]
pub enum PreviewHeard {
    /// Words.
    Words {
        /// Which.
        text: String,
    },
    /// A choice.
    Tap {
        /// Its id.
        id: String,
        /// What stood on it.
        title: String,
    },
    /// Something that is no text.
    Picture,
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewLine {
    /// Whether the bot said it.
    pub by_bot: bool,
    /// What, in words.
    pub text: String,
    /// What can be chosen.
    #[serde(default)]
    pub choices: Vec<PreviewChoice>,
    /// Whether the choices are a menu, and what opens it.
    #[serde(default)]
    pub menu: Option<String>,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewChoice {
    /// Its id.
    pub id: String,
    /// What the customer sees.
    pub title: String,
    /// A second line.
    pub description: Option<String>,
}

/// What a bot answered, and how it came to that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Previewed {
    /// What it says.
    pub said: Vec<PreviewLine>,
    /// What it would pass on to people.
    pub handoff: Option<PreviewPacket>,
    /// What would become of the conversation otherwise.
    pub after: PreviewAfter,
    /// What it remembers now, as JSON in its own shape.
    pub memory: String,
    /// How it came to that, step by step; kinds that call somebody do not say.
    pub decisions: Vec<Decision>,
    /// What was asked and answered on the way.
    pub exchanges: Vec<ExchangeView>,
    /// Why there is no answer.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub ms: i64,
}

/// What would become of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum PreviewAfter {
    /// The bot keeps it.
    #[default]
    Stay,
    /// It is done.
    Resolve,
    /// The bot answers later.
    Later,
}

/// What a bot would pass on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewPacket {
    /// Why.
    pub reason: ReasonCode,
    /// Why, in words.
    pub why: Option<String>,
    /// What it is about.
    pub title: Option<String>,
    /// What happened.
    pub summary: Option<String>,
    /// What an agent could answer.
    pub suggested_reply: Option<String>,
    /// What it has learned.
    pub slots: Vec<(String, String)>,
}

/// How a built-in bot came to what it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// It speaks this language from now on.
    Language {
        /// Which.
        code: String,
    },
    /// It says who it is.
    Greets,
    /// Words led to an entry.
    Keyword {
        /// The entry's title.
        entry: String,
        /// The words.
        keyword: String,
    },
    /// A choice led to an entry.
    Chosen {
        /// The entry's title.
        entry: String,
    },
    /// A question was answered.
    Filled {
        /// The slot.
        slot: String,
        /// With what.
        value: String,
    },
    /// It asks and waits.
    Asks {
        /// For which slot.
        slot: String,
    },
    /// A step was left out because of the hours.
    Skipped {
        /// The entry's title.
        entry: String,
        /// Which step, from 1.
        step: i32,
        /// Whether it is open now.
        open: bool,
    },
    /// It has not understood.
    NotUnderstood {
        /// How often in a row.
        misses: i32,
        /// How often it may.
        patience: i32,
    },
    /// It gives up.
    GivesUp,
    /// It hands over outside the hours.
    Closed,
}
