//! The commands of the process, over databases of the tests' own.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tests::{Database, process};

/// Runs a command of the binary under test.
fn baton(database: Option<&Database>, arguments: &[&str], input: &[u8]) -> Output {
    let folder = std::env::temp_dir().join(format!("baton-cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = Command::new(process::binary());
    command
        .args(arguments)
        .current_dir(&folder)
        .env("BATON_DATA_DIR", &folder)
        .env("BATON_SECRET_KEY", "ab".repeat(32));
    match database {
        Some(database) => command.env("DATABASE_URL", &database.url),
        None => command.env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing"),
    };
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const WEBHOOK: &str = r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages",
    "value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550001111","phone_number_id":"7"},
    "contacts":[{"wa_id":"4917139200042","profile":{"name":"Ana"}}],"messages":[{"from":"4917139200042",
    "id":"wamid.1","timestamp":"1700000000","type":"text","text":{"body":"Hi"}}]}}]}]}"#;

#[test]
fn a_webhook_is_inspected_without_a_database() {
    let output = baton(None, &["inspect", "webhook", "--provider", "meta", "-"], WEBHOOK.as_bytes());
    assert!(output.status.success(), "{}", err(&output));
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown["items"][0]["text"], "Hi");
    assert_eq!(shown["items"].as_array().unwrap().len(), 1);
}

#[test]
fn an_unknown_provider_and_a_broken_body_are_refused_with_the_reason() {
    for (provider, reason) in [("carrier-pigeon", "there is meta"), ("meta", "cannot be read")] {
        let output = baton(None, &["inspect", "webhook", "--provider", provider, "-"], b"{");
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(err(&output).contains(reason), "{}", err(&output));
    }
}

#[test]
fn a_setting_that_cannot_be_used_stops_the_start() {
    for (flags, reason) in [
        (["--listen", "0.0.0.0:0", "--sandbox"], "nobody reaches from another machine"),
        (["--public-url", "desk", "--sandbox"], "such as https://desk.example.org"),
    ] {
        let arguments: Vec<&str> = ["serve"].into_iter().chain(flags).collect();
        let output = baton(None, &arguments, b"");
        assert!(!output.status.success());
        assert!(err(&output).contains(reason), "{}", err(&output));
    }
}

#[tokio::test]
async fn a_new_person_gets_a_password_once_and_a_second_one_with_the_same_address_is_refused() {
    let database = Database::fresh().await;
    let arguments = ["user", "add", "--email", "ada@example.org", "--name", "Ada", "--role", "admin"];
    let output = baton(Some(&database), &arguments, b"");
    assert!(output.status.success(), "{}", err(&output));
    let told = out(&output);
    let password = told.lines().find_map(|line| line.strip_prefix("password: ")).expect("it is printed");
    assert_eq!(password.len(), 20);
    assert_eq!(database.words("select role from agents").await, ["admin"]);
    let hashes = database.words("select password_hash from agents").await;
    assert!(hashes[0].starts_with("$argon2id$") && !hashes[0].contains(password));

    let again = baton(Some(&database), &arguments, b"");
    assert!(err(&again).contains("signs in with ada@example.org already"), "{}", err(&again));

    let arguments = ["user", "password", "--email", "ADA@example.org", "--password-stdin"];
    let given = baton(Some(&database), &arguments, b"lantern quarry mosaic thistle\n");
    assert!(given.status.success() && !out(&given).contains("lantern"), "{}", err(&given));
    assert_ne!(database.words("select password_hash from agents").await, hashes);
    assert_eq!(database.number("select session_epoch from agents").await, 2);
    let weak = baton(Some(&database), &arguments, b"password\n");
    assert!(err(&weak).contains("easy to guess"), "{}", err(&weak));
}

#[tokio::test]
async fn sample_conversations_are_whole_come_once_and_leave_nothing_behind() {
    let database = Database::fresh().await;
    let loaded = baton(Some(&database), &["sample", "load"], b"");
    assert!(loaded.status.success(), "{}", err(&loaded));
    assert_eq!(database.number("select count(distinct stage) from conversations").await, 5);
    let crooked = "select count(*) from conversations c where c.last_seq <>
                   (select count(*) from events e where e.conversation_id = c.id and e.seq between 1 and c.last_seq)";
    assert_eq!(database.number(crooked).await, 0);
    let conversations = database.number("select count(*) from conversations").await;
    let again = baton(Some(&database), &["sample", "load"], b"");
    assert!(again.status.success() && out(&again).contains("already"), "{}", err(&again));
    assert_eq!(database.number("select count(*) from conversations").await, conversations);

    let id =
        database.words("select id::text from conversations where stage = 'waiting' limit 1").await.remove(0);
    let shown = baton(Some(&database), &["show", "conversation", &id, "--json"], b"");
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    for part in ["messages", "deliveries", "events", "handoffs"] {
        assert!(!shown[part].as_array().unwrap().is_empty(), "{part}");
    }
    assert_eq!(shown["conversation"]["id"], id.as_str());

    let removed = baton(Some(&database), &["sample", "remove"], b"");
    assert!(removed.status.success(), "{}", err(&removed));
    for table in
        ["contacts", "conversations", "messages", "deliveries", "events", "connections", "agents", "bots"]
    {
        assert_eq!(database.number(&format!("select count(*) from {table}")).await, 0, "{table}");
    }
}

#[tokio::test]
async fn sample_stories_are_told_by_their_own_bot_whoever_answers_by_now() {
    let database = Database::fresh().await;
    assert!(baton(Some(&database), &["sample", "load"], b"").status.success());
    let conversations = database.number("select count(*) from conversations").await;
    let emptied = "delete from conversations; delete from contacts;
                   insert into bots (id, name, kind, definition)
                   values ('0199a7c0-0000-7000-8000-000000000001', 'Robin', 'api', '{}');
                   update channels set bot_id = '0199a7c0-0000-7000-8000-000000000001';";
    for spoilt in [emptied, "delete from conversations; delete from contacts; delete from bots where sample"]
    {
        database.sql(spoilt).await;
        let again = baton(Some(&database), &["sample", "load"], b"");
        assert!(again.status.success(), "{}", err(&again));
        assert_eq!(database.number("select count(*) from conversations").await, conversations);
        assert_eq!(database.number("select count(*) from bots where sample").await, 1);
    }
}

#[tokio::test]
async fn the_doctor_finds_a_healthy_database_healthy_and_an_absent_one_absent() {
    let database = Database::fresh().await;
    let output = baton(Some(&database), &["doctor"], b"");
    assert!(output.status.success(), "{}", out(&output));
    assert!(out(&output).contains("ok    database"), "{}", out(&output));
    assert!(out(&output).contains("ok    schema"), "{}", out(&output));

    let absent = baton(None, &["doctor"], b"");
    assert!(!absent.status.success());
    assert!(out(&absent).contains("fail  database"), "{}", out(&absent));
}

#[tokio::test]
async fn an_empty_database_is_migrated_and_a_second_time_nothing_happens() {
    let database = Database::empty().await;
    for _ in 0..2 {
        let output = baton(Some(&database), &["migrate"], b"");
        assert!(output.status.success(), "{}", err(&output));
    }
    assert!(database.number("select count(*) from _sqlx_migrations where success").await > 0);
}

#[tokio::test]
async fn a_token_is_made_listed_and_ended() {
    let database = Database::fresh().await;
    let run = |arguments: &[&str]| baton(Some(&database), arguments, b"");
    let add = ["user", "add", "--email", "ada@example.org", "--name", "Ada", "--role", "admin"];
    assert!(run(&add).status.success());
    let nobody = run(&["token", "create", "--name", "Shop"]);
    assert!(!nobody.status.success() && err(&nobody).contains("--bot"), "{}", err(&nobody));
    let odd = ["token", "create", "--name", "Shop", "--person", "ada@example.org", "--scopes", "all"];
    assert!(err(&run(&odd)).contains("events:read"));
    let made =
        run(&["token", "create", "--name", "Shop", "--person", "ada@example.org", "--test", "--days", "30"]);
    assert!(made.status.success(), "{}", err(&made));
    assert!(out(&made).starts_with("baton_test_"));
    let listed = out(&run(&["token", "list"]));
    assert!(listed.contains("\ttest\tperson Ada\tShop\t") && listed.contains("never used"), "{listed}");
    let id = listed.split('\t').next().unwrap();
    assert!(run(&["token", "revoke", id]).status.success());
    assert!(out(&run(&["token", "list"])).contains("revoked"));
    assert!(err(&run(&["token", "revoke", id])).contains("revoked already"));
}
