//! The floor: what Postgres does on this machine with one statement of our own and nothing around it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tests::Database;
use tokio::process::Command;

use crate::figures::median;

/// A script that pgbench runs, and how.
#[derive(Clone, Copy)]
pub struct Script {
    /// Its file in `floor/`.
    pub file: &'static str,
    /// Connections.
    pub clients: u32,
    /// Rows that each of its transactions adds.
    pub rows: u32,
}

/// One message, one statement, one commit, on sixteen connections: the ceiling for a commit each.
pub const INGEST: Script = Script { file: "ingest.sql", clients: 16, rows: 1 };
/// The same on one connection, for how long a commit takes.
pub const COMMIT: Script = Script { clients: 1, ..INGEST };
/// Fifty messages, one commit, on two connections.
pub const BATCH: Script = Script { file: "batch50.sql", clients: 2, rows: 50 };

/// What a run of a script comes down to.
pub struct Ran {
    /// Rows a second.
    pub rows_per_s: f64,
    /// The middle of what its transactions took, in milliseconds.
    pub p50_ms: f64,
}

/// The program.
pub struct Pgbench {
    program: PathBuf,
}

impl Pgbench {
    /// Looks beside the server's programs, then where distributions have it, then in the path.
    pub fn find() -> Option<Pgbench> {
        let beside = std::env::var_os("BATON_PG_BIN").map(PathBuf::from);
        let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten()
            .map(|dir| dir.path().join("bin"))
            .collect();
        versions.sort();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders =
            beside.into_iter().chain(versions.into_iter().rev()).chain(std::env::split_paths(&path));
        let program = folders.map(|folder| folder.join("pgbench")).find(|program| program.is_file())?;
        Some(Pgbench { program })
    }

    /// Makes the floor's own tables.
    pub async fn prepare(&self, database: &Database) {
        database.sql(include_str!("floor/schema.sql")).await;
    }

    /// Warms up and measures.
    pub async fn run(&self, database: &Database, script: Script, seconds: u32) -> Result<Ran> {
        self.leg(database, script, 1).await?;
        self.leg(database, script, seconds).await
    }

    async fn leg(&self, database: &Database, script: Script, seconds: u32) -> Result<Ran> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("load/floor").join(script.file);
        let logs = std::env::temp_dir().join(format!("baton-load-{}", std::process::id()));
        std::fs::create_dir_all(&logs).context("making a folder for the floor's log")?;
        let ran = self.measure(database, script, (seconds, &file, &logs)).await;
        let _left = std::fs::remove_dir_all(&logs);
        ran
    }

    async fn measure(
        &self,
        database: &Database,
        script: Script,
        (seconds, file, logs): (u32, &Path, &Path),
    ) -> Result<Ran> {
        let mut command = Command::new(&self.program);
        command.args([
            "--no-vacuum",
            "--protocol=prepared",
            "--jobs",
            if script.clients > 1 { "2" } else { "1" },
        ]);
        command.arg(format!("--client={}", script.clients)).arg(format!("--time={seconds}"));
        command.arg("--file").arg(file).arg(&database.url);
        if script.clients == 1 {
            command.arg("--log").arg("--log-prefix").arg(logs.join("log"));
        }
        let output = command.output().await.context("running pgbench")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let why = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "pgbench failed: {why}");
        let mut rates = said.lines().filter_map(|line| line.strip_prefix("tps = "));
        let rate =
            rates.next_back().and_then(|line| line.split(' ').next()).context("pgbench told no rate")?;
        let rate: f64 = rate.parse().context("reading pgbench's rate")?;
        Ok(Ran { rows_per_s: rate * f64::from(script.rows), p50_ms: middle(logs) })
    }
}

/// The middle of the times in the logs, in milliseconds.
fn middle(logs: &Path) -> f64 {
    let files = std::fs::read_dir(logs).into_iter().flatten().flatten();
    let texts = files.filter_map(|file| std::fs::read_to_string(file.path()).ok());
    let times: Vec<f64> = texts
        .flat_map(|text| {
            text.lines().filter_map(|line| line.split(' ').nth(2)?.parse().ok()).collect::<Vec<f64>>()
        })
        .collect();
    median(&times) / 1000.0
}
