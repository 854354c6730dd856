//! What is measured: the release build as a process of its own, over a durable database of its own, with one
//! connection and one number.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use contract::{ChannelId, ConnectionId, Role};
use desk::Desk;
use desk::store::Store;
use serde_json::{Value, json};
use sqlx::Connection;
use tests::desk::{APP_SECRET, LINE, SECRET_KEY, add_channel, add_connection, add_person, ledger_of};
use tests::meta::{messages, signature, text};
use tests::process::{binary, free_port};
use tests::{Database, Login, Process};

use crate::cpu::Servers;
use crate::figures::{approx, tell};
use crate::http;

/// Where nothing is, for a desk that sends nothing.
pub const NOWHERE: &str = "http://127.0.0.1:9";
/// The longest wait for a ledger to become empty.
const PATIENCE: Duration = Duration::from_secs(120);

/// A desk that runs. The process ends before its database goes.
pub struct World {
    pub process: Process,
    /// Its parts, for what is set up beside it. No job of it runs.
    pub desk: Desk,
    pub connection: ConnectionId,
    pub channel: ChannelId,
    pub port: u16,
    pub database: Database,
}

impl World {
    /// Starts a desk whose provider is at this address.
    pub async fn start(api_base: &str) -> Result<World> {
        let database = migrated().await?;
        let port = free_port();
        let desk = parts(&database, port)?;
        database.sql("update desk set organisation = 'Load'").await;
        let connection = add_connection(&database, &desk, api_base).await;
        let channel = add_channel(&database, connection, LINE).await;
        let process = Process::start(&database.url, port).await;
        Ok(World { process, desk, connection, channel, port, database })
    }

    /// A webhook as Meta sends it, ready for the wire.
    pub fn webhook(&self, webhook: &Value) -> Result<Vec<u8>> {
        let body = serde_json::to_vec(webhook).context("writing a webhook")?;
        let header = format!("x-hub-signature-256: {}\r\n", signature(APP_SECRET, &body));
        Ok(http::post(&format!("/webhooks/meta/{}", self.connection), &header, &body))
    }

    /// Its processes and those of its database.
    pub async fn servers(&self) -> Result<Servers> {
        let mut connection = self.database.connect().await;
        let (backend,): (i32,) = sqlx::query_as("select pg_backend_pid()").fetch_one(&mut connection).await?;
        // Asked while the backend is there.
        let servers = Servers::new(self.process.pid(), backend.unsigned_abs());
        connection.close().await?;
        servers
    }

    /// Waits until every webhook is applied.
    pub async fn drained(&self) -> Result<()> {
        let mut connection = self.database.connect().await;
        let begun = Instant::now();
        loop {
            let asked = Instant::now();
            let (left,): (bool,) =
                sqlx::query_as("select exists(select 1 from ledger where state = 'pending')")
                    .fetch_one(&mut connection)
                    .await?;
            if !left {
                break;
            }
            if begun.elapsed() > PATIENCE {
                tell(&format!("after {} s the ledger is still not empty", PATIENCE.as_secs()));
                break;
            }
            // Asking is dear while dead entries fill the index: it must not slow down what it waits for.
            tokio::time::sleep(Duration::from_millis(5).max(asked.elapsed() * 25)).await;
        }
        connection.close().await?;
        Ok(())
    }

    /// Everything that was received has become something, or does so soon.
    pub async fn balanced(&self) -> Result<contract::settings::LedgerView> {
        let begun = Instant::now();
        let mut view = ledger_of(&self.database).await;
        while view.pending > 0 && begun.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(100)).await;
            view = ledger_of(&self.database).await;
        }
        ensure!(
            view.balanced() && view.pending == 0 && view.rejected == 0,
            "the ledger does not balance: {view:?}"
        );
        Ok(view)
    }

    /// A colleague who is signed in: who, and their cookie.
    pub async fn colleague(&self, name: &str, role: Role) -> Result<(Login, String)> {
        let login = add_person(&self.desk, name, role).await;
        // A crowd signs in from one address: what is counted against that is taken back.
        self.database.sql("delete from sign_in_tries").await;
        let body = format!(
            "email={}&password={}",
            login.email.replace('@', "%40"),
            login.password.replace(' ', "+")
        );
        let client =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?;
        let answer = client
            .post(format!("{}/login", self.process.url))
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await?;
        let set = answer.headers().get("set-cookie").context("nobody was signed in")?.to_str()?;
        Ok((login, set.split(';').next().unwrap_or_default().to_owned()))
    }

    /// Lets so many customers write once, one after the other.
    pub async fn customers_write(&self, customers: usize) -> Result<()> {
        let webhooks = (0..customers).map(|n| self.webhook(&says(n, &format!("wamid.first.{n}"), "Hello?")));
        let webhooks: Vec<_> = webhooks.collect::<Result<_>>()?;
        let asked = http::closed_loop(self.port, &webhooks.into(), 8, PATIENCE).await?;
        ensure!(asked.failed.is_empty(), "{} first messages were refused", asked.failed.len());
        self.drained().await
    }
}

/// A fresh database with the schema, made by the program itself.
pub async fn migrated() -> Result<Database> {
    let program = binary();
    let database = Database::empty().await;
    let output = Command::new(program).arg("migrate").env("DATABASE_URL", &database.url).output()?;
    ensure!(output.status.success(), "baton migrate failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(database)
}

/// The parts of a desk over the same database and with the same key as the process.
fn parts(database: &Database, port: u16) -> Result<Desk> {
    let url: reqwest::Url = format!("http://127.0.0.1:{port}").parse().context("our own address")?;
    let config = desk::Config {
        public_url: url.clone(),
        local_url: url,
        trusted_proxies: Vec::new(),
        allowed_hosts: Vec::new(),
        sandbox: false,
        secret_key: SECRET_KEY.to_vec().into(),
        ledger_days: 14,
        build: "load".to_owned(),
        database_connections: 2,
        media: database.media(),
    };
    desk::state::desk(config, Store::open(&database.url, 2)?)
}

/// The number of a customer.
pub fn number(customer: usize) -> String {
    format!("49151{customer:08}")
}

/// A webhook with a message of a customer.
pub fn says(customer: usize, id: &str, words: &str) -> Value {
    let from = number(customer);
    messages(&from, &[text(&from, id, words)])
}

/// A webhook with a message each of several customers.
pub fn say(customers: &[usize], id: &str, words: &str) -> Value {
    let each: Vec<(String, String)> = customers.iter().map(|n| (number(*n), format!("{id}.{n}"))).collect();
    let texts: Vec<Value> = each.iter().map(|(from, id)| text(from, id, words)).collect();
    let contacts =
        each.iter().map(|(from, _)| json!({"profile": {"name": format!("Customer {from}")}, "wa_id": from}));
    let contacts: Value = contacts.collect();
    let mut webhook = messages("", &texts);
    webhook["entry"][0]["changes"][0]["value"]["contacts"] = contacts;
    webhook
}

/// So many things in this time, a second.
pub fn rate(count: usize, time: Duration) -> f64 {
    approx(count) / time.as_secs_f64().max(f64::EPSILON)
}
