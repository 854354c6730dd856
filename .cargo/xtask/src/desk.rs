//! Building and running the desk itself.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::project::{Profile, Project, text};
use crate::{front, shell, tools};

/// What chooses the server without the stand-ins for the providers. All crates but `desk` and `server` keep the
/// features that a build of everything gives them, so that they are built once for both.
pub const BARE: &str =
    "-p server -p app -p xtask --bin baton --no-default-features --features server/s3,server/ssr,app/default";

/// Builds the server without the stand-ins, for the tests. Cargo puts it where the whole one belongs, so it is built
/// before that and taken aside.
pub fn build_bare(project: &Project) -> Result<()> {
    shell::run(&mut project.cargo(&format!("build {BARE}")))?;
    let (built, bare) = (project.baton(Profile::Debug), project.bare_baton());
    // One that runs cannot be overwritten, but it can lose its name.
    let _ = fs::remove_file(&bare);
    fs::copy(&built, &bare).with_context(|| format!("copying {}", built.display()))?;
    Ok(())
}

/// `cargo xtask build`
pub fn build(project: &Project, profile: Profile) -> Result<ExitCode> {
    build_all(project, profile)?;
    shell::say(&format!("built {} and {}", project.baton(profile).display(), project.site.display()));
    Ok(ExitCode::SUCCESS)
}

/// `cargo xtask run`: becomes the server, so that signals and exit code are its own.
pub fn run(project: &Project, profile: Profile, port: u16, extra: &[String]) -> Result<ExitCode> {
    let mut baton = project.command(project.baton(profile));
    if std::env::var_os("DATABASE_URL").is_none() {
        let programs = shell::phase("Postgres", || tools::postgres(project))?;
        baton.env("BATON_PG_BIN", programs);
    }
    build_all(project, profile)?;
    baton.args(["serve", "--sample", "--sandbox", "--site", &text(&project.site)]);
    baton.args(["--port", &port.to_string()]).args(extra);
    baton.envs(project.site_env()).env("LEPTOS_SITE_ADDR", format!("127.0.0.1:{port}"));
    baton.env("LEPTOS_ENV", if profile == Profile::Release { "PROD" } else { "DEV" });
    baton.env_remove("CARGO_TARGET_DIR");
    shell::say(&format!("$ {}", shell::show(&baton)));
    Err(baton.exec()).with_context(|| format!("cannot run {}", project.baton(profile).display()))
}

fn build_all(project: &Project, profile: Profile) -> Result<()> {
    shell::phase("tools", || {
        tools::wasm_target(project)?;
        tools::npm_for_build(project);
        Ok(())
    })?;
    shell::phase("front end", || front::build(project))?;
    shell::phase("server", || {
        let release = if profile == Profile::Release { " --release" } else { "" };
        shell::run(&mut project.cargo(&format!("build -p server --bin baton{release}")))
    })
}
