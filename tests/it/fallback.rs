//! The bot steps in when nobody can answer, and nobody is ever left alone.

use contract::team::{FallbackRule, Obstacle, Placing, TextKind};
use contract::{BotId, ConversationId, Owner, Packet, ReasonCode, Stage};
use serde_json::json;
use tests::{Login, TestDesk, until};
use uuid::Uuid;

use crate::offers::texts::{closed_now, words};
use crate::offers::{ANA, asked, lets_go, story};

/// How things stand when a bot lets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scene {
    Online,
    NobodyOnline,
    AfterHours,
    QueueLong,
    DeadBot,
    DeadFallback,
}

const SCENES: [Scene; 6] = [
    Scene::Online,
    Scene::NobodyOnline,
    Scene::AfterHours,
    Scene::QueueLong,
    Scene::DeadBot,
    Scene::DeadFallback,
];

/// What the customer hears, and who has it then.
fn expected(scene: Scene) -> (&'static str, Stage) {
    match scene {
        Scene::Online => ("Somebody comes.", Stage::Waiting),
        Scene::NobodyOnline | Scene::DeadBot => ("Nobody is here.", Stage::Bot),
        Scene::AfterHours => ("We are closed.", Stage::Bot),
        Scene::QueueLong => ("Many wait.", Stage::Bot),
        Scene::DeadFallback => ("Nobody is here.", Stage::Waiting),
    }
}

/// A bot of somebody's own program that follows the feed: it has nothing but a token.
async fn tokened(desk: &TestDesk, active: bool) -> BotId {
    desk::bots::bot("api").unwrap().check(&json!({})).unwrap();
    let id = Uuid::now_v7();
    desk.sql(&format!(
        "insert into bots (id, name, kind, definition, active) values ('{id}', 'Night', 'api', '{{}}', {active})"
    ))
    .await;
    BotId(id)
}

fn placing(bot: BotId) -> Placing {
    let rule = |on, limit| FallbackRule { on, limit };
    Placing {
        texts: vec![
            words(TextKind::AgentAvailable, None, "Somebody comes."),
            words(TextKind::AgentUnavailable, None, "Nobody is here."),
            words(TextKind::AfterHours, None, "We are closed."),
            words(TextKind::QueueLong, None, "Many wait."),
            words(TextKind::AgentSilent, None, "Please wait a little."),
            words(TextKind::Callback, None, "We write back."),
        ],
        fallbacks: vec![
            rule(Obstacle::NobodyOnline, None),
            rule(Obstacle::AfterHours, None),
            rule(Obstacle::QueueLong, Some(2)),
            rule(Obstacle::AgentSilent, Some(60)),
        ],
        fallback_bot: Some(bot),
        ..Placing::default()
    }
}

async fn shop(desk: &TestDesk, members: &[&Login], bot: BotId, scene: Scene) {
    desk.team_like("Support", members, |team| {
        team.placing = placing(bot);
        team.placing.hours = (scene == Scene::AfterHours).then(closed_now);
    })
    .await;
}

/// The customer writes and the first bot answers: the conversation, and how much was said.
async fn begun(desk: &TestDesk, from: &str) -> (ConversationId, usize) {
    desk.customer_writes(from, &format!("wamid.{}", Uuid::new_v4()), "hi").await;
    desk.settled().await;
    (desk.conversation_of(from).await, desk.provider.texts().len())
}

async fn told(desk: &TestDesk, since: usize) -> Vec<String> {
    desk.settled().await;
    desk.provider.texts().split_off(since)
}

async fn play(scene: Scene, window_open: bool) {
    let name = format!("{scene:?}, the window open: {window_open}");
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.with_bot().await;
    let night = tokened(&desk, scene != Scene::DeadFallback).await;
    shop(&desk, &[&sara], night, scene).await;
    if matches!(scene, Scene::Online | Scene::QueueLong | Scene::AfterHours) {
        desk.comes(&sara).await;
    }
    if scene == Scene::QueueLong {
        desk.comes(&sara).await;
        for n in 0..2 {
            let (id, _) = begun(&desk, &format!("49171392030{n:02}")).await;
            lets_go(&desk, id, asked()).await;
        }
    }
    let (id, said) = begun(&desk, ANA).await;
    if !window_open {
        desk.sql(&format!("update conversations set window_until = desk_now() where id = '{id}'")).await;
    }
    let begun_at = std::time::Instant::now();
    if scene == Scene::DeadBot {
        desk.sql("update bots set active = false where name = 'Robin'").await;
        desk.post(&tests::meta::messages(
            ANA,
            &[tests::meta::text_at(ANA, "wamid.2", "hello?", at(window_open))],
        ))
        .await;
        desk.applied().await;
        until("the bot's failure is seen", || async {
            (desk.database.number("select count(*) from handoffs").await > 0).then_some(())
        })
        .await;
    } else {
        lets_go(&desk, id, asked()).await;
    }
    let heard = told(&desk, said).await;
    assert!(begun_at.elapsed().as_secs() < 5, "{name}: it took {:?}", begun_at.elapsed());
    let (text, stage) = expected(scene);
    let card = desk.card(id).await;
    if window_open || scene == Scene::DeadBot && card.window_open(now(&desk).await) {
        assert_eq!(heard, [text], "{name}");
        assert_eq!(card.stage, stage, "{name}");
    } else {
        assert_eq!(heard, [""; 0], "{name}");
        assert_eq!(card.stage, Stage::Waiting, "{name}: a bot can say nothing there");
    }
    // Nobody is left alone: either a bot has it that is asked, or it waits with an open handoff.
    let open = format!("select count(*) from handoffs where conversation_id = '{id}' and ended_at is null");
    assert_eq!(desk.database.number(&open).await == 1, card.stage == Stage::Waiting, "{name}");
    let runs = desk.database.number("select count(*) from fallback_runs").await;
    assert_eq!(runs == 1, card.stage == Stage::Bot, "{name}");
    assert!(card.stage != Stage::Bot || card.owner == Owner::Bot(night), "{name}");
    // And nothing goes round in circles.
    desk.time_comes(id).await;
    let before = story(&desk, id).await.len();
    desk::flows::place::go_on(&desk.desk, id).await.unwrap();
    assert!(story(&desk, id).await.len() <= before + 1, "{name}");
    assert!(told(&desk, said).await.len() <= 2, "{name}");
    desk.stop().await;
}

fn at(window_open: bool) -> i64 {
    tests::meta::seconds() - if window_open { 0 } else { 25 * 3600 }
}

async fn now(desk: &TestDesk) -> contract::Time {
    let mut tx = desk.store.begin().await.unwrap();
    tx.now().await.unwrap()
}

#[tokio::test]
async fn in_every_scene_the_customer_hears_one_right_text_and_somebody_has_it() {
    for scene in SCENES {
        for window_open in [true, false] {
            play(scene, window_open).await;
        }
    }
}

#[tokio::test]
async fn a_fallback_bots_own_handoff_becomes_a_callback_and_never_a_loop() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.with_bot().await;
    let night = tokened(&desk, true).await;
    shop(&desk, &[&sara], night, Scene::NobodyOnline).await;
    let (id, said) = begun(&desk, ANA).await;
    lets_go(&desk, id, asked()).await;
    let epoch = desk.card(id).await.epoch;
    for _ in 0..3 {
        lets_go(&desk, id, Packet::because(ReasonCode::NotUnderstood)).await;
    }
    let card = desk.card(id).await;
    assert_eq!((card.owner, card.epoch), (Owner::Bot(night), epoch), "the bot goes on");
    assert!(card.callback_at.is_some());
    assert_eq!(desk.database.number("select count(*) from callbacks").await, 1);
    assert_eq!(told(&desk, said).await, ["Nobody is here.", "We write back."], "each is said once");
    let outcomes = desk.database.words("select outcome from handoffs order by created_at").await;
    assert_eq!(outcomes, ["fallback", "callback", "callback", "callback"]);
    // As soon as somebody is there, a handoff is one again.
    desk.comes(&sara).await;
    lets_go(&desk, id, asked()).await;
    let card = desk.card(id).await;
    assert_eq!((card.stage, card.offer.unwrap().agent), (Stage::Waiting, Some(sara.id)));
    let told = story(&desk, id).await;
    assert!(told.contains(&"fallback_started".to_owned()) && told.contains(&"fallback_ended".to_owned()));
}

#[tokio::test]
async fn a_fallback_bot_that_fails_leaves_it_waiting_and_says_nothing_twice() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.with_bot().await;
    let night = tokened(&desk, true).await;
    desk.sql(&format!("update bots set deadline_ms = 1000, quiet_ms = 0 where id = '{night}'")).await;
    shop(&desk, &[&sara], night, Scene::NobodyOnline).await;
    let (id, said) = begun(&desk, ANA).await;
    lets_go(&desk, id, asked()).await;
    assert_eq!(desk.card(id).await.owner, Owner::Bot(night));
    // It hears by the feed and says nothing: its time ends.
    desk.customer_writes(ANA, "wamid.2", "are you there?").await;
    until("it waits for people", || async { (desk.card(id).await.stage == Stage::Waiting).then_some(()) })
        .await;
    assert_eq!(told(&desk, said).await, ["Nobody is here."]);
    desk.time_comes(id).await;
    desk::flows::place::go_on(&desk.desk, id).await.unwrap();
    assert_eq!(desk.card(id).await.stage, Stage::Waiting, "it is not asked again");
}

#[tokio::test]
async fn an_agent_who_says_nothing_loses_it_to_the_bot() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.with_bot().await;
    let night = tokened(&desk, true).await;
    shop(&desk, &[&sara], night, Scene::Online).await;
    desk.comes(&sara).await;
    let (id, _) = begun(&desk, ANA).await;
    let epoch = desk.card(id).await.epoch;
    crate::offers::act(&desk, &sara, id, contract::Command::Take { epoch }).await.unwrap();
    desk.customer_writes(ANA, "wamid.2", "hello?").await;
    let said = desk.provider.texts().len();
    desk::flows::place::silence::end(&desk.desk, id).await.unwrap();
    assert_eq!(desk.card(id).await.owner, Owner::Agent(sara.id), "not yet");
    desk.sql("update messages set received_at = received_at - interval '2 minutes'").await;
    desk.sql("update events set at = at - interval '2 minutes'").await;
    until("the bot has it", || async { (desk.card(id).await.owner == Owner::Bot(night)).then_some(()) })
        .await;
    assert_eq!(told(&desk, said).await, ["Please wait a little."]);
    let opening = desk.store.fallback(id).await.unwrap().unwrap();
    assert_eq!(opening.reason, "agent_silent");
}

#[tokio::test]
async fn while_it_waits_and_the_last_one_leaves_the_bot_steps_in() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.with_bot().await;
    let night = tokened(&desk, true).await;
    shop(&desk, &[&sara], night, Scene::Online).await;
    desk.comes(&sara).await;
    let (id, said) = begun(&desk, ANA).await;
    lets_go(&desk, id, asked()).await;
    assert_eq!(desk.card(id).await.offer.unwrap().agent, Some(sara.id));
    desk.goes(&sara).await;
    desk.time_comes(id).await;
    until("the bot has it", || async { (desk.card(id).await.owner == Owner::Bot(night)).then_some(()) })
        .await;
    assert_eq!(told(&desk, said).await, ["Somebody comes.", "Nobody is here."]);
}
