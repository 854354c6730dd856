//! A bot with nothing but a token lives through the same story as all bots.

use serde_json::{Value, json};
use tests::{TestDesk, until};

use super::{ANA, Program, bot, integration};

/// Reads the feed from a cursor until an event is as wanted, and gives it with where to go on.
async fn until_event(program: &Program, cursor: &str, wanted: impl Fn(&Value) -> bool) -> (Value, String) {
    let mut cursor = cursor.to_owned();
    for _ in 0..20 {
        let page = program.get(&format!("/events?after={cursor}&wait=10")).await.ok();
        for event in page["events"].as_array().unwrap() {
            cursor = event["cursor"].as_str().unwrap().to_owned();
            if wanted(event) {
                return (event.clone(), cursor);
            }
        }
        cursor = page["cursor"].as_str().unwrap().to_owned();
    }
    panic!("waited in vain for an event");
}

fn says(event: &Value, text: &str) -> bool {
    event["type"] == "message_created" && event["message"]["text"] == text
}

#[tokio::test]
async fn it_greets_hands_off_is_refused_while_a_human_has_it_and_gets_it_back() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let (id, robin) = bot(&desk).await;
    let person = integration(&desk, sara.id).await;

    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let (heard, cursor) = until_event(&robin, "beginning", |event| says(event, "hi")).await;
    let at = format!("/conversations/{}", heard["conversation_id"].as_str().unwrap());
    let epoch = heard["conversation"]["epoch"].clone();
    assert_eq!(heard["conversation"]["owner"], json!({ "kind": "bot", "id": id.0, "name": "Robin" }));
    let hello = json!({ "type": "buttons", "text": "Hello!", "epoch": epoch,
        "buttons": [{ "id": "human", "title": "A person" }] });
    let said = robin.post(&format!("{at}/messages"), &hello).await;
    assert_eq!(said.status, 201);
    assert_eq!(said.ok()["choices"][0]["id"], "human");
    desk.provider.until_seen(1).await;

    desk.customer_writes(ANA, "wamid.2", "a person please").await;
    let (_, cursor) = until_event(&robin, &cursor, |event| says(event, "a person please")).await;
    let packet = json!({ "reason_code": "customer_asked", "summary": "wants a person", "epoch": epoch,
        "slots": { "order": 12345, "paid": true } });
    let handed = robin.post(&format!("{at}/handoff"), &packet).await.ok();
    assert_eq!(handed["packet"]["slots"], json!({ "order": "12345", "paid": "true" }));
    let again = robin.post(&format!("{at}/handoff"), &packet).await.ok();
    assert_eq!(again["id"], handed["id"], "asked again it is the same handoff");
    assert_eq!(desk.database.number("select count(*) from handoffs").await, 1);

    // A human has it: what the bot says is refused with who, and what is said is not told to it.
    let taken = person.post(&format!("{at}/take"), &json!({})).await.ok();
    assert_eq!(taken["owner"]["name"], "Sara");
    let late = json!({ "text": "me too", "epoch": epoch });
    let refused = robin.post(&format!("{at}/messages"), &late).await.problem(409, "not_owner");
    assert_eq!((&refused["owner"], &refused["epoch"]), (&taken["owner"], &taken["epoch"]));
    person.post(&format!("{at}/messages"), &json!({ "text": "Sara here." })).await.ok();
    robin.get(&format!("{at}/messages")).await.problem(409, "not_owner");
    let (moved, cursor) = until_event(&robin, &cursor, |event| {
        event["type"] == "owner_changed" && event["change"]["to"]["owner"]["name"] == "Sara"
    })
    .await;
    assert_eq!(moved["change"]["cause"], "take");

    // It gets it back, with what is new since then and a new epoch.
    person.post(&format!("{at}/note"), &json!({})).await.problem(404, "not_found");
    let back = json!({ "note": "paid twice, refunded", "settled": { "refund": "paid" } });
    let back = person.post(&format!("{at}/return"), &back).await.ok();
    let (moved, cursor) = until_event(&robin, &cursor, |event| {
        event["type"] == "owner_changed" && event["change"]["to"]["owner"]["kind"] == "bot"
    })
    .await;
    assert_eq!(moved["change"]["epoch"], back["epoch"]);
    desk.customer_writes(ANA, "wamid.3", "one more thing").await;
    until_event(&robin, &cursor, |event| says(event, "one more thing")).await;
    let since = robin.get(&format!("{at}/messages?scope=since_ownership")).await.ok();
    let texts: Vec<_> =
        since["messages"].as_array().unwrap().iter().map(|message| &message["text"]).collect();
    assert_eq!(texts, ["one more thing"]);
    assert_eq!(since["settled"], json!({ "refund": "paid" }), "what was settled comes back with it");
    // Its old handoff is over, and says so.
    let old = robin.get(&format!("{at}/handoff")).await.ok();
    assert_eq!((&old["id"], &old["outcome"]), (&handed["id"], &json!("taken")));
    let whole = robin.get(&format!("{at}/messages")).await.ok();
    assert!(!whole.to_string().contains("refunded"), "no note reaches a bot: {whole}");
    robin.post(&format!("{at}/messages"), &json!({ "text": "Gladly.", "epoch": back["epoch"] })).await.ok();
    let seen = desk.provider.until_seen(3).await;
    assert_eq!(seen[2].body["text"]["body"], "Gladly.");
}

#[tokio::test]
async fn a_bot_that_does_not_answer_before_its_deadline_loses_the_customer_to_people() {
    let desk = TestDesk::start().await;
    let (_, robin) = bot(&desk).await;
    desk.sql("update bots set deadline_ms = 1000").await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let card = until("people are asked", || async {
        let card = desk.card(desk.conversation_of(ANA).await).await;
        (card.stage == contract::Stage::Waiting).then_some(card)
    })
    .await;
    assert_eq!(card.handoff_reason, Some(contract::ReasonCode::BotTimeout));
    let (handed, _) = until_event(&robin, "beginning", |event| event["type"] == "handoff_created").await;
    assert_eq!(handed["change"]["reason"], "bot_timeout");
}

#[tokio::test]
async fn a_long_poll_wakes_as_soon_as_something_happens_and_not_later() {
    let desk = TestDesk::start().await;
    let (_, robin) = bot(&desk).await;
    let now = robin.get("/events").await.ok()["cursor"].as_str().unwrap().to_owned();
    let path = format!("/events?after={now}&wait=25");
    let begun = std::time::Instant::now();
    let (page, ()) = tokio::join!(robin.get(&path), async {
        desk.customer_writes(ANA, "wamid.1", "hi").await;
    });
    let page = page.ok();
    assert!(begun.elapsed().as_secs() < 20, "it waited to the end");
    assert!(!page["events"].as_array().unwrap().is_empty(), "{page}");
    robin.get("/events?wait=26").await.problem(422, "invalid");
    robin.get("/events?after=yesterday").await.problem(422, "invalid");
}
