//! Each call does what it says, and says what is wrong with what it is told.

use serde_json::{Value, json};
use tests::TestDesk;

use super::{ANA, BEN, bot, integration};

#[tokio::test]
async fn what_is_not_understood_is_refused_with_its_place() {
    let desk = TestDesk::start().await;
    let person = integration(&desk, desk.admin().id).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let at = format!("/conversations/{}", desk.conversation_of(ANA).await);
    let table = [
        ("messages", json!({ "text": 7 }), "text"),
        ("messages", json!({ "text": "a", "colour": "red" }), "colour"),
        ("messages", json!({ "type": "buttons", "text": "a", "buttons": [{ "id": "1" }] }), "buttons[0]"),
        ("messages", json!({ "type": "song" }), "type"),
        ("messages", json!({ "type": "media", "url": "ftp://example.org" }), "url"),
        ("handoff", json!({ "reason_code": "bored" }), "reason_code"),
        ("handoff", json!({ "reason_code": "other", "confidence": 2 }), "confidence"),
        ("handoff", json!({ "reason_code": "other", "slots": { "a": {} } }), "slots.a"),
        ("handoff", json!({ "reason_code": "other", "timeout_s": 0 }), "timeout_s"),
        ("handoff", json!({ "reason_code": "other", "ladder": [{ "step": "boss" }] }), "ladder[0].step"),
        (
            "handoff",
            json!({ "reason_code": "other", "ladder": [{ "step": "team", "seconds": -1 }] }),
            "ladder[0].seconds",
        ),
        ("snooze", json!({ "until": "tomorrow" }), "until"),
        ("priority", json!({ "priority": "asap" }), "priority"),
    ];
    for (verb, body, path) in table {
        let problem = person.post(&format!("{at}/{verb}"), &body).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["path"], path, "{body}: {problem}");
    }
    let post = |body: &'static str, kind: &str| {
        person
            .request(reqwest::Method::POST, &format!("{at}/messages"))
            .header("content-type", kind)
            .body(body)
    };
    person.send(post("{", "application/json")).await.problem(400, "bad_request");
    person
        .send(post("text=hi", "application/x-www-form-urlencoded"))
        .await
        .problem(415, "unsupported_media_type");
    let long = json!({ "text": "a".repeat(300_000) });
    person.post(&format!("{at}/messages"), &long).await.problem(413, "too_large");
    person.get("/conversations?stage=lost").await.problem(422, "invalid");
    person.get("/conversations?colour=red").await.problem(422, "invalid");
    person.get("/conversations?limit=101").await.problem(422, "invalid");
    person.get("/conversations/ana").await.problem(404, "not_found");
    person.get("/nothing").await.problem(404, "not_found");
    let deleted = person.send(person.request(reqwest::Method::DELETE, "/me")).await;
    deleted.problem(405, "method_not_allowed");
}

#[tokio::test]
async fn conversations_and_messages_come_page_by_page() {
    let desk = TestDesk::start().await;
    let person = integration(&desk, desk.admin().id).await;
    for number in 0..5 {
        desk.customer_writes(&format!("49171392000{number}0"), &format!("wamid.{number}"), "hi").await;
    }
    let mut seen = Vec::new();
    let mut path = "/conversations?limit=2".to_owned();
    loop {
        let page = person.get(&path).await.ok();
        seen.extend(page["conversations"].as_array().unwrap().iter().map(|one| one["id"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/conversations?limit=2&cursor={next}");
    }
    assert_eq!(seen.len(), 5);
    assert_eq!(std::collections::BTreeSet::from_iter(seen.iter().map(Value::to_string)).len(), 5);
    let id = seen[0].as_str().unwrap();
    let taken = person.post(&format!("/conversations/{id}/take"), &json!({})).await.ok();
    assert_eq!((&taken["stage"], &taken["owner"]["kind"]), (&json!("assigned"), &json!("agent")));
    let assigned = person.get("/conversations?stage=assigned").await.ok();
    assert_eq!(assigned["conversations"][0]["id"], seen[0]);
    let since = person.get("/conversations?updated_after=2199-01-01T00:00:00Z").await.ok();
    assert_eq!(since["conversations"], json!([]));
    for number in 0..4 {
        let text = json!({ "text": format!("answer {number}") });
        person.post(&format!("/conversations/{id}/messages"), &text).await.ok();
    }
    let texts = |page: &Value| -> Vec<String> {
        page["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["text"].as_str().unwrap().to_owned())
            .collect()
    };
    let last = person.get(&format!("/conversations/{id}/messages?limit=2")).await.ok();
    assert_eq!(texts(&last), ["answer 2", "answer 3"]);
    let before = format!("/conversations/{id}/messages?limit=2&before={}", last["before"]);
    let before = person.get(&before).await.ok();
    assert_eq!(texts(&before), ["answer 0", "answer 1"]);
    let after = format!("/conversations/{id}/messages?limit=3&after={}", before["after"]);
    assert_eq!(texts(&person.get(&after).await.ok()), ["answer 2", "answer 3"]);
}

#[tokio::test]
async fn every_verb_is_the_browser_s() {
    let desk = TestDesk::start().await;
    let (sara, tom) = (desk.agent("Sara").await, desk.agent("Tom").await);
    let person = integration(&desk, sara.id).await;
    desk.with_bot().await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.settled().await;
    let at = format!("/conversations/{}", desk.conversation_of(ANA).await);
    let doing = [
        ("handoff", json!({ "reason_code": "policy", "priority": "high" }), "packet", json!(null)),
        ("take", json!({}), "stage", json!("assigned")),
        ("priority", json!({ "priority": "urgent" }), "priority", json!("urgent")),
        ("labels", json!({ "add": ["vip", "order"] }), "labels", json!(["order", "vip"])),
        ("labels", json!({ "remove": ["order"] }), "labels", json!(["vip"])),
        ("typing", json!({}), "stage", json!("assigned")),
        ("read", json!({}), "unread", json!(0)),
        ("snooze", json!({ "until": "2199-01-01T00:00:00Z" }), "code", json!("invalid")),
        ("transfer", json!({ "agent": tom.id, "note": "yours" }), "code", json!(null)),
        ("resolve", json!({}), "code", json!("not_owner")),
    ];
    for (verb, body, member, expected) in doing {
        let done = person.post(&format!("{at}/{verb}"), &body).await.body;
        if member != "packet" {
            assert_eq!(done[member], expected, "{verb}: {done}");
        }
    }
    let tom = integration(&desk, tom.id).await;
    let back = tom.post(&format!("{at}/return"), &json!({ "note": "all is well" })).await.ok();
    assert_eq!(back["owner"]["kind"], "bot");
    tom.post(&format!("{at}/take"), &json!({})).await.ok();
    let resolved = tom.post(&format!("{at}/resolve"), &json!({})).await.ok();
    assert_eq!(resolved["stage"], "resolved");
    tom.post(&format!("{at}/resolve"), &json!({})).await.problem(409, "wrong_stage");
    let open = tom.post(&format!("{at}/reopen"), &json!({})).await.ok();
    assert_eq!(open["owner"]["name"], "Tom");
    let stale = json!({ "epoch": 1, "agent": sara.id });
    tom.post(&format!("{at}/assign"), &stale).await.problem(409, "stale_epoch");
    let given = tom.post(&format!("{at}/assign"), &json!({ "agent": sara.id })).await.ok();
    assert_eq!(given["owner"]["name"], "Sara");
}

#[tokio::test]
async fn messages_of_every_type_reach_the_customer() {
    let desk = TestDesk::start().await;
    let (_, robin) = bot(&desk).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let card = desk.card(desk.conversation_of(ANA).await).await;
    let path = format!("/conversations/{}/messages", card.id);
    let rows = json!([{ "title": "All", "rows": [{ "id": "a", "title": "One" }] }]);
    let said = [
        json!({ "text": "plain" }),
        json!({ "type": "buttons", "text": "which?", "buttons": [{ "id": "a", "title": "A" }] }),
        json!({ "type": "list", "text": "which?", "button": "Show", "sections": rows }),
        json!({ "type": "link", "text": "see", "button": "Open", "url": "https://example.org" }),
        json!({ "type": "location", "location": { "latitude": 48.1, "longitude": 11.6, "name": "Shop" } }),
        json!({ "type": "location_request", "text": "where are you?" }),
        json!({ "type": "media", "url": "https://example.org/a.png", "caption": "look" }),
    ];
    let kinds = ["text", "interactive", "interactive", "interactive", "location", "interactive", "image"];
    for new in &said {
        let mut new = new.clone();
        new["epoch"] = json!(card.epoch);
        robin.post(&path, &new).await.ok();
    }
    let seen = desk.provider.until_seen(said.len()).await;
    let sent: Vec<_> = seen.iter().map(|seen| seen.body["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sent, kinds);
    // An emoji on what the customer wrote, an answer to it, and a note that stays here.
    let first = robin.get(&path).await.ok()["messages"][0]["id"].clone();
    let emoji = json!({ "type": "reaction", "message_id": first, "emoji": "👍", "epoch": card.epoch });
    assert_eq!(robin.post(&path, &emoji).await.ok()["reactions"][0]["emoji"], "👍");
    let quoting = json!({ "text": "to that", "reply_to": first, "epoch": card.epoch });
    assert_eq!(robin.post(&path, &quoting).await.ok()["quoted"]["message_id"], first);
    let note = robin.post(&path, &json!({ "type": "note", "text": "for people" })).await.ok();
    assert_eq!(note["note"], true);
    desk.settled().await;
    assert!(!desk.provider.texts().iter().any(|text| text == "for people"));
    // Two days later only a template may go.
    desk.sql("update conversations set window_until = desk_now() - interval '1 day'").await;
    let late = json!({ "text": "still there?", "epoch": card.epoch });
    robin.post(&path, &late).await.problem(422, "window_closed");
}

#[tokio::test]
async fn a_file_is_uploaded_sent_and_fetched() {
    let desk = TestDesk::start().await;
    let (_, robin) = bot(&desk).await;
    let person = integration(&desk, desk.admin().id).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let card = desk.card(desk.conversation_of(ANA).await).await;
    let png = png();
    let form = || {
        let part =
            reqwest::multipart::Part::bytes(png.clone()).file_name("a.png").mime_str("image/png").unwrap();
        reqwest::multipart::Form::new().part("file", part)
    };
    let upload = robin.request(reqwest::Method::POST, &format!("/media?conversation={}", card.id));
    let uploaded = robin.send(upload.multipart(form())).await.ok();
    assert_eq!((&uploaded["kind"], &uploaded["mime_type"]), (&json!("image"), &json!("image/png")));
    let path = format!("/conversations/{}/messages", card.id);
    let new = json!({ "type": "media", "media_id": uploaded["id"], "caption": "look", "epoch": card.epoch });
    let said = robin.post(&path, &new).await.ok();
    assert_eq!((&said["type"], &said["media"]["id"]), (&json!("image"), &uploaded["id"]));
    robin.post(&path, &new).await.problem(422, "invalid");
    let url = said["media"]["url"].as_str().unwrap();
    let fetched = robin.http.get(url).bearer_auth(&robin.secret).send().await.unwrap();
    assert_eq!(fetched.bytes().await.unwrap(), png);
    let bare = robin.http.get(url).send().await.unwrap();
    assert_eq!(bare.status().as_u16(), 401);
    // Once people have it, it is no longer the bot's to see.
    person.post(&format!("/conversations/{}/take", card.id), &json!({})).await.ok();
    let lost = robin
        .send(robin.request(reqwest::Method::GET, &format!("/media/{}", uploaded["id"].as_str().unwrap())));
    lost.await.problem(409, "not_owner");
}

#[tokio::test]
async fn contacts_are_found_by_number_and_the_desk_says_what_it_is_made_of() {
    let desk = TestDesk::start().await;
    let person = integration(&desk, desk.admin().id).await;
    for (from, id) in [(ANA, "wamid.1"), (BEN, "wamid.2")] {
        desk.customer_writes(from, id, "hi").await;
    }
    let page = person.get("/contacts?limit=1").await.ok();
    let next = page["next"].as_str().unwrap();
    let rest = person.get(&format!("/contacts?cursor={next}")).await.ok();
    assert_eq!(rest["contacts"].as_array().unwrap().len(), 1);
    let found = person.get("/contacts?address=%2B49%20171%2039200099").await.ok();
    let ana = &found["contacts"][0];
    assert_eq!(ana["addresses"], json!([format!("+{ANA}")]));
    assert_eq!(ana["conversations"], json!([desk.conversation_of(ANA).await]));
    assert_eq!(person.get(&format!("/contacts/{}", ana["id"].as_str().unwrap())).await.ok(), *ana);
    person.get("/contacts?address=hello").await.problem(422, "invalid");
    assert_eq!(person.get("/channels").await.ok()["channels"][0]["name"], "Test line");
    assert_eq!(person.get("/agents").await.ok()["agents"][0]["presence"], "offline");
    assert_eq!(person.get("/bots").await.ok()["bots"], json!([]));
    assert_eq!(person.get("/templates").await.ok()["templates"], json!([]));
    let there = person.get("/availability").await.ok();
    assert_eq!((&there["available"], &there["expected_wait_s"]), (&json!(false), &json!(null)));
}

fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(8, 8).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}
