//! `cargo xtask bench`

use std::process::ExitCode;

use anyhow::Result;

use crate::database::Database;
use crate::project::{Profile, Project};
use crate::{front, shell, tools};

/// Builds what is measured and hands over to the load generator; its exit code is ours.
pub fn run(project: &Project, names: &[String], long: bool) -> Result<ExitCode> {
    shell::phase("tools", || {
        tools::wasm_target(project)?;
        tools::npm_for_build(project);
        Ok(())
    })?;
    shell::phase("front end", || front::build(project))?;
    shell::phase("server and load generator", || {
        shell::run(&mut project.cargo("build --release -p server -p tests --bin baton --bin load"))
    })?;
    let database = shell::phase("Postgres", || Database::start(project, "bench-pg", true))?;
    let mut load = project.command(project.target.join("release/load"));
    load.arg("bench").args(names).args(long.then_some("--long"));
    load.envs(project.site_env());
    load.env("BATON_BIN", project.baton(Profile::Release));
    load.env("BATON_BENCH_PG", database.server.url("postgres"));
    load.env("BATON_PG_BIN", database.server.bin_dir());
    let status = shell::status(&mut load)?;
    database.server.stop()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
