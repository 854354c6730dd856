//! Every stand-in at once, before an ear that stands where the desk's webhooks are: it keeps what comes as it comes.
//! What is said on the wire is compared with the protocol itself, not with the desk's adapters.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use contract::Body;
use contract::sandbox::{Faults, PhoneAct, PhoneView};
use desk::auth::seal::Place;
use desk::store::Store;
use desk::{Desk, sandbox};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use tests::Database;
use uuid::Uuid;

use super::dialects::{DIALECTS, Dialect, fields, text_at};
use super::stage::config;

/// A phone that shows its number.
pub const ANA: &str = "4917139200042";
/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(20);
/// What is served at the address of a file of the business.
pub const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\nthe business's own picture";

/// A webhook, as it came.
#[derive(Clone)]
pub struct Heard {
    /// The public address, as the provider has it.
    pub url: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Heard {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body, also where it is a form.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| json!(fields(self)))
    }
}

#[derive(Clone)]
struct Ear {
    public: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    answer: Arc<AtomicU16>,
}

/// The stand-ins and their surroundings.
pub struct Exchange {
    pub desk: Desk,
    pub url: String,
    pub http: reqwest::Client,
    ear: Ear,
    _database: Database,
}

/// The public address: not where the sandbox calls, but what it proves.
const PUBLIC: &str = "https://desk.example";

impl Exchange {
    pub async fn open() -> Exchange {
        let database = Database::fresh().await;
        let store = Store::open(&database.url, 10).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut config = config(&url);
        config.public_url = PUBLIC.parse().unwrap();
        let desk = desk::state::desk(config, store).unwrap();
        for dialect in DIALECTS {
            connect(&desk, &database.url, (dialect, &url)).await;
        }
        let ear =
            Ear { public: PUBLIC.to_owned(), heard: Arc::default(), answer: Arc::new(AtomicU16::new(200)) };
        let hooks = Router::new()
            .route("/webhooks/{provider}/{connection}", post(hear))
            .route("/webhooks/{provider}/{connection}/{tail}", post(hear))
            .route("/picture.png", get(picture))
            .with_state(ear.clone());
        let app = Router::new()
            .nest("/sandbox", sandbox::router(desk.clone()))
            .nest("/api/sandbox", sandbox::api(desk.clone()))
            .merge(hooks);
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        sandbox::ensure_phones(&desk).await.unwrap();
        tokio::spawn(sandbox::webhooks::run(desk.clone()));
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Exchange { desk, url, http, ear, _database: database }
    }

    /// Where the calls of a provider go.
    pub fn base(&self, dialect: &Dialect) -> String {
        format!("{}/sandbox/{}", self.url, dialect.provider)
    }

    /// The desk's address of a connection, as the provider has it.
    pub async fn callback(&self, dialect: &Dialect) -> String {
        let numbers = self.desk.store.sandbox_numbers().await.unwrap();
        let number = numbers.into_iter().find(|number| number.provider == dialect.provider).unwrap();
        format!("{PUBLIC}/webhooks/{}/{}", dialect.provider, number.connection)
    }

    /// From now on webhooks are answered with this.
    pub fn answer_with(&self, status: u16) {
        self.ear.answer.store(status, Ordering::SeqCst);
    }

    /// The webhooks of a provider that have come so far.
    pub fn heard(&self, dialect: &Dialect) -> Vec<Heard> {
        let door = format!("{PUBLIC}/webhooks/{}/", dialect.provider);
        let heard = self.ear.heard.lock().unwrap();
        heard.iter().filter(|heard| heard.url.starts_with(&door)).cloned().collect()
    }

    /// Waits for so many webhooks of a provider that hold something, and says what they hold.
    pub async fn until<T>(
        &self,
        dialect: &Dialect,
        count: usize,
        holds: impl Fn(&Heard) -> Option<T>,
    ) -> Vec<T> {
        let start = Instant::now();
        loop {
            let found: Vec<T> = self.heard(dialect).iter().filter_map(&holds).collect();
            if found.len() >= count {
                return found;
            }
            let seen: Vec<String> = self
                .heard(dialect)
                .iter()
                .map(|heard| String::from_utf8_lossy(&heard.body).into_owned())
                .collect();
            assert!(
                start.elapsed() < PATIENCE,
                "{}: only {} of {count} in {seen:#?}",
                dialect.provider,
                found.len()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until nothing is on its way to the desk.
    pub async fn until_quiet(&self) {
        let start = Instant::now();
        while self.desk.store.sandbox_waiting().await.unwrap() > 0 {
            assert!(start.elapsed() < PATIENCE, "webhooks are left over");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Does something on Ana's phone; none where that is refused.
    pub async fn act(&self, dialect: &Dialect, act: PhoneAct) -> Option<String> {
        let url = format!("{}/api/sandbox/phones/{ANA}/lines/{}/acts", self.url, dialect.channel);
        let answer = self.http.post(url).json(&act).send().await.unwrap();
        let status = answer.status();
        let answer: Value = answer.json().await.unwrap();
        assert!(status == 200 || status == 422, "{}: {status} {answer}", dialect.provider);
        answer["message"].as_str().map(str::to_owned)
    }

    /// Ana writes.
    pub async fn write(&self, dialect: &Dialect, text: &str) -> String {
        self.act(dialect, PhoneAct::Send { body: Body::text(text), quoted: None }).await.unwrap()
    }

    pub async fn view(&self, dialect: &Dialect) -> PhoneView {
        let url = format!("{}/api/sandbox/phones/{ANA}/lines/{}", self.url, dialect.channel);
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    pub async fn faults(&self, faults: Faults) {
        let url = format!("{}/api/sandbox/faults", self.url);
        assert_eq!(self.http.put(url).json(&faults).send().await.unwrap().status(), 200);
    }

    /// Sends a text as a client of the provider does: the status and what was answered.
    pub async fn try_send(&self, dialect: &Dialect, text: &str) -> reqwest::Result<(u16, Value)> {
        let callback = self.callback(dialect).await;
        let request = (dialect.text)(self, dialect, (ANA, text, &callback)).await;
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await?;
        Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }

    /// Sends a text that is taken, and answers with its id.
    pub async fn send(&self, dialect: &Dialect, text: &str) -> String {
        let (status, answer) = self.try_send(dialect, text).await.unwrap();
        assert!((200..300).contains(&status), "{}: {status} {answer}", dialect.provider);
        text_at(&answer, dialect.id).unwrap()
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.desk.stop.cancel();
    }
}

async fn hear(State(ear): State<Ear>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let status = StatusCode::from_u16(ear.answer.load(Ordering::SeqCst)).unwrap();
    if status.is_success() {
        let url = format!("{}{uri}", ear.public);
        ear.heard.lock().unwrap().push(Heard { url, headers, body: body.to_vec() });
    }
    status
}

async fn picture() -> Response {
    ([("content-type", "image/png")], PICTURE).into_response()
}

/// A connection of a provider with one number.
async fn connect(desk: &Desk, database: &str, (dialect, url): (&Dialect, &str)) {
    let mut connection = PgConnection::connect(database).await.unwrap();
    let id = Uuid::now_v7();
    let api_base = format!("{url}/sandbox/{}{}", dialect.provider, dialect.version);
    sqlx::query(
        "insert into connections (id, provider, name, api_base, sandbox) values ($1, $2, 'S', $3, true)",
    )
    .bind(id)
    .bind(dialect.provider)
    .bind(api_base)
    .execute(&mut connection)
    .await
    .unwrap();
    for (field, value) in dialect.fields {
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
         values ($1, $2, $3, 'Shop', $4, 80)",
    )
    .bind(Uuid::now_v7())
    .bind(id)
    .bind(dialect.channel)
    .bind(dialect.number)
    .execute(&mut connection)
    .await
    .unwrap();
}
