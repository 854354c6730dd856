//! What providers leave out: messages without ids, whose repeats must not be taken for a customer who repeats
//! themself, and statuses that name no number.

use bytes::Bytes;
use contract::command::Claim;
use contract::{Body, ClientId, Command, DeliveryState, Request};
use desk::channels::{Effect, Inbound, Item, Sender, Status, StatusWord};
use desk::flows::receive::{Mode, Parsed, parked, receive};
use desk::http::webhooks::said as said_to_the_end;
use desk::store::ledger::{Incoming, Pending, Source};
use tests::desk::{LINE, add_channel};
use tests::{TestDesk, until};
use uuid::Uuid;

const ANA: &str = "4917139200099";

/// A message without an id.
pub(crate) fn said(from: &str, text: &str) -> Item {
    Item::Message(Box::new(Inbound {
        channel: LINE.to_owned(),
        id: String::new(),
        repeat: Some(format!("digest of {text} by {from}")),
        contact: Sender { phone: Some(from.to_owned()), ..Sender::default() },
        echo: false,
        at: None,
        whole_seconds: false,
        quoted: None,
        referral: None,
        forwarded: false,
        effect: Effect::Message(Body::text(text)),
    }))
}

/// A webhook that is kept, as if it had come in some time ago.
pub(crate) async fn comes(desk: &TestDesk, items: Vec<Item>, seconds_ago: i64) -> Parsed {
    let incoming = Incoming {
        connection: desk.connection,
        source: Source::Webhook,
        content_type: None,
        tail: String::new(),
        query: String::new(),
        body: Bytes::new(),
    };
    let (now, mut entries) = desk.store.keep(std::slice::from_ref(&incoming)).await.unwrap();
    let received_at = now.plus_ms(-seconds_ago * 1_000);
    Parsed::new(Pending { entry: entries.remove(0), received_at, attempts: 0, incoming }, Ok(items))
}

async fn ok(desk: &TestDesk, seconds_ago: i64) -> Parsed {
    comes(desk, vec![said(ANA, "ok")], seconds_ago).await
}

pub(crate) async fn apply(desk: &TestDesk, webhooks: &[&Parsed]) {
    let webhooks: Vec<Parsed> = webhooks.iter().map(|one| (*one).clone()).collect();
    receive(&desk.desk, &webhooks, Mode::Commit).await.unwrap();
}

async fn answered(desk: &TestDesk, webhook: &Parsed) {
    desk.store.note_answer(&webhook.pending.entry).await.unwrap();
}

/// A desk whose jobs do not go on: the tests say what is applied, and when.
pub(crate) async fn still() -> TestDesk {
    let desk = TestDesk::start().await;
    desk.stop().await;
    desk
}

async fn counted(desk: &TestDesk) -> (i64, i64) {
    let ledger = desk.ledger().await;
    assert_eq!(desk.database.number("select count(*) from messages").await, ledger.applied);
    (ledger.applied, ledger.duplicate)
}

#[tokio::test]
async fn a_second_ok_after_an_answer_is_a_message_of_its_own() {
    let desk = still().await;
    let (one, two) = (ok(&desk, 10).await, ok(&desk, 5).await);
    answered(&desk, &one).await;
    apply(&desk, &[&one]).await;
    apply(&desk, &[&two]).await;
    assert_eq!(counted(&desk).await, (2, 0));
}

#[tokio::test]
async fn the_repeat_of_a_webhook_that_was_never_answered_changes_nothing() {
    let desk = still().await;
    let (one, two, three) = (ok(&desk, 20).await, ok(&desk, 15).await, ok(&desk, 10).await);
    for webhook in [&one, &two, &three] {
        apply(&desk, &[webhook]).await;
    }
    assert_eq!(counted(&desk).await, (1, 2));
    // The last repeat was answered: what comes after it is the customer's.
    answered(&desk, &three).await;
    apply(&desk, &[&ok(&desk, 5).await]).await;
    assert_eq!(counted(&desk).await, (2, 2));
}

#[tokio::test]
async fn repeats_in_one_batch_are_told_apart_as_well() {
    let desk = still().await;
    let (one, two, three) = (ok(&desk, 20).await, ok(&desk, 15).await, ok(&desk, 10).await);
    answered(&desk, &two).await;
    apply(&desk, &[&one, &two, &three]).await;
    assert_eq!(counted(&desk).await, (2, 1));
}

#[tokio::test]
async fn after_the_window_or_in_other_words_it_is_no_repeat() {
    let desk = still().await;
    desk.sql("update connections set repeat_window_s = 8").await;
    let other = comes(&desk, vec![said(ANA, "okay")], 12).await;
    let (one, two) = (ok(&desk, 14).await, ok(&desk, 5).await);
    for webhook in [&one, &other, &two] {
        apply(&desk, &[webhook]).await;
    }
    assert_eq!(counted(&desk).await, (3, 0));
}

#[tokio::test]
async fn nothing_is_decided_while_the_first_answer_may_be_on_its_way() {
    let desk = still().await;
    let (one, two) = (ok(&desk, 0).await, ok(&desk, 0).await);
    apply(&desk, &[&one, &two]).await;
    assert_eq!((counted(&desk).await, desk.ledger().await.pending), ((1, 0), 1));
    answered(&desk, &one).await;
    apply(&desk, &[&two]).await;
    assert_eq!((counted(&desk).await, desk.ledger().await.pending), ((2, 0), 0));
}

#[tokio::test]
async fn a_repeat_that_was_applied_first_makes_the_first_one_the_repeat() {
    let desk = still().await;
    let (one, two) = (ok(&desk, 10).await, ok(&desk, 5).await);
    answered(&desk, &two).await;
    apply(&desk, &[&two]).await;
    apply(&desk, &[&one]).await;
    assert_eq!(counted(&desk).await, (1, 1));
}

#[tokio::test]
async fn the_same_webhook_applied_again_adds_nothing_whatever_it_holds() {
    let desk = still().await;
    let twice = comes(&desk, vec![said(ANA, "ok"), said(ANA, "ok")], 10).await;
    apply(&desk, &[&twice]).await;
    assert_eq!(counted(&desk).await, (2, 0), "what is said twice in one webhook was said twice");
    desk.sql("update ledger set state = 'pending'").await;
    apply(&desk, &[&twice]).await;
    assert_eq!(desk.database.number("select count(*) from messages").await, 2);
    assert_eq!(
        desk.database.number("select count(*) from addresses where last_inbound_id is not null").await,
        0
    );
}

#[tokio::test]
async fn two_servers_that_apply_a_webhook_and_its_repeat_at_once_make_one_message() {
    let desk = still().await;
    let other = desk.another().await;
    other.stop().await;
    let rounds = 40;
    for round in 0..rounds {
        let from = format!("49151000{round:05}");
        let one = comes(&desk, vec![said(&from, "ok")], 10).await;
        let two = comes(&desk, vec![said(&from, "ok")], 5).await;
        let (one, two) = ([&one], [&two]);
        tokio::join!(apply(&desk, &one), apply(&other, &two));
    }
    assert_eq!(counted(&desk).await, (rounds, rounds));
}

/// A place that answers with a body of ours, and counts how often that was heard to its end.
async fn answering() -> (String, std::sync::Arc<std::sync::atomic::AtomicU32>) {
    let heard = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counted = heard.clone();
    let answer = move |query: axum::extract::RawQuery| async move {
        if query.0.is_some() {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
        said_to_the_end("kept", move || _ = counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let app = axum::Router::new().route("/", axum::routing::post(answer));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, heard)
}

#[tokio::test]
async fn a_webhook_counts_as_answered_once_the_answer_is_out_and_never_if_nobody_waited_for_it() {
    let (url, heard) = answering().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let count = || heard.load(std::sync::atomic::Ordering::Relaxed);
    let gone = http.post(format!("{url}?slow")).timeout(std::time::Duration::from_millis(50)).send().await;
    assert!(gone.is_err());
    // The last one is as slow as the first, and begun after it: by its end the first would have counted.
    for (expected, query) in [(1, ""), (2, ""), (3, "?slow")] {
        let answer = http.post(format!("{url}{query}")).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, "kept"));
        until("it counts as answered", || async { (count() == expected).then_some(()) }).await;
    }
    assert_eq!(count(), 3, "an answer that nobody heard counts");
}

/// A reply of ours that the provider has taken: its delivery and the provider's id of it.
async fn sent(desk: &TestDesk, n: u32) -> (String, String) {
    let sara = desk.agent(&format!("Sara {n}")).await;
    desk.customer_writes(ANA, &format!("wamid.{n}"), "Hello?").await;
    let conversation = desk.conversation_of(ANA).await;
    let epoch = desk.card(conversation).await.epoch;
    let command = Command::Reply { epoch, body: Body::text("Hello!"), quoted: None, claim: Claim::TakeOver };
    let request = Request { id: ClientId(Uuid::new_v4()), conversation, command };
    desk::flows::act(&desk.desk, TestDesk::acting(&sara), request).await.unwrap();
    desk.settled().await;
    let newest = "from deliveries order by ord desc limit 1";
    let id = desk.database.words(&format!("select id::text {newest}")).await.remove(0);
    (id, desk.database.words(&format!("select provider_id {newest}")).await.remove(0))
}

fn status(id: &str, word: StatusWord, opaque: Option<&str>) -> Item {
    Item::Status(Box::new(Status {
        channel: String::new(),
        id: id.to_owned(),
        word,
        at: None,
        recipient: None,
        opaque: opaque.map(str::to_owned),
        fault: None,
        price: None,
    }))
}

async fn state(desk: &TestDesk, delivery: &str) -> String {
    desk.database.words(&format!("select state from deliveries where id = '{delivery}'")).await.remove(0)
}

#[tokio::test]
async fn a_status_without_a_number_finds_its_message_on_any_number_of_the_connection() {
    let desk = TestDesk::start().await;
    let (delivery, id) = sent(&desk, 1).await;
    // Another number with the lower id: the one that statuses without a number are looked up from.
    let first = add_channel(&desk.database, desk.connection, "999").await;
    desk.sql(&format!(
        "update channels set id = '00000000-0000-7000-8000-000000000000' where id = '{}'",
        first.0
    ))
    .await;
    apply(&desk, &[&comes(&desk, vec![status(&id, StatusWord::Delivered, None)], 0).await]).await;
    assert_eq!(state(&desk, &delivery).await, DeliveryState::Delivered.as_str());
    let read = status(&id, StatusWord::Read, Some(&delivery));
    apply(&desk, &[&comes(&desk, vec![read.clone()], 0).await]).await;
    assert_eq!(state(&desk, &delivery).await, DeliveryState::Read.as_str());
    apply(&desk, &[&comes(&desk, vec![read], 0).await]).await;
    assert_eq!(desk.ledger().await.duplicate, 1);
}

#[tokio::test]
async fn a_status_without_a_number_is_matched_by_what_we_attached_before_the_id_is_known() {
    let desk = TestDesk::start().await;
    let (delivery, _) = sent(&desk, 1).await;
    desk.sql("update deliveries set state = 'uncertain', provider_id = null").await;
    apply(&desk, &[&comes(&desk, vec![status("new.id", StatusWord::Sent, Some(&delivery))], 0).await]).await;
    assert_eq!(state(&desk, &delivery).await, DeliveryState::Sent.as_str());
    assert_eq!(desk.database.words("select provider_id from deliveries").await, ["new.id"]);
}

#[tokio::test]
async fn a_status_without_a_number_waits_for_its_message_and_for_no_other_connections() {
    let desk = TestDesk::start().await;
    let (delivery, id) = sent(&desk, 1).await;
    desk.sql("update deliveries set provider_id = null, state = 'uncertain'").await;
    let early = [status(&id, StatusWord::Read, None), status("foreign", StatusWord::Read, None)];
    apply(&desk, &[&comes(&desk, early.to_vec(), 0).await]).await;
    assert_eq!(desk.ledger().await.pending, 2);
    desk.sql(&format!("update deliveries set provider_id = '{id}', state = 'accepted'")).await;
    until("it is read", || async {
        parked::settle(&desk.desk).await.unwrap();
        (state(&desk, &delivery).await == DeliveryState::Read.as_str()).then_some(())
    })
    .await;
    desk.sql("update parked_statuses set parked_at = parked_at - interval '61 seconds'").await;
    until("the other one is ignored", || async { (desk.ledger().await.ignored == 1).then_some(()) }).await;
    assert_eq!(desk.ledger().await.pending, 0);
}
