//! The built-in bot: no code, no network. What it says and does is a [`Definition`] in the database.
//!
//! It greets, answers questions that it knows by their words or by a tapped button, asks for what a colleague
//! will need, and hands over: when the customer asks for a person, when an entry says so, and when it has
//! not understood several times in a row. It never says that somebody has the conversation before somebody
//! has it.
//!
//! | file | what is in it |
//! |---|---|
//! | [`definition`] | the shape of a definition |
//! | `check` | whether a definition can be used |
//! | `words` | which keywords a text holds |
//! | `hours` | whether somebody is there |
//! | `memory` | what it remembers of a conversation |
//! | `talk` | one turn |
//! | `phrase` | texts with their gaps filled, as messages |
//! | `packet` | what it passes on to people |
//! | [`replay`] | what it would have done in a conversation that there was |
//! | `shop` | the definition of a new desk |

use contract::bots::{Decision, Finding};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;

use super::{About, Answer, Bot, BotError, Turn, Wire};
use definition::{Definition, Entry};

mod check;
pub mod definition;
mod hours;
mod memory;
mod packet;
mod phrase;
pub mod replay;
mod shop;
mod talk;
mod words;

#[cfg(test)]
mod tests;

pub(super) use phrase::is_key;
pub use shop::default_definition;

/// The word of this kind.
pub const KIND: &str = "flow";

/// The built-in bot.
pub struct Flow;

impl Bot for Flow {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn about(&self) -> About {
        About {
            name: "Built in",
            what: "Greets, answers by keywords and buttons, asks for what a colleague needs, and hands over. No code.",
            calls_out: false,
            fields: Vec::new(),
        }
    }

    fn check(&self, definition: &Value) -> Result<(), String> {
        read(definition).map(|_| ())
    }

    fn answer<'a>(&'a self, turn: Turn, _wire: &'a Wire) -> BoxFuture<'a, Result<Answer, BotError>> {
        async move { answer(&turn) }.boxed()
    }
}

/// Answers one turn: pure, so that a preview needs nothing but a definition.
///
/// # Errors
/// The definition cannot be used.
pub fn answer(turn: &Turn) -> Result<Answer, BotError> {
    told(turn).map(|(answer, _)| answer)
}

/// The same, with how it came to that.
///
/// # Errors
/// The definition cannot be used.
pub fn told(turn: &Turn) -> Result<(Answer, Vec<Decision>), BotError> {
    let definition = read(&turn.definition).map_err(BotError::Definition)?;
    Ok(talk::answer(&definition, turn))
}

/// What is wrong with a definition, and which variants of languages are missing.
pub fn findings(definition: &Definition) -> Vec<Finding> {
    let mut found = check::wrong(definition);
    let gaps = definition.gaps().into_iter().map(|(path, code)| Finding {
        message: format!("There is no text in `{code}`; it is said in `{}`.", definition.language),
        path: format!("{path}@{code}"),
        blocks: false,
    });
    found.extend(gaps);
    found
}

/// The entry that a text leads to.
pub fn entry<'a>(definition: &'a Definition, text: &str) -> Option<&'a Entry> {
    words::entry(definition, text)
}

/// A text folded, so that two that differ in case, accents or signs alone are the same.
pub fn folded(text: &str) -> String {
    words::words(text).join(" ")
}

/// Reads and checks a definition.
fn read(definition: &Value) -> Result<Definition, String> {
    let definition: Definition =
        serde_json::from_value(definition.clone()).map_err(|error| error.to_string())?;
    match check::wrong(&definition).into_iter().next() {
        Some(first) => Err(first.message),
        None => Ok(definition),
    }
}
