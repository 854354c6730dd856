//! Consent: who may be written to first, and how that is known.

use contract::command::Claim;
use contract::consent::{ConsentPolicy, ConsentRule, ConsentScope, ConsentState};
use contract::settings::{ConsentImport, SettingsChange};
use contract::template::TemplateCategory;
use contract::{
    Ack, Actor, Body, Change, ClientId, Command, ConversationId, DeliveryState, Refusal, RefusalCode, Request,
};
use desk::flows::act;
use serde_json::json;
use tests::meta::{messages, seconds, text_at};
use tests::provider::Mood;
use tests::shelf::{filled, info};
use tests::{Login, TestDesk, until};
use uuid::Uuid;

const ANA: &str = "4917139200099";
const HOUR: i64 = 3_600;

async fn ask(desk: &TestDesk, who: &Login, of: ConversationId, command: Command) -> Result<Ack, Refusal> {
    let request = Request { id: ClientId(Uuid::new_v4()), conversation: of, command };
    act(&desk.desk, TestDesk::acting(who), request).await
}

async fn send(desk: &TestDesk, who: &Login, to: ConversationId, name: &str) -> Result<Ack, Refusal> {
    let epoch = desk.card(to).await.epoch;
    let body = Body::Template(filled(name, &[]));
    ask(desk, who, to, Command::Reply { epoch, body, quoted: None, claim: Claim::IfFree }).await
}

/// A desk with two templates, where Ana wrote so many hours ago.
async fn stage(hours_ago: i64, said: &str) -> (TestDesk, Login, ConversationId) {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.has_template(&info("order", TemplateCategory::Utility, "Your order.")).await;
    desk.has_template(&info("offer", TemplateCategory::Marketing, "Our offer.")).await;
    let message = text_at(ANA, "wamid.1", said, seconds() - hours_ago * HOUR);
    assert_eq!(desk.post(&messages(ANA, &[message])).await, 200);
    desk.applied().await;
    let id = desk.conversation_of(ANA).await;
    (desk, sara, id)
}

async fn policy(desk: &TestDesk, rule: ConsentRule, stop_closes: ConsentScope) {
    let seat = desk::seat::seat(&desk.desk, desk.signed_in(&desk.admin()).await);
    let policy = ConsentPolicy { rule, follow_up_days: 7, stop_closes };
    seat.change(SettingsChange::SetConsentPolicy { channel: desk.channel, policy }).await.unwrap();
}

async fn later(desk: &TestDesk, hours: i64) {
    desk.sql(&format!("update conversations set window_until = window_until - interval '{hours} hours'"))
        .await;
}

fn code(outcome: Result<Ack, Refusal>) -> RefusalCode {
    outcome.unwrap_err().code
}

async fn wishes(desk: &TestDesk) -> Vec<String> {
    desk.database
        .words("select scope || ' ' || state || ' ' || source || ' ' || wording from consents order by id")
        .await
}

#[tokio::test]
async fn strict_wants_an_agreement_and_an_agreement_has_its_message() {
    let (desk, sara, id) = stage(25, "Yes, write to me").await;
    policy(&desk, ConsentRule::Strict, ConsentScope::All).await;
    assert_eq!(code(send(&desk, &sara, id, "order").await), RefusalCode::NoConsent);
    let thread = desk.store.thread(id).await.unwrap().unwrap();
    let message = thread.messages[0].id;
    let agree = |message, wording: &str| Command::Agree {
        message,
        scope: ConsentScope::All,
        wording: wording.to_owned(),
    };
    assert_eq!(code(ask(&desk, &sara, id, agree(message, " ")).await), RefusalCode::Invalid);
    ask(&desk, &sara, id, agree(message, "News of orders and offers")).await.unwrap();
    for name in ["order", "offer"] {
        assert!(send(&desk, &sara, id, name).await.is_ok(), "{name}");
    }
    assert_eq!(wishes(&desk).await, ["all opted_in message News of orders and offers"]);
    let proof =
        format!("select count(*) from consents where message_id = '{message}' and by_id = '{}'", sara.id);
    assert_eq!(desk.database.number(&proof).await, 1);
    let thread = desk.store.thread(id).await.unwrap().unwrap();
    assert_eq!(thread.contact.consents[0].state, ConsentState::OptedIn);
    let ours = thread.messages.last().unwrap().id;
    assert_eq!(code(ask(&desk, &sara, id, agree(ours, "x")).await), RefusalCode::Invalid, "it is not theirs");
}

#[tokio::test]
async fn a_follow_up_is_a_utility_template_within_days_of_the_customers_own_message() {
    let (desk, sara, id) = stage(25, "Hello?").await;
    assert!(send(&desk, &sara, id, "order").await.is_ok());
    let refusal = send(&desk, &sara, id, "offer").await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NoConsent);
    assert!(refusal.message.contains("utility template"), "{}", refusal.message);
    later(&desk, 7 * 24).await;
    let refusal = send(&desk, &sara, id, "order").await.unwrap_err();
    assert!(refusal.message.contains("7 days"), "{}", refusal.message);
}

#[tokio::test]
async fn stop_as_the_whole_message_closes_templates_and_never_a_reply_inside_the_window() {
    let (desk, sara, id) = stage(1, "  stop!! ").await;
    assert!(send(&desk, &sara, id, "offer").await.is_ok(), "inside the window nothing is closed");
    let epoch = desk.card(id).await.epoch;
    let reply = Command::Reply { epoch, body: Body::text("Done."), quoted: None, claim: Claim::IfFree };
    assert!(ask(&desk, &sara, id, reply).await.is_ok());
    later(&desk, 24).await;
    for name in ["order", "offer"] {
        let refusal = send(&desk, &sara, id, name).await.unwrap_err();
        assert_eq!(refusal.code, RefusalCode::NoConsent, "{name}");
    }
    assert_eq!(wishes(&desk).await, ["all opted_out stop_word stop!!"]);
    let proof = "select count(*) from consents c join messages m on m.id = c.message_id";
    assert_eq!(desk.database.number(proof).await, 1);
    let thread = desk.store.thread(id).await.unwrap().unwrap();
    let (scope, state) = (ConsentScope::All, ConsentState::OptedOut);
    let line = thread.lines.iter().find(|line| line.change == Change::ConsentChanged { scope, state });
    assert_eq!(line.unwrap().actor, Actor::Contact);
}

#[tokio::test]
async fn stop_can_close_marketing_alone_and_a_sentence_closes_nothing() {
    let (desk, sara, id) = stage(1, "Please stop the order").await;
    policy(&desk, ConsentRule::FollowUp, ConsentScope::Marketing).await;
    assert!(wishes(&desk).await.is_empty());
    desk.customer_writes(ANA, "wamid.2", "ABMELDEN").await;
    later(&desk, 25).await;
    assert!(send(&desk, &sara, id, "order").await.is_ok());
    let refusal = send(&desk, &sara, id, "offer").await.unwrap_err();
    assert!(refusal.message.contains("no marketing"), "{}", refusal.message);
}

#[tokio::test]
async fn what_the_provider_says_of_a_customers_wish_holds_even_of_one_who_never_wrote() {
    let (desk, sara, id) = stage(25, "Hello?").await;
    policy(&desk, ConsentRule::Strict, ConsentScope::All).await;
    let preference = |who: &str, value: &str, at: i64| {
        json!({
            "object": "whatsapp_business_account",
            "entry": [{"id": "1", "changes": [{"field": "user_preferences", "value": {
                "messaging_product": "whatsapp",
                "metadata": {"display_phone_number": "15550001111", "phone_number_id": tests::desk::LINE},
                "contacts": [{"profile": {"name": "Ana"}, "wa_id": who}],
                "user_preferences": [{
                    "wa_id": who, "category": "marketing_messages", "value": value, "timestamp": at,
                    "detail": "User requested it",
                }],
            }}]}],
        })
    };
    let now = seconds();
    assert_eq!(desk.post(&preference(ANA, "resume", now - 60)).await, 200);
    desk.applied().await;
    assert!(send(&desk, &sara, id, "offer").await.is_ok());
    assert_eq!(desk.post(&preference(ANA, "stop", now - 30)).await, 200);
    // What comes late does not undo what was wished later.
    assert_eq!(desk.post(&preference(ANA, "resume", now - 60)).await, 200);
    assert_eq!(desk.post(&preference("4917139200077", "stop", now)).await, 200);
    desk.applied().await;
    assert_eq!(code(send(&desk, &sara, id, "offer").await), RefusalCode::NoConsent);
    let strangers = "select count(*) from consents c join addresses a on a.contact_id = c.contact_id
                      where a.phone = '4917139200077' and a.conversation_id is null";
    assert_eq!(desk.database.number(strangers).await, 1);
    let ledger = desk.ledger().await;
    assert_eq!((ledger.received, ledger.applied), (5, 5));
}

#[tokio::test]
async fn a_template_that_failed_is_not_tried_again_against_the_customers_wish() {
    let (desk, sara, id) = stage(25, "Hello?").await;
    desk.provider.then([tests::provider::Mood::Refuse { status: 400, code: 131_026, retry_after: None }]);
    let ack = send(&desk, &sara, id, "order").await.unwrap();
    desk.provider.until_seen(1).await;
    desk.settled().await;
    desk.customer_writes(ANA, "wamid.2", "stop").await;
    later(&desk, 25).await;
    let epoch = desk.card(id).await.epoch;
    let retry = Command::Retry { epoch, message: ack.message.unwrap() };
    assert_eq!(code(ask(&desk, &sara, id, retry).await), RefusalCode::NoConsent);
}

/// Waits until a message has failed, and says why.
async fn failure(desk: &TestDesk, ack: &Ack) -> contract::message::Failure {
    let id = ack.message.unwrap();
    until("the message has failed", || async {
        let found = desk.store.messages(&[id]).await.unwrap().remove(&id.0).unwrap();
        (found.state == Some(DeliveryState::Failed)).then_some(found.failure).flatten()
    })
    .await
}

#[tokio::test]
async fn a_template_that_waits_does_not_leave_against_what_the_customer_has_wished_meanwhile() {
    let (desk, sara, id) = stage(25, "Hello?").await;
    let other = "4917139200098";
    let message = text_at(other, "wamid.9", "Hello?", seconds() - 25 * HOUR);
    assert_eq!(desk.post(&messages(other, &[message])).await, 200);
    desk.applied().await;
    let refusal = Mood::Refuse { status: 500, code: 131_000, retry_after: None };
    desk.provider.usually(refusal);
    let stopped = send(&desk, &sara, id, "order").await.unwrap();
    let wanted = send(&desk, &sara, desk.conversation_of(other).await, "order").await.unwrap();
    desk.provider.until_seen(2).await;
    until("both wait", || async {
        (desk.store.waiting().await.unwrap().deliveries_queued == 2).then_some(())
    })
    .await;
    desk.sql("update deliveries set not_before = desk_now() + interval '1 hour'").await;
    // STOP opens the window too: that must not let it out.
    desk.customer_writes(ANA, "wamid.2", "STOP").await;
    desk.provider.usually(Mood::Accept);
    desk.sql("update deliveries set not_before = desk_now()").await;
    let failure = failure(&desk, &stopped).await;
    assert_eq!(failure.code, "no_consent");
    assert!(
        failure.reason.starts_with("It has not left. The customer wants no messages"),
        "{}",
        failure.reason
    );
    until("the other one has left", || async {
        let found = desk.store.messages(&[wanted.message.unwrap()]).await.unwrap();
        found.values().all(|found| found.state == Some(DeliveryState::Accepted)).then_some(())
    })
    .await;
    let went = desk.provider.seen().into_iter().filter(|seen| seen.id.is_some());
    assert_eq!(went.map(|seen| seen.body["to"].clone()).collect::<Vec<_>>(), [json!(other)]);

    // Sara has seen the STOP and asks again, inside the window: that is for her to decide.
    let epoch = desk.card(id).await.epoch;
    ask(&desk, &sara, id, Command::Retry { epoch, message: stopped.message.unwrap() }).await.unwrap();
    desk.settled().await;
    assert_eq!(desk.provider.seen().into_iter().filter(|seen| seen.id.is_some()).count(), 2);
}

#[tokio::test]
async fn a_follow_up_that_has_waited_for_too_long_does_not_leave() {
    let (desk, sara, id) = stage(25, "Hello?").await;
    desk.stop().await;
    let ack = send(&desk, &sara, id, "order").await.unwrap();
    later(&desk, 7 * 24).await;
    let _other = desk.another().await;
    let failure = failure(&desk, &ack).await;
    assert_eq!(failure.code, "no_consent");
    assert!(failure.reason.contains("7 days"), "{}", failure.reason);
    assert!(desk.provider.seen().is_empty());
}

#[tokio::test]
async fn a_list_is_read_first_and_kept_whole_or_not_at_all() {
    let (desk, sara, id) = stage(25, "Hello?").await;
    policy(&desk, ConsentRule::Strict, ConsentScope::All).await;
    let seat = desk::seat::seat(&desk.desk, desk.signed_in(&desk.admin()).await);
    let head = "address,scope,state,wording,source,time\n";
    let good = format!("+{ANA},all,opted_in,Order news,web form,2025-01-31\n");
    let fresh = "4915550001,marketing,opted_out,No offers,mail,2025-01-31\n";
    let import = |csv: String, keep| ConsentImport { channel: desk.channel, csv, keep };
    let mixed = format!("{head}{good}(030) 1234567,all,opted_in,x,y,2025-01-31\n");
    let report = seat.import(import(mixed, true)).await.unwrap();
    assert_eq!((report.good, report.bad.len(), report.kept), (1, 1, false));
    assert!(report.bad[0].0 == 3 && report.bad[0].1.contains("parentheses"), "{:?}", report.bad);
    let whole = format!("{head}{good}{fresh}");
    let report = seat.import(import(whole.clone(), false)).await.unwrap();
    assert_eq!((report.good, report.kept), (2, false));
    assert!(wishes(&desk).await.is_empty());
    assert!(seat.import(import(whole, true)).await.unwrap().kept);
    assert_eq!(wishes(&desk).await.len(), 2);
    assert!(send(&desk, &sara, id, "order").await.is_ok());
    let agent = desk::seat::seat(&desk.desk, desk.signed_in(&sara).await);
    assert!(agent.import(import(String::new(), true)).await.is_err());
}
