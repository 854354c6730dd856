//! What programs know of contacts and conversations.

use contract::token::{Mode, Scope};
use serde_json::{Value, json};
use tests::{TestDesk, until};
use uuid::Uuid;

use super::{ANA, BEN, Program, bot, integration, program};

/// How often something has happened.
async fn happened(desk: &TestDesk, change: &str) -> i64 {
    let sql = "select count(*) from events where trim(change::text, '\"') like";
    desk.database.number(&format!("{sql} '{change}%'")).await
}

/// What was told of something, when it was told so often.
async fn told(program: &Program, name: &str, times: usize) -> Value {
    until("it is told", || async {
        let page = program.get("/events?after=beginning").await.ok();
        let mut events = page["events"].as_array().unwrap().iter().filter(|event| event["type"] == name);
        events.nth(times - 1).cloned()
    })
    .await
}

#[tokio::test]
async fn what_is_known_of_a_conversation_is_kept_beside_what_was_and_told() {
    let desk = TestDesk::start().await;
    let (_, robin) = bot(&desk).await;
    let person = integration(&desk, desk.admin().id).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let id = desk.conversation_of(ANA).await;
    let at = format!("/conversations/{id}/attributes");
    assert_eq!(robin.get(&at).await.ok(), json!({ "attributes": {} }));
    let known = robin.post(&at, &json!({ "attributes": { "order": 7, "paid": true, "plan": "gold" } })).await;
    assert_eq!(known.ok()["attributes"], json!({ "order": "7", "paid": "true", "plan": "gold" }));
    let known = person.post(&at, &json!({ "attributes": { "order": null, "plan": "basic" } })).await.ok();
    assert_eq!(known["attributes"], json!({ "paid": "true", "plan": "basic" }));
    let event = told(&person, "attributes_changed", 2).await;
    assert_eq!(event["change"], json!({ "attributes": { "paid": "true", "plan": "basic" } }));
    assert_eq!(event["actor"]["kind"], "agent");
    // What says nothing new is nothing new.
    person.post(&at, &json!({ "attributes": { "plan": "basic", "none": null } })).await.ok();
    assert_eq!(happened(&desk, "attributes_changed").await, 2);
    // They are the custom attributes of a bot that was written for Chatwoot, and are passed on with its handoff.
    let number = desk.database.number("select number from conversations").await;
    let chatwoot = format!("/accounts/1/conversations/{number}");
    let custom = json!({ "custom_attributes": { "size": 42 } });
    let custom = robin.post(&format!("{chatwoot}/custom_attributes"), &custom).await.ok();
    assert_eq!(custom["custom_attributes"], json!({ "paid": "true", "plan": "basic", "size": "42" }));
    robin.post(&format!("{chatwoot}/toggle_status"), &json!({ "status": "open" })).await.ok();
    let handoff = robin.get(&format!("/conversations/{id}/handoff")).await.ok();
    assert_eq!(handoff["packet"]["slots"], custom["custom_attributes"]);
    // Once people have it, a bot says nothing about it any more.
    robin.post(&at, &json!({ "attributes": { "plan": "gold" } })).await.problem(409, "not_owner");
    assert_eq!(person.get(&at).await.ok()["attributes"], custom["custom_attributes"]);
}

#[tokio::test]
async fn what_is_too_much_or_not_flat_is_refused_with_its_place() {
    let desk = TestDesk::start().await;
    let person = integration(&desk, desk.admin().id).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let id = desk.conversation_of(ANA).await;
    let contact = desk.card(id).await.contact;
    let many: serde_json::Map<_, _> = (0..51).map(|n| (format!("name{n:02}"), json!("x"))).collect();
    let table = [
        (json!({ "attributes": { "a": [1] } }), "attributes.a"),
        (json!({ "attributes": { "a": { "b": 1 } } }), "attributes.a"),
        (json!({ "attributes": { "": "x" } }), "attributes."),
        (json!({ "attributes": { "long": "x".repeat(1_001) } }), "attributes.long"),
        (json!({ "attributes": many }), "attributes.name50"),
        (json!({ "attributes": {}, "colour": "red" }), "colour"),
    ];
    for (body, path) in table {
        let of = person.post(&format!("/conversations/{id}/attributes"), &body).await.problem(422, "invalid");
        assert_eq!(of["errors"][0]["path"], path, "{of}");
        let of = person.patch(&format!("/contacts/{contact}"), &body).await.problem(422, "invalid");
        assert_eq!(of["errors"][0]["path"], path, "{of}");
    }
    // Together with what is known it can be too much as well.
    let at = format!("/conversations/{id}/attributes");
    for n in 0..4 {
        person.post(&at, &json!({ "attributes": { format!("n{n}"): "x".repeat(1_000) } })).await.ok();
    }
    let more = json!({ "attributes": { "n4": "x".repeat(1_000) } });
    person.post(&at, &more).await.problem(422, "invalid");
    assert_eq!(person.get(&at).await.ok()["attributes"].as_object().unwrap().len(), 4);
}

#[tokio::test]
async fn of_many_who_set_attributes_at_once_nobody_is_written_over() {
    let desk = TestDesk::start().await;
    let person = integration(&desk, desk.admin().id).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let id = desk.conversation_of(ANA).await;
    let contact = desk.card(id).await.contact;
    let calls = (0..8).map(|n| {
        let person = person.clone();
        async move {
            let new = json!({ "attributes": { format!("name{n}"): n } });
            person.post(&format!("/conversations/{id}/attributes"), &new).await.ok();
            person.patch(&format!("/contacts/{contact}"), &new).await.ok();
        }
    });
    futures::future::join_all(calls).await;
    for path in [format!("/conversations/{id}/attributes"), format!("/contacts/{contact}")] {
        assert_eq!(person.get(&path).await.ok()["attributes"].as_object().unwrap().len(), 8, "{path}");
    }
    assert_eq!(happened(&desk, "contact_changed").await, 8);
}

#[tokio::test]
async fn a_contact_is_known_for_something_and_can_be_blocked() {
    let desk = TestDesk::start().await;
    let person = integration(&desk, desk.admin().id).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let id = desk.conversation_of(ANA).await;
    let at = format!("/contacts/{}", desk.card(id).await.contact);
    let ana = person.patch(&at, &json!({ "attributes": { "customer": "K-7" }, "blocked": true })).await.ok();
    assert_eq!((&ana["attributes"], &ana["blocked"]), (&json!({ "customer": "K-7" }), &json!(true)));
    assert_eq!(told(&person, "contact_changed", 1).await["conversation_id"], json!(id));
    // The same again is nothing new.
    person.patch(&at, &json!({ "attributes": { "customer": "K-7" }, "blocked": true })).await.ok();
    assert_eq!(happened(&desk, "contact_changed").await, 1);
    // What somebody who is blocked writes opens nothing.
    person.post(&format!("/conversations/{id}/take"), &json!({})).await.ok();
    person.post(&format!("/conversations/{id}/resolve"), &json!({})).await.ok();
    desk.customer_writes(ANA, "wamid.2", "hello?").await;
    let open = person.get("/conversations?stage=bot,waiting,assigned,snoozed").await.ok();
    assert_eq!(open["conversations"], json!([]));
    let again =
        person.patch(&at, &json!({ "blocked": false, "attributes": { "customer": null } })).await.ok();
    assert_eq!((&again["attributes"], &again["blocked"]), (&json!({}), &json!(false)));
    desk.customer_writes(ANA, "wamid.3", "hello?").await;
    let open = person.get("/conversations?stage=bot,waiting,assigned,snoozed").await.ok();
    assert_eq!(open["conversations"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nobody_reaches_what_is_not_theirs() {
    let desk = TestDesk::start().await;
    desk.customer_writes(BEN, "wamid.b", "hi").await;
    let (_, robin) = bot(&desk).await;
    let admin = desk.admin().id;
    let ben = desk.conversation_of(BEN).await;
    let contact = desk.card(ben).await.contact;
    let new = json!({ "attributes": { "a": "b" } });
    let test = program(&desk, (None, Some(admin)), Mode::Test, &Scope::ALL).await;
    let reader =
        program(&desk, (None, Some(admin)), Mode::Live, &[Scope::ConversationsRead, Scope::ContactsRead])
            .await;
    let (of, at) = (format!("/conversations/{ben}/attributes"), format!("/contacts/{contact}"));
    for stranger in [&robin, &test] {
        stranger.get(&of).await.problem(404, "not_found");
        stranger.post(&of, &new).await.problem(404, "not_found");
    }
    test.patch(&at, &new).await.problem(404, "not_found");
    robin.patch(&at, &new).await.problem(403, "missing_scope");
    reader.get(&of).await.ok();
    reader.post(&of, &new).await.problem(403, "missing_scope");
    reader.patch(&at, &new).await.problem(403, "missing_scope");
    let person = integration(&desk, admin).await;
    for nobody in [Uuid::now_v7().to_string(), "ben".to_owned()] {
        person.patch(&format!("/contacts/{nobody}"), &new).await.problem(404, "not_found");
        person.post(&format!("/conversations/{nobody}/attributes"), &new).await.problem(404, "not_found");
    }
    assert_eq!(person.get(&of).await.ok()["attributes"], json!({}));
}
