//! A Postgres of Baton's own.
//!
//! [`Server::start`] finds the programs of an installed Postgres, makes a database cluster below the
//! data directory when there is none, starts it as a child and waits until it answers a query. The
//! server listens on a Unix socket in a closed folder and nowhere else.
//!
//! - A server that is already running on the same data is used as it is and never stopped: it is not
//!   ours. That is also how a start after a crash of the parent works, since Postgres outlives it.
//! - Postgres refuses to run as root. As root it therefore runs as `postgres` or `nobody`, on data
//!   below `/var/lib/baton`.
//! - Nothing here knows the schema: the database `baton` is made empty.

mod binaries;
mod cluster;
mod error;
mod owner;
mod process;
mod server;
mod wire;

use std::path::{Path, PathBuf};

pub use binaries::{Binaries, find_binaries, install_line};
pub use error::Error;
pub use server::Server;

/// The role that owns everything in the cluster, and the name of the database made for the desk.
pub const BATON: &str = "baton";

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The data directory; the cluster is made in `pg/<major>` below it. See [`placed`] for root.
    pub data_dir: PathBuf,
    /// Where the programs of Postgres are, when the user said so (`BATON_PG_BIN`).
    pub pg_bin: Option<PathBuf>,
    /// Whether a commit is on disk when it returns. False for the servers of a test suite only.
    pub durable: bool,
    /// More settings in the words of `postgresql.conf`; they win over ours.
    pub extra: Vec<(String, String)>,
}

impl Settings {
    /// Durable, with the programs found by [`find_binaries`].
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), pg_bin: None, durable: true, extra: Vec::new() }
    }
}

/// Where the data lies when nobody says otherwise: `.baton` in a checkout, else
/// `~/.local/share/baton`; as root always below `/var/lib/baton`, because root's home is closed to
/// the user that Postgres runs as.
pub fn default_data_dir(checkout_or_cwd: &Path) -> PathBuf {
    let here = checkout_or_cwd.canonicalize().unwrap_or_else(|_| checkout_or_cwd.to_path_buf());
    let checkout = here.ancestors().find(|dir| is_checkout(dir));
    if rustix::process::geteuid().is_root() {
        return match checkout {
            Some(checkout) => owner::root_data_dir(checkout),
            None => PathBuf::from(owner::ROOT_DATA).join("data"),
        };
    }
    match checkout {
        Some(checkout) => checkout.join(".baton"),
        None => home().join(".local/share/baton"),
    }
}

/// Where the data of `data_dir` really lies. As root, a folder that the user Postgres runs as cannot
/// enter is replaced by one below `/var/lib/baton`, named after it; otherwise it is `data_dir`.
///
/// # Errors
/// As root, when the machine has neither a user `postgres` nor `nobody`.
pub fn placed(data_dir: &Path) -> Result<PathBuf, Error> {
    Ok(owner::Owner::current()?.place(data_dir))
}

fn is_checkout(dir: &Path) -> bool {
    dir.join("Cargo.toml").is_file() && dir.join("server/embedded").is_dir()
}

fn home() -> PathBuf {
    std::env::var_os("HOME").map(PathBuf::from).unwrap_or_else(|| PathBuf::from("."))
}
