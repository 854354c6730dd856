//! Infobip: it tells repeats by our id of a message, and gives 15 files a second.

use super::*;

const NUMBER: &str = "447860099299";

fn text(words: &str) -> Value {
    json!({ "type": "TEXT", "text": words })
}

/// Takes a send under the id that it names.
fn takes(asked: &Asked) -> Reply {
    let sent = asked.json();
    json_reply(
        200,
        &json!({
            "to": sent["to"], "messageCount": 1, "messageId": sent["messageId"],
            "status": { "groupId": 1, "groupName": "PENDING", "id": 7, "name": "PENDING_ENROUTE" },
        }),
    )
}

fn report(asked: &Asked, status: &Value, error: &Value) -> Value {
    let sent = asked.json();
    json!([{
        "messageId": sent["messageId"], "to": sent["to"], "callbackData": sent["callbackData"],
        "status": status, "error": error,
    }])
}

#[tokio::test]
async fn what_a_person_asks_for_again_has_a_new_id_and_what_the_desk_tries_again_keeps_it() {
    let provider = StandIn::start(|_| json_reply(503, &json!({}))).await;
    let desk = TestDesk::start().await;
    let line = desk.infobip(&provider, NUMBER).await;
    let sara = desk.agent("Sara").await;
    desk.infobip_writes(&line, ANA, "wamid.1", &text("Hello?")).await;
    let message = say(&desk, &sara, "one").await;
    provider.until_asked("/message/text", 1).await;
    provider.then(takes);
    until_state(&desk, message, DeliveryState::Accepted).await;
    let first = provider.asked("/message/text");
    assert_eq!(first.len(), 2);
    assert_eq!(first[0].json()["messageId"], first[1].json()["messageId"], "the desk's own try is a repeat");

    let failed =
        json!({ "groupId": 2, "groupName": "UNDELIVERABLE", "id": 9, "name": "UNDELIVERABLE_NOT_DELIVERED" });
    let why = json!({ "id": 7_006, "name": "EC_BAD_REQUEST", "permanent": true });
    desk.infobip_tells(&line, &report(&first[0], &failed, &why)).await;
    until_state(&desk, message, DeliveryState::Failed).await;
    retry(&desk, &sara, message).await;
    let again = provider.until_asked("/message/text", 3).await;
    assert_ne!(
        again[2].json()["messageId"],
        first[0].json()["messageId"],
        "to Infobip it is another message"
    );
    until_state(&desk, message, DeliveryState::Accepted).await;

    // What is still told of the first one is not about the second.
    desk.infobip_tells(&line, &report(&first[0], &failed, &why)).await;
    let none = json!({ "id": 0, "name": "NO_ERROR" });
    let delivered =
        json!({ "groupId": 3, "groupName": "DELIVERED", "id": 5, "name": "DELIVERED_TO_HANDSET" });
    desk.infobip_tells(&line, &report(&again[2], &delivered, &none)).await;
    until_state(&desk, message, DeliveryState::Delivered).await;
}
