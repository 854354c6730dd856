//! The course of an assignment: in which order, to whom, and what keeps somebody from having it.

use contract::assignment::{Choice, Waits, Why};
use contract::team::{Asking, Strategy};
use contract::{Command, Stage};
use serde_json::json;
use tests::{TestDesk, until};

use super::{assigned_to, decided_again, gets_at_most, given, left, writes};
use crate::offers::{ANA, act, asked, hands_off, offered, offered_after, packet};

const BEN: &str = "4917139200055";
const EVE: &str = "4917139200056";

#[tokio::test]
async fn what_is_urgent_goes_first_as_soon_as_somebody_has_room() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    gets_at_most(&desk, &sara, 1).await;
    assigned_to(&desk, &[&sara], |_| {}).await;
    desk.comes(&sara).await;
    let first = writes(&desk, ANA).await;
    assert_eq!(given(&desk, first).await, sara.id);
    let (second, third) = (writes(&desk, BEN).await, writes(&desk, EVE).await);
    assert_eq!(left(&desk, second).await, Choice::Queue(Waits::NobodyFree));
    let urgent = Command::Prioritise { priority: contract::Priority::Urgent };
    act(&desk, &desk.admin(), third, urgent).await.unwrap();
    let epoch = desk.card(first).await.epoch;
    act(&desk, &sara, first, Command::Resolve { epoch }).await.unwrap();
    assert_eq!(given(&desk, third).await, sara.id);
    assert_eq!(desk.card(second).await.stage, Stage::Waiting);
    // Whoever takes one may have more than they are given, and is given none until they have room again.
    let epoch = desk.card(second).await.epoch;
    act(&desk, &sara, second, Command::Take { epoch }).await.unwrap();
    let active =
        "select l.active::bigint from agent_loads l join agents a on a.id = l.agent_id where a.name = 'Sara'";
    assert_eq!(desk.database.number(active).await, 2);
    assert_eq!(desk.store.wrong_loads().await.unwrap(), 0);
    for id in [first, second, third] {
        assert!(decided_again(&desk, id).await > 0);
    }
}

#[tokio::test]
async fn a_skill_is_asked_for_and_less_of_it_as_time_goes_by() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    desk::flows::teams::set_skills(&desk.desk, omar.id, &["Billing:2".to_owned()]).await.unwrap();
    desk.with_bot().await;
    assigned_to(&desk, &[&sara, &omar], |team| team.assigning.relax_seconds = Some(60)).await;
    desk.comes(&sara).await;
    desk.comes(&omar).await;
    let id = hands_off(&desk, ANA, packet(json!({"skills": ["billing:4"]}))).await;
    assert_eq!(left(&desk, id).await, Choice::Queue(Waits::NobodyFree));
    let why = desk.store.assignments(id, None, 1).await.unwrap();
    assert!(why[0].1.considered.iter().all(|one| one.verdict.why == Why::Unskilled), "{why:?}");
    desk.sql("update conversations set waiting_since = waiting_since - interval '3 minutes'").await;
    assert_eq!(given(&desk, id).await, omar.id);
    let why = desk.store.assignments(id, None, 1).await.unwrap();
    assert_eq!((why[0].1.ring, why[0].1.considered[0].name.as_deref()), (3, Some("Omar")));
}

#[tokio::test]
async fn a_customers_last_agent_goes_first_for_a_while() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    assigned_to(&desk, &[&sara, &omar], |team| team.assigning.sticky_minutes = Some(60)).await;
    desk.comes(&sara).await;
    desk.comes(&omar).await;
    let id = writes(&desk, ANA).await;
    let first = given(&desk, id).await;
    let login = if first == sara.id { &sara } else { &omar };
    let epoch = desk.card(id).await.epoch;
    act(&desk, login, id, Command::Resolve { epoch }).await.unwrap();
    let again = writes(&desk, ANA).await;
    assert_eq!(given(&desk, again).await, first, "though it is the other one's turn");
}

#[tokio::test]
async fn what_waits_for_somebody_who_has_gone_is_given_to_others() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    assigned_to(&desk, &[&sara, &omar], |team| team.assigning.grace_seconds = Some(0)).await;
    desk.comes(&sara).await;
    let id = writes(&desk, ANA).await;
    assert_eq!(given(&desk, id).await, sara.id);
    desk.comes(&omar).await;
    desk.goes(&sara).await;
    until("Omar has it", || async {
        (desk.card(id).await.owner == contract::Owner::Agent(omar.id)).then_some(())
    })
    .await;
    let causes = "select change -> 'owner_changed' ->> 'cause' from events where change ? 'owner_changed' order by seq";
    assert_eq!(desk.database.words(causes).await, ["auto", "agent_offline", "auto"]);
}

#[tokio::test]
async fn a_team_that_assigns_by_hand_gives_nothing_and_one_that_changes_its_mind_does() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.comes(&sara).await;
    let team = assigned_to(&desk, &[&sara], |team| team.assigning.strategy = Strategy::Manual).await;
    let id = writes(&desk, ANA).await;
    assert_eq!(left(&desk, id).await, Choice::Queue(Waits::Manual));
    let all = desk.store.teams().await.unwrap();
    let mut draft = all.into_iter().find(|one| one.id == team).unwrap().draft;
    draft.assigning.strategy = Strategy::LongestIdle;
    desk::flows::teams::save(&desk.desk, Some(team), draft).await.unwrap();
    assert_eq!(given(&desk, id).await, sara.id);
}

#[tokio::test]
async fn who_is_asked_first_is_whose_turn_it_is_and_nobody_who_has_enough() {
    let desk = TestDesk::start().await;
    let (sara, omar, kim) = (desk.agent("Sara").await, desk.agent("Omar").await, desk.agent("Kim").await);
    gets_at_most(&desk, &kim, 0).await;
    desk.team_like("Support", &[&sara, &omar, &kim], |team| {
        team.asking = Asking::OneByOne;
        team.assigning.strategy = Strategy::LeastBusy;
    })
    .await;
    for who in [&sara, &omar, &kim] {
        desk.comes(who).await;
    }
    let busy = writes(&desk, BEN).await;
    let epoch = desk.card(busy).await.epoch;
    act(&desk, &sara, busy, Command::Take { epoch }).await.unwrap();
    desk.with_bot().await;
    let id = hands_off(&desk, ANA, asked()).await;
    let offer = offered(&desk, id).await;
    assert_eq!(offer.agent, Some(omar.id));
    let epoch = desk.card(id).await.epoch;
    let no = Command::Decline { epoch, offer: offer.id, reason: None };
    act(&desk, &omar, id, no).await.unwrap();
    assert_eq!(offered_after(&desk, id, Some(offer)).await.agent, Some(sara.id));
    let why = desk.store.assignments(id, None, 2).await.unwrap();
    let of = |who: &tests::Login| {
        why[0].1.considered.iter().find(|one| one.verdict.agent == who.id).unwrap().verdict.why
    };
    assert_eq!((of(&sara), of(&omar), of(&kim)), (Why::Eligible, Why::AskedBefore, Why::Full));
    assert_eq!(decided_again(&desk, id).await, 2);
}
