//! What has had its time: bodies of old webhooks, old commands, ended sessions, files of erased messages. Also
//! makes the ledger's next partitions.

use std::time::Duration;

use contract::endpoint::KEPT_DAYS;

use crate::auth::sessions;
use crate::state::Desk;

/// How often it runs.
const EVERY: Duration = Duration::from_secs(600);
/// How long it is kept why rules did what they did, in days.
const DECISIONS: i32 = 30;
/// How long it is kept what came of trying rules, in days.
const SIMULATIONS: i32 = 7;
/// Files that are deleted at once.
const SWEPT: i64 = 100;

/// Cleans up from time to time.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    loop {
        desk.store.tend_ledger(i32::from(desk.config.ledger_days)).await?;
        desk.store.forget_commands().await?;
        desk.store.forget_effects().await?;
        desk.store.forget_sightings(i32::from(desk.config.ledger_days)).await?;
        desk.store.forget_bot_calls(i32::from(desk.config.ledger_days)).await?;
        desk.store.forget_misses(i32::from(desk.config.ledger_days).max(30)).await?;
        desk.store.forget_rule_decisions(DECISIONS).await?;
        desk.store.forget_rule_runs().await?;
        desk.store.forget_simulations(SIMULATIONS).await?;
        desk.store.forget_assignments(DECISIONS).await?;
        desk.store.sweep_bot_secrets().await?;
        desk.store.forget_endpoint_deliveries(KEPT_DAYS).await?;
        desk.store.sweep_endpoint_secrets().await?;
        desk.store.sweep_api().await?;
        sessions::sweep(&desk).await?;
        sweep_files(&desk).await?;
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Deletes the bytes of files whose message is erased, or that were never sent; then what is known of them.
pub async fn sweep_files(desk: &Desk) -> anyhow::Result<()> {
    loop {
        let loose = desk.store.take_loose_files(SWEPT).await?;
        for id in &loose {
            desk.files.remove(*id).await?;
            desk.store.forget_file(*id).await?;
        }
        if loose.len() < usize::try_from(SWEPT).unwrap_or(usize::MAX) || desk.stop.is_cancelled() {
            return Ok(());
        }
    }
}
