//! Numbers of other providers than the usual one: from the webhook to the call, where they differ.

use contract::command::Claim;
use contract::message::Message;
use contract::{Ack, Body, ClientId, Command, ConversationId, DeliveryState, MessageId, Refusal, Request};
use desk::flows::act;
use serde_json::{Value, json};
use tests::standin::{Asked, Reply, json_reply};
use tests::{Login, StandIn, TestDesk, until};
use uuid::Uuid;

mod infobip;
mod twilio;

const ANA: &str = "4917139200099";

async fn ask(desk: &TestDesk, who: &Login, of: ConversationId, command: Command) -> Result<Ack, Refusal> {
    let request = Request { id: ClientId(Uuid::new_v4()), conversation: of, command };
    act(&desk.desk, TestDesk::acting(who), request).await
}

async fn say(desk: &TestDesk, who: &Login, words: &str) -> MessageId {
    let id = desk.conversation_of(ANA).await;
    let epoch = desk.card(id).await.epoch;
    let reply = Command::Reply { epoch, body: Body::text(words), quoted: None, claim: Claim::IfFree };
    ask(desk, who, id, reply).await.unwrap().message.unwrap()
}

async fn retry(desk: &TestDesk, who: &Login, message: MessageId) {
    let id = desk.conversation_of(ANA).await;
    let epoch = desk.card(id).await.epoch;
    ask(desk, who, id, Command::Retry { epoch, message }).await.unwrap();
}

async fn until_state(desk: &TestDesk, id: MessageId, state: DeliveryState) -> Message {
    until(&format!("the message is {state:?}"), || async {
        let found = desk.store.messages(&[id]).await.unwrap().remove(&id.0).unwrap();
        (found.state == Some(state)).then_some(found)
    })
    .await
}

/// What customers wish, as it is written down.
async fn wishes(desk: &TestDesk) -> Vec<String> {
    let rows = "select scope || ' ' || state || ' ' || source || ' ' || evidence from consents order by id";
    desk.database.words(rows).await
}
