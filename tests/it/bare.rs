//! A desk that is built without the stand-ins for the providers, and the stand-ins that run without a desk.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Output};

use serde_json::{Value, json};
use tests::{Database, Process, process};
use uuid::Uuid;

/// Runs a command that must end by itself.
fn run(binary: &str, arguments: &[&str]) -> Output {
    let folder = std::env::temp_dir().join(format!("baton-bare-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = Command::new(binary);
    command.args(arguments).current_dir(&folder).env("BATON_DATA_DIR", &folder);
    command.env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing").output().unwrap()
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

async fn status(url: String) -> u16 {
    client().get(url).send().await.unwrap().status().as_u16()
}

#[test]
fn a_desk_without_stand_ins_says_so_to_whoever_asks_for_them() {
    let asked: [&[&str]; 4] = [
        &["serve", "--sandbox"],
        &["serve", "--sample"],
        &["sample", "load"],
        &["sandbox", "--desk-url", "http://127.0.0.1:3000"],
    ];
    for arguments in asked {
        let output = run(&process::bare_binary(), arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(said.contains("this baton was built without them"), "{arguments:?}: {said}");
    }
}

/// Every function that is compiled in has its path in the table of symbols.
#[test]
fn nothing_of_the_stand_ins_is_in_a_desk_without_them() {
    for (binary, expected) in [(process::binary(), true), (process::bare_binary(), false)] {
        let bytes = std::fs::read(&binary).unwrap();
        // The table is text, and long.
        let texts: Vec<&str> =
            bytes.utf8_chunks().map(|chunk| chunk.valid()).filter(|text| text.len() > 1_000).collect();
        for path in ["4desk7sandbox", "4desk5store7sandbox", "4desk5store6sample"] {
            let found = texts.iter().any(|text| text.contains(path));
            assert_eq!(found, expected, "{binary}: {path}");
        }
    }
}

#[tokio::test]
async fn a_desk_without_stand_ins_answers_where_they_would_be_that_nothing_is_there() {
    let database = Database::fresh().await;
    let desk = Process::start_bare(&database.url, "http://127.0.0.1:9").await;
    for path in ["/sandbox", "/sandbox/meta/v25.0/1/messages", "/api/sandbox/phones"] {
        assert_eq!(status(format!("{}{path}", desk.url)).await, 404, "{path}");
    }
    assert_eq!(status(format!("{}/setup", desk.url)).await, 200);
}

#[test]
fn stand_ins_that_are_alone_listen_on_this_machine_only() {
    let wanted = ["sandbox", "--desk-url", "http://127.0.0.1:3000", "--listen", "0.0.0.0:0"];
    let output = run(&process::binary(), &wanted);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("this machine alone"), "{said}");
}

#[tokio::test]
async fn stand_ins_that_are_alone_learn_of_the_desks_connections_and_serve_nothing_of_a_desk() {
    let database = Database::fresh().await;
    let alone = Process::start_stand_ins(&database.url, "http://127.0.0.1:9").await;
    for path in ["/login", "/live", "/inbox", "/metrics"] {
        assert_eq!(status(format!("{}{path}", alone.url)).await, 404, "{path}");
    }
    let id = Uuid::now_v7();
    let tell = async |body: Value| {
        let url = format!("{}/api/sandbox/connections/{id}", alone.url);
        let answer = client().put(url).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let account = |provider: &str, field: &str| json!({ "provider": provider, "channel": "106540352242922", "name": "Shop", "fields": { field: "a token" } });
    for (provider, field, why) in [("pigeon", "x", "no stand-in"), ("meta", "x", "no field x")] {
        let (status, said) = tell(account(provider, field)).await;
        assert!(status == 422 && said.contains(why), "{status} {said}");
    }
    // Once more with another token: it is changed.
    for _ in 0..2 {
        let (status, said) = tell(account("meta", "access_token")).await;
        assert_eq!(status, 200, "{said}");
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(said["api_base"], format!("{}/sandbox/meta/v25.0", alone.url));
        assert_eq!(said["webhooks"], format!("http://127.0.0.1:9/webhooks/meta/{id}"));
    }
    let listed = client().get(format!("{}/api/sandbox/phones", alone.url)).send().await.unwrap();
    let listed: Value = listed.json().await.unwrap();
    assert_eq!(listed["lines"].as_array().unwrap().len(), 1);
    assert_eq!(listed["phones"].as_array().unwrap().len(), 3);
}
