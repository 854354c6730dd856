//! Text that is longer than one message of the provider's: several calls, one bubble.

use contract::command::Claim;
use contract::frame::Down;
use contract::{Body, Command, DeliveryState, RefusalCode};
use tests::meta::{messages, status, statuses, text};
use tests::{Socket, TestDesk, until};

const ANA: &str = "4917139200098";

fn reply(epoch: i64, words: &str) -> Command {
    Command::Reply { epoch, body: Body::text(words), quoted: None, claim: Claim::IfFree }
}

#[tokio::test]
async fn a_long_reply_goes_out_in_order_in_parts_and_is_one_message_here() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let cookie = desk.cookie(&sara).await;
    let cursor = desk.store.cursor().await.unwrap().to_string();
    let mut socket = Socket::open(desk.url(), &cookie, &cursor).await;
    assert_eq!(desk.post(&messages(ANA, &[text(ANA, "wamid.long", "Tell me everything.")])).await, 200);
    let opened = socket.until_event("the message", |event| event.message.is_some()).await;
    let words = "All of it, from the beginning. ".repeat(200);
    let words = words.trim();
    let Down::Ack(ack) = socket.command(opened.conversation, reply(opened.card.epoch, words)).await else {
        panic!("the reply was refused");
    };
    let seen = desk.provider.until_seen(2).await;
    let parts = desk.provider.texts();
    assert_eq!(parts.len(), 2);
    assert!(parts.iter().all(|part| part.chars().count() <= 4_096));
    let letters = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(letters(&parts.join(" ")), letters(words), "nothing is lost and nothing is twice");

    let message = ack.message.unwrap();
    let state = async || {
        let found = desk.database.words(&format!("select state from messages where id = '{message}'")).await;
        DeliveryState::parse(&found[0])
    };
    let ids: Vec<String> = seen.iter().map(|seen| seen.id.clone().unwrap()).collect();
    assert_eq!(desk.post(&statuses(&[status(&ids[0], "read", ANA)])).await, 200);
    desk.applied().await;
    assert_ne!(state().await, Some(DeliveryState::Read), "it is read when all of it is");
    assert_eq!(desk.post(&statuses(&[status(&ids[1], "read", ANA)])).await, 200);
    until("the whole is read", || async { (state().await == Some(DeliveryState::Read)).then_some(()) }).await;
    desk.settled().await;

    let far_too_long = "x ".repeat(30_000);
    match socket.command(opened.conversation, reply(opened.card.epoch + 1, &far_too_long)).await {
        Down::Refused(refusal) => assert_eq!(refusal.code, RefusalCode::NotCarried),
        other => panic!("it was taken: {other:?}"),
    }
}
