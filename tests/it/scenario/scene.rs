//! A desk with a connection to every provider's stand-in, over real HTTP and two real databases at most: the
//! stand-ins are in the desk's own process, as in the sandbox, or in another one, as providers are.

use std::sync::Arc;

use contract::{BotId, ChannelId, ConnectionId, Role};
use desk::auth::seal::Place;
use desk::channels::PROVIDERS;
use desk::sandbox::stand_in::{StandIn, Value};
use desk::sandbox::{SandboxPhones, stand_in};
use desk::store::Store;
use desk::store::sample::{SampleBot, SampleLine};
use desk::{Config, Desk, sandbox};
use tests::desk::{SECRET_KEY, add_person};
use tests::{Database, Login};
use uuid::Uuid;

use super::line::Line;
use super::tap::Tap;

/// Where the stand-ins are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// In the desk, which is a sandbox.
    Inside,
    /// In another process, over a database of their own; the desk is none.
    Apart,
}

/// A desk, its providers, and somebody who works there.
pub struct Scene {
    pub desk: Desk,
    pub database: Arc<Database>,
    pub phones: SandboxPhones,
    /// The database of the stand-ins.
    pub theirs: Arc<Database>,
    pub tap: Tap,
    pub sara: Login,
    pub cookie: String,
    lines: Vec<(&'static str, ConnectionId, ChannelId, String)>,
}

impl Scene {
    pub async fn open(place: Where) -> Scene {
        let tap = Tap::open().await;
        let database = Arc::new(Database::fresh().await);
        let (desk, url) = serve(&tap, &database, place == Where::Inside).await;
        desk::jobs::start(&desk).await.unwrap();
        let (stand, theirs, their_url) = match place {
            Where::Inside => (desk.clone(), database.clone(), url.clone()),
            Where::Apart => {
                let theirs = Arc::new(Database::fresh().await);
                let (stand, url) = serve(&tap, &theirs, true).await;
                // Nothing of a desk goes on there: else it would answer, too, what its own stand-ins list.
                tokio::spawn(sandbox::webhooks::run(stand.clone()));
                (stand, theirs, url)
            }
        };
        tap.leads_to(&url, &their_url);
        let (bot, lines) = connections(&desk, &tap.url);
        add(&desk, &bot, &lines).await;
        if place == Where::Apart {
            add(&stand, &bot, &lines).await;
        }
        desk.bus.channels();
        let sara = add_person(&desk, "Sara", Role::Agent).await;
        let cookie = signed_in(&tap.url, &sara).await;
        let lines = lines
            .into_iter()
            .map(|(word, line)| (word, line.connection, line.channel, line.provider_channel));
        let lines = lines.collect();
        Scene { desk, database, phones: SandboxPhones(stand), theirs, tap, sara, cookie, lines }
    }

    /// A line at every provider, in the order of the table.
    pub fn lines(&self) -> Vec<Line<'_>> {
        let lines = super::matrix::PROVIDERS.iter().map(|word| {
            let (word, connection, channel, provider_channel) =
                self.lines.iter().find(|(known, ..)| known == word).unwrap();
            Line {
                scene: self,
                provider: desk::channels::provider(word).unwrap(),
                word,
                connection: *connection,
                channel: *channel,
                provider_channel,
            }
        });
        lines.collect()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.desk.stop.cancel();
        self.phones.0.stop.cancel();
    }
}

fn config(tap: &Tap, database: &Database, sandbox: bool) -> Config {
    Config {
        public_url: tap.url.parse().unwrap(),
        local_url: tap.url.parse().unwrap(),
        trusted_proxies: Vec::new(),
        allowed_hosts: vec!["127.0.0.1".to_owned()],
        sandbox,
        secret_key: SECRET_KEY.to_vec().into(),
        ledger_days: 14,
        build: "test".to_owned(),
        database_connections: 10,
        media: database.media(),
    }
}

/// A desk's worth of a process.
async fn serve(tap: &Tap, database: &Database, sandbox: bool) -> (Desk, String) {
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned());
    let _already = tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().try_init();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let store = Store::open(&database.url, 10).unwrap();
    let desk = desk::state::desk(config(tap, database, sandbox), store).unwrap();
    let router = desk::http::layers(desk::http::router(desk.clone()), &desk);
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    let stop = desk.stop.clone();
    tokio::spawn(async move {
        axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await.unwrap();
    });
    (desk, url)
}

/// A number at every provider, as the sample shop has it, and the bot that answers there.
fn connections(desk: &Desk, tap: &str) -> (SampleBot, Vec<(&'static str, SampleLine)>) {
    let bot = SampleBot {
        id: BotId(Uuid::now_v7()),
        name: "Robin".to_owned(),
        kind: desk::bots::flow::KIND.to_owned(),
        definition: desk::bots::flow::default_definition(),
    };
    let line = |stand_in: &'static dyn StandIn| {
        let word = stand_in.provider();
        let (sample, about) = (stand_in.sample(), desk::channels::provider(word).unwrap().about());
        let api_base = format!("{tap}/sandbox/{word}{}", stand_in.version());
        let given =
            |key: &str| sample.fields.iter().find(|(field, _)| *field == key).map(|(_, value)| *value);
        let needed = about.fields.iter().filter(|field| !field.optional || given(&field.key).is_some());
        let keys = needed.map(|field| field.key.clone()).chain(about.made_up.map(str::to_owned));
        let secrets = keys.map(|key| {
            let value = match given(&key) {
                Some(Value::Is(value)) => value.to_owned(),
                Some(Value::Base) => api_base.clone(),
                Some(Value::MadeUp) | None => format!("a {key} for tests at {word}"),
            };
            let row = Uuid::now_v7();
            let place = Place { table: "connection_secrets", column: "sealed", row };
            (row, key, desk.seal.seal(&place, &value))
        });
        let line = SampleLine {
            provider: word.to_owned(),
            connection: ConnectionId(Uuid::now_v7()),
            secrets: secrets.collect(),
            api_base: api_base.clone(),
            channel: ChannelId(Uuid::now_v7()),
            provider_channel: sample.channel.to_owned(),
            number: sample.number.to_owned(),
            name: sample.name.to_owned(),
            bot: bot.id,
            rate: i32::try_from(about.rate).unwrap(),
        };
        (word, line)
    };
    let words = PROVIDERS.iter().map(|provider| provider.about().provider);
    let lines = words.map(|word| line(stand_in(word).unwrap())).collect();
    (bot, lines)
}

async fn add(desk: &Desk, bot: &SampleBot, lines: &[(&'static str, SampleLine)]) {
    let mut tx = desk.store.begin().await.unwrap();
    tx.add_sample_bot(bot).await.unwrap();
    for (_, line) in lines {
        tx.add_sample_line(line).await.unwrap();
    }
    tx.commit().await.unwrap();
    if desk.config.sandbox {
        sandbox::ensure_phones(desk).await.unwrap();
    }
}

/// The cookie of a new session.
async fn signed_in(url: &str, who: &Login) -> String {
    let http =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let form = [("email", who.email.as_str()), ("password", who.password.as_str())];
    let form = reqwest::Url::parse_with_params("http://form.example", form).unwrap();
    let answer = http
        .post(format!("{url}/login"))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.query().unwrap().to_owned())
        .send()
        .await
        .unwrap();
    let set = answer.headers()["set-cookie"].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}
