//! The desk as a whole: one value that every part is handed.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::accounts::Connections;
use crate::auth::passwords::Passwords;
use crate::auth::seal::Seal;
use crate::channels::client::Client;
use crate::config::Config;
use crate::errands::Lessons;
use crate::http::api::Rates;
use crate::jobs::bot_turn::Table;
use crate::jobs::receive::Intake;
use crate::live::bus::Bus;
use crate::live::hub::Hub;
use crate::media::Files;
use crate::rulebook::Rulebook;
use crate::store::Store;

/// The desk. Cheap to clone.
pub type Desk = Arc<Parts>;

/// What the desk is made of.
pub struct Parts {
    /// What it was told from outside.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// Connections with their credentials, opened.
    pub connections: Connections,
    /// Wakes the jobs and the hubs of all processes.
    pub bus: Bus,
    /// The feed to the browsers of this process.
    pub hub: Hub,
    /// Webhooks on their way into the ledger and out of it.
    pub intake: Intake,
    /// Bots' turns.
    pub turns: Table,
    /// The store of files.
    pub files: Files,
    /// The rules that are live.
    pub rules: Rulebook,
    /// Calls to the outside.
    pub client: Client,
    /// What was learned on the way to calls: tokens, ids of uploads.
    pub lessons: Lessons,
    /// Encrypts what must not be read in the database.
    pub seal: Seal,
    /// How often tokens of the public API have called.
    pub rates: Rates,
    /// Hashes and checks passwords, a few at a time.
    pub passwords: Passwords,
    /// This process: holder of leases.
    pub process: Uuid,
    /// Cancelled when the process is to end.
    pub stop: CancellationToken,
    /// Everything that runs beside the requests.
    pub tasks: TaskTracker,
}

/// Puts a desk together over a database that is there and migrated. Starts nothing: see [`crate::jobs::start`].
pub fn desk(config: Config, store: Store) -> anyhow::Result<Desk> {
    let files = Files::at(&config.media)?;
    let client = Client::new(config.allowed_hosts.clone())?.with_source(files.clone());
    let seal = Seal::new(&config.secret_key);
    Ok(Arc::new(Parts {
        files,
        client,
        seal,
        store,
        config,
        connections: Connections::default(),
        bus: Bus::default(),
        hub: Hub::default(),
        intake: Intake::default(),
        turns: Table::default(),
        rules: Rulebook::default(),
        lessons: Lessons::default(),
        rates: Rates::default(),
        passwords: Passwords::default(),
        process: Uuid::now_v7(),
        stop: CancellationToken::new(),
        tasks: TaskTracker::new(),
    }))
}
