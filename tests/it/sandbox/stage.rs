//! The sandbox alone, before an ear that stands where the desk's webhooks are: it checks the signature and
//! reads what comes with the real adapter, so that both ends of the wire are tried.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use contract::Body;
use contract::sandbox::{Faults, PhoneAct, PhoneView};
use desk::auth::seal::Place;
use desk::channels::client::{CallError, Reach};
use desk::channels::meta::Meta;
use desk::channels::{Account, Inbound, Item, Outcome, Outgoing, Provider, Recipient, What};
use desk::store::Store;
use desk::{Config, Desk, sandbox};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};
use tests::Database;
use uuid::Uuid;

use crate::protocol;

/// The business's number at the provider.
pub const LINE: &str = "106540352242922";
/// A phone that shows its number.
pub const ANA: &str = "4917139200042";
/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the ear has heard.
#[derive(Clone)]
struct Ear {
    items: Arc<Mutex<Vec<Item>>>,
    refusals: Arc<AtomicU32>,
    account: Account,
}

/// The sandbox and its surroundings.
pub struct Stage {
    pub desk: Desk,
    pub url: String,
    pub http: reqwest::Client,
    database: Database,
    ear: Ear,
}

impl Stage {
    pub async fn open() -> Stage {
        let database = Database::fresh().await;
        let store = Store::open(&database.url, 10).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let desk = desk::state::desk(config(&url), store).unwrap();
        let api_base = format!("{url}/sandbox/meta/v25.0");
        connect(&desk, &database.url, &api_base).await;
        let values = [("app_secret", "a secret"), ("access_token", "a-token")];
        let values = values.map(|(key, value)| (key.to_owned(), vec![value.into()]));
        let account = Account::new(&api_base, BTreeMap::from(values));
        let ear = Ear { items: Arc::default(), refusals: Arc::default(), account };
        let app = Router::new()
            .nest("/sandbox", sandbox::router(desk.clone()))
            .nest("/api/sandbox", sandbox::api(desk.clone()))
            .merge(Router::new().route("/webhooks/meta/{connection}", post(hear)).with_state(ear.clone()));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        sandbox::ensure_phones(&desk).await.unwrap();
        tokio::spawn(sandbox::webhooks::run(desk.clone()));
        Stage { desk, url, http: reqwest::Client::new(), database, ear }
    }

    /// The next so many webhooks are answered with 500.
    pub fn refuse(&self, webhooks: u32) {
        self.ear.refusals.store(webhooks, Ordering::SeqCst);
    }

    /// Sends as the desk does.
    pub async fn try_send(&self, to: Recipient, what: What) -> Result<Outcome, CallError> {
        let outgoing = Outgoing { to, what, opaque: Some("delivery-1".to_owned()) };
        let call = protocol::call(&Meta, &self.ear.account, LINE, &outgoing).unwrap();
        let answer = self.desk.client.send(call, Reach::Local).await?;
        Ok(Meta.outcome(&answer))
    }

    /// Sends something that is taken, and answers with its id.
    pub async fn send(&self, to: Recipient, what: What) -> String {
        match self.try_send(to, what).await.unwrap() {
            Outcome::Accepted { id, .. } => id,
            other => panic!("it was not taken: {other:?}"),
        }
    }

    /// Sends something that is refused, and answers with the code.
    pub async fn refused(&self, to: Recipient, what: What) -> String {
        match self.try_send(to, what).await.unwrap() {
            Outcome::Refused(fault) => fault.code,
            other => panic!("it was not refused: {other:?}"),
        }
    }

    pub async fn act(&self, phone: &str, act: PhoneAct) -> Option<String> {
        let url = format!("{}/api/sandbox/phones/{phone}/lines/{LINE}/acts", self.url);
        let answer = self.http.post(url).json(&act).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let answer: Value = answer.json().await.unwrap();
        answer["message"].as_str().map(str::to_owned)
    }

    /// The customer writes.
    pub async fn write(&self, phone: &str, text: &str) -> String {
        self.act(phone, PhoneAct::Send { body: Body::text(text), quoted: None }).await.unwrap()
    }

    pub async fn view(&self, phone: &str, known: i64, wait_ms: u32) -> PhoneView {
        let url =
            format!("{}/api/sandbox/phones/{phone}/lines/{LINE}?known={known}&wait_ms={wait_ms}", self.url);
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    pub async fn faults(&self, faults: Faults) {
        let url = format!("{}/api/sandbox/faults", self.url);
        assert_eq!(self.http.put(url).json(&faults).send().await.unwrap().status(), 200);
    }

    /// Calls `messages` by hand: the HTTP status and Meta's code.
    pub async fn post(&self, token: &str, line: &str, body: &Value) -> (u16, u64) {
        let url = format!("{}/sandbox/meta/v25.0/{line}/messages", self.url);
        let answer = self.http.post(url).bearer_auth(token).json(body).send().await.unwrap();
        let status = answer.status().as_u16();
        let answer: Value = answer.json().await.unwrap();
        (status, answer["error"]["code"].as_u64().unwrap_or(0))
    }

    /// The statuses of a message, in the order in which they came, failures with their code.
    pub fn statuses(&self, id: &str) -> Vec<String> {
        let items = self.ear.items.lock().unwrap();
        let word = |item: &Item| match item {
            Item::Status(status) if status.id == id => {
                assert_eq!(status.opaque.as_deref(), Some("delivery-1"));
                let code = status.fault.as_ref().map(|fault| format!(" {}", fault.code));
                Some(format!("{}{}", status.word.as_str(), code.unwrap_or_default()))
            }
            _ => None,
        };
        items.iter().filter_map(word).collect()
    }

    /// Waits for so many statuses.
    pub async fn until_statuses(&self, id: &str, count: usize) -> Vec<String> {
        self.until(|stage| stage.statuses(id).len() >= count).await;
        self.statuses(id)
    }

    /// The messages that have come in.
    pub fn inbound(&self) -> Vec<Inbound> {
        let items = self.ear.items.lock().unwrap();
        let inbound = |item: &Item| match item {
            Item::Message(inbound) => Some((**inbound).clone()),
            Item::Rejected { reason, .. } | Item::Ignored { reason, .. } => panic!("not read: {reason}"),
            _ => None,
        };
        items.iter().filter_map(inbound).collect()
    }

    /// Waits for so many messages to come in.
    pub async fn until_inbound(&self, count: usize) -> Vec<Inbound> {
        self.until(|stage| stage.inbound().len() >= count).await;
        self.inbound()
    }

    pub async fn until(&self, holds: impl Fn(&Stage) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            assert!(start.elapsed() < PATIENCE, "it does not come about");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until the desk has every webhook.
    pub async fn until_quiet(&self) {
        let start = Instant::now();
        while self.desk.store.sandbox_waiting().await.unwrap() > 0 {
            assert!(start.elapsed() < PATIENCE, "webhooks are left over");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A process that holds every thread has been killed: its claims run out in so many milliseconds.
    pub async fn claimed_by_the_dead(&self, ms: u32) {
        let mut connection = PgConnection::connect(&self.database.url).await.unwrap();
        let sql = format!(
            "update sandbox_threads set holder = gen_random_uuid(),
             lease_until = desk_now() + interval '{ms} milliseconds'"
        );
        connection.execute(sql.as_str()).await.unwrap();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.desk.stop.cancel();
    }
}

async fn hear(State(ear): State<Ear>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let refuse = |left: u32| left.checked_sub(1);
    if ear.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, refuse).is_ok() {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    if !body.is_ascii() || !protocol::genuine(&Meta, &headers, &body, &ear.account) {
        return StatusCode::UNAUTHORIZED;
    }
    let items = protocol::parse(&Meta, Some("application/json"), &body).unwrap();
    ear.items.lock().unwrap().extend(items);
    StatusCode::OK
}

pub fn config(url: &str) -> Config {
    Config {
        public_url: url.parse().unwrap(),
        local_url: url.parse().unwrap(),
        trusted_proxies: Vec::new(),
        allowed_hosts: Vec::new(),
        sandbox: true,
        secret_key: vec![7; 32].into(),
        ledger_days: 14,
        build: "test".to_owned(),
        database_connections: 10,
        media: desk::media::Place::Folder(std::env::temp_dir().join("baton-stage")),
    }
}

/// A connection to the sandbox with one number.
async fn connect(desk: &Desk, database: &str, api_base: &str) {
    let mut connection = PgConnection::connect(database).await.unwrap();
    let id = Uuid::now_v7();
    sqlx::query(
        "insert into connections (id, provider, name, api_base, sandbox) values ($1, 'meta', 'S', $2, true)",
    )
    .bind(id)
    .bind(api_base)
    .execute(&mut connection)
    .await
    .unwrap();
    for (field, value) in [("app_secret", "a secret"), ("access_token", "a-token")] {
        let row = Uuid::now_v7();
        let place = Place { table: "connection_secrets", column: "sealed", row };
        sqlx::query(
            "insert into connection_secrets (id, connection_id, field, sealed) values ($1, $2, $3, $4)",
        )
        .bind(row)
        .bind(id)
        .bind(field)
        .bind(desk.seal.seal(&place, value))
        .execute(&mut connection)
        .await
        .unwrap();
    }
    sqlx::query(
        "insert into channels (id, connection_id, provider_channel, name, number, rate)
         values ($1, $2, $3, 'Shop', '+1 555 550 0100', 80)",
    )
    .bind(Uuid::now_v7())
    .bind(id)
    .bind(LINE)
    .execute(&mut connection)
    .await
    .unwrap();
}

/// Ana, by her number.
pub fn ana() -> Recipient {
    Recipient { phone: Some(ANA.to_owned()), user_id: None, ..Recipient::default() }
}

pub fn text(text: &str) -> What {
    What::Message { body: Body::text(text), quoted: None }
}

/// A call that is in order.
pub fn plain_call() -> Value {
    json!({ "messaging_product": "whatsapp", "to": ANA, "type": "text", "text": { "body": "x" } })
}
