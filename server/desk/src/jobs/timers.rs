//! What is due at a time: snoozes that end, deliveries whose sender is gone, conversations whose agent is.

use std::time::Duration;

use crate::flows::{release, settle, wake};
use crate::state::Desk;

/// How often it looks.
const LOOK: Duration = Duration::from_secs(1);

/// Looks for what is due.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    loop {
        for id in desk.store.snoozes_due().await? {
            if let Err(failed) = wake::wake(&desk, id).await {
                tracing::warn!(error = %failed, "a snooze could not be ended; it is tried again");
            }
        }
        for id in desk.store.held_by_the_gone().await? {
            if let Err(failed) = release::release(&desk, id).await {
                tracing::warn!(error = %failed, "a conversation could not be given up; it is tried again");
            }
        }
        for (delivery, conversation) in desk.store.abandoned().await? {
            if let Err(failed) = settle::abandon(&desk, delivery, conversation).await {
                tracing::warn!(error = %failed, "a delivery without a sender could not be settled");
            }
        }
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
