//! Promises about time, by programs.

use serde_json::json;
use tests::TestDesk;

use super::integration;

#[tokio::test]
async fn a_promise_is_made_changed_listed_and_taken_away() {
    let desk = TestDesk::start().await;
    let admin = integration(&desk, desk.admin().id).await;
    assert_eq!(admin.get("/slas").await.ok(), json!({ "slas": [] }));
    let wish = json!({ "name": " Gold ", "first_response": 10, "resolution": 480, "warning": 5 });
    let made = admin.post("/slas", &wish).await.ok();
    assert_eq!((&made["name"], &made["next_response"]), (&json!("Gold"), &json!(null)));
    assert_eq!(made["working_time"], true);
    admin.post("/slas", &wish).await.problem(409, "refused");
    admin.post("/slas", &json!({ "name": "Nothing" })).await.problem(409, "refused");
    admin.post("/slas", &json!({ "first_response": 1 })).await.problem(422, "invalid");
    let path = format!("/slas/{}", made["id"].as_str().unwrap());
    let changed = admin.patch(&path, &json!({ "resolution": null, "next_response": 20 })).await.ok();
    assert_eq!((&changed["resolution"], &changed["next_response"]), (&json!(null), &json!(20)));
    assert_eq!(changed["first_response"], 10);
    admin.patch(&path, &json!({ "first_response": 0 })).await.problem(409, "refused");
    assert_eq!(admin.get(&path).await.ok(), changed);
    let sara = integration(&desk, desk.agent("Sara").await.id).await;
    sara.get("/slas").await.problem(403, "forbidden");
    assert_eq!(admin.delete(&path).await.status, 204);
    admin.get(&path).await.problem(404, "not_found");
}
