//! What has had its time: bodies of old webhooks, old commands, ended sessions. Also makes the ledger's next
//! partitions.

use std::time::Duration;

use crate::auth::sessions;
use crate::state::Desk;

/// How often it runs.
const EVERY: Duration = Duration::from_secs(600);

/// Cleans up from time to time.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    loop {
        desk.store.tend_ledger(i32::from(desk.config.ledger_days)).await?;
        desk.store.forget_commands().await?;
        desk.store.forget_effects().await?;
        sessions::sweep(&desk).await?;
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
