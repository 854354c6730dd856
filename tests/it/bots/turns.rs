//! When a bot is asked: once a burst, within its budget, and not about what people have settled.

use contract::{ClientId, Command, ReasonCode, Request};
use desk::flows;
use desk::store::batch::Settled;
use desk::store::bots::Queued;
use serde_json::{Value, json};
use tests::meta::{messages, seconds, text};
use tests::{TestDesk, until};
use uuid::Uuid;

use super::dialect::{self, HELLO};
use super::server::{Server, json as reply};
use super::{ANA, card, handed_off, hooked, said, with_bot};

fn tap(id: &str) -> Value {
    json!({"from": ANA, "id": id, "timestamp": seconds().to_string(), "type": "interactive",
           "interactive": {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}}})
}

/// How long after its first message a turn is due, and how long after now, in milliseconds.
const DUE: &str = "select to_ms(due_at) - to_ms(first_at) from bot_turns";

#[tokio::test]
async fn a_burst_waits_for_quiet_but_never_for_longer_than_it_may() {
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    desk.sql("update bots set quiet_ms = 9000, burst_ms = 60000").await;
    desk.customer_writes(ANA, "wamid.1", "I").await;
    assert_eq!(desk.database.number(DUE).await, 9_000);
    desk.sql("update bot_turns set first_at = first_at - interval '5 seconds'").await;
    desk.customer_writes(ANA, "wamid.2", "have").await;
    let due = desk.database.number(DUE).await;
    assert!((14_000..20_000).contains(&due), "{due}");
    desk.sql("update bots set burst_ms = 15000").await;
    desk.sql("update bot_turns set first_at = first_at - interval '5 seconds'").await;
    desk.customer_writes(ANA, "wamid.3", "a").await;
    let later = desk.database.number(DUE).await;
    assert!((due + 5_000..=due + 5_100).contains(&later), "what was due already stays due: {due}, {later}");
    assert!(server.asked().is_empty());
    // A tap is the end of it.
    assert_eq!(desk.post(&messages(ANA, &[tap("wamid.4")])).await, 200);
    assert_eq!(desk.database.number("select count(*) from bot_turns where due_at > desk_now()").await, 0);
    let asked = server.until_asked(1).await;
    desk.settled().await;
    let heard = asked[0].json();
    assert_eq!(heard["messages"].as_array().unwrap().len(), 4);
    assert_eq!(
        (&heard["message"]["type"], &heard["message"]["payload"]),
        (&"button_reply".into(), &"yes".into())
    );
    assert_eq!((server.asked().len(), said(&desk).len()), (1, 1));
}

#[tokio::test]
async fn the_built_in_bot_waits_for_nothing_and_the_others_for_a_moment() {
    let desk = TestDesk::start().await;
    let (_server, bot) = hooked(&desk).await;
    desk.sql("update bots set quiet_ms = null").await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let id = desk.conversation_of(ANA).await;
    desk.settled().await;
    // No job is left that could take them.
    desk.stop().await;
    for (kind, wait) in [("webhook", 1_500), ("rasa", 1_500), ("flow", 0)] {
        desk.sql(&format!("update bots set kind = '{kind}'")).await;
        let mut tx = desk.store.begin().await.unwrap();
        let turn = Queued { conversation: id, bot, epoch: 1, tapped: false, take: false };
        let turns = (&[turn] as &[_], contract::Time(1_758_003_423_000));
        tx.settle_batch(Settled { turns, ..Settled::of(&[], &[]) }).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(desk.database.number(DUE).await, wait, "{kind}");
        desk.sql("delete from bot_turns").await;
    }
}

#[tokio::test]
async fn what_comes_while_the_bot_thinks_is_the_next_turn() {
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    let slow = json!({ "messages": [{ "text": "one" }] }).to_string();
    server
        .then(move |_| super::server::Reply::After(std::time::Duration::from_millis(700), 200, slow.clone()));
    desk.customer_writes(ANA, "wamid.1", "first").await;
    server.until_asked(1).await;
    desk.customer_writes(ANA, "wamid.2", "second").await;
    desk.customer_writes(ANA, "wamid.3", "third").await;
    let asked = server.until_asked(2).await;
    desk.settled().await;
    let ids: Vec<_> = asked.iter().map(|asked| asked.header("webhook-id").to_owned()).collect();
    assert_ne!(ids[0], ids[1]);
    let heard = asked[1].json();
    let words: Vec<_> = heard["messages"].as_array().unwrap().iter().map(|one| &one["text"]).collect();
    assert_eq!(words, ["second", "third"]);
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn a_bot_that_has_talked_enough_hands_off() {
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    desk.sql("update bots set turn_budget = 2").await;
    for number in 1..=2 {
        desk.customer_writes(ANA, &format!("wamid.{number}"), "hi").await;
        desk.provider.until_seen(number).await;
        desk.settled().await;
    }
    desk.customer_writes(ANA, "wamid.3", "hi").await;
    assert_eq!(handed_off(&desk, ANA).await, ReasonCode::TurnBudget);
    assert_eq!(server.asked().len(), 2);
    // Whoever gives it back gives it the whole budget.
    let sara = desk.agent("Sara").await;
    let id = desk.conversation_of(ANA).await;
    let back = Command::ReturnToBot {
        epoch: card(&desk).await.epoch,
        note: "go on".to_owned(),
        settled: Vec::new(),
    };
    let request = Request { id: ClientId(Uuid::new_v4()), conversation: id, command: back };
    flows::act(&desk.desk, TestDesk::acting(&sara), request).await.unwrap();
    desk.customer_writes(ANA, "wamid.4", "hi").await;
    desk.provider.until_seen(3).await;
    assert_eq!(said(&desk)[2], "Hello!");
}

/// An outage: what the customer wrote meanwhile was answered by a person, and is not answered again.
#[tokio::test]
async fn catching_up_skips_what_a_person_has_answered() {
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    desk.sql("update bots set quiet_ms = 10000, burst_ms = 60000").await;
    desk.customer_writes(ANA, "wamid.1", "answered by Sara").await;
    let sara = desk.agent("Sara").await;
    let id = desk.conversation_of(ANA).await;
    for command in [
        Command::Take { epoch: 1 },
        Command::ReturnToBot { epoch: 3, note: "answered".to_owned(), settled: Vec::new() },
    ] {
        let epoch = card(&desk).await.epoch;
        let command = match command {
            Command::Take { .. } => Command::Take { epoch },
            _ => Command::ReturnToBot { epoch, note: "answered".to_owned(), settled: Vec::new() },
        };
        let request = Request { id: ClientId(Uuid::new_v4()), conversation: id, command };
        flows::act(&desk.desk, TestDesk::acting(&sara), request).await.unwrap();
    }
    assert_eq!(desk.database.number("select count(*) from bot_turns").await, 0);
    desk.sql("update bots set quiet_ms = 0").await;
    desk.customer_writes(ANA, "wamid.2", "for the bot").await;
    let asked = server.until_asked(1).await;
    let heard = asked[0].json();
    let words: Vec<_> = heard["messages"].as_array().unwrap().iter().map(|one| &one["text"]).collect();
    assert_eq!(words, ["for the bot"]);
}

#[tokio::test]
async fn a_slow_bot_keeps_no_other_bot_from_its_turns() {
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    server.then(|_| super::server::Reply::After(std::time::Duration::from_secs(25), 200, "{}".into()));
    for number in 0..5 {
        let from = format!("49171392003{number:02}");
        desk.post(&messages(&from, &[text(&from, &format!("wamid.{number}"), "hi")])).await;
    }
    server.until_asked(5).await;
    let quick = Server::start(|asked| dialect::speak("rasa", asked)).await;
    with_bot(&desk, "rasa", &quick.url).await;
    desk.customer_writes(ANA, "wamid.quick", "hi").await;
    desk.provider.until_seen(1).await;
    assert_eq!(said(&desk), [HELLO]);
    server.then(|_| reply(200, &json!({ "messages": [] })));
}

#[tokio::test]
async fn a_turn_that_the_database_did_not_bear_comes_again_in_a_moment() {
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    desk.sql("update bots set deadline_ms = 60000").await;
    desk.sql(
        "create function full_up() returns trigger language plpgsql as 'begin raise ''no room''; end';
         create trigger full_up before insert or update on bot_memory execute function full_up()",
    )
    .await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    // It was given back: its lease would last for a minute and a half.
    let given_back = "select count(*) from bot_turns where attempts > 0 and lease_until is null";
    until("the turn is given back", || async { (desk.database.number(given_back).await == 1).then_some(()) })
        .await;
    assert!(said(&desk).is_empty());
    desk.sql("drop trigger full_up on bot_memory").await;
    desk.provider.until_seen(1).await;
    desk.settled().await;
    assert_eq!(said(&desk), ["Hello!"]);
    assert!(!server.asked().is_empty());
}

#[tokio::test]
async fn a_turn_that_the_database_never_bears_ends_with_people() {
    let desk = TestDesk::start().await;
    let (_server, _) = hooked(&desk).await;
    // The answer cannot be remembered; the handoff needs no memory.
    desk.sql(
        "create function full_up() returns trigger language plpgsql as 'begin raise ''no room''; end';
         create trigger full_up before insert or update on bot_memory execute function full_up()",
    )
    .await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    assert_eq!(handed_off(&desk, ANA).await, ReasonCode::BotFailed);
    assert!(said(&desk).is_empty());
}
