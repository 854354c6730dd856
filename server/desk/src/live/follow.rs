//! Following the feed: what the hub is told of it, for as long as the process runs.

use std::time::Duration;

use super::bus::Topic;
use crate::state::Desk;
use crate::store;
use crate::store::journal::{Depth, Follower};

/// How often it is looked at by itself.
const LOOK: Duration = Duration::from_millis(500);

/// Loads what the hub must know before anybody can join.
pub async fn load(desk: &Desk) -> store::Result<()> {
    let generation = desk.store.check_generation().await?;
    let (cards, cursor) = desk.store.open_cards().await?;
    desk.hub.load(generation, cards, cursor);
    desk.hub.set_agents(desk.store.agent_cards().await?);
    Ok(())
}

/// Reads the feed and hands it out, for as long as the process runs.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut woken = desk.bus.listen(Topic::Events);
    let mut renamed = desk.bus.listen(Topic::Channels);
    let mut hints = desk.bus.hints();
    let mut follower = desk.store.follower();
    loop {
        // Seen before the look, so that a wake-up during it is not lost.
        woken.borrow_and_update();
        if renamed.has_changed().unwrap_or(false) {
            renamed.borrow_and_update();
            desk.hub.doubt();
        }
        look(&desk, &mut follower).await?;
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            _ = woken.changed() => {}
            hint = hints.recv() => if let Ok(hint) = hint { desk.hub.hint(hint) },
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn look(desk: &Desk, follower: &mut Follower<'_>) -> store::Result<()> {
    const PAGE: i64 = 1_000;
    let mut after = desk.hub.cursor().place;
    let mut settling = true;
    loop {
        let depth = if desk.hub.sockets() == 0 { Depth::Cards } else { Depth::Full };
        let heard = follower.hear((after, PAGE), depth, |events| desk.hub.spares(events)).await?;
        let full = heard.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        let Some(last) = heard.last().map(|one| one.place) else {
            desk.hub.rest();
            return Ok(());
        };
        let Some(still) = desk.hub.push(heard, settling, depth) else { continue };
        settling = still;
        if !full {
            return Ok(());
        }
        after = last;
    }
}
