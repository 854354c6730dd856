//! A Postgres for tests or measurements.

use std::fs::File;

use anyhow::{Context, Result};
use embedded::{Server, Settings};

use crate::project::Project;
use crate::{shell, tools};

/// A server of ours while this is held. It is stopped when dropped.
pub struct Database {
    /// The server.
    pub server: Server,
    _turn: File,
}

impl Database {
    /// Starts the server on data in `folder` of the target directory and drops the databases that an
    /// earlier run left. A second run on the same folder waits.
    pub fn start(project: &Project, folder: &str, durable: bool) -> Result<Self> {
        let turn = project.target.join(format!("{folder}.lock"));
        let turn = File::create(&turn).with_context(|| format!("making {}", turn.display()))?;
        if turn.try_lock().is_err() {
            shell::say(&format!("waiting for another run that uses {folder}"));
            turn.lock().context("waiting for the other run")?;
        }
        let settings = Settings {
            data_dir: project.target.join(folder),
            pg_bin: Some(tools::postgres(project)?),
            durable,
            extra: vec![("max_connections".to_owned(), "400".to_owned())],
        };
        let mut server = Server::start(&settings, &mut |step| shell::say(step))?;
        // We hold the lock, so a server that was running is one that a killed run left.
        server.adopt();
        let left = "select datname from pg_database where datname not in ('postgres', 'baton') and not datistemplate";
        for name in server.query("postgres", left)?.into_iter().flatten().flatten() {
            server.query(
                "postgres",
                &format!("drop database \"{}\" with (force)", name.replace('"', "\"\"")),
            )?;
        }
        Ok(Self { server, _turn: turn })
    }
}
