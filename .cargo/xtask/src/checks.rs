//! `cargo xtask test`: the one list of checks. All of them run, whatever the first ones find.

use std::fs;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::database::Database;
use crate::project::{Profile, Project, text};
use crate::summary::{self, Tally};
use crate::{desk, front, shell, space, tools};

/// What the browser fetches before the first page is alive, compressed, in bytes.
const BUDGET: u64 = 500_000;

/// Runs the checks and prints the tally as the last line.
pub fn run(project: &Project, fast: bool, filter: Option<&str>) -> Result<ExitCode> {
    space::make_room(project)?;
    let mut checks = Checks { project, done: Vec::new() };
    if filter.is_none() {
        checks.lints();
        if !fast {
            checks.front_lints();
        }
    }
    let is_built = checks.builds(fast);
    checks.tests(filter);
    if !fast {
        if is_built && filter.is_none() {
            checks.check("size of the first load", || size(project));
        }
        checks.browser(filter);
    }
    Ok(checks.report())
}

struct Checks<'a> {
    project: &'a Project,
    done: Vec<(String, Tally, String)>,
}

impl Checks<'_> {
    fn lints(&mut self) {
        let project = self.project;
        self.check("format", || shell::run(&mut project.cargo("fmt --all --check")));
        self.check("lints", || {
            shell::run(&mut project.cargo("clippy --workspace --all-targets -- -D warnings"))
        });
        self.check("lints of a desk without the sandbox", || {
            shell::run(&mut project.cargo(&format!("clippy {} -- -D warnings", desk::BARE)))
        });
        if shell::answer("cargo", &["deny", "--version"]).is_none() {
            shell::say(
                "cargo-deny is not installed, so licences and sources are not checked: cargo install cargo-deny --locked",
            );
            return;
        }
        self.check("licences, sources and banned crates", || {
            // Its settings are in .cargo/deny.toml, where it looks by itself.
            shell::run(&mut project.cargo("deny check bans licenses sources"))
        });
    }

    fn front_lints(&mut self) {
        let project = self.project;
        self.check("lints of the browser's part", || {
            tools::wasm_target(project)?;
            let mut clippy = project.cargo("clippy -p app --lib --target wasm32-unknown-unknown --no-default-features --features hydrate,inbox,more");
            shell::run(clippy.arg("--target-dir").arg(project.front()).args(["--", "-D", "warnings"]))
        });
    }

    /// Whether the front end could be built.
    fn builds(&mut self, fast: bool) -> bool {
        let project = self.project;
        let is_built = !fast
            && self.check("build of the front end", || {
                tools::wasm_target(project)?;
                tools::npm_for_build(project);
                front::build(project)
            });
        self.check("build of a server without the sandbox", || desk::build_bare(project));
        // With the tests, so that all crates are built once, with one set of features.
        self.check("build of the server", || {
            shell::run(&mut project.cargo("build --workspace --bin baton --bin load --tests"))
        });
        is_built
    }

    fn tests(&mut self, filter: Option<&str>) {
        let project = self.project;
        let started = Instant::now();
        let result = shell::phase("tests", || {
            let database = Database::start(project, "test-pg", false)?;
            let tally = native_tests(project, &database, filter);
            database.server.stop()?;
            tally
        });
        self.count("tests", result, started);
    }

    fn browser(&mut self, filter: Option<&str>) {
        let project = self.project;
        let configs = ["ts", "mts", "js", "mjs"].map(|kind| format!("playwright.config.{kind}"));
        if !configs.iter().any(|name| project.e2e().join(name).is_file()) {
            shell::say("there are no browser tests: tests/e2e has no playwright.config");
            return;
        }
        let started = Instant::now();
        let result = shell::phase("browser tests", || {
            tools::node_or_install(project)?;
            tools::npm_tools(project)?;
            let chromium = tools::chromium(project)?;
            let database = Database::start(project, "test-pg", false)?;
            let tally = browser_tests(project, &database, &chromium, filter);
            database.server.stop()?;
            tally
        });
        self.count("browser tests", result, started);
    }

    /// One check that is no test run.
    fn check(&mut self, name: &str, work: impl FnOnce() -> Result<()>) -> bool {
        let started = Instant::now();
        let result = shell::phase(name, work);
        let passed = result.is_ok();
        self.count(name, result.map(|()| Tally::one(true)), started);
        passed
    }

    fn count(&mut self, name: &str, result: Result<Tally>, started: Instant) {
        let tally = result.unwrap_or_else(|error| {
            shell::say(&format!("error: {error:#}"));
            Tally::one(false)
        });
        self.done.push((name.to_owned(), tally, shell::took(started)));
    }

    fn report(self) -> ExitCode {
        let mut all = Tally::default();
        shell::say("");
        for (name, tally, took) in self.done {
            let word = if tally.failed == 0 { "ok" } else { "FAILED" };
            shell::say(&format!(
                "{word:<7} {name:<40} {:>5} passed {:>4} failed  {took:>10}",
                tally.passed, tally.failed
            ));
            all += tally;
        }
        if all.failed > 0
            && let Ok(free) = space::free_gb(self.project)
        {
            shell::say(&format!("{free} GB of the disk are free"));
        }
        shell::say(&format!("{} passed, {} failed", all.passed, all.failed));
        if all.failed == 0 && !shell::is_interrupted() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn native_tests(project: &Project, database: &Database, filter: Option<&str>) -> Result<Tally> {
    if shell::answer("cargo", &["nextest", "--version"]).is_some() {
        let mut nextest = project.cargo("nextest run --workspace --no-fail-fast --no-tests=pass");
        with_desk(&mut nextest, project, database).args(filter);
        let (status, output) = shell::status_and_output(&mut nextest)?;
        return Ok(summary::of_nextest(&output).of_run(status.success()));
    }
    shell::say("cargo-nextest is not installed, so cargo test runs the tests one program after the other");
    let mut test = project.cargo("test --workspace --lib --bins --tests --no-fail-fast");
    with_desk(&mut test, project, database).args(filter);
    let (status, output) = shell::status_and_output(&mut test)?;
    Ok(summary::of_cargo_test(&output).of_run(status.success()))
}

fn browser_tests(
    project: &Project,
    database: &Database,
    chromium: &std::path::Path,
    filter: Option<&str>,
) -> Result<Tally> {
    let report = project.target.join("playwright.json");
    // An old report must not be taken for the new one.
    let _ = fs::remove_file(&report);
    let mut playwright = project.command("npx");
    playwright.current_dir(project.e2e()).args(["--no-install", "playwright", "test"]);
    playwright.args(["--reporter=list,json", "--output"]).arg(project.target.join("playwright"));
    if let Some(filter) = filter {
        playwright.args(["--grep", filter, "--pass-with-no-tests"]);
    }
    with_desk(&mut playwright, project, database).env("BATON_CHROMIUM", chromium);
    playwright.env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report).env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report);
    let status = shell::status(&mut playwright)?;
    let report = fs::read_to_string(&report).unwrap_or_default();
    let tally = summary::of_playwright(&report).unwrap_or_default();
    Ok(tally.of_run(status.success()))
}

/// What the tests are told: a Postgres of their own, and the desk as it was built.
fn with_desk<'a>(command: &'a mut Command, project: &Project, database: &Database) -> &'a mut Command {
    command.envs(project.site_env());
    command.env("BATON_TEST_PG", database.server.url("postgres"));
    command.env("BATON_PG_BIN", database.server.bin_dir());
    command.env("BATON_BARE_BIN", text(&project.bare_baton()));
    command.env("BATON_BIN", text(&project.baton(Profile::Debug)))
}

fn size(project: &Project) -> Result<()> {
    let files = front::first_load(project).context("measuring the first load")?;
    let total: u64 = files.iter().map(|(_, size)| size).sum();
    shell::say(&format!("first load: {:.1} kB of {} kB", total as f64 / 1000.0, BUDGET / 1000));
    if total > BUDGET {
        bail!("the first load is {} bytes too large", total - BUDGET);
    }
    Ok(())
}
