//! Assignment: teams that are given their conversations get what waits, and what waits for somebody who has gone is given
//! to others.
//!
//! Whatever makes a run worth while (something waits, is resolved or comes back, somebody has more or less to do) is an
//! event, and a new event wakes this job. Who comes and goes, and what is set up anew, is seen at the next look.

use std::time::Duration;

use crate::flows::place::assign::{self, Ran};
use crate::flows::release;
use crate::live::bus::Topic;
use crate::state::Desk;

/// How often it looks by itself.
const LOOK: Duration = Duration::from_secs(1);
/// How long it waits after a look: what happens meanwhile is seen to at once.
const PAUSE: Duration = Duration::from_millis(20);
/// How often it looks for people who have gone.
const GONE_EVERY: Duration = Duration::from_secs(5);
/// Conversations that are given back in one go.
const AT_ONCE: i64 = 100;

/// Gives away what waits.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut woken = desk.bus.listen(Topic::Events);
    let mut gone = tokio::time::interval(GONE_EVERY);
    gone.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        woken.mark_unchanged();
        if tokio::time::timeout(Duration::ZERO, gone.tick()).await.is_ok() {
            give_back(&desk).await?;
        }
        let again = give(&desk).await?;
        tokio::time::sleep(PAUSE).await;
        if again {
            continue;
        }
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            _woken = woken.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// One run for each team for which something waits. Whether there is more to give away.
async fn give(desk: &Desk) -> anyhow::Result<bool> {
    let mut again = false;
    for team in desk.store.teams_with_queues().await? {
        loop {
            match assign::run(desk, team).await {
                Ok(Ran::More) if !desk.stop.is_cancelled() => {}
                Ok(Ran::Elsewhere) => {
                    again = !desk.stop.is_cancelled();
                    break;
                }
                Ok(Ran::More | Ran::Done) => break,
                Err(failed) => {
                    tracing::warn!(error = %failed, "a team's conversations could not be given away; it is tried again");
                    break;
                }
            }
        }
    }
    Ok(again)
}

/// What waits for people who have gone is given to others.
async fn give_back(desk: &Desk) -> anyhow::Result<()> {
    for id in desk.store.deserted(AT_ONCE).await? {
        if let Err(failed) = release::deserted(desk, id).await {
            tracing::warn!(error = %failed, "a conversation could not be given back; it is tried again");
        }
    }
    Ok(())
}
