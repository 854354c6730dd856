//! A stand-in for WhatsApp, so that nobody needs an account to try the desk or to test it.
//!
//! To the desk it is Meta: the desk's own adapter calls [`router`] over HTTP with the connection's token, and
//! [`webhooks`] calls the desk with the connection's signature. Neither side knows that the other is in the
//! same process. People use it through [`SandboxPhones`], scripts through [`api`].
//!
//! | file | what is in it |
//! |---|---|
//! | [`graph`] | the calls: who may, what they ask for, Meta's errors |
//! | [`send`] | what becomes of a send |
//! | [`acts`] | what a customer does |
//! | [`content`] | what a customer can write |
//! | [`wire`] | webhooks as Meta writes and signs them |
//! | [`webhooks`] | delivers them, again and again if need be |
//! | [`faults`] | what goes wrong on purpose |
//! | [`phones`] | the phones, for the page |
//! | [`api`](mod@api) | the phones, for scripts |
//!
//! What it holds is in PostgreSQL: a webhook is queued in the transaction that changes the phone, so neither
//! is lost when the process is killed.

use axum::Router;

use crate::Desk;
use crate::store;
use crate::store::sandbox::{Number, Phone, Thread};

pub mod acts;
pub mod api;
pub mod content;
pub mod faults;
pub mod graph;
pub mod phones;
pub mod send;
mod signals;
pub mod webhooks;
pub mod wire;

pub use api::api;
pub use phones::SandboxPhones;

/// The Graph API, to be nested where the sandbox's connections point. To be mounted only if the sandbox is
/// switched on.
pub fn router(desk: Desk) -> Router {
    graph::router(desk)
}

/// Phones that are there from the start. Their numbers are kept free for films (Germany, the United Kingdom),
/// and the third hides hers.
const SAMPLES: [(&str, &str); 3] =
    [("Ana Souza", "4917139200042"), ("Tom Becker", "447700900123"), ("Mia Chen", "US.13491208655302741918")];

/// Makes three phones if there are none.
pub async fn ensure_phones(desk: &Desk) -> store::Result<()> {
    if !desk.store.sandbox_phones().await?.is_empty() {
        return Ok(());
    }
    for (name, number) in SAMPLES {
        desk.store.sandbox_add_phone(&phones::phone(name, number)).await?;
    }
    Ok(())
}

/// The number of the business with this id at the provider.
async fn find_number(desk: &Desk, provider_channel: &str) -> store::Result<Option<Number>> {
    let numbers = desk.store.sandbox_numbers().await?;
    Ok(numbers.into_iter().find(|number| number.line.provider_channel == provider_channel))
}

/// The phone with this number. PostgreSQL takes no NUL, and no number holds one.
async fn find_phone(desk: &Desk, number: &str) -> store::Result<Option<Phone>> {
    if number.contains('\0') { Ok(None) } else { desk.store.sandbox_phone(number).await }
}

/// What lies between a phone and a number of the business.
fn thread_of(phone: &str, number: &Number) -> Thread {
    Thread {
        number: phone.to_owned(),
        line: number.line.provider_channel.clone(),
        connection: number.connection,
    }
}
