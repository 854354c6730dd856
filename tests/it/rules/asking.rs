//! When rules are asked, on what, and what is written down of it.

use contract::rules::Outcome;
use desk::domain::rules::{Compiled, evaluate};

use super::*;
use crate::offers;

fn labels(name: &str, when: &str, label: &str) -> Rule {
    rule(name, json!({ "when": [when], "then": [{ "do": "add_labels", "with": { "labels": [label] } }] }))
}

#[tokio::test]
async fn without_rules_nothing_is_asked_and_nothing_is_written() {
    let desk = TestDesk::start().await;
    writes(&desk, ANA, "hi").await;
    assert_eq!(desk.database.number("select count(*) from rule_decisions").await, 0);
}

#[tokio::test]
async fn a_first_message_is_told_from_the_next_one() {
    let desk = TestDesk::start().await;
    live(&desk, &[labels("new", "first_message", "new"), labels("again", "message_in", "wrote")]).await;
    let id = writes(&desk, ANA, "hi").await;
    assert_eq!(desk.card(id).await.labels, ["new", "wrote"]);
    writes(&desk, ANA, "hello?").await;
    let told: Vec<_> = decisions(&desk, id).await.into_iter().map(|one| one.event).collect();
    assert_eq!(told, ["conversation_opened", "first_message", "message_in", "message_in"]);
    let last = decisions(&desk, id).await.pop().unwrap();
    assert_eq!(last.facts.is("message_text"), &contract::rules::Value::Text("hello?".to_owned()));
    assert_eq!(last.facts.is("is_first_message"), &contract::rules::Value::Truth(false));
    assert_eq!(last.done[0].outcome, Outcome::Instead, "the label is there already: {last:?}");
}

#[tokio::test]
async fn what_a_rule_does_makes_no_rule_do_anything() {
    let desk = TestDesk::start().await;
    let urgent = json!({ "do": "set_priority", "with": { "priority": "urgent" } });
    let chain = [
        rule("first", json!({ "when": ["message_in"], "then": [urgent] })),
        labels("second", "priority_changed", "never"),
    ];
    live(&desk, &chain).await;
    let id = writes(&desk, ANA, "hi").await;
    let card = desk.card(id).await;
    assert_eq!((card.priority, card.labels.len()), (contract::Priority::Urgent, 0));
    // Somebody here does it, and it is asked.
    let sara = desk.agent("Sara").await;
    let low = contract::Command::Prioritise { priority: contract::Priority::Low };
    offers::act(&desk, &sara, id, low).await.unwrap();
    assert_eq!(desk.card(id).await.labels, ["never"]);
    let told = about(&desk, id, "priority_changed").await.pop().unwrap();
    assert_eq!(told.facts.was("priority"), &contract::rules::Value::Text("urgent".to_owned()));
}

#[tokio::test]
async fn every_decision_gives_the_same_answer_again() {
    let desk = TestDesk::start().await;
    desk.with_bot().await;
    let refund = json!({ "any": [
        { "is": { "fact": "message_text", "operator": "matches", "value": "\\brefund\\b" } },
        { "is": { "fact": "intent", "operator": "equals", "value": "refund" } },
    ] });
    let rules = [
        rule(
            "refunds",
            json!({ "when": ["message_in", "handed_off"], "if": refund, "after": "continue",
            "then": [{ "do": "add_labels", "with": { "labels": ["refund"] } }] }),
        ),
        rule(
            "rest",
            json!({ "when": ["handed_off"], "then": [{ "do": "note", "with": { "text": "Look here." } }] }),
        ),
    ];
    live(&desk, &rules).await;
    let packet =
        offers::packet(json!({ "reason_code": "customer_asked", "intent": "Refund", "confidence": 0.755 }));
    let id = offers::hands_off(&desk, ANA, packet).await;
    writes(&desk, ANA, "where is my refund").await;
    let all = decisions(&desk, id).await;
    assert!(all.iter().any(|one| one.event == "handed_off" && one.matched.len() == 2), "{all:?}");
    for decision in all {
        let rules = Compiled::new(decision.version, rules.to_vec());
        let again = evaluate(&rules, &decision.event, &decision.facts);
        assert_eq!((again.matched(), again.trace), (decision.matched, decision.trace));
    }
    let card = desk.card(id).await;
    assert_eq!(card.labels, ["refund"]);
    let handed = about(&desk, id, "handed_off").await.pop().unwrap();
    assert_eq!(handed.facts.is("confidence"), &contract::rules::Value::Number(76));
}

#[tokio::test]
async fn a_blocked_customer_is_asked_about_by_nobody() {
    let desk = TestDesk::start().await;
    live(&desk, &[labels("new", "message_in", "new")]).await;
    let id = writes(&desk, ANA, "hi").await;
    let sara = desk.agent("Sara").await;
    let epoch = desk.card(id).await.epoch;
    offers::act(&desk, &sara, id, contract::Command::Resolve { epoch }).await.unwrap();
    desk.sql("update contacts set blocked = true").await;
    let before = decisions(&desk, id).await.len();
    writes(&desk, ANA, "hi again").await;
    assert_eq!(decisions(&desk, id).await.len(), before);
}

#[tokio::test]
async fn what_many_customers_write_at_once_is_asked_about_once_each() {
    let desk = TestDesk::start().await;
    let other = desk.another().await;
    live(&desk, &[labels("new", "first_message", "new")]).await;
    let other_knows = || async { (other.desk.rules.now().version == 1).then_some(()) };
    tests::until("the other process has heard of the rules", other_knows).await;
    let mut sent = tokio::task::JoinSet::new();
    for number in 0..40 {
        let from = format!("49171392{number:05}");
        let message = tests::meta::text(&from, &format!("wamid.many.{number}"), "hi");
        let webhook = tests::meta::messages(&from, &[message]);
        let (url, http) = ([&desk, &other][number % 2].url().to_owned(), desk.http().clone());
        let (connection, body) = (desk.connection, serde_json::to_vec(&webhook).unwrap());
        sent.spawn(async move {
            let signature = tests::meta::signature(tests::desk::APP_SECRET, &body);
            let request = http.post(format!("{url}/webhooks/meta/{connection}"));
            let request = request.header("x-hub-signature-256", signature).body(body);
            assert_eq!(request.send().await.unwrap().status(), 200);
        });
    }
    while let Some(done) = sent.join_next().await {
        done.unwrap();
    }
    desk.settled().await;
    let labelled = "select count(*) from conversations where labels = '{new}'";
    assert_eq!(desk.database.number(labelled).await, 40);
    let asked =
        "select count(*) from rule_decisions where event = 'first_message' and cardinality(matched) = 1";
    assert_eq!(desk.database.number(asked).await, 40);
}

#[tokio::test]
async fn decisions_are_forgotten_after_thirty_days() {
    let desk = TestDesk::start().await;
    live(&desk, &[labels("new", "message_in", "new")]).await;
    let id = writes(&desk, ANA, "hi").await;
    let all = decisions(&desk, id).await.len();
    desk.sql("update rule_decisions set at = desk_now() - interval '31 days' where event = 'first_message'")
        .await;
    assert_eq!(desk.store.forget_rule_decisions(30).await.unwrap(), 1);
    assert_eq!(decisions(&desk, id).await.len(), all - 1);
}

#[tokio::test]
async fn a_screen_sees_what_a_rule_has_done_with_a_message_it_was_handed() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    live(&desk, &[labels("refunds", "message_in", "refund")]).await;
    let id = writes(&desk, ANA, "hi").await;
    desk.sql("update conversations set labels = '{}'").await;
    // The label of the first message may be told as late as now.
    let before = desk.card(id).await.seq;
    let cursor = desk.store.cursor().await.unwrap().to_string();
    let mut socket = tests::Socket::open(desk.url(), &desk.cookie(&sara).await, &cursor).await;
    writes(&desk, ANA, "my refund").await;
    let labelled = |event: &contract::Event| {
        event.seq > before && matches!(event.change, contract::Change::Labelled { .. })
    };
    let seen = socket.until_event("the label", labelled).await;
    assert_eq!((seen.conversation, seen.actor), (id, contract::Actor::Desk));
    assert_eq!(seen.card.labels, ["refund"]);
    let mut seqs: Vec<i64> = socket.events.iter().map(|event| event.seq).collect();
    seqs.dedup();
    assert!(seqs.is_sorted(), "{seqs:?}");
}

#[tokio::test]
async fn a_fault_in_asking_costs_no_message_no_reply_and_no_handoff() {
    let desk = TestDesk::start().await;
    desk.with_bot().await;
    live(&desk, &[labels("all", "message_in", "new"), labels("handed", "handed_off", "handed")]).await;
    // As if a part of ours were broken: what came of it cannot be written down.
    desk.sql("alter table rule_decisions rename to gone").await;
    let id = offers::hands_off(&desk, ANA, offers::asked()).await;
    let card = desk.card(id).await;
    assert_eq!((card.stage, card.labels.len()), (contract::Stage::Waiting, 0), "nothing of it is half done");
    assert_eq!(desk.ledger().await.rejected, 0);
    let stories = offers::story(&desk, id).await;
    assert!(stories.contains(&"handoff_created".to_owned()), "{stories:?}");
}
