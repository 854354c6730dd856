//! What comes in: signatures, the ledger, repeats, bad neighbours, order, and two servers at once.

use contract::{Author, Body, DeliveryState, Owner, Stage};
use serde_json::json;
use tests::meta::{echo, messages, signature, status, statuses, text, text_at};
use tests::{Socket, TestDesk, until};

const ANA: &str = "4917139200099";

#[tokio::test]
async fn a_wrong_signature_is_refused_counted_and_not_kept() {
    let desk = TestDesk::start().await;
    let body = serde_json::to_vec(&messages(ANA, &[text(ANA, "wamid.1", "Hello?")])).unwrap();
    let forged = signature("another secret", &body);
    assert_eq!(desk.post_raw(body.clone(), &forged).await, 401);
    assert_eq!(desk.post_raw(body, "").await, 401);
    assert_eq!(desk.ledger().await.received, 0);
    assert_eq!(desk.database.number("select sum(count)::bigint from bad_signatures").await, 2);
}

#[tokio::test]
async fn a_malformed_body_with_a_right_signature_is_kept_as_rejected() {
    let desk = TestDesk::start().await;
    let body = b"{\"object\": \"whatsapp_business_account\", \"entry\": [".to_vec();
    let signature = signature(tests::desk::APP_SECRET, &body);
    assert_eq!(desk.post_raw(body, &signature).await, 200);
    desk.applied().await;
    let ledger = desk.ledger().await;
    assert_eq!((ledger.received, ledger.rejected), (1, 1));
    assert_eq!(desk.database.words("select reason from rejections").await, ["malformed"]);
}

#[tokio::test]
async fn one_bad_item_does_not_harm_its_neighbours() {
    let desk = TestDesk::start().await;
    let bad = json!({"from": ANA, "timestamp": "1", "type": "text", "text": {"body": "no id"}});
    let body = messages(ANA, &[text(ANA, "wamid.1", "one"), bad, text(ANA, "wamid.2", "two")]);
    assert_eq!(desk.post(&body).await, 200);
    desk.applied().await;
    let ledger = desk.ledger().await;
    assert_eq!((ledger.received, ledger.applied, ledger.rejected), (3, 2, 1));
}

#[tokio::test]
async fn an_item_that_the_database_refuses_is_set_aside_and_the_rest_is_applied() {
    let desk = TestDesk::start().await;
    // A constraint that no code expects stands for whatever we have not thought of.
    desk.sql("alter table messages add check (body #>> '{text,text}' <> 'poison')").await;
    let body = messages(
        ANA,
        &[text(ANA, "wamid.1", "one"), text(ANA, "wamid.2", "poison"), text(ANA, "wamid.3", "three")],
    );
    assert_eq!(desk.post(&body).await, 200);
    assert_eq!(desk.post(&messages("4917139200098", &[text("4917139200098", "wamid.4", "four")])).await, 200);
    desk.applied().await;
    let ledger = desk.ledger().await;
    assert_eq!((ledger.received, ledger.applied, ledger.rejected), (4, 3, 1));
    assert_eq!(desk.database.number("select count(*) from messages").await, 3);
}

#[tokio::test]
async fn an_unknown_number_is_rejected_with_its_id() {
    let desk = TestDesk::start().await;
    let mut body = messages(ANA, &[text(ANA, "wamid.1", "Hello?")]);
    body["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = json!("999");
    assert_eq!(desk.post(&body).await, 200);
    desk.applied().await;
    let found =
        desk.database.words("select provider_channel from rejections where reason = 'unknown_channel'").await;
    assert_eq!(found, ["999"]);
}

#[tokio::test]
async fn a_repeat_changes_nothing_in_whatever_company_it_comes() {
    let desk = TestDesk::start().await;
    let one = messages(ANA, &[text(ANA, "wamid.1", "Hello?")]);
    let two = messages(ANA, &[text(ANA, "wamid.1", "Hello?"), text(ANA, "wamid.1", "Hello?")]);
    for body in [&one, &two, &one] {
        assert_eq!(desk.post(body).await, 200);
    }
    desk.applied().await;
    let ledger = desk.ledger().await;
    assert_eq!((ledger.received, ledger.applied, ledger.duplicate), (4, 1, 3));
    assert_eq!(desk.card(desk.conversation_of(ANA).await).await.unread, 1);
}

#[tokio::test]
async fn late_messages_slip_into_their_place() {
    let desk = TestDesk::start().await;
    let now = tests::meta::seconds();
    for (n, at) in [(3, now - 10), (1, now - 30), (2, now - 20)] {
        let body = messages(ANA, &[text_at(ANA, &format!("wamid.{n}"), &n.to_string(), at)]);
        desk.post(&body).await;
        desk.applied().await;
    }
    let thread = desk.store.thread(desk.conversation_of(ANA).await).await.unwrap().unwrap();
    let texts: Vec<_> = thread.messages.iter().filter_map(|message| message.body.words()).collect();
    assert_eq!(texts, ["1", "2", "3"]);
    let card = desk.card(thread.card.id).await;
    assert_eq!(card.preview.unwrap().text, "3", "the list shows the latest, not the last to arrive");
}

#[tokio::test]
async fn statuses_come_early_late_out_of_order_and_twice_and_never_go_back() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    let id = desk.conversation_of(ANA).await;
    let cursor = desk.store.cursor().await.unwrap().to_string();
    let mut socket = Socket::open(desk.url(), &desk.cookie(&sara).await, &cursor).await;
    // The status is faster than the answer to our call: parked, then applied.
    desk.provider.then([tests::provider::Mood::AcceptAfter(std::time::Duration::from_millis(700))]);
    let epoch = desk.card(id).await.epoch;
    let reply = contract::Command::Reply {
        epoch,
        body: Body::text("Hello!"),
        quoted: None,
        claim: contract::command::Claim::IfFree,
    };
    socket.command(id, reply).await;
    let sent = desk.provider.until_seen(1).await[0].id.clone().unwrap();
    desk.post(&statuses(&[status(&sent, "read", ANA)])).await;
    let state =
        || async { desk.store.thread(id).await.unwrap().unwrap().messages.last().unwrap().state.unwrap() };
    until("it is read", || async { (state().await == DeliveryState::Read).then_some(()) }).await;
    for word in ["sent", "delivered", "read", "sent", "failed"] {
        desk.post(&statuses(&[status(&sent, word, ANA)])).await;
    }
    desk.applied().await;
    assert_eq!(state().await, DeliveryState::Read);
    let times = desk.database.number("select count(*) from deliveries where delivered_at is not null").await;
    assert_eq!(times, 1, "what was read was delivered");
    desk.ledger().await;
}

#[tokio::test]
async fn a_status_for_a_message_that_nobody_here_sent_is_ignored_in_the_end() {
    let desk = TestDesk::start().await;
    desk.post(&statuses(&[status("wamid.foreign", "sent", ANA)])).await;
    desk.applied().await;
    assert_eq!(desk.ledger().await.pending, 1);
    desk.sql("update parked_statuses set parked_at = parked_at - interval '61 seconds'").await;
    until("it is ignored", || async { (desk.ledger().await.ignored == 1).then_some(()) }).await;
    assert_eq!(desk.ledger().await.pending, 0);
}

#[tokio::test]
async fn an_answer_from_the_phone_app_counts_as_a_human_and_silences_the_bot() {
    let desk = TestDesk::start().await;
    desk.with_bot().await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.settled().await;
    let before = desk.provider.seen().len();
    desk.post(&echo(ANA, "wamid.echo", "It is me, the owner")).await;
    desk.applied().await;
    let id = desk.conversation_of(ANA).await;
    let card = desk.card(id).await;
    assert_eq!((card.stage, card.owner), (Stage::Snoozed, Owner::Nobody));
    let thread = desk.store.thread(id).await.unwrap().unwrap();
    assert_eq!(thread.messages.last().unwrap().author, Author::Phone);
    desk.post(&statuses(&[status("wamid.echo", "read", ANA)])).await;
    desk.applied().await;
    let thread = desk.store.thread(id).await.unwrap().unwrap();
    assert_eq!(thread.messages.last().unwrap().state, Some(DeliveryState::Read));
    desk.customer_writes(ANA, "wamid.2", "thanks").await;
    assert_eq!(desk.card(id).await.stage, Stage::Waiting);
    desk.settled().await;
    assert_eq!(desk.provider.seen().len(), before, "the bot went on beside a human");
}

#[tokio::test]
async fn edits_deletions_and_reactions_change_the_message_they_name_once() {
    let desk = TestDesk::start().await;
    desk.customer_writes(ANA, "wamid.1", "helo").await;
    let at = tests::meta::seconds().to_string();
    let change = |id: &str, kind: &str, what: serde_json::Value| {
        let mut message = json!({"from": ANA, "id": id, "timestamp": at, "type": kind});
        message[kind] = what;
        messages(ANA, &[message])
    };
    let edit =
        json!({"original_message_id": "wamid.1", "message": {"type": "text", "text": {"body": "hello"}}});
    let heart = json!({"message_id": "wamid.1", "emoji": "❤"});
    for _ in 0..2 {
        desk.post(&change("wamid.e", "edit", edit.clone())).await;
        desk.post(&change("wamid.r", "reaction", heart.clone())).await;
    }
    desk.applied().await;
    let id = desk.conversation_of(ANA).await;
    let message = desk.store.thread(id).await.unwrap().unwrap().messages.remove(0);
    assert_eq!(message.body, Body::text("hello"));
    assert!(message.edited_at.is_some());
    assert_eq!(message.reactions.len(), 1);
    desk.post(&change("wamid.d", "revoke", json!({"original_message_id": "wamid.1"}))).await;
    desk.applied().await;
    let message = desk.store.thread(id).await.unwrap().unwrap().messages.remove(0);
    assert!(message.revoked_at.is_some());
    let ledger = desk.ledger().await;
    assert_eq!((ledger.applied, ledger.duplicate), (4, 2));
}

#[tokio::test]
async fn a_webhook_is_answered_while_somebody_else_holds_what_it_would_change() {
    let desk = TestDesk::start().await;
    assert_eq!(desk.post(&messages(ANA, &[text(ANA, "wamid.1", "one")])).await, 200);
    desk.applied().await;
    let mut held = desk.database.connect().await;
    sqlx::Executor::execute(&mut held, "begin; select 1 from conversations for update").await.unwrap();
    for n in 2..5 {
        assert_eq!(desk.post(&messages(ANA, &[text(ANA, &format!("wamid.{n}"), "more")])).await, 200);
    }
    assert_eq!(desk.database.number("select count(*) from ledger where state = 'pending'").await, 3);
    assert_eq!(desk.database.number("select count(*) from messages").await, 1);
    sqlx::Executor::execute(&mut held, "rollback").await.unwrap();
    desk.applied().await;
    let order = "select provider_id from messages order by sort_at, seq";
    assert_eq!(desk.database.words(order).await, ["wamid.1", "wamid.2", "wamid.3", "wamid.4"]);
    let ledger = desk.ledger().await;
    assert_eq!((ledger.received, ledger.applied, ledger.duplicate), (4, 4, 0));
}

/// Five first messages of each new customer at once, from two processes: the class of bug that gives one customer
/// two conversations.
#[tokio::test]
async fn two_servers_and_five_first_messages_at_once_make_one_contact_and_one_conversation() {
    let desk = TestDesk::start().await;
    let other = desk.another().await;
    let customers = 200;
    let posts = (0..customers * 5).map(|n| {
        let (desk, from) = (if n % 2 == 0 { &desk } else { &other }, format!("4915100{:05}", n % customers));
        async move { desk.post(&messages(&from, &[text(&from, &format!("wamid.{n}"), "Hello?")])).await }
    });
    let answers: Vec<u16> =
        futures::StreamExt::collect(futures::StreamExt::buffer_unordered(futures::stream::iter(posts), 64))
            .await;
    assert!(answers.iter().all(|status| *status == 200));
    desk.applied().await;
    for table in ["contacts", "addresses", "identities", "conversations"] {
        assert_eq!(
            desk.database.number(&format!("select count(*) from {table}")).await,
            customers,
            "{table}"
        );
    }
    assert_eq!(desk.database.number("select count(*) from messages").await, customers * 5);
    let gaps = "select count(*) from conversations c where c.last_seq <> (select count(*) from events e
                 where e.conversation_id = c.id) or c.last_seq <> (select max(seq) from events e
                 where e.conversation_id = c.id)";
    assert_eq!(desk.database.number(gaps).await, 0, "events are numbered without a gap");
    let ledger = desk.ledger().await;
    assert_eq!((ledger.received, ledger.applied), (1_000, 1_000));
}
