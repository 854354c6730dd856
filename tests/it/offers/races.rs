//! Offers, when everybody does something at once.

use contract::team::Asking;
use contract::{Command, Owner, RefusalCode, Stage};
use desk::bots::Answer;
use desk::flows::{bot_answer, place};
use tests::{TestDesk, until};

use super::{ANA, accept, act, asked, hands_off, lets_go, offered, offered_after};
use crate::races::turn;

#[tokio::test]
async fn of_two_agents_who_accept_at_once_exactly_one_wins_every_time() {
    const ROUNDS: usize = 1000;
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    let bot = desk.with_bot().await;
    desk.team_like("Support", &[&sara, &omar], |team| team.asking = Asking::All).await;
    desk.comes(&sara).await;
    desk.comes(&omar).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.settled().await;
    let id = desk.conversation_of(ANA).await;
    let mut wins = [0; 2];
    for round in 0..ROUNDS {
        lets_go(&desk, id, asked()).await;
        let card = desk.card(id).await;
        let (epoch, offer) = (card.epoch, card.offer.unwrap().id);
        let command = || Command::Accept { epoch, offer };
        let (one, two) = tokio::join!(act(&desk, &sara, id, command()), act(&desk, &omar, id, command()));
        let (winner, refusal) = match (one, two) {
            (Ok(_), Err(refusal)) => (0, refusal),
            (Err(refusal), Ok(_)) => (1, refusal),
            other => panic!("round {round}: {other:?}"),
        };
        wins[winner] += 1;
        let login = [&sara, &omar][winner];
        assert_eq!((refusal.code, refusal.owner), (RefusalCode::NotOwner, Some(Owner::Agent(login.id))));
        let back =
            Command::ReturnToBot { epoch: epoch + 1, note: "Settled.".to_owned(), settled: Vec::new() };
        act(&desk, login, id, back).await.unwrap();
    }
    assert_eq!(wins.iter().sum::<usize>(), ROUNDS);
    let accepted = "select count(*) from offers where state = 'accepted'";
    assert_eq!(desk.database.number(accepted).await, ROUNDS as i64);
    assert_eq!(desk.card(id).await.owner, Owner::Bot(bot));
}

#[tokio::test]
async fn an_offer_accepted_after_its_time_is_refused() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.with_bot().await;
    desk.team("Support", &[&sara]).await;
    desk.comes(&sara).await;
    let id = hands_off(&desk, ANA, asked()).await;
    let offer = offered(&desk, id).await;
    // Too late by a moment, and no server has noticed yet.
    desk.sql("update offers set until = desk_now()").await;
    let refused = accept(&desk, &sara, id, offer).await.unwrap_err();
    assert_eq!(refused.code, RefusalCode::OfferOver);
    assert!(refused.message.contains("still take it"), "{}", refused.message);
    assert_eq!(desk.card(id).await.stage, Stage::Waiting);
    desk.time_comes(id).await;
    until("it has lapsed", || async { desk.card(id).await.offer.is_none().then_some(()) }).await;
    let refused = accept(&desk, &sara, id, offer).await.unwrap_err();
    assert_eq!(refused.code, RefusalCode::OfferOver);
    assert_eq!(desk.database.words("select state from offers").await, ["lapsed"]);
}

#[tokio::test]
async fn several_servers_let_an_offer_lapse_once() {
    let desk = TestDesk::start().await;
    let others = [desk.another().await, desk.another().await];
    let people = [desk.agent("Sara").await, desk.agent("Omar").await];
    desk.with_bot().await;
    desk.team("Support", &[&people[0], &people[1]]).await;
    for login in &people {
        desk.comes(login).await;
    }
    for round in 0..20 {
        let from = format!("49171392004{round:02}");
        let id = hands_off(&desk, &from, asked()).await;
        let first = offered(&desk, id).await;
        desk.time_comes(id).await;
        let all = [&desk, &others[0], &others[1]].map(|desk| place::go_on(&desk.desk, id));
        for done in futures::future::join_all(all).await {
            done.unwrap();
        }
        offered_after(&desk, id, Some(first)).await;
        let epoch = desk.card(id).await.epoch;
        act(&desk, &people[0], id, Command::Take { epoch }).await.unwrap();
    }
    let twice = "select count(*) from (select 1 from events where change ? 'handoff_expired'
                  group by conversation_id having count(*) <> 1) x";
    assert_eq!(desk.database.number(twice).await, 0);
    let offers = "select count(*) from (select 1 from offers group by handoff_id having count(*) <> 2) x";
    assert_eq!(desk.database.number(offers).await, 0);
}

#[tokio::test]
async fn an_offer_that_goes_on_never_beats_an_explicit_assignment() {
    let desk = TestDesk::start().await;
    let (sara, omar, kim) = (desk.agent("Sara").await, desk.agent("Omar").await, desk.agent("Kim").await);
    desk.with_bot().await;
    desk.team("Support", &[&sara, &omar]).await;
    desk.comes(&sara).await;
    desk.comes(&omar).await;
    for round in 0..30 {
        let from = format!("49171392005{round:02}");
        let id = hands_off(&desk, &from, asked()).await;
        offered(&desk, id).await;
        let epoch = desk.card(id).await.epoch;
        desk.time_comes(id).await;
        let (assigned, _) = tokio::join!(
            act(&desk, &omar, id, Command::Assign { epoch, agent: kim.id }),
            place::go_on(&desk.desk, id)
        );
        assigned.unwrap();
        let card = desk.card(id).await;
        assert_eq!((card.owner, card.offer), (Owner::Agent(kim.id), None));
    }
    let open = "select count(*) from offers where state = 'open'";
    assert_eq!(desk.database.number(open).await, 0);
}

#[tokio::test]
async fn a_bot_that_hands_off_again_and_again_makes_one_handoff_and_one_offer() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let bot = desk.with_bot().await;
    desk.team("Support", &[&sara]).await;
    desk.comes(&sara).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.settled().await;
    let id = desk.conversation_of(ANA).await;
    let epoch = desk.card(id).await.epoch;
    let turn = turn(id, bot, epoch);
    let answer = || Answer { handoff: Some(asked()), ..Answer::default() };
    let calls = (0..6).map(|_| bot_answer::answer(&desk.desk, &turn, answer(), 9));
    let done = futures::future::join_all(calls).await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1);
    assert_eq!(desk.database.number("select count(*) from handoffs").await, 1);
    assert_eq!(desk.database.number("select count(*) from offers").await, 1);
}

#[tokio::test]
async fn nobody_is_asked_two_things_at_once() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    desk.with_bot().await;
    desk.team("Support", &[&sara, &omar]).await;
    desk.comes(&sara).await;
    desk.comes(&omar).await;
    let mut ids = Vec::new();
    for n in 0..6 {
        let from = format!("49171392007{n:02}");
        desk.customer_writes(&from, &format!("wamid.{n}"), "hi").await;
        desk.settled().await;
        ids.push(desk.conversation_of(&from).await);
    }
    futures::future::join_all(ids.iter().map(|id| lets_go(&desk, *id, asked()))).await;
    let open = "select count(*) from offers where state = 'open'";
    assert_eq!(desk.database.number(open).await, 2);
    // As soon as somebody is free, the next one is offered.
    for _ in 0..6 {
        let id = until("somebody is asked", || async {
            for id in &ids {
                let card = desk.card(*id).await;
                if card.offer.is_some() && card.stage == Stage::Waiting {
                    return Some(*id);
                }
            }
            None
        })
        .await;
        let offer = offered(&desk, id).await;
        let who = if offer.agent == Some(sara.id) { &sara } else { &omar };
        accept(&desk, who, id, offer).await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_from_the_phone_withdraws_the_offer() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.with_bot().await;
    desk.team("Support", &[&sara]).await;
    desk.comes(&sara).await;
    let id = hands_off(&desk, ANA, asked()).await;
    offered(&desk, id).await;
    assert_eq!(desk.post(&tests::meta::echo(ANA, "wamid.echo", "I am on it")).await, 200);
    desk.applied().await;
    assert_eq!(desk.database.words("select state from offers").await, ["withdrawn"]);
    assert_eq!(desk.database.words("select outcome from handoffs").await, ["answered_on_phone"]);
}
