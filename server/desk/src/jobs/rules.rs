//! Hears of rules that were published in another process.

use std::time::Duration;

use crate::live::bus::Topic;
use crate::state::Desk;

/// How often it looks by itself: a wake-up can be lost.
const LOOK: Duration = Duration::from_secs(5);

/// Keeps the rules of this process up to date.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut woken = desk.bus.listen(Topic::Rules);
    loop {
        desk.rules.refresh(&desk).await?;
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            _ = woken.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
