//! The main job, end to end: a message in, a bot's answer, a handoff, an agent's reply out, and its ticks.

use contract::command::Claim;
use contract::frame::Down;
use contract::{Body, Change, Command, DeliveryState, Owner, RefusalCode, Stage, View};
use serde_json::json;
use tests::meta::{messages, status, statuses, text};
use tests::{Socket, TestDesk, until};

const ANA: &str = "4917139200099";

fn reply(epoch: i64, words: &str) -> Command {
    Command::Reply { epoch, body: Body::text(words), quoted: None, claim: Claim::IfFree }
}

async fn cursor(desk: &TestDesk) -> String {
    desk.store.cursor().await.unwrap().to_string()
}

#[tokio::test]
async fn a_message_reaches_an_agent_and_the_reply_reaches_the_customer_with_its_ticks() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let cookie = desk.cookie(&sara).await;
    let mut socket = Socket::open(desk.url(), &cookie, &cursor(&desk).await).await;

    assert_eq!(desk.post(&messages(ANA, &[text(ANA, "wamid.1", "Hello?")])).await, 200);
    let opened = socket.until_event("the message", |event| event.message.is_some()).await;
    let id = opened.conversation;
    assert_eq!(opened.card.stage, Stage::Waiting);
    assert_eq!(opened.message.unwrap().body, Body::text("Hello?"));

    let Down::Ack(ack) = socket.command(id, reply(opened.card.epoch, "Hello Ana!")).await else {
        panic!("the reply was refused");
    };
    let seen = desk.provider.until_seen(1).await;
    assert_eq!(seen[0].body["text"]["body"], json!("Hello Ana!"));
    assert_eq!(seen[0].body["to"], json!(ANA));
    let sent = seen[0].id.clone().unwrap();
    for (word, state) in [
        ("sent", DeliveryState::Sent),
        ("delivered", DeliveryState::Delivered),
        ("read", DeliveryState::Read),
    ] {
        assert_eq!(desk.post(&statuses(&[status(&sent, word, ANA)])).await, 200);
        socket
            .until_event(word, |event| {
                event.change == Change::DeliveryChanged { message: ack.message.unwrap(), state }
            })
            .await;
    }
    let card = desk.card(id).await;
    assert_eq!((card.stage, card.owner), (Stage::Assigned, Owner::Agent(sara.id)));
    desk.settled().await;
    let ledger = desk.ledger().await;
    assert_eq!((ledger.received, ledger.applied, ledger.pending), (4, 4, 0));
}

#[tokio::test]
async fn the_second_agent_to_take_is_told_who_was_first_and_may_take_over() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    let id = desk.conversation_of(ANA).await;
    let epoch = desk.card(id).await.epoch;
    let here = cursor(&desk).await;
    let mut first = Socket::open(desk.url(), &desk.cookie(&sara).await, &here).await;
    let mut second = Socket::open(desk.url(), &desk.cookie(&omar).await, &here).await;

    assert!(matches!(first.command(id, Command::Take { epoch }).await, Down::Ack(_)));
    let Down::Refused(refusal) = second.command(id, reply(epoch, "Me too!")).await else {
        panic!("the second agent wrote to the customer");
    };
    assert_eq!(refusal.code, RefusalCode::NotOwner);
    assert_eq!(refusal.owner_name.as_deref(), Some("Sara"));
    assert!(refusal.message.contains("Sara"), "{}", refusal.message);

    let over = Command::Reply {
        epoch: refusal.epoch.unwrap(),
        body: Body::text("I go on."),
        quoted: None,
        claim: Claim::TakeOver,
    };
    assert!(matches!(second.command(id, over).await, Down::Ack(_)));
    assert_eq!(desk.card(id).await.owner, Owner::Agent(omar.id));
    desk.provider.until_seen(1).await;
    assert_eq!(desk.provider.texts(), ["I go on."]);
}

#[tokio::test]
async fn the_bot_greets_answers_and_hands_off_and_a_human_goes_on() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let bot = desk.with_bot().await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.provider.until_seen(1).await;
    desk.customer_writes(ANA, "wamid.2", "I want to talk to a person").await;
    let id = desk.conversation_of(ANA).await;
    until("the bot hands off", || async { (desk.card(id).await.stage == Stage::Waiting).then_some(()) })
        .await;
    let thread = desk.store.thread(id).await.unwrap().unwrap();
    let handoff = thread.handoff.unwrap();
    assert_eq!(handoff.packet.reason_code, contract::ReasonCode::CustomerAsked);
    assert!(handoff.ended_at.is_none());

    let mut socket = Socket::open(desk.url(), &desk.cookie(&sara).await, &cursor(&desk).await).await;
    let epoch = thread.card.epoch;
    assert!(matches!(socket.command(id, Command::Take { epoch }).await, Down::Ack(_)));
    let card = desk.card(id).await;
    let back =
        Command::ReturnToBot { epoch: card.epoch, note: "All settled.".to_owned(), settled: Vec::new() };
    assert!(matches!(socket.command(id, back).await, Down::Ack(_)));
    let card = desk.card(id).await;
    assert_eq!((card.stage, card.owner), (Stage::Bot, Owner::Bot(bot)));
    desk.settled().await;
    assert!(!desk.provider.texts().iter().any(|text| text.contains("All settled")), "a note left the desk");
    let thread = desk.store.thread(id).await.unwrap().unwrap();
    assert_eq!(thread.handoff.unwrap().outcome.as_deref(), Some("taken"));
}

#[tokio::test]
async fn the_next_message_reopens_within_72_hours_and_opens_another_conversation_later() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    let id = desk.conversation_of(ANA).await;
    let mut socket = Socket::open(desk.url(), &desk.cookie(&sara).await, &cursor(&desk).await).await;
    let resolve = Command::Resolve { epoch: desk.card(id).await.epoch };
    assert!(matches!(socket.command(id, resolve).await, Down::Ack(_)));
    desk.customer_writes(ANA, "wamid.2", "One more thing").await;
    assert_eq!(desk.conversation_of(ANA).await, id);
    assert_eq!(desk.card(id).await.stage, Stage::Waiting);

    let resolve = Command::Resolve { epoch: desk.card(id).await.epoch };
    assert!(matches!(socket.command(id, resolve).await, Down::Ack(_)));
    desk.sql("update conversations set resolved_at = resolved_at - interval '73 hours'").await;
    desk.customer_writes(ANA, "wamid.3", "It is me again").await;
    let other = desk.conversation_of(ANA).await;
    assert_ne!(other, id);
    let thread = desk.store.thread(other).await.unwrap().unwrap();
    assert_eq!(thread.messages.len(), 3, "both conversations are one scroll");
    assert_eq!(thread.contact.earlier[0].id, id);
}

#[tokio::test]
async fn free_text_after_24_hours_is_refused_and_never_dropped() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    let id = desk.conversation_of(ANA).await;
    desk.sql("update conversations set window_until = window_until - interval '25 hours'").await;
    let mut socket = Socket::open(desk.url(), &desk.cookie(&sara).await, &cursor(&desk).await).await;
    let epoch = desk.card(id).await.epoch;
    let Down::Refused(refusal) = socket.command(id, reply(epoch, "Too late")).await else {
        panic!("free text was taken outside the window");
    };
    assert_eq!(refusal.code, RefusalCode::WindowClosed);
    assert_eq!(desk.card(id).await.epoch, epoch, "a refused reply changes nothing");
    assert!(desk.provider.seen().is_empty());
}

#[tokio::test]
async fn a_snapshot_and_the_events_after_it_equal_a_fresh_snapshot() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    for n in 0..5 {
        let from = format!("{ANA}{n}");
        desk.customer_writes(&from, &format!("wamid.a{n}"), "Hello?").await;
    }
    let id = desk.conversation_of(&format!("{ANA}0")).await;
    let seat = desk::seat::seat(&desk.desk, desk.signed_in(&sara).await);
    let mut inboxes = Vec::new();
    for view in View::ALL {
        inboxes.push(seat.inbox(view).await.unwrap());
    }
    let mut thread = seat.thread(id).await.unwrap();
    let mut socket = Socket::open(desk.url(), &desk.cookie(&sara).await, &inboxes[0].cursor).await;

    let epoch = desk.card(id).await.epoch;
    socket.command(id, reply(epoch, "Hello!")).await;
    socket.command(id, Command::Note { text: "A note".to_owned() }).await;
    socket.command(id, Command::Label { add: vec!["vip".to_owned()], remove: vec![] }).await;
    socket.command(id, Command::Prioritise { priority: contract::Priority::High }).await;
    desk.customer_writes(&format!("{ANA}0"), "wamid.b", "Thanks").await;
    desk.customer_writes(&format!("{ANA}9"), "wamid.c", "I am new").await;
    let until = desk.card(id).await.epoch;
    socket.command(id, Command::Resolve { epoch: until }).await;
    desk.settled().await;
    let last = desk.card(id).await.seq;
    socket.until_event("the last event", |event| event.conversation == id && event.seq == last).await;

    for event in &socket.events {
        thread.apply(event);
        for inbox in &mut inboxes {
            inbox.apply(event);
        }
    }
    for inbox in inboxes {
        let fresh = seat.inbox(inbox.view).await.unwrap();
        assert_eq!(inbox.cards, fresh.cards, "{:?}", inbox.view);
    }
    let fresh = seat.thread(id).await.unwrap();
    assert_eq!(thread.messages, fresh.messages);
    assert_eq!(thread.lines, fresh.lines);
    assert_eq!((thread.card, thread.seq), (fresh.card, fresh.seq));
}
