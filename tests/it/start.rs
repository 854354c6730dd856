//! Beginning a conversation: with anybody, once, and only if they want it.

use contract::consent::ConsentScope;
use contract::picker::{Recipient, Start, Started, TemplateQuery};
use contract::template::TemplateCategory;
use contract::{Body, ClientId, Owner, Refusal, RefusalCode, Stage};
use desk::flows::start::start;
use tests::desk::add_channel;
use tests::shelf::{filled, info};
use tests::{Login, TestDesk};
use uuid::Uuid;

const ANA: &str = "4917139200099";

async fn stage() -> (TestDesk, Login) {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.has_template(&info("order", TemplateCategory::Utility, "Dear {{1}}, your order.")).await;
    (desk, sara)
}

fn wish(desk: &TestDesk, to: &str) -> Start {
    Start {
        id: ClientId(Uuid::new_v4()),
        channel: desk.channel,
        to: Recipient::Address(to.to_owned()),
        template: filled("order", &["Ana"]),
    }
}

async fn begin(desk: &TestDesk, who: &Login, wish: Start) -> Result<Started, Refusal> {
    start(&desk.desk, TestDesk::acting(who), wish).await
}

/// Ana has agreed, by a list.
async fn agreed(desk: &TestDesk, address: &str) {
    let csv =
        format!("address,scope,state,wording,source,time\n{address},all,opted_in,News,shop,2025-01-31\n");
    let seat = desk::seat::seat(&desk.desk, desk.signed_in(&desk.admin()).await);
    let import = contract::settings::ConsentImport { channel: desk.channel, csv, keep: true };
    assert!(seat.import(import).await.unwrap().kept);
}

#[tokio::test]
async fn a_conversation_is_begun_with_a_template_and_is_the_agents() {
    let (desk, sara) = stage().await;
    let refusal = begin(&desk, &sara, wish(&desk, ANA)).await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NoConsent);
    assert_eq!(
        desk.database.number("select count(*) from contacts").await,
        0,
        "a refusal leaves nothing behind"
    );
    agreed(&desk, ANA).await;
    let started = begin(&desk, &sara, wish(&desk, "+49 171 39200099")).await.unwrap();
    let card = desk.card(started.conversation).await;
    assert_eq!((card.stage, card.owner), (Stage::Assigned, Owner::Agent(sara.id)));
    assert_eq!(card.address, format!("+{ANA}"));
    let seen = desk.provider.until_seen(1).await;
    assert_eq!(seen[0].body["to"], serde_json::json!(ANA));
    desk.settled().await;
    desk.customer_writes(ANA, "wamid.1", "Thank you").await;
    assert_eq!(desk.conversation_of(ANA).await, started.conversation, "the answer comes back to it");
    assert_eq!(desk.card(started.conversation).await.owner, Owner::Agent(sara.id));
    let thread = desk.store.thread(started.conversation).await.unwrap().unwrap();
    assert_eq!(thread.messages.len(), 2);
    assert_eq!(thread.messages[0].body.words(), Some("Dear Ana, your order."));
}

#[tokio::test]
async fn the_same_key_begins_it_once_however_often_it_is_sent() {
    let (desk, sara) = stage().await;
    agreed(&desk, ANA).await;
    let other = desk.another().await;
    let wish = wish(&desk, ANA);
    let (one, two) = tokio::join!(begin(&desk, &sara, wish.clone()), begin(&other, &sara, wish.clone()));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one, two);
    assert_eq!(begin(&desk, &sara, wish).await.unwrap(), one);
    desk.settled().await;
    assert_eq!(desk.provider.seen().len(), 1);
    assert_eq!(desk.database.number("select count(*) from messages").await, 1);
}

#[tokio::test]
async fn two_servers_at_once_make_one_contact_and_one_conversation() {
    let (desk, sara) = stage().await;
    desk.sql("update channels set consent_rule = 'follow_up'").await;
    let (omar, other) = (desk.agent("Omar").await, desk.another().await);
    for n in 0..8 {
        let number = format!("49171392001{n:02}");
        agreed(&desk, &number).await;
        desk.sql("update contacts set profile_name = 'known'").await;
        let (one, two) = tokio::join!(
            begin(&desk, &sara, wish(&desk, &number)),
            begin(&other, &omar, wish(&desk, &number))
        );
        assert!(one.is_ok() ^ two.is_ok(), "{one:?} {two:?}");
        let refusal = one.err().or(two.err()).unwrap();
        assert_eq!(refusal.code, RefusalCode::NotOwner);
        let of = |table: &str| {
            format!(
                "select count(*) from {table} t join identities i on i.address_id = t.address_id
                  where i.key = '{number}'"
            )
        };
        assert_eq!(desk.database.number(&of("conversations")).await, 1);
        assert_eq!(desk.database.number(&of("messages")).await, 1);
    }
    assert_eq!(desk.database.number("select count(*) from contacts").await, 8);
}

#[tokio::test]
async fn two_servers_at_once_begin_with_somebody_whom_nobody_knew() {
    let (desk, sara) = stage().await;
    let (omar, other) = (desk.agent("Omar").await, desk.another().await);
    // Whoever was agreed with elsewhere is not known here yet: the policy stands aside to see the race alone.
    desk.sql("create function agree() returns trigger language plpgsql as $$ begin
                insert into consents (id, contact_id, channel_id, scope, state, wording, source, at)
                values (gen_random_uuid(), new.contact_id, new.channel_id, 'all', 'opted_in', 'x', 'import', desk_now());
                return new; end $$")
        .await;
    desk.sql("create trigger agree after insert on addresses for each row execute function agree()").await;
    for n in 0..8 {
        let number = format!("49171392002{n:02}");
        let (one, two) = tokio::join!(
            begin(&desk, &sara, wish(&desk, &number)),
            begin(&other, &omar, wish(&desk, &number))
        );
        assert!(one.is_ok() ^ two.is_ok(), "{one:?} {two:?}");
    }
    for table in ["contacts", "addresses", "conversations", "messages"] {
        assert_eq!(desk.database.number(&format!("select count(*) from {table}")).await, 8, "{table}");
    }
}

#[tokio::test]
async fn what_is_open_is_taken_up_and_what_a_colleague_has_is_left_to_them() {
    let (desk, sara) = stage().await;
    let omar = desk.agent("Omar").await;
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    let id = desk.conversation_of(ANA).await;
    let started = begin(&desk, &sara, wish(&desk, ANA)).await.unwrap();
    assert_eq!(started.conversation, id, "inside the window no agreement is needed");
    let refusal = begin(&desk, &omar, wish(&desk, ANA)).await.unwrap_err();
    assert_eq!((refusal.code, refusal.owner_name.as_deref()), (RefusalCode::NotOwner, Some("Sara")));
    let contact = desk.card(id).await.contact;
    let again = Start { to: Recipient::Contact(contact), ..wish(&desk, "") };
    assert_eq!(begin(&desk, &sara, again).await.unwrap().conversation, id);
}

#[tokio::test]
async fn a_resolved_conversation_is_reopened_while_it_is_young_and_its_window_outlives_it() {
    let (desk, sara) = stage().await;
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    let id = desk.conversation_of(ANA).await;
    let resolve = || async {
        desk.sql(
            "update conversations set stage = 'resolved', owner_kind = 'nobody', owner_id = null,
                    waiting_since = null, resolved_at = desk_now()",
        )
        .await;
    };
    resolve().await;
    assert_eq!(begin(&desk, &sara, wish(&desk, ANA)).await.unwrap().conversation, id);
    resolve().await;
    desk.sql("update conversations set resolved_at = resolved_at - interval '73 hours'").await;
    let other = begin(&desk, &sara, wish(&desk, ANA)).await.unwrap().conversation;
    assert_ne!(other, id);
    assert_eq!(desk.card(other).await.window_until, desk.card(id).await.window_until);
    assert_eq!(desk.store.thread(other).await.unwrap().unwrap().messages.len(), 3, "one scroll");
}

#[tokio::test]
async fn a_contact_is_written_to_from_another_channel_by_the_number_they_have() {
    let (desk, sara) = stage().await;
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    let contact = desk.card(desk.conversation_of(ANA).await).await.contact;
    let second = add_channel(&desk.database, desk.connection, "109900000000002").await;
    desk.desk.bus.channels();
    let wish = Start { channel: second, to: Recipient::Contact(contact), ..wish(&desk, "") };
    let refusal = begin(&desk, &sara, wish.clone()).await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NoConsent, "a message on one channel is no agreement on another");
    desk.sql(&format!(
        "insert into consents (id, contact_id, channel_id, scope, state, wording, source, at)
         values (gen_random_uuid(), '{contact}', '{second}', '{}', 'opted_in', 'x', 'import', desk_now())",
        ConsentScope::All.as_str()
    ))
    .await;
    let started = begin(&desk, &sara, wish).await.unwrap();
    let card = desk.card(started.conversation).await;
    assert_eq!((card.contact, card.channel), (contact, second));
    let query = TemplateQuery::default();
    let seat = desk::seat::seat(&desk.desk, desk.signed_in(&sara).await);
    assert_eq!(seat.templates(query).await.unwrap().lines.len(), 2);
}

#[tokio::test]
async fn numbers_are_taken_as_people_write_them_and_refused_with_the_reason() {
    let (desk, sara) = stage().await;
    agreed(&desk, "5541988887777").await;
    // The ninth digit comes and goes; what came in is what is written to.
    let started = begin(&desk, &sara, wish(&desk, "0055 41 8888-7777")).await.unwrap();
    assert_eq!(desk.card(started.conversation).await.address, "+5541988887777");
    for (typed, why) in
        [("+44 (0)20 7946 0018", "parentheses"), ("020 7946 0018", "country"), ("12345", "digits")]
    {
        let refusal = begin(&desk, &sara, wish(&desk, typed)).await.unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Invalid, "{typed}");
        assert!(refusal.message.contains(why), "{}", refusal.message);
    }
    let empty = Start { template: filled("order", &[]), ..wish(&desk, "5541988887777") };
    let refusal = begin(&desk, &sara, empty).await.unwrap_err();
    assert!(refusal.message.contains("{{1}}"), "{}", refusal.message);
    let thread = desk.store.thread(started.conversation).await.unwrap().unwrap();
    assert!(matches!(thread.messages[0].body, Body::Template(_)) && thread.messages.len() == 1);
}
