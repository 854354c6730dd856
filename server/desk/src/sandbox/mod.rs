//! Stand-ins for WhatsApp's providers, so that nobody needs an account to try the desk or to test it.
//!
//! To the desk they are the providers: the desk's own adapters call [`router`] over HTTP with the connection's
//! credentials, and [`webhooks`] calls the desk with the connection's signature. Neither side knows that the other is
//! in the same process, and it need not be: [`alone`] they are a process of their own, and all of this is a feature of
//! the build. People use it through [`SandboxPhones`], scripts through [`api`].
//!
//! | file | what is in it |
//! |---|---|
//! | [`stand_in`] | what is different for each provider; the list of them |
//! | [`meta`], [`twilio`], [`sinch`], [`infobip`], [`braze`] | a provider's calls, webhooks, errors, files, templates |
//! | [`access`] | who calls |
//! | [`send`] | what becomes of a send |
//! | [`acts`] | what a customer does |
//! | [`files`] | files that phones send and get |
//! | [`templates`] | templates that are there, and those that are made |
//! | [`failure`] | why something goes wrong |
//! | [`webhooks`] | delivers webhooks, again and again if need be |
//! | [`faults`] | what goes wrong on purpose |
//! | [`phones`] | the phones, for the page |
//! | [`api`](mod@api) | the phones, for scripts |
//! | [`alone`] | the stand-ins without a desk around them |
//!
//! What it holds is in PostgreSQL: a webhook is queued in the transaction that changes the phone, so neither
//! is lost when the process is killed.

use axum::Router;
use contract::Time;
use futures::FutureExt;

use crate::Desk;
use crate::jobs::Job;
use crate::store;
use crate::store::sandbox::{Number, Phone, Thread, Webhook};

pub mod access;
pub mod acts;
pub mod alone;
pub mod api;
pub mod braze;
pub mod digits;
pub mod failure;
pub mod faults;
mod field;
pub mod files;
pub mod infobip;
pub mod meta;
pub mod party;
pub mod phones;
mod refusal;
pub mod send;
pub mod signals;
pub mod sinch;
pub mod stand_in;
pub mod templates;
pub mod twilio;
pub mod webhooks;

pub use api::api;
pub use phones::SandboxPhones;
pub use stand_in::{STAND_INS, stand_in};

use stand_in::Written;

/// Delivers the webhooks of the stand-ins, where the sandbox is switched on.
pub(crate) const JOB: Job = ("sandbox", |desk| {
    async move {
        if desk.config.sandbox {
            webhooks::run(desk).await;
        } else {
            desk.stop.cancelled().await;
        }
        Ok(())
    }
    .boxed()
});

/// What must be there before anything is served: the phones, where the sandbox is switched on.
pub async fn prepare(desk: &Desk) -> store::Result<()> {
    if desk.config.sandbox { ensure_phones(desk).await } else { Ok(()) }
}

/// Every route of the sandbox, where it is switched on; none otherwise.
pub fn routes(desk: Desk) -> Router {
    if !desk.config.sandbox {
        return Router::new();
    }
    Router::new().nest("/sandbox", router(desk.clone())).nest("/api/sandbox", api(desk))
}

/// The providers' calls, to be nested below `/sandbox`: each under its word. To be mounted only if the sandbox is
/// switched on.
pub fn router(desk: Desk) -> Router {
    let mount = |router: Router<Desk>, stand_in: &&dyn stand_in::StandIn| {
        router.nest(&format!("/{}", stand_in.provider()), stand_in.routes())
    };
    STAND_INS.iter().fold(Router::new(), mount).with_state(desk)
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

/// The number of the business with this id at its provider, if there is a stand-in for that.
async fn find_number(desk: &Desk, provider_channel: &str) -> store::Result<Option<Number>> {
    let mut numbers = lines(desk).await?;
    numbers.retain(|number| number.line.provider_channel == provider_channel);
    Ok(numbers.into_iter().next())
}

/// The numbers that phones can write to, oldest first.
async fn lines(desk: &Desk) -> store::Result<Vec<Number>> {
    let mut numbers = desk.store.sandbox_numbers().await?;
    numbers.retain(|number| stand_in::stand_in(&number.provider).is_some());
    Ok(numbers)
}

/// A webhook to be queued; `own` is the customer's message in it.
fn queued(written: Written, own: Option<String>, due: Time) -> Webhook {
    let Written { body, content_type, target } = written;
    Webhook { body, content_type, target, own, due }
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
