//! The second half of a handoff: somebody is asked to take it, and what comes of it.

use contract::handoff::Offer;
use contract::{
    Ack, Card, ClientId, Command, ConversationId, Owner, Packet, ReasonCode, Refusal, Request, Stage,
};
use desk::bots::Answer;
use desk::flows;
use serde_json::Value;
use tests::{Login, TestDesk, until};
use uuid::Uuid;

mod callbacks;
mod course;
mod ladder;
mod promises;
mod races;
mod teams;
pub mod texts;

pub const ANA: &str = "4917139200099";

/// Does something as somebody.
pub async fn act(
    desk: &TestDesk,
    who: &Login,
    conversation: ConversationId,
    command: Command,
) -> Result<Ack, Refusal> {
    let request = Request { id: ClientId(Uuid::new_v4()), conversation, command };
    flows::act(&desk.desk, TestDesk::acting(who), request).await
}

/// A packet of a bot's.
pub fn packet(value: Value) -> Packet {
    desk::bots::packet::read(&value)
}

/// The usual packet.
pub fn asked() -> Packet {
    Packet::because(ReasonCode::CustomerAsked)
}

/// A customer writes to the bot, which answers; then the bot lets go.
pub async fn hands_off(desk: &TestDesk, from: &str, packet: Packet) -> ConversationId {
    desk.customer_writes(from, &format!("wamid.{}", Uuid::new_v4()), "hi").await;
    desk.settled().await;
    let id = desk.conversation_of(from).await;
    lets_go(desk, id, packet).await;
    id
}

/// The bot that has a conversation lets go.
pub async fn lets_go(desk: &TestDesk, id: ConversationId, packet: Packet) {
    let card = desk.card(id).await;
    let Owner::Bot(bot) = card.owner else { panic!("no bot has it: {:?}", card.owner) };
    let answer = Answer { handoff: Some(packet), ..Answer::default() };
    flows::bot_answer::by_itself(&desk.desk, (bot, id, card.epoch), answer).await.unwrap();
}

/// The open offer, as soon as there is one that is not this one.
pub async fn offered_after(desk: &TestDesk, id: ConversationId, before: Option<Offer>) -> Offer {
    until("somebody is asked", || async {
        desk.card(id).await.offer.filter(|offer| Some(offer.id) != before.map(|before| before.id))
    })
    .await
}

/// The open offer.
pub async fn offered(desk: &TestDesk, id: ConversationId) -> Offer {
    offered_after(desk, id, None).await
}

pub async fn accept(desk: &TestDesk, who: &Login, id: ConversationId, offer: Offer) -> Result<Ack, Refusal> {
    let epoch = desk.card(id).await.epoch;
    act(desk, who, id, Command::Accept { epoch, offer: offer.id }).await
}

/// The names of the events of a conversation, oldest first, without messages and deliveries.
pub async fn story(desk: &TestDesk, id: ConversationId) -> Vec<String> {
    desk.database
        .words(&format!(
            "select k from events e, jsonb_object_keys(e.change) k where e.conversation_id = '{id}'
                and k not in ('message_created', 'delivery_changed') order by e.seq"
        ))
        .await
}

/// Waits until nobody is asked any more and it waits in the queue.
pub async fn in_the_queue(desk: &TestDesk, id: ConversationId) -> Card {
    until("nobody is asked any more", || async {
        let card = desk.card(id).await;
        let resting = format!(
            "select count(*) from handoffs where conversation_id = '{id}' and ended_at is null
                and step >= jsonb_array_length(ladder)"
        );
        let rests = desk.database.number(&resting).await == 1;
        (card.offer.is_none() && card.stage == Stage::Waiting && rests).then_some(card)
    })
    .await
}
