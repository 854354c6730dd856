//! Drafts and versions: what is live changes as a whole, and nobody writes over what they have not seen.

use contract::bots::flow::{Definition, Language};
use contract::bots::{BotChange, BotDone, BotScreen, BotShown, BotTask, FlowPage, VersionList};
use contract::settings::ChangeRefused;
use contract::{BotId, Role, Stage};
use desk::auth::sessions::SignedIn;
use serde_json::json;
use tests::TestDesk;

use super::editor::{boss, change, run, shown};
use super::{ANA, card, said};

pub async fn page(desk: &TestDesk, who: &SignedIn, bot: BotId) -> FlowPage {
    match shown(desk, who, BotScreen::Flow(bot)).await {
        BotShown::Flow(page) => *page,
        other => panic!("{other:?}"),
    }
}

async fn versions(desk: &TestDesk, who: &SignedIn, bot: BotId) -> VersionList {
    match shown(desk, who, BotScreen::Versions(bot)).await {
        BotShown::Versions(list) => list,
        other => panic!("{other:?}"),
    }
}

/// Keeps a draft that differs from what is edited by this. Says its revision.
pub async fn save(
    desk: &TestDesk,
    who: &SignedIn,
    bot: BotId,
    edit: impl FnOnce(&mut Definition),
) -> Result<i64, ChangeRefused> {
    let page = page(desk, who, bot).await;
    let mut definition = page.definition.unwrap();
    edit(&mut definition);
    let revision = page.draft.map(|draft| draft.revision);
    let task = BotTask::Save { bot, revision, definition: Box::new(definition) };
    match run(desk, who, task).await? {
        BotDone::Saved { revision, .. } => Ok(revision),
        other => panic!("{other:?}"),
    }
}

pub fn publish(bot: BotId, revision: i64, version: i32) -> BotChange {
    BotChange::Publish { bot, revision, version, note: "Kinder words".to_owned(), with_gaps: false }
}

fn hello(text: &str) -> impl FnOnce(&mut Definition) {
    let text = text.to_owned();
    move |definition| definition.greeting.hello = text.into()
}

#[tokio::test]
async fn a_draft_changes_nothing_until_it_is_published_and_an_older_version_comes_back() {
    let desk = TestDesk::start().await;
    let (who, bot) = (boss(&desk).await, desk.with_bot().await);
    assert_eq!(versions(&desk, &who, bot).await.versions.len(), 1, "what is live is listed in any case");
    let revision = save(&desk, &who, bot, hello("Welcome!")).await.unwrap();
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.provider.until_seen(1).await;
    assert!(!said(&desk)[0].contains("Welcome!"), "a draft is not live");
    assert_eq!(versions(&desk, &who, bot).await.draft_changes[0].place, "greeting › hello");

    change(&desk, &who, publish(bot, revision, 1)).await.unwrap();
    desk.customer_writes("4917139200098", "wamid.2", "hi").await;
    desk.provider.until_seen(2).await;
    assert!(said(&desk)[1].starts_with("Welcome!"), "{:?}", said(&desk));
    let list = versions(&desk, &who, bot).await;
    assert_eq!((list.live, list.draft, list.versions.len()), (2, None, 2), "what came before is kept too");
    assert_eq!(list.versions[0].note, "Kinder words");
    assert!(list.versions[0].author.is_some());
    assert_eq!(list.versions[0].changes[0].after.as_deref(), Some("Welcome!"));

    change(&desk, &who, BotChange::Restore { bot, restored: 1, version: 2 }).await.unwrap();
    let list = versions(&desk, &who, bot).await;
    assert_eq!((list.live, list.versions[0].restored), (3, Some(1)));
    assert_eq!(list.versions[0].json, list.versions[2].json);
    desk.customer_writes("4917139200097", "wamid.3", "hi").await;
    desk.provider.until_seen(3).await;
    assert!(!said(&desk)[2].contains("Welcome!"), "{:?}", said(&desk));
    let late = change(&desk, &who, BotChange::Restore { bot, restored: 2, version: 2 }).await.unwrap_err();
    assert!(late.message.contains("Version 3 went live meanwhile"), "{late:?}");
}

#[tokio::test]
async fn of_two_admins_who_publish_at_once_one_wins_and_the_other_is_told() {
    let desk = TestDesk::start().await;
    let (ada, bot) = (boss(&desk).await, desk.with_bot().await);
    let bob = tests::desk::add_person(&desk.desk, "Bob", Role::Admin).await;
    let bob = desk.signed_in(&bob).await;
    let revision = save(&desk, &ada, bot, hello("Welcome!")).await.unwrap();
    let (one, other) = tokio::join!(
        change(&desk, &ada, publish(bot, revision, 1)),
        change(&desk, &bob, publish(bot, revision, 1)),
    );
    let told = match (one, other) {
        (Ok(()), Err(told)) | (Err(told), Ok(())) => told,
        both => panic!("{both:?}"),
    };
    assert!(told.message.contains("Version 2 went live meanwhile"), "{told:?}");
    assert_eq!(desk.database.number("select count(*) from bot_versions where version > 1").await, 1);
}

#[tokio::test]
async fn nobody_writes_over_a_draft_that_they_have_not_seen() {
    let desk = TestDesk::start().await;
    let (ada, bot) = (boss(&desk).await, desk.with_bot().await);
    let bob = tests::desk::add_person(&desk.desk, "Bob", Role::Admin).await;
    let bob = desk.signed_in(&bob).await;
    let opened = page(&desk, &ada, bot).await;
    save(&desk, &bob, bot, hello("Bob's words")).await.unwrap();
    let stale =
        BotTask::Save { bot, revision: None, definition: Box::new(opened.definition.clone().unwrap()) };
    let told = run(&desk, &ada, stale).await.unwrap_err();
    assert!(told.message.starts_with("Bob has changed the draft"), "{told:?}");
    assert_eq!(told.field.as_deref(), Some("revision"));
    assert_eq!(page(&desk, &ada, bot).await.definition.unwrap().greeting.hello, "Bob's words".into());

    // A draft that was thrown away and begun anew is another one.
    let first = page(&desk, &bob, bot).await.draft.unwrap().revision;
    change(&desk, &bob, BotChange::Discard { bot, revision: first }).await.unwrap();
    let second = save(&desk, &bob, bot, hello("Other words")).await.unwrap();
    assert_ne!(first, second);
}

#[tokio::test]
async fn what_cannot_be_used_is_kept_as_a_draft_and_never_goes_live() {
    let desk = TestDesk::start().await;
    let (who, bot) = (boss(&desk).await, desk.with_bot().await);
    let broken = |definition: &mut Definition| {
        definition.greeting.ask.choices[0].entry = "nowhere".to_owned();
        definition.patience = 0;
    };
    let revision = save(&desk, &who, bot, broken).await.unwrap();
    let found = page(&desk, &who, bot).await.findings;
    let paths: Vec<&str> = found.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(paths, ["patience", "greeting.ask.choices.0.entry"]);
    let refused = change(&desk, &who, publish(bot, revision, 1)).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("patience"));
    assert_eq!(versions(&desk, &who, bot).await.live, 1);
    let text = BotTask::Import { bot, revision: Some(revision), text: "{}".to_owned() };
    assert!(run(&desk, &who, text).await.unwrap_err().message.contains("This is no flow"));
}

#[tokio::test]
async fn a_missing_language_is_flagged_before_it_goes_live() {
    let desk = TestDesk::start().await;
    let (who, bot) = (boss(&desk).await, desk.with_bot().await);
    let german = |definition: &mut Definition| {
        definition.languages = vec![Language { code: "de".to_owned(), words: vec!["hallo".to_owned()] }];
        definition.greeting.hello.variants.insert("de".to_owned(), "Guten Tag, {name}!".to_owned());
    };
    let revision = save(&desk, &who, bot, german).await.unwrap();
    let found = page(&desk, &who, bot).await.findings;
    assert!(found.iter().all(|finding| !finding.blocks) && !found.is_empty());
    assert!(found.iter().any(|finding| finding.path == "joining@de"));
    assert!(found.iter().all(|finding| finding.path != "greeting.hello@de"));
    let refused = change(&desk, &who, publish(bot, revision, 1)).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("with_gaps"));
    let BotChange::Publish { bot, revision, version, note, .. } = publish(bot, revision, 1) else { panic!() };
    let all_the_same = BotChange::Publish { bot, revision, version, note, with_gaps: true };
    change(&desk, &who, all_the_same).await.unwrap();
    desk.customer_writes(ANA, "wamid.1", "Hallo!").await;
    desk.provider.until_seen(1).await;
    assert!(said(&desk)[0].starts_with("Guten Tag"), "{:?}", said(&desk));
}

#[tokio::test]
async fn a_question_that_a_new_version_has_moved_or_dropped_leaves_no_customer_without_an_answer() {
    let desk = TestDesk::start().await;
    let (who, bot) = (boss(&desk).await, desk.with_bot().await);
    desk.customer_writes(ANA, "wamid.1", "where is my order?").await;
    desk.provider.until_seen(2).await;
    desk.settled().await;
    // Another question comes first now, for another slot: what the customer answers is not taken for that.
    let moved = |definition: &mut Definition| {
        let track = definition.entries.iter_mut().find(|entry| entry.id == "track").unwrap();
        let mut city = track.steps[0].clone();
        if let contract::bots::flow::Step::Ask(ask) = &mut city {
            (ask.slot, ask.pattern) = ("city".to_owned(), None);
        }
        track.steps.insert(0, city);
    };
    let revision = save(&desk, &who, bot, moved).await.unwrap();
    change(&desk, &who, publish(bot, revision, 1)).await.unwrap();
    desk.customer_writes(ANA, "wamid.2", "A-10482").await;
    desk.provider.until_seen(3).await;
    desk.settled().await;
    assert_eq!(card(&desk).await.stage, Stage::Waiting);
    let slots = desk.database.words("select (packet -> 'slots')::text from handoffs").await;
    let slots: serde_json::Value = serde_json::from_str(&slots[0]).unwrap();
    assert_eq!(slots, json!([{ "name": "order_number", "value": "A-10482" }]));

    // And one that is gone.
    desk.customer_writes("4917139200098", "wamid.3", "where is my order?").await;
    desk.provider.until_seen(5).await;
    desk.settled().await;
    let dropped = |definition: &mut Definition| {
        definition.entries.retain(|entry| entry.id != "track");
        let choices =
            |say: &mut contract::bots::flow::Say| say.choices.retain(|choice| choice.entry != "track");
        choices(&mut definition.greeting.ask);
        choices(&mut definition.not_understood);
        choices(&mut definition.returned);
        for entry in &mut definition.entries {
            for step in &mut entry.steps {
                if let contract::bots::flow::Step::Say(say) = step {
                    choices(say);
                }
            }
        }
    };
    let revision = save(&desk, &who, bot, dropped).await.unwrap();
    change(&desk, &who, publish(bot, revision, 2)).await.unwrap();
    desk.customer_writes("4917139200098", "wamid.4", "A-10482").await;
    desk.provider.until_seen(6).await;
    assert!(said(&desk)[5].contains("I did not understand"), "{:?}", said(&desk));
}
