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

#[tokio::test]
async fn an_opt_out_that_a_report_tells_is_the_customers_wish() {
    let provider = StandIn::start(takes).await;
    let desk = TestDesk::start().await;
    let line = desk.infobip(&provider, NUMBER).await;
    let sara = desk.agent("Sara").await;
    desk.infobip_writes(&line, ANA, "wamid.1", &text("Hello?")).await;
    let message = say(&desk, &sara, "one").await;
    until_state(&desk, message, DeliveryState::Accepted).await;
    let sent = provider.asked("/message/text").remove(0);
    let rejected = json!({ "groupId": 5, "groupName": "REJECTED", "id": 6, "name": "REJECTED_NETWORK" });
    let why = json!({ "id": 7_033, "name": "EC_MARKETING_OPT_OUT", "permanent": true });
    desk.infobip_tells(&line, &report(&sent, &rejected, &why)).await;
    let failure = until_state(&desk, message, DeliveryState::Failed).await.failure.unwrap();
    assert_eq!(failure.code, "7033");
    assert!(failure.reason.contains("want no marketing messages"), "{}", failure.reason);
    assert_eq!(wishes(&desk).await, ["marketing opted_out provider 7033"]);
}

/// A file that customers have sent.
fn photo(provider: &StandIn, number: usize) -> Value {
    let url = format!("{}/whatsapp/1/senders/{NUMBER}/media/{number}", provider.url);
    json!({ "type": "IMAGE", "url": url })
}

#[tokio::test]
async fn two_servers_together_fetch_no_more_files_than_infobip_gives_and_hold_up_no_other_number() {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let provider = StandIn::start(|_| (200, "image/png", PNG.to_vec())).await;
    let desk = TestDesk::start().await;
    let other = desk.another().await;
    let line = desk.infobip(&provider, NUMBER).await;
    let results: Vec<_> = (0..40)
        .map(|number| {
            json!({
                "from": ANA, "to": NUMBER, "integrationType": "WHATSAPP", "messageId": format!("wamid.{number}"),
                "receivedAt": "2026-08-01T10:10:00.000+0000", "message": photo(&provider, number),
            })
        })
        .collect();
    desk.infobip_tells(&line, &json!(results)).await;
    let ben = "4917139200098";
    desk.provider.files.give("file-1", tests::files::Giving::Bytes(PNG.to_vec()));
    let file = json!({ "id": "file-1", "mime_type": "image/png" });
    let message = tests::meta::messages(ben, &[tests::meta::file(ben, "wamid.ben", "image", &file)]);
    assert_eq!(desk.post(&message).await, 200);
    until("the other number's file is there", || async {
        let ready = "select count(*) from files f join messages m on m.id = f.message_id
                      where f.state = 'ready' and m.provider_id = 'wamid.ben'";
        (desk.database.number(ready).await == 1).then_some(())
    })
    .await;
    assert!(provider.asked("/media/").len() < 40, "it did not wait for all of them");
    let asked = provider.until_asked("/media/", 40).await;
    for window in asked.windows(16) {
        let apart = window[15].at - window[0].at;
        assert!(apart.as_millis() >= 1_000, "16 files within {apart:?}");
    }
    until("all are there", || async {
        (desk.database.number("select count(*) from files where state = 'ready'").await == 41).then_some(())
    })
    .await;
    drop(other);
}
