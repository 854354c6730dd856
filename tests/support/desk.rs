//! A desk in this process, on a port of its own, with its jobs running.

use std::sync::Arc;
use std::time::Duration;

use contract::team::{Asking, Assigning, OnLapse, Placing, TeamDraft};
use contract::{AgentId, BotId, ChannelId, ConnectionId, Role, TeamId};
use desk::Desk;
use desk::auth::seal::Place;
use desk::auth::sessions::{self, SignedIn};
use desk::flows::Agent;
use desk::store::Store;
use desk::store::people::NewAgent;
use secrecy::SecretString;
use sqlx::Connection;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::database::Database;
use crate::provider::Provider;
use crate::until;

pub const SECRET_KEY: [u8; 32] = [7; 32];
/// The app secret of every test connection.
pub const APP_SECRET: &str = "an app secret for tests";
/// The token of every test connection.
pub const ACCESS_TOKEN: &str = "an access token for tests";
/// The provider's id of the test channel.
pub const LINE: &str = "109900000000001";
pub const PASSWORD: &str = "lantern quarry mosaic thistle";

/// Somebody who can sign in.
#[derive(Debug, Clone)]
pub struct Login {
    pub id: AgentId,
    pub name: String,
    pub email: String,
    pub password: String,
}

/// A desk for one test.
pub struct TestDesk {
    pub desk: Desk,
    pub store: Store,
    pub database: Arc<Database>,
    pub provider: Provider,
    pub connection: ConnectionId,
    pub channel: ChannelId,
    url: String,
    admin: Login,
    http: reqwest::Client,
}

impl TestDesk {
    /// A desk with an admin, a connection to a recording provider, and one channel without a bot.
    pub async fn start() -> TestDesk {
        TestDesk::over(Arc::new(Database::fresh().await)).await
    }

    /// Another process's worth of desk over the same database, with the same connection and channel.
    pub async fn another(&self) -> TestDesk {
        let (desk, url) = serve(&self.database).await;
        TestDesk {
            store: desk.store.clone(),
            desk,
            database: self.database.clone(),
            provider: self.provider.clone(),
            connection: self.connection,
            channel: self.channel,
            url,
            admin: self.admin.clone(),
            http: client(),
        }
    }

    async fn over(database: Arc<Database>) -> TestDesk {
        let (desk, url) = serve(&database).await;
        let provider = Provider::start().await;
        let admin = add_person(&desk, "Alma Admin", Role::Admin).await;
        database.sql("update desk set organisation = 'Test shop'").await;
        let connection = add_connection(&database, &desk, &provider.url).await;
        let channel = add_channel(&database, connection, LINE).await;
        desk.bus.channels();
        TestDesk {
            store: desk.store.clone(),
            desk,
            database,
            provider,
            connection,
            channel,
            url,
            admin,
            http: client(),
        }
    }

    /// Where it is reached.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The first admin.
    pub fn admin(&self) -> Login {
        self.admin.clone()
    }

    /// A client that follows no redirect.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub async fn sql(&self, statement: &str) {
        self.database.sql(statement).await;
    }

    /// Somebody who works in the inbox.
    pub async fn agent(&self, name: &str) -> Login {
        add_person(&self.desk, name, Role::Agent).await
    }

    /// Somebody as the flows know them.
    pub fn acting(login: &Login) -> Agent {
        Agent { id: login.id, role: Role::Agent }
    }

    /// The cookie of a new session, as a request sends it.
    pub async fn cookie(&self, login: &Login) -> String {
        let body = format!(
            "email={}&password={}",
            login.email.replace('@', "%40"),
            login.password.replace(' ', "+")
        );
        let answer = self
            .http
            .post(format!("{}/login", self.url))
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .unwrap();
        let set = answer.headers()["set-cookie"].to_str().unwrap();
        set.split(';').next().unwrap().to_owned()
    }

    /// Somebody's session without a request.
    pub async fn signed_in(&self, login: &Login) -> SignedIn {
        let session = sessions::without_cookie(&self.desk);
        let known = self.store.agent_by_email(&login.email).await.unwrap().unwrap();
        let address = std::net::Ipv4Addr::LOCALHOST.into();
        sessions::sign_in(&self.desk, &session, &known, address, "test").await.unwrap();
        sessions::signed_in(&self.desk, &session).await.unwrap().unwrap()
    }

    /// Gives the channel the built-in bot.
    pub async fn with_bot(&self) -> BotId {
        let id = Uuid::now_v7();
        let definition = desk::bots::flow::default_definition();
        sqlx::query("insert into bots (id, name, kind, definition) values ($1, 'Robin', 'flow', $2)")
            .bind(id)
            .bind(sqlx::types::Json(definition))
            .execute(&mut self.database.connect().await)
            .await
            .unwrap();
        self.sql(&format!("update channels set bot_id = '{id}' where id = '{}'", self.channel)).await;
        BotId(id)
    }

    /// Somebody has a page open, and takes work.
    pub async fn comes(&self, login: &Login) {
        self.sql(&format!(
            "insert into presence (socket_id, agent_id, until)
             values (gen_random_uuid(), '{}', desk_now() + interval '1 day')",
            login.id
        ))
        .await;
    }

    /// Somebody has no page open any more.
    pub async fn goes(&self, login: &Login) {
        self.sql(&format!("delete from presence where agent_id = '{}'", login.id)).await;
    }

    /// A team that answers on the channel.
    pub async fn team(&self, name: &str, members: &[&Login]) -> TeamId {
        self.team_like(name, members, |_| {}).await
    }

    /// A team that answers on the channel, changed before it is made.
    pub async fn team_like(
        &self,
        name: &str,
        members: &[&Login],
        change: impl FnOnce(&mut TeamDraft),
    ) -> TeamId {
        let mut draft = TeamDraft {
            name: name.to_owned(),
            zone: "Europe/Berlin".to_owned(),
            asking: Asking::OneByOne,
            assigning: Assigning::default(),
            offer_seconds: 600,
            on_lapse: OnLapse::Stays,
            members: members.iter().map(|login| login.id).collect(),
            placing: Placing::default(),
        };
        change(&mut draft);
        let team = desk::flows::teams::save(&self.desk, None, draft).await.unwrap();
        self.sql(&format!("update channels set team_id = '{team}' where id = '{}'", self.channel)).await;
        team
    }

    /// The time of whatever a conversation is waiting for has come.
    pub async fn time_comes(&self, id: contract::ConversationId) {
        self.sql(&format!(
            "with o as (update offers set until = desk_now() where conversation_id = '{id}' and state = 'open')
             update handoffs set due_at = desk_now() where conversation_id = '{id}' and ended_at is null"
        ))
        .await;
    }

    /// Waits until nothing is left to do.
    pub async fn settled(&self) {
        until("the desk has nothing left to do", || async {
            let waiting = self.store.waiting().await.unwrap();
            let left = waiting.ledger_pending
                + waiting.deliveries_queued
                + waiting.deliveries_sending
                + waiting.bot_turns;
            (left == 0).then_some(())
        })
        .await;
    }

    /// `received = applied + duplicate + ignored + rejected + pending`, and what it is made of.
    pub async fn ledger(&self) -> contract::settings::LedgerView {
        let view = ledger_of(&self.database).await;
        assert!(view.balanced(), "the ledger does not balance: {view:?}");
        view
    }

    /// Ends its jobs, as a process that stops does.
    pub async fn stop(&self) {
        desk::jobs::stop(&self.desk, Duration::from_secs(10)).await;
    }
}

impl Drop for TestDesk {
    fn drop(&mut self) {
        self.desk.stop.cancel();
    }
}

/// The ledger's sums, straight from the table.
pub async fn ledger_of(database: &Database) -> contract::settings::LedgerView {
    let row: (i64, i64, i64, i64, i64, i64) = sqlx::query_as(
        "select coalesce(sum(coalesce(items, 1)), 0)::bigint, coalesce(sum(applied), 0)::bigint,
                coalesce(sum(duplicate), 0)::bigint, coalesce(sum(ignored), 0)::bigint,
                coalesce(sum(rejected), 0)::bigint,
                coalesce(sum(case when items is null then 1 else parked end), 0)::bigint
           from ledger",
    )
    .fetch_one(&mut database.connect().await)
    .await
    .unwrap();
    contract::settings::LedgerView {
        received: row.0,
        applied: row.1,
        duplicate: row.2,
        ignored: row.3,
        rejected: row.4,
        pending: row.5,
        rejections: Vec::new(),
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

fn config(url: &str, database: &Database) -> desk::Config {
    desk::Config {
        public_url: url.parse().unwrap(),
        local_url: url.parse().unwrap(),
        trusted_proxies: Vec::new(),
        allowed_hosts: vec!["127.0.0.1".to_owned()],
        sandbox: false,
        secret_key: SECRET_KEY.to_vec().into(),
        ledger_days: 14,
        build: "test".to_owned(),
        database_connections: 12,
        media: database.media(),
    }
}

async fn serve(database: &Database) -> (Desk, String) {
    // What the desk says is shown when a test fails, or is run with `RUST_LOG`.
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned());
    let _already = tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().try_init();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let store = Store::open(&database.url, 12).unwrap();
    let desk = desk::state::desk(config(&url, database), store).unwrap();
    desk::jobs::start(&desk).await.unwrap();
    let router = desk::http::layers(desk::http::router(desk.clone()), &desk);
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    let stop = desk.stop.clone();
    tokio::spawn(async move {
        axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await.unwrap();
    });
    (desk, url)
}

/// Adds somebody, with the password of all test people.
pub async fn add_person(desk: &Desk, name: &str, role: Role) -> Login {
    static HASH: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
    let password = SecretString::from(PASSWORD);
    let hash = HASH.get_or_init(|| async { desk.passwords.hash(password).await.unwrap() }).await;
    let email = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
    let mut tx = desk.store.begin().await.unwrap();
    let new = NewAgent { name: name.to_owned(), email: email.clone(), role, password_hash: hash.clone() };
    let id = tx.add_agent(&new).await.unwrap();
    tx.commit().await.unwrap();
    Login { id, name: name.to_owned(), email, password: PASSWORD.to_owned() }
}

/// Adds a connection to Meta at this address.
pub async fn add_connection(database: &Database, desk: &Desk, api_base: &str) -> ConnectionId {
    let fields =
        [("app_secret", APP_SECRET), ("access_token", ACCESS_TOKEN), ("verify_token", "a verify token")];
    add_connection_to(database, desk, ("meta", api_base), &fields).await
}

/// Adds a connection to a provider at this address.
pub async fn add_connection_to(
    database: &Database,
    desk: &Desk,
    (provider, api_base): (&str, &str),
    fields: &[(&str, &str)],
) -> ConnectionId {
    let id = Uuid::now_v7();
    let mut connection = database.connect().await;
    // At once, as the desk does: a job must not find it without its secrets.
    let mut tx = connection.begin().await.unwrap();
    sqlx::query("insert into connections (id, provider, name, api_base) values ($1, $3, 'Test', $2)")
        .bind(id)
        .bind(api_base)
        .bind(provider)
        .execute(&mut *tx)
        .await
        .unwrap();
    for &(field, value) in fields {
        let row = Uuid::now_v7();
        let place = Place { table: "connection_secrets", column: "sealed", row };
        sqlx::query(
            "insert into connection_secrets (id, connection_id, field, sealed) values ($1, $2, $3, $4)",
        )
        .bind(row)
        .bind(id)
        .bind(field)
        .bind(desk.seal.seal(&place, value))
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    ConnectionId(id)
}

/// Adds a channel without a bot.
pub async fn add_channel(database: &Database, connection: ConnectionId, line: &str) -> ChannelId {
    let id = Uuid::now_v7();
    sqlx::query(
        "insert into channels (id, connection_id, provider_channel, name, rate)
         values ($1, $2, $3, 'Test line', 1000)",
    )
    .bind(id)
    .bind(connection.0)
    .bind(line)
    .execute(&mut database.connect().await)
    .await
    .unwrap();
    ChannelId(id)
}
