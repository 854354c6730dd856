//! Writing to the customer. Only the owner does: an agent's reply to what waits takes it in the same
//! transaction, and one to what somebody else has is refused unless it takes over.

use contract::command::Claim;
use contract::event::HandoffNews;
use contract::{Author, Body, Change, MessageId, Owner, Stage};

use super::work::{Saying, Work};
use super::{Agent, Outcome, attach, take};
use crate::domain::{Conversation, Refused};

/// A reply about to be written.
pub struct Reply {
    /// The epoch that its writer saw.
    pub epoch: i64,
    /// What it says.
    pub body: Body,
    /// The message it answers.
    pub quoted: Option<MessageId>,
    /// Whether it may take the conversation from somebody else.
    pub claim: Claim,
}

/// An agent's reply.
pub async fn by_agent(work: &mut Work, agent: Agent, reply: Reply) -> Outcome<MessageId> {
    let body = tidy(reply.body)?;
    if work.conversation.stage == Stage::Resolved {
        return Err(Refused::WrongStage { verb: "write to the customer before you reopen" }.into());
    }
    if reply.claim == Claim::TakeOver {
        take::over(work, agent, reply.epoch).await?;
    } else {
        may_write(&work.conversation, agent, reply.epoch)?;
        let change = work.conversation.give(agent.id, "reply", work.now)?;
        work.moved(change).await?;
    }
    if let Some(quoted) = reply.quoted {
        work.message(quoted).await?;
    }
    let body = attach::attach(work, Author::Agent(agent.id), body).await?;
    work.conversation.unread = 0;
    if work.tx.end_callback(work.conversation.id, "kept", work.now).await? {
        work.record(Change::CallbackKept(HandoffNews::default()));
    }
    work.say(Saying { author: Author::Agent(agent.id), body, quoted: reply.quoted }).await
}

/// Whether this agent may write here. An agent who has become the owner since they looked is let through: what
/// they saw was the conversation that is theirs now.
fn may_write(conversation: &Conversation, agent: Agent, epoch: i64) -> Outcome<()> {
    match conversation.owner {
        Owner::Agent(owner) if owner == agent.id => {
            if epoch == conversation.epoch || epoch == conversation.epoch - 1 {
                return Ok(());
            }
        }
        Owner::Agent(_) | Owner::Bot(_) => {
            return Err(Refused::NotOwner { owner: conversation.owner, epoch: conversation.epoch }.into());
        }
        Owner::Nobody => {}
    }
    Ok(conversation.seen(epoch)?)
}

/// Text without what Postgres and phones cannot have, and never empty.
pub(super) fn tidy(body: Body) -> Outcome<Body> {
    let Body::Text { text } = body else { return Ok(body) };
    let text = plain(&text);
    if text.is_empty() {
        return Err(Refused::Invalid("There is nothing to send: write something first.".to_owned()).into());
    }
    Ok(Body::Text { text })
}

/// Text without what Postgres and phones cannot have.
pub(super) fn plain(text: &str) -> String {
    text.replace('\0', "").trim().to_owned()
}
