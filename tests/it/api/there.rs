//! Who is there: a bot asks before it promises.

use serde_json::{Value, json};
use tests::TestDesk;

use super::{bot, integration};

/// A customer is handed over, and somebody takes them.
async fn one_is_taken(desk: &TestDesk, robin: &super::Program, person: &super::Program, number: u32) {
    let from = format!("49171392001{number:02}");
    desk.customer_writes(&from, &format!("wamid.{number}"), "a person please").await;
    let at = format!("/conversations/{}", desk.conversation_of(&from).await);
    robin.post(&format!("{at}/handoff"), &json!({ "reason_code": "customer_asked", "epoch": 1 })).await.ok();
    person.post(&format!("{at}/take"), &json!({})).await.ok();
}

#[tokio::test]
async fn the_wait_is_the_measured_one_and_never_promised_where_nobody_is() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let (_, robin) = bot(&desk).await;
    let person = integration(&desk, sara.id).await;
    for number in 0..6 {
        one_is_taken(&desk, &robin, &person, number).await;
    }
    desk.sql("update handoffs set created_at = ended_at - interval '170 seconds', ahead = 0").await;
    let nobody = robin.get("/availability").await.ok();
    assert_eq!((&nobody["available"], &nobody["expected_wait_s"]), (&json!(false), &json!(null)), "{nobody}");
    assert_eq!(
        (&nobody["channels"][0]["open"], &nobody["channels"][0]["available"]),
        (&json!(true), &json!(false))
    );

    desk.comes(&sara).await;
    let there = robin.get("/availability").await.ok();
    assert_eq!((&there["available"], &there["agents_online"]), (&json!(true), &json!(1)));
    assert_eq!(
        (&there["expected_wait_s"], &there["channels"][0]["expected_wait_s"]),
        (&json!(180), &json!(180))
    );

    // Whoever lets go now hears where the conversation stands, and so does whoever looks later.
    let mut handed = Vec::new();
    for (number, (ahead, wait)) in [(7, (0, 180)), (8, (1, 600))] {
        let from = format!("49171392001{number:02}");
        desk.customer_writes(&from, &format!("wamid.{number}"), "a person please").await;
        let at = format!("/conversations/{}", desk.conversation_of(&from).await);
        let packet = json!({ "reason_code": "customer_asked", "epoch": 1 });
        let row = robin.post(&format!("{at}/handoff"), &packet).await.ok();
        assert_eq!((&row["ahead"], &row["expected_wait_s"]), (&json!(ahead), &json!(wait)), "{row}");
        handed.push(at);
    }
    let waiting = robin.get("/availability").await.ok();
    assert_eq!(waiting["channels"][0]["waiting"], 2);
    person.post(&format!("{}/take", handed[0]), &json!({})).await.ok();
    let first = robin.get(&format!("{}/handoff", handed[0])).await.ok();
    assert_eq!((&first["ahead"], &first["expected_wait_s"]), (&json!(null), &json!(null)), "{first}");
    let second = robin.get(&format!("{}/handoff", handed[1])).await.ok();
    assert_eq!((&second["ahead"], &second["packet"]["reason_code"]), (&json!(0), &json!("customer_asked")));
}

#[tokio::test]
async fn hours_close_a_team_and_its_channel_and_say_when_they_open() {
    let desk = TestDesk::start().await;
    let (sara, tom) = (desk.agent("Sara").await, desk.agent("Tom").await);
    let team = desk.team("Billing", &[&sara]).await;
    let (_, robin) = bot(&desk).await;
    let admin = integration(&desk, desk.admin().id).await;
    desk.comes(&tom).await;
    let of_team = |there: &Value| there["teams"][0].clone();
    let there = robin.get("/availability").await.ok();
    assert_eq!((&there["agents_online"], &of_team(&there)["agents_online"]), (&json!(1), &json!(0)));
    assert_eq!(
        (&of_team(&there)["name"], &there["channels"][0]["team_id"]),
        (&json!("Billing"), &json!(team))
    );
    desk.comes(&sara).await;
    desk.sql(&format!("update agents set skills = '{{french}}' where id = '{}'", sara.id)).await;
    let there = robin.get("/availability").await.ok();
    assert_eq!(of_team(&there)["available"], true);
    assert_eq!(there["skills"], json!([{ "skill": "french", "agents_online": 1 }]));

    // Open on the day after tomorrow alone.
    let day = desk
        .database
        .number("select extract(isodow from desk_now() at time zone 'UTC' + interval '2 days')::int8")
        .await;
    let hours = json!({ "zone": "UTC", "week": [{ "day": day, "from": 540, "to": 600 }] });
    admin.patch(&format!("/teams/{team}"), &json!({ "placing": { "hours": hours } })).await.ok();
    let there = robin.get("/availability").await.ok();
    for standing in [of_team(&there), there["channels"][0].clone()] {
        assert_eq!((&standing["open"], &standing["available"]), (&json!(false), &json!(false)), "{standing}");
        assert!(standing["opens_at"].as_str().unwrap().ends_with("T09:00:00Z"), "{standing}");
        assert_eq!(standing["expected_wait_s"], json!(null));
    }
    assert_eq!(there["available"], true, "who is there is there: {there}");
}

#[tokio::test]
async fn a_program_names_who_is_asked_first_and_for_how_long() {
    let desk = TestDesk::start().await;
    let (sara, tom) = (desk.agent("Sara").await, desk.agent("Tom").await);
    let (_, robin) = bot(&desk).await;
    for login in [&sara, &tom] {
        desk.comes(login).await;
    }
    desk.customer_writes(super::ANA, "wamid.1", "Tom please").await;
    let at = format!("/conversations/{}", desk.conversation_of(super::ANA).await);
    let ladder = json!([{ "step": "agent", "name": "Tom", "seconds": 45 }, { "step": "callback" }]);
    let packet = json!({ "reason_code": "customer_asked", "epoch": 1, "ladder": ladder, "timeout_s": 600,
        "on_timeout": "callback" });
    robin.post(&format!("{at}/handoff"), &packet).await.ok();
    let asked = "select a.name || ' ' || extract(epoch from o.until - o.created_at)::int from offers o
        join agents a on a.id = o.agent_id";
    assert_eq!(desk.database.words(asked).await, ["Tom 45"]);
    let tom = integration(&desk, tom.id).await;
    let offer = desk.database.words("select id::text from offers").await.remove(0);
    let taken = tom.post(&format!("{at}/accept"), &json!({ "offer": offer })).await.ok();
    assert_eq!(taken["owner"]["name"], "Tom");
}
