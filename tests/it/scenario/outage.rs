//! The desk's database goes away while every provider goes on. The stand-ins try as often as the providers do, by
//! their own clocks; those are moved on when all of them only wait, so that a minute takes a moment.

use std::time::{Duration, Instant};

use contract::Body;
use contract::capability::Feature;
use futures::future::join_all;
use sqlx::{Connection, Executor, PgConnection};
use tests::database::maintenance;
use tests::{Database, until};
use uuid::Uuid;

use super::line::Line;
use super::scene::{Scene, Where};

/// What Ana writes to each provider meanwhile.
const MESSAGES: usize = 100;
const MINUTE_MS: i64 = 60_000;

/// A database that is away until it is let come back.
struct Away {
    name: String,
}

impl Away {
    async fn goes(database: &Database) -> Away {
        let name = database.words("select current_database()::text").await.remove(0);
        let away = Away { name };
        away.allow(false).await;
        let ends =
            format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{}'", away.name);
        PgConnection::connect(maintenance()).await.unwrap().execute(ends.as_str()).await.unwrap();
        away
    }

    async fn allow(&self, yes: bool) {
        let statement = format!("alter database {} with allow_connections {yes}", self.name);
        PgConnection::connect(maintenance()).await.unwrap().execute(statement.as_str()).await.unwrap();
    }
}

/// The stand-ins' clocks.
struct Clock<'a> {
    theirs: &'a Database,
    begun: Instant,
    moved_ms: i64,
}

impl Clock<'_> {
    fn start(theirs: &Database) -> Clock<'_> {
        Clock { theirs, begun: Instant::now(), moved_ms: 0 }
    }

    fn passed_ms(&self) -> i64 {
        self.moved_ms + i64::try_from(self.begun.elapsed().as_millis()).unwrap()
    }

    /// Moves on to the next try, at most up to a moment, unless a try is under way.
    async fn move_on(&mut self, most_ms: i64) {
        let waits = "select coalesce(min(case when holder is null then to_ms(retry_at) - to_ms(desk_now()) else 0 end), 0)
                       from sandbox_threads where next_at is not null";
        let ms = self.theirs.number(waits).await.min(most_ms - self.passed_ms());
        if ms > 0 {
            let by = format!("{ms} * interval '1 millisecond'");
            let threads =
                format!("update sandbox_threads set retry_at = retry_at - {by}, next_at = next_at - {by}");
            self.theirs.sql(&threads).await;
            self.theirs.sql(&format!("update sandbox_webhooks set due_at = due_at - {by}")).await;
            self.moved_ms += ms;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The texts of Ana's that are in the thread and begin with this word, in order.
async fn texts(line: &Line<'_>, word: &str) -> Vec<String> {
    let sql = format!(
        "select body #>> '{{text,text}}' from messages where channel_id = '{}'
            and author_kind = 'contact' and body #>> '{{text,text}}' like '{word} %'
          order by sort_at, seq",
        line.channel
    );
    line.scene.database.words(&sql).await
}

/// Whether as many messages as all of these lines have together are there.
async fn all_there(lines: &[Line<'_>], (word, count): (&str, usize)) -> bool {
    let channels: Vec<String> = lines.iter().map(|line| format!("'{}'", line.channel)).collect();
    let sql = format!(
        "select count(*) from messages where channel_id in ({}) and author_kind = 'contact'
            and body #>> '{{text,text}}' like '{word} %'",
        channels.join(", ")
    );
    let found = lines[0].scene.database.number(&sql).await;
    usize::try_from(found).unwrap() >= lines.len() * count
}

async fn writes(line: &Line<'_>, (word, count): (&str, usize)) {
    for number in 0..count {
        line.writes(&format!("{word} {number:03}")).await;
    }
}

/// Whether every provider has tried the first message as often as it does within a minute.
fn tried_as_in_a_minute(lines: &[Line<'_>], mark: usize) -> bool {
    lines.iter().all(|line| {
        let refused = line.scene.tap.since(mark, &format!("/webhooks/{}/", line.word));
        let refused = refused.iter().filter(|heard| heard.status == Some(503));
        let first = refused.filter(|heard| {
            let body = String::from_utf8_lossy(&heard.body).replace('+', " ");
            body.contains("minute 000")
        });
        first.count() >= line.traits().tries_a_minute
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_while_the_database_is_away_arrives_or_the_gap_is_told() {
    let scene = Scene::open(Where::Apart).await;
    let lines = scene.lines();
    join_all(lines.iter().map(|line| line.begin())).await;
    a_minute_without_it_loses_nothing(&scene, &lines).await;
    what_is_given_up_and_listed_nowhere_is_told(&scene, &lines).await;
}

async fn a_minute_without_it_loses_nothing(scene: &Scene, lines: &[Line<'_>]) {
    let mark = scene.tap.mark();
    let away = Away::goes(&scene.database).await;
    let mut clock = Clock::start(&scene.theirs);
    join_all(lines.iter().map(|line| writes(line, ("minute", MESSAGES)))).await;
    while clock.passed_ms() < MINUTE_MS || !tried_as_in_a_minute(lines, mark) {
        assert!(clock.passed_ms() < 2 * MINUTE_MS, "not everybody tries");
        clock.move_on(MINUTE_MS).await;
    }
    away.allow(true).await;
    let in_time = clock.passed_ms() + 2 * MINUTE_MS;
    while !all_there(lines, ("minute", MESSAGES)).await {
        assert!(clock.passed_ms() < in_time, "two minutes later something is missing");
        clock.move_on(in_time).await;
    }
    for line in lines {
        let mut found = texts(line, "minute").await;
        let given_up =
            line.phone().await.messages.iter().filter(|message| message.status == "failed").count();
        // Twilio is the only one that gives something up within a minute; its list brought that. Meta's times have whole
        // seconds: what it tried again later than others of that second stands after them.
        assert_eq!(given_up > 0, line.word == "twilio", "{}: {given_up}", line.word);
        if given_up > 0 || line.word == "meta" {
            found.sort();
        }
        let expected: Vec<String> = (0..MESSAGES).map(|number| format!("minute {number:03}")).collect();
        assert_eq!(found, expected, "{}", line.word);
    }
}

async fn what_is_given_up_and_listed_nowhere_is_told(scene: &Scene, lines: &[Line<'_>]) {
    let away = Away::goes(&scene.database).await;
    let mut clock = Clock::start(&scene.theirs);
    join_all(lines.iter().map(|line| writes(line, ("longer", 1)))).await;
    while clock.passed_ms() < 110_000 {
        clock.move_on(110_000).await;
    }
    away.allow(true).await;
    let (kept, lost): (Vec<_>, Vec<_>) = lines.iter().copied().partition(|line| line.word != "braze");
    while !all_there(&kept, ("longer", 1)).await {
        assert!(clock.passed_ms() < 240_000, "it does not arrive any more");
        clock.move_on(240_000).await;
    }
    for line in lost {
        let last = line.phone().await.messages.pop().unwrap();
        assert_eq!((last.body, last.status.as_str()), (Body::text("longer 000"), "failed"));
        assert!(texts(&line, "longer").await.is_empty(), "it has come from nowhere");
        assert!(!line.provider.capabilities().of(Feature::Backlog).1.is_empty());
    }
    for line in lines {
        // The connections that were open when the database went away fail once more.
        let health = until("the database answers", || async {
            scene.desk.store.connection_health(line.connection, Uuid::nil()).await.ok()
        });
        let health = health.await.unwrap();
        assert!(!health.outages.is_empty(), "{}: nobody hears of the gap", line.word);
        let lists = line.provider.capabilities().offers(Feature::Backlog);
        assert_eq!(health.backlog.is_some(), lists, "{}", line.word);
    }
}
