//! The load generator: what the release build does under load, measured side by side with a floor.
//!
//! `cargo xtask bench` builds everything, starts a durable Postgres and calls `load bench`. Standard output holds
//! one line a figure, `name value unit`, and nothing else; what goes on is told on standard error. A slow machine
//! fails nothing; something lost does.

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};

use crate::pgbench::Pgbench;

mod bare;
mod boot;
mod bot_turn;
mod cpu;
mod figures;
mod http;
mod ingest;
mod latency;
mod meta_tier;
mod pgbench;
mod relay;
mod routing;
mod watch;
mod web;
mod world;

/// Measures the release build of Baton.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Take measurements; needs what `cargo xtask bench` sets up.
    Bench {
        /// Which; all without a name.
        names: Vec<Name>,
        /// Measure for longer.
        #[arg(long)]
        long: bool,
    },
    /// The bare server that a latency is compared with.
    #[command(hide = true)]
    Bare {
        /// Its port on 127.0.0.1.
        port: u16,
    },
}

/// A measurement.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Signed webhooks, as fast as they are taken.
    Ingest,
    /// 3,300 webhooks a second, the most that Meta sends to one number.
    MetaTier,
    /// From a webhook to the agents, and from an agent to the provider.
    Latency,
    /// How well a number's rate is used, and whether numbers wait for each other.
    Relay,
    /// From a webhook to the bot, and how many turns a second it has.
    BotTurn,
    /// How many conversations rules place, and how long it takes to try rules on what has happened.
    Routing,
    /// From the start to readiness, and what an idle desk holds.
    Boot,
    /// What a browser loads and how soon the inbox can be used.
    Web,
}

/// How long things are measured.
#[derive(Clone, Copy)]
struct Effort {
    long: bool,
}

impl Effort {
    /// Pairs of legs, ours and the floor's.
    fn pairs(self) -> usize {
        if self.long { 6 } else { 3 }
    }
}

/// The exit code when there is nothing to compare with.
const FLOOR_MISSING: u8 = 2;

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Bench { names, long } => bench(&names, Effort { long }).await,
        Task::Bare { port } => bare::serve(port).await.map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        figures::tell(&format!("error: {error:#}"));
        ExitCode::FAILURE
    })
}

async fn bench(names: &[Name], effort: Effort) -> Result<ExitCode> {
    point_support_at_our_postgres()?;
    let floor = Pgbench::find();
    let all = Name::value_variants();
    let mut missing = false;
    for name in if names.is_empty() { all } else { names } {
        let word = name.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        figures::tell(&format!("== {word} ({})", cpu::machine()));
        missing |= matches!(name, Name::Ingest | Name::Latency | Name::Routing) && floor.is_none();
        let floor = floor.as_ref();
        match name {
            Name::Ingest => Box::pin(ingest::run(effort, floor)).await,
            Name::MetaTier => Box::pin(meta_tier::run(effort)).await,
            Name::Latency => Box::pin(latency::run(effort, floor)).await,
            Name::Relay => Box::pin(relay::run(effort)).await,
            Name::BotTurn => Box::pin(bot_turn::run(effort)).await,
            Name::Routing => Box::pin(routing::run(effort, floor)).await,
            Name::Boot => Box::pin(boot::run()).await,
            Name::Web => Box::pin(web::run()).await,
        }
        .with_context(|| word.clone())?;
        figures::tell(&format!("== {word}: done ({})", cpu::machine()));
    }
    if missing {
        figures::tell("floor missing: there is no pgbench");
        return Ok(ExitCode::from(FLOOR_MISSING));
    }
    Ok(ExitCode::SUCCESS)
}

/// The test support makes its databases on the server that `BATON_TEST_PG` names; here that is the durable one. A
/// process cannot safely change its own environment, so it becomes a new one.
fn point_support_at_our_postgres() -> Result<()> {
    let wanted = std::env::var("BATON_BENCH_PG")
        .context("BATON_BENCH_PG is not set: `cargo xtask bench` starts a Postgres and sets it")?;
    if std::env::var("BATON_TEST_PG").is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    let program = std::env::current_exe().context("finding this program")?;
    let error = Command::new(program).args(std::env::args_os().skip(1)).env("BATON_TEST_PG", wanted).exec();
    Err(error).context("starting again with the test support's variable")
}
