//! Why a conversation is where it is, as the inbox shows it.

use contract::rules::{DecisionQuery, Decisions};
use desk::seat;
use tests::Login;

use super::*;

async fn asked(desk: &TestDesk, who: &Login, id: ConversationId, before: Option<i64>) -> Decisions {
    let seat = seat::seat(&desk.desk, desk.signed_in(who).await);
    seat.decisions(DecisionQuery { conversation: id, before }).await.unwrap()
}

#[tokio::test]
async fn whoever_sees_a_conversation_reads_why_it_is_there_page_by_page() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    live(&desk, &[rule("kept", json!({ "then": [{ "do": "note", "with": { "text": "seen" } }] }))]).await;
    let id = writes(&desk, ANA, "hi").await;
    for number in 0..20 {
        writes(&desk, ANA, &format!("again {number}")).await;
    }
    let first = asked(&desk, &sara, id, None).await;
    assert_eq!(first.decisions.len(), 20);
    assert!(first.decisions.iter().all(|one| one.event == "message_in" && one.matched.len() == 1));
    assert!(first.words.vocabulary.events.iter().any(|event| event.key == "message_in"), "it can be read");
    assert!(first.words.names.agents.iter().any(|(_, name)| name == "Sara"));
    let second = asked(&desk, &sara, id, first.next).await;
    assert_eq!(second.next, None);
    let told: Vec<_> = second.decisions.iter().map(|one| one.event.as_str()).collect();
    assert_eq!(told, ["message_in", "first_message", "conversation_opened"], "the latest first, none twice");
    let other = writes(&desk, BEN, "hi").await;
    assert_eq!(asked(&desk, &sara, other, None).await.decisions.len(), 3, "only those about it");
}
