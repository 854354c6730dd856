//! What can go wrong, each with what to do about it.

use std::path::PathBuf;

/// Why there is no server. The text is meant for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No Postgres on this machine.
    #[error(
        "no Postgres {minimum} or newer was found. Install one with\n    {install}\nor name the folder of its programs in BATON_PG_BIN, or a server in DATABASE_URL",
        minimum = crate::binaries::OLDEST
    )]
    NoBinaries {
        /// The command that installs it here.
        install: String,
    },
    /// The folder that the user named has no `postgres` and `initdb`, or they do not run.
    #[error("{} has no Postgres that runs: {why}. Name the folder that holds `postgres` and `initdb` in BATON_PG_BIN", dir.display())]
    BadBinaries {
        /// The folder.
        dir: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The folder that the user named holds a version that the schema does not run on.
    #[error("{} is Postgres {major}; Baton needs {minimum} or newer. Install one with\n    {install}", dir.display(), minimum = crate::binaries::OLDEST)]
    TooOld {
        /// The folder.
        dir: PathBuf,
        /// Its major version.
        major: u32,
        /// The command that installs a newer one here.
        install: String,
    },
    /// The data was made by another major version.
    #[error(
        "the data in {} was made by Postgres {data}, and the programs in {} are Postgres {binary}. Either go on with the old programs:\n    BATON_PG_BIN=/path/to/postgres-{data}/bin baton serve\nor move the data over, with the old server running as above:\n    pg_dump -Fc -h {} -U baton -d baton -f baton.dump\nthen stop it, move {} away, start Baton with the new programs once, stop it, and with its Postgres running restore:\n    pg_restore --clean --if-exists -h <socket folder> -U baton -d baton baton.dump",
        cluster.display(), bin_dir.display(), socket_dir.display(), cluster.display()
    )]
    Version {
        /// The cluster.
        cluster: PathBuf,
        /// The major version that made it.
        data: u32,
        /// The programs found.
        bin_dir: PathBuf,
        /// Their major version.
        binary: u32,
        /// Where the old server listens while it runs.
        socket_dir: PathBuf,
    },
    /// The folder holds something that Baton did not make, or belongs to somebody else.
    #[error("{} is not Baton's: {why}. Baton leaves it alone; give it another data directory", dir.display())]
    Foreign {
        /// The folder.
        dir: PathBuf,
        /// How that shows.
        why: String,
    },
    /// Root, and no other user to run Postgres as.
    #[error(
        "Postgres does not run as root, and this machine has neither a user `postgres` nor `nobody`. Make one with\n    useradd --system --no-create-home postgres"
    )]
    NoUser,
    /// `initdb` failed.
    #[error("initdb could not make {}:\n{output}", cluster.display())]
    Init {
        /// The cluster.
        cluster: PathBuf,
        /// What it said.
        output: String,
    },
    /// The server ended before it answered.
    #[error("Postgres did not start ({status}). The end of {}:\n{tail}", log.display())]
    Died {
        /// How it ended.
        status: String,
        /// Its log.
        log: PathBuf,
        /// The last lines of it.
        tail: String,
    },
    /// The server runs and does not answer.
    #[error("Postgres (process {pid}) did not answer within {seconds} s: {why}. See {}", log.display())]
    Silent {
        /// The server.
        pid: u32,
        /// How long we waited.
        seconds: u64,
        /// The last answer.
        why: String,
        /// Its log.
        log: PathBuf,
    },
    /// The server did not end in time.
    #[error("Postgres (process {pid}) did not stop within {seconds} s; it is left running")]
    StillRunning {
        /// The server.
        pid: u32,
        /// How long we waited.
        seconds: u64,
    },
    /// Asked to stop or restart a server that somebody else started.
    #[error("Postgres (process {pid}) was not started here and is left alone")]
    NotOurs {
        /// The server.
        pid: u32,
    },
    /// The server refused a statement.
    #[error("Postgres refused `{sql}`: {why}")]
    Refused {
        /// The statement.
        sql: String,
        /// Its answer.
        why: String,
    },
    /// A file or a program could not be used.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
}

/// Says what was being done when an I/O error happened.
pub(crate) trait Doing<T> {
    /// Adds the words to the error.
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T> Doing<T> for std::io::Result<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|source| Error::Io { what: what(), source })
    }
}
