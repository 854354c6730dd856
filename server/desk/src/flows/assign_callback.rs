//! A promise to write back becomes somebody's. When it is due, the conversation is theirs.

use contract::callback::AssignCallback;
use contract::event::HandoffNews;
use contract::{Actor, Change};

use super::work::Work;
use super::{Agent, Outcome};
use crate::domain::Refused;
use crate::state::Desk;

/// Says who is to write back. Said again, it changes nothing.
pub async fn assign(desk: &Desk, agent: Agent, assign: AssignCallback) -> Outcome<()> {
    let of = desk.store.conversation_of_callback(assign.callback).await?.ok_or(Refused::NotFound)?;
    let mut work = Work::open(desk, of, Actor::Agent(agent.id)).await?;
    if let Some(to) = assign.to
        && !work.tx.is_active_agent(to).await?
    {
        return Err(
            Refused::Invalid("There is no such colleague any more: choose another one.".to_owned()).into()
        );
    }
    let Some(promise) = work.tx.open_callback(assign.callback).await? else {
        return Err(
            Refused::Invalid("This promise is settled already. Look at the list again.".to_owned()).into()
        );
    };
    if promise.keeper == assign.to {
        return Ok(());
    }
    work.tx.assign_callback(assign.callback, assign.to).await?;
    work.record(Change::CallbackAssigned(HandoffNews {
        until: Some(promise.due),
        agent: assign.to,
        ..HandoffNews::default()
    }));
    work.commit(desk).await
}
