//! Customers who go by another number or id: their history goes with them, and two with histories stay two.

use contract::command::Claim;
use contract::{Body, ClientId, Command, ContactId, Request};
use desk::channels::{AccountEvent, Item, News, Sender};
use desk::flows::act;
use serde_json::{Value, json};
use tests::TestDesk;
use tests::desk::LINE;
use tests::meta::{messages, seconds, text};
use uuid::Uuid;

use crate::unnamed::{apply, comes, said, still};

const OLD: &str = "4917139200099";
const NEW: &str = "4917139200100";

/// What Meta tells when somebody has another number.
fn moves(id: &str, from: &str, to: &str) -> Value {
    let at = seconds().to_string();
    let system =
        json!({ "type": "user_changed_number", "wa_id": to, "body": "Ana changed from one to the other" });
    messages(from, &[json!({ "from": from, "id": id, "timestamp": at, "type": "system", "system": system })])
}

async fn bodies(desk: &TestDesk, of: contract::ConversationId) -> Vec<String> {
    let thread = desk.store.thread(of).await.unwrap().unwrap();
    let word = |message: contract::message::Message| match message.body {
        Body::Text { text } => text,
        Body::System { kind, .. } => kind,
        other => panic!("{other:?}"),
    };
    thread.messages.into_iter().map(word).collect()
}

async fn contacts(desk: &TestDesk) -> i64 {
    desk.database.number("select count(*) from contacts").await
}

#[tokio::test]
async fn a_customer_with_a_new_number_keeps_their_conversation_and_is_answered_there() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.customer_writes(OLD, "wamid.1", "Hello?").await;
    let id = desk.conversation_of(OLD).await;
    for _ in 0..2 {
        assert_eq!(desk.post(&moves("wamid.2", OLD, NEW)).await, 200);
    }
    desk.applied().await;
    desk.customer_writes(NEW, "wamid.3", "It is me").await;
    assert_eq!(desk.conversation_of(NEW).await, id);
    assert_eq!(bodies(&desk, id).await, ["Hello?", "user_changed_number", "It is me"]);
    assert_eq!(contacts(&desk).await, 1);
    let epoch = desk.card(id).await.epoch;
    let reply = Command::Reply { epoch, body: Body::text("Hello"), quoted: None, claim: Claim::IfFree };
    let request = Request { id: ClientId(Uuid::new_v4()), conversation: id, command: reply };
    act(&desk.desk, TestDesk::acting(&sara), request).await.unwrap();
    assert_eq!(desk.provider.until_seen(1).await[0].body["to"], NEW);
    let thread = desk.store.thread(id).await.unwrap().unwrap();
    assert_eq!(thread.contact.addresses, [format!("+{OLD}"), format!("+{NEW}")]);
}

#[tokio::test]
async fn somebody_without_a_history_is_joined_with_what_they_wish() {
    let desk = TestDesk::start().await;
    desk.customer_writes(OLD, "wamid.1", "Hello?").await;
    let stop = json!({
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "user_preferences", "value": {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550001111", "phone_number_id": LINE},
            "user_preferences": [{"wa_id": NEW, "category": "marketing_messages", "value": "stop",
                                  "timestamp": seconds(), "detail": "User requested it"}],
        }}]}],
    });
    assert_eq!(desk.post(&stop).await, 200);
    desk.applied().await;
    assert_eq!(contacts(&desk).await, 2);
    assert_eq!(desk.post(&moves("wamid.2", OLD, NEW)).await, 200);
    desk.applied().await;
    let id = desk.conversation_of(NEW).await;
    assert_eq!(id, desk.conversation_of(OLD).await);
    let thread = desk.store.thread(id).await.unwrap().unwrap();
    assert_eq!((contacts(&desk).await, thread.contact.consents.len()), (1, 1));
    assert!(thread.contact.same_person.is_empty());
}

#[tokio::test]
async fn two_with_histories_stay_two_and_each_leads_to_the_other() {
    let desk = TestDesk::start().await;
    desk.customer_writes(OLD, "wamid.1", "Hello?").await;
    desk.customer_writes(NEW, "wamid.2", "Somebody else, maybe").await;
    assert_eq!(desk.post(&moves("wamid.3", OLD, NEW)).await, 200);
    desk.applied().await;
    desk.customer_writes(NEW, "wamid.4", "Again").await;
    let (old, new) = (desk.conversation_of(OLD).await, desk.conversation_of(NEW).await);
    assert_ne!(old, new);
    assert_eq!(bodies(&desk, old).await, ["Hello?", "user_changed_number", "same_person"]);
    assert_eq!(bodies(&desk, new).await, ["Somebody else, maybe", "same_person", "Again"]);
    for (one, other) in [(old, new), (new, old)] {
        let thread = desk.store.thread(one).await.unwrap().unwrap();
        let others: Vec<_> = thread.contact.same_person.iter().map(|same| same.id).collect();
        assert_eq!(others, [other]);
    }
    assert_eq!(contacts(&desk).await, 2);
}

/// A merge that a provider tells as news of the account, as Sinch does.
fn merge(from: &str, to: &str) -> Item {
    let known = |phone: &str| Sender { phone: Some(phone.to_owned()), ..Sender::default() };
    Item::Event(AccountEvent {
        channel: Some(LINE.to_owned()),
        id: None,
        kind: "contact_merge_notification".to_owned(),
        text: "one -> other".to_owned(),
        at: None,
        news: Some(News::Moved { from: known(from), to: known(to) }),
    })
}

async fn contact_of(desk: &TestDesk, key: &str) -> ContactId {
    let rows = desk
        .database
        .words(&format!(
            "select a.contact_id::text from identities i join addresses a on a.id = i.address_id where i.key = '{key}'"
        ))
        .await;
    rows[0].parse().unwrap()
}

#[tokio::test]
async fn a_merge_at_the_provider_is_one_here_too() {
    let desk = still().await;
    apply(&desk, &[&comes(&desk, vec![said(OLD, "Hello?")], 30).await]).await;
    let ana = contact_of(&desk, OLD).await;
    // The news and the first message by the new name come together.
    let both = comes(&desk, vec![merge(OLD, NEW), said(NEW, "It is me")], 20).await;
    apply(&desk, &[&both]).await;
    assert_eq!((contact_of(&desk, NEW).await, contacts(&desk).await), (ana, 1));
    let id = desk.conversation_of(NEW).await;
    assert_eq!(bodies(&desk, id).await, ["Hello?", "It is me"]);

    let ben = "4917139200098";
    apply(&desk, &[&comes(&desk, vec![said(ben, "Hi")], 15).await]).await;
    apply(&desk, &[&comes(&desk, vec![merge(ben, NEW)], 10).await]).await;
    assert_ne!(contact_of(&desk, ben).await, ana);
    let thread = desk.store.thread(id).await.unwrap().unwrap();
    assert_eq!(thread.contact.same_person.len(), 1);
}

#[tokio::test]
async fn whoever_wrote_under_the_new_name_alone_takes_the_old_one_over() {
    let desk = TestDesk::start().await;
    desk.sql(&format!(
        "with c as (insert into contacts (id) values (gen_random_uuid()) returning id),
         a as (insert into addresses (id, channel_id, contact_id, phone)
               select gen_random_uuid(), '{}', id, '{OLD}' from c returning id)
         insert into identities (channel_id, key, address_id) select '{}', '{OLD}', id from a",
        desk.channel, desk.channel
    ))
    .await;
    assert_eq!(desk.post(&messages(NEW, &[text(NEW, "wamid.1", "Hello?")])).await, 200);
    desk.applied().await;
    assert_eq!(desk.post(&moves("wamid.2", OLD, NEW)).await, 200);
    desk.applied().await;
    assert_eq!(desk.conversation_of(OLD).await, desk.conversation_of(NEW).await);
    assert_eq!(contacts(&desk).await, 1);
}
