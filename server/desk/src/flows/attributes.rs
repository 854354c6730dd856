//! What programs know of a contact or a conversation, name by name.

use contract::{Actor, Change, ClientId, ContactId, ConversationId, Owner, Refusal};

use super::work::Work;
use super::{Failed, Outcome, refusal, repeats};
use crate::domain::Refused;
use crate::domain::attributes::{self, Attributes, Changes};
use crate::state::Desk;
use crate::store::journal::NewEvent;

/// How often somebody who lost against another transaction tries again.
const TRIES: u32 = 3;

/// What is to become of a contact.
#[derive(Debug, Clone, Default)]
pub struct ContactWish {
    /// What is to be known of them.
    pub attributes: Changes,
    /// Whether they are blocked from now on; absent: as it is.
    pub blocked: Option<bool>,
}

/// Changes what is known of a conversation, and says what is known then. A bot does so only while it has the
/// conversation.
pub async fn of_conversation(
    desk: &Desk,
    by: Actor,
    id: ConversationId,
    changes: &Changes,
) -> Result<Attributes, Refusal> {
    match conversation(desk, by, id, changes).await {
        Ok(known) => Ok(known),
        Err(failed) => Err(refusal(desk, ClientId(super::fresh_id()), failed).await),
    }
}

async fn conversation(desk: &Desk, by: Actor, id: ConversationId, changes: &Changes) -> Outcome<Attributes> {
    let mut work = Work::open(desk, id, by).await?;
    let (owner, epoch) = (work.conversation.owner, work.conversation.epoch);
    if matches!(by, Actor::Bot(bot) if owner != Owner::Bot(bot)) {
        return Err(Refused::NotOwner { owner, epoch }.into());
    }
    let (after, is_news) = set(&mut work, changes).await?;
    if is_news {
        work.commit(desk).await?;
    }
    Ok(after)
}

/// Changes what is known of a conversation. What is known then, and whether that is something new.
pub(super) async fn set(work: &mut Work, changes: &Changes) -> Outcome<(Attributes, bool)> {
    let id = work.conversation.id;
    let known = work.tx.attributes(id).await?;
    let after = changed(&known, changes)?;
    let is_news = after != known;
    if is_news {
        work.tx.save_attributes(id, &after).await?;
        work.record(Change::AttributesChanged);
    }
    Ok((after, is_news))
}

/// Changes a contact. Their conversations that are not resolved tell of it.
pub async fn of_contact(desk: &Desk, by: Actor, id: ContactId, wish: &ContactWish) -> Result<(), Refusal> {
    let mut tries = 0;
    loop {
        match contact(desk, by, id, wish).await {
            Ok(()) => return Ok(()),
            Err(Failed::Store(error)) if tries < TRIES && repeats(&error) => tries += 1,
            Err(failed) => return Err(refusal(desk, ClientId(super::fresh_id()), failed).await),
        }
    }
}

async fn contact(desk: &Desk, by: Actor, id: ContactId, wish: &ContactWish) -> Outcome<()> {
    let mut tx = desk.store.begin().await?;
    if !tx.is_contact(id).await? {
        return Err(Refused::NotFound.into());
    }
    let mut news = match wish.blocked {
        Some(blocked) => tx.set_blocked(id, blocked).await?,
        None => false,
    };
    let mut held = Vec::new();
    for conversation in tx.open_conversations_of(id).await? {
        held.extend(tx.lock(conversation).await?);
    }
    if !wish.attributes.is_empty() {
        let known = tx.lock_contact_attributes(id).await?;
        let after = changed(&known, &wish.attributes)?;
        if after != known {
            tx.save_contact_attributes(id, &after).await?;
            news = true;
        }
    }
    if !news {
        return Ok(tx.rollback().await?);
    }
    let (mut events, mut conversations) = (Vec::new(), Vec::new());
    for mut held in held {
        let seq = held.conversation.next_seq();
        let conversation = held.conversation.id;
        events.push(NewEvent { conversation, seq, at: held.now, actor: by, change: Change::ContactChanged });
        conversations.push(held.conversation);
    }
    tx.append(&events).await?;
    tx.save_conversations(&conversations).await?;
    tx.commit().await?;
    desk.bus.events();
    Ok(())
}

fn changed(known: &Attributes, changes: &Changes) -> Outcome<Attributes> {
    attributes::change(known, changes)
        .map_err(|(name, why)| Refused::Invalid(format!("attributes.{name}: {why}")).into())
}
