//! Bots of all kinds live through the same story.

use contract::{Body, ClientId, Command, Owner, ReasonCode, Request, Stage};
use desk::bots::Answer;
use desk::domain::Refused;
use desk::flows::{self, Failed, bot_answer};
use serde_json::Value;
use tests::{TestDesk, until};
use uuid::Uuid;

use super::dialect::{self, KINDS};
use super::server::Server;
use super::{ANA, card, handed_off, packet, said, with_bot};

/// Greet, answer, hand off, be refused while a human owns it, get it back.
async fn live_through(kind: &'static str) {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let server = Server::start(move |asked| dialect::speak(kind, asked)).await;
    let bot = with_bot(&desk, kind, &server.url).await;

    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.provider.until_seen(1).await;
    assert!(said(&desk)[0].starts_with("Hello"), "{kind}: {:?}", said(&desk));
    desk.settled().await;
    assert_eq!(card(&desk).await.owner, Owner::Bot(bot), "{kind}");

    desk.customer_writes(ANA, "wamid.2", "when are you open?").await;
    desk.provider.until_seen(2).await;
    assert!(said(&desk)[1].contains("Monday to Friday"), "{kind}: {:?}", said(&desk));
    desk.settled().await;
    let epoch = card(&desk).await.epoch;

    desk.customer_writes(ANA, "wamid.3", "I want to talk to a person").await;
    let reason = handed_off(&desk, ANA).await;
    // Watson and models say what they do, not why.
    assert!(matches!(reason, ReasonCode::CustomerAsked | ReasonCode::Other), "{kind}: {reason:?}");
    if kind != "flow" {
        assert_eq!(packet(&desk).await.summary.as_deref(), Some("wants a person"), "{kind}");
    }
    desk.settled().await;
    let (asked, heard) = (server.asked().len(), said(&desk).len());

    // The human's time: the bot is not asked, and what it says all the same is refused.
    let id = desk.conversation_of(ANA).await;
    act(&desk, &sara, Command::Take { epoch: card(&desk).await.epoch }).await;
    desk.customer_writes(ANA, "wamid.4", "I want to talk to a person about my order").await;
    let late = Answer { messages: vec![Body::text("me too")], ..Answer::default() };
    let refused = bot_answer::by_itself(&desk.desk, (bot, id, epoch), late).await;
    let Err(Failed::Refused(Refused::NotOwner { owner, .. })) = refused else {
        panic!("{kind}: {refused:?}")
    };
    assert_eq!(owner, Owner::Agent(sara.id), "{kind}");
    desk.settled().await;
    assert_eq!((server.asked().len(), said(&desk).len()), (asked, heard), "{kind}");

    let back = Command::ReturnToBot {
        epoch: card(&desk).await.epoch,
        note: "A secret of the shop's.".to_owned(),
        settled: Vec::new(),
    };
    act(&desk, &sara, back).await;
    desk.customer_writes(ANA, "wamid.5", "when do you open on Friday?").await;
    desk.provider.until_seen(heard + 1).await;
    assert!(said(&desk).last().unwrap().contains("Monday to Friday"), "{kind}: {:?}", said(&desk));
    desk.settled().await;
    let card = card(&desk).await;
    assert_eq!((card.stage, card.owner), (Stage::Bot, Owner::Bot(bot)), "{kind}");
    if kind != "flow" {
        begins_anew(kind, &server);
    }
    desk.stop().await;
}

async fn act(desk: &TestDesk, who: &tests::Login, command: Command) {
    let request =
        Request { id: ClientId(Uuid::new_v4()), conversation: desk.conversation_of(ANA).await, command };
    flows::act(&desk.desk, TestDesk::acting(who), request).await.unwrap();
}

/// A handoff that is over is no part of what the bot goes by, and a note never reaches it.
fn begins_anew(kind: &str, server: &Server) {
    let asked = server.asked();
    assert!(asked.iter().all(|asked| !asked.body.contains("A secret of the shop's")), "{kind}");
    let last = asked.last().unwrap();
    let body = last.json();
    match kind {
        "webhook" => {
            let since = body["history_since_ownership"].to_string();
            assert!(since.contains("Friday?") && !since.contains("person"), "{since}");
            assert!(body["history_before"].to_string().contains("person"));
            assert_eq!(body["opening"], "returned");
        }
        "openai" => {
            assert!(!body["messages"].to_string().contains("talk to a person"), "{body}");
            assert!(
                !body["messages"][0].to_string().contains("Friday?"),
                "the customer speaks as the system"
            );
        }
        "watson" => {
            let sessions: Vec<&str> = asked.iter().filter_map(|asked| asked.path.split('/').nth(5)).collect();
            assert_ne!(sessions.first(), sessions.last());
            assert_eq!(asked.iter().filter(|asked| asked.path.contains("/sessions?")).count(), 2);
        }
        _ => assert_ne!(asked[0].json()["sender"], body["sender"]),
    }
}

#[tokio::test]
async fn the_built_in_bot_lives_through_the_story() {
    live_through("flow").await;
}

#[tokio::test]
async fn a_webhook_bot_lives_through_the_story() {
    live_through("webhook").await;
}

#[tokio::test]
async fn watson_lives_through_the_story() {
    live_through("watson").await;
}

#[tokio::test]
async fn a_model_lives_through_the_story() {
    live_through("openai").await;
}

#[tokio::test]
async fn rasa_lives_through_the_story() {
    live_through("rasa").await;
}

#[tokio::test]
async fn what_is_written_down_of_a_bots_calls_holds_no_secret() {
    for kind in KINDS {
        let desk = TestDesk::start().await;
        let server = Server::start(move |asked| dialect::speak(kind, asked)).await;
        with_bot(&desk, kind, &server.url).await;
        desk.customer_writes(ANA, "wamid.1", "when are you open?").await;
        let calls = until("the call is written down", || async {
            let calls = desk.database.words("select row_to_json(c)::text from bot_calls c").await;
            (!calls.is_empty()).then_some(calls)
        })
        .await;
        let call: Value = serde_json::from_str(&calls[0]).unwrap();
        assert_eq!((&call["outcome"], call["error"].is_null()), (&"answered".into(), true), "{call}");
        let exchange = call["exchanges"].as_array().unwrap().last().unwrap();
        assert_eq!(exchange["status"], 200, "{kind}");
        assert!(exchange["request"].as_str().unwrap().contains("when are you open?"), "{kind}");
        for secret in ["whsec_", "a key of", "a token of", "a+token"] {
            assert!(!calls[0].contains(secret), "{kind}: {}", calls[0]);
        }
        let sources: &[&str] = if kind == "openai" { &["hours"] } else { &[] };
        assert_eq!(call["sources"], serde_json::json!(sources), "{kind}");
        // And they did get there.
        let asked = server.asked();
        let asked = asked.last().unwrap();
        match kind {
            "webhook" => assert!(asked.header("webhook-signature").starts_with("v1,")),
            "watson" => assert!(asked.header("authorization").starts_with("Basic ")),
            "openai" => assert_eq!(asked.header("authorization"), "Bearer a key of the model's"),
            _ => assert!(asked.path.contains("token=a+token+of+rasa%27s"), "{}", asked.path),
        }
        desk.stop().await;
    }
}
