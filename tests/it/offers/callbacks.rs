//! Promises to write back.

use contract::command::Claim;
use contract::{Body, Command, Owner, Stage};
use serde_json::json;
use tests::{TestDesk, until};

use super::{ANA, act, hands_off, packet, story};

async fn promised(desk: &TestDesk) -> contract::ConversationId {
    let packet = packet(json!({"reason_code": "rule", "ladder": ["team", "callback"]}));
    let id = hands_off(desk, ANA, packet).await;
    let card = desk.card(id).await;
    assert!(card.callback_at.is_some(), "{card:?}");
    id
}

#[tokio::test]
async fn the_customers_next_message_to_people_keeps_a_callback() {
    let desk = TestDesk::start().await;
    desk.with_bot().await;
    let id = promised(&desk).await;
    assert_eq!(desk.card(id).await.stage, Stage::Waiting, "it goes on waiting");
    desk.customer_writes(ANA, "wamid.more", "are you there?").await;
    assert_eq!(desk.card(id).await.callback_at, None);
    assert_eq!(desk.database.words("select state from callbacks").await, ["kept"]);
    assert!(story(&desk, id).await.contains(&"callback_kept".to_owned()));
}

#[tokio::test]
async fn an_agents_answer_keeps_a_callback_and_resolving_drops_it() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.with_bot().await;
    let id = promised(&desk).await;
    let epoch = desk.card(id).await.epoch;
    let reply = Command::Reply { epoch, body: Body::text("Here I am."), quoted: None, claim: Claim::IfFree };
    act(&desk, &sara, id, reply).await.unwrap();
    assert_eq!(desk.card(id).await.callback_at, None);
    let other = {
        let packet = packet(json!({"reason_code": "rule", "ladder": ["callback"]}));
        hands_off(&desk, "4917139200100", packet).await
    };
    let epoch = desk.card(other).await.epoch;
    act(&desk, &sara, other, Command::Resolve { epoch }).await.unwrap();
    let states = desk.database.words("select state from callbacks order by created_at").await;
    assert_eq!(states, ["kept", "dropped"]);
}

#[tokio::test]
async fn a_callback_that_is_due_alerts_once_and_comes_back_from_the_bot() {
    let desk = TestDesk::start().await;
    let (other, sara) = (desk.another().await, desk.agent("Sara").await);
    let bot = desk.with_bot().await;
    let keeps = packet(json!({"reason_code": "rule", "ladder": ["team", "bot_keeps"]}));
    let id = hands_off(&desk, ANA, keeps).await;
    let card = desk.card(id).await;
    assert_eq!((card.owner, card.stage), (Owner::Bot(bot), Stage::Bot));
    let due = card.callback_at.unwrap();
    // What the customer says to the bot is no word with people.
    desk.customer_writes(ANA, "wamid.thanks", "ok").await;
    desk.settled().await;
    assert_eq!(desk.card(id).await.callback_at, Some(due));
    desk.sql("update callbacks set due_at = desk_now()").await;
    for desk in [&desk, &other] {
        desk::flows::place::callback::due_now(&desk.desk, id).await.unwrap();
    }
    let card = until("people have it", || async {
        let card = desk.card(id).await;
        (card.stage == Stage::Waiting).then_some(card)
    })
    .await;
    assert_eq!(desk.database.number("select count(*) from alerts where kind = 'callback'").await, 1);
    let times = story(&desk, id).await.iter().filter(|name| *name == "callback_due").count();
    assert_eq!(times, 1);
    assert!(desk.store.alerts().await.unwrap()[0].text.contains("writes back"));
    act(&desk, &sara, id, Command::Take { epoch: card.epoch }).await.unwrap();
}
