//! What a bot did not understand becomes an answer.

use contract::BotId;
use contract::bots::{AnswerTo, BotChange, BotScreen, BotShown, Group, LearningPage};
use desk::auth::sessions::SignedIn;
use tests::TestDesk;

use super::editor::{boss, change, shown};
use super::said;
use super::versions::{page as flow_page, publish};

async fn page(desk: &TestDesk, who: &SignedIn, bot: BotId) -> LearningPage {
    match shown(desk, who, BotScreen::Learning { bot, days: 7 }).await {
        BotShown::Learning(page) => page,
        other => panic!("{other:?}"),
    }
}

async fn writes(desk: &TestDesk, from: &str, lines: &[&str]) {
    for (at, text) in lines.iter().enumerate() {
        desk.customer_writes(from, &format!("wamid.{from}.{at}"), text).await;
        desk.settled().await;
    }
}

fn group<'a>(page: &'a LearningPage, text: &str) -> &'a Group {
    page.groups.iter().find(|group| group.text == text).unwrap_or_else(|| panic!("{text}: {page:?}"))
}

#[tokio::test]
async fn what_was_not_understood_is_grouped_and_answered_from_then_on() {
    let desk = TestDesk::start().await;
    let (who, bot) = (boss(&desk).await, desk.with_bot().await);
    writes(&desk, "491713920001", &["hi", "Do you ship to Peru?", "ok"]).await;
    writes(&desk, "491713920002", &["hi", "gift cards"]).await;
    writes(&desk, "491713920003", &["hi", "GIFT  CARDS!"]).await;
    writes(&desk, "491713920004", &["I want to talk to a person"]).await;

    let seen = page(&desk, &who, bot).await;
    let cards = group(&seen, "GIFT  CARDS!");
    assert_eq!((cards.misses, cards.handoffs, cards.conversations.len()), (2, 0, 2));
    assert_eq!(seen.groups[0], *cards, "the largest group comes first");
    assert!(seen.groups.iter().all(|group| group.text != "Do you ship to Peru?"), "that it has answered");
    let person = group(&seen, "I want to talk to a person");
    assert_eq!((person.handoffs, person.reasons.clone()), (1, vec!["customer_asked".to_owned()]));
    assert_eq!(seen.teachable[0].bot, bot);

    let to = AnswerTo::New { title: "Gift cards".into(), text: "Yes, from 10 euros.".into() };
    let add = BotChange::AddAnswer { bot, keyword: "gift cards".into(), to };
    change(&desk, &who, add).await.unwrap();
    assert_eq!(group(&page(&desk, &who, bot).await, "GIFT  CARDS!").known.as_deref(), Some("Gift cards"));
    let draft = flow_page(&desk, &who, bot).await.draft.unwrap();
    change(&desk, &who, publish(bot, draft.revision, 1)).await.unwrap();
    writes(&desk, "491713920005", &["hi", "are there gift cards?"]).await;
    assert_eq!(said(&desk).last().unwrap(), "Yes, from 10 euros.");
}

#[tokio::test]
async fn a_group_can_be_hidden_and_words_can_lead_to_an_entry_that_is_there() {
    let desk = TestDesk::start().await;
    let (who, bot) = (boss(&desk).await, desk.with_bot().await);
    writes(&desk, "491713920001", &["hi", "qwertz"]).await;
    let key = page(&desk, &who, bot).await.groups[0].key.clone();
    change(&desk, &who, BotChange::Dismiss { bot, key: key.clone(), hidden: true }).await.unwrap();
    assert!(page(&desk, &who, bot).await.groups[0].hidden);
    change(&desk, &who, BotChange::Dismiss { bot, key, hidden: false }).await.unwrap();
    assert!(!page(&desk, &who, bot).await.groups[0].hidden);
    let odd = BotChange::Dismiss { bot, key: "x".into(), hidden: true };
    assert!(change(&desk, &who, odd).await.is_err());

    let to = AnswerTo::Entry { id: "hours".into() };
    let add = |to| BotChange::AddAnswer { bot, keyword: "qwertz".into(), to };
    change(&desk, &who, add(to)).await.unwrap();
    assert_eq!(page(&desk, &who, bot).await.groups[0].known.as_deref(), Some("Opening hours"));
    let nowhere = change(&desk, &who, add(AnswerTo::Entry { id: "nowhere".into() })).await.unwrap_err();
    assert_eq!(nowhere.field.as_deref(), Some("entry"));
    // What customers wrote is kept in the messages alone.
    let keys = desk.database.words("select key from bot_dismissals").await;
    assert!(keys.iter().all(|key| !key.contains("qwertz")));
}
