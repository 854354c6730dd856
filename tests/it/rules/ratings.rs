//! Customers are asked how it was.

use contract::{Command, Stage};

use super::*;
use crate::offers;

/// Whoever is done is asked; what they say is a label.
async fn asking(desk: &TestDesk) {
    let ask = json!([{ "do": "ask_rating", "with": { "text": "How was it?" } }]);
    let label = json!([{ "do": "add_labels", "with": { "labels": ["happy"] } }]);
    let good = json!({ "is": { "fact": "rating", "operator": "greater", "value": 3 } });
    live(
        desk,
        &[
            rule("ask", json!({ "when": ["resolved"], "then": ask })),
            rule("good", json!({ "when": ["rated"], "if": good, "then": label })),
        ],
    )
    .await;
}

async fn resolve(desk: &TestDesk, id: ConversationId) {
    let sara = desk.agent("Sara").await;
    let epoch = desk.card(id).await.epoch;
    offers::act(desk, &sara, id, Command::Take { epoch }).await.unwrap();
    let epoch = desk.card(id).await.epoch;
    offers::act(desk, &sara, id, Command::Resolve { epoch }).await.unwrap();
    desk.settled().await;
}

async fn scores(desk: &TestDesk) -> Vec<String> {
    desk.database.words("select coalesce(score::text, 'open') from ratings order by asked_at").await
}

#[tokio::test]
async fn a_rating_is_asked_for_with_a_menu_and_its_answer_opens_nothing() {
    let desk = TestDesk::start().await;
    asking(&desk).await;
    let id = writes(&desk, ANA, "hi").await;
    resolve(&desk, id).await;
    assert_eq!(scores(&desk).await, ["open"]);
    let asked = "select count(*) from messages where body ? 'list' and author_kind = 'desk'";
    assert_eq!(desk.database.number(asked).await, 1);
    let tap = json!({ "from": ANA, "id": "wamid.rating", "timestamp": tests::meta::seconds().to_string(),
        "type": "interactive",
        "interactive": { "type": "list_reply", "list_reply": { "id": "rating:4", "title": "4" } } });
    assert_eq!(desk.post(&tests::meta::messages(ANA, &[tap])).await, 200);
    desk.settled().await;
    assert_eq!(scores(&desk).await, ["4"]);
    let card = desk.card(id).await;
    assert_eq!((card.stage, card.unread, card.labels), (Stage::Resolved, 0, vec!["happy".to_owned()]));
    assert_eq!(offers::story(&desk, id).await.iter().filter(|name| *name == "rated").count(), 1);
    // What they write then is no answer any more.
    writes(&desk, ANA, "5").await;
    assert_eq!((scores(&desk).await, desk.card(id).await.stage), (vec!["4".to_owned()], Stage::Waiting));
}

#[tokio::test]
async fn only_a_whole_message_in_time_is_an_answer() {
    let desk = TestDesk::start().await;
    asking(&desk).await;
    let id = writes(&desk, ANA, "hi").await;
    resolve(&desk, id).await;
    writes(&desk, ANA, "5 apples did not arrive").await;
    assert_eq!((scores(&desk).await, desk.card(id).await.stage), (vec!["open".to_owned()], Stage::Waiting));
    let other = writes(&desk, BEN, "hi").await;
    let omar = desk.agent("Omar").await;
    let epoch = desk.card(other).await.epoch;
    offers::act(&desk, &omar, other, Command::Take { epoch }).await.unwrap();
    let epoch = desk.card(other).await.epoch;
    offers::act(&desk, &omar, other, Command::Resolve { epoch }).await.unwrap();
    desk.sql(&format!("update ratings set until = desk_now() where conversation_id = '{other}'")).await;
    writes(&desk, BEN, "5").await;
    assert_eq!(desk.card(other).await.stage, Stage::Waiting, "it is too late");
    assert_eq!(scores(&desk).await, ["open", "open"]);
}
