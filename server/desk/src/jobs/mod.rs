//! What goes on by itself: one job a file, all of them in [`JOBS`].
//!
//! A job looks, does what is due, and waits for a wake-up or its own pace. One that fails is started again after
//! a pause; one that panics takes nobody with it.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;

#[cfg(feature = "sandbox")]
use crate::sandbox;
use crate::state::Desk;
use crate::{live, media};

pub mod assign;
pub mod backlog;
pub mod bot_news;
pub mod bot_turn;
pub mod clean_up;
pub mod deliver;
pub mod endpoints;
pub mod fetch_files;
pub mod keep;
pub mod marks;
pub mod offers;
pub mod presence;
pub mod receive;
pub mod rule_timers;
pub mod rules;
pub mod simulations;
pub mod slas;
pub mod summaries;
pub mod templates;
pub mod timers;

/// A job: its name, and what runs until the process stops.
pub(crate) type Job = (&'static str, fn(Desk) -> BoxFuture<'static, anyhow::Result<()>>);

/// Every job.
const JOBS: &[Job] = &[
    ("keep", |desk| keep::run(desk).boxed()),
    ("receive", |desk| receive::run(desk).boxed()),
    ("hub", |desk| live::follow::run(desk).boxed()),
    ("deliver", |desk| deliver::run(desk).boxed()),
    ("bot_turn", |desk| bot_turn::run(desk).boxed()),
    ("bot_news", |desk| bot_news::run(desk).boxed()),
    ("fetch_files", |desk| fetch_files::run(desk).boxed()),
    ("endpoints", |desk| endpoints::run(desk).boxed()),
    ("backlog", |desk| backlog::run(desk).boxed()),
    ("offers", |desk| offers::run(desk).boxed()),
    ("assign", |desk| assign::run(desk).boxed()),
    ("rules", |desk| rules::run(desk).boxed()),
    ("summaries", |desk| summaries::run(desk).boxed()),
    ("simulations", |desk| simulations::run(desk).boxed()),
    ("rule_timers", |desk| rule_timers::run(desk).boxed()),
    ("slas", |desk| slas::run(desk).boxed()),
    ("timers", |desk| timers::run(desk).boxed()),
    ("marks", |desk| marks::run(desk).boxed()),
    ("presence", |desk| presence::run(desk).boxed()),
    ("templates", |desk| templates::run(desk).boxed()),
    ("clean_up", |desk| clean_up::run(desk).boxed()),
    ("tell", |desk| live::bus::pg::tell(desk).boxed()),
    ("hear", |desk| live::bus::pg::hear(desk).boxed()),
    #[cfg(feature = "sandbox")]
    sandbox::JOB,
];

/// Loads what must be known before anything is served, and starts every job.
///
/// # Errors
/// The database is away, or the store of files is not the one that belongs to it.
pub async fn start(desk: &Desk) -> anyhow::Result<()> {
    media::place::claim(&desk.files, &desk.store, &desk.config.media).await?;
    desk.store.tend_ledger(i32::from(desk.config.ledger_days)).await?;
    live::follow::load(desk).await?;
    desk.rules.refresh(desk).await?;
    #[cfg(feature = "sandbox")]
    sandbox::prepare(desk).await?;
    JOBS.iter().for_each(|job| begin(desk, *job));
    Ok(())
}

/// Starts one job.
pub(crate) fn begin(desk: &Desk, (name, job): Job) {
    desk.tasks.spawn(run(name, job, desk.clone()));
}

/// Ends everything: nothing new is begun, what is under way is finished. At most `patience`.
pub async fn stop(desk: &Desk, patience: Duration) {
    desk.stop.cancel();
    desk.tasks.close();
    if tokio::time::timeout(patience, desk.tasks.wait()).await.is_err() {
        tracing::warn!("some work did not end in time; what it held will be picked up again");
    }
    let _freed = desk.store.release_channels(desk.process).await;
}

async fn run(name: &'static str, job: fn(Desk) -> BoxFuture<'static, anyhow::Result<()>>, desk: Desk) {
    const PAUSE: Duration = Duration::from_millis(500);
    while !desk.stop.is_cancelled() {
        let ended = AssertUnwindSafe(job(desk.clone())).catch_unwind().await;
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(job = name, error = %error, "a job failed and is started again"),
            Err(_) => tracing::error!(job = name, "a job panicked and is started again"),
        }
        tokio::select! {
            () = desk.stop.cancelled() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}
