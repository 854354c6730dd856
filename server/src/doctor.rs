//! `baton doctor`: what is wrong with the database and the settings, and what to do about it.

use std::os::unix::fs::PermissionsExt;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use desk::store::Store;
use desk::store::show::{Backlog, Health};

use crate::database::Database;
use crate::settings::{DeskFlags, Settings};
use crate::{key, out};

/// A writing transaction that is open for longer holds the feed back noticeably.
const LONG_TRANSACTION_MS: i64 = 15_000;
/// A webhook that waits for longer is one that nobody works on.
const LONG_PENDING_MS: i64 = 60_000;
/// How long the database may take to answer at all.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a check has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

/// Checks and their findings, as they are printed.
struct Report {
    worst: Verdict,
}

impl Report {
    fn say(&mut self, verdict: Verdict, check: &str, finding: &str) {
        self.worst = self.worst.max(verdict);
        let word = match verdict {
            Verdict::Ok => "ok  ",
            Verdict::Warn => "warn",
            Verdict::Fail => "fail",
        };
        out::line(&format!("{word}  {check:<12} {finding}"));
    }
}

/// Makes all checks. 1 if any failed, 0 if not.
pub async fn run(flags: DeskFlags) -> Result<ExitCode> {
    let mut report = Report { worst: Verdict::Ok };
    match Settings::read(flags) {
        Ok(settings) => {
            report.say(Verdict::Ok, "settings", "can be used");
            settings_checks(&mut report, &settings);
            database_checks(&mut report, &settings).await?;
        }
        Err(error) => report.say(Verdict::Fail, "settings", &format!("{error:#}")),
    }
    Ok(if report.worst == Verdict::Fail { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn settings_checks(report: &mut Report, settings: &Settings) {
    match (&settings.public_url, settings.is_private()) {
        (None, true) => report.say(Verdict::Ok, "public_url", "not set: this desk is for this machine alone"),
        (None, false) => report.say(
            Verdict::Fail,
            "public_url",
            "not set, though the desk listens to other machines: sign-in and webhooks need the address by which \
             it is reached",
        ),
        (Some(url), _) if url.scheme() == "https" => report.say(Verdict::Ok, "public_url", url.as_str()),
        (Some(url), true) => report.say(Verdict::Ok, "public_url", &format!("{url} (this machine alone)")),
        (Some(url), false) => report.say(
            Verdict::Fail,
            "public_url",
            &format!("{url} is not https: nobody can sign in, and Meta sends no webhooks there"),
        ),
    }
    match settings.site.join("pkg").is_dir() {
        true => report.say(Verdict::Ok, "site", &settings.site.display().to_string()),
        false => report.say(
            Verdict::Warn,
            "site",
            &format!(
                "{} has no pkg folder: run `cargo xtask build`, or name the right one",
                settings.site.display()
            ),
        ),
    }
    key_check(report, settings);
}

fn key_check(report: &mut Report, settings: &Settings) {
    if settings.secret_key.is_some() {
        return report.say(Verdict::Ok, "secret_key", "given");
    }
    let file = key::file(settings);
    match std::fs::metadata(&file) {
        Err(_) => report.say(
            Verdict::Ok,
            "secret_key",
            &format!("{} will be made at the first start", file.display()),
        ),
        Ok(known) if known.permissions().mode() & 0o077 != 0 => report.say(
            Verdict::Fail,
            "secret_key",
            &format!("{} can be read by others: `chmod 600` it", file.display()),
        ),
        Ok(_) => report.say(Verdict::Ok, "secret_key", &file.display().to_string()),
    }
}

async fn database_checks(report: &mut Report, settings: &Settings) -> Result<()> {
    let database = match Database::start(settings, |_| {}).await {
        Ok(database) => database,
        Err(error) => {
            report.say(Verdict::Fail, "database", &format!("{error:#}"));
            return Ok(());
        }
    };
    match database.open(2) {
        Ok(store) => look_into(report, settings, &store).await,
        Err(error) => report.say(Verdict::Fail, "database", &format!("{error:#}")),
    }
    database.stop().await
}

async fn look_into(report: &mut Report, settings: &Settings, store: &Store) {
    let health = match tokio::time::timeout(PATIENCE, store.health()).await {
        Ok(Ok(health)) => health,
        Ok(Err(error)) => return report.say(Verdict::Fail, "database", &error.to_string()),
        Err(_) => return report.say(Verdict::Fail, "database", "does not answer"),
    };
    health_checks(report, &health);
    if health.migrations.is_none() {
        return;
    }
    media_check(report, settings, store).await;
    loads_check(report, store).await;
    match store.backlog().await {
        Ok(backlog) => backlog_checks(report, settings, &backlog),
        Err(error) => report.say(
            Verdict::Fail,
            "schema",
            &format!("is not this build's ({error}): run `baton migrate`"),
        ),
    }
}

async fn loads_check(report: &mut Report, store: &Store) {
    match store.wrong_loads().await {
        Ok(0) => report.say(Verdict::Ok, "loads", "what everybody has to do is counted right"),
        Ok(wrong) => report.say(
            Verdict::Fail,
            "loads",
            &format!("{wrong} counters of agents or teams are not what the conversations say"),
        ),
        // A schema of another build is spoken of below.
        Err(_) => {}
    }
}

async fn media_check(report: &mut Report, settings: &Settings, store: &Store) {
    let words = settings.media.words();
    match desk::media::place::belongs(&settings.media, store).await {
        Ok(Some(true)) => report.say(Verdict::Ok, "files", &format!("in {words}")),
        Ok(None) => report.say(Verdict::Ok, "files", &format!("will be in {words}")),
        Ok(Some(false)) => report.say(
            Verdict::Fail,
            "files",
            &format!("{words} is not where the files of this database are: correct media_store or media_dir"),
        ),
        Err(error) => report.say(Verdict::Fail, "files", &format!("{words} cannot be used: {error:#}")),
    }
}

fn health_checks(report: &mut Report, health: &Health) {
    let major = health.version / 10_000;
    match major {
        15..=18 => report.say(Verdict::Ok, "database", &format!("answers; PostgreSQL {major}")),
        19.. => report.say(
            Verdict::Warn,
            "database",
            &format!("answers; PostgreSQL {major} is newer than what we test"),
        ),
        _ => report.say(Verdict::Fail, "database", &format!("PostgreSQL {major} is too old: 15 to 18 work")),
    }
    match health.letters {
        Some(true) => report.say(Verdict::Ok, "locale", "knows letters of every script"),
        None => report.say(Verdict::Ok, "locale", "not asked: pg_trgm is not installed here"),
        Some(false) => report.say(
            Verdict::Fail,
            "locale",
            "takes only ASCII for letters: make the database anew with LC_CTYPE C.UTF-8 or another UTF-8 locale",
        ),
    }
    match health.migrations {
        Some((made, 0)) => report.say(Verdict::Ok, "schema", &format!("{made} migrations")),
        Some((_, failed)) => report.say(
            Verdict::Fail,
            "schema",
            &format!("{failed} migrations failed half-way: restore the database and run `baton migrate`"),
        ),
        None => report.say(
            Verdict::Warn,
            "schema",
            "is not there yet: `baton migrate` or the first start makes it",
        ),
    }
    match health.oldest_writer_ms {
        Some(ms) if ms > LONG_TRANSACTION_MS => report.say(
            Verdict::Warn,
            "transactions",
            &format!(
                "one has been writing for {} s, in whatever database of this server: it delays the feed",
                ms / 1000
            ),
        ),
        _ if !health.sees_others => report.say(
            Verdict::Warn,
            "transactions",
            "this role sees its own alone: `grant pg_read_all_stats` to it",
        ),
        _ => report.say(Verdict::Ok, "transactions", "none writes for long"),
    }
}

fn backlog_checks(report: &mut Report, settings: &Settings, backlog: &Backlog) {
    match backlog.pending_ms {
        Some(ms) if ms > LONG_PENDING_MS => report.say(
            Verdict::Warn,
            "ledger",
            &format!(
                "{} webhooks wait, the oldest for {} s: is a server running?",
                backlog.pending,
                ms / 1000
            ),
        ),
        _ => report.say(Verdict::Ok, "ledger", &format!("{} webhooks wait", backlog.pending)),
    }
    match backlog.in_default {
        0 => report.say(Verdict::Ok, "partitions", "every webhook is in its day's own"),
        rows => report.say(
            Verdict::Warn,
            "partitions",
            &format!("{rows} webhooks are in the partition of last resort: the nightly job has not run"),
        ),
    }
    match backlog.sandboxes {
        0 => report.say(Verdict::Ok, "sandbox", "no connection to it"),
        _ if settings.is_private() => report.say(Verdict::Ok, "sandbox", "only this machine reaches it"),
        many => report.say(
            Verdict::Fail,
            "sandbox",
            &format!("{many} connections to it on a desk that other machines reach: `baton sample remove`, or delete them"),
        ),
    }
    if backlog.plain_http > 0 {
        let many = backlog.plain_http;
        report.say(Verdict::Warn, "connections", &format!("{many} send their credentials over plain http"));
    }
    if backlog.secrets > 0 && settings.secret_key.is_none() && !key::file(settings).exists() {
        report.say(
            Verdict::Fail,
            "secret_key",
            "is missing, though secrets are stored: put the old one back, otherwise they cannot be read",
        );
    }
}
