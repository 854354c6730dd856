//! Providers: how WhatsApp reaches us and how we reach it.
//!
//! A provider turns bytes into [`Item`]s and an [`Outgoing`] into a [`Call`], and says what an [`Answer`]
//! means. It knows no database, no flow and no network: [`client`] makes the calls. Where something is needed
//! before a call can be made (a token, an upload), it asks for that first: see [`Step`]. To add one, write
//! `channels/<name>.rs` and add a line to [`PROVIDERS`].

pub mod backlog;
pub mod braze;
pub mod call;
pub mod client;
pub mod infobip;
pub mod inspect;
pub mod item;
mod json;
mod limits;
pub mod meta;
pub mod phone;
pub mod provider;
pub mod sinch;
pub mod templates;
pub mod text;
pub mod twilio;

pub use call::{
    Answer, Call, Class, Content, Fault, Learned, Malformed, Need, NotCarried, Outcome, Outgoing, Recipient,
    Step, What,
};
pub use item::{AccountEvent, Effect, Inbound, Item, News, Referral, Scope, Sender, Status, StatusWord};
pub use provider::{About, Account, Arrived, Found, Hook, Known, PairLimit, Provider, Receipt, Via};

/// Every provider, by its word.
pub const PROVIDERS: &[&dyn Provider] =
    &[&meta::Meta, &twilio::Twilio, &sinch::Sinch, &infobip::Infobip, &braze::Braze];

/// The provider of a word.
pub fn provider(word: &str) -> Option<&'static dyn Provider> {
    PROVIDERS.iter().copied().find(|provider| provider.about().provider == word)
}
