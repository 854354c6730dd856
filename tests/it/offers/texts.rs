//! What the customer is told: one text for each change, and the right one.

use contract::Command;
use contract::team::{CustomerWords, Placing, TextKind};
use serde_json::json;
use tests::{Login, TestDesk};

use super::{ANA, accept, act, asked, hands_off, in_the_queue, offered, packet};

pub fn words(kind: TextKind, language: Option<&str>, text: &str) -> CustomerWords {
    CustomerWords { kind, language: language.map(str::to_owned), text: text.to_owned() }
}

fn texts() -> Placing {
    let texts = vec![
        words(TextKind::AgentAvailable, None, "Somebody will be with you[ in about {minutes} minutes]."),
        words(TextKind::AgentAvailable, Some("de"), "Gleich ist jemand da[, in etwa {minutes} Minuten]."),
        words(TextKind::AgentUnavailable, None, "Nobody is free."),
        words(TextKind::AfterHours, None, "We open at {when}."),
        words(TextKind::Callback, None, "We write back[ by {when}]."),
        words(TextKind::Taken, None, "You are talking to {name} now."),
    ];
    Placing { texts, ..Placing::default() }
}

async fn shop(members: &[&Login], desk: &TestDesk) {
    desk.with_bot().await;
    desk.team_like("Support", members, |team| team.placing = texts()).await;
}

/// What the customer was told since so many messages.
async fn told(desk: &TestDesk, since: usize) -> Vec<String> {
    desk.settled().await;
    desk.provider.texts().split_off(since)
}

#[tokio::test]
async fn the_customer_hears_that_somebody_comes_and_then_who_has_it() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    shop(&[&sara], &desk).await;
    desk.comes(&sara).await;
    desk.customer_writes(ANA, "wamid.0", "hi").await;
    desk.settled().await;
    let said = desk.provider.texts().len();
    let id = desk.conversation_of(ANA).await;
    super::lets_go(&desk, id, asked()).await;
    assert_eq!(told(&desk, said).await, ["Somebody will be with you."], "nothing was measured");
    let offer = offered(&desk, id).await;
    accept(&desk, &sara, id, offer).await.unwrap();
    assert_eq!(told(&desk, said + 1).await, ["You are talking to Sara now."]);
    // Both under the epoch of their change.
    let epochs =
        desk.database.words("select epoch::text from messages where author_kind = 'desk' order by seq");
    assert_eq!(epochs.await, ["2", "3"]);
}

#[tokio::test]
async fn the_wait_that_is_told_is_measured() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    shop(&[&sara], &desk).await;
    desk.comes(&sara).await;
    for n in 0..6 {
        let id = hands_off(&desk, &format!("49171392010{n:02}"), asked()).await;
        let offer = offered(&desk, id).await;
        accept(&desk, &sara, id, offer).await.unwrap();
    }
    desk.sql("update handoffs set created_at = ended_at - interval '4 minutes'").await;
    desk.settled().await;
    let said = desk.provider.texts().len();
    let german = packet(json!({"reason_code": "rule", "language": "de-AT"}));
    hands_off(&desk, ANA, german).await;
    let heard = told(&desk, said).await;
    assert_eq!(heard.last().unwrap(), "Gleich ist jemand da, in etwa 5 Minuten.");
    // The bot's own words, once more, go before all of these.
    let own = packet(json!({"reason_code": "rule", "customer_text": {"agent_available": "My own words."}}));
    hands_off(&desk, "4917139200100", own).await;
    assert_eq!(told(&desk, said).await.last().unwrap(), "My own words.");
}

#[tokio::test]
async fn when_everybody_has_let_it_lapse_the_customer_hears_it_once() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    shop(&[&sara], &desk).await;
    desk.comes(&sara).await;
    desk.customer_writes(ANA, "wamid.0", "hi").await;
    desk.settled().await;
    let said = desk.provider.texts().len();
    let id = desk.conversation_of(ANA).await;
    super::lets_go(&desk, id, asked()).await;
    let offer = offered(&desk, id).await;
    let epoch = desk.card(id).await.epoch;
    act(&desk, &sara, id, Command::Decline { epoch, offer: offer.id, reason: None }).await.unwrap();
    in_the_queue(&desk, id).await;
    assert_eq!(told(&desk, said).await, ["Somebody will be with you.", "Nobody is free."]);
    act(&desk, &sara, id, Command::Take { epoch }).await.unwrap();
    assert_eq!(told(&desk, said + 2).await, ["You are talking to Sara now."]);
}

#[tokio::test]
async fn out_of_hours_the_customer_hears_when_it_opens_and_nobody_is_asked() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.with_bot().await;
    let closed = closed_now();
    desk.team_like("Support", &[&sara], |team| {
        team.placing = texts();
        team.placing.hours = Some(closed);
    })
    .await;
    desk.comes(&sara).await;
    let id = hands_off(&desk, ANA, asked()).await;
    desk.settled().await;
    let heard = desk.provider.texts().last().unwrap().clone();
    assert!(heard.starts_with("We open at ") && heard.ends_with(":00."), "{heard}");
    assert_eq!(desk.card(id).await.offer, None);
    assert!(super::story(&desk, id).await.contains(&"handoff_after_hours".to_owned()));
    assert_eq!(desk.database.number("select count(*) from offers").await, 0);
}

/// Hours that begin two hours from now and last for one.
pub fn closed_now() -> contract::hours::Hours {
    use contract::hours::{Hours, Span};
    let now = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC);
    let opens = &now + jiff::SignedDuration::from_hours(2);
    let from = i32::from(opens.hour()) * 60;
    let day = opens.weekday().to_monday_one_offset().unsigned_abs();
    Hours {
        zone: "UTC".to_owned(),
        week: vec![Span { day, from, to: (from + 59) % 1440 }],
        holidays: Vec::new(),
    }
}
