//! `Idempotency-Key`: the same call is done once.

use serde_json::json;
use tests::TestDesk;

use super::{ANA, bot, integration};

#[tokio::test]
async fn the_same_key_many_times_at_once_is_one_message() {
    let desk = TestDesk::start().await;
    let (_, robin) = bot(&desk).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let card = desk.card(desk.conversation_of(ANA).await).await;
    let path = format!("/conversations/{}/messages", card.id);
    let hello = json!({ "text": "Hello!", "epoch": card.epoch });
    let calls = (0..6).map(|_| robin.post_once(&path, "k-1", &hello));
    let answers = futures::future::join_all(calls).await;
    let mut made = Vec::new();
    for answer in answers {
        if answer.status == 201 {
            made.push(answer.ok()["id"].clone());
        } else {
            answer.problem(409, "idempotency_in_progress");
        }
    }
    assert!(!made.is_empty() && made.iter().all(|id| *id == made[0]), "{made:?}");
    // And afterwards the answer is the one that was given.
    let again = robin.post_once(&path, "k-1", &hello).await;
    assert_eq!((again.status, &again.headers["idempotency-replayed"]), (201, &"true".parse().unwrap()));
    assert_eq!(again.body["id"], made[0]);
    desk.settled().await;
    assert_eq!(desk.provider.texts(), ["Hello!"]);
    // Under the same key something else is refused; under another one it is said.
    let other = json!({ "text": "Hello again!", "epoch": card.epoch });
    robin.post_once(&path, "k-1", &other).await.problem(422, "idempotency_mismatch");
    robin.post_once(&path, "k-2", &other).await.ok();
    robin.post_once(&path, &"k".repeat(256), &other).await.problem(422, "invalid");
}

#[tokio::test]
async fn what_was_done_by_a_server_that_died_before_it_answered_is_not_done_again() {
    let desk = TestDesk::start().await;
    let (_, robin) = bot(&desk).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let card = desk.card(desk.conversation_of(ANA).await).await;
    let path = format!("/conversations/{}/messages", card.id);
    let hello = json!({ "text": "Hello!", "epoch": card.epoch });
    let first = robin.post_once(&path, "k-1", &hello).await.ok();
    // As a server leaves it that dies between the two.
    desk.sql("update api_calls set status = null, body = null, begun_at = desk_now()").await;
    robin.post_once(&path, "k-1", &hello).await.problem(409, "idempotency_in_progress");
    desk.sql("update api_calls set begun_at = desk_now() - interval '2 minutes'").await;
    let second = robin.post_once(&path, "k-1", &hello).await.ok();
    assert_eq!(second["id"], first["id"]);
    desk.settled().await;
    assert_eq!(desk.provider.texts(), ["Hello!"]);
}

#[tokio::test]
async fn a_key_is_the_token_s_own_and_free_again_after_a_refusal() {
    let desk = TestDesk::start().await;
    let (sara, tom) = (desk.agent("Sara").await, desk.agent("Tom").await);
    let (sara, tom) = (integration(&desk, sara.id).await, integration(&desk, tom.id).await);
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let at = format!("/conversations/{}", desk.conversation_of(ANA).await);
    let note = json!({ "type": "note", "text": "angry" });
    let one = sara.post_once(&format!("{at}/messages"), "k", &note).await.ok();
    let other = tom.post_once(&format!("{at}/messages"), "k", &note).await.ok();
    assert_ne!(one["id"], other["id"]);
    // Tom's resolve is refused while Sara has it, and done under the same key when it is his.
    sara.post(&format!("{at}/take"), &json!({})).await.ok();
    tom.post_once(&format!("{at}/resolve"), "r", &json!({})).await.problem(409, "not_owner");
    sara.post(&format!("{at}/resolve"), &json!({})).await.ok();
    tom.post(&format!("{at}/reopen"), &json!({})).await.ok();
    tom.post_once(&format!("{at}/resolve"), "r", &json!({})).await.ok();
}
