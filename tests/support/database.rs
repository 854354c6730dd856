//! A database for one test, copied from a template that is migrated once for all of them.

use std::fs::File;
use std::path::PathBuf;
use std::sync::OnceLock;

use embedded::{Server, Settings};
use sqlx::{Connection, Executor, PgConnection, Row};
use uuid::Uuid;

/// A database that is dropped with this value.
pub struct Database {
    pub url: String,
    name: String,
}

/// The server's maintenance database: given by the one who runs the tests, else our own server's.
pub fn maintenance() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| std::env::var("BATON_TEST_PG").unwrap_or_else(|_| own_server()))
}

/// Starts a server for whoever runs a test by hand; it stays for the next one.
fn own_server() -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let place = std::env::var("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    std::fs::create_dir_all(&place).unwrap();
    let lock = File::create(place.join("test-pg.lock")).unwrap();
    lock.lock().unwrap();
    let mut settings = Settings::new(place.join("test-pg"));
    settings.durable = false;
    settings.extra = vec![("max_connections".to_owned(), "400".to_owned())];
    let server = Server::start(&settings, &mut |_| {}).unwrap();
    let url = server.url("postgres");
    server.detach();
    url
}

/// The same server, another database.
fn named(name: &str) -> String {
    let url = maintenance();
    let (server, query) = url.split_once('?').map_or((url, ""), |(server, query)| (server, query));
    let base = server.rsplit_once('/').unwrap().0;
    if query.is_empty() { format!("{base}/{name}") } else { format!("{base}/{name}?{query}") }
}

/// Where the files of a desk over a database are, so that all its processes have the same.
pub fn media_folder(url: &str) -> PathBuf {
    let server = url.split_once('?').map_or(url, |(server, _)| server);
    let name = server.rsplit_once('/').map_or("none", |(_, name)| name);
    std::env::temp_dir().join("baton-test-media").join(name)
}

impl Database {
    /// Where the files of a desk over it are.
    pub fn media(&self) -> desk::media::Place {
        desk::media::Place::Folder(media_folder(&self.url))
    }

    /// A fresh copy of the migrated template.
    pub async fn fresh() -> Database {
        let template = template().await;
        let name = format!("t_{}", Uuid::now_v7().simple());
        let mut connection = PgConnection::connect(maintenance()).await.unwrap();
        // Two copies at once of one template are refused by Postgres; the lock makes them queue.
        connection.execute("select pg_advisory_lock(7301)").await.unwrap();
        connection.execute(format!("create database {name} template {template}").as_str()).await.unwrap();
        connection.close().await.unwrap();
        Database { url: named(&name), name }
    }

    /// A database with nothing in it.
    pub async fn empty() -> Database {
        let name = format!("t_{}", Uuid::now_v7().simple());
        let mut connection = PgConnection::connect(maintenance()).await.unwrap();
        connection.execute(format!("create database {name}").as_str()).await.unwrap();
        connection.close().await.unwrap();
        Database { url: named(&name), name }
    }

    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }

    /// Does something by SQL.
    pub async fn sql(&self, statement: &str) {
        self.connect().await.execute(statement).await.unwrap();
    }

    /// One number by SQL.
    pub async fn number(&self, query: &str) -> i64 {
        let row = sqlx::query(query).fetch_one(&mut self.connect().await).await.unwrap();
        row.get::<i64, _>(0)
    }

    /// One column of text by SQL.
    pub async fn words(&self, query: &str) -> Vec<String> {
        let rows = sqlx::query(query).fetch_all(&mut self.connect().await).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(0)).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(media_folder(&self.url));
        let statement = format!("drop database if exists {} with (force)", self.name);
        let _gone = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                if let Ok(mut connection) = PgConnection::connect(maintenance()).await {
                    let _left = connection.execute(statement.as_str()).await;
                }
            });
        })
        .join();
    }
}

/// The template of this schema: named after the migrations, so that a changed one is another template.
async fn template() -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut files: Vec<_> = std::fs::read_dir(root).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in files.iter().flat_map(|file| std::fs::read(file).unwrap()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let name = format!("baton_template_{hash:016x}");
    let mut connection = PgConnection::connect(maintenance()).await.unwrap();
    connection.execute("select pg_advisory_lock(7300)").await.unwrap();
    let there = sqlx::query("select 1 from pg_database where datname = $1 and datallowconn is false")
        .bind(&name)
        .fetch_optional(&mut connection)
        .await
        .unwrap();
    if there.is_none() {
        connection.execute(format!("drop database if exists {name} with (force)").as_str()).await.unwrap();
        connection.execute(format!("create database {name}").as_str()).await.unwrap();
        let store = ::desk::store::Store::open(&named(&name), 1).unwrap();
        store.migrate().await.unwrap();
        store.close().await;
        // Nobody may connect any more: that would keep it from being copied.
        connection
            .execute(format!("alter database {name} with allow_connections false").as_str())
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
    name
}
