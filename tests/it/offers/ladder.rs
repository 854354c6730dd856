//! Who is asked, one after the other.

use contract::team::{Asking, OnLapse};
use contract::{Command, Owner, RefusalCode, Stage};
use serde_json::json;
use tests::{TestDesk, until};

use super::{ANA, accept, act, asked, hands_off, in_the_queue, offered, offered_after, packet, story};

#[tokio::test]
async fn an_offer_that_is_accepted_is_the_agents() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    desk.with_bot().await;
    desk.team("Support", &[&sara, &omar]).await;
    desk.comes(&sara).await;
    let id = hands_off(&desk, ANA, asked()).await;
    let offer = offered(&desk, id).await;
    assert_eq!(offer.agent, Some(sara.id));
    let refused = accept(&desk, &omar, id, offer).await.unwrap_err();
    assert_eq!(refused.code, RefusalCode::Forbidden);
    accept(&desk, &sara, id, offer).await.unwrap();
    let card = desk.card(id).await;
    assert_eq!((card.owner, card.stage, card.offer), (Owner::Agent(sara.id), Stage::Assigned, None));
    let told = story(&desk, id).await;
    let end = [
        "handoff_created",
        "owner_changed",
        "handoff_offered",
        "handoff_accepted",
        "owner_changed",
        "handoff_ended",
    ];
    assert!(told.ends_with(&end.map(str::to_owned)), "{told:?}");
    assert_eq!(desk.database.words("select outcome from handoffs").await, ["accepted"]);
    let refused = accept(&desk, &sara, id, offer).await.unwrap_err();
    assert_eq!(refused.code, RefusalCode::OfferOver, "an offer is accepted once");
}

#[tokio::test]
async fn a_declined_offer_goes_to_the_next_and_never_back() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    desk.with_bot().await;
    desk.team("Support", &[&sara, &omar]).await;
    desk.comes(&sara).await;
    desk.comes(&omar).await;
    let id = hands_off(&desk, ANA, asked()).await;
    let first = offered(&desk, id).await;
    let (one, other) = if first.agent == Some(sara.id) { (&sara, &omar) } else { (&omar, &sara) };
    let epoch = desk.card(id).await.epoch;
    let why = Some("I am at lunch".to_owned());
    act(&desk, one, id, Command::Decline { epoch, offer: first.id, reason: why }).await.unwrap();
    let second = offered_after(&desk, id, Some(first)).await;
    assert_eq!(second.agent, Some(other.id));
    act(&desk, other, id, Command::Decline { epoch, offer: second.id, reason: None }).await.unwrap();
    let card = in_the_queue(&desk, id).await;
    assert_eq!((card.owner, card.epoch), (Owner::Nobody, epoch));
    let reasons = desk.database.words("select coalesce(reason, '-') from offers order by created_at").await;
    assert_eq!(reasons, ["I am at lunch", "-"]);
    // Whoever sees it in the queue takes it as ever.
    act(&desk, &sara, id, Command::Take { epoch }).await.unwrap();
}

#[tokio::test]
async fn a_lapsed_offer_goes_to_the_next_and_whoever_let_it_lapse_is_away() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    desk.with_bot().await;
    desk.team_like("Support", &[&sara, &omar], |team| team.on_lapse = OnLapse::Away).await;
    desk.comes(&sara).await;
    desk.comes(&omar).await;
    let id = hands_off(&desk, ANA, asked()).await;
    let first = offered(&desk, id).await;
    desk.time_comes(id).await;
    let second = offered_after(&desk, id, Some(first)).await;
    assert_ne!(second.agent, first.agent);
    assert!(story(&desk, id).await.contains(&"handoff_expired".to_owned()));
    let away = desk.database.words("select id::text from agents where put_away is not null").await;
    assert_eq!(away, [first.agent.unwrap().to_string()]);
    let cards = desk.store.agent_cards().await.unwrap();
    let presence = cards.iter().find(|card| Some(card.id) == first.agent).unwrap().presence;
    assert_eq!(presence, contract::Presence::Away);
    // The one who is away is not asked about the next one either, until they say that they are back.
    let other = hands_off(&desk, "4917139200100", asked()).await;
    until("it waits for the one who is busy", || async {
        let busy = "select count(*) from handoffs where step_until is not null";
        (desk.database.number(busy).await == 1).then_some(())
    })
    .await;
    assert_eq!(desk.card(other).await.offer, None);
    desk.store.call_back_from_away(first.agent.unwrap()).await.unwrap();
    assert_eq!(offered(&desk, other).await.agent, first.agent);
}

#[tokio::test]
async fn a_plain_take_withdraws_the_offer() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    desk.with_bot().await;
    desk.team("Support", &[&sara]).await;
    desk.comes(&sara).await;
    let id = hands_off(&desk, ANA, asked()).await;
    let offer = offered(&desk, id).await;
    let epoch = desk.card(id).await.epoch;
    act(&desk, &omar, id, Command::Take { epoch }).await.unwrap();
    assert_eq!(desk.database.words("select state from offers").await, ["withdrawn"]);
    let refused = accept(&desk, &sara, id, offer).await.unwrap_err();
    assert_eq!((refused.code, refused.owner), (RefusalCode::NotOwner, Some(Owner::Agent(omar.id))));
    // Sara is free for the next one.
    let next = hands_off(&desk, "4917139200100", asked()).await;
    assert_eq!(offered(&desk, next).await.agent, Some(sara.id));
}

#[tokio::test]
async fn a_whole_team_can_be_asked_at_once() {
    let desk = TestDesk::start().await;
    let people = [desk.agent("Sara").await, desk.agent("Omar").await, desk.agent("Kim").await];
    desk.with_bot().await;
    desk.team_like("Support", &[&people[0], &people[1]], |team| team.asking = Asking::All).await;
    for login in &people {
        desk.comes(login).await;
    }
    let id = hands_off(&desk, ANA, asked()).await;
    let offer = offered(&desk, id).await;
    assert_eq!(offer.agent, None);
    let epoch = desk.card(id).await.epoch;
    let decline = || Command::Decline { epoch, offer: offer.id, reason: None };
    let refused = act(&desk, &people[2], id, decline()).await.unwrap_err();
    assert_eq!(refused.code, RefusalCode::Forbidden, "who is not in the team is not asked");
    act(&desk, &people[0], id, decline()).await.unwrap();
    assert_eq!(desk.card(id).await.offer, Some(offer), "one is left");
    let refused = accept(&desk, &people[0], id, offer).await.unwrap_err();
    assert_eq!(refused.code, RefusalCode::Forbidden, "whoever has declined has");
    act(&desk, &people[1], id, decline()).await.unwrap();
    in_the_queue(&desk, id).await;
}

#[tokio::test]
async fn a_ladder_goes_from_the_named_agent_over_the_team_to_skills_anywhere() {
    let desk = TestDesk::start().await;
    let (sara, omar, kim) = (desk.agent("Sara").await, desk.agent("Omar").await, desk.agent("Kim").await);
    desk.with_bot().await;
    desk.team("Support", &[&omar]).await;
    for login in [&sara, &omar, &kim] {
        desk.comes(login).await;
    }
    desk::flows::teams::set_skills(&desk.desk, kim.id, &["Billing ".to_owned()]).await.unwrap();
    desk::flows::teams::set_skills(&desk.desk, omar.id, &["billing".to_owned(), "de".to_owned()])
        .await
        .unwrap();
    let packet = packet(json!({
        "reason_code": "customer_asked", "target": {"agent": "sara"}, "skills": ["billing"],
        "ladder": [{"step": "agent", "seconds": 20}, "team", "skill"],
    }));
    let id = hands_off(&desk, ANA, packet).await;
    let mut before = None;
    for expected in [&sara, &omar, &kim] {
        let offer = offered_after(&desk, id, before).await;
        assert_eq!(offer.agent, Some(expected.id), "{}", expected.name);
        before = Some(offer);
        desk.time_comes(id).await;
    }
    in_the_queue(&desk, id).await;
    assert_eq!(desk.database.number("select count(*) from offers where state = 'lapsed'").await, 3);
}

#[tokio::test]
async fn a_target_that_there_is_not_is_said_and_the_usual_ladder_is_used() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.with_bot().await;
    desk.team("Support", &[&sara]).await;
    desk.comes(&sara).await;
    let id = hands_off(&desk, ANA, packet(json!({"reason_code": "rule", "target": {"agent": "Zoe"}}))).await;
    assert_eq!(offered(&desk, id).await.agent, Some(sara.id));
    assert_eq!(desk.database.words("select unmet[1] from handoffs").await, ["target: Zoe"]);
}

#[tokio::test]
async fn a_handoff_that_takes_too_long_goes_where_the_packet_says() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let bot = desk.with_bot().await;
    desk.team("Support", &[&sara]).await;
    desk.comes(&sara).await;
    for (n, (end, stage)) in
        [("next_step", Stage::Waiting), ("callback", Stage::Waiting), ("bot_keeps", Stage::Bot)]
            .into_iter()
            .enumerate()
    {
        let from = format!("49171392002{n:02}");
        let packet = packet(json!({"reason_code": "rule", "timeout_s": 3600, "on_timeout": end}));
        let id = hands_off(&desk, &from, packet).await;
        offered(&desk, id).await;
        desk.sql(&format!(
            "update handoffs set times_out_at = desk_now(), due_at = desk_now() where conversation_id = '{id}'"
        ))
        .await;
        until("the offer is over", || async { desk.card(id).await.offer.is_none().then_some(()) }).await;
        let card = desk.card(id).await;
        assert_eq!(card.stage, stage, "{end}");
        assert_eq!(card.callback_at.is_some(), end != "next_step", "{end}");
        if end == "bot_keeps" {
            assert_eq!(card.owner, Owner::Bot(bot));
            assert_eq!(desk.database.number("select count(*) from fallback_runs").await, 1);
        }
    }
    assert_eq!(desk.database.number("select count(*) from agents where put_away is not null").await, 0);
}
