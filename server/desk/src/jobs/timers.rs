//! What is due at a time: snoozes that end, and deliveries whose sender is gone.

use std::time::Duration;

use crate::flows::{settle, wake};
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
