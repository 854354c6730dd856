//! Marks of reading: told to the provider as a courtesy, once, and never retried.

use contract::ConversationId;

use crate::channels::{self, Outgoing, Recipient, What};
use crate::errands::{Ended, Errand};
use crate::state::Desk;

/// What the provider is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The owner has read what the customer wrote.
    Read(ConversationId),
}

/// Tells providers what was read.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let Some(mut marks) = desk.bus.marks() else {
        desk.stop.cancelled().await;
        return Ok(());
    };
    loop {
        let mark = tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            mark = marks.recv() => mark,
        };
        let Some(Mark::Read(conversation)) = mark else { return Ok(()) };
        if let Err(error) = tell(&desk, conversation).await {
            tracing::debug!(error = %error, "a mark of reading was not taken");
        }
    }
}

async fn tell(desk: &Desk, conversation: ConversationId) -> anyhow::Result<()> {
    let Some(last) = desk.store.last_inbound(conversation).await? else { return Ok(()) };
    let Some(connection) = desk.connections.get(desk, last.connection).await? else { return Ok(()) };
    let Some(provider) = channels::provider(&last.provider) else { return Ok(()) };
    let outgoing =
        Outgoing { to: Recipient::default(), what: What::Read { message: last.message }, opaque: None };
    let errand = Errand { connection: &connection, provider, channel: &last.provider_channel };
    match errand.run(desk, &|via| provider.call(via, &outgoing)).await {
        // What cannot be told to this provider is not.
        Ok(_) | Err(Ended::NotCarried(_)) => Ok(()),
        Err(ended) => anyhow::bail!("{ended}"),
    }
}
