//! Bots: what answers first. Each turns what a customer wrote into what to say.
//!
//! A bot knows no database and no flow: it is handed a [`Turn`] and a [`Wire`] to the outside, and gives an
//! [`Answer`], which the desk puts into effect only if the bot still owns the conversation. To add a kind, write
//! `bots/<name>.rs` and add a line to [`BOTS`].
//!
//! | file | what is in it |
//! |---|---|
//! | `turn` | what a bot is asked |
//! | `answer` | what it says and wants, or why it does not |
//! | [`wire`] | its way to the outside: one deadline, and a record of every call |
//! | [`packet`] | what bots pass on, read from their JSON |
//! | [`faq`] | what they may answer from |
//! | [`fit`] | what they say, in a form that the customer's channel carries |
//! | [`breaker`] | when a bot is left alone |

use contract::settings::SettingField;
use futures::future::BoxFuture;
use serde_json::Value;

mod answer;
pub mod api;
pub mod breaker;
pub mod faq;
mod fields;
pub mod fit;
pub mod flow;
pub mod openai;
pub mod packet;
pub mod rasa;
mod speech;
mod turn;
pub mod watson;
pub mod webhook;
pub mod wire;

pub use answer::{After, Answer, BotError, Pause};
pub use speech::kind_of;
pub use turn::{Attached, Fallback, Heard, Opening, Speaker, Spoken, Turn};
pub use wire::Wire;

/// Every kind of bot.
pub const BOTS: &[&dyn Bot] =
    &[&flow::Flow, &api::Api, &webhook::Webhook, &watson::Watson, &openai::OpenAi, &rasa::Rasa];

/// The bot of a kind's word.
pub fn bot(kind: &str) -> Option<&'static dyn Bot> {
    BOTS.iter().copied().find(|bot| bot.kind() == kind)
}

/// One kind of bot.
pub trait Bot: Send + Sync {
    /// Its word in the registry and in SQL.
    fn kind(&self) -> &'static str;

    /// What it is and what it needs.
    fn about(&self) -> About;

    /// The member of its definition that lists what it may answer from, for kinds that have such a list.
    fn entries(&self) -> Option<&'static str> {
        None
    }

    /// Whether a definition can be used; otherwise what is wrong with it, for the person who wrote it.
    fn check(&self, definition: &Value) -> Result<(), String>;

    /// Answers one turn. The turn is all that it may know, so that a turn can be taken again. Of what it needs
    /// another time it makes its memory.
    fn answer<'a>(&'a self, turn: Turn, wire: &'a Wire) -> BoxFuture<'a, Result<Answer, BotError>>;
}

/// What a kind of bot is and what one needs.
pub struct About {
    /// Its name for people.
    pub name: &'static str,
    /// What it is good for, in a sentence.
    pub what: &'static str,
    /// Whether it calls somebody: then it is given what was said before, and its calls are written down.
    pub calls_out: bool,
    /// Its settings. Those that are no secrets are members of the definition, under their keys.
    pub fields: Vec<SettingField>,
}
