//! A bot that does badly is left alone, by every process, and comes back by itself.

use contract::{Owner, ReasonCode};
use serde_json::json;
use tests::{TestDesk, until};

use super::server::{Reply, json as reply};
use super::{ANA, card, handed_off, hooked, packet, said};

fn customer(number: usize) -> String {
    format!("49171392004{number:02}")
}

async fn writes(desk: &TestDesk, number: usize) -> ReasonCode {
    desk.customer_writes(&customer(number), &format!("wamid.{number}"), "hi").await;
    handed_off(desk, &customer(number)).await
}

#[tokio::test]
async fn after_failures_in_a_row_people_answer_at_once_until_a_trial_succeeds() {
    let desk = TestDesk::start().await;
    let other = desk.another().await;
    let (server, bot) = hooked(&desk).await;
    desk.sql("update bots set breaker_errors = 2, breaker_rest_ms = 3600000").await;
    server.then(|_| Reply::Is(400, None, "broken".into()));
    assert_eq!(writes(&desk, 1).await, ReasonCode::BotFailed);
    assert_eq!(writes(&desk, 2).await, ReasonCode::BotFailed);
    let open =
        "select count(*) from bot_breakers where open and probe_at > desk_now() + interval '5 minutes'";
    until("it is left alone", || async { (desk.database.number(open).await == 1).then_some(()) }).await;
    for number in 3..6 {
        assert_eq!(writes(&desk, number).await, ReasonCode::BreakerOpen);
    }
    assert_eq!(server.asked().len(), 2, "both processes leave it alone");
    assert!(packet(&desk).await.reason.unwrap().contains("left alone"));
    let alerts = desk.store.alerts().await.unwrap();
    assert_eq!((alerts.len(), alerts[0].kind.as_str()), (1, "bot_rests"));

    // A trial that fails makes the rest longer.
    desk.sql("update bot_breakers set probe_at = desk_now()").await;
    assert_eq!(writes(&desk, 6).await, ReasonCode::BotFailed);
    until("it rests again", || async {
        let openings = "select openings::bigint from bot_breakers where open";
        (desk.database.number(openings).await == 2).then_some(())
    })
    .await;
    assert_eq!(writes(&desk, 7).await, ReasonCode::BreakerOpen);

    // One that succeeds ends it.
    server.then(|_| reply(200, &json!({ "messages": [{ "text": "I am back." }] })));
    desk.sql("update bot_breakers set probe_at = desk_now()").await;
    desk.customer_writes(ANA, "wamid.ana", "hi").await;
    desk.provider.until_seen(1).await;
    assert_eq!(said(&desk), ["I am back."]);
    until("it is well again", || async {
        (desk.database.number("select count(*) from bot_breakers where open").await == 0).then_some(())
    })
    .await;
    desk.settled().await;
    assert_eq!(card(&desk).await.owner, Owner::Bot(bot));
    other.stop().await;
}

#[tokio::test]
async fn one_success_forgets_the_failures_before_it() {
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    desk.sql("update bots set breaker_errors = 2").await;
    for round in 0..3 {
        server.then(|_| Reply::Is(400, None, "broken".into()));
        assert_eq!(writes(&desk, round * 2).await, ReasonCode::BotFailed);
        let failures = "select coalesce(sum(failures), 0)::bigint from bot_breakers";
        until("it is counted", || async { (desk.database.number(failures).await == 1).then_some(()) }).await;
        server.then(|_| reply(200, &json!({ "messages": [{ "text": "well" }] })));
        let from = customer(round * 2 + 1);
        desk.customer_writes(&from, &format!("wamid.ok{round}"), "hi").await;
        until("it is forgotten", || async { (desk.database.number(failures).await == 0).then_some(()) })
            .await;
    }
}

#[tokio::test]
async fn a_bot_that_lets_go_of_everything_unasked_is_left_alone() {
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    server.then(|_| reply(200, &json!({ "handoff": { "reason_code": "low_confidence" } })));
    for number in 0..10 {
        assert_eq!(writes(&desk, number).await, ReasonCode::LowConfidence);
        let noted = format!("select (count(*) = {})::int::bigint from bot_calls", number + 1);
        until("it is written down", || async { (desk.database.number(&noted).await == 1).then_some(()) })
            .await;
    }
    until("it is left alone", || async {
        (desk.database.number("select count(*) from bot_breakers where open").await == 1).then_some(())
    })
    .await;
    assert_eq!(writes(&desk, 10).await, ReasonCode::BreakerOpen);
    assert_eq!(server.asked().len(), 10);
}

#[tokio::test]
async fn a_bot_that_is_slow_most_of_the_time_is_left_alone() {
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    desk.sql("update bots set breaker_slow_ms = 100").await;
    server.then(|_| {
        Reply::After(std::time::Duration::from_millis(150), 200, r#"{"messages":[{"text":"…"}]}"#.into())
    });
    for number in 0..10 {
        desk.customer_writes(&customer(number), &format!("wamid.{number}"), "hi").await;
    }
    until("it is left alone", || async {
        (desk.database.number("select count(*) from bot_breakers where open").await == 1).then_some(())
    })
    .await;
    assert_eq!(writes(&desk, 10).await, ReasonCode::BreakerOpen);
}

#[tokio::test]
async fn a_bot_that_is_switched_off_has_no_further_turn() {
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.provider.until_seen(1).await;
    desk.settled().await;
    desk.sql("update bots set active = false").await;
    desk.customer_writes(ANA, "wamid.2", "are you there?").await;
    assert_eq!(handed_off(&desk, ANA).await, ReasonCode::BreakerOpen);
    assert_eq!(packet(&desk).await.reason.as_deref(), Some("The bot is switched off."));
    assert_eq!((server.asked().len(), said(&desk).len()), (1, 1));
}
