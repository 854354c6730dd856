//! Statuses that came before their message was known: applied once it is, ignored when their time is up.

use super::progress::{ParkedStatus, Word};
use super::{Batch, gather, write};
use crate::flows::{Outcome, rules};
use crate::state::Desk;
use crate::store::ledger::ParkedEnd;
use crate::store::statuses::{Parked, Sought, Target};

/// Looks at every parked status that is due. Two servers that do so at once do each once.
pub async fn settle(desk: &Desk) -> Outcome<usize> {
    let due = desk.store.parked_due().await?;
    if due.is_empty() {
        return Ok(0);
    }
    let mut tx = desk.store.begin().await?;
    let ids: Vec<i64> = due.iter().map(|parked| parked.id).collect();
    let taken = tx.unpark(&ids).await?;
    let due: Vec<(Parked, ParkedStatus)> = due
        .into_iter()
        .filter(|parked| taken.contains(&parked.id))
        .filter_map(|parked| Some((parked.clone(), serde_json::from_value(parked.status).ok()?)))
        .collect();
    let wanted: Vec<Sought> = due
        .iter()
        .map(|(parked, status)| Sought {
            channel: parked.channel,
            provider_id: status.id.clone(),
            attached: status.opaque.as_deref().and_then(|text| text.parse().ok()),
            anywhere: parked.anywhere,
        })
        .collect();
    let targets = tx.find_targets(&wanted).await?;
    let mut batch: Batch = gather::for_targets(&mut tx, targets).await?;
    for (parked, status) in &due {
        let end = end_of(&mut batch, parked, status);
        tx.settle_parked(&parked.entry, end).await?;
    }
    batch.settle_progress();
    let events = !batch.events.is_empty();
    let heard = batch.heard(desk);
    write::write(&mut tx, batch, write::How::default()).await?;
    let (tx, ruled, _) = rules::batch::ask(desk, tx, heard).await?;
    tx.commit().await?;
    if events {
        desk.bus.events();
    }
    ruled.tell(desk);
    Ok(due.len())
}

fn end_of(batch: &mut Batch, parked: &Parked, status: &ParkedStatus) -> ParkedEnd {
    let target: Option<Target> = batch.targets.get(&(parked.channel, status.id.clone())).cloned();
    match (target, Word::of_parked(status)) {
        (Some(target), Some(word)) if batch.hear(&target, &word) => ParkedEnd::Applied,
        (Some(_), Some(_)) => ParkedEnd::Duplicate,
        _ => ParkedEnd::Ignored,
    }
}
