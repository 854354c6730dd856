//! What this process has just written, kept in hand until the feed tells of it: whoever waits for a customer's message
//! need not wait until it is read back. The feed still says what happened and in which order.

use std::collections::{HashMap, HashSet};

use contract::conversation::Preview;
use contract::{Card, ConversationId, Message};

use crate::domain::{Conversation, preview};
use crate::store::journal::Hand;

/// The most conversations that are kept in hand. What is dropped is read.
const MOST: usize = 2_000;

/// A conversation in which nothing has happened but messages that came in.
#[derive(Debug)]
pub struct Written {
    /// As it is now.
    pub conversation: Conversation,
    /// Those messages, in the order of their numbers.
    pub messages: Vec<Message>,
}

/// What is in hand.
#[derive(Debug, Default)]
pub(super) struct Hands {
    held: HashMap<ConversationId, Hand>,
    /// Conversations whose cards may show something that has another name now: they must be read once.
    doubted: HashSet<ConversationId>,
}

impl Hands {
    /// Takes what was written of a conversation, if that makes the new card from the last one known.
    pub(super) fn take(&mut self, known: Option<&Card>, written: Written) {
        let id = written.conversation.id;
        let held = self.held.remove(&id);
        let Some(known) = known.filter(|_| !self.doubted.contains(&id)) else { return };
        let Hand { card, mut messages } = match held {
            Some(hand) if hand.card.seq > known.seq => hand,
            _ => Hand { card: known.clone(), messages: Vec::new() },
        };
        let Some(card) = follow(card, &written) else { return };
        messages.extend(written.messages);
        if self.held.len() >= MOST {
            self.held.clear();
        }
        self.held.insert(id, Hand { card, messages });
    }

    /// Gives away what is in hand of some conversations.
    pub(super) fn give(&mut self, conversations: &[ConversationId]) -> Vec<Hand> {
        conversations.iter().filter_map(|id| self.held.remove(id)).collect()
    }

    /// A name that cards show may be another one now.
    pub(super) fn doubt(&mut self, conversations: impl Iterator<Item = ConversationId>) {
        self.held.clear();
        self.doubted.extend(conversations);
    }

    /// The card of a conversation was read.
    pub(super) fn believe(&mut self, conversation: ConversationId) {
        self.doubted.remove(&conversation);
    }
}

/// The card after some messages, if it can be told from the one before.
fn follow(card: Card, written: &Written) -> Option<Card> {
    let Written { conversation: now, messages } = written;
    let count = i64::try_from(messages.len()).ok()?;
    let was = (card.seq + count, card.stage, card.owner, card.epoch);
    if was != (now.seq, now.stage, now.owner, now.epoch) {
        return None;
    }
    let preview = match now.preview {
        None => None,
        Some(last) => Some(match messages.iter().find(|message| message.id == last) {
            Some(message) => Preview {
                message: last,
                author: message.author,
                text: preview::of(&message.body),
                note: message.note,
                state: message.state,
            },
            None => card.preview.filter(|shown| shown.message == last)?,
        }),
    };
    Some(Card {
        seq: now.seq,
        priority: now.priority,
        labels: now.labels.clone(),
        unread: now.unread,
        preview,
        last_at: now.last_at,
        waiting_since: now.waiting_since,
        window_until: now.window_until,
        free_until: now.free_until,
        snoozed_until: now.snoozed_until,
        ..card
    })
}

#[cfg(test)]
mod tests {
    use contract::{Author, Body, ChannelId, ContactId, MessageId, Time};
    use uuid::Uuid;

    use super::*;
    use crate::domain::conversation::Opening;

    fn conversation() -> Conversation {
        let opening = Opening {
            id: ConversationId(Uuid::from_u128(1)),
            channel: ChannelId(Uuid::from_u128(2)),
            contact: ContactId(Uuid::from_u128(3)),
            address: contract::AddressId(Uuid::from_u128(4)),
            bot: None,
            blocked: false,
        };
        Conversation::open(opening, Time(1_000))
    }

    /// The card of a conversation, as it was read.
    fn card(of: &Conversation) -> Card {
        Card {
            id: of.id,
            channel: of.channel,
            channel_name: "Shop".to_owned(),
            provider: "meta".to_owned(),
            contact: of.contact,
            contact_name: "Ana".to_owned(),
            address: "+49171".to_owned(),
            stage: of.stage,
            owner: of.owner,
            owner_name: None,
            epoch: of.epoch,
            seq: of.seq,
            priority: of.priority,
            labels: Vec::new(),
            unread: of.unread,
            preview: None,
            last_at: of.last_at,
            waiting_since: of.waiting_since,
            window_until: None,
            free_until: None,
            snoozed_until: None,
            handoff_reason: None,
            offer: None,
            callback_at: None,
        }
    }

    /// A message that comes in.
    fn hears(conversation: &mut Conversation, text: &str) -> Written {
        let seq = conversation.next_seq();
        let id = MessageId(Uuid::now_v7());
        (conversation.preview, conversation.last_at) = (Some(id), Time(2_000));
        conversation.hear(Time(2_000));
        let message = Message {
            id,
            conversation: conversation.id,
            seq,
            sort_at: Time(2_000),
            at: Time(2_000),
            author: Author::Contact,
            body: Body::Text { text: text.to_owned() },
            note: false,
            quoted: None,
            reactions: Vec::new(),
            state: None,
            failure: None,
            client_id: None,
            epoch: conversation.epoch,
            edited_at: None,
            revoked_at: None,
            version: 1,
        };
        Written { conversation: conversation.clone(), messages: vec![message] }
    }

    #[test]
    fn messages_that_follow_each_other_are_held_together() {
        let mut conversation = conversation();
        let known = card(&conversation);
        let mut hands = Hands::default();
        for text in ["Hello?", "Anybody?"] {
            hands.take(Some(&known), hears(&mut conversation, text));
        }
        let held = hands.give(&[conversation.id]).remove(0);
        assert_eq!((held.card.seq, held.messages.len()), (conversation.seq, 2));
        assert_eq!(held.card.preview.map(|shown| shown.text).as_deref(), Some("Anybody?"));
        assert_eq!((held.card.unread, held.card.last_at), (conversation.unread, Time(2_000)));
        assert!(hands.give(&[conversation.id]).is_empty(), "given away once");
    }

    #[test]
    fn what_the_last_card_does_not_tell_is_read() {
        let mut conversation = conversation();
        let known = card(&conversation);
        let mut hands = Hands::default();
        let held = |hands: &mut Hands, known: Option<&Card>, written| {
            hands.take(known, written);
            hands.give(&[known.map_or(ConversationId(Uuid::nil()), |card| card.id)]).len()
        };
        assert_eq!(held(&mut hands, None, hears(&mut conversation, "Nobody knows it.")), 0);
        assert_eq!(held(&mut hands, Some(&known), hears(&mut conversation, "Something came between.")), 0);
        let known = card(&conversation);
        hands.doubt([conversation.id].into_iter());
        assert_eq!(held(&mut hands, Some(&known), hears(&mut conversation, "Its name may be another.")), 0);
        hands.believe(conversation.id);
        let known = card(&conversation);
        assert_eq!(held(&mut hands, Some(&known), hears(&mut conversation, "It was read.")), 1);
        let known = card(&conversation);
        conversation.epoch += 1;
        assert_eq!(held(&mut hands, Some(&known), hears(&mut conversation, "Somebody else has it.")), 0);
    }
}
