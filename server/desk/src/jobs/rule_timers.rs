//! Rules are asked about what time brings about.
//!
//! Every server looks. What is due is told under the conversation's lock by whichever is first, and the others find that
//! it is told.

use std::time::Duration;

use tokio::time::Instant;

use crate::flows;
use crate::state::Desk;

/// How often it looks by itself, in milliseconds.
const LOOK_MS: i64 = 1_000;
/// Events that are seen to in one go.
const AT_ONCE: i64 = 100;
/// So long after other rules went live, all timers are set once more: by then every server knows the rules, and whatever
/// one did that had not heard of them yet is made good.
const AGAIN: Duration = Duration::from_secs(30);

/// Looks for what is due.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let (mut version, mut again) = (0, None);
    loop {
        let rules = desk.rules.now();
        let late = again.is_some_and(|at| Instant::now() >= at);
        if rules.version != version || late {
            desk.store.arm_all_timers().await?;
            again = (!late || rules.version != version).then(|| Instant::now() + AGAIN);
            version = rules.version;
        }
        if !rules.timed().is_empty() {
            for id in desk.store.timers_due(rules.timed(), AT_ONCE).await? {
                if let Err(failed) = flows::strike(&desk, id).await {
                    tracing::warn!(error = %failed, "rules could not be asked about what is due; it is tried again");
                }
            }
        }
        let next = desk.store.next_timer_ms().await?.unwrap_or(LOOK_MS).clamp(50, LOOK_MS);
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(Duration::from_millis(next.unsigned_abs())) => {}
        }
    }
}
