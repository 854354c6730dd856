//! `cargo xtask`: builds, runs and checks Baton with cargo alone. What else is needed is installed
//! when that is possible, and otherwise named with the exact command.
//!
//! - `run` sets everything up and starts the desk with sample data.
//! - `build` makes the front end in `target/site` and the server.
//! - `test` is the one list of checks; CI runs exactly that.
//! - `bench` measures a release build against a durable Postgres.

mod bench;
mod checks;
mod css;
mod database;
mod desk;
mod front;
mod names;
mod pack;
mod project;
mod shell;
mod space;
mod split;
mod summary;
mod tools;
mod wasm;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::project::{Profile, Project};

/// Builds, runs and checks Baton. Needs cargo; the rest is installed or named.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set everything up and start the desk with its own Postgres, a sandbox phone and sample data
    #[command(after_help = "Example: cargo xtask run --port 4000 -- --log debug")]
    Run {
        /// Build the server optimised
        #[arg(long)]
        release: bool,
        /// The port on 127.0.0.1
        #[arg(long, default_value_t = 3000)]
        port: u16,
        /// More arguments for `baton serve`
        #[arg(last = true)]
        extra: Vec<String>,
    },
    /// Build the front end (target/site) and the server, and nothing that is up to date
    Build {
        /// Build the server optimised
        #[arg(long)]
        release: bool,
    },
    /// Run every check: format, lints, licences, tests, size of the first load, browser tests
    #[command(
        after_help = "The last line is `N passed, N failed`; the exit code is 0 only when none failed."
    )]
    Test {
        /// Leave out all that needs the front end: its lints, its size, the browser tests
        #[arg(long)]
        fast: bool,
        /// Run only the tests with this in their name, and no other check
        filter: Option<String>,
    },
    /// Measure a release build under load, against a durable Postgres of its own
    Bench {
        /// The measurements to take; all without a name
        names: Vec<String>,
        /// Measure for longer, for numbers worth comparing
        #[arg(long)]
        long: bool,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match shell::catch_signals().and_then(|()| perform(cli.command)) {
        Ok(code) => code,
        Err(error) => {
            shell::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<ExitCode> {
    let project = Project::find()?;
    match task {
        Task::Run { release, port, extra } => desk::run(&project, Profile::of(release), port, &extra),
        Task::Build { release } => desk::build(&project, Profile::of(release)),
        Task::Test { fast, filter } => checks::run(&project, fast, filter.as_deref()),
        Task::Bench { names, long } => bench::run(&project, &names, long),
    }
}
