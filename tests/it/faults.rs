//! What happens when things break: the process killed, the database gone, the provider failing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use contract::command::Claim;
use contract::{Body, Command, DeliveryState};
use desk::flows;
use rand::RngExt;
use serde_json::Value;
use tests::desk::{APP_SECRET, ledger_of};
use tests::meta::{messages, seconds, signature, status, text, text_at};
use tests::process::free_port;
use tests::provider::Mood;
use tests::{Process, TestDesk, until};

const ANA: &str = "4917139200099";

/// A sender as patient as Meta: again until it is taken.
async fn post_until_taken(http: &reqwest::Client, url: &str, webhook: &Value) {
    let body = serde_json::to_vec(webhook).unwrap();
    let signature = signature(APP_SECRET, &body);
    until("the webhook is taken", || async {
        let request = http.post(url).header("x-hub-signature-256", &signature).body(body.clone());
        let answer = request.timeout(Duration::from_secs(3)).send().await;
        answer.is_ok_and(|answer| answer.status() == 200).then_some(())
    })
    .await;
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn say(desk: &TestDesk, who: &tests::Login, words: &str) -> contract::MessageId {
    let id = desk.conversation_of(ANA).await;
    let epoch = desk.card(id).await.epoch;
    let command = Command::Reply { epoch, body: Body::text(words), quoted: None, claim: Claim::IfFree };
    let request =
        contract::Request { id: contract::ClientId(uuid::Uuid::new_v4()), conversation: id, command };
    flows::act(&desk.desk, TestDesk::acting(who), request).await.unwrap().message.unwrap()
}

async fn state_of(desk: &TestDesk, message: contract::MessageId) -> (DeliveryState, Option<String>) {
    let found = desk.store.messages(&[message]).await.unwrap().remove(&message.0).unwrap();
    (found.state.unwrap(), found.failure.map(|failure| failure.code))
}

async fn until_state(desk: &TestDesk, message: contract::MessageId, state: DeliveryState) {
    until(&format!("the message is {state:?}"), || async {
        (state_of(desk, message).await.0 == state).then_some(())
    })
    .await;
}

/// Forty customers who each send fifty numbered messages, one after the other.
async fn burst(round: u32, port: u16, connection: contract::ConnectionId, done: &AtomicBool) {
    let customers = (0..40).map(|customer| async move {
        let http = http();
        let url = format!("http://127.0.0.1:{port}/webhooks/meta/{connection}");
        let from = format!("49151{customer:06}");
        for number in 0..50 {
            let id = format!("wamid.{round}.{customer}.{number}");
            let words = format!("{:06}", round * 50 + number);
            post_until_taken(&http, &url, &messages(&from, &[text(&from, &id, &words)])).await;
        }
    });
    futures::future::join_all(customers).await;
    done.store(true, Ordering::SeqCst);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_kills_in_ten_bursts_of_2000_lose_nothing_double_nothing_and_invert_nothing() {
    let desk = TestDesk::start().await;
    desk.stop().await;
    let port = free_port();
    let mut process = Some(Process::start(&desk.database.url, port).await);
    for round in 0..10 {
        let done = AtomicBool::new(false);
        let kill = async {
            let wait = rand::rng().random_range(50..400);
            tokio::time::sleep(Duration::from_millis(wait)).await;
            let hit = !done.load(Ordering::SeqCst);
            process.take().unwrap().kill();
            process = Some(Process::start(&desk.database.url, port).await);
            hit
        };
        let ((), hit) = tokio::join!(burst(round, port, desk.connection, &done), kill);
        assert!(hit, "the kill of round {round} came after the burst");
    }
    until("everything is applied", || async {
        (desk.store.waiting().await.unwrap().ledger_pending == 0).then_some(())
    })
    .await;
    assert_eq!(desk.database.number("select count(*) from messages").await, 20_000, "lost or doubled");
    let inverted = "select count(*) from (select body #>> '{text,text}' as n, lag(body #>> '{text,text}')
                      over (partition by address_id order by sort_at, seq, id) as before from messages) x
                     where before > n";
    assert_eq!(desk.database.number(inverted).await, 0, "inverted");
    let gaps = "select count(*) from conversations c where c.last_seq <>
                 (select count(*) from events e where e.conversation_id = c.id)";
    assert_eq!(desk.database.number(gaps).await, 0);
    let ledger = ledger_of(&desk.database).await;
    assert!(ledger.balanced(), "{ledger:?}");
    assert_eq!((ledger.applied, ledger.pending, ledger.rejected), (20_000, 0, 0));
}

#[tokio::test]
async fn a_kill_between_the_providers_yes_and_our_commit_never_sends_twice() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    desk.stop().await;
    let port = free_port();
    let process = Process::start(&desk.database.url, port).await;
    desk.provider.kill_on_accept(process.pid());
    let message = say(&desk, &sara, "Once and only once").await;
    let sent = desk.provider.until_seen(1).await[0].clone();
    drop(process);

    let _process = Process::start(&desk.database.url, port).await;
    desk.sql("update deliveries set lease_until = desk_now() where state = 'sending'").await;
    until_state(&desk, message, DeliveryState::Uncertain).await;
    // The provider's word settles it.
    let mut webhook = tests::meta::statuses(&[status(&sent.id.unwrap(), "delivered", ANA)]);
    let opaque = sent.body["biz_opaque_callback_data"].clone();
    webhook["entry"][0]["changes"][0]["value"]["statuses"][0]["biz_opaque_callback_data"] = opaque;
    let url = format!("http://127.0.0.1:{port}/webhooks/meta/{}", desk.connection);
    post_until_taken(&http(), &url, &webhook).await;
    until_state(&desk, message, DeliveryState::Delivered).await;
    assert_eq!(desk.provider.texts(), ["Once and only once"]);
}

#[tokio::test]
async fn a_process_that_is_asked_to_stop_finishes_what_is_under_way_and_tells_the_browsers() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    let cookie = desk.cookie(&sara).await;
    let cursor = desk.store.cursor().await.unwrap().to_string();
    desk.stop().await;
    let port = free_port();
    let process = Process::start(&desk.database.url, port).await;
    let mut socket = tests::Socket::open(&process.url, &cookie, &cursor).await;
    desk.provider.then([Mood::AcceptAfter(Duration::from_millis(1_500))]);
    let message = say(&desk, &sara, "Under way").await;
    desk.provider.until_seen(1).await;
    let (took, well) = tokio::task::spawn_blocking(move || process.stop()).await.unwrap();
    assert!(well && took < Duration::from_secs(10), "{took:?}");
    let code = loop {
        match socket.try_next().await {
            Ok(_) => {}
            Err(code) => break code,
        }
    };
    assert_eq!(code, Some(1012));
    assert_eq!(state_of(&desk, message).await.0, DeliveryState::Accepted);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_webhooks_get_503_and_come_in_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = embedded::Server::start(&embedded::Settings::new(folder.path()), &mut |_| {}).unwrap();
    let desk = TestDesk::start().await;
    // The same desk over a server that this test may stop.
    let url = server.url("baton");
    let store = desk::store::Store::open(&url, 8).unwrap();
    store.migrate().await.unwrap();
    let away = AwayDesk::start(&server, &desk).await;
    let webhook = messages(ANA, &[text(ANA, "wamid.1", "before")]);
    assert_eq!(away.post(&webhook).await.0, 200);

    tokio::task::block_in_place(|| server.stop_immediate()).unwrap();
    let (code, took) = away.post(&messages(ANA, &[text(ANA, "wamid.2", "meanwhile")])).await;
    assert_eq!(code, 503);
    assert!(took < Duration::from_secs(2), "{took:?}");
    tokio::task::block_in_place(|| server.restart()).unwrap();
    let begun = Instant::now();
    until("webhooks are taken again", || async {
        let answer = away.post(&messages(ANA, &[text(ANA, "wamid.2", "meanwhile")])).await;
        (answer.0 == 200).then_some(())
    })
    .await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    until("everything is applied", || async {
        (away.store.waiting().await.ok()?.ledger_pending == 0).then_some(())
    })
    .await;
    let words = server.query("baton", "select count(*) from messages").unwrap();
    assert_eq!(words[0][0].as_deref(), Some("2"));
    away.process.kill();
}

/// The process over a database server that can be stopped.
struct AwayDesk {
    process: Process,
    store: desk::store::Store,
    connection: contract::ConnectionId,
}

impl AwayDesk {
    async fn start(server: &embedded::Server, like: &TestDesk) -> AwayDesk {
        let url = server.url("baton");
        let copy = "select id::text from connections";
        let connection: contract::ConnectionId = like.database.words(copy).await[0].parse().unwrap();
        copy_connection(&like.database.url, &url).await;
        let process = Process::start(&url, free_port()).await;
        let store = desk::store::Store::open(&url, 2).unwrap();
        AwayDesk { process, store, connection }
    }

    async fn post(&self, webhook: &Value) -> (u16, Duration) {
        let body = serde_json::to_vec(webhook).unwrap();
        let begun = Instant::now();
        let url = format!("{}/webhooks/meta/{}", self.process.url, self.connection);
        let request = http().post(url).header("x-hub-signature-256", signature(APP_SECRET, &body));
        let answer = request.body(body).send().await.unwrap();
        (answer.status().as_u16(), begun.elapsed())
    }
}

/// The connection, its secrets and its channel, from one database to another.
async fn copy_connection(from: &str, to: &str) {
    use sqlx::{Connection, PgConnection, Row};
    let mut from = PgConnection::connect(from).await.unwrap();
    let mut to = PgConnection::connect(to).await.unwrap();
    for table in ["connections", "connection_secrets", "channels"] {
        let rows =
            sqlx::query(&format!("select to_jsonb(t) from {table} t")).fetch_all(&mut from).await.unwrap();
        for row in rows {
            let row: sqlx::types::JsonValue = row.get(0);
            let insert =
                format!("insert into {table} select * from jsonb_populate_record(null::{table}, $1)");
            sqlx::query(&insert).bind(row).execute(&mut to).await.unwrap();
        }
    }
}

#[tokio::test]
async fn each_failure_of_the_provider_gets_what_its_class_asks_for() {
    use DeliveryState::{Accepted, Failed, Uncertain};
    let refuse = |status, code| Mood::Refuse { status, code, retry_after: None };
    let cases: [(Mood, DeliveryState, usize); 9] = [
        (Mood::Broken, Accepted, 2),
        (refuse(400, 130_429), Accepted, 2),
        (Mood::Refuse { status: 429, code: 613, retry_after: Some(1) }, Accepted, 2),
        (refuse(500, 131_000), Accepted, 2),
        (refuse(400, 131_026), Failed, 1),
        (refuse(400, 131_047), Failed, 1),
        (refuse(400, 132_000), Failed, 1),
        (Mood::Garbage, Uncertain, 1),
        (Mood::AcceptSilently, Uncertain, 1),
    ];
    for (mood, state, calls) in cases {
        let desk = TestDesk::start().await;
        let sara = desk.agent("Sara").await;
        desk.customer_writes(ANA, "wamid.1", "Hello?").await;
        desk.provider.then([mood.clone()]);
        let message = say(&desk, &sara, "one").await;
        until(&format!("after {mood:?} it is {state:?}"), || async {
            (state_of(&desk, message).await.0 == state).then_some(())
        })
        .await;
        // What comes after is not held up, and stays in order.
        let next = say(&desk, &sara, "two").await;
        until_state(&desk, next, Accepted).await;
        assert_eq!(desk.provider.seen().len(), calls + 1, "{mood:?}");
    }
}

#[tokio::test]
async fn a_token_that_no_longer_holds_pauses_the_number_and_resuming_sends_what_waited() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    desk.provider.then([Mood::Refuse { status: 401, code: 190, retry_after: None }]);
    let message = say(&desk, &sara, "one").await;
    until("the number is paused", || async {
        let paused = desk.database.words("select paused from channels where paused is not null").await;
        paused.first().is_some_and(|why| why.starts_with("190")).then_some(())
    })
    .await;
    until_state(&desk, message, DeliveryState::Queued).await;
    let seat = desk::seat::seat(&desk.desk, desk.signed_in(&desk.admin()).await);
    let resume = contract::settings::SettingsChange::ResumeChannel { channel: desk.channel };
    seat.change(resume).await.unwrap();
    until_state(&desk, message, DeliveryState::Accepted).await;
    assert_eq!(desk.provider.texts(), ["one"]);
}

#[tokio::test]
async fn a_retried_message_holds_back_the_next_one_of_its_conversation_and_no_other() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let other = "4917139200098";
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    desk.customer_writes(other, "wamid.2", "Hello?").await;
    desk.provider.then([Mood::Broken]);
    say(&desk, &sara, "first").await;
    desk.provider.until_seen(1).await;
    say(&desk, &sara, "second").await;
    let id = desk.conversation_of(other).await;
    let epoch = desk.card(id).await.epoch;
    let command = Command::Reply { epoch, body: Body::text("elsewhere"), quoted: None, claim: Claim::IfFree };
    let request =
        contract::Request { id: contract::ClientId(uuid::Uuid::new_v4()), conversation: id, command };
    flows::act(&desk.desk, TestDesk::acting(&sara), request).await.unwrap();
    until("all three are there", || async { (desk.provider.texts().len() == 3).then_some(()) }).await;
    assert_eq!(desk.provider.texts(), ["elsewhere", "first", "second"]);
}

#[tokio::test]
async fn a_window_that_closes_while_a_message_waits_stops_it_before_the_provider() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let long_ago = seconds() - 23 * 3600;
    desk.post(&messages(ANA, &[text_at(ANA, "wamid.1", "Hello?", long_ago)])).await;
    desk.applied().await;
    desk.stop().await;
    let message = say(&desk, &sara, "just in time").await;
    desk.sql("update conversations set window_until = desk_now()").await;
    let _other = desk.another().await;
    until_state(&desk, message, DeliveryState::Failed).await;
    assert_eq!(state_of(&desk, message).await.1.as_deref(), Some("window_closed"));
    assert!(desk.provider.seen().is_empty());
}

#[tokio::test]
async fn two_processes_send_each_message_once() {
    let desk = TestDesk::start().await;
    let other = desk.another().await;
    let sara = desk.agent("Sara").await;
    for n in 0..20 {
        let from = format!("49151000{n:04}");
        desk.customer_writes(&from, &format!("wamid.{n}"), "Hello?").await;
        for words in ["one", "two", "three"] {
            let id = desk.conversation_of(&from).await;
            let epoch = desk.card(id).await.epoch;
            let body = Body::text(format!("{n} {words}"));
            let command = Command::Reply { epoch, body, quoted: None, claim: Claim::IfFree };
            let key = contract::ClientId(uuid::Uuid::new_v4());
            let request = contract::Request { id: key, conversation: id, command };
            let by = if n % 2 == 0 { &desk } else { &other };
            let first = flows::act(&by.desk, TestDesk::acting(&sara), request.clone()).await.unwrap();
            // The same command again, at the other process: done once.
            let again = flows::act(&desk.desk, TestDesk::acting(&sara), request).await.unwrap();
            assert_eq!(first, again);
        }
    }
    desk.settled().await;
    let mut texts = desk.provider.texts();
    assert_eq!(texts.len(), 60);
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 60, "sent twice");
}
