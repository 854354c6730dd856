//! What rules do.

use contract::rules::Outcome;
use contract::{Command, Owner, Packet, Priority, ReasonCode, Stage};

use super::*;
use crate::bots::server::{Reply, Server};
use crate::offers;

fn then(name: &str, when: &str, then: Value) -> Rule {
    rule(name, json!({ "when": [when], "then": then }))
}

#[tokio::test]
async fn a_handoff_goes_to_the_team_that_a_rule_names_and_not_to_the_channels() {
    let desk = TestDesk::start().await;
    desk.with_bot().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    let billing = desk.team("Billing", &[&omar]).await;
    desk.team("Support", &[&sara]).await;
    desk.comes(&sara).await;
    desk.comes(&omar).await;
    let wanted = json!({ "is": { "fact": "intent", "operator": "in", "value": ["invoice", "refund"] } });
    let to_billing = json!([{ "do": "assign_team", "with": { "team": billing } }]);
    live(&desk, &[rule("invoices", json!({ "when": ["handed_off"], "if": wanted, "then": to_billing }))])
        .await;
    let packet = offers::packet(json!({ "reason_code": "customer_asked", "intent": "invoice" }));
    let id = offers::hands_off(&desk, ANA, packet).await;
    assert_eq!(offers::offered(&desk, id).await.agent, Some(omar.id));
    // One that it does not hold for goes the usual way.
    let usual = offers::hands_off(&desk, BEN, Packet::because(ReasonCode::CustomerAsked)).await;
    assert_eq!(offers::offered(&desk, usual).await.agent, Some(sara.id));
    let not = about(&desk, usual, "handed_off").await.pop().unwrap();
    assert_eq!((not.trace[0].verdict, not.done.len()), (Verdict::NotMatched, 0));
}

#[tokio::test]
async fn a_handoff_that_a_rule_gives_to_a_person_asks_nobody() {
    let desk = TestDesk::start().await;
    desk.with_bot().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    desk.team("Support", &[&sara]).await;
    desk.comes(&sara).await;
    live(
        &desk,
        &[then("to Omar", "handed_off", json!([{ "do": "assign_agent", "with": { "agent": omar.id } }]))],
    )
    .await;
    let id = offers::hands_off(&desk, ANA, offers::asked()).await;
    let card = desk.card(id).await;
    assert_eq!((card.owner, card.stage, card.offer), (Owner::Agent(omar.id), Stage::Assigned, None));
    assert!(!offers::story(&desk, id).await.contains(&"handoff_offered".to_owned()));
    let open = format!("select count(*) from handoffs where conversation_id = '{id}' and ended_at is null");
    assert_eq!(desk.database.number(&open).await, 0);
}

#[tokio::test]
async fn a_message_takes_the_conversation_from_the_bot_and_the_bot_stays_silent() {
    let desk = TestDesk::start().await;
    desk.with_bot().await;
    let omar = desk.agent("Omar").await;
    let billing = desk.team("Billing", &[&omar]).await;
    desk.comes(&omar).await;
    let lawyer = json!({ "is": { "fact": "message_text", "operator": "contains", "value": "lawyer" } });
    let parts = json!({ "if": lawyer, "then": [
        { "do": "assign_team", "with": { "team": billing } },
        { "do": "set_priority", "with": { "priority": "urgent" } },
        { "do": "note", "with": { "text": "Legal: answer with care." } },
    ] });
    live(&desk, &[rule("legal", parts)]).await;
    let id = writes(&desk, ANA, "my Lawyer will call you").await;
    assert_eq!(offers::offered(&desk, id).await.agent, Some(omar.id));
    let card = desk.card(id).await;
    assert_eq!((card.stage, card.priority), (Stage::Waiting, Priority::Urgent));
    let bots =
        format!("select count(*) from messages where conversation_id = '{id}' and author_kind = 'bot'");
    assert_eq!(desk.database.number(&bots).await, 0, "its turn was withdrawn in the same transaction");
    let note = "select body -> 'text' ->> 'text' from messages where note and author_kind = 'desk'";
    assert_eq!(desk.database.words(note).await, ["Legal: answer with care."]);
    // Asked again while it waits: whoever was asked is asked no more, and nobody is asked twice.
    writes(&desk, ANA, "my lawyer again").await;
    assert_eq!(desk.card(id).await.stage, Stage::Waiting);
}

#[tokio::test]
async fn a_conversation_without_a_bot_is_placed_and_a_person_can_lose_it() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    let billing = desk.team("Billing", &[&omar]).await;
    desk.comes(&omar).await;
    live(
        &desk,
        &[then(
            "all",
            "first_message",
            json!([{ "do": "ask_in_turn", "ladder": [{ "agent": { "name": "Omar" } }] }]),
        )],
    )
    .await;
    let id = writes(&desk, ANA, "hi").await;
    assert_eq!(offers::offered(&desk, id).await.agent, Some(omar.id));
    // Somebody else takes it; the next message sends it back to a team.
    let epoch = desk.card(id).await.epoch;
    offers::act(&desk, &sara, id, Command::Take { epoch }).await.unwrap();
    live(&desk, &[then("back", "message_in", json!([{ "do": "assign_team", "with": { "team": billing } }]))])
        .await;
    writes(&desk, ANA, "and now?").await;
    assert_eq!(offers::offered(&desk, id).await.agent, Some(omar.id));
    assert_eq!(desk.card(id).await.owner, Owner::Nobody);
}

#[tokio::test]
async fn a_rule_writes_knows_puts_aside_and_resolves() {
    let desk = TestDesk::start().await;
    let parts = json!([
        { "do": "send_message", "with": { "text": "We have it.", "fallback": "skip" } },
        { "do": "set_attribute", "with": { "name": "plan", "value": "gold" } },
        { "do": "add_labels", "with": { "labels": ["VIP", "new"] } },
        { "do": "remove_labels", "with": { "labels": ["new"] } },
        { "do": "snooze", "with": { "minutes": 30 } },
        { "do": "resolve" },
        { "do": "snooze", "with": { "minutes": 30 } },
    ]);
    live(&desk, &[then("all", "first_message", parts)]).await;
    let id = writes(&desk, ANA, "hi").await;
    assert_eq!(desk.provider.until_seen(1).await.len(), 1);
    assert_eq!(desk.provider.texts(), ["We have it."]);
    let card = desk.card(id).await;
    assert_eq!((card.stage, card.labels), (Stage::Resolved, vec!["vip".to_owned()]));
    assert_eq!(desk.store.attributes(id).await.unwrap()["plan"], "gold");
    let done = about(&desk, id, "first_message").await.pop().unwrap().done;
    let outcomes: Vec<_> = done.iter().map(|one| one.outcome).collect();
    let refused = done.last().unwrap();
    assert_eq!(outcomes[..6], [Outcome::Done; 6], "{done:?}");
    assert_eq!(refused.outcome, Outcome::Refused);
    assert!(refused.why.as_ref().unwrap().contains("snooze"), "{refused:?}");
}

#[tokio::test]
async fn where_the_window_is_closed_the_fallback_is_what_is_done() {
    let desk = TestDesk::start().await;
    let say = json!({ "do": "send_message", "with": { "text": "Are you there?", "fallback": "note" } });
    live(&desk, &[then("ask", "labelled", json!([say]))]).await;
    let id = writes(&desk, ANA, "hi").await;
    desk.sql("update conversations set window_until = desk_now() - interval '1 hour'").await;
    let sara = desk.agent("Sara").await;
    let label = Command::Label { add: vec!["late".to_owned()], remove: Vec::new() };
    offers::act(&desk, &sara, id, label).await.unwrap();
    desk.settled().await;
    assert!(desk.provider.texts().is_empty());
    let done = about(&desk, id, "labelled").await.pop().unwrap().done;
    assert_eq!(done[0].outcome, Outcome::Instead);
    assert!(done[0].why.as_ref().unwrap().contains("noted"));
    let notes = "select count(*) from messages where note and body -> 'text' ->> 'text' = 'Are you there?'";
    assert_eq!(desk.database.number(notes).await, 1);
}

#[tokio::test]
async fn what_cannot_be_done_leaves_nothing_behind_and_the_rest_is_done() {
    let desk = TestDesk::start().await;
    let omar = desk.agent("Omar").await;
    let team = desk.team("Billing", &[&omar]).await;
    let parts = json!([
        { "do": "assign_team", "with": { "team": team } },
        { "do": "assign_agent", "with": { "agent": omar.id } },
        { "do": "add_labels", "with": { "labels": ["done"] } },
    ]);
    live(&desk, &[then("all", "message_in", parts)]).await;
    // Both go away after the rule was made.
    desk.sql(&format!("delete from teams where id = '{team}'")).await;
    desk.sql(&format!("update agents set active = false where id = '{}'", omar.id)).await;
    let id = writes(&desk, ANA, "hi").await;
    let card = desk.card(id).await;
    assert_eq!((card.stage, card.labels), (Stage::Waiting, vec!["done".to_owned()]));
    let decision = about(&desk, id, "message_in").await.pop().unwrap();
    let outcomes: Vec<_> = decision.done.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Refused, Outcome::Refused, Outcome::Done]);
    assert!(decision.done[0].why.as_ref().unwrap().contains("team"), "{decision:?}");
    assert_eq!(desk.database.number("select count(*) from rule_decisions where failed").await, 1);
    desk.ledger().await;
}

#[tokio::test]
async fn whoever_has_the_skills_is_asked() {
    let desk = TestDesk::start().await;
    desk.with_bot().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    desk.team("Support", &[&sara]).await;
    desk.sql(&format!("update agents set skills = '{{arabic,refunds}}' where id = '{}'", omar.id)).await;
    desk.comes(&sara).await;
    desk.comes(&omar).await;
    let skilled = json!([{ "do": "ask_skilled", "with": { "skills": ["Arabic"] } }]);
    live(&desk, &[then("arabic", "handed_off", skilled.clone())]).await;
    let id = offers::hands_off(&desk, ANA, offers::asked()).await;
    assert_eq!(offers::offered(&desk, id).await.agent, Some(omar.id));
    // One that waits already is asked of them, too.
    live(&desk, &[then("arabic", "labelled", skilled)]).await;
    let other = offers::hands_off(&desk, BEN, offers::asked()).await;
    let first = offers::offered(&desk, other).await;
    assert_eq!(first.agent, Some(sara.id));
    let offer = offers::offered(&desk, id).await;
    offers::accept(&desk, &omar, id, offer).await.unwrap();
    let label = Command::Label { add: vec!["arabic".to_owned()], remove: Vec::new() };
    offers::act(&desk, &sara, other, label).await.unwrap();
    assert_eq!(offers::offered_after(&desk, other, Some(first)).await.agent, Some(omar.id));
}

#[tokio::test]
async fn a_bot_gets_it_and_answers_what_the_customer_wrote() {
    let desk = TestDesk::start().await;
    let omar = desk.agent("Omar").await;
    let id = writes(&desk, ANA, "hi").await;
    let bot = desk.with_bot().await;
    let epoch = desk.card(id).await.epoch;
    offers::act(&desk, &omar, id, Command::Take { epoch }).await.unwrap();
    live(&desk, &[then("bot", "message_in", json!([{ "do": "assign_bot", "with": { "bot": bot } }]))]).await;
    writes(&desk, ANA, "hello?").await;
    let card = desk.card(id).await;
    assert_eq!((card.stage, card.owner), (Stage::Bot, Owner::Bot(bot)));
    let said =
        format!("select count(*) from messages where conversation_id = '{id}' and author_kind = 'bot'");
    tests::until("the bot answers", || async { (desk.database.number(&said).await > 0).then_some(()) }).await;
    // Given back it is the channel's; where it has it, it is so already; where it is switched off, nothing is done.
    let epoch = desk.card(id).await.epoch;
    offers::act(&desk, &omar, id, Command::Take { epoch }).await.unwrap();
    let back = json!([{ "do": "return_to_bot" }, { "do": "return_to_bot" }]);
    live(&desk, &[then("back", "labelled", back)]).await;
    let label = |label: &str| Command::Label { add: vec![label.to_owned()], remove: Vec::new() };
    offers::act(&desk, &omar, id, label("one")).await.unwrap();
    assert_eq!(desk.card(id).await.owner, Owner::Bot(bot));
    let done = about(&desk, id, "labelled").await.pop().unwrap().done;
    assert_eq!((done[0].outcome, done[1].outcome), (Outcome::Done, Outcome::Instead), "{done:?}");
    let epoch = desk.card(id).await.epoch;
    offers::act(&desk, &omar, id, Command::Take { epoch }).await.unwrap();
    desk.sql("update bots set active = false").await;
    offers::act(&desk, &omar, id, label("two")).await.unwrap();
    let done = about(&desk, id, "labelled").await.pop().unwrap().done;
    assert_eq!(done[0].outcome, Outcome::Refused, "{done:?}");
    assert_eq!(desk.card(id).await.owner, Owner::Agent(omar.id));
}

#[tokio::test]
async fn the_admins_are_told_and_a_web_address_is_called_with_a_signature() {
    let desk = TestDesk::start().await;
    let server = Server::start(|_| Reply::Is(200, None, String::new())).await;
    let wish = contract::endpoint::EndpointWish {
        name: "The CRM".to_owned(),
        url: format!("{}/called", server.url),
        events: vec!["snoozed".to_owned()],
    };
    let add = SettingsTask::Endpoint(contract::endpoint::EndpointTask::Add { wish });
    run(&desk.desk, &admin(&desk).await, add).await.unwrap();
    let parts = json!([
        { "do": "notify", "with": { "text": "Somebody is angry." } },
        { "do": "call_webhook", "with": { "address": "the crm", "data": "angry" } },
        { "do": "call_webhook", "with": { "address": "nowhere" } },
    ]);
    live(&desk, &[then("all", "first_message", parts)]).await;
    let id = writes(&desk, ANA, "hi").await;
    let done = about(&desk, id, "first_message").await.pop().unwrap().done;
    let outcomes: Vec<_> = done.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Done, Outcome::Done, Outcome::Refused], "{done:?}");
    let alerts = desk.store.alerts().await.unwrap();
    assert!(
        alerts.iter().any(|alert| alert.kind == "rule" && alert.text == "Somebody is angry."),
        "{alerts:?}"
    );
    let asked = server.until_asked(1).await;
    let body = asked[0].json();
    assert_eq!((&body["type"], &body["data"]), (&json!("rule_called"), &json!("angry")));
    assert_eq!(body["conversation_id"], json!(id));
    assert!(asked[0].headers.contains_key("webhook-signature"), "{:?}", asked[0].headers);
    let sent = "select count(*) from endpoint_deliveries where state = 'delivered' and event = 'rule_called'";
    tests::until("it is taken", || async { (desk.database.number(sent).await == 1).then_some(()) }).await;
}
