//! Promises about time: what counts, what stands still, and that each is told once.

use contract::sla::SlaDraft;
use contract::{Command, SlaId, Stage};

use super::*;
use crate::offers;

fn gold() -> SlaDraft {
    SlaDraft {
        name: "Gold".to_owned(),
        first_response: Some(10),
        next_response: Some(20),
        resolution: Some(60),
        warning: 5,
        working_time: true,
    }
}

async fn promise(desk: &TestDesk, draft: SlaDraft) -> SlaId {
    desk::flows::slas::save(&desk.desk, None, draft).await.unwrap()
}

fn labels(when: &str, label: &str) -> Rule {
    let then = json!([{ "do": "add_labels", "with": { "labels": [label] } }]);
    rule(label, json!({ "when": [when], "then": then }))
}

/// The policy holds for whoever writes.
fn holds(policy: &str) -> Rule {
    let then = json!([{ "do": "set_sla", "with": { "policy": policy } }]);
    rule("promise", json!({ "when": ["first_message"], "then": then }))
}

/// So many minutes go by for all that is promised.
async fn pass(desk: &TestDesk, minutes: i64) {
    desk.sql(&format!(
        "update sla_clocks set running_since = running_since - interval '{minutes} minutes',
                warn_at = warn_at - interval '{minutes} minutes', due_at = due_at - interval '{minutes} minutes'"
    ))
    .await;
}

/// What is promised in a conversation: each with whether it counts.
async fn clocks(desk: &TestDesk, id: ConversationId) -> Vec<String> {
    let sql = format!(
        "select target || case when running_since is null then ' stands' else ' runs' end from sla_clocks
          where conversation_id = '{id}' order by target"
    );
    desk.database.words(&sql).await
}

/// How often something was told of promises.
async fn told(desk: &TestDesk, event: &str) -> i64 {
    desk.database.number(&format!("select count(*) from events where change ? '{event}'")).await
}

async fn until_told(desk: &TestDesk, event: &str, times: i64) {
    tests::until(&format!("{event} is told"), || async { (told(desk, event).await >= times).then_some(()) })
        .await;
    // Both servers look at least twice more.
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    assert_eq!(told(desk, event).await, times, "{event}");
}

#[tokio::test]
async fn a_warning_and_the_breach_are_told_once_by_two_servers_and_after_a_restart() {
    let desk = TestDesk::start().await;
    promise(&desk, SlaDraft { resolution: None, ..gold() }).await;
    live(&desk, &[holds("gold"), labels("sla_warning", "soon"), labels("sla_breached", "late")]).await;
    let other = desk.another().await;
    for number in 0..8 {
        let from = format!("49171392{number:05}");
        desk.customer_writes(&from, &format!("wamid.sla.{number}"), "hi").await;
    }
    desk.settled().await;
    assert_eq!(desk.database.number("select count(*) from sla_clocks where due_at is not null").await, 8);
    pass(&desk, 6).await;
    until_told(&desk, "sla_warning", 8).await;
    assert_eq!(told(&desk, "sla_breached").await, 0);
    other.stop().await;
    desk.stop().await;
    pass(&desk, 5).await;
    let again = desk.another().await;
    until_told(&again, "sla_breached", 8).await;
    assert_eq!(told(&again, "sla_warning").await, 8);
    let labelled = "select count(*) from conversations where labels = '{late,soon}'";
    assert_eq!(desk.database.number(labelled).await, 8);
    let facts = desk.database.words(
        "select distinct facts -> 'are' ->> 'sla_target' from rule_decisions where event = 'sla_breached'",
    );
    assert_eq!(facts.await, ["first_response"]);
}

#[tokio::test]
async fn it_stands_still_while_put_aside_and_while_the_customer_is_waited_for() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    promise(&desk, gold()).await;
    live(&desk, &[holds("Gold")]).await;
    let id = writes(&desk, ANA, "hi").await;
    assert_eq!(clocks(&desk, id).await, ["first_response runs", "resolution runs"]);
    let epoch = desk.card(id).await.epoch;
    offers::act(&desk, &sara, id, Command::Take { epoch }).await.unwrap();
    let until = Time(desk.store.clock().await.unwrap().0 + 3_600_000);
    let epoch = desk.card(id).await.epoch;
    offers::act(&desk, &sara, id, Command::Snooze { epoch, until }).await.unwrap();
    assert_eq!(clocks(&desk, id).await, ["first_response stands", "resolution stands"]);
    pass(&desk, 600).await;
    desk.sql(&format!("update conversations set snoozed_until = desk_now() where id = '{id}'")).await;
    tests::until("it comes back", || async { (desk.card(id).await.stage == Stage::Assigned).then_some(()) })
        .await;
    assert_eq!(clocks(&desk, id).await, ["first_response runs", "resolution runs"]);
    let epoch = desk.card(id).await.epoch;
    let body = contract::Body::text("What can I do for you?");
    offers::act(
        &desk,
        &sara,
        id,
        Command::Reply { epoch, body, quoted: None, claim: contract::command::Claim::IfFree },
    )
    .await
    .unwrap();
    assert_eq!(clocks(&desk, id).await, ["resolution stands"], "the customer is waited for");
    pass(&desk, 600).await;
    writes(&desk, ANA, "a refund").await;
    assert_eq!(clocks(&desk, id).await, ["next_response runs", "resolution runs"]);
    assert_eq!((told(&desk, "sla_warning").await, told(&desk, "sla_breached").await), (0, 0));
    pass(&desk, 16).await;
    until_told(&desk, "sla_warning", 1).await;
    let epoch = desk.card(id).await.epoch;
    offers::act(&desk, &sara, id, Command::Resolve { epoch }).await.unwrap();
    assert!(clocks(&desk, id).await.is_empty(), "nothing is promised in what is done");
}

#[tokio::test]
async fn only_working_time_counts_and_a_policy_that_changes_holds_at_once() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    // Open for one minute of the week, five days ago.
    let closed = desk
        .database
        .number("select extract(isodow from now() at time zone 'UTC' - interval '5 days')::bigint")
        .await;
    desk.team_like("Support", &[&sara], |draft| {
        let week = vec![contract::hours::Span { day: u8::try_from(closed).unwrap(), from: 0, to: 1 }];
        let hours = contract::hours::Hours { zone: "UTC".to_owned(), week, holidays: Vec::new() };
        draft.placing.hours = Some(hours);
    })
    .await;
    let sla = promise(&desk, gold()).await;
    live(&desk, &[holds("Gold")]).await;
    let id = writes(&desk, ANA, "hi").await;
    let due = format!(
        "select (due_at - desk_now() > interval '1 day')::int::bigint from sla_clocks
                        where conversation_id = '{id}' and target = 'first_response'"
    );
    assert_eq!(desk.database.number(&due).await, 1, "people answer a minute a week");
    let always = SlaDraft { working_time: false, ..gold() };
    desk::flows::slas::save(&desk.desk, Some(sla), always).await.unwrap();
    tests::until("it counts at once", || async { (desk.database.number(&due).await == 0).then_some(()) })
        .await;
    pass(&desk, 6).await;
    until_told(&desk, "sla_warning", 1).await;
    desk::flows::slas::remove(&desk.desk, sla).await.unwrap();
    assert!(clocks(&desk, id).await.is_empty());
    writes(&desk, ANA, "still there?").await;
    assert!(clocks(&desk, id).await.is_empty(), "what is gone is promised nowhere");
}
