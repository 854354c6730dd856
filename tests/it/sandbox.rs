//! The stand-in for WhatsApp, spoken to by the real adapter over HTTP.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use contract::Body;
use contract::message::{ButtonValue, Choice, Location, Media, MediaKind, Section, Template, TemplateButton};
use contract::sandbox::{Faults, PhoneAct};
use desk::channels::client::CallError;
use desk::channels::{Effect, Recipient, What};
use serde_json::{Value, json};

mod adapters;
mod dialects;
mod exchange;
mod file_ways;
mod listings;
mod sent_fixtures;
mod stage;
mod stand_ins;

use stage::{ANA, LINE, Stage, ana, plain_call, text};

const TOM: &str = "447700900123";

#[tokio::test]
async fn what_a_customer_writes_arrives_signed_and_escaped() {
    let stage = Stage::open().await;
    let id = stage.write(ANA, "Olá 😀 a/b \0 c").await;
    let inbound = &stage.until_inbound(1).await[0];
    assert_eq!(inbound.id, id);
    assert_eq!(inbound.channel, LINE);
    assert_eq!(inbound.contact.phone.as_deref(), Some(ANA));
    assert_eq!(inbound.contact.name.as_deref(), Some("Ana Souza"));
    assert!(inbound.contact.user_id.is_some());
    assert_eq!(inbound.effect, Effect::Message(Body::text("Olá 😀 a/b  c")));
    stage.until_quiet().await;
    assert_eq!(stage.view(ANA, 0, 0).await.messages[0].status, "delivered");
}

#[tokio::test]
async fn a_reply_is_sent_delivered_and_read_once_somebody_looks() {
    let stage = Stage::open().await;
    let question = stage.write(ANA, "Hello?").await;
    let quoted = Some(question.clone());
    let reply = stage.send(ana(), What::Message { body: Body::text("Hello!"), quoted }).await;
    assert_eq!(stage.until_statuses(&reply, 2).await, ["sent", "delivered"]);
    let view = stage.view(ANA, 0, 0).await;
    assert_eq!(view.phone.unread, 1);
    assert_eq!(view.messages[1].quoted, Some(question));
    stage.act(ANA, PhoneAct::Look).await;
    assert_eq!(stage.until_statuses(&reply, 3).await, ["sent", "delivered", "read"]);
    let view = stage.view(ANA, 0, 0).await;
    assert_eq!((view.phone.unread, view.messages[1].status.as_str()), (0, "read"));
    stage.act(ANA, PhoneAct::Look).await;
    assert_eq!(stage.view(ANA, 0, 0).await.revision, view.revision, "looking again changes nothing");
}

#[tokio::test]
async fn who_waits_for_a_message_reads_it() {
    let stage = Stage::open().await;
    stage.write(ANA, "Hello?").await;
    stage.until_quiet().await;
    let known = stage.view(ANA, 0, 0).await.revision;
    let (view, reply) = tokio::join!(stage.view(ANA, known, 10_000), stage.send(ana(), text("Hello!")));
    assert_eq!(view.messages.len(), 2);
    stage.view(ANA, view.revision, 1).await;
    assert_eq!(stage.until_statuses(&reply, 3).await, ["sent", "delivered", "read"]);
}

#[tokio::test]
async fn reading_and_typing_show_on_the_phone() {
    let stage = Stage::open().await;
    let id = stage.write(ANA, "Hello?").await;
    let call = json!({
        "messaging_product": "whatsapp", "status": "read", "message_id": id,
        "typing_indicator": { "type": "text" },
    });
    assert_eq!(stage.post("a-token", LINE, &call).await, (200, 0));
    let view = stage.view(ANA, 0, 0).await;
    assert!(view.typing);
    assert_eq!(view.messages[0].status, "read");
    stage.send(ana(), text("Hello!")).await;
    assert!(!stage.view(ANA, 0, 0).await.typing);
}

#[tokio::test]
async fn what_cannot_arrive_is_taken_and_fails_later() {
    let stage = Stage::open().await;
    let closed = stage.send(ana(), text("Are you there?")).await;
    assert_eq!(stage.until_statuses(&closed, 1).await, ["failed 131047"]);
    let nobody = Recipient { phone: Some("33612345678".to_owned()), user_id: None, ..Recipient::default() };
    let lost = stage.send(nobody, text("Are you there?")).await;
    assert_eq!(stage.until_statuses(&lost, 1).await, ["failed 131026"]);
    stage.write(ANA, "Yes").await;
    let open = stage.send(ana(), text("Good")).await;
    assert_eq!(stage.until_statuses(&open, 2).await, ["sent", "delivered"]);
    stage.faults(Faults { expire_window: true, ..Faults::default() }).await;
    let expired = stage.send(ana(), text("Good")).await;
    assert_eq!(stage.until_statuses(&expired, 1).await, ["failed 131047"]);
    assert_eq!(stage.view(ANA, 0, 0).await.messages.len(), 2);
}

#[tokio::test]
async fn a_template_needs_no_window_and_its_quick_reply_opens_one() {
    let stage = Stage::open().await;
    let button = TemplateButton { index: 0, value: ButtonValue::Payload("AGENT".to_owned()) };
    let body = Body::Template(Template {
        name: "hello_world".to_owned(),
        id: None,
        language: "en_US".to_owned(),
        text: "Hello".to_owned(),
        header: Vec::new(),
        body: Vec::new(),
        buttons: vec![button],
    });
    let template = stage.send(ana(), What::Message { body, quoted: None }).await;
    assert_eq!(stage.until_statuses(&template, 2).await, ["sent", "delivered"]);
    stage.act(ANA, PhoneAct::Choose { message: template.clone(), choice: "AGENT".to_owned() }).await;
    let tap = &stage.until_inbound(1).await[0];
    assert_eq!(tap.quoted, Some(template));
    let agent = "AGENT".to_owned();
    assert_eq!(tap.effect, Effect::Message(Body::ButtonReply { id: agent.clone(), title: agent }));
    let reply = stage.send(ana(), text("Here I am")).await;
    assert_eq!(stage.until_statuses(&reply, 2).await, ["sent", "delivered"]);
}

#[tokio::test]
async fn sends_go_wrong_on_demand() {
    let stage = Stage::open().await;
    stage.write(ANA, "Hello").await;
    stage.faults(Faults { throttle: 1, ..Faults::default() }).await;
    assert_eq!(stage.refused(ana(), text("1")).await, "130429");
    stage.send(ana(), text("1")).await;
    stage.faults(Faults { fail_every: 2, fail_code: 131_056, ..Faults::default() }).await;
    stage.send(ana(), text("2")).await;
    assert_eq!(stage.refused(ana(), text("3")).await, "131056");
    stage.faults(Faults { delay_ms: 300, ..Faults::default() }).await;
    let start = Instant::now();
    stage.send(ana(), text("3")).await;
    assert!(start.elapsed() >= Duration::from_millis(300));
    stage.faults(Faults { drop_answers: 1, ..Faults::default() }).await;
    let broken = stage.try_send(ana(), text("4")).await;
    assert!(matches!(broken, Err(CallError::Unknown(_))), "{broken:?}");
    assert_eq!(stage.view(ANA, 0, 0).await.messages.len(), 5, "what was not answered is on the phone");
    stage.send(ana(), text("5")).await;
}

#[tokio::test]
async fn webhooks_go_wrong_on_demand() {
    let stage = Stage::open().await;
    stage.write(ANA, "Hello").await;
    stage.faults(Faults { reorder: true, duplicate: 1, ..Faults::default() }).await;
    let reply = stage.send(ana(), text("1")).await;
    let expected = ["read", "read", "delivered", "delivered", "sent", "sent"];
    assert_eq!(stage.until_statuses(&reply, 6).await, expected);
    stage.faults(Faults { no_read_receipts: true, ..Faults::default() }).await;
    let reply = stage.send(ana(), text("2")).await;
    stage.until_statuses(&reply, 2).await;
    stage.act(ANA, PhoneAct::Look).await;
    stage.until_quiet().await;
    assert_eq!(stage.statuses(&reply), ["sent", "delivered"]);
}

#[tokio::test]
async fn refused_webhooks_come_again_in_order() {
    let stage = Stage::open().await;
    stage.refuse(3);
    let mut ids = Vec::new();
    for number in 0..20 {
        ids.push(stage.write(ANA, &number.to_string()).await);
    }
    let inbound = stage.until_inbound(20).await;
    assert_eq!(inbound.iter().map(|inbound| inbound.id.clone()).collect::<Vec<_>>(), ids);
    stage.until_quiet().await;
    assert!(stage.view(ANA, 0, 0).await.messages.iter().all(|message| message.status == "delivered"));
}

#[tokio::test]
async fn what_a_killed_process_was_delivering_is_delivered_by_another() {
    let stage = Stage::open().await;
    stage.write(ANA, "1").await;
    stage.until_inbound(1).await;
    stage.until_quiet().await;
    stage.claimed_by_the_dead(700).await;
    let start = Instant::now();
    stage.write(ANA, "2").await;
    stage.until_inbound(2).await;
    assert!(start.elapsed() > Duration::from_millis(600));
}

#[tokio::test]
async fn everything_that_a_customer_does_is_understood() {
    let stage = Stage::open().await;
    let own = stage.write(ANA, "1").await;
    let choice = |id: &str| Choice { id: id.to_owned(), title: format!("Choice {id}"), description: None };
    let body = Body::Buttons { text: "?".to_owned(), header: None, footer: None, buttons: vec![choice("a")] };
    let buttons = stage.send(ana(), What::Message { body, quoted: None }).await;
    let sections = vec![Section { title: None, rows: vec![choice("b")] }];
    let button = "Menu".to_owned();
    let body = Body::List { text: "?".to_owned(), header: None, footer: None, button, sections };
    let list = stage.send(ana(), What::Message { body, quoted: None }).await;
    let place = Location { latitude: 0.0, longitude: 0.0, name: None, address: None, url: None };
    let text = "2".to_owned();
    for act in [
        PhoneAct::Choose { message: buttons.clone(), choice: "a".to_owned() },
        PhoneAct::Choose { message: list, choice: "b".to_owned() },
        PhoneAct::React { message: buttons.clone(), emoji: "❤️".to_owned() },
        PhoneAct::React { message: buttons, emoji: String::new() },
        PhoneAct::Edit { message: own.clone(), text: text.clone() },
        PhoneAct::Revoke { message: own },
        PhoneAct::Send { body: Body::Location(place), quoted: None },
        PhoneAct::Send { body: Body::Media(file(MediaKind::Image)), quoted: None },
        PhoneAct::Send { body: Body::Media(file(MediaKind::Voice)), quoted: None },
        PhoneAct::Send { body: Body::Media(file(MediaKind::Document)), quoted: None },
        PhoneAct::Echo { text },
    ] {
        stage.act(ANA, act).await;
    }
    let inbound = stage.until_inbound(12).await;
    let kinds: Vec<&str> = inbound.iter().map(|inbound| kind(&inbound.effect)).collect();
    let expected = [
        "text",
        "button_reply",
        "list_reply",
        "react",
        "react",
        "edit",
        "revoke",
        "location",
        "image",
        "voice",
        "document",
        "text",
    ];
    assert_eq!(kinds, expected);
    assert!(inbound[11].echo);
}

fn kind(effect: &Effect) -> &'static str {
    match effect {
        Effect::Message(body) => body.kind(),
        Effect::React { .. } => "react",
        Effect::Edit { .. } => "edit",
        Effect::Revoke { .. } => "revoke",
        _ => "other",
    }
}

fn file(kind: MediaKind) -> Media {
    let file_name = Some("Currículum café.pdf".to_owned());
    Media { file_name, ..Media::of(kind) }
}

#[tokio::test]
async fn a_phone_that_hides_its_number_is_reached_by_user_id() {
    let stage = Stage::open().await;
    let new = json!({ "name": "Zoe Quinn", "number": "US.abc123" });
    let url = format!("{}/api/sandbox/phones", stage.url);
    assert_eq!(stage.http.post(&url).json(&new).send().await.unwrap().status(), 201);
    assert_eq!(stage.http.post(&url).json(&new).send().await.unwrap().status(), 422);
    stage.write("US.abc123", "Hello").await;
    let contact = &stage.until_inbound(1).await[0].contact;
    assert_eq!((contact.phone.clone(), contact.user_id.as_deref()), (None, Some("US.abc123")));
    let to = Recipient { phone: None, user_id: contact.user_id.clone(), ..Recipient::default() };
    let reply = stage.send(to, text("Hello!")).await;
    assert_eq!(stage.until_statuses(&reply, 2).await, ["sent", "delivered"]);
}

#[tokio::test]
async fn calls_are_refused_as_meta_refuses_them() {
    let stage = Stage::open().await;
    assert_eq!(stage.post("another-token", LINE, &plain_call()).await, (401, 190));
    assert_eq!(stage.post("a-token", "99", &plain_call()).await, (400, 100));
    let mut call = plain_call();
    call["text"]["body"] = json!("");
    assert_eq!(stage.post("a-token", LINE, &call).await, (400, 131_009));
    call["to"] = Value::Null;
    assert_eq!(stage.post("a-token", LINE, &call).await, (400, 100));
    let about = format!("{}/sandbox/meta/v25.0/{LINE}", stage.url);
    assert_eq!(stage.http.get(&about).send().await.unwrap().status(), 401);
    let about: Value =
        stage.http.get(&about).bearer_auth("a-token").send().await.unwrap().json().await.unwrap();
    assert_eq!((about["id"].as_str(), about["verified_name"].as_str()), (Some(LINE), Some("Shop")));
}

#[tokio::test]
async fn history_can_be_forgotten_and_the_phones_stay() {
    let stage = Stage::open().await;
    stage.write(ANA, "1").await;
    stage.write(TOM, "2").await;
    let url = format!("{}/api/sandbox/history", stage.url);
    assert_eq!(stage.http.delete(url).send().await.unwrap().status(), 204);
    assert!(stage.view(ANA, 0, 0).await.messages.is_empty());
    assert!(stage.view(TOM, 0, 0).await.messages.is_empty());
}
