//! Sending: one process at a time for a number, one message at a time for a conversation.
//!
//! A delivery is claimed and marked `sending` in one commit; the call is made outside any transaction; what came
//! of it is written in another one. A process that dies between the two leaves a lease that ends: then the
//! delivery is `uncertain`, and never sent again by itself.

use std::collections::HashMap;
use std::time::Duration;

use contract::ChannelId;
use tokio::task::JoinHandle;

use self::outcomes::Outcomes;
use crate::live::bus::Topic;
use crate::state::Desk;
use crate::store::senders::Sender;

mod call;
mod lane;
mod limit;
mod outcomes;
mod pairs;

/// How often leases are renewed: a third of their length.
const RENEW: Duration = Duration::from_secs(5);

/// Holds the leases and runs a lane for each number that this process sends for.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut lanes: HashMap<ChannelId, Lane> = HashMap::new();
    let (outcomes, written) = Outcomes::start(desk.clone());
    let outcome = hold(&desk, &mut lanes, &outcomes).await;
    // A lane that has lost its lease claims nothing more; what it has claimed it finishes.
    for (_, lane) in lanes {
        drop(lane.lease);
        let _ended = lane.task.await;
    }
    drop(outcomes);
    let _ended = written.await;
    outcome
}

struct Lane {
    lease: tokio::sync::watch::Sender<Sender>,
    task: JoinHandle<()>,
}

async fn hold(desk: &Desk, lanes: &mut HashMap<ChannelId, Lane>, outcomes: &Outcomes) -> anyhow::Result<()> {
    let mut woken = desk.bus.listen(Topic::Channels);
    loop {
        woken.borrow_and_update();
        let held = desk.store.hold_channels(desk.process).await?;
        let kept: Vec<ChannelId> = held.iter().map(|sender| sender.channel).collect();
        lanes.retain(|channel, lane| kept.contains(channel) && !lane.task.is_finished());
        for sender in held {
            match lanes.get(&sender.channel) {
                Some(lane) => {
                    let _ended = lane.lease.send(sender);
                }
                None => {
                    let channel = sender.channel;
                    let (lease, watch) = tokio::sync::watch::channel(sender);
                    let task = tokio::spawn(lane::run(desk.clone(), watch, outcomes.clone()));
                    lanes.insert(channel, Lane { lease, task });
                }
            }
        }
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            _ = woken.changed() => {}
            () = tokio::time::sleep(RENEW) => {}
        }
    }
}
