//! A bot that answers later, over the API.

use contract::{Body, Owner, ReasonCode, Stage};
use desk::bots::Answer;
use desk::domain::Refused;
use desk::flows::{Failed, bot_answer};
use tests::{TestDesk, until};

use super::server::Reply;
use super::{ANA, card, handed_off, hooked, said};

fn says(words: &str) -> Answer {
    Answer { messages: vec![Body::text(words)], ..Answer::default() }
}

async fn promised(desk: &TestDesk) {
    until("the bot has promised", || async {
        (desk.database.number("select count(*) from bot_awaits").await == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_later_answer_is_said_and_the_bot_keeps_the_conversation() {
    for (status, body) in [(202, "on it"), (200, ""), (204, "")] {
        let desk = TestDesk::start().await;
        let (server, bot) = hooked(&desk).await;
        server.then(move |_| Reply::Is(status, None, body.into()));
        desk.customer_writes(ANA, "wamid.1", "hi").await;
        promised(&desk).await;
        let id = desk.conversation_of(ANA).await;
        let epoch = card(&desk).await.epoch;
        bot_answer::by_itself(&desk.desk, (bot, id, epoch), says("Here it is.")).await.unwrap();
        desk.provider.until_seen(1).await;
        assert_eq!(said(&desk), ["Here it is."], "{status}");
        assert_eq!(desk.database.number("select count(*) from bot_awaits").await, 0);
        assert_eq!(card(&desk).await.owner, Owner::Bot(bot));
        desk.stop().await;
    }
}

#[tokio::test]
async fn a_promise_that_is_not_kept_ends_with_people() {
    let desk = TestDesk::start().await;
    let (server, bot) = hooked(&desk).await;
    desk.sql("update bots set deadline_ms = 1000").await;
    server.then(|_| Reply::Is(202, None, String::new()));
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    promised(&desk).await;
    assert_eq!(card(&desk).await.stage, Stage::Bot);
    assert_eq!(handed_off(&desk, ANA).await, ReasonCode::BotTimeout);
    // And what it says then comes too late.
    let id = desk.conversation_of(ANA).await;
    let late = bot_answer::by_itself(&desk.desk, (bot, id, 1), says("Here it is.")).await;
    assert!(matches!(late, Err(Failed::Refused(Refused::NotOwner { .. }))), "{late:?}");
    desk.settled().await;
    assert!(said(&desk).is_empty());
}

/// Its answer overtakes its promise.
#[tokio::test]
async fn a_bot_that_answers_before_it_says_that_it_will_has_answered() {
    let desk = TestDesk::start().await;
    let (server, bot) = hooked(&desk).await;
    server.then(|_| Reply::After(std::time::Duration::from_millis(800), 202, String::new()));
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    server.until_asked(1).await;
    let id = desk.conversation_of(ANA).await;
    bot_answer::by_itself(&desk.desk, (bot, id, 1), says("Here it is.")).await.unwrap();
    desk.settled().await;
    assert_eq!(desk.database.number("select count(*) from bot_awaits").await, 0);
    assert_eq!((said(&desk).len(), card(&desk).await.owner), (1, Owner::Bot(bot)));
}

#[tokio::test]
async fn an_answer_under_an_old_epoch_is_refused() {
    let desk = TestDesk::start().await;
    let (_server, bot) = hooked(&desk).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.provider.until_seen(1).await;
    let id = desk.conversation_of(ANA).await;
    let epoch = card(&desk).await.epoch;
    let old = bot_answer::by_itself(&desk.desk, (bot, id, epoch - 1), says("old")).await;
    assert!(matches!(old, Err(Failed::Refused(Refused::StaleEpoch { .. }))), "{old:?}");
}
