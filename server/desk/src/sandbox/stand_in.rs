//! One provider's stand-in: what the sandbox must know to speak as that provider does. The phones, the threads and
//! what goes wrong on purpose are the same for all.

use axum::Router;
use contract::sandbox::PhoneMessage;
use contract::template::TemplateInfo;
use contract::{Body, Time};
use jiff::Timestamp;
use secrecy::SecretString;
use uuid::Uuid;

use super::digits::digits;
use super::failure::Failure;
use super::party::Party;
use super::{braze, infobip, meta, sinch, twilio};
use crate::Desk;
use crate::channels::{Account, StatusWord};
use crate::store::sandbox::Number;

/// Every stand-in. To add one, write `sandbox/<name>/` and add a line.
pub const STAND_INS: &[&dyn StandIn] =
    &[&meta::Meta, &twilio::Twilio, &sinch::Sinch, &infobip::Infobip, &braze::Braze];

/// The stand-in of a provider's word.
pub fn stand_in(provider: &str) -> Option<&'static dyn StandIn> {
    STAND_INS.iter().copied().find(|stand_in| stand_in.provider() == provider)
}

/// One provider's stand-in.
pub trait StandIn: Send + Sync + 'static {
    /// The provider's word, as in the registry of providers.
    fn provider(&self) -> &'static str;

    /// What stands behind `/sandbox/{provider}` where a connection's calls begin: empty, or `/` and a version.
    fn version(&self) -> &'static str {
        ""
    }

    /// The provider's calls, below `/sandbox/{provider}`.
    fn routes(&self) -> Router<Desk>;

    /// A new id of a message that goes to or comes from this person.
    fn message_id(&self, key: &str) -> String;

    /// A new id of a file.
    fn file_id(&self) -> String {
        digits(&Uuid::new_v4().to_string(), 15)
    }

    /// Whether what kind of file is sent only its type tells.
    fn kind_by_type(&self) -> bool {
        false
    }

    /// The id of a template that every connection begins with, from what tells it from all others.
    fn template_id(&self, seed: &str) -> String {
        digits(seed, 16)
    }

    /// The webhook with what a customer has done; none where the provider does not pass such a thing on. An error is
    /// a sentence: customers of this provider cannot do that.
    fn told(&self, between: &Between<'_>, deed: &Deed<'_>) -> Result<Option<Written>, String>;

    /// The webhook with a status; none where the provider reports none.
    fn status(&self, between: &Between<'_>, news: &News<'_>) -> Option<Written>;

    /// The webhook that says that a template was approved; none where the provider does not say so.
    fn approved(&self, _account: &Account, _id: &str, _template: &TemplateInfo) -> Option<Written> {
        None
    }

    /// The headers that prove a webhook, made when it is sent, with the credentials of that moment; none without a
    /// secret to prove it with.
    fn proof(&self, posted: &Posted<'_>) -> Option<Vec<(&'static str, SecretString)>>;

    /// How many milliseconds after a failure a webhook is sent again; none if it is lost.
    fn again(&self, miss: &Miss<'_>) -> Option<i64>;

    /// What a sample connection is made of.
    fn sample(&self) -> Sample;
}

/// A customer and a number of the business, at a moment.
#[derive(Clone, Copy)]
pub struct Between<'a> {
    /// The number of the business.
    pub number: &'a Number,
    /// The account that it belongs to.
    pub account: &'a Account,
    /// The customer.
    pub party: &'a Party,
    /// When.
    pub at: Time,
}

/// What a customer has done. Whatever is told has an id of its own.
#[derive(Debug, Clone, Copy)]
pub enum Deed<'a> {
    /// They have written, tapped or chosen something.
    Said(Said<'a>),
    /// They have put an emoji on a message, or (where it is empty) taken it off.
    Reacted {
        /// The id of this.
        id: &'a str,
        /// The message.
        message: &'a PhoneMessage,
        /// The emoji.
        emoji: &'a str,
    },
    /// They have deleted a message of theirs for everyone.
    Revoked {
        /// The id of this.
        id: &'a str,
        /// The message's id.
        message: &'a str,
    },
    /// They have changed a message of theirs.
    Edited {
        /// The id of this.
        id: &'a str,
        /// The message's id.
        message: &'a str,
        /// What it says now.
        body: &'a Body,
    },
    /// The business itself has written, on its own phone app.
    Echoed {
        /// The id of this.
        id: &'a str,
        /// What.
        body: &'a Body,
    },
}

/// A message of a customer.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it says.
    pub body: &'a Body,
    /// The id of the message that it answers.
    pub quoted: Option<&'a str>,
    /// That message, if it is on the phone: what was tapped, what form was filled in.
    pub on: Option<&'a PhoneMessage>,
}

/// What became of a message of the business.
#[derive(Debug, Clone, Copy)]
pub struct News<'a> {
    /// The provider's id of it.
    pub id: &'a str,
    /// What the business attached to it.
    pub opaque: Option<&'a str>,
    /// Where the business wants to hear of it: what stands behind the connection's address. Empty: at the usual place.
    pub target: &'a str,
    /// What.
    pub word: StatusWord,
    /// What it is charged as, where that is said.
    pub charge: Option<Charge>,
    /// Why it failed.
    pub failure: Option<&'a Failure>,
}

/// What a message is charged as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charge {
    /// A template.
    Template,
    /// Anything in the customer's window.
    Service,
}

/// A webhook, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The bytes.
    pub body: String,
    /// Their type.
    pub content_type: &'static str,
    /// What stands behind the connection's address: `/tail?query#fragment`.
    pub target: String,
}

impl Written {
    /// JSON for the usual place.
    pub fn json(body: &serde_json::Value) -> Written {
        Written { body: body.to_string(), content_type: "application/json", target: String::new() }
    }

    /// The same for another place, if one was named.
    pub fn at(self, target: &str) -> Written {
        if target.is_empty() { self } else { Written { target: target.to_owned(), ..self } }
    }
}

/// A webhook, as it is sent.
#[derive(Clone, Copy)]
pub struct Posted<'a> {
    /// The account whose secrets hold.
    pub account: &'a Account,
    /// The public address, without a fragment.
    pub url: &'a str,
    /// The type of the bytes.
    pub content_type: &'a str,
    /// The bytes.
    pub body: &'a str,
    /// When.
    pub at: Timestamp,
}

/// A try that has failed.
#[derive(Debug, Clone, Copy)]
pub struct Miss<'a> {
    /// The tries before it.
    pub attempts: u32,
    /// Milliseconds since the webhook was due.
    pub age_ms: i64,
    /// What the desk answered; none where it did not.
    pub status: Option<u16>,
    /// What stands behind the connection's address, with the fragment.
    pub target: &'a str,
}

/// What a sample connection is made of.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// The provider's id of its channel.
    pub channel: &'static str,
    /// The number as people write it; nobody has it.
    pub number: &'static str,
    /// What customers and people here call it.
    pub name: &'static str,
    /// Its fields. Those that a connection needs and that are not named here are made up.
    pub fields: &'static [(&'static str, Value)],
}

/// What a sample connection has in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// This.
    Is(&'static str),
    /// A secret that is made up.
    MadeUp,
    /// Where the stand-in is.
    Base,
}

/// The pauses after so many failures: the first ones as listed, later ones double, up to the longest.
pub fn pause_ms(attempts: u32, first: &[i64], longest: i64) -> i64 {
    let at = usize::try_from(attempts).unwrap_or(usize::MAX);
    match first.get(at) {
        Some(pause) => *pause,
        None => {
            let last = first.last().copied().unwrap_or(1_000);
            let beyond = at.saturating_sub(first.len()).saturating_add(1).min(24);
            last.saturating_mul(1 << beyond).min(longest)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_stay_there() {
        let pause = |attempts| pause_ms(attempts, &[200, 500, 1000, 2000], 60_000);
        let pauses: Vec<i64> = (0..11).map(pause).collect();
        assert_eq!(pauses, [200, 500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]);
        assert_eq!(pause(u32::MAX), 60_000);
    }

    #[test]
    fn every_stand_in_stands_under_its_own_word() {
        for stand_in in STAND_INS {
            let found = super::stand_in(stand_in.provider()).map(StandIn::provider);
            assert_eq!(found, Some(stand_in.provider()));
        }
    }
}
