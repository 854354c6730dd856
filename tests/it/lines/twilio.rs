//! Twilio: it keeps a customer's STOP itself, and says so when something is sent all the same.

use contract::consent::{ConsentScope, ConsentState};
use contract::{Actor, Change};

use super::*;

const NUMBER: &str = "441134960000";

fn takes(asked: &Asked) -> Reply {
    let sid = format!("SM{:032}", asked.body.len());
    json_reply(201, &json!({ "sid": sid, "status": "queued", "error_code": null }))
}

async fn asked_by_ana(provider: &StandIn) -> (TestDesk, tests::standin::Line, Login) {
    let desk = TestDesk::start().await;
    let line = desk.twilio(provider, NUMBER).await;
    let sara = desk.agent("Sara").await;
    desk.twilio_writes(&line, ANA, "SM00000000000000000000000000000a01", "Hello?").await;
    (desk, line, sara)
}

/// What the desk knows of Ana's wish.
async fn closed(desk: &TestDesk, message: MessageId) {
    let failure = until_state(desk, message, DeliveryState::Failed).await.failure.unwrap();
    assert_eq!(failure.code, "21610");
    assert!(failure.reason.starts_with("The customer has told the provider that they want no messages"));
    assert_eq!(wishes(desk).await, ["all opted_out provider 21610"]);
    let id = desk.conversation_of(ANA).await;
    let thread = desk.store.thread(id).await.unwrap().unwrap();
    assert_eq!(thread.contact.consents[0].state, ConsentState::OptedOut);
    let (scope, state) = (ConsentScope::All, ConsentState::OptedOut);
    let line = thread.lines.iter().find(|line| line.change == Change::ConsentChanged { scope, state });
    assert_eq!(line.unwrap().actor, Actor::Contact);
}

#[tokio::test]
async fn an_opt_out_that_the_answer_tells_is_the_customers_wish() {
    let refusal =
        json!({ "code": 21_610, "message": "Attempt to send to unsubscribed recipient", "status": 400 });
    let provider = StandIn::start(move |_| json_reply(400, &refusal)).await;
    let (desk, _line, sara) = asked_by_ana(&provider).await;
    let message = say(&desk, &sara, "one").await;
    closed(&desk, message).await;
    assert_eq!(provider.asked("/Messages.json").len(), 1, "it is not tried again");
}

#[tokio::test]
async fn an_opt_out_that_a_status_tells_is_the_customers_wish() {
    let provider = StandIn::start(takes).await;
    let (desk, line, sara) = asked_by_ana(&provider).await;
    let message = say(&desk, &sara, "one").await;
    until_state(&desk, message, DeliveryState::Accepted).await;
    let sent = provider.asked("/Messages.json").remove(0);
    let sid = format!("SM{:032}", sent.body.len());
    let (from, to) = (format!("whatsapp:+{NUMBER}"), format!("whatsapp:+{ANA}"));
    let fields = [
        ("MessageSid", sid.as_str()),
        ("MessageStatus", "failed"),
        ("ErrorCode", "21610"),
        ("From", from.as_str()),
        ("To", to.as_str()),
        ("AccountSid", tests::standin::ACCOUNT),
    ];
    desk.twilio_tells(&line, "", &fields).await;
    closed(&desk, message).await;
    // The same status again tells nothing new.
    desk.twilio_tells(&line, "", &fields).await;
    assert_eq!(wishes(&desk).await.len(), 1);
}
