//! Bots against people, and processes against each other.

use std::time::Duration;

use contract::{ClientId, Command, Owner, Request, Stage};
use desk::channels::Sender;
use desk::flows;
use desk::store::contacts::Learned;
use serde_json::json;
use tests::{TestDesk, until};
use uuid::Uuid;

use super::server::Reply;
use super::{ANA, card, handed_off, hooked, said};

fn slow(ms: u64, words: &str) -> Reply {
    let body = json!({ "messages": [{ "text": words }] }).to_string();
    Reply::After(Duration::from_millis(ms), 200, body)
}

async fn outcome(desk: &TestDesk, count: usize) -> Vec<String> {
    until("the turns are written down", || async {
        let outcomes = desk.database.words("select outcome from bot_calls order by outcome").await;
        (outcomes.len() >= count).then_some(outcomes)
    })
    .await
}

#[tokio::test]
async fn an_answer_that_comes_after_a_takeover_is_dropped() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let (server, _) = hooked(&desk).await;
    server.then(|_| slow(600, "too late"));
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    server.until_asked(1).await;
    let id = desk.conversation_of(ANA).await;
    let take = Command::Take { epoch: card(&desk).await.epoch };
    let request = Request { id: ClientId(Uuid::new_v4()), conversation: id, command: take };
    flows::act(&desk.desk, TestDesk::acting(&sara), request).await.unwrap();
    assert_eq!(outcome(&desk, 1).await, ["dropped"]);
    desk.settled().await;
    assert!(said(&desk).is_empty());
    let card = card(&desk).await;
    assert_eq!((card.stage, card.owner), (Stage::Assigned, Owner::Agent(sara.id)));
    assert_eq!(desk.database.number("select count(*) from bot_breakers").await, 0, "that is nobody's fault");
}

/// The bot loses the conversation and gets it back while it thinks: its old answer is dropped, and takes the turn that
/// was queued since then not along.
#[tokio::test]
async fn an_old_answer_leaves_the_turn_after_it_alone() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let (server, _) = hooked(&desk).await;
    server.then(|_| slow(1_500, "old"));
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    server.until_asked(1).await;
    let id = desk.conversation_of(ANA).await;
    for back in [false, true] {
        let epoch = card(&desk).await.epoch;
        let command = match back {
            false => Command::Take { epoch },
            true => Command::ReturnToBot { epoch, note: "go on".to_owned(), settled: Vec::new() },
        };
        let request = Request { id: ClientId(Uuid::new_v4()), conversation: id, command };
        flows::act(&desk.desk, TestDesk::acting(&sara), request).await.unwrap();
    }
    desk.sql("update bots set quiet_ms = 10000, burst_ms = 60000").await;
    desk.customer_writes(ANA, "wamid.2", "and now?").await;
    assert_eq!(outcome(&desk, 1).await, ["dropped"]);
    assert_eq!(desk.database.number("select count(*) from bot_turns").await, 1);
    server.then(|_| slow(0, "new"));
    desk.sql("update bot_turns set due_at = desk_now()").await;
    desk.provider.until_seen(1).await;
    assert_eq!(said(&desk), ["new"]);
}

#[tokio::test]
async fn of_two_processes_one_asks_about_a_message() {
    let desk = TestDesk::start().await;
    let others = [desk.another().await, desk.another().await];
    let (server, _) = hooked(&desk).await;
    server.then(|_| slow(30, "once"));
    for number in 0..20 {
        let from = format!("49171392005{number:02}");
        desk.customer_writes(&from, &format!("wamid.{number}"), "hi").await;
    }
    desk.provider.until_seen(20).await;
    desk.settled().await;
    assert_eq!((server.asked().len(), said(&desk).len()), (20, 20));
    for other in others {
        other.stop().await;
    }
}

/// A process that has lost its lease while it waited: the turn is taken again, under the same id, and said once.
#[tokio::test]
async fn a_turn_that_is_taken_again_is_answered_once() {
    let desk = TestDesk::start().await;
    let (server, bot) = hooked(&desk).await;
    server.then(|_| slow(2_000, "once"));
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    server.until_asked(1).await;
    desk.sql("update bot_turns set lease_until = desk_now() - interval '1 second'").await;
    desk.desk.bus.turns();
    let asked = server.until_asked(2).await;
    assert_eq!(asked[0].header("webhook-id"), asked[1].header("webhook-id"));
    assert_eq!(outcome(&desk, 2).await, ["answered", "dropped"]);
    desk.settled().await;
    assert_eq!(said(&desk), ["once"]);
    assert_eq!(card(&desk).await.owner, Owner::Bot(bot));
}

/// The same, but the second try fails: the answer of the first one stands, and nobody is bothered.
#[tokio::test]
async fn a_failure_after_an_answer_hands_nothing_off() {
    let desk = TestDesk::start().await;
    let (server, bot) = hooked(&desk).await;
    server.then(|_| slow(1_000, "once"));
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    server.until_asked(1).await;
    server.then(|_| Reply::After(Duration::from_millis(1_500), 400, "broken".into()));
    desk.sql("update bot_turns set lease_until = desk_now() - interval '1 second'").await;
    desk.desk.bus.turns();
    outcome(&desk, 2).await;
    desk.settled().await;
    assert_eq!((said(&desk).len(), card(&desk).await.owner), (1, Owner::Bot(bot)));
}

#[tokio::test]
async fn a_handoff_and_a_takeover_at_once_leave_one_handoff_and_one_owner() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let (server, _) = hooked(&desk).await;
    let handoff = json!({ "handoff": { "reason_code": "customer_asked" } }).to_string();
    for round in 0..15 {
        let answer = handoff.clone();
        server.then(move |_| Reply::After(Duration::from_millis(20), 200, answer.clone()));
        let from = format!("49171392006{round:02}");
        desk.customer_writes(&from, &format!("wamid.{round}"), "hi").await;
        server.until_asked(round + 1).await;
        let id = desk.conversation_of(&from).await;
        loop {
            let take = Command::Take { epoch: desk.card(id).await.epoch };
            let request = Request { id: ClientId(Uuid::new_v4()), conversation: id, command: take };
            if flows::act(&desk.desk, TestDesk::acting(&sara), request).await.is_ok() {
                break;
            }
        }
        assert_eq!(desk.card(id).await.owner, Owner::Agent(sara.id));
    }
    desk.settled().await;
    let twice =
        "select count(*) from (select 1 from handoffs group by conversation_id having count(*) > 1) x";
    assert_eq!(desk.database.number(twice).await, 0);
}

/// A webhook has met the customer and waits for the conversation, which the bot's answer holds: the answer must not wait
/// for the webhook.
#[tokio::test]
async fn a_handoff_waits_for_no_webhook_that_has_met_the_customer() {
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    let over = json!({ "messages": [{ "text": "One moment." }],
                       "handoff": { "reason_code": "customer_request", "summary": "wants a person" } });
    server.then(move |_| Reply::After(Duration::from_millis(500), 200, over.to_string()));
    desk.customer_writes(ANA, "wamid.1", "a person, please").await;
    server.until_asked(1).await;
    let sender = Sender { phone: Some(ANA.to_owned()), ..Sender::default() };
    let channel = card(&desk).await.channel;
    let mut webhook = desk.store.begin().await.unwrap();
    let (_, met) = webhook.meet(&[Learned { channel, sender, makes: false }]).await.unwrap();
    assert_eq!(met.len(), 1);
    handed_off(&desk, ANA).await;
    desk.provider.until_seen(1).await;
    assert_eq!(said(&desk), ["One moment."]);
    // It has the conversation to itself afterwards.
    assert!(webhook.lock(desk.conversation_of(ANA).await).await.unwrap().is_some());
    webhook.commit().await.unwrap();
}
