//! Reading the providers' lists of templates: every few hours, and at once after a change or when somebody asks. One
//! server at a time reads a list; it goes on page by page, however long the list is.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::channels::templates::Page;
use crate::channels::{self, Fault, NotCarried, PROVIDERS, Step, Via};
use crate::errands::{Ended, Errand};
use crate::flows::templates;
use crate::live::bus::Topic;
use crate::state::Desk;
use crate::store::templates::sync::Reading;

/// How often it looks for lists that are due.
const LOOK: Duration = Duration::from_secs(3);
/// Until what failed is tried again, in seconds.
const AGAIN_S: i64 = 5 * 60;
/// Until what cannot be done is tried again, in seconds: only an admin can change that, and then it is tried at once.
const HOPELESS_S: i64 = 4 * 60 * 60;
/// The most pages of one list: a provider that names one page after the other without end is not followed.
const MOST_PAGES: usize = 4_000;

/// Why a list was not read.
struct Failed {
    why: String,
    again_s: i64,
}

/// Reads lists that are due.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut woken = desk.bus.listen(Topic::Channels);
    let listing: Vec<&str> = PROVIDERS
        .iter()
        .filter(|provider| provider.templates().is_some())
        .map(|provider| provider.about().provider)
        .collect();
    loop {
        woken.borrow_and_update();
        while let Some(reading) = desk.store.take_template_reading(&listing).await? {
            if let Err(failed) = read(&desk, reading).await {
                tracing::info!(connection = %reading.connection, why = failed.why, "templates were not read");
                desk.store.fail_template_reading(reading, &failed.why, failed.again_s).await?;
            }
            if desk.stop.is_cancelled() {
                return Ok(());
            }
        }
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            _ = woken.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Reads the lists of all of a connection's channels. Most providers have one list for the whole account.
async fn read(desk: &Desk, reading: Reading) -> Result<(), Failed> {
    let connection = desk.connections.get(desk, reading.connection).await.map_err(|error| later(&error))?;
    let Some(connection) = connection else { return Ok(()) };
    let Some(provider) = channels::provider(&connection.provider) else { return Ok(()) };
    let mut channels =
        desk.store.provider_channels(reading.connection).await.map_err(|error| later(&error))?;
    if channels.is_empty() {
        channels.push(String::new());
    }
    let begun = Begun::default();
    for channel in &channels {
        let errand = Errand { connection: &connection, provider, channel };
        if !read_list(desk, reading, errand, &begun).await? {
            return Ok(());
        }
    }
    templates::end(desk, reading).await.map_err(|error| later(&error))
}

/// The addresses of lists that were begun, with the channel for which: numbers of one account share theirs.
type Begun = Mutex<HashMap<String, String>>;

/// Reads one list to its end. Whether the reading is still ours.
async fn read_list(desk: &Desk, reading: Reading, errand: Errand<'_>, begun: &Begun) -> Result<bool, Failed> {
    let mut page: Option<String> = None;
    for _ in 0..MOST_PAGES {
        if desk.stop.is_cancelled() {
            return Err(Failed { why: "The desk was stopped while it was reading.".to_owned(), again_s: 0 });
        }
        let Some(found) = fetch(desk, errand, page.as_deref(), begun).await? else { return Ok(true) };
        let ours =
            templates::keep_page(desk, reading, &found.templates).await.map_err(|error| later(&error))?;
        match found.next {
            _ if !ours => return Ok(false),
            // A page that names itself as the next one has no end.
            Some(next) if page.as_ref() != Some(&next) => page = Some(next),
            _ => return Ok(true),
        }
    }
    Err(Failed { why: "The provider's list has no end.".to_owned(), again_s: HOPELESS_S })
}

/// One page; none if it begins a list that was begun for another channel.
async fn fetch(
    desk: &Desk,
    errand: Errand<'_>,
    page: Option<&str>,
    begun: &Begun,
) -> Result<Option<Page>, Failed> {
    let Some(templates) = errand.provider.templates() else { return Ok(None) };
    let again = AtomicBool::new(false);
    let next = |via: &Via<'_>| {
        let step = templates.list(via, page)?;
        if let (Step::Call(call), None) = (&step, page) {
            let mut begun = begun.lock().unwrap_or_else(PoisonError::into_inner);
            let first = begun.entry(call.url.clone()).or_insert_with(|| errand.channel.to_owned());
            if first != errand.channel {
                again.store(true, Ordering::Relaxed);
                return Err(NotCarried("This list was read for another channel.".to_owned()));
            }
        }
        Ok(step)
    };
    let answer = match errand.run(desk, &next).await {
        Ok(answer) => answer,
        Err(_) if again.load(Ordering::Relaxed) => return Ok(None),
        Err(Ended::NotCarried(why)) => return Err(Failed { why, again_s: HOPELESS_S }),
        Err(Ended::Refused(fault)) => return Err(refused(&fault)),
        Err(Ended::Call(error)) => {
            return Err(Failed { why: format!("The provider was not reached: {error}."), again_s: AGAIN_S });
        }
    };
    templates.listed(&answer).map(Some).map_err(|fault| refused(&fault))
}

fn refused(fault: &Fault) -> Failed {
    let why = format!("{}: {}", fault.code, fault.reason).trim_start_matches(": ").to_owned();
    let hopeless = matches!(fault.class, channels::Class::Auth | channels::Class::Permanent);
    Failed { why, again_s: if hopeless { HOPELESS_S } else { AGAIN_S } }
}

fn later(error: &dyn std::fmt::Display) -> Failed {
    tracing::warn!(error = %error, "templates wait for the database");
    Failed { why: "The desk's database was away.".to_owned(), again_s: AGAIN_S }
}
