//! A program that calls: it follows the feed and answers over the API, with nothing but a token. It needs no address of
//! its own, and nothing that the internet could reach.
//!
//! Each turn is a promise: if it has not answered before its deadline, people take over.

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;

use super::{About, After, Answer, Bot, BotError, Turn, Wire};

/// The kind.
pub struct Api;

impl Bot for Api {
    fn kind(&self) -> &'static str {
        "api"
    }

    fn about(&self) -> About {
        About {
            name: "Program with a token",
            what: "Your own program, which follows the feed and answers over the API. It needs no address of its own.",
            calls_out: false,
            fields: Vec::new(),
        }
    }

    fn check(&self, definition: &Value) -> Result<(), String> {
        match definition {
            Value::Null => Ok(()),
            Value::Object(members) if members.is_empty() => Ok(()),
            _ => Err("A program with a token has no settings here.".to_owned()),
        }
    }

    fn answer<'a>(&'a self, turn: Turn, _: &'a Wire) -> BoxFuture<'a, Result<Answer, BotError>> {
        let answer = Answer { after: After::Later, memory: turn.memory, ..Answer::default() };
        async move { Ok(answer) }.boxed()
    }
}
