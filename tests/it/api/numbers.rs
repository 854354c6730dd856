//! The numbers behind the charts.

use contract::token::{Mode, Scope};
use serde_json::{Value, json};
use tests::TestDesk;

use super::{ANA, BEN, Program, bot, integration, program};

const CAT: &str = "4917139200077";

fn line<'a>(report: &'a Value, name: &str) -> &'a Value {
    let lines = report["lines"].as_array().unwrap();
    lines.iter().find(|line| line["name"] == name).unwrap_or_else(|| panic!("no {name}: {report}"))
}

/// Ana is helped by the bot alone, Ben by Sara, and Cat has only begun.
async fn three_conversations(desk: &TestDesk, robin: &Program, sara: &Program) {
    for (number, from) in [ANA, BEN, CAT].into_iter().enumerate() {
        desk.customer_writes(from, &format!("wamid.{number}"), "hi").await;
    }
    let (ana, ben) = (desk.conversation_of(ANA).await, desk.conversation_of(BEN).await);
    let said = json!({ "text": "Here you are.", "epoch": 1 });
    robin.post(&format!("/conversations/{ana}/messages"), &said).await.ok();
    robin.post(&format!("/conversations/{ana}/resolve"), &json!({ "epoch": 1 })).await.ok();
    let packet = json!({ "reason_code": "customer_asked", "epoch": 1 });
    robin.post(&format!("/conversations/{ben}/handoff"), &packet).await.ok();
    sara.post(&format!("/conversations/{ben}/take"), &json!({})).await.ok();
    sara.post(&format!("/conversations/{ben}/messages"), &json!({ "text": "Sara here." })).await.ok();
    sara.post(&format!("/conversations/{ben}/resolve"), &json!({})).await.ok();
    desk.sql("update handoffs set created_at = created_at - interval '90 seconds'").await;
    desk.sql("update conversations set opened_at = opened_at - interval '10 minutes'").await;
}

#[tokio::test]
async fn conversations_are_counted_by_what_became_of_them() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let (_, robin) = bot(&desk).await;
    let person = integration(&desk, sara.id).await;
    let admin = integration(&desk, desk.admin().id).await;
    three_conversations(&desk, &robin, &person).await;
    let figures = |line: &Value| {
        ["opened", "resolved", "handed_off", "contained", "answered"].map(|name| line[name].as_i64().unwrap())
    };
    for (by, name) in [("bot", "Robin"), ("channel", "Test line")] {
        let report = admin.get(&format!("/reports/conversations?by={by}")).await.ok();
        assert_eq!(figures(line(&report, name)), [3, 2, 1, 1, 1], "{report}");
        assert_eq!(figures(&report["total"]), [3, 2, 1, 1, 1], "{report}");
    }
    let report = admin.get("/reports/conversations?by=agent").await.ok();
    assert_eq!(figures(line(&report, "Sara")), [1, 1, 1, 0, 1]);
    assert_eq!(
        report["lines"].as_array().unwrap().len(),
        2,
        "those that nobody answered are a line: {report}"
    );
    let report = admin.get("/reports/conversations").await.ok();
    let today = desk
        .database
        .words("select distinct to_char(opened_at at time zone 'UTC', 'YYYY-MM-DD') from conversations")
        .await;
    let days: Vec<_> = report["lines"].as_array().unwrap().iter().map(|line| line["key"].clone()).collect();
    assert_eq!(days, today);
    let total = &report["total"];
    let within = |took: &Value, low: f64| (low..low + 30.0).contains(&took["median"].as_f64().unwrap());
    assert!(within(&total["first_response_s"], 90.0) && within(&total["resolution_s"], 600.0), "{total}");
    // What lies outside is left out, and a report of nothing is one.
    let none = admin.get("/reports/conversations?to=2020-01-02T00:00:00Z").await.ok();
    assert_eq!((&none["lines"], &none["total"]["opened"]), (&json!([]), &json!(0)));
    assert_eq!(none["from"], "2019-12-26T00:00:00Z");
}

#[tokio::test]
async fn handoffs_are_counted_by_reason_and_by_who_took_them() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let (_, robin) = bot(&desk).await;
    let person = integration(&desk, sara.id).await;
    let admin = integration(&desk, desk.admin().id).await;
    three_conversations(&desk, &robin, &person).await;
    let cat = desk.conversation_of(CAT).await;
    let packet = json!({ "reason_code": "not_understood", "epoch": 1 });
    robin.post(&format!("/conversations/{cat}/handoff"), &packet).await.ok();
    let report = admin.get("/reports/handoffs?by=reason").await.ok();
    let lines = report["lines"].as_array().unwrap();
    let keys: Vec<_> = lines.iter().map(|line| line["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["customer_asked", "not_understood"]);
    assert_eq!((&lines[0]["taken"], &lines[0]["open"]), (&json!(1), &json!(0)));
    assert_eq!((&lines[1]["taken"], &lines[1]["open"]), (&json!(0), &json!(1)));
    assert!(lines[0]["wait_s"]["median"].as_f64().unwrap() >= 90.0 && lines[1].get("wait_s").is_none());
    assert_eq!((&report["total"]["begun"], &report["total"]["fallback"]), (&json!(2), &json!(0)));
    for (by, name) in [("agent", "Sara"), ("bot", "Robin"), ("channel", "Test line")] {
        let report = admin.get(&format!("/reports/handoffs?by={by}")).await.ok();
        assert_eq!(line(&report, name)["taken"], 1, "{report}");
    }
    admin.get("/reports/handoffs?by=team").await.ok();
    admin.get("/reports/handoffs?by=day&zone=Europe/Berlin").await.ok();
}

#[tokio::test]
async fn reports_are_for_admins_and_of_a_bounded_period() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let (_, robin) = bot(&desk).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let admin = desk.admin().id;
    let agent = integration(&desk, sara.id).await;
    let usual = program(&desk, (None, Some(admin)), Mode::Live, &[Scope::DeskRead]).await;
    let test = program(&desk, (None, Some(admin)), Mode::Test, &Scope::ALL).await;
    for name in ["conversations", "handoffs"] {
        let path = format!("/reports/{name}");
        robin.get(&path).await.problem(403, "missing_scope");
        usual.get(&path).await.problem(403, "missing_scope");
        agent.get(&path).await.problem(403, "forbidden");
    }
    assert_eq!(test.get("/reports/conversations").await.ok()["total"]["opened"], 0);
    let admin = integration(&desk, admin).await;
    let table = [
        ("by=colour", ""),
        ("zone=Mars", "zone"),
        ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from"),
        ("from=2026-01-01T00:00:00Z&to=2026-06-01T00:00:00Z", "from"),
        ("from=yesterday", ""),
        ("by=reason", "by"),
    ];
    for (query, path) in table {
        let problem = admin.get(&format!("/reports/conversations?{query}")).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["path"], path, "{query}: {problem}");
    }
    admin.get("/reports/weather").await.problem(404, "not_found");
}
