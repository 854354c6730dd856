//! Turns that are due at once are taken with the message: what the bot is told does not depend on who has taken its turn.

use contract::{ClientId, Command, Request};
use desk::flows;
use serde_json::Value;
use tests::TestDesk;
use uuid::Uuid;

use super::server::Server;
use super::{ANA, hooked};

const BEN: &str = "4917139200077";

/// Takes the job's part away: nothing that waits can be taken.
const NOTHING_WAITS: &str = "create function taken_late() returns trigger language plpgsql as 'begin
       if old.lease_until is null and new.lease_until is not null then raise ''it waited''; end if;
       return new; end';
     create trigger taken_late before update on bot_turns for each row execute function taken_late()";

async fn writes(desk: &TestDesk, from: &str, words: &str) {
    let id = format!("wamid.{from}.{words}");
    desk.customer_writes(from, &id, words).await;
}

/// A customer writes and is answered, is helped by somebody, is the bot's again, is done, and comes back.
async fn story(desk: &TestDesk, server: &Server, from: &str) -> Vec<Value> {
    let begun = server.asked().len();
    let answered = async |times: usize| {
        server.until_asked(begun + times).await;
        desk.settled().await;
    };
    writes(desk, from, "one").await;
    answered(1).await;
    writes(desk, from, "two").await;
    answered(2).await;
    let sara = desk.agent(&format!("Sara {from}")).await;
    let id = desk.conversation_of(from).await;
    let act = async |command: fn(i64) -> Command| {
        let epoch = desk.card(id).await.epoch;
        let request = Request { id: ClientId(Uuid::new_v4()), conversation: id, command: command(epoch) };
        flows::act(&desk.desk, TestDesk::acting(&sara), request).await.unwrap();
    };
    act(|epoch| Command::Take { epoch }).await;
    writes(desk, from, "to a person").await;
    act(|epoch| Command::ReturnToBot { epoch, note: "done".to_owned(), settled: Vec::new() }).await;
    writes(desk, from, "three").await;
    answered(3).await;
    act(|epoch| Command::Resolve { epoch }).await;
    writes(desk, from, "four").await;
    answered(4).await;
    server.asked()[begun..].iter().map(|asked| plain(asked.json())).collect()
}

/// What was asked without what differs from customer to customer.
fn plain(mut asked: Value) -> Value {
    for key in ["id", "conversation_id", "contact", "window_expires_at"] {
        asked.as_object_mut().unwrap().remove(key);
    }
    for list in ["messages", "history_since_ownership", "history_before"] {
        for one in asked[list].as_array_mut().unwrap() {
            for key in ["id", "at"] {
                one.as_object_mut().unwrap().remove(key);
            }
        }
    }
    asked["message"].take();
    asked
}

#[tokio::test]
async fn a_bot_is_told_the_same_whoever_has_taken_its_turn() {
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    // A millisecond of quiet: the turn waits for the job.
    desk.sql("update bots set quiet_ms = 1").await;
    let waited = story(&desk, &server, BEN).await;
    desk.sql("update bots set quiet_ms = 0").await;
    desk.sql(NOTHING_WAITS).await;
    let at_once = story(&desk, &server, ANA).await;
    for (at_once, waited) in at_once.iter().zip(&waited) {
        assert_eq!(at_once, waited);
    }
    let heard: Vec<&Value> = at_once.iter().map(|asked| &asked["messages"][0]["text"]).collect();
    assert_eq!((heard.len(), waited.len()), (4, 4));
    assert_eq!(heard, ["one", "two", "three", "four"]);
    assert_eq!(at_once[2]["opening"], "returned");
    assert!(!at_once[2]["history_before"].as_array().unwrap().is_empty());
    assert_eq!(desk.database.number("select count(*) from bot_turns").await, 0);
}

#[tokio::test]
async fn rules_that_listen_are_asked_before_the_bot() {
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    let rule = serde_json::json!([{ "id": Uuid::new_v4(), "name": "To people", "active": true, "when": ["message_in"],
        "then": [{ "do": "resolve" }], "after": "stop" }]);
    desk.sql(&format!("insert into rule_versions (version, rules) values (1, '{rule}')")).await;
    desk.sql("update rule_state set version = 1").await;
    desk.desk.rules.refresh(&desk.desk).await.unwrap();
    writes(&desk, ANA, "one").await;
    desk.settled().await;
    assert_eq!(desk.card(desk.conversation_of(ANA).await).await.stage, contract::Stage::Resolved);
    assert!(server.asked().is_empty(), "the bot is asked about what is no longer its conversation");
    assert_eq!(desk.database.number("select count(*) from bot_turns").await, 0);
}
