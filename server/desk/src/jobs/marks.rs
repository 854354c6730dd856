//! Marks of reading and of typing: told to the provider as a courtesy, once, and never retried.

use std::collections::HashMap;
use std::time::Duration;

use contract::ConversationId;
use contract::capability::Feature;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::channels::{self, Outgoing, What};
use crate::errands::{Ended, Errand};
use crate::state::Desk;

/// How long a customer is not told again of typing. WhatsApp shows it for 25 seconds, or until a message comes.
const TYPING: Duration = Duration::from_secs(20);
/// Marks that are told at once; more wait, so that a provider that is slow to answer holds up few others.
const AT_ONCE: usize = 16;

/// What the provider is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The owner has read what the customer wrote.
    Read(ConversationId),
    /// The owner is typing an answer.
    Typing(ConversationId),
}

/// When customers were last told that somebody is typing.
#[derive(Default)]
struct Told(HashMap<ConversationId, Instant>);

impl Told {
    /// Whether it is time to tell it again. It counts as told then.
    fn is_due(&mut self, conversation: ConversationId, now: Instant) -> bool {
        self.0.retain(|_, at| now.duration_since(*at) < TYPING);
        let due = !self.0.contains_key(&conversation);
        if due {
            self.0.insert(conversation, now);
        }
        due
    }
}

/// Tells providers what was read, and that somebody is typing.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let Some(mut marks) = desk.bus.marks() else {
        desk.stop.cancelled().await;
        return Ok(());
    };
    let (mut told, mut under_way) = (Told::default(), JoinSet::new());
    loop {
        let mark = tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            Some(_) = under_way.join_next() => continue,
            mark = marks.recv(), if under_way.len() < AT_ONCE => mark,
        };
        match mark {
            None => return Ok(()),
            Some(Mark::Typing(conversation)) if !told.is_due(conversation, Instant::now()) => {}
            Some(mark) => {
                let desk = desk.clone();
                under_way.spawn(async move {
                    if let Err(error) = tell(&desk, mark).await {
                        tracing::debug!(error = %error, "a mark of reading or typing was not taken");
                    }
                });
            }
        }
    }
}

async fn tell(desk: &Desk, mark: Mark) -> anyhow::Result<()> {
    let (Mark::Read(conversation) | Mark::Typing(conversation)) = mark;
    let Some(last) = desk.store.last_inbound(conversation).await? else { return Ok(()) };
    let Some(provider) = channels::provider(&last.provider) else { return Ok(()) };
    let what = match mark {
        Mark::Read(_) => What::Read { message: last.message },
        Mark::Typing(_) if last.shows_typing && provider.capabilities().offers(Feature::Typing) => {
            What::Typing { message: last.message }
        }
        Mark::Typing(_) => return Ok(()),
    };
    let Some(connection) = desk.connections.get(desk, last.connection).await? else { return Ok(()) };
    let outgoing = Outgoing { to: last.from, what, opaque: None };
    let errand = Errand { connection: &connection, provider, channel: &last.provider_channel };
    match errand.run(desk, &|via| provider.call(via, &outgoing)).await {
        // What cannot be told to this provider is not.
        Ok(_) | Err(Ended::NotCarried(_)) => Ok(()),
        Err(ended) => anyhow::bail!("{ended}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{TYPING, Told};

    #[test]
    fn typing_is_told_once_in_its_time_for_each_conversation() {
        let [ana, ben] = [uuid::Uuid::from_u128(1).into(), uuid::Uuid::from_u128(2).into()];
        let (mut told, start) = (Told::default(), tokio::time::Instant::now());
        assert!(told.is_due(ana, start) && told.is_due(ben, start));
        assert!(!told.is_due(ana, start + TYPING / 2) && !told.is_due(ana, start + TYPING * 9 / 10));
        assert!(told.is_due(ana, start + TYPING), "what was refused meanwhile does not count");
        assert!(!told.is_due(ana, start + TYPING * 3 / 2));
    }
}
