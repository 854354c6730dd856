//! A talk with a bot that leaves no trace.

use std::collections::BTreeMap;

use contract::bots::flow::Definition;
use contract::bots::{BotDone, BotTask, Decision, Preview, PreviewHeard, PreviewLine, Previewed};
use contract::{BotId, ReasonCode, Time};
use desk::auth::sessions::SignedIn;
use serde_json::json;
use tests::TestDesk;

use super::editor::{boss, run};
use super::server::{self, Server};
use super::versions::page;

/// Talks with what is edited of a bot.
struct Talk<'a> {
    desk: &'a TestDesk,
    who: &'a SignedIn,
    preview: Preview,
}

impl Talk<'_> {
    async fn hear(&mut self, heard: PreviewHeard) -> Previewed {
        self.preview.heard = heard;
        let task = BotTask::Preview(Box::new(self.preview.clone()));
        let done = match run(self.desk, self.who, task).await.unwrap() {
            BotDone::Previewed(done) => *done,
            other => panic!("{other:?}"),
        };
        self.preview.memory = done.memory.clone();
        self.preview.said.extend(done.said.clone());
        done
    }

    async fn write(&mut self, text: &str) -> Previewed {
        let line = PreviewLine { by_bot: false, text: text.to_owned(), choices: Vec::new(), menu: None };
        let done = self.hear(PreviewHeard::Words { text: text.to_owned() }).await;
        self.preview.said.push(line);
        done
    }
}

fn begin<'a>(desk: &'a TestDesk, who: &'a SignedIn, bot: BotId, edited: Option<Definition>) -> Talk<'a> {
    let preview = Preview {
        bot,
        definition: edited.map(Box::new),
        memory: String::new(),
        said: Vec::new(),
        heard: PreviewHeard::Picture,
        name: "Ada".to_owned(),
        language: String::new(),
        at: None,
    };
    Talk { desk, who, preview }
}

/// How many rows every table has.
async fn rows(desk: &TestDesk) -> BTreeMap<String, i64> {
    let tables = "select tablename::text from pg_tables where schemaname = 'public' order by 1";
    let mut rows = BTreeMap::new();
    for table in desk.database.words(tables).await {
        rows.insert(table.clone(), desk.database.number(&format!("select count(*) from {table}")).await);
    }
    assert!(rows.len() > 30, "{rows:?}");
    rows
}

#[tokio::test]
async fn a_preview_says_what_the_draft_does_and_why_and_leaves_no_row_behind() {
    let desk = TestDesk::start().await;
    let (who, bot) = (boss(&desk).await, desk.with_bot().await);
    let mut edited = page(&desk, &who, bot).await.definition.unwrap();
    edited.greeting.hello = "Hello {name}, not live yet.".into();
    let before = rows(&desk).await;
    let mut talk = begin(&desk, &who, bot, Some(edited));

    let hello = talk.write("hi").await;
    assert!(hello.said[0].text.starts_with("Hello Ada, not live yet."), "{:?}", hello.said);
    assert_eq!(hello.said[0].choices.len(), 3);
    assert!(hello.decisions.contains(&Decision::Greets));
    let asks = talk.hear(PreviewHeard::Tap { id: "track".into(), title: "Track my order".into() }).await;
    let expected =
        [Decision::Chosen { entry: "Order tracking".into() }, Decision::Asks { slot: "order_number".into() }];
    assert_eq!(asks.decisions, expected);
    let missed = talk.write("no idea").await;
    assert_eq!(missed.decisions, [Decision::NotUnderstood { misses: 1, patience: 2 }]);
    let done = talk.write("A-10482").await;
    let filled = Decision::Filled { slot: "order_number".into(), value: "A-10482".into() };
    assert!(done.decisions.contains(&filled), "{:?}", done.decisions);
    let packet = done.handoff.unwrap();
    assert_eq!((packet.reason, packet.slots.len()), (ReasonCode::Policy, 1));
    assert_eq!(packet.title.as_deref(), Some("Where is order A-10482?"));

    desk.settled().await;
    assert_eq!(rows(&desk).await, before);
    assert!(desk.provider.seen().is_empty());
}

#[tokio::test]
async fn the_hours_of_a_flow_are_tried_at_any_time() {
    let desk = TestDesk::start().await;
    let (who, bot) = (boss(&desk).await, desk.with_bot().await);
    let mut edited = page(&desk, &who, bot).await.definition.unwrap();
    let hours = json!({ "zone": "Europe/Berlin", "week": { "mon": [{ "from": "09:00", "to": "18:00" }] } });
    edited.hours = Some(serde_json::from_value(hours).unwrap());
    edited.joining_closed = Some("We are closed. Somebody answers on Monday.".into());
    let mut talk = begin(&desk, &who, bot, Some(edited));
    // Monday the 6th of July 2026 at 10:00 in Berlin, and the day after.
    talk.preview.at = Some(Time(1_783_324_800_000));
    let open = talk.write("agent").await;
    assert_eq!(open.said.last().unwrap().text, "I am asking a colleague to join.");
    (talk.preview.memory, talk.preview.at) = (String::new(), Some(Time(1_783_411_200_000)));
    let closed = talk.write("agent").await;
    assert_eq!(closed.said.last().unwrap().text, "We are closed. Somebody answers on Monday.");
    assert!(closed.decisions.contains(&Decision::Closed));
}

#[tokio::test]
async fn a_draft_that_cannot_be_used_is_told_in_the_preview() {
    let desk = TestDesk::start().await;
    let (who, bot) = (boss(&desk).await, desk.with_bot().await);
    let mut edited = page(&desk, &who, bot).await.definition.unwrap();
    edited.joining = "".into();
    let done = begin(&desk, &who, bot, Some(edited)).write("hi").await;
    assert!(done.error.unwrap().contains("joining is empty"));
}

#[tokio::test]
async fn a_bot_elsewhere_is_told_that_it_is_a_preview_and_what_was_said_before() {
    let desk = TestDesk::start().await;
    let who = boss(&desk).await;
    let server = Server::start(|_| {
        let say = json!([{ "type": "buttons", "text": "Which?", "buttons": [{ "id": "a", "title": "A" }] }]);
        server::json(200, &json!({ "messages": say }))
    })
    .await;
    let bot = super::with_bot(&desk, "webhook", &server.url).await;
    let before = rows(&desk).await;
    let mut talk = begin(&desk, &who, bot, None);
    let first = talk.write("hi").await;
    assert_eq!(first.said[0].choices[0].id, "a", "{first:?}");
    talk.write("and then?").await;
    let asked = server.asked();
    assert!(asked.iter().all(|asked| asked.json()["preview"] == json!(true)));
    assert_eq!(asked[0].json()["opening"], "new");
    let since = asked[1].json()["history_since_ownership"].as_array().unwrap().len();
    assert_eq!(since, 3, "{}", asked[1].body);
    assert_eq!(rows(&desk).await, before);
}
