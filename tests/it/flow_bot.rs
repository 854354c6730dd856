//! The built-in bot at work: it greets, answers, asks, and hands over with what it has learned.

use contract::{Body, Owner, ReasonCode, Stage};
use serde_json::{Value, json};
use tests::TestDesk;
use tests::meta::{messages, text};

const ANA: &str = "4917139200099";

/// The texts that the customer has been sent, whatever they were sent as.
async fn heard(desk: &TestDesk, count: usize) -> Vec<String> {
    let seen = desk.provider.until_seen(count).await;
    let words = |body: &Value| {
        let text = body["text"]["body"].as_str().or_else(|| body["interactive"]["body"]["text"].as_str());
        text.unwrap_or_default().to_owned()
    };
    seen.iter().map(|seen| words(&seen.body)).collect()
}

#[tokio::test]
async fn the_bot_greets_with_buttons_and_keeps_the_conversation() {
    let desk = TestDesk::start().await;
    let bot = desk.with_bot().await;
    desk.customer_writes(ANA, "wamid.1", "Hello!").await;
    let seen = desk.provider.until_seen(1).await;
    assert_eq!(seen[0].body["interactive"]["type"], json!("button"));
    assert_eq!(seen[0].body["interactive"]["action"]["buttons"][0]["reply"]["title"], json!("Opening hours"));
    desk.settled().await;
    let card = desk.card(desk.conversation_of(ANA).await).await;
    assert_eq!((card.stage, card.owner, card.unread), (Stage::Bot, Owner::Bot(bot), 0));
}

#[tokio::test]
async fn an_order_number_is_asked_for_and_reaches_the_agent_in_the_packet() {
    let desk = TestDesk::start().await;
    desk.with_bot().await;
    desk.customer_writes(ANA, "wamid.1", "Where is my order?").await;
    assert!(heard(&desk, 2).await[1].contains("What is your order number?"));
    desk.settled().await;
    desk.customer_writes(ANA, "wamid.2", "it is A-10482").await;
    assert!(heard(&desk, 3).await[2].contains("look up order A-10482"));
    desk.settled().await;

    let id = desk.conversation_of(ANA).await;
    let card = desk.card(id).await;
    assert_eq!((card.stage, card.owner), (Stage::Waiting, Owner::Nobody));
    assert_eq!(card.handoff_reason, Some(ReasonCode::Policy));
    let packets = desk
        .database
        .words(&format!("select packet::text from handoffs where conversation_id = '{id}'"))
        .await;
    let packet: Value = serde_json::from_str(&packets[0]).unwrap();
    assert_eq!(packet["slots"], json!([{"name": "order_number", "value": "A-10482"}]));
    assert_eq!(packet["tried"], json!(["Order tracking"]));
}

#[tokio::test]
async fn two_misunderstandings_hand_over_and_the_bot_says_no_more() {
    let desk = TestDesk::start().await;
    desk.with_bot().await;
    for (number, words) in ["Hello", "qwertz", "asdfgh"].into_iter().enumerate() {
        desk.customer_writes(ANA, &format!("wamid.{number}"), words).await;
        desk.provider.until_seen(number + 1).await;
        desk.settled().await;
    }
    let card = desk.card(desk.conversation_of(ANA).await).await;
    assert_eq!((card.stage, card.handoff_reason), (Stage::Waiting, Some(ReasonCode::NotUnderstood)));
    desk.customer_writes(ANA, "wamid.9", "opening hours").await;
    desk.settled().await;
    let said = heard(&desk, 3).await;
    assert_eq!(said.len(), 3, "{said:?}");
    assert_eq!(said[2], "I am asking a colleague to join.");
}

#[tokio::test]
async fn a_burst_in_one_webhook_is_one_turn() {
    let desk = TestDesk::start().await;
    desk.with_bot().await;
    let burst = [text(ANA, "wamid.1", "Hi"), text(ANA, "wamid.2", "when are you open?")];
    assert_eq!(desk.post(&messages(ANA, &burst)).await, 200);
    desk.settled().await;
    let said = heard(&desk, 2).await;
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("Hello") && said[1].contains("Monday to Friday"), "{said:?}");
}

#[tokio::test]
async fn a_definition_that_cannot_be_used_leads_to_people_and_never_to_silence() {
    let desk = TestDesk::start().await;
    desk.with_bot().await;
    desk.sql("update bots set definition = '{}'").await;
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    desk.settled().await;
    let card = desk.card(desk.conversation_of(ANA).await).await;
    assert_eq!((card.stage, card.handoff_reason), (Stage::Waiting, Some(ReasonCode::BotFailed)));
    assert_eq!(card.preview.map(|preview| preview.text).as_deref(), Body::text("Hello?").words());
}
