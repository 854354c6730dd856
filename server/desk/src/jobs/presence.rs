//! Presence: the leases of the pages that are open here are renewed, and everybody is told who is there.

use std::time::Duration;

use crate::state::Desk;

/// How often leases are renewed, in rounds.
const RENEW_EVERY: u32 = 4;
/// How often it looks who is there.
const LOOK: Duration = Duration::from_secs(5);

/// Renews leases and looks who is there.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut round = 0_u32;
    loop {
        if round.is_multiple_of(RENEW_EVERY) {
            desk.store.renew_presence(&desk.hub.pages()).await?;
            desk.store.sweep_presence().await?;
        }
        desk.store.note_attendance().await?;
        desk.hub.set_agents(desk.store.agent_cards().await?);
        round = round.wrapping_add(1);
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
