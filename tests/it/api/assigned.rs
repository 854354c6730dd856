//! Who was given a conversation and why, by programs; and how a team and its people are set up for that.

use serde_json::json;
use tests::TestDesk;

use super::{ANA, integration};

#[tokio::test]
async fn a_team_is_set_up_to_be_given_its_conversations_and_says_why_somebody_has_one() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    let admin = integration(&desk, desk.admin().id).await;
    let team = desk.team("Support", &[&sara, &omar]).await;
    let (sara_at, team_at) = (format!("/agents/{}", sara.id), format!("/teams/{team}"));
    let able = json!({ "skills": ["Billing:5", "french"], "capacity": 0 });
    let shown = admin.patch(&sara_at, &able).await.ok();
    assert_eq!((&shown["skills"], &shown["capacity"]), (&json!(["billing:5", "french"]), &json!(0)));
    let assigning = json!({ "strategy": "least_busy", "sticky_minutes": 60 });
    let shown = admin.patch(&team_at, &json!({ "asking": "assign", "assigning": assigning })).await.ok();
    assert_eq!((&shown["asking"], &shown["assigning"]["strategy"]), (&json!("assign"), &json!("least_busy")));
    let never = json!({ "assigning": { "strategy": "least_busy", "relax_seconds": 1 } });
    admin.patch(&team_at, &never).await.problem(409, "refused");
    desk.comes(&sara).await;
    desk.comes(&omar).await;
    desk.customer_writes(ANA, "wamid.assigned", "hi").await;
    let id = desk.conversation_of(ANA).await;
    tests::until("somebody has it", || async { desk.card(id).await.owner.agent() }).await;
    let why = admin.get(&format!("/conversations/{id}/assignments")).await.ok();
    let last = &why["assignments"][0];
    assert_eq!((&last["choice"], &last["team"]), (&json!({ "agent": omar.id }), &json!(team)), "{why}");
    let of = |name: &str| {
        let all = last["candidates"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).map(|one| one["why"].clone()).unwrap()
    };
    assert_eq!((of("Omar"), of("Sara")), (json!("eligible"), json!("full")));
    let shown = admin.patch(&sara_at, &json!({ "capacity": -1 })).await.ok();
    assert_eq!(shown.get("capacity"), None, "{shown}");
}
