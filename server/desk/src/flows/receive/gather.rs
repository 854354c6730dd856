//! Everything that a batch needs to know, with the locks that keep it true until the commit.

use std::collections::BTreeSet;

use contract::{ChannelId, ConversationId, Time};

use super::{Batch, Parsed, any_of, learned, moved, progress, repeats};
use crate::channels::{AccountEvent, Effect, Inbound, Item, Status};
use crate::domain::delivery::Mark;
use crate::flows::Outcome;
use crate::store::Tx;
use crate::store::batch::{Channels, Holding};
use crate::store::contacts::Learned;
use crate::store::repeats::Sighting;
use crate::store::statuses::{Sought, Target};

/// Collects what the items speak of, and takes all locks in the one order that everybody keeps.
pub(super) async fn gather(
    tx: &mut Tx,
    batch: &[&Parsed],
    mut channels: Channels,
    now: Time,
) -> Outcome<Batch> {
    name_again(batch, &mut channels);
    let wanted = Wanted::of(batch, &channels);
    let (names, addresses) = tx.meet(&wanted.contacts).await?;
    // After the addresses are locked: whoever applies an equal message meanwhile has the same address.
    let seen = tx.sightings(&wanted.repeats).await?;
    let effects = tx.effects_seen(&wanted.effects).await?.into_iter().collect();
    let targets = tx.find_targets(&wanted.statuses).await?;
    let ids: BTreeSet<_> = addresses.values().filter_map(|address| address.conversation).collect();
    let batch = Batch { now, channels, names, addresses, seen, effects, ..Batch::default() };
    with_targets(tx, batch, (&wanted.messages, ids), targets).await
}

/// A number that is not set up by itself may be one of those that a channel of another name stands for.
fn name_again(batch: &[&Parsed], channels: &mut Channels) {
    for parsed in batch {
        let connection = parsed.pending.incoming.connection;
        let known = |name: &String| channels.get(&(connection, name.clone())).cloned();
        let Some(channel) = parsed.also_named.as_ref().and_then(known) else { continue };
        for item in parsed.items.iter().flatten() {
            let named = match item {
                Item::Message(inbound) => &inbound.channel,
                Item::Status(status) if !status.channel.is_empty() => &status.channel,
                _ => continue,
            };
            channels.entry((connection, named.clone())).or_insert_with(|| channel.clone());
        }
    }
}

/// A batch that is about statuses alone.
pub(super) async fn for_targets(tx: &mut Tx, targets: Vec<Target>) -> Outcome<Batch> {
    let batch = Batch { now: tx.now().await?, ..Batch::default() };
    with_targets(tx, batch, (&[], BTreeSet::new()), targets).await
}

/// Locks the conversations, also those of messages by the provider's ids, then the deliveries that statuses speak of.
async fn with_targets(
    tx: &mut Tx,
    batch: Batch,
    (messages, mut ids): (&[(ChannelId, String)], BTreeSet<ConversationId>),
    targets: Vec<Target>,
) -> Outcome<Batch> {
    ids.extend(targets.iter().map(|target| target.conversation));
    let ids: Vec<_> = ids.into_iter().collect();
    let Holding { known, conversations, promised, rated } = tx.hold(messages, &ids).await?;
    let of = |sent: fn(&&Target) -> bool| -> Vec<_> {
        let ids: BTreeSet<_> = targets.iter().filter(sent).map(|target| target.message).collect();
        ids.into_iter().collect()
    };
    let sent = of(|target| target.delivery.is_some());
    let parts = if sent.is_empty() { Vec::new() } else { tx.parts(&sent).await? };
    let echoes = of(|target| target.delivery.is_none());
    let echoes = if echoes.is_empty() { Vec::new() } else { tx.echo_states(&echoes).await? };
    let by_id = |target: Target| ((target.channel, target.provider_id.clone()), target);
    Ok(Batch {
        progress: progress::Ledger::new(&parts, echoes),
        targets: targets.into_iter().map(by_id).collect(),
        parts,
        known,
        conversations,
        promised,
        rated,
        ..batch
    })
}

/// What the items of a batch name.
#[derive(Default)]
struct Wanted {
    contacts: Vec<Learned>,
    messages: Vec<(ChannelId, String)>,
    effects: Vec<(ChannelId, String)>,
    statuses: Vec<Sought>,
    repeats: Vec<Sighting>,
}

impl Wanted {
    fn of(batch: &[&Parsed], channels: &Channels) -> Wanted {
        let mut wanted = Wanted::default();
        for parsed in batch {
            let connection = parsed.pending.incoming.connection;
            wanted.repeats.extend(repeats::sightings(parsed));
            for item in parsed.items.iter().flatten() {
                let named = match item {
                    Item::Message(inbound) => &inbound.channel,
                    Item::Status(status) if status.channel.is_empty() => {
                        wanted.statuses.extend(any_of(channels, connection).map(|any| sought(any, status)));
                        continue;
                    }
                    Item::Status(status) => &status.channel,
                    Item::Event(AccountEvent { channel: Some(channel), .. }) => channel,
                    _ => continue,
                };
                let Some(channel) = channels.get(&(connection, named.clone())) else { continue };
                wanted.contacts.extend(learned(channel, item));
                wanted.contacts.extend(moved(channel, item));
                match item {
                    Item::Message(inbound) => wanted.message(channel.id, inbound),
                    Item::Status(status) => wanted.statuses.push(sought(channel.id, status)),
                    _ => {}
                }
            }
        }
        wanted.messages.sort_unstable();
        wanted.messages.dedup();
        wanted
    }

    fn message(&mut self, channel: ChannelId, inbound: &Inbound) {
        self.messages.push((channel, inbound.id.clone()));
        match &inbound.effect {
            Effect::Message(_) => return,
            Effect::React { message, .. } | Effect::Edit { message, .. } | Effect::Revoke { message } => {
                self.messages.push((channel, message.clone()));
            }
            Effect::Moved { .. } | Effect::Notice { .. } => {}
        }
        self.effects.push((channel, inbound.id.clone()));
    }
}

/// What a status is about. One that names no channel is looked for on all channels of the connection that this one
/// belongs to.
fn sought(channel: ChannelId, status: &Status) -> Sought {
    Sought {
        channel,
        provider_id: status.id.clone(),
        attached: status.opaque.as_deref().and_then(|text| text.parse::<Mark>().ok()),
        anywhere: status.channel.is_empty(),
    }
}
