//! Answers that come at the same moment.

use contract::{Body, Command, Packet, ReasonCode, Request};
use desk::bots::{After, Answer};
use desk::flows::bot_answer::together::{self, Ready};
use desk::flows::bot_answer::{self, Done};
use futures::future::join_all;
use serde_json::json;
use tests::TestDesk;
use uuid::Uuid;

use super::{hooked, server};
use crate::races::turn;

fn says(words: &str) -> Answer {
    Answer { messages: vec![Body::text(words)], ..Answer::default() }
}

fn number(n: usize) -> String {
    format!("49171392006{n:02}")
}

#[tokio::test]
async fn each_answer_counts_for_itself() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let bot = desk.with_bot().await;
    let mut ready = Vec::new();
    for n in 0..7 {
        desk.customer_writes(&number(n), &format!("wamid.{n}"), "hi").await;
        desk.settled().await;
        let id = desk.conversation_of(&number(n)).await;
        let place = turn(id, bot, desk.card(id).await.epoch).place();
        ready.push(Ready { place, answer: says(&format!("to {n}")), heard_to: 9 });
    }
    let before = desk.provider.texts().len();
    // Taken; in somebody's hands; its window is closed; answered before; two at once to the same.
    let id = |n: usize| ready[n].place.conversation;
    let take = Command::Take { epoch: ready[1].place.epoch };
    let request = Request { id: contract::ClientId(Uuid::new_v4()), conversation: id(1), command: take };
    desk::flows::act(&desk.desk, TestDesk::acting(&sara), request).await.unwrap();
    let mut tx = desk.store.begin().await.unwrap();
    tx.lock(id(2)).await.unwrap().unwrap();
    let closed = format!("update conversations set window_until = desk_now() where id = '{}'", id(3));
    desk.sql(&closed).await;
    ready[4].place.heard_from = -1;
    ready[6].place = ready[5].place;

    let done = together::answer(&desk.desk, &ready).await.unwrap();
    drop(tx);
    let expected = [Some(Done::Said), None, None, None, Some(Done::Repeated), Some(Done::Said), None];
    assert_eq!(done, expected);
    desk.settled().await;
    let mut said = desk.provider.texts().split_off(before);
    said.sort();
    assert_eq!(said, ["to 0", "to 5"]);
    assert_eq!(desk.database.number("select count(*) from messages where body::text like '%to 4%'").await, 0);

    // What was not said in company is said, refused or dropped by itself.
    let alone = async |n: usize| {
        let place = ready[n].place;
        let turn = turn(place.conversation, bot, place.epoch);
        bot_answer::answer(&desk.desk, &turn, says("alone"), 9).await
    };
    assert!(alone(1).await.is_err() && alone(3).await.is_err());
    assert_eq!(alone(2).await.unwrap(), Done::Said);
}

#[test]
fn only_what_says_something_and_nothing_else_goes_in_company() {
    assert!(together::only_says(&says("hi")) && together::only_says(&Answer::default()));
    let handoff = Some(Packet::because(ReasonCode::CustomerAsked));
    for other in [
        Answer { handoff, ..says("hi") },
        Answer { after: After::Resolve, ..says("hi") },
        Answer { after: After::Later, ..Answer::default() },
        Answer { missed: true, ..says("hi") },
        Answer { pauses: vec![desk::bots::Pause { before: 0, ms: 10 }], ..says("hi") },
    ] {
        assert!(!together::only_says(&other), "{other:?}");
    }
}

#[tokio::test]
async fn a_burst_of_customers_is_answered_once_each() {
    const CUSTOMERS: usize = 60;
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    server.then(|_| server::json(200, &json!({ "messages": [{ "text": "It is on its way." }] })));
    join_all((0..CUSTOMERS).map(|n| {
        let desk = &desk;
        async move { desk.customer_writes(&number(n), &format!("wamid.burst.{n}"), "hi").await }
    }))
    .await;
    desk.provider.until_seen(CUSTOMERS).await;
    desk.settled().await;
    let each = "select count(distinct conversation_id) from messages where author_kind = 'bot'";
    assert_eq!(desk.database.number(each).await, 60);
    assert_eq!(desk.database.number("select count(*) from messages where author_kind = 'bot'").await, 60);
    assert_eq!(desk.database.number("select count(*) from bot_turns").await, 0);
    assert_eq!(desk.database.number("select count(*) from bot_memory where turns = 1").await, 60);
    assert_eq!(desk.provider.texts().len(), CUSTOMERS);
}
