//! A draft is tried on conversations that there were.

use contract::bots::flow::{Definition, Step};
use contract::bots::{BotChange, BotDone, BotScreen, BotShown, BotTask, TrialPage, TrialResult, Verdict};
use contract::{BotId, ConversationId};
use desk::auth::sessions::SignedIn;
use tests::TestDesk;
use uuid::Uuid;

use super::editor::{boss, change, run, shown};
use super::versions::save;

async fn page(desk: &TestDesk, who: &SignedIn, bot: BotId) -> TrialPage {
    match shown(desk, who, BotScreen::Trials(bot)).await {
        BotShown::Trials(page) => page,
        other => panic!("{other:?}"),
    }
}

async fn tried(
    desk: &TestDesk,
    who: &SignedIn,
    bot: BotId,
    conversations: Vec<ConversationId>,
) -> Vec<TrialResult> {
    match run(desk, who, BotTask::Try { bot, conversations }).await.unwrap() {
        BotDone::Tried { results } => results,
        other => panic!("{other:?}"),
    }
}

/// Lets customers talk with the bot: one asks for the hours, one for an order, one for a person.
async fn talks(desk: &TestDesk) -> [ConversationId; 3] {
    let lines = [
        ("491713920001", vec!["hi", "when are you open?"]),
        ("491713920002", vec!["where is my order?", "A-10482"]),
        ("491713920003", vec!["I want to talk to a person"]),
    ];
    let mut ids = Vec::new();
    for (from, words) in lines {
        for (at, text) in words.into_iter().enumerate() {
            desk.customer_writes(from, &format!("wamid.{from}.{at}"), text).await;
            desk.settled().await;
        }
        ids.push(desk.conversation_of(from).await);
    }
    ids.try_into().unwrap()
}

#[tokio::test]
async fn a_draft_that_changes_nothing_does_the_same_and_one_that_does_is_found() {
    let desk = TestDesk::start().await;
    let (who, bot) = (boss(&desk).await, desk.with_bot().await);
    let [hours, order, person] = talks(&desk).await;
    let page = page(&desk, &who, bot).await;
    assert!(page.possible);
    assert_eq!(page.recent.len(), 3);
    for result in tried(&desk, &who, bot, page.recent).await {
        assert_eq!(result.verdict, Verdict::Same, "{result:?}");
    }

    let edit = |definition: &mut Definition| {
        for entry in &mut definition.entries {
            match (entry.id.as_str(), entry.steps.first_mut()) {
                ("hours", Some(Step::Say(say))) => say.text = "Always.".into(),
                ("track", _) => drop(entry.steps.remove(0)),
                _ => {}
            }
        }
        let person = definition.entries.iter_mut().find(|entry| entry.id == "person").unwrap();
        person.keywords = vec!["agent".to_owned()];
    };
    save(&desk, &who, bot, edit).await.unwrap();
    let results = tried(&desk, &who, bot, vec![hours, order, person]).await;
    let verdicts: Vec<Verdict> = results.iter().map(|result| result.verdict).collect();
    assert_eq!(verdicts, [Verdict::Differs, Verdict::HandsOff, Verdict::Keeps]);
    assert_eq!(results[0].heard, "when are you open?");
    assert!(results[0].before.contains("Monday to Friday") && results[0].after.starts_with("Always."));

    let forget = |definition: &mut Definition| {
        let hours = definition.entries.iter_mut().find(|entry| entry.id == "hours").unwrap();
        hours.keywords.clear();
    };
    save(&desk, &who, bot, forget).await.unwrap();
    assert_eq!(tried(&desk, &who, bot, vec![hours]).await[0].verdict, Verdict::NotUnderstood);
}

#[tokio::test]
async fn a_trial_leaves_nothing_behind_and_is_bounded() {
    let desk = TestDesk::start().await;
    let (who, bot) = (boss(&desk).await, desk.with_bot().await);
    let [hours, ..] = talks(&desk).await;
    let events = desk.database.number("select count(*) from events").await;
    let sent = desk.provider.seen().len();
    tried(&desk, &who, bot, vec![hours, ConversationId(Uuid::now_v7())]).await;
    desk.settled().await;
    assert_eq!(desk.database.number("select count(*) from events").await, events);
    assert_eq!(desk.provider.seen().len(), sent);
    let conversations = vec![hours; 26];
    let many = run(&desk, &who, BotTask::Try { bot, conversations }).await.unwrap_err();
    assert!(many.message.contains("Too many"), "{many:?}");
}

#[tokio::test]
async fn a_conversation_is_kept_as_a_test_once() {
    let desk = TestDesk::start().await;
    let (who, bot) = (boss(&desk).await, desk.with_bot().await);
    let [hours, ..] = talks(&desk).await;
    let keep = |conversation| BotChange::KeepTest { bot, conversation, name: "Opening hours".to_owned() };
    change(&desk, &who, keep(hours)).await.unwrap();
    let again = change(&desk, &who, keep(hours)).await.unwrap_err();
    assert!(again.message.contains("a test of this bot already"), "{again:?}");
    let nowhere = change(&desk, &who, keep(ConversationId(Uuid::now_v7()))).await.unwrap_err();
    assert_eq!(nowhere.field.as_deref(), Some("conversation"));
    let tests = page(&desk, &who, bot).await.tests;
    assert_eq!((tests.len(), tests[0].name.as_str()), (1, "Opening hours"));
    change(&desk, &who, BotChange::ForgetTest { test: tests[0].id }).await.unwrap();
    assert!(page(&desk, &who, bot).await.tests.is_empty());
}

#[tokio::test]
async fn a_bot_whose_every_message_would_be_a_call_is_not_tried() {
    let desk = TestDesk::start().await;
    let who = boss(&desk).await;
    let (server, bot) = super::hooked(&desk).await;
    assert!(!page(&desk, &who, bot).await.possible);
    let refused = run(&desk, &who, BotTask::Try { bot, conversations: Vec::new() }).await.unwrap_err();
    assert!(refused.message.contains("would be a call"), "{refused:?}");
    assert!(server.asked().is_empty());
}
