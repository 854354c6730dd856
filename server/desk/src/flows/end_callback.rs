//! A promise to write back is seen to by hand: it was kept in another way, or is of no use any more.

use contract::callback::{CallbackState, EndCallback};
use contract::event::HandoffNews;
use contract::{Actor, Change};

use super::work::Work;
use super::{Agent, Outcome};
use crate::domain::Refused;
use crate::state::Desk;

/// Ends a promise. Of two who do so at once one does it, and the other is told that it is done.
pub async fn end(desk: &Desk, agent: Agent, end: &EndCallback) -> Outcome<()> {
    let note = end.note.replace('\0', "").trim().to_owned();
    if note.chars().count() > EndCallback::LONGEST {
        return Err(invalid(format!("This is too long: {} characters at most.", EndCallback::LONGEST)));
    }
    match end.state {
        CallbackState::Open => return Err(invalid("Say what has become of it.".to_owned())),
        CallbackState::Dropped if note.is_empty() => {
            return Err(invalid("Say why nobody needs to write back: colleagues will ask.".to_owned()));
        }
        CallbackState::Kept | CallbackState::Dropped => {}
    }
    let of = desk.store.conversation_of_callback(end.callback).await?.ok_or(Refused::NotFound)?;
    let mut work = Work::open(desk, of, Actor::Agent(agent.id)).await?;
    let (by, now) = ((agent.id, Some(note.as_str()).filter(|note| !note.is_empty())), work.now);
    let Some(due) = work.tx.end_callback_by_hand(end.callback, end.state, by, now).await? else {
        return Err(invalid("This promise is settled already. Look at the list again.".to_owned()));
    };
    let news = HandoffNews { until: Some(due), agent: Some(agent.id), ..HandoffNews::default() };
    work.record(match end.state {
        CallbackState::Dropped => Change::CallbackDropped(news),
        CallbackState::Open | CallbackState::Kept => Change::CallbackKept(news),
    });
    work.commit(desk).await
}

fn invalid(why: String) -> super::Failed {
    Refused::Invalid(why).into()
}
