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
//! | `memory` | what it remembers of a conversation |
//! | `talk` | one turn |
//! | `phrase` | texts with their gaps filled, as messages |
//! | `packet` | what it passes on to people |
//! | `shop` | the definition of a new desk |

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;

use super::{About, Answer, Bot, BotError, Turn, Wire};
use definition::Definition;

mod check;
pub mod definition;
mod memory;
mod packet;
mod phrase;
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
    let definition = read(&turn.definition).map_err(BotError::Definition)?;
    Ok(talk::answer(&definition, turn))
}

/// Reads and checks a definition.
fn read(definition: &Value) -> Result<Definition, String> {
    let definition: Definition =
        serde_json::from_value(definition.clone()).map_err(|error| error.to_string())?;
    check::check(&definition)?;
    Ok(definition)
}
