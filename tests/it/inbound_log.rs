//! The log of what came in: paging, filters, one webhook, and applying it again.

use contract::connection::{SettingsTask, TaskDone};
use contract::seat::SeatError;
use contract::settings::{Settings, SettingsPage};
use contract::webhook::{Came, LogQuery, RawBody, Replayed, WebhookKey, WebhookLog, WebhookPage};
use desk::auth::sessions::SignedIn;
use desk::settings::{run, settings};
use serde_json::{Value, json};
use tests::TestDesk;
use tests::desk::{add_channel, add_connection};
use tests::meta::{messages, status, statuses, text};

const ANA: &str = "4917139200099";

async fn admin(desk: &TestDesk) -> SignedIn {
    desk.signed_in(&desk.admin()).await
}

async fn log(desk: &TestDesk, who: &SignedIn, query: LogQuery) -> WebhookLog {
    match settings(&desk.desk, who, SettingsPage::Inbound(query)).await.unwrap() {
        Settings::Inbound(log) => log,
        other => panic!("{other:?}"),
    }
}

async fn one(desk: &TestDesk, who: &SignedIn, key: WebhookKey) -> WebhookPage {
    match settings(&desk.desk, who, SettingsPage::Webhook(key)).await.unwrap() {
        Settings::Webhook(page) => *page,
        other => panic!("{other:?}"),
    }
}

async fn replayed(desk: &TestDesk, who: &SignedIn, webhook: WebhookKey) -> Replayed {
    match run(&desk.desk, who, SettingsTask::Replay { webhook }).await.unwrap() {
        TaskDone::Replayed(came) => came,
        other => panic!("{other:?}"),
    }
}

/// A webhook with one item for the known number and one for another.
fn for_two_numbers() -> Value {
    let mut body = messages(ANA, &[text(ANA, "wamid.1", "Hello?")]);
    let mut other = body["entry"][0]["changes"][0].clone();
    other["value"]["metadata"]["phone_number_id"] = json!("999");
    other["value"]["messages"][0]["id"] = json!("wamid.2");
    body["entry"][0]["changes"].as_array_mut().unwrap().push(other);
    body
}

#[tokio::test]
async fn the_log_is_paged_from_the_latest_on_and_filtered() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    let other = add_connection(&desk.database, &desk.desk, "https://other.example").await;
    desk.sql(&format!(
        "insert into ledger (day, connection_id, received_at, body, state, items, applied, rejected)
         select (date '2026-01-01' + n / 40), case when n % 10 = 0 then '{other}'::uuid else '{}'::uuid end,
                timestamptz '2026-01-01 12:00Z' + n * interval '36 minutes', '\\x7b7d', 'done', 1,
                (n % 2), 1 - (n % 2)
           from generate_series(0, 119) n",
        desk.connection
    ))
    .await;
    let (mut query, mut seen) = (LogQuery::default(), Vec::new());
    for expected in [50, 50, 20] {
        let page = log(&desk, &boss, query).await;
        assert_eq!(page.lines.len(), expected);
        assert_eq!(page.next.is_some(), expected == 50);
        seen.extend(page.lines.iter().map(|line| line.key));
        query.before = page.next;
    }
    assert!(seen.is_sorted_by(|a, b| a > b), "the latest come first and none comes twice");
    let of_other = LogQuery { connection: Some(other), ..LogQuery::default() };
    assert_eq!(log(&desk, &boss, of_other).await.lines.len(), 12);
    let rejected = LogQuery { came: Some(Came::Rejected), ..of_other };
    assert_eq!(log(&desk, &boss, rejected).await.lines.len(), 12);
    let pending = LogQuery { came: Some(Came::Pending), ..LogQuery::default() };
    assert_eq!(log(&desk, &boss, pending).await.lines, []);
    let names: Vec<_> =
        log(&desk, &boss, query).await.connections.into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["Test", "Test"]);
}

#[tokio::test]
async fn one_webhook_shows_what_it_held_and_what_became_of_it() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    assert_eq!(desk.post(&for_two_numbers()).await, 200);
    desk.applied().await;
    let key = log(&desk, &boss, LogQuery::default()).await.lines[0].key;
    let page = one(&desk, &boss, key).await;
    let counts = page.line.counts.unwrap();
    assert_eq!((counts.items, counts.applied, counts.rejected), (2, 1, 1));
    assert_eq!(page.content_type.as_deref(), Some("application/json"));
    assert!(
        matches!(&page.body, RawBody::Json(text) if text.contains("\"wamid.1\"") && text.lines().count() > 20)
    );
    let items = page.items.unwrap();
    assert!(items.len() == 2 && items[0].contains("Hello?"), "{items:?}");
    let (place, rejection) = &page.rejections[0];
    assert_eq!((*place, rejection.reason.as_str()), (1, "unknown_channel"));
    let gone = SettingsPage::Webhook(WebhookKey { day: key.day, id: key.id + 1 });
    assert_eq!(settings(&desk.desk, &boss, gone).await, Err(SeatError::NotFound));
}

#[tokio::test]
async fn what_was_rejected_is_applied_again_once_its_number_is_set_up_and_nothing_twice() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    assert_eq!(desk.post(&for_two_numbers()).await, 200);
    desk.applied().await;
    let key = log(&desk, &boss, LogQuery::default()).await.lines[0].key;
    let before = replayed(&desk, &boss, key).await;
    assert_eq!((before.applied, before.duplicate, before.rejected), (0, 1, 1));
    add_channel(&desk.database, desk.connection, "999").await;
    let now = replayed(&desk, &boss, key).await;
    assert_eq!((now.applied, now.duplicate, now.rejected), (1, 1, 0));
    let ledger = desk.ledger().await;
    assert_eq!((ledger.received, ledger.applied, ledger.rejected), (2, 2, 0));
    assert_eq!(desk.database.number("select count(*) from rejections").await, 0);
    let again = replayed(&desk, &boss, key).await;
    assert_eq!((again.applied, again.duplicate), (0, 2));
    assert_eq!(desk.ledger().await.applied, 2, "what was applied stays applied");
    assert_eq!(desk.database.number("select count(*) from messages").await, 2);
}

#[tokio::test]
async fn a_status_that_waits_is_not_made_two_by_applying_it_again() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    assert_eq!(desk.post(&statuses(&[status("wamid.foreign", "sent", ANA)])).await, 200);
    desk.applied().await;
    let key = log(&desk, &boss, LogQuery::default()).await.lines[0].key;
    assert_eq!(replayed(&desk, &boss, key).await.pending, 1);
    assert_eq!(desk.database.number("select count(*) from parked_statuses").await, 1);
    assert_eq!(desk.ledger().await.pending, 1);
}

#[tokio::test]
async fn a_webhook_whose_body_was_dropped_is_listed_and_cannot_be_applied_again() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    desk.sql("update ledger set body = null").await;
    let line = log(&desk, &boss, LogQuery::default()).await.lines.remove(0);
    assert_eq!(line.bytes, None);
    assert_eq!(one(&desk, &boss, line.key).await.body, RawBody::Gone);
    let why = run(&desk.desk, &boss, SettingsTask::Replay { webhook: line.key }).await.unwrap_err();
    assert!(why.message.contains("dropped"), "{why:?}");
}

#[tokio::test]
async fn an_agent_sees_nothing_of_what_came_in_and_applies_nothing() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    let key = log(&desk, &boss, LogQuery::default()).await.lines[0].key;
    let bob = desk.signed_in(&desk.agent("Bob").await).await;
    for page in [
        SettingsPage::Inbound(LogQuery::default()),
        SettingsPage::Webhook(key),
        SettingsPage::Connection(desk.connection),
    ] {
        assert_eq!(settings(&desk.desk, &bob, page).await, Err(SeatError::Forbidden), "{page:?}");
    }
    let tasks = [
        SettingsTask::Replay { webhook: key },
        SettingsTask::Check { connection: desk.connection },
        SettingsTask::ClickToChat { channel: desk.channel, text: String::new() },
        SettingsTask::TryFields { provider: "meta".to_owned(), fields: Vec::new() },
    ];
    for task in tasks {
        let why = run(&desk.desk, &bob, task).await.unwrap_err();
        assert_eq!(why.message, "Only an admin may do this.");
    }
}
