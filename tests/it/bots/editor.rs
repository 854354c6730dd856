//! Bots as an admin adds, changes, switches and removes them.

use contract::bots::{
    BotChange, BotDone, BotPage, BotScreen, BotShown, BotTask, BotTerms, CallCame, CallLog, CallQuery,
    Previewed,
};
use contract::connection::{SettingsTask, TaskDone};
use contract::seat::SeatError;
use contract::settings::{ChangeRefused, Settings, SettingsChange, SettingsPage};
use contract::{Body, BotId, ReasonCode, Stage};
use desk::auth::sessions::SignedIn;
use desk::bots::Answer;
use desk::domain::Refused;
use desk::flows::{Failed, bot_answer};
use desk::settings;
use serde_json::json;
use tests::{TestDesk, until};

use super::server::{self, Reply, Server};
use super::{ANA, SIGNING, card, handed_off, hooked, packet};

pub async fn boss(desk: &TestDesk) -> SignedIn {
    desk.signed_in(&desk.admin()).await
}

pub async fn shown(desk: &TestDesk, who: &SignedIn, screen: BotScreen) -> BotShown {
    match settings::settings(&desk.desk, who, SettingsPage::Bots(screen)).await.unwrap() {
        Settings::Bots(shown) => *shown,
        other => panic!("{other:?}"),
    }
}

pub async fn change(desk: &TestDesk, who: &SignedIn, change: BotChange) -> Result<(), ChangeRefused> {
    settings::change(&desk.desk, who, SettingsChange::Bot(change)).await
}

pub async fn run(desk: &TestDesk, who: &SignedIn, task: BotTask) -> Result<BotDone, ChangeRefused> {
    settings::run(&desk.desk, who, SettingsTask::Bot(task)).await.map(|done| match done {
        TaskDone::Bot(done) => done,
        other => panic!("{other:?}"),
    })
}

pub async fn page(desk: &TestDesk, who: &SignedIn, bot: BotId) -> BotPage {
    match shown(desk, who, BotScreen::One(bot)).await {
        BotShown::One(page) => *page,
        other => panic!("{other:?}"),
    }
}

async fn calls(desk: &TestDesk, who: &SignedIn, query: CallQuery) -> CallLog {
    match shown(desk, who, BotScreen::Calls(query)).await {
        BotShown::Calls(log) => log,
        other => panic!("{other:?}"),
    }
}

pub async fn add(
    desk: &TestDesk,
    who: &SignedIn,
    kind: &str,
    fields: &[(&str, &str)],
) -> Result<BotId, ChangeRefused> {
    let fields = owned(fields);
    let task = BotTask::Add { kind: kind.to_owned(), name: " Robin ".to_owned(), fields };
    match run(desk, who, task).await? {
        BotDone::Added { bot } => Ok(bot),
        other => panic!("{other:?}"),
    }
}

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn only_admins_see_and_change_bots() {
    let desk = TestDesk::start().await;
    let bot = desk.with_bot().await;
    let sara = desk.signed_in(&desk.agent("Sara").await).await;
    for screen in [BotScreen::All, BotScreen::Learning { bot, days: 7 }, BotScreen::Trials(bot)] {
        let seen = settings::settings(&desk.desk, &sara, SettingsPage::Bots(screen)).await;
        assert_eq!(seen, Err(SeatError::Forbidden), "{screen:?}");
    }
    let off = BotChange::SetActive { bot, active: false };
    assert_eq!(change(&desk, &sara, off).await.unwrap_err().message, "Only an admin may change this.");
    let asked = run(&desk, &sara, BotTask::Ask { bot }).await;
    assert_eq!(asked.unwrap_err().message, "Only an admin may do this.");
}

#[tokio::test]
async fn a_bot_is_added_with_the_fields_of_its_kind_and_its_secret_never_comes_back() {
    let desk = TestDesk::start().await;
    let who = boss(&desk).await;
    let missing = add(&desk, &who, "webhook", &[("url", "https://bot.example/hook")]).await.unwrap_err();
    assert_eq!(missing.field.as_deref(), Some("signing_secret"));
    let odd = [("url", "ftp://bot.example"), ("signing_secret", SIGNING)];
    assert_eq!(add(&desk, &who, "webhook", &odd).await.unwrap_err().field.as_deref(), Some("url"));
    let unknown = add(&desk, &who, "webhook", &[("colour", "red")]).await.unwrap_err();
    assert_eq!(unknown.field.as_deref(), Some("colour"));

    let right = [("url", "https://bot.example/hook"), ("signing_secret", SIGNING)];
    let bot = add(&desk, &who, "webhook", &right).await.unwrap();
    let seen = page(&desk, &who, bot).await;
    assert_eq!((seen.line.name.as_str(), seen.line.version), ("Robin", 1));
    assert_eq!(seen.values, owned(&[("url", "https://bot.example/hook")]));
    assert_eq!((seen.secrets.len(), seen.secrets[0].old_until), (1, None));
    assert!(!format!("{seen:?}").contains(SIGNING));
    assert_eq!(seen.terms, BotTerms::NEW, "what the database and the screen think a new bot may");

    // Another address is another version, another secret is not; the old one stays valid for a day.
    let fields = owned(&[("url", "https://bot.example/two"), ("signing_secret", "whsec_AAAA")]);
    let edit = BotChange::Edit { bot, version: 1, name: "Robin".to_owned(), fields };
    change(&desk, &who, edit.clone()).await.unwrap();
    let seen = page(&desk, &who, bot).await;
    assert_eq!((seen.line.version, seen.secrets.len()), (2, 1));
    assert!(seen.secrets[0].old_until.is_some());
    // Whoever has looked at the first version is told.
    let late = change(&desk, &who, edit).await.unwrap_err();
    assert!(late.message.contains("Somebody has changed this bot"), "{late:?}");
}

#[tokio::test]
async fn what_a_bot_may_is_kept_within_bounds() {
    let desk = TestDesk::start().await;
    let (who, bot) = (boss(&desk).await, desk.with_bot().await);
    let terms = BotTerms { quiet_ms: Some(500), breaker_handoffs: None, reads_notes: true, ..BotTerms::NEW };
    change(&desk, &who, BotChange::SetTerms { bot, terms: terms.clone() }).await.unwrap();
    assert_eq!(page(&desk, &who, bot).await.terms, terms);
    let terms = BotTerms { turn_budget: 0, ..terms };
    let refused = change(&desk, &who, BotChange::SetTerms { bot, terms }).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("turn_budget"));
    assert!(refused.message.contains("from 1 to 10000"), "{refused:?}");
}

#[tokio::test]
async fn a_bot_that_is_switched_off_lets_go_at_once_of_what_it_is_about_to_answer() {
    let desk = TestDesk::start().await;
    let who = boss(&desk).await;
    let (server, bot) = hooked(&desk).await;
    server.then(|_| {
        let late = json!({ "messages": [{ "type": "text", "text": "Too late" }] });
        Reply::After(std::time::Duration::from_secs(2), 200, late.to_string())
    });
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    until("the bot is asked", || async { (!server.asked().is_empty()).then_some(()) }).await;
    assert_eq!(page(&desk, &who, bot).await.conversations, 1);

    change(&desk, &who, BotChange::SetActive { bot, active: false }).await.unwrap();
    // Not when the answer comes or its time is over: now.
    assert_eq!(card(&desk).await.stage, Stage::Waiting);
    assert_eq!(handed_off(&desk, ANA).await, ReasonCode::BreakerOpen);
    assert_eq!(packet(&desk).await.reason.as_deref(), Some("The bot is switched off."));
    let dropped = "select count(*) from bot_calls where outcome = 'dropped'";
    until("the late answer is dropped", || async {
        (desk.database.number(dropped).await == 1).then_some(())
    })
    .await;
    desk.settled().await;
    assert!(desk.provider.seen().is_empty(), "the customer hears nothing of a bot that is off");
    let seen = page(&desk, &who, bot).await;
    assert!(!seen.line.active && seen.conversations == 0);
    change(&desk, &who, BotChange::SetActive { bot, active: true }).await.unwrap();
    assert!(page(&desk, &who, bot).await.line.active);
}

#[tokio::test]
async fn a_bot_that_is_switched_off_says_nothing_by_itself_either() {
    let desk = TestDesk::start().await;
    let who = boss(&desk).await;
    let (_server, bot) = hooked(&desk).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.provider.until_seen(1).await;
    desk.settled().await;
    change(&desk, &who, BotChange::SetActive { bot, active: false }).await.unwrap();
    let (id, epoch) = (desk.conversation_of(ANA).await, card(&desk).await.epoch);
    let more = Answer { messages: vec![Body::text("One more thing")], ..Answer::default() };
    let refused = bot_answer::by_itself(&desk.desk, (bot, id, epoch), more).await;
    assert!(matches!(refused, Err(Failed::Refused(Refused::Invalid(_)))), "{refused:?}");
    assert_eq!(desk.provider.seen().len(), 1);
}

#[tokio::test]
async fn a_bot_is_not_removed_while_a_channel_begins_with_it() {
    let desk = TestDesk::start().await;
    let (who, bot) = (boss(&desk).await, desk.with_bot().await);
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.provider.until_seen(1).await;
    desk.settled().await;
    let refused = change(&desk, &who, BotChange::Remove { bot }).await.unwrap_err();
    assert!(refused.message.contains("A channel begins with this bot"), "{refused:?}");
    let none = SettingsChange::SetChannelBot { channel: desk.channel, bot: None };
    settings::change(&desk.desk, &who, none).await.unwrap();
    change(&desk, &who, BotChange::Remove { bot }).await.unwrap();
    let BotShown::All(list) = shown(&desk, &who, BotScreen::All).await else { panic!() };
    assert!(list.bots.iter().all(|line| line.id != bot));
    let page = SettingsPage::Bots(BotScreen::One(bot));
    assert_eq!(settings::settings(&desk.desk, &who, page).await, Err(SeatError::NotFound));
    // The customer it still has is not left alone.
    desk.customer_writes(ANA, "wamid.2", "are you there?").await;
    assert_eq!(handed_off(&desk, ANA).await, ReasonCode::BreakerOpen);
}

#[tokio::test]
async fn the_list_says_how_bots_did_and_the_calls_are_read_page_by_page() {
    let desk = TestDesk::start().await;
    let who = boss(&desk).await;
    let (server, bot) = hooked(&desk).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.provider.until_seen(1).await;
    server.then(|_| Reply::Is(400, None, "broken".into()));
    desk.customer_writes(ANA, "wamid.2", "and now?").await;
    handed_off(&desk, ANA).await;
    let noted = "select count(*) from bot_calls";
    until("both are written down", || async { (desk.database.number(noted).await == 2).then_some(()) }).await;

    let BotShown::All(list) = shown(&desk, &who, BotScreen::All).await else { panic!() };
    let line = list.bots.iter().find(|line| line.id == bot).unwrap();
    assert_eq!((line.day.turns, line.day.failures), (Some(2), 1));
    assert_eq!(line.channels.len(), 1);
    let kinds: Vec<&str> = list.kinds.iter().map(|kind| kind.kind.as_str()).collect();
    assert_eq!(kinds, ["flow", "api", "webhook", "watson", "openai", "rasa"]);

    let all = CallQuery { bot, came: None, before: None };
    let log = calls(&desk, &who, all).await;
    assert_eq!((log.lines.len(), log.next), (2, None));
    assert_eq!((log.lines[0].came, log.lines[1].came), (CallCame::Failed, CallCame::Answered));
    assert_eq!(log.lines[0].exchanges[0].status, Some(400));
    assert!(!format!("{log:?}").contains("whsec_"));
    let before = Some(log.lines[0].id);
    assert_eq!(calls(&desk, &who, CallQuery { before, ..all }).await.lines.len(), 1);
    let failed = CallQuery { came: Some(CallCame::Failed), ..all };
    assert_eq!(calls(&desk, &who, failed).await.lines.len(), 1);

    desk.sql(
        "insert into bot_calls (id, bot_id, conversation_id, turn, at, ms, outcome)
         select gen_random_uuid(), bot_id, conversation_id, turn, at, ms, outcome
           from bot_calls, generate_series(1, 60)",
    )
    .await;
    let first = calls(&desk, &who, all).await;
    let second = calls(&desk, &who, CallQuery { before: first.next, ..all }).await;
    assert_eq!((first.lines.len(), second.lines.len()), (50, 50));
    assert!(first.lines.last().unwrap().id > second.lines[0].id);
}

#[tokio::test]
async fn a_bot_that_rests_says_why_and_is_tried_again_when_an_admin_wants_it() {
    let desk = TestDesk::start().await;
    let who = boss(&desk).await;
    let (server, bot) = hooked(&desk).await;
    desk.sql("update bots set breaker_errors = 1, breaker_rest_ms = 3600000").await;
    server.then(|_| Reply::Is(400, None, "broken".into()));
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    handed_off(&desk, ANA).await;
    let rests = until("it rests", || async {
        let breaker = page(&desk, &who, bot).await.line.breaker;
        breaker.open.then_some(breaker)
    })
    .await;
    assert!(rests.reason.unwrap().contains("failed 1 times in a row"));
    server.then(|_| server::json(200, &json!({ "messages": [{ "text": "I am back." }] })));
    change(&desk, &who, BotChange::TryAgain { bot }).await.unwrap();
    desk.customer_writes("4917139200098", "wamid.2", "hi").await;
    desk.provider.until_seen(1).await;
    until("it is well again", || async { (!page(&desk, &who, bot).await.line.breaker.open).then_some(()) })
        .await;
}

async fn asked(desk: &TestDesk, who: &SignedIn, bot: BotId) -> Previewed {
    match run(desk, who, BotTask::Ask { bot }).await.unwrap() {
        BotDone::Previewed(done) => *done,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_connection_is_tested_by_asking_the_bot_once_outside_any_conversation() {
    let desk = TestDesk::start().await;
    let who = boss(&desk).await;
    let server = Server::start(|_| server::json(200, &json!({ "messages": [{ "text": "Here." }] }))).await;
    let bot = super::with_bot(&desk, "webhook", &server.url).await;
    let done = asked(&desk, &who, bot).await;
    assert_eq!((done.said[0].text.as_str(), done.error), ("Here.", None));
    let heard = server.asked()[0].json();
    assert_eq!((heard["preview"].clone(), heard["message"]["text"].clone()), (json!(true), json!("Hello")));
    server.then(|_| Reply::Is(401, None, "who are you?".into()));
    let done = asked(&desk, &who, bot).await;
    assert!(done.error.unwrap().contains("401"), "{:?}", done.exchanges);
    assert_eq!(done.exchanges[0].status, Some(401));
    assert_eq!(desk.database.number("select count(*) from bot_calls").await, 0);
    assert_eq!(desk.database.number("select count(*) from bot_breakers").await, 0);
}
