//! Files that customers send: stored first, fetched afterwards, tried again, and only from where they may come.

use std::time::Duration;

use contract::{Change, Command};
use serde_json::json;
use tests::files::Giving;
use tests::process::free_port;
use tests::{Process, Provider, Socket, TestDesk, until};

use super::*;

#[tokio::test]
async fn a_message_is_there_at_once_and_its_file_comes_afterwards() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let cookie = desk.cookie(&sara).await;
    let cursor = desk.store.cursor().await.unwrap().to_string();
    let mut socket = Socket::open(desk.url(), &cookie, &cursor).await;
    desk.provider.files.give("77", Giving::After(Duration::from_millis(700), photo()));
    let sent = sends_picture(&desk, "77").await;
    let file = media(&sent).file.expect("the file has an id of ours");
    assert_eq!((media(&sent).stored.clone(), media(&sent).unavailable.clone()), (None, None));
    let changed = socket
        .until_event("the file", |event| event.change == Change::MessageChanged { message: sent.id })
        .await;
    let shown = changed.message.unwrap();
    let stored = media(&shown).stored.clone().unwrap();
    assert_eq!((stored.mime.as_str(), stored.size), ("image/jpeg", photo().len() as i64));
    let bytes = ask(&desk, &cookie, &format!("/files/{file}"), &[]).await.bytes().await.unwrap();
    assert_eq!(bytes, photo());
    // The address took the connection's token, and so did the bytes.
    let (asked, credentials) = desk.provider.files.asked().pop().unwrap();
    assert_eq!((asked.as_str(), credentials.as_deref()), ("77", Some("Bearer an access token for tests")));
}

#[tokio::test]
async fn a_file_that_the_provider_cannot_give_is_not_asked_for() {
    let desk = TestDesk::start().await;
    // It says itself that it has none: nothing to fetch, nothing to try again.
    let sent = sends(&desk, "1", "image", &json!({"mime_type": "image/jpeg"})).await;
    assert_eq!(media(&sent).unavailable.as_deref(), Some("WhatsApp sent no file"));
    assert_eq!(media(&sent).file, None);
    // Without an id there is nothing to fetch by: it says so at once instead of trying for hours.
    let sent = sends(&desk, "2", "image", &json!({"url": "https://lookaside.fbsbx.com/x"})).await;
    let why = until_failed(&desk, sent.id).await;
    assert!(why.contains("no id"), "{why}");
    assert_eq!(desk.database.number("select sum(attempts)::bigint from files").await, 1);
    assert!(desk.provider.files.asked().is_empty());
}

#[tokio::test]
async fn what_fails_is_tried_again_and_in_the_end_a_person_may() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let cookie = desk.cookie(&sara).await;
    desk.provider.files.give("77", Giving::Status(500));
    let sent = sends_picture(&desk, "77").await;
    let conversation = sent.conversation;
    let cursor = desk.store.cursor().await.unwrap().to_string();
    let mut socket = Socket::open(desk.url(), &cookie, &cursor).await;
    let again = Command::FetchAgain { message: sent.id };
    for attempt in 1..=8_i64 {
        until("it was tried", || async {
            let tried = desk.database.number("select attempts::bigint from files").await;
            let free = desk.database.number("select count(*) from files where lease_until is null").await;
            (tried == attempt && free == 1).then_some(())
        })
        .await;
        // It is on its way as long as it is tried: nobody can hurry it.
        if attempt < 8 {
            let refused = socket.command(conversation, again.clone()).await;
            assert!(matches!(refused, contract::frame::Down::Refused(_)), "{refused:?}");
            desk.sql("update files set not_before = desk_now()").await;
        }
    }
    let why = until_failed(&desk, sent.id).await;
    assert!(why.contains("HTTP 500"), "{why}");
    assert_eq!(desk.provider.files.asked().len(), 8);

    gives(&desk, "77", photo());
    let done = socket.command(conversation, again).await;
    assert!(matches!(done, contract::frame::Down::Ack(_)), "{done:?}");
    let media = until_ready(&desk, sent.id).await;
    assert_eq!(media.unavailable, None);
}

#[tokio::test]
async fn an_address_that_has_ended_is_had_anew() {
    let desk = TestDesk::start().await;
    gives(&desk, "77", photo());
    // The first address is one of before, as the provider sees it.
    desk.provider.files.give_first("77", [Giving::Status(404)]);
    let sent = sends_picture(&desk, "77").await;
    until_ready(&desk, sent.id).await;
    assert_eq!(desk.database.number("select attempts::bigint from files").await, 1);
}

/// What becomes of a file that is given from elsewhere.
async fn redirected(desk: &TestDesk, id: &str, to: &str) -> Result<Media, String> {
    desk.provider.files.give(id, Giving::Redirect(to.to_owned()));
    let sent = sends_picture(desk, id).await;
    until("the file has come or failed", || async {
        let message = message(desk, sent.id).await;
        let media = media(&message).clone();
        match (&media.stored, &media.unavailable) {
            (Some(_), _) => Some(Ok(media)),
            (None, Some(why)) => Some(Err(why.clone())),
            (None, None) => None,
        }
    })
    .await
}

#[tokio::test]
async fn a_redirect_is_followed_to_the_providers_hosts_and_nowhere_else() {
    let desk = TestDesk::start().await;
    let cdn = Provider::start().await;
    cdn.files.give("far", Giving::Bytes(photo()));
    redirected(&desk, "1", &cdn.files.address("far")).await.unwrap();
    // Another port is another origin: the credentials stay at home.
    assert_eq!(cdn.files.asked(), [("far".to_owned(), None)]);

    desk.provider.files.give("near", Giving::Bytes(photo()));
    redirected(&desk, "2", "/files/bytes/near").await.unwrap();
    let asked = desk.provider.files.asked();
    assert!(asked.iter().any(|(id, credentials)| id == "near" && credentials.is_some()), "{asked:?}");

    for (id, to) in [
        ("3", "https://evil.example/x"),
        ("4", "http://169.254.169.254/latest/meta-data/"),
        ("5", "http://localhost:1/x"),
        ("6", "https://127.0.0.1.evil.example/x"),
        ("7", "https://127.0.0.1@evil.example/x"),
        ("8", "file:///etc/passwd"),
        ("9", "https://lookaside.fbsbx.com.evil.example/x"),
    ] {
        let why = redirected(&desk, id, to).await.unwrap_err();
        assert!(why.starts_with("The file could not be fetched"), "{to}: {why}");
        let tried = format!(
            "select attempts::bigint from files f join messages m on m.id = f.message_id
                              where m.provider_id = 'wamid.{id}'"
        );
        assert_eq!(desk.database.number(&tried).await, 1, "{to} was tried again");
    }
    let (here, there) = (desk.provider.files.address("a"), desk.provider.files.address("b"));
    desk.provider.files.give("a", Giving::Redirect(there));
    desk.provider.files.give("b", Giving::Redirect(here.clone()));
    assert!(redirected(&desk, "10", &here).await.is_err(), "round and round");
}

#[tokio::test]
async fn a_file_that_is_too_large_is_not_read() {
    let desk = TestDesk::start().await;
    desk.provider.files.give("77", Giving::Promise(desk::media::LARGEST + 1));
    let sent = sends_picture(&desk, "77").await;
    let why = until_failed(&desk, sent.id).await;
    assert!(why.contains("100 MB"), "{why}");
    // One that does not say how large it is gets as far as it may.
    let endless = futures::stream::repeat_with(|| Ok::<_, String>(bytes::Bytes::from_static(&[7; 1024])));
    let id = contract::FileId(Uuid::now_v7());
    let cut = desk.desk.files.write(id, endless, 64 * 1024).await;
    assert!(matches!(cut, Err(desk::media::files::WriteError::TooLarge)));
    let left = desk.desk.files.read(id, desk::media::files::Part::Whole, None).await;
    assert!(left.is_err(), "something of it is left");
}

#[tokio::test]
async fn two_servers_fetch_no_file_twice() {
    let desk = TestDesk::start().await;
    let _other = desk.another().await;
    let pictures: Vec<_> = (0..20)
        .map(|n| {
            let id = format!("many{n}");
            gives(&desk, &id, photo());
            file(ANA, &format!("wamid.{id}"), "image", &json!({"id": id, "mime_type": "image/jpeg"}))
        })
        .collect();
    assert_eq!(desk.post(&messages(ANA, &pictures)).await, 200);
    until("all files are there", || async {
        let ready = desk.database.number("select count(*) from files where state = 'ready'").await;
        (ready == 20).then_some(())
    })
    .await;
    let mut asked: Vec<String> = desk.provider.files.asked().into_iter().map(|(id, _)| id).collect();
    assert_eq!(asked.len(), 20, "{asked:?}");
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_the_download_and_the_commit_leaves_the_file_wanted() {
    let desk = TestDesk::start().await;
    desk.stop().await;
    gives(&desk, "77", photo());
    let port = free_port();
    let process = Process::start(&desk.database.url, port).await;
    // The receiver's transaction is over, the fetcher's cannot begin: somebody holds the conversation.
    let webhook = messages(ANA, &[file(ANA, "wamid.0", "text", &json!({"body": "Hello?"}))]);
    post(&desk, port, &webhook).await;
    desk.applied().await;
    let conversation = desk.conversation_of(ANA).await;
    desk.provider.files.give("77", Giving::After(Duration::from_millis(600), photo()));
    post(&desk, port, &messages(ANA, &[file(ANA, "wamid.1", "image", &json!({"id": "77"}))])).await;
    until("it is asked for", || async { (desk.provider.files.asked().len() == 1).then_some(()) }).await;
    let mut holder = desk.database.connect().await;
    let hold = format!("begin; select 1 from conversations where id = '{conversation}' for update");
    sqlx::Executor::execute(&mut holder, hold.as_str()).await.unwrap();
    until("its commit waits", || async {
        let waiting = "select count(*) from pg_stat_activity
                        where datname = current_database() and wait_event_type = 'Lock'";
        (desk.database.number(waiting).await > 0).then_some(())
    })
    .await;
    process.kill();
    sqlx::Executor::execute(&mut holder, "rollback").await.unwrap();
    assert_eq!(desk.database.words("select state from files").await, ["wanted"]);
    let sent = last(&desk).await;
    assert_eq!(media(&sent).stored, None);

    desk.sql("update files set lease_until = desk_now()").await;
    let _process = Process::start(&desk.database.url, port).await;
    until_ready(&desk, sent.id).await;
    assert_eq!(desk.database.number("select attempts::bigint from files").await, 2);
}

async fn post(desk: &TestDesk, port: u16, webhook: &serde_json::Value) {
    let body = serde_json::to_vec(webhook).unwrap();
    let signature = tests::meta::signature(tests::desk::APP_SECRET, &body);
    let url = format!("http://127.0.0.1:{port}/webhooks/meta/{}", desk.connection);
    let request = desk.http().post(url).header("x-hub-signature-256", signature).body(body);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn an_edit_of_the_words_keeps_the_file() {
    let desk = TestDesk::start().await;
    gives(&desk, "77", photo());
    let sent = sends_picture(&desk, "77").await;
    let before = until_ready(&desk, sent.id).await;
    let image = json!({"caption": "Our dog", "mime_type": "image/jpeg", "id": "78"});
    let edit = json!({
        "original_message_id": "wamid.77",
        "message": {"context": {"id": "M0"}, "type": "image", "image": image},
    });
    assert_eq!(desk.post(&messages(ANA, &[file(ANA, "wamid.edit", "edit", &edit)])).await, 200);
    desk.applied().await;
    let after = message(&desk, sent.id).await;
    assert_eq!(media(&after).caption.as_deref(), Some("Our dog"));
    assert_eq!((media(&after).file, &media(&after).stored), (before.file, &before.stored));
}
