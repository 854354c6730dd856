//! A desk with a connection to every provider's stand-in, over real HTTP and two real databases at most: the
//! stand-ins are in the desk's own process, as in the sandbox, or in another one, as providers are.

use std::collections::BTreeMap;
use std::sync::Arc;

use contract::{BotId, ChannelId, ConnectionId, Role};
use desk::auth::seal::Place;
use desk::channels::PROVIDERS;
use desk::sandbox::stand_in;
use desk::sandbox::stand_in::{StandIn, Value};
use desk::store::Store;
use desk::store::sample::{SampleBot, SampleLine};
use desk::{Config, Desk, sandbox};
use tests::desk::{SECRET_KEY, add_person};
use tests::{Database, Login, Process};
use uuid::Uuid;

use super::line::Line;
use super::phones::{Account, Phones};
use super::seat::Seat;
use super::tap::Tap;

/// Where the stand-ins are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// In the desk, which is a sandbox, in this process.
    Inside,
    /// In a process of their own, over a database of their own; the desk is another process, built without them.
    Apart,
}

/// A desk, its providers, and somebody who works there.
pub struct Scene {
    /// The desk; where that is another process, a way to its database and a caller of its providers.
    pub desk: Desk,
    pub database: Arc<Database>,
    pub phones: Phones,
    /// The database of the stand-ins, and a way to it.
    pub theirs: Arc<Database>,
    pub stand_ins: Store,
    pub tap: Tap,
    pub sara: Login,
    pub seat: Seat,
    lines: Vec<Known>,
    _processes: Vec<Process>,
}

/// A connection, and its credentials in clear.
struct Known {
    word: &'static str,
    line: SampleLine,
    fields: BTreeMap<String, String>,
}

impl Scene {
    pub async fn open(place: Where) -> Scene {
        let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned());
        let _already = tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().try_init();
        let tap = Tap::open().await;
        let database = Arc::new(Database::fresh().await);
        let store = Store::open(&database.url, 10).unwrap();
        let desk = desk::state::desk(config(&tap, &database, place), store).unwrap();
        let (bot, lines) = connections(&desk, &tap.url);
        let sara = add_person(&desk, "Sara", Role::Agent).await;
        add(&desk, &bot, &lines).await;
        let (url, theirs, processes) = match place {
            Where::Inside => (inside(&tap, &desk).await, database.clone(), Vec::new()),
            Where::Apart => apart(&tap, &database, &lines).await,
        };
        let their_url = processes.first().map_or(&url, |process| &process.url);
        let stand_ins = Store::open(&theirs.url, 4).unwrap();
        let cursor = desk.store.cursor().await.unwrap().to_string();
        Scene {
            phones: Phones::at(their_url),
            seat: Seat::take(&tap.url, &url, &sara, &cursor).await,
            _processes: processes,
            desk,
            database,
            theirs,
            stand_ins,
            tap,
            sara,
            lines,
        }
    }

    /// A line at every provider, in the order of the table.
    pub fn lines(&self) -> Vec<Line<'_>> {
        let lines = super::matrix::PROVIDERS.iter().map(|word| {
            let known = self.lines.iter().find(|known| known.word == *word).unwrap();
            Line {
                scene: self,
                provider: desk::channels::provider(word).unwrap(),
                word,
                connection: known.line.connection,
                channel: known.line.channel,
                provider_channel: &known.line.provider_channel,
            }
        });
        lines.collect()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.desk.stop.cancel();
    }
}

fn config(tap: &Tap, database: &Database, place: Where) -> Config {
    Config {
        public_url: tap.url.parse().unwrap(),
        local_url: tap.url.parse().unwrap(),
        trusted_proxies: Vec::new(),
        allowed_hosts: vec!["127.0.0.1".to_owned()],
        sandbox: place == Where::Inside,
        secret_key: SECRET_KEY.to_vec().into(),
        ledger_days: 14,
        build: "test".to_owned(),
        database_connections: 10,
        media: database.media(),
    }
}

/// Runs the desk, its stand-ins with it, and says where it is.
async fn inside(tap: &Tap, desk: &Desk) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tap.leads_to(&url, &url);
    sandbox::ensure_phones(desk).await.unwrap();
    let router = desk::http::layers(desk::http::router(desk.clone()), desk);
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    let stop = desk.stop.clone();
    tokio::spawn(async move {
        axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await.unwrap();
    });
    desk::jobs::start(desk).await.unwrap();
    url
}

/// Runs the stand-ins and the desk, a process each, and says where the desk is and what the stand-ins' database is.
/// The stand-ins come first.
async fn apart(tap: &Tap, database: &Database, lines: &[Known]) -> (String, Arc<Database>, Vec<Process>) {
    let theirs = Arc::new(Database::fresh().await);
    let stand_ins = Process::start_stand_ins(&theirs.url, &tap.url).await;
    let phones = Phones::at(&stand_ins.url);
    for Known { word, line, fields } in lines {
        let account = Account {
            id: line.connection,
            provider: word,
            channel: &line.provider_channel,
            number: &line.number,
            api_base: &line.api_base,
            fields,
        };
        phones.connect(&account).await;
    }
    // What the desk asks for at its start already has somebody to answer.
    tap.leads_to("http://127.0.0.1:9", &stand_ins.url);
    let desk = Process::start_bare(&database.url, &tap.url).await;
    tap.leads_to(&desk.url, &stand_ins.url);
    (desk.url.clone(), theirs, vec![stand_ins, desk])
}

/// A number at every provider, as the sample shop has it, and the bot that answers there.
fn connections(desk: &Desk, tap: &str) -> (SampleBot, Vec<Known>) {
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
        let fields = keys.map(|key| {
            let value = match given(&key) {
                Some(Value::Is(value)) => value.to_owned(),
                Some(Value::Base) => api_base.clone(),
                Some(Value::MadeUp) | None => format!("a {key} for tests at {word}"),
            };
            (key, value)
        });
        let fields: BTreeMap<String, String> = fields.collect();
        let secrets = fields.iter().map(|(key, value)| {
            let row = Uuid::now_v7();
            let place = Place { table: "connection_secrets", column: "sealed", row };
            (row, key.clone(), desk.seal.seal(&place, value))
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
        Known { word, line, fields }
    };
    let words = PROVIDERS.iter().map(|provider| provider.about().provider);
    let lines = words.map(|word| line(stand_in(word).unwrap())).collect();
    (bot, lines)
}

async fn add(desk: &Desk, bot: &SampleBot, lines: &[Known]) {
    let mut tx = desk.store.begin().await.unwrap();
    tx.add_sample_bot(bot).await.unwrap();
    for known in lines {
        tx.add_sample_line(&known.line).await.unwrap();
    }
    tx.commit().await.unwrap();
}
