//! Noting what a bot has learned of a conversation, before it passes it on.

use std::collections::BTreeMap;

use contract::{Actor, ClientId, ConversationId, Owner, Refusal};

use super::work::Work;
use super::{Outcome, refusal};
use crate::domain::Refused;
use crate::state::Desk;

/// Notes what was learned, name by name, beside what is known. A bot does so only while it has the conversation.
pub async fn learn(
    desk: &Desk,
    by: Actor,
    conversation: ConversationId,
    slots: &BTreeMap<String, String>,
) -> Result<(), Refusal> {
    match attempt(desk, by, conversation, slots).await {
        Ok(()) => Ok(()),
        Err(failed) => Err(refusal(desk, ClientId(super::fresh_id()), failed).await),
    }
}

async fn attempt(
    desk: &Desk,
    by: Actor,
    conversation: ConversationId,
    slots: &BTreeMap<String, String>,
) -> Outcome<()> {
    let mut work = Work::open(desk, conversation, by).await?;
    let (owner, epoch) = (work.conversation.owner, work.conversation.epoch);
    if matches!(by, Actor::Bot(bot) if owner != Owner::Bot(bot)) {
        return Err(Refused::NotOwner { owner, epoch }.into());
    }
    work.tx.learn(conversation, slots).await?;
    work.commit(desk).await
}
