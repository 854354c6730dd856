//! People give a conversation back: what is over is told as over, and only what is new is the bot's to do.

use contract::message::Field;
use contract::{Body, Command, Owner, ReasonCode, Stage};
use desk::bots::Answer;
use desk::domain::Refused;
use desk::flows::{Failed, bot_answer};
use serde_json::json;
use tests::TestDesk;

use super::server::Server;
use super::{ANA, card, handed_off, hooked, packet, said, server};

/// What an agent does with Ana's conversation, as it stands.
async fn does(desk: &TestDesk, sara: &tests::Login, command: impl FnOnce(i64) -> Command) {
    let card = card(desk).await;
    let request = contract::Request {
        id: contract::ClientId(uuid::Uuid::new_v4()),
        conversation: card.id,
        command: command(card.epoch),
    };
    desk::flows::act(&desk.desk, TestDesk::acting(sara), request).await.unwrap();
}

#[tokio::test]
async fn the_old_handoff_and_what_people_settled_stand_apart_from_what_is_to_be_done() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let (server, bot) = hooked(&desk).await;
    server.then(|_| {
        let handoff = json!({ "reason_code": "customer_asked", "summary": "wants a refund", "slots": { "order": "7" } });
        server::json(200, &json!({ "messages": [{ "type": "text", "text": "One moment." }], "handoff": handoff }))
    });
    desk.customer_writes(ANA, "wamid.1", "order 7, a person please").await;
    assert_eq!(handed_off(&desk, ANA).await, ReasonCode::CustomerAsked);
    let first = server.last();
    assert_eq!((&first["opening"], first.get("settled")), (&json!("new"), None));
    does(&desk, &sara, |epoch| Command::Take { epoch }).await;
    let reply = Body::text("Sara here, it is refunded.");
    does(&desk, &sara, |epoch| Command::Reply {
        epoch,
        body: reply,
        quoted: None,
        claim: contract::command::Claim::IfFree,
    })
    .await;
    let settled = vec![Field { name: "refund".to_owned(), value: "paid".to_owned() }];
    does(&desk, &sara, |epoch| Command::ReturnToBot { epoch, note: "he was angry".to_owned(), settled })
        .await;

    server.then(|_| server::json(200, &json!({ "messages": [{ "type": "text", "text": "Gladly." }] })));
    desk.customer_writes(ANA, "wamid.2", "and my address?").await;
    let asked = server.until_asked(2).await[1].json();
    let now = card(&desk).await;
    assert_eq!((&asked["opening"], &asked["epoch"]), (&json!("returned"), &json!(now.epoch)));
    assert_eq!(asked["settled"], json!([{ "name": "refund", "value": "paid" }]));
    let texts = |field: &str| -> Vec<_> {
        asked[field]
            .as_array()
            .unwrap()
            .iter()
            .map(|said| said["text"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(texts("history_since_ownership"), ["and my address?"]);
    let before = texts("history_before");
    assert_eq!(before, ["order 7, a person please", "One moment.", "Sara here, it is refunded."]);
    // Neither its own packet nor a note for people comes back as something to do.
    let text = asked.to_string();
    assert!(!text.contains("wants a refund") && !text.contains("angry"), "{text}");
    assert!(asked.get("fallback_started").is_none() && asked["messages"].as_array().unwrap().len() == 1);

    // It has it, and nothing waits: the old handoff is over and is not begun again.
    desk.settled().await;
    assert_eq!((now.owner, card(&desk).await.stage), (Owner::Bot(bot), Stage::Bot));
    assert!(said(&desk).contains(&"Gladly.".to_owned()));
    assert_eq!(desk.database.words("select outcome from handoffs").await, ["taken"]);
    // What it says under the epoch of the old handoff is not said.
    let late = Answer { messages: vec![Body::text("As I said")], ..Answer::default() };
    let late = bot_answer::by_itself(&desk.desk, (bot, now.id, 1), late).await;
    assert!(
        matches!(late, Err(Failed::Refused(Refused::NotOwner { .. } | Refused::StaleEpoch { .. }))),
        "{late:?}"
    );
    lets_go_again(&desk, &server).await;
}

/// When it lets go again that is another handoff, with nothing of the old one in it.
async fn lets_go_again(desk: &TestDesk, server: &Server) {
    server.then(|_| server::json(200, &json!({ "handoff": { "reason_code": "out_of_scope" } })));
    desk.customer_writes(ANA, "wamid.3", "no, my other address").await;
    assert_eq!(handed_off(desk, ANA).await, ReasonCode::OutOfScope);
    let again = server.last();
    assert_eq!((&again["opening"], again.get("settled")), (&json!("ongoing"), None));
    let passed_on = packet(desk).await;
    assert_eq!((passed_on.summary, passed_on.slots), (None, Vec::new()));
    assert_eq!(desk.database.number("select count(*) from handoffs").await, 2);
}
