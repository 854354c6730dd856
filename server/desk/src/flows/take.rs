//! Taking a conversation: from a bot, from the queue, or (said so) from a colleague.

use contract::{Owner, Packet, ReasonCode, Stage};

use super::work::Work;
use super::{Agent, Outcome, place};
use crate::domain::Refused;

/// Makes a conversation the agent's. A second agent's is refused with who has it.
pub async fn take(work: &mut Work, agent: Agent, epoch: i64) -> Outcome<()> {
    work.conversation.mine_or_free(agent.id)?;
    // Taking what is mine already changes nothing, whatever epoch was seen.
    if work.conversation.owner != Owner::Agent(agent.id) {
        work.conversation.seen(epoch)?;
    }
    let waited = matches!(work.conversation.stage, Stage::Bot | Stage::Waiting);
    from_bot(work).await?;
    let change = work.conversation.take(agent.id, work.now)?;
    work.moved(change).await?;
    if waited { place::tell::taken(work, agent.id).await } else { Ok(()) }
}

/// Makes a conversation the agent's, whoever has it.
pub async fn over(work: &mut Work, agent: Agent, epoch: i64) -> Outcome<()> {
    if work.conversation.owner == Owner::Agent(agent.id) {
        return Ok(());
    }
    work.conversation.seen(epoch)?;
    from_bot(work).await?;
    let change = work.conversation.give(agent.id, "take_over", work.now)?;
    work.moved(change).await
}

/// An agent who steps in while the bot talks is a handoff like any other, with its own reason.
async fn from_bot(work: &mut Work) -> Outcome<()> {
    if work.conversation.stage != Stage::Bot {
        return Ok(());
    }
    let change = work.conversation.hand_off(work.now).map_err(|_| Refused::WrongStage { verb: "take" })?;
    work.begin_handoff(&Packet::because(ReasonCode::AgentTook)).await?;
    work.moved(change).await
}
