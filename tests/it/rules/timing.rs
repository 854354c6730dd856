//! What time brings about, and that people come and go: each is told once, whatever servers there are.

use contract::{Command, Owner, Stage};

use super::*;
use crate::offers;

fn labels(when: &str, label: &str) -> Rule {
    let then = json!([{ "do": "add_labels", "with": { "labels": [label] } }]);
    rule(label, json!({ "when": [when], "then": then }))
}

/// What is due in a conversation some time.
async fn pending(desk: &TestDesk, id: ConversationId) -> Vec<String> {
    let sql = format!(
        "select event from rule_timers where conversation_id = '{id}' and due_at is not null order by event"
    );
    desk.database.words(&sql).await
}

/// The time of all that is due some time has come.
async fn time_comes(desk: &TestDesk) {
    desk.sql("update rule_timers set due_at = desk_now() where due_at is not null").await;
}

/// A server that knows the rules.
async fn other(desk: &TestDesk) -> TestDesk {
    let other = desk.another().await;
    tests::until("the other server has heard of the rules", || async {
        (other.desk.rules.now().version == desk.desk.rules.now().version).then_some(())
    })
    .await;
    other
}

async fn told(desk: &TestDesk, event: &str) -> i64 {
    desk.database.number(&format!("select count(*) from rule_decisions where event = '{event}'")).await
}

/// Waits until an event was told so often, and looks whether it stays so.
async fn until_told(desk: &TestDesk, event: &str, times: i64) {
    tests::until(&format!("{event} is told"), || async { (told(desk, event).await >= times).then_some(()) })
        .await;
    // Both servers look at least twice more.
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    assert_eq!(told(desk, event).await, times, "{event}");
}

#[tokio::test]
async fn of_two_servers_one_tells_each_event_and_tells_it_once() {
    let desk = TestDesk::start().await;
    let events = ["window_closing.60", "window_closed", "timer.30"];
    live(&desk, &events.map(|event| labels(event, event))).await;
    let _other = other(&desk).await;
    for number in 0..12 {
        let from = format!("49171392{number:05}");
        desk.customer_writes(&from, &format!("wamid.timed.{number}"), "hi").await;
    }
    desk.settled().await;
    let due = "select count(*) from rule_timers where due_at > desk_now()";
    assert_eq!(desk.database.number(due).await, 36);
    time_comes(&desk).await;
    for event in events {
        until_told(&desk, event, 12).await;
    }
    let labelled = "select count(*) from conversations where cardinality(labels) = 3";
    assert_eq!(desk.database.number(labelled).await, 12);
    assert_eq!(desk.database.number("select count(*) from rule_timers where due_at is not null").await, 0);
}

#[tokio::test]
async fn what_is_due_while_no_server_runs_is_told_once_when_one_does() {
    let desk = TestDesk::start().await;
    live(&desk, &[labels("timer.30", "late")]).await;
    let id = writes(&desk, ANA, "hi").await;
    assert_eq!(pending(&desk, id).await, ["timer.30"]);
    desk.stop().await;
    time_comes(&desk).await;
    let again = desk.another().await;
    until_told(&again, "timer.30", 1).await;
    again.stop().await;
    // And not once more when it starts again, nor because something else happens.
    let third = desk.another().await;
    writes(&third, ANA, "hello?").await;
    until_told(&third, "timer.30", 1).await;
    assert_eq!(third.card(id).await.labels, ["late"]);
}

#[tokio::test]
async fn a_timer_counts_from_when_the_conversation_began_or_was_opened_again() {
    let desk = TestDesk::start().await;
    live(&desk, &[labels("timer.30", "late")]).await;
    let id = writes(&desk, ANA, "hi").await;
    time_comes(&desk).await;
    until_told(&desk, "timer.30", 1).await;
    let sara = desk.agent("Sara").await;
    let epoch = desk.card(id).await.epoch;
    offers::act(&desk, &sara, id, Command::Resolve { epoch }).await.unwrap();
    assert!(pending(&desk, id).await.is_empty(), "nothing is due in what is resolved");
    offers::act(&desk, &sara, id, Command::Reopen).await.unwrap();
    assert_eq!(pending(&desk, id).await, ["timer.30"]);
    time_comes(&desk).await;
    until_told(&desk, "timer.30", 2).await;
}

#[tokio::test]
async fn whoever_owes_an_answer_is_idle_until_they_give_it() {
    let desk = TestDesk::start().await;
    let say = json!([{ "do": "send_message", "with": { "text": "Are you there?", "fallback": "skip" } }]);
    let ask = rule("ask", json!({ "when": ["idle_customer.5"], "then": say }));
    live(&desk, &[ask, labels("idle_agent.5", "slow")]).await;
    let sara = desk.agent("Sara").await;
    let id = writes(&desk, ANA, "hi").await;
    assert!(pending(&desk, id).await.is_empty(), "nobody has it");
    let epoch = desk.card(id).await.epoch;
    offers::act(&desk, &sara, id, Command::Take { epoch }).await.unwrap();
    assert_eq!(pending(&desk, id).await, ["idle_agent.5"]);
    time_comes(&desk).await;
    until_told(&desk, "idle_agent.5", 1).await;
    let epoch = desk.card(id).await.epoch;
    let body = contract::Body::text("What can I do for you?");
    let reply = Command::Reply { epoch, body, quoted: None, claim: contract::command::Claim::IfFree };
    offers::act(&desk, &sara, id, reply).await.unwrap();
    assert_eq!(pending(&desk, id).await, ["idle_customer.5"]);
    time_comes(&desk).await;
    until_told(&desk, "idle_customer.5", 1).await;
    assert!(pending(&desk, id).await.is_empty(), "what a rule says begins nothing");
    writes(&desk, ANA, "yes").await;
    assert_eq!(pending(&desk, id).await, ["idle_agent.5"], "another question, another episode");
}

#[tokio::test]
async fn a_bot_that_says_nothing_is_idle() {
    let desk = TestDesk::start().await;
    let bot = desk.with_bot().await;
    live(&desk, &[labels("idle_bot.5", "stuck"), labels("idle_customer.5", "gone")]).await;
    let id = writes(&desk, ANA, "hi").await;
    assert_eq!(pending(&desk, id).await, ["idle_customer.5"], "it has answered");
    // It answers no more: what it would have said is taken away.
    desk.sql(&format!("delete from messages where conversation_id = '{id}' and author_kind = 'bot'")).await;
    desk.sql("update bots set quiet_ms = 10000").await;
    desk.customer_writes(ANA, "wamid.idle", "hello?").await;
    assert_eq!(pending(&desk, id).await, ["idle_bot.5"]);
    assert_eq!(desk.card(id).await.owner, Owner::Bot(bot));
}

#[tokio::test]
async fn what_was_due_before_the_rules_is_no_news() {
    let desk = TestDesk::start().await;
    let (old, id) = (writes(&desk, BEN, "hi").await, writes(&desk, ANA, "hi").await);
    desk.sql(&format!(
        "update conversations set opened_at = desk_now() - interval '31 minutes' where id = '{old}'"
    ))
    .await;
    live(&desk, &[labels("timer.30", "late")]).await;
    tests::until("the timers are set", || async { (!pending(&desk, id).await.is_empty()).then_some(()) })
        .await;
    assert!(pending(&desk, old).await.is_empty());
    // Rules that listen to nothing of it leave nothing behind.
    live(&desk, &[labels("message_in", "new")]).await;
    tests::until("the timers are gone", || async { pending(&desk, id).await.is_empty().then_some(()) }).await;
}

#[tokio::test]
async fn somebody_comes_and_goes_and_their_conversations_are_told_once() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let back = rule("back", json!({ "when": ["agent_offline"], "then": [{ "do": "queue" }] }));
    live(&desk, &[back, labels("agent_online", "there")]).await;
    let _other = other(&desk).await;
    let id = writes(&desk, ANA, "hi").await;
    let epoch = desk.card(id).await.epoch;
    offers::act(&desk, &sara, id, Command::Take { epoch }).await.unwrap();
    desk.comes(&sara).await;
    until_told(&desk, "agent_online", 1).await;
    assert_eq!(desk.card(id).await.labels, ["there"]);
    desk.goes(&sara).await;
    until_told(&desk, "agent_offline", 1).await;
    let card = desk.card(id).await;
    assert_eq!((card.stage, card.owner), (Stage::Waiting, Owner::Nobody));
}
