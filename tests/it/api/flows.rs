//! What a built-in bot says, by programs.

use serde_json::{Value, json};
use tests::TestDesk;
use uuid::Uuid;

use super::{ANA, integration};

#[tokio::test]
async fn a_flow_is_edited_tried_made_live_and_rolled_back() {
    let desk = TestDesk::start().await;
    let admin = integration(&desk, desk.admin().id).await;
    let id = admin.post("/bots", &json!({ "kind": "flow", "name": "Robin" })).await.ok()["id"].clone();
    let at = |call: &str| format!("/bots/{}/flow{call}", id.as_str().unwrap());

    let flow = admin.get(&at("")).await.ok();
    assert_eq!((&flow["version"], &flow["draft"], &flow["findings"]), (&json!(1), &Value::Null, &json!([])));
    let mut definition = flow["definition"].clone();
    definition["greeting"]["hello"] = json!("Good day from a program.");

    // What is no flow is refused; what is wrong with one is told, and it is kept.
    let odd = json!({ "definition": { "language": "en", "colour": "red" } });
    admin.post(&at("/draft"), &odd).await.problem(422, "invalid");
    let mut broken = definition.clone();
    broken["greeting"]["ask"]["choices"][0]["entry"] = json!("nowhere");
    let kept = admin.post(&at("/draft"), &json!({ "definition": broken })).await.ok();
    assert!(kept["findings"].as_array().unwrap().iter().any(|one| one["blocks"] == true), "{kept}");
    let publish = |revision: &Value, version: i64| json!({ "revision": revision, "version": version });
    admin.post(&at("/publish"), &publish(&kept["revision"], 1)).await.problem(422, "invalid");

    // A draft is written over by nobody who has not seen it.
    let draft = |revision: &Value| json!({ "revision": revision, "definition": definition });
    admin.post(&at("/draft"), &draft(&Value::Null)).await.problem(422, "invalid");
    let kept = admin.post(&at("/draft"), &draft(&kept["revision"])).await.ok();
    assert_eq!(kept["findings"], json!([]));
    assert_eq!(admin.get(&at("")).await.ok()["draft"]["base"], 1);
    let changes = admin.get(&at("/versions")).await.ok()["draft_changes"].clone();
    assert_eq!(changes[0]["after"], "Good day from a program.", "{changes}");

    admin.post(&at("/publish"), &publish(&kept["revision"], 7)).await.problem(422, "invalid");
    assert_eq!(admin.post(&at("/publish"), &publish(&kept["revision"], 1)).await.ok()["version"], 2);
    desk.sql(&format!("update channels set bot_id = '{}'", id.as_str().unwrap())).await;
    desk.customer_writes(ANA, "wamid.flow", "hi").await;
    desk.settled().await;
    let conversation = desk.conversation_of(ANA).await;
    let said = admin.get(&format!("/conversations/{conversation}/messages")).await.ok().to_string();
    assert!(said.contains("Good day from a program."), "{said}");

    // The conversation that was had is what the next draft is tried on.
    let again = json!({ "definition": flow["definition"] });
    let kept = admin.post(&at("/draft"), &again).await.ok();
    let tried = admin.post(&at("/test"), &json!({ "conversation_ids": [conversation] })).await.ok();
    let before = tried["results"][0]["before"].as_str().unwrap();
    assert!(before.starts_with("Good day from a program."), "{tried}");
    admin.post(&at("/discard"), &json!({ "revision": 1_000 })).await.problem(422, "invalid");
    let discard = json!({ "revision": kept["revision"] });
    assert_eq!(admin.post(&at("/discard"), &discard).await.status, 204);
    assert_eq!(admin.get(&at("")).await.ok()["draft"], Value::Null);

    assert_eq!(admin.post(&at("/rollback"), &json!({ "to": 1, "version": 2 })).await.ok()["version"], 3);
    let versions = admin.get(&at("/versions")).await.ok();
    assert_eq!((&versions["live"], &versions["versions"][0]["restored"]), (&json!(3), &json!(1)));
    assert_eq!(versions["versions"][1]["definition"]["greeting"]["hello"], "Good day from a program.");
}

#[tokio::test]
async fn a_bot_of_another_kind_has_no_flow() {
    let desk = TestDesk::start().await;
    let admin = integration(&desk, desk.admin().id).await;
    let id = admin.post("/bots", &json!({ "kind": "api", "name": "Kim" })).await.ok()["id"].clone();
    let id = id.as_str().unwrap();
    for path in [
        format!("/bots/{id}/flow"),
        format!("/bots/{id}/flow/versions"),
        format!("/bots/{}/flow", Uuid::now_v7()),
    ] {
        admin.get(&path).await.problem(404, "not_found");
    }
    let draft = json!({ "revision": 1 });
    admin.post(&format!("/bots/{id}/flow/discard"), &draft).await.problem(404, "not_found");
}
