//! Programs that live on the API: the bot in one file, and `baton listen`.

use std::collections::HashSet;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::HeaderMap;
use contract::Stage;
use desk::bots::webhook::sign;
use serde_json::Value;
use tests::{TestDesk, process, until};

use super::{ANA, bot, integration};

/// A program under test. It ends with this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _status = self.0.wait();
    }
}

fn has_python() -> bool {
    Command::new("python3")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

#[tokio::test]
async fn the_bot_in_one_file_greets_answers_and_hands_off_with_nothing_but_a_token() {
    if !has_python() {
        return;
    }
    let desk = TestDesk::start().await;
    let (_, robin) = bot(&desk).await;
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../.readme/bot.py");
    let mut command = Command::new("python3");
    command.arg(file).env("BATON_URL", desk.url()).env("BATON_TOKEN", &robin.secret).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let out = child.stdout.take().unwrap();
    let _running = Running(child);
    // It has said who it is: from here on it follows.
    let hello = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        let mut reader = std::io::BufReader::new(out);
        std::io::BufRead::read_line(&mut reader, &mut line).unwrap();
        (line, reader)
    });
    let (hello, _out) = hello.await.unwrap();
    assert_eq!(hello.trim(), "I am Robin");
    // It may not have asked yet where now is; what it has missed is written again.
    let mut number = 0;
    until("it greets", || {
        number += 1;
        let (desk, id) = (&desk, format!("wamid.{number}"));
        async move {
            desk.customer_writes(ANA, &id, "hi").await;
            tokio::time::timeout(std::time::Duration::from_secs(3), desk.provider.until_seen(1)).await.ok()
        }
    })
    .await;
    let seen = desk.provider.seen();
    assert_eq!(seen[0].body["interactive"]["action"]["buttons"][1]["reply"]["id"], "human");
    desk.customer_writes(ANA, "wamid.open", "when are you open?").await;
    until("it answers", || async {
        desk.provider.texts().iter().any(|text| text.contains("9 to 5")).then_some(())
    })
    .await;
    desk.customer_writes(ANA, "wamid.person", "a person please").await;
    let card = until("it lets go", || async {
        let card = desk.card(desk.conversation_of(ANA).await).await;
        (card.stage == Stage::Waiting).then_some(card)
    })
    .await;
    assert_eq!(card.handoff_reason, Some(contract::ReasonCode::CustomerAsked));
}

type Heard = Arc<Mutex<Vec<(HeaderMap, axum::body::Bytes)>>>;

/// A developer's program, which takes everything that it is sent.
async fn taker() -> (String, Heard) {
    let heard = Heard::default();
    let take = |State(heard): State<Heard>, headers: HeaderMap, body: axum::body::Bytes| async move {
        heard.lock().unwrap().push((headers, body));
    };
    let app = axum::Router::new().route("/hook", axum::routing::post(take)).with_state(heard.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, heard)
}

#[tokio::test]
async fn listening_brings_every_event_signed_and_goes_on_where_it_was() {
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let desk = TestDesk::start().await;
    let person = integration(&desk, desk.admin().id).await;
    let (hook, heard) = taker().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cursor");
    let listen = || {
        let mut command = Command::new(process::binary());
        command
            .args(["listen", "--forward", &hook, "--desk", desk.url(), "--events", "message_created"])
            .args(["--secret", SECRET, "--cursor-file"])
            .arg(&file)
            .env("BATON_TOKEN", &person.secret)
            .stdout(Stdio::null());
        Running(command.spawn().unwrap())
    };
    let first = listen();
    until("it listens", || async { file.exists().then_some(()) }).await;
    desk.customer_writes(ANA, "wamid.1", "one").await;
    until("the first came", || async { (heard.lock().unwrap().len() == 1).then_some(()) }).await;
    let (headers, body) = heard.lock().unwrap()[0].clone();
    let (id, at) = (headers[sign::ID].to_str().unwrap(), headers[sign::TIMESTAMP].to_str().unwrap());
    let expected = sign::signature(&[sign::key(SECRET).unwrap()], id, at.parse().unwrap(), &body);
    assert_eq!(headers[sign::SIGNATURE].to_str().unwrap(), expected);
    drop(first);
    desk.customer_writes(ANA, "wamid.2", "two").await;
    let _second = listen();
    desk.customer_writes(ANA, "wamid.3", "three").await;
    // It was ended at any moment, perhaps before it noted that the first was passed on: then that comes again, under
    // the same id.
    let texts = || {
        let heard = heard.lock().unwrap();
        let mut seen = HashSet::new();
        let news = heard.iter().filter(|(headers, _)| seen.insert(headers[sign::ID].clone()));
        let text = |body| serde_json::from_slice::<Value>(body).unwrap()["message"]["text"].clone();
        news.map(|(_, body)| text(body)).collect::<Vec<_>>()
    };
    until("the rest came", || async { (texts().len() >= 3).then_some(()) }).await;
    assert_eq!(texts(), ["one", "two", "three"]);
}

#[test]
fn a_token_that_is_not_good_ends_it_with_the_reason() {
    let output = Command::new(process::binary())
        .args(["listen", "--forward", "http://127.0.0.1:1", "--desk", "http://127.0.0.1:1", "--token", "x"])
        .args(["--secret", "none"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("whsec_"));
}
