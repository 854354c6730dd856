//! The feed: everything once it is settled, and nothing to whom it is not for.

use contract::{BotId, ClientId, Command, ConversationId, Request};
use desk::flows;
use desk::public::feed::{self, Audience, Channels, Notes, Page};
use desk::store::journal::Cursor;
use sqlx::{Connection, Executor};
use tests::{Login, TestDesk, until};
use uuid::Uuid;

const ANA: &str = "4917139200099";
const BEN: &str = "4917139200055";

const EVERYTHING: Audience = Audience { bot: None, notes: Notes::Told, reach: Channels::All };

fn of(bot: BotId) -> Audience {
    Audience { bot: Some(bot), notes: Notes::Hidden, reach: Channels::All }
}

async fn page(desk: &TestDesk, audience: &Audience, after: &str) -> Page {
    let after: Cursor = after.parse().unwrap();
    feed::read(&desk.desk, audience, after).await.unwrap().unwrap()
}

async fn beginning(desk: &TestDesk) -> String {
    feed::beginning(&desk.desk).await.unwrap().to_string()
}

/// Everything that has happened, as it is told to somebody.
async fn all(desk: &TestDesk, audience: &Audience) -> Page {
    page(desk, audience, &beginning(desk).await).await
}

async fn act(desk: &TestDesk, who: &Login, conversation: ConversationId, command: Command) {
    let request = Request { id: ClientId(Uuid::new_v4()), conversation, command };
    flows::act(&desk.desk, TestDesk::acting(who), request).await.unwrap();
}

fn kinds(page: &Page) -> Vec<&'static str> {
    page.events.iter().map(|event| event.r#type).collect()
}

#[tokio::test]
async fn what_another_transaction_could_still_come_before_is_not_told_yet() {
    let desk = TestDesk::start().await;
    let begin = beginning(&desk).await;
    let mut writer = desk.database.connect().await;
    let mut open = writer.begin().await.unwrap();
    open.execute("update desk set organisation = organisation").await.unwrap();
    desk.customer_writes(ANA, "wamid.1", "hello").await;
    let early = page(&desk, &EVERYTHING, &begin).await;
    assert!(early.events.is_empty() && early.cursor == begin, "{early:?}");
    open.commit().await.unwrap();
    let told = until("it is settled", || async {
        let told = page(&desk, &EVERYTHING, &begin).await;
        (!told.events.is_empty()).then_some(told)
    })
    .await;
    assert_eq!(kinds(&told), ["conversation_opened", "message_created"]);
    let said = told.events[1].message.as_ref().unwrap();
    assert_eq!((said.r#type, said.text.as_deref()), ("text", Some("hello")));
    assert_eq!(told.events[1].conversation.contact.address, format!("+{ANA}"));
    // From there on there is nothing, and a page that begins between the two has the second.
    assert!(page(&desk, &EVERYTHING, &told.cursor).await.events.is_empty());
    let rest = page(&desk, &EVERYTHING, &told.events[0].cursor).await;
    assert_eq!(kinds(&rest), ["message_created"]);
}

#[tokio::test]
async fn a_bot_is_told_of_its_own_conversations_and_of_no_note() {
    let desk = TestDesk::start().await;
    let agent = desk.agent("Nina").await;
    // Ben's conversation never was the bot's.
    desk.customer_writes(BEN, "wamid.b", "hello").await;
    let bot = desk.with_bot().await;
    desk.customer_writes(ANA, "wamid.1", "hello").await;
    desk.settled().await;
    let ana = desk.conversation_of(ANA).await;
    act(&desk, &agent, ana, Command::Note { text: "she is angry".to_owned() }).await;
    let epoch = desk.card(ana).await.epoch;
    act(&desk, &agent, ana, Command::Take { epoch }).await;
    desk.customer_writes(ANA, "wamid.2", "are you human?").await;
    act(&desk, &agent, ana, Command::Note { text: "no".to_owned() }).await;
    let mine = until("all is settled", || async {
        let everything = all(&desk, &EVERYTHING).await;
        let last = everything.events.last()?;
        (last.message.as_ref()?.text.as_deref() == Some("no")).then_some(())
    })
    .await;
    let () = mine;
    let told = all(&desk, &of(bot)).await;
    assert!(told.events.iter().all(|event| event.conversation_id == ana.0), "{told:?}");
    assert!(told.events.iter().all(|event| event.message.as_ref().is_none_or(|message| !message.note)));
    let heard: Vec<_> =
        told.events.iter().filter_map(|event| event.message.as_ref()?.text.as_deref()).collect();
    assert!(heard.contains(&"hello") && !heard.contains(&"are you human?"), "{heard:?}");
    let kinds = kinds(&told);
    assert!(kinds.contains(&"handoff_created") && kinds.contains(&"handoff_ended"), "{kinds:?}");
    assert_eq!(told.events.last().unwrap().conversation.owner.name.as_deref(), Some("Nina"));
    // One that may read notes reads those of its own time.
    let reads = Audience { notes: Notes::Told, ..of(bot) };
    let notes = all(&desk, &reads).await.events.into_iter().filter_map(|event| event.message);
    let notes: Vec<_> = notes.filter(|message| message.note).filter_map(|message| message.text).collect();
    assert_eq!(notes, ["she is angry"]);
    // Another bot is told nothing at all.
    assert!(all(&desk, &of(BotId(Uuid::now_v7()))).await.events.is_empty());
}

#[tokio::test]
async fn for_tests_there_are_only_the_channels_of_the_stand_ins() {
    let desk = TestDesk::start().await;
    desk.customer_writes(ANA, "wamid.1", "hello").await;
    let reach = Audience { reach: Channels::Sandbox, ..EVERYTHING };
    until("it is settled", || async { (all(&desk, &EVERYTHING).await.events.len() == 2).then_some(()) })
        .await;
    let none = all(&desk, &reach).await;
    assert!(none.events.is_empty());
    // Its cursor moves all the same: what is not for it is not looked at again.
    assert_ne!(none.cursor, beginning(&desk).await);
    desk.sql("update connections set sandbox = true").await;
    assert_eq!(all(&desk, &reach).await.events.len(), 2);
}

#[tokio::test]
async fn a_cursor_of_an_earlier_life_of_the_database_is_void() {
    let desk = TestDesk::start().await;
    let before: Cursor = beginning(&desk).await.parse().unwrap();
    desk.sql("update desk set generation = generation + 1").await;
    assert_eq!(feed::read(&desk.desk, &EVERYTHING, before).await.unwrap(), Err(feed::Void));
}
