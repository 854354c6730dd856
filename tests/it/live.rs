//! The socket: who may open it, resuming by cursor, and what becomes of a browser that misbehaves.

use contract::frame::{Down, PROTOCOL, Up, close};
use contract::{Command, Presence};
use tests::meta::{messages, text};
use tests::{Socket, TestDesk, until};
use tokio_tungstenite::tungstenite::Message;

const ANA: &str = "4917139200099";

async fn cursor(desk: &TestDesk) -> String {
    desk.store.cursor().await.unwrap().to_string()
}

#[tokio::test]
async fn only_our_own_pages_with_a_session_open_a_socket() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let cookie = desk.cookie(&sara).await;
    let origin = desk.url().to_owned();
    let other = Some("https://evil.example");
    assert_eq!(Socket::connect(&origin, Some(&cookie), other).await.err(), Some(403));
    assert_eq!(Socket::connect(&origin, Some(&cookie), None).await.err(), Some(403));
    assert_eq!(Socket::connect(&origin, None, Some(&origin)).await.err(), Some(401));
    assert_eq!(Socket::connect(&origin, Some("baton=made-up"), Some(&origin)).await.err(), Some(401));
    assert!(Socket::connect(&origin, Some(&cookie), Some(&origin)).await.is_ok());
}

#[tokio::test]
async fn a_frame_that_the_protocol_does_not_have_closes_the_socket_and_nothing_else() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let cookie = desk.cookie(&sara).await;
    let origin = desk.url().to_owned();
    // What took down others' socket servers: unknown events, text that is no JSON, bytes, endless frames.
    let bad = [
        Message::text(r#"{"event":"base"}"#),
        Message::text("not json"),
        Message::binary(vec![0_u8; 16]),
        Message::text(r#"{"up":"command","id":"x"}"#),
    ];
    for message in bad {
        let mut socket = Socket::open(&origin, &cookie, &cursor(&desk).await).await;
        futures::SinkExt::send(&mut socket.stream, message).await.unwrap();
        let code = loop {
            match socket.try_next().await {
                Ok(_) => {}
                Err(code) => break code,
            }
        };
        assert_eq!(code, Some(close::PROTOCOL));
    }
    let mut socket = Socket::open(&origin, &cookie, &cursor(&desk).await).await;
    socket.say(&Up::Ping).await;
    while socket.next().await != Down::Pong {}
}

#[tokio::test]
async fn a_browser_of_another_version_is_told_to_reload() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let origin = desk.url().to_owned();
    let mut socket = Socket::connect(&origin, Some(&desk.cookie(&sara).await), Some(&origin)).await.unwrap();
    socket.say(&Up::Hello { protocol: PROTOCOL + 1, cursor: cursor(&desk).await }).await;
    assert_eq!(socket.try_next().await.err(), Some(Some(close::VERSION)));
}

#[tokio::test]
async fn a_browser_that_was_away_gets_every_event_since_its_cursor_in_order() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let cookie = desk.cookie(&sara).await;
    let here = cursor(&desk).await;
    for n in 0..40 {
        desk.post(&messages(ANA, &[text(ANA, &format!("wamid.{n}"), &format!("number {n}"))])).await;
    }
    desk.applied().await;
    let id = desk.conversation_of(ANA).await;
    let last = desk.card(id).await.seq;
    // Another process has nothing in memory: it reads the database.
    let other = desk.another().await;
    for url in [desk.url(), other.url()] {
        let mut socket = Socket::open(url, &cookie, &here).await;
        socket.until_event("the last event", |event| event.seq == last).await;
        let mut seqs: Vec<i64> = socket.events.iter().map(|event| event.seq).collect();
        seqs.dedup();
        assert_eq!(seqs, (1..=last).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn an_event_reaches_the_agents_of_every_process() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let other = desk.another().await;
    let mut socket = Socket::open(other.url(), &other.cookie(&sara).await, &cursor(&desk).await).await;
    desk.post(&messages(ANA, &[text(ANA, "wamid.1", "Hello?")])).await;
    socket.until_event("the message", |event| event.message.is_some()).await;
}

#[tokio::test]
async fn a_cursor_of_another_generation_or_of_nobody_starts_anew() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let cookie = desk.cookie(&sara).await;
    for cursor in ["99.1.0", "nonsense", ""] {
        let mut socket = Socket::open(desk.url(), &cookie, cursor).await;
        assert!(matches!(socket.next().await, Down::Reset { .. }), "{cursor}");
    }
}

#[tokio::test]
async fn a_younger_transaction_that_commits_first_hides_nothing() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    desk.customer_writes("4917139200098", "wamid.2", "Hello?").await;
    let (old, young) = (desk.conversation_of(ANA).await, desk.conversation_of("4917139200098").await);
    let mut socket = Socket::open(desk.url(), &desk.cookie(&sara).await, &cursor(&desk).await).await;
    // The older transaction has its id and its event, and has not committed.
    let mut older = desk.database.connect().await;
    let append = format!(
        "begin; select pg_current_xact_id();
         update conversations set last_seq = last_seq + 1 where id = '{old}';
         insert into events (conversation_id, seq, at, actor_kind, change)
         select id, last_seq, desk_now(), 'desk', '\"read_by_agent\"' from conversations where id = '{old}'"
    );
    sqlx::Executor::execute(&mut older, append.as_str()).await.unwrap();
    let note = Command::Note { text: "A note".to_owned() };
    assert!(matches!(socket.command(young, note).await, Down::Ack(_)));
    socket
        .until_event("the younger one", |event| event.conversation == young && event.message.is_some())
        .await;
    let before = socket.cursor.clone();
    sqlx::Executor::execute(&mut older, "commit").await.unwrap();
    socket.until_event("the older one", |event| event.conversation == old && event.seq == 3).await;
    // A cursor that was told in between must not have skipped it either.
    if let Some(before) = before {
        let mut late = Socket::open(desk.url(), &desk.cookie(&sara).await, &before).await;
        late.until_event("the older one", |event| event.conversation == old && event.seq == 3).await;
    }
}

#[tokio::test]
async fn signing_out_everywhere_closes_the_sockets_within_two_seconds() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let mut socket = Socket::open(desk.url(), &desk.cookie(&sara).await, &cursor(&desk).await).await;
    let seat = desk::seat::seat(&desk.desk, desk.signed_in(&sara).await);
    let begun = std::time::Instant::now();
    seat.change(contract::settings::SettingsChange::SignOutEverywhere).await.unwrap();
    let code = loop {
        match socket.try_next().await {
            Ok(_) => {}
            Err(code) => break code,
        }
    };
    assert_eq!(code, Some(close::SIGNED_OUT));
    assert!(begun.elapsed().as_secs() < 2);
}

#[tokio::test]
async fn presence_follows_the_open_pages() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let state = || async {
        let agents = desk.store.agent_cards().await.unwrap();
        agents.into_iter().find(|agent| agent.id == sara.id).unwrap().presence
    };
    assert_eq!(state().await, Presence::Offline);
    let mut socket = Socket::open(desk.url(), &desk.cookie(&sara).await, &cursor(&desk).await).await;
    until("she is online", || async { (state().await == Presence::Online).then_some(()) }).await;
    socket.say(&Up::Presence { presence: Presence::Away }).await;
    until("she is away", || async { (state().await == Presence::Away).then_some(()) }).await;
    drop(socket);
    desk.sql("update presence set until = desk_now()").await;
    assert_eq!(state().await, Presence::Offline);
}

#[tokio::test]
async fn a_colleague_sees_who_is_typing() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    let id = desk.conversation_of(ANA).await;
    let here = cursor(&desk).await;
    let mut first = Socket::open(desk.url(), &desk.cookie(&sara).await, &here).await;
    let mut second = Socket::open(desk.url(), &desk.cookie(&omar).await, &here).await;
    first.command(id, Command::Typing { reply: true }).await;
    loop {
        if let Down::Hint { agent, conversation, typing: true } = second.next().await {
            assert_eq!((agent, conversation), (sara.id, Some(id)));
            break;
        }
    }
}

#[tokio::test]
async fn a_browser_that_does_not_read_is_let_go_and_the_others_go_on() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    let here = cursor(&desk).await;
    let mut slow = Socket::open(desk.url(), &desk.cookie(&sara).await, &here).await;
    let mut quick = Socket::open(desk.url(), &desk.cookie(&omar).await, &here).await;
    let long = "x".repeat(3_500);
    let total = 4_000;
    let burst = async {
        for batch in 0..total / 40 {
            let texts: Vec<_> = (0..40).map(|n| text(ANA, &format!("wamid.{batch}.{n}"), &long)).collect();
            assert_eq!(desk.post(&messages(ANA, &texts)).await, 200);
            desk.applied().await;
        }
    };
    let everything = quick.until_event("everything", |event| event.seq == total + 1);
    tokio::join!(burst, everything);
    // The queue of the one that does not read has filled up, and the hub has not waited for it.
    until("the slow one is let go", || async { (desk.desk.hub.sockets() == 1).then_some(()) }).await;
    let code = loop {
        match slow.try_next().await {
            Ok(_) => {}
            Err(code) => break code,
        }
    };
    assert!(code.is_none() || code == Some(close::SLOW), "{code:?}");
}

#[tokio::test]
async fn the_process_that_took_a_message_tells_of_it_just_as_those_that_read_it() {
    let desk = TestDesk::start().await;
    let other = desk.another().await;
    let sara = desk.agent("Sara").await;
    let (cookie, here) = (desk.cookie(&sara).await, cursor(&desk).await);
    let mut sockets =
        [Socket::open(desk.url(), &cookie, &here).await, Socket::open(other.url(), &cookie, &here).await];
    let place = |id: &str| {
        let mut place = text(ANA, id, "");
        place["type"] = "location".into();
        place["location"] =
            serde_json::json!({"latitude": 52.5, "longitude": 13.25, "name": "The *old* harbour"});
        place
    };
    let mut answer = text(ANA, "wamid.5", "That one.");
    answer["context"] = serde_json::json!({"from": "4930", "id": "wamid.2"});
    let bodies = [
        messages(ANA, &[text(ANA, "wamid.1", "Hello?")]),
        messages(ANA, &[text(ANA, "wamid.2", "Is *anybody* there? 👋\n\nI am 5' tall.")]),
        messages(ANA, &[place("wamid.3"), text(ANA, "wamid.4", "There.")]),
        messages(ANA, &[answer]),
        messages(ANA, &[text(ANA, "wamid.6", "Thanks")]),
    ];
    for (n, body) in bodies.iter().enumerate() {
        assert_eq!(desk.post(body).await, 200);
        desk.applied().await;
        let id = desk.conversation_of(ANA).await;
        if n == 1 {
            let epoch = desk.card(id).await.epoch;
            assert!(matches!(sockets[0].command(id, Command::Take { epoch }).await, Down::Ack(_)));
        }
        let last = desk.card(id).await.seq;
        for socket in &mut sockets {
            socket.until_event("the last event", |event| event.seq == last).await;
        }
    }
    let [took, read] = sockets.map(|socket| socket.events);
    assert!(took.iter().filter(|event| event.message.is_some()).count() >= 6, "{took:?}");
    for (took, read) in took.iter().zip(&read) {
        assert_eq!(serde_json::to_value(took).unwrap(), serde_json::to_value(read).unwrap());
    }
}
