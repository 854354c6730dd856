//! Handoffs that go on: offers that lapse, ladders, promises to write back, and agents who say nothing.
//!
//! Every server looks. What is due is done under the conversation's lock by whichever is first, and the others find that
//! it is done.

use std::time::Duration;

use crate::flows::place::{self, callback, silence};
use crate::state::Desk;

/// How often it looks by itself, in milliseconds.
const LOOK_MS: i64 = 1_000;
/// Conversations that are seen to in one go.
const AT_ONCE: i64 = 100;
/// How often it looks for silent agents, in rounds.
const SILENCE_EVERY: u32 = 3;

/// Looks for what is due.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut round = 0_u32;
    loop {
        for id in desk.store.handoffs_due(AT_ONCE).await? {
            if let Err(failed) = place::go_on(&desk, id).await {
                tracing::warn!(error = %failed, "a handoff could not go on; it is tried again");
            }
        }
        for id in desk.store.callbacks_due(AT_ONCE).await? {
            if let Err(failed) = callback::due_now(&desk, id).await {
                tracing::warn!(error = %failed, "a callback that is due could not be told; it is tried again");
            }
        }
        if round.is_multiple_of(SILENCE_EVERY) {
            for id in desk.store.silent(AT_ONCE).await? {
                if let Err(failed) = silence::end(&desk, id).await {
                    tracing::warn!(error = %failed, "a silent agent could not be relieved; it is tried again");
                }
            }
        }
        round = round.wrapping_add(1);
        let next = desk.store.next_handoff_ms().await?.unwrap_or(LOOK_MS).clamp(10, LOOK_MS);
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(Duration::from_millis(next.unsigned_abs())) => {}
        }
    }
}
