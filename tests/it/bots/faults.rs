//! Whatever goes wrong with a bot, the customer gets a person, and colleagues read why.

use std::time::Duration;

use contract::{Owner, ReasonCode};
use serde_json::json;
use tests::TestDesk;

use super::dialect::{self, KINDS};
use super::server::{Reply, Server, resetting};
use super::{ANA, card, handed_off, hooked, packet, said, settings, with, with_bot};

/// What becomes of a customer whose bot behaves so: the reason, in the desk's word and in words.
async fn ends(kind: &'static str, reply: Reply) -> (ReasonCode, String) {
    let desk = TestDesk::start().await;
    let server = Server::start(move |_| reply.clone()).await;
    with_bot(&desk, kind, &server.url).await;
    desk.sql("update bots set deadline_ms = 1000").await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let reason = handed_off(&desk, ANA).await;
    desk.settled().await;
    assert!(said(&desk).is_empty(), "{kind}: {:?}", said(&desk));
    let words = packet(&desk).await.reason.unwrap_or_default();
    desk.stop().await;
    (reason, words)
}

#[tokio::test]
async fn a_bot_that_breaks_hands_off_in_every_protocol() {
    for kind in KINDS {
        for (reply, part) in [
            (Reply::Is(500, None, "oops".into()), "500"),
            (Reply::Is(200, None, "<html>".into()), "not JSON"),
            (Reply::Is(200, None, "7".into()), "answer"),
            (Reply::Half, "no answer"),
            (Reply::Is(301, None, String::new()), "301"),
        ] {
            let shown = format!("{reply:?}");
            let (reason, words) = ends(kind, reply).await;
            assert_eq!(reason, ReasonCode::BotFailed, "{kind}: {shown}");
            let part = if kind == "watson" && part == "answer" { "session" } else { part };
            assert!(words.contains(part), "{kind}, {shown}: {words}");
        }
    }
}

#[tokio::test]
async fn a_bot_that_is_too_slow_hands_off_at_its_deadline() {
    for kind in KINDS {
        let (reason, _) = ends(kind, Reply::After(Duration::from_secs(20), 200, "[]".into())).await;
        assert_eq!(reason, ReasonCode::BotTimeout, "{kind}");
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_off_hands_off() {
    for kind in KINDS {
        let desk = TestDesk::start().await;
        with_bot(&desk, kind, &resetting().await).await;
        desk.sql("update bots set deadline_ms = 1500").await;
        desk.customer_writes(ANA, "wamid.1", "hi").await;
        assert_eq!(handed_off(&desk, ANA).await, ReasonCode::BotFailed, "{kind}");
        desk.stop().await;
    }
}

#[tokio::test]
async fn a_bot_that_asks_for_patience_gets_it_within_the_deadline() {
    for kind in KINDS {
        let desk = TestDesk::start().await;
        let tried = std::sync::atomic::AtomicUsize::new(0);
        let server =
            Server::start(move |asked| match tried.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
                0 => Reply::Is(429, Some(1), String::new()),
                _ => dialect::speak(kind, asked),
            })
            .await;
        with_bot(&desk, kind, &server.url).await;
        desk.customer_writes(ANA, "wamid.1", "hi").await;
        desk.provider.until_seen(1).await;
        assert_eq!(said(&desk), [dialect::HELLO], "{kind}");
        desk.stop().await;
    }
}

#[tokio::test]
async fn a_bot_that_asks_for_more_patience_than_there_is_hands_off_at_once() {
    for kind in KINDS {
        let begun = std::time::Instant::now();
        let (reason, words) = ends(kind, Reply::Is(429, Some(3600), "later".into())).await;
        assert_eq!(reason, ReasonCode::BotFailed, "{kind}");
        assert!(words.contains("429"), "{kind}: {words}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{kind}");
    }
}

#[tokio::test]
async fn credentials_that_do_not_hold_are_an_admins_concern() {
    for kind in KINDS {
        let desk = TestDesk::start().await;
        let server = Server::start(|_| Reply::Is(401, None, "no".into())).await;
        with_bot(&desk, kind, &server.url).await;
        for (number, from) in [ANA, "4917139200098"].into_iter().enumerate() {
            desk.customer_writes(from, &format!("wamid.{number}"), "hi").await;
            assert_eq!(handed_off(&desk, from).await, ReasonCode::BotFailed, "{kind}");
        }
        let alerts = desk.store.alerts().await.unwrap();
        assert_eq!(alerts.len(), 1, "{kind}: told once until somebody has looked");
        assert_eq!((alerts[0].subject.as_str(), alerts[0].connection_name.as_str()), ("Robin", "Robin"));
        assert!(alerts[0].text.contains("401"), "{}", alerts[0].text);
        desk.stop().await;
    }
}

#[tokio::test]
async fn a_session_that_has_ended_is_replaced_and_the_message_sent_once_more() {
    let desk = TestDesk::start().await;
    let server = Server::start(|asked| dialect::speak("watson", asked)).await;
    with_bot(&desk, "watson", &server.url).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.provider.until_seen(1).await;
    desk.settled().await;
    let first = server.asked()[1].path.clone();
    let ended = first.clone();
    server.then(move |asked| match asked.path == ended {
        true => super::server::json(404, &json!({ "error": "Invalid Session", "code": 404 })),
        false => dialect::speak("watson", asked),
    });
    desk.customer_writes(ANA, "wamid.2", "when are\nyou\topen?").await;
    desk.provider.until_seen(2).await;
    assert_eq!(said(&desk)[1], dialect::HOURS);
    let asked = server.asked();
    assert_eq!((asked.len(), &asked[2].path), (5, &first));
    assert!(asked[3].path.contains("/sessions?") && asked[4].path != first);
    assert_eq!(asked[4].json()["input"]["text"], "when are you open?", "line breaks are refused there");
    desk.settled().await;
    // The second one lives on.
    desk.customer_writes(ANA, "wamid.3", "hi").await;
    desk.provider.until_seen(3).await;
    assert_eq!(server.asked()[5].path, asked[4].path);
}

#[tokio::test]
async fn a_bot_inside_our_own_network_is_not_called() {
    let desk = TestDesk::start().await;
    for (number, url) in
        ["http://10.0.0.7/hook", "https://169.254.169.254/latest", "http://shop.example/hook"]
            .into_iter()
            .enumerate()
    {
        let (_, secrets) = settings("webhook", "");
        with(&desk, "webhook", json!({ "url": url }), &secrets).await;
        let from = format!("49171392001{number:02}");
        desk.customer_writes(&from, &format!("wamid.{number}"), "hi").await;
        assert_eq!(handed_off(&desk, &from).await, ReasonCode::BotFailed, "{url}");
        let reason = packet(&desk).await.reason.unwrap();
        assert!(reason.contains("address not allowed"), "{url}: {reason}");
    }
}

#[tokio::test]
async fn an_answer_that_is_too_much_is_no_answer() {
    let desk = TestDesk::start().await;
    let (server, bot) = hooked(&desk).await;
    let many: Vec<_> = (0..11).map(|n| json!({ "text": format!("{n}") })).collect();
    let large = json!({ "messages": [{ "text": "x".repeat(70_000) }] });
    let cases = [
        (json!({ "messages": many }), "more than 10 messages"),
        (large, "larger than 64 KB"),
        (json!({ "messages": [{ "text": "hi" }], "epoch": 7 }), "epoch 7"),
        (json!({ "messages": [{ "type": "carousel", "text": "hi" }] }), "carousel"),
        (json!({ "messages": [{ "text": "<p> </p>" }] }), "nothing in it to say"),
    ];
    desk.sql("update bots set breaker_errors = 100").await;
    for (number, (answer, part)) in cases.into_iter().enumerate() {
        server.then(move |_| super::server::json(200, &answer));
        let from = format!("49171392002{number:02}");
        desk.customer_writes(&from, &format!("wamid.{number}"), "hi").await;
        assert_eq!(handed_off(&desk, &from).await, ReasonCode::BotFailed, "{part}");
        let reason = packet(&desk).await.reason.unwrap();
        assert!(reason.contains(part), "{part}: {reason}");
    }
    assert!(said(&desk).is_empty());
    // And one that is just enough is.
    let ten: Vec<_> = (0..10).map(|n| json!({ "text": format!("{n}") })).collect();
    server.then(move |_| super::server::json(200, &json!({ "messages": ten, "epoch": 1 })));
    desk.customer_writes(ANA, "wamid.last", "hi").await;
    desk.provider.until_seen(10).await;
    desk.settled().await;
    assert_eq!((said(&desk).len(), card(&desk).await.owner), (10, Owner::Bot(bot)));
}
