//! Routing rules, by programs.

use serde_json::json;
use tests::TestDesk;
use uuid::Uuid;

use super::{ANA, bot, integration};

#[tokio::test]
async fn rules_are_edited_tried_made_live_explained_and_rolled_back() {
    let desk = TestDesk::start().await;
    let admin = integration(&desk, desk.admin().id).await;
    assert_eq!(admin.get("/rules").await.ok()["version"], 0);
    let words = admin.get("/rules/vocabulary").await.ok();
    let facts = words["vocabulary"]["facts"].as_array().unwrap();
    assert!(facts.iter().any(|fact| fact["key"] == "message_text" && fact["kind"] == "text"));
    assert!(words["names"]["channels"][0][0].is_string());
    let refund = json!({ "is": { "fact": "message_text", "operator": "contains", "value": ["refund", "money back"] } });
    let urgent = json!({ "do": "set_priority", "with": { "priority": "urgent" } });
    let rule = json!({ "id": Uuid::now_v7(), "name": "Refunds", "active": true, "when": ["message_in"],
        "if": { "all": [refund] }, "then": [urgent], "after": "stop" });
    let bad = json!({ "rules": [{ "id": Uuid::now_v7(), "name": "x", "when": [], "then": [] }] });
    let findings = admin.post("/rules/validate", &bad).await.ok();
    assert!(findings["findings"].as_array().unwrap().iter().any(|one| one["path"] == "rules[0].when"));
    let odd =
        json!({ "rules": [{ "id": Uuid::now_v7(), "name": "x", "when": [], "then": [], "colour": "red" }] });
    admin.post("/rules/draft", &odd).await.problem(422, "invalid");
    let draft = json!({ "rules": [rule] });
    let kept = admin.post("/rules/draft", &draft).await.ok();
    assert_eq!(kept["findings"], json!([]));
    admin.post("/rules/draft", &draft).await.problem(422, "invalid");
    let tried = json!({ "event": "message_in", "facts": { "message_text": "My MONEY BACK" } });
    let tried = admin.post("/rules/test", &tried).await.ok();
    assert_eq!(tried["trace"][0]["verdict"], "matched");
    assert_eq!(tried["trace"][0]["condition"]["of"][0]["found"], "My MONEY BACK");
    assert_eq!(tried["would"][0]["outcome"], "done");
    admin.post("/rules/test", &json!({ "event": "message_in" })).await.problem(422, "invalid");
    let nobody = json!({ "event": "message_in", "conversation_id": Uuid::now_v7() });
    admin.post("/rules/test", &nobody).await.problem(404, "not_found");
    let publish = json!({ "revision": kept["revision"], "version": 0, "note": "Refunds first" });
    assert_eq!(admin.post("/rules/publish", &publish).await.ok()["version"], 1);
    let set = admin.get("/rules").await.ok();
    assert_eq!((&set["version"], &set["rules"][0]), (&json!(1), &rule));
    desk.customer_writes(ANA, "wamid.rules", "refund, please").await;
    desk.settled().await;
    let id = desk.conversation_of(ANA).await;
    assert_eq!(admin.get(&format!("/conversations/{id}")).await.ok()["priority"], "urgent");
    let why = admin.get(&format!("/conversations/{id}/decisions?limit=1")).await.ok();
    let last = &why["decisions"][0];
    assert_eq!((&last["event"], &last["version"]), (&json!("message_in"), &json!(1)));
    assert_eq!(last["done"][0]["act"], urgent);
    let next = format!("/conversations/{id}/decisions?cursor={}", why["next"].as_str().unwrap());
    let before = admin.get(&next).await.ok();
    let told: Vec<_> =
        before["decisions"].as_array().unwrap().iter().map(|one| one["event"].clone()).collect();
    assert_eq!(told, ["first_message", "conversation_opened"]);
    admin.get(&format!("/conversations/{id}/decisions?cursor=x")).await.problem(422, "invalid");
    let here = admin.post("/rules/test", &json!({ "event": "message_in", "conversation_id": id })).await.ok();
    assert_eq!(here["facts"]["priority"], "urgent");
    assert_eq!(admin.post("/rules/rollback", &json!({ "to": 0, "version": 1 })).await.ok()["version"], 2);
    let versions = admin.get("/rules/versions").await.ok();
    assert_eq!(versions["versions"][1]["note"], "Refunds first");
    assert_eq!(versions["versions"][0]["changes"][0]["kind"], "removed");
}

#[tokio::test]
async fn rules_are_tried_on_what_has_happened() {
    let desk = TestDesk::start().await;
    let admin = integration(&desk, desk.admin().id).await;
    let resolves = |name: &str| json!({ "id": Uuid::now_v7(), "name": name, "when": ["message_in"], "then": [{ "do": "resolve" }] });
    let one = resolves("one");
    let kept = admin.post("/rules/draft", &json!({ "rules": [one] })).await.ok();
    let publish = json!({ "revision": kept["revision"], "version": 0 });
    admin.post("/rules/publish", &publish).await.ok();
    desk.customer_writes(ANA, "wamid.tried", "hi").await;
    desk.settled().await;
    for odd in [
        json!({ "days": 0 }),
        json!({ "days": 1, "set": "best" }),
        json!({ "days": 1, "set": "live", "rules": [] }),
        json!({ "days": 1, "set": "draft" }),
        json!({ "days": 1, "set": "live", "against": "fate" }),
    ] {
        admin.post("/rules/simulations", &odd).await.problem(422, "invalid");
    }
    let wish = json!({ "days": 30, "rules": [resolves("two")], "against": "recorded" });
    let begun = admin.post("/rules/simulations", &wish).await;
    assert_eq!(begun.status, 202, "{begun:?}");
    let path = format!("/rules/simulations/{}", begun.ok()["id"].as_str().unwrap());
    let done = tests::until("it is done", || async {
        Some(admin.get(&path).await.ok()).filter(|view| view["state"] == "done")
    })
    .await;
    let result = &done["result"];
    assert_eq!((&done["set"], &done["looked"], &done["of"]), (&json!("given"), &json!(3), &json!(3)));
    assert_eq!((&result["changed"], &result["rules"][0]["matched"]), (&json!(0), &json!(1)));
    let id = desk.conversation_of(ANA).await;
    assert_eq!(result["rules"][0]["examples"][0]["conversation_id"], json!(id));
    assert_eq!(result["acts"][0], json!({ "act": { "do": "resolve" }, "would": 1, "otherwise": 1 }));
    let of = format!("/rules/{}/runs", one["id"].as_str().unwrap());
    let runs = admin.get(&of).await.ok()["runs"].clone();
    assert_eq!((&runs[0]["conversation_id"], &runs[0]["verdict"]), (&json!(id), &json!("matched")));
    assert_eq!((&runs[0]["done"][0]["act"], &runs[1]), (&json!({ "do": "resolve" }), &json!(null)));
    admin.get(&format!("{of}?cursor=x")).await.problem(422, "invalid");
    assert_eq!(admin.post(&format!("{path}/cancel"), &json!({})).await.ok()["state"], "done");
}

#[tokio::test]
async fn why_is_told_to_whoever_reaches_the_conversation_and_to_nobody_else() {
    let desk = TestDesk::start().await;
    let (_, robin) = bot(&desk).await;
    desk.customer_writes(ANA, "wamid.why", "hi").await;
    let id = desk.conversation_of(ANA).await;
    let path = format!("/conversations/{id}/decisions");
    assert_eq!(robin.get(&path).await.ok()["decisions"], json!([]), "it has the conversation");
    desk.sql("update channels set bot_id = null").await;
    desk.sql("update conversations set stage = 'waiting', owner_kind = 'nobody', owner_id = null, waiting_since = desk_now()")
        .await;
    robin.get(&path).await.problem(404, "not_found");
    let sara = desk.agent("Sara").await.id;
    let agent = integration(&desk, sara).await;
    assert_eq!(agent.get(&path).await.ok()["decisions"], json!([]));
    agent.get("/rules").await.problem(403, "forbidden");
}
