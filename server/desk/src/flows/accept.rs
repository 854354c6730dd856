//! What providers have taken: written down for many sends at once, as they come by the hundred a second.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use contract::{Actor, Change, ConversationId, DeliveryState, MessageId};

use super::Outcome;
use crate::domain::{Conversation, delivery};
use crate::state::Desk;
use crate::store::Own;
use crate::store::batch::Settled;
use crate::store::journal::NewEvent;
use crate::store::outbox::{Claimed, Part, Taken};
use crate::store::statuses::MessageMoved;

/// A send that the provider has taken.
#[derive(Debug)]
pub struct Accepted {
    /// The delivery, as it was claimed.
    pub claimed: Claimed,
    /// The provider's id of it; empty if it gives none.
    pub id: String,
    /// The address that the provider knows the recipient by.
    pub address: Option<String>,
}

/// Writes down that providers have taken these, all of them or none. What a status has said meanwhile holds, and what
/// was erased is left out.
pub async fn accept(desk: &Desk, accepted: &[Accepted]) -> Outcome<()> {
    let mut tx = desk.store.begin_own(Own::Deliver).await?;
    let now = tx.now().await?;
    let conversations: BTreeSet<ConversationId> =
        accepted.iter().map(|one| one.claimed.conversation).collect();
    let messages: BTreeSet<MessageId> = accepted.iter().map(|one| one.claimed.message).collect();
    let conversations: Vec<_> = conversations.into_iter().collect();
    let messages: Vec<_> = messages.into_iter().collect();
    let mut held = tx.hold(&[], &conversations).await?.conversations;
    let mut parts: HashMap<_, Part> =
        tx.parts(&messages).await?.into_iter().map(|part| (part.id, part)).collect();
    let mut taken = Vec::with_capacity(accepted.len());
    let mut news: BTreeMap<MessageId, ConversationId> = BTreeMap::new();
    for one in accepted {
        let Some(part) = parts.get_mut(&one.claimed.id) else { continue };
        let first = matches!(part.state, DeliveryState::Sending | DeliveryState::Uncertain);
        if first {
            part.state = DeliveryState::Accepted;
            if !part.reaction {
                news.insert(part.message, part.conversation);
            }
        }
        let provider_id = (!one.id.is_empty()).then(|| one.id.clone());
        taken.push(Taken { delivery: part.id, provider_id, first });
    }
    let (mut moved, mut events) = (Vec::new(), Vec::new());
    for (message, conversation) in news {
        let states: Vec<_> = parts
            .values()
            .filter(|part| part.message == message && !part.reaction)
            .map(|part| part.state)
            .collect();
        let (Some(state), Some(held)) = (delivery::of_message(&states), held.get_mut(&conversation)) else {
            continue;
        };
        let seq = held.next_seq();
        let change = Change::DeliveryChanged { message, state };
        events.push(NewEvent { conversation, seq, at: now, actor: Actor::Desk, change });
        moved.push(MessageMoved { message, state, failure: None });
    }
    tx.take(&taken).await?;
    tx.move_messages(&moved).await?;
    for one in accepted {
        if let Some(address) = &one.address {
            tx.learn_identity(one.claimed.conversation, address).await?;
        }
    }
    let spoken_of: BTreeSet<_> = events.iter().map(|event| event.conversation).collect();
    let changed: Vec<Conversation> = spoken_of.iter().filter_map(|id| held.remove(id)).collect();
    tx.settle_batch(Settled::of(&events, &changed)).await?;
    tx.commit().await?;
    if !events.is_empty() {
        desk.bus.events();
    }
    // The next messages of these conversations may go now.
    desk.bus.deliveries();
    Ok(())
}
