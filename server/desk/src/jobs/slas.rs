//! Promises about time that will be broken soon, or are.
//!
//! Every server looks. What is due is told under the conversation's lock by whichever is first, and the others find that
//! it is told.

use std::time::Duration;

use crate::flows::slas;
use crate::state::Desk;

/// How often it looks.
const LOOK: Duration = Duration::from_secs(1);
/// Conversations that are seen to in one go.
const AT_ONCE: i64 = 100;

/// Looks for what is due.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    loop {
        for id in desk.store.slas_due(AT_ONCE).await? {
            if let Err(failed) = slas::strike(&desk, id).await {
                tracing::warn!(error = %failed, "a promise that is due could not be told; it is tried again");
            }
        }
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
