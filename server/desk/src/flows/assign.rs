//! Giving a conversation to an agent: by whoever may, or by its owner with a note.

use contract::{AgentId, Author, MessageId, Owner, Stage};

use super::work::Work;
use super::{Agent, Outcome, note, place};
use crate::auth::permission::{Permission, may};
use crate::domain::Refused;

/// Gives a conversation to an agent. What a colleague has may only be given away by those who may reassign.
pub async fn assign(work: &mut Work, agent: Agent, epoch: i64, to: AgentId) -> Outcome<()> {
    work.conversation.seen(epoch)?;
    let mine_or_free = work.conversation.mine_or_free(agent.id);
    if mine_or_free.is_err() && !may(agent.role, Permission::Reassign) {
        mine_or_free?;
    }
    hand_to(work, to, "assign").await
}

/// Gives the agent's own conversation to a colleague, with what they need to know.
pub async fn transfer(
    work: &mut Work,
    agent: Agent,
    epoch: i64,
    (to, text): (AgentId, &str),
) -> Outcome<MessageId> {
    let text = note::tidy(text)?;
    work.conversation.mine_or_free(agent.id)?;
    work.conversation.seen(epoch)?;
    if to == agent.id {
        return Err(Refused::Invalid("It is yours already: choose a colleague.".to_owned()).into());
    }
    let written = work.note(Author::Agent(agent.id), &text);
    hand_to(work, to, "transfer").await?;
    Ok(written)
}

/// Makes it an agent's, whoever had it.
pub(super) async fn hand_to(work: &mut Work, to: AgentId, cause: &str) -> Outcome<()> {
    let there = work.tx.is_active_agent(to).await?;
    if !there {
        return Err(
            Refused::Invalid("There is no such colleague any more: choose another one.".to_owned()).into()
        );
    }
    if work.conversation.owner == Owner::Agent(to) {
        return Ok(());
    }
    let waited = work.conversation.stage == Stage::Waiting;
    let change = work.conversation.give(to, cause, work.now)?;
    work.moved(change).await?;
    if waited { place::tell::taken(work, to).await } else { Ok(()) }
}
