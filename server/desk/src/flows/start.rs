//! Beginning a conversation: contact, address and conversation are found or made, and a template is queued, all in
//! one transaction. Of two who do so at once one begins it, and the other finds it.

use contract::picker::{Recipient, Start, Started};
use contract::{Ack, Actor, Author, Body, Change, ConversationId, Owner, Refusal, Stage};

use super::work::{Saying, Work};
use super::{Agent, Failed, Outcome, fresh_id, refusal, repeats, take};
use crate::channels::{Sender, phone};
use crate::domain::conversation::Opening;
use crate::domain::{Conversation, Refused};
use crate::state::Desk;
use crate::store::Tx;
use crate::store::channels::Channel;
use crate::store::contacts::{Address, Learned};

/// Begins a conversation, once for each key.
pub async fn start(desk: &Desk, agent: Agent, start: Start) -> Result<Started, Refusal> {
    let mut tries = 0;
    loop {
        match attempt(desk, agent, &start).await {
            Ok(started) => return Ok(started),
            Err(Failed::Store(error)) if tries < 3 && repeats(&error) => tries += 1,
            Err(failed) => return Err(refusal(desk, start.id, failed).await),
        }
    }
}

async fn attempt(desk: &Desk, agent: Agent, start: &Start) -> Outcome<Started> {
    let mut tx = desk.store.begin().await?;
    if let Some(started) = tx.started_before(agent.id.0, start.id).await? {
        return Ok(started);
    }
    let channel = tx.channel(start.channel).await?.ok_or_else(gone)?;
    let sender = recipient(&mut tx, &channel, &start.to).await?;
    let learned = Learned { channel: channel.id, sender, makes: true };
    let (_, mut addresses) = tx.meet(std::slice::from_ref(&learned)).await?;
    let address = addresses.drain().next().map(|(_, address)| address).ok_or_else(gone)?;
    // Whoever waited for the lock may have been the same person, asking twice.
    if let Some(started) = tx.started_before(agent.id.0, start.id).await? {
        return Ok(started);
    }
    if address.blocked {
        return Err(
            Refused::Invalid("This contact is blocked here, and is not written to.".to_owned()).into()
        );
    }
    let mut work = take_up(desk, tx, agent, (&channel, &address)).await?;
    work.client_id = Some(start.id);
    let saying = Saying {
        author: Author::Agent(agent.id),
        body: Body::Template(start.template.clone()),
        quoted: None,
    };
    let message = work.say(saying).await?;
    let started = Started { conversation: work.conversation.id, message };
    let mut ack = Ack { id: start.id, seq: 0, message: Some(message) };
    work.note_command(agent.id.0, &mut ack).await?;
    work.commit(desk).await?;
    Ok(started)
}

fn gone() -> Refused {
    Refused::Invalid("This channel does not exist any more. Choose another one.".to_owned())
}

/// Whom to write to, by a name that the channel's provider knows.
async fn recipient(tx: &mut Tx, channel: &Channel, to: &Recipient) -> Outcome<Sender> {
    let address = match to {
        Recipient::Address(address) => address.clone(),
        Recipient::Contact(contact) => tx.address_for(*contact, channel.id).await?.ok_or_else(|| {
            Refused::Invalid(
                "This contact has no number, and no id that holds on this channel. Choose another channel."
                    .to_owned(),
            )
        })?,
    };
    let address = address.trim();
    if phone::is_user_id(address) {
        return Ok(Sender { user_id: Some(address.to_owned()), ..Sender::default() });
    }
    let digits = number(address)?;
    // A number that loses or gains a digit on its way is the same person's: they are known by the form that came in.
    let known = tx.known_form(channel.id, &phone::lookup_variants(&digits)).await?;
    Ok(Sender { phone: Some(known.unwrap_or(digits)), ..Sender::default() })
}

/// The normal form of a number that somebody has typed.
pub fn number(typed: &str) -> Result<String, Refused> {
    let wrong = |why: &str| Refused::Invalid(why.to_owned());
    if typed.contains(['(', ')', '[', ']']) {
        return Err(wrong(
            "Write the number without parentheses: a digit in them is dialled at home and not from abroad, as the 0 \
             in +44 (0)20. Leave such a digit out.",
        ));
    }
    let digits = phone::normalise(typed).ok_or_else(|| {
        wrong("This is no number with its country. Write it as +44 20 7946 0018 or 0044 20 7946 0018.")
    })?;
    if digits.len() > 15 || digits.len() < 7 {
        return Err(wrong("A number with its country has 7 to 15 digits. Check it."));
    }
    Ok(digits)
}

/// The conversation with this contact: the one that is open, a resolved one that is young enough, else a new one. It
/// is the agent's from here on.
async fn take_up(
    desk: &Desk,
    mut tx: Tx,
    agent: Agent,
    (channel, address): (&Channel, &Address),
) -> Outcome<Work> {
    let actor = Actor::Agent(agent.id);
    let latest = match address.conversation {
        Some(id) => tx.lock(id).await?,
        None => None,
    };
    let Some(held) = latest else { return open(desk, tx, agent, (channel, address), None).await };
    let old = held.conversation.resolved_at.is_some_and(|end| held.now.since_ms(end) > channel.reopen_ms);
    if old {
        return open(desk, tx, agent, (channel, address), Some(held.conversation)).await;
    }
    let mut work = Work::over(desk, tx, held, actor)?;
    match (work.conversation.stage, work.conversation.owner) {
        (_, Owner::Agent(owner)) if owner != agent.id => {
            let (owner, epoch) = (work.conversation.owner, work.conversation.epoch);
            return Err(Refused::NotOwner { owner, epoch }.into());
        }
        (Stage::Resolved, _) => {
            let change = work.conversation.reopen(agent.id, work.now)?;
            work.moved(change).await?;
        }
        (Stage::Bot, _) => {
            let epoch = work.conversation.epoch;
            take::take(&mut work, agent, epoch).await?;
        }
        _ => {
            let change = work.conversation.give(agent.id, "start", work.now)?;
            work.moved(change).await?;
        }
    }
    Ok(work)
}

async fn open(
    desk: &Desk,
    mut tx: Tx,
    agent: Agent,
    (channel, address): (&Channel, &Address),
    before: Option<Conversation>,
) -> Outcome<Work> {
    let id = ConversationId(fresh_id());
    let opening = Opening {
        id,
        channel: channel.id,
        contact: address.contact,
        address: address.id,
        bot: None,
        blocked: false,
    };
    let now = tx.now().await?;
    let mut conversation = Conversation::begin(opening, agent.id, now);
    // The window is the customer's, whichever conversation they wrote in.
    if let Some(before) = before {
        (conversation.window_until, conversation.free_until) = (before.window_until, before.free_until);
        conversation.last_sort_at = before.last_sort_at;
    }
    tx.open_conversations(std::slice::from_ref(&conversation)).await?;
    tx.point_addresses(&[(address.id, id, None)]).await?;
    let held = tx.lock(id).await?.ok_or(Refused::NotFound)?;
    let mut work = Work::over(desk, tx, held, Actor::Agent(agent.id))?;
    work.record(Change::Opened { stage: Stage::Assigned });
    Ok(work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_as_people_write_them_but_not_with_parentheses() {
        for typed in ["+44 20 7946 0018", "00442079460018", "44-20-7946-0018", " 442079460018 "] {
            assert_eq!(number(typed).as_deref(), Ok("442079460018"), "{typed}");
        }
        for typed in ["+44 (0)20 7946 0018", "(44) 2079460018"] {
            assert!(
                matches!(number(typed), Err(Refused::Invalid(why)) if why.contains("parentheses")),
                "{typed}"
            );
        }
        for typed in ["", "020 7946 0018", "12345", "1234567890123456", "hello", "+44 20x"] {
            assert!(number(typed).is_err(), "{typed}");
        }
    }
}
