//! One message that came in: from the customer, or from the business's own phone app.

use contract::event::HandoffNews;
use contract::{
    Actor, AddressId, Author, Body, Change, ConversationId, DeliveryState, FileId, MessageId, Owner, Stage,
    Time,
};

use super::apply::Fate;
use super::{Batch, Late};
use crate::channels::{Effect, Inbound};
use crate::domain::conversation::Opening;
use crate::domain::{Conversation, order};
use crate::flows::fresh_id;
use crate::store::channels::Channel;
use crate::store::files::NewFile;
use crate::store::messages::NewMessage;

impl Batch {
    /// Applies a message, or what one does to another.
    pub(super) fn message(&mut self, channel: &Channel, inbound: &Inbound, received_at: Time) -> Fate {
        let id = (channel.id, inbound.id.clone());
        if self.known.contains_key(&id) || self.effects.contains(&id) {
            return Fate::Duplicate;
        }
        let address = self.address(channel, inbound);
        let at = order::sane(inbound.at.map(|at| Time(at.as_millisecond())), received_at);
        let author = if inbound.echo { Author::Phone } else { Author::Contact };
        let fate = match (&inbound.effect, address) {
            (Effect::Message(_), None) => {
                return Fate::Rejected {
                    reason: "malformed",
                    detail: "The message names no sender.".to_owned(),
                    provider_channel: None,
                };
            }
            (Effect::Message(body), Some(address)) => {
                self.rename(address, inbound);
                return self.bubble(channel, inbound, Bubble { address, body, at, received_at });
            }
            (Effect::React { message, emoji }, _) => self.change(channel, message, author, |message| {
                Late::React { message, author, emoji: emoji.clone() }
            }),
            (Effect::Edit { message, body }, _) => self.change(channel, message, author, |message| {
                Late::Edit { message, body: Box::new(body.clone()), at: at.unwrap_or(received_at) }
            }),
            (Effect::Revoke { message }, _) => self.change(channel, message, author, |message| {
                Late::Revoke { message, at: at.unwrap_or(received_at) }
            }),
            (Effect::Moved { to, kind, text }, Some(address)) => {
                let when = When::of(inbound, received_at);
                self.system(address, kind, text, when);
                self.moved(channel, (address, to), when);
                Fate::Applied
            }
            (Effect::Notice { kind, text }, Some(address)) => {
                self.system(address, kind, text, When::of(inbound, received_at))
            }
            (Effect::Moved { .. } | Effect::Notice { .. }, None) => Fate::Ignored,
        };
        if fate == Fate::Applied {
            self.effects.insert(id);
            self.late.push(Late::Effect { channel: channel.id, id: inbound.id.clone() });
        }
        fate
    }

    fn address(&self, channel: &Channel, inbound: &Inbound) -> Option<AddressId> {
        [&inbound.contact.phone, &inbound.contact.user_id, &inbound.contact.external_id]
            .into_iter()
            .flatten()
            .find_map(|key| self.names.get(&(channel.id, key.clone())).copied())
    }

    /// A change of another message. One that we do not have is of no concern.
    fn change(
        &mut self,
        channel: &Channel,
        target: &str,
        author: Author,
        late: impl FnOnce(MessageId) -> Late,
    ) -> Fate {
        let Some(&(message, conversation)) = self.known.get(&(channel.id, target.to_owned())) else {
            return Fate::Ignored;
        };
        self.late.push(late(message));
        let actor = if author == Author::Phone { Actor::Phone } else { Actor::Contact };
        self.record(conversation, actor, Change::MessageChanged { message });
        Fate::Applied
    }

    /// A contact who calls themself something else than before.
    fn rename(&mut self, address: AddressId, inbound: &Inbound) {
        if inbound.echo {
            return;
        }
        let Some(known) = self.addresses.get_mut(&address) else { return };
        let name = inbound.contact.name.clone().filter(|name| !name.trim().is_empty());
        let renamed = name.is_some() && name != known.profile_name;
        let username = inbound.contact.username.clone();
        if !renamed && (username.is_none() || username == known.username) {
            return;
        }
        known.profile_name = name.clone().or_else(|| known.profile_name.clone());
        known.username = username.clone().or_else(|| known.username.clone());
        self.renamed.insert(known.contact, (name, username));
    }

    fn bubble(&mut self, channel: &Channel, inbound: &Inbound, bubble: Bubble<'_>) -> Fate {
        let actor = if inbound.echo { Actor::Phone } else { Actor::Contact };
        let (rating, conversation) = self.belongs(channel, inbound, &bubble);
        let Some(id) = conversation else { return Fate::Ignored };
        let message = MessageId(fresh_id());
        let seq = self.record(id, actor, Change::MessageCreated { message });
        let Some(conversation) = self.conversations.get_mut(&id) else { return Fate::Ignored };
        let sort_at = order::inbound(bubble.received_at, bubble.at, inbound.whole_seconds);
        if !inbound.echo && conversation.window_until.is_none() {
            self.begun.insert(id);
        }
        hear(conversation, inbound, bubble.at.unwrap_or(bubble.received_at));
        if sort_at >= conversation.last_sort_at {
            conversation.last_sort_at = sort_at;
            conversation.preview = Some(message);
        }
        conversation.last_at = self.now;
        if let (Stage::Bot, Owner::Bot(bot), None) = (conversation.stage, conversation.owner, rating) {
            self.turns.insert(id, (bot, conversation.epoch));
        }
        let (epoch, with_people) = (conversation.epoch, conversation.stage != Stage::Bot);
        if with_people {
            self.keep_callback(id, actor);
        }
        let body = self.with_file(bubble.body, message, id);
        self.messages.push(NewMessage {
            id: message,
            conversation: id,
            address: bubble.address,
            channel: channel.id,
            seq,
            sort_at,
            at: bubble.at.unwrap_or(bubble.received_at),
            received_at: bubble.received_at,
            author: if inbound.echo { Author::Phone } else { Author::Contact },
            body,
            note: false,
            provider_id: Some(inbound.id.clone()),
            quoted: inbound
                .quoted
                .as_ref()
                .and_then(|quoted| self.known.get(&(channel.id, quoted.clone())))
                .map(|(message, _)| *message),
            quoted_provider_id: inbound.quoted.clone(),
            referral: inbound.referral.clone(),
            state: inbound.echo.then_some(DeliveryState::Sent),
            client_id: None,
            epoch,
            tag: channel.tag.clone(),
        });
        if let Some(score) = rating {
            self.rate(id, (message, score));
        }
        if !inbound.echo {
            self.stop_word(channel, id, (message, bubble.body));
        }
        self.known.insert((channel.id, inbound.id.clone()), (message, id));
        // An id that is ours means nothing to the provider: there is nothing to mark as read.
        let last = (!inbound.echo && inbound.repeat.is_none()).then(|| inbound.id.clone());
        self.point(bubble.address, id, last);
        Fate::Applied
    }

    /// Where a message belongs, and the score that it is, if it is one.
    fn belongs(
        &mut self,
        channel: &Channel,
        inbound: &Inbound,
        bubble: &Bubble<'_>,
    ) -> (Option<i16>, Option<ConversationId>) {
        if inbound.echo {
            return (None, self.conversation_for_echo(channel, bubble.address, Actor::Phone));
        }
        match self.rating(bubble.address, bubble.body, bubble.received_at) {
            Some((id, score)) => (Some(score), Some(id)),
            None => (None, self.conversation_for(channel, bubble.address, bubble.received_at)),
        }
    }

    /// People and the customer have a word: nobody needs to write back any more.
    fn keep_callback(&mut self, id: ConversationId, actor: Actor) {
        if self.promised.remove(&id) {
            self.late.push(Late::KeepCallback { conversation: id });
            self.record(id, actor, Change::CallbackKept(HandoffNews::default()));
        }
    }

    /// The address leads to this conversation, and to its last message that the provider knows.
    fn point(&mut self, address: AddressId, conversation: ConversationId, last: Option<String>) {
        let pointed = self.pointed.entry(address).or_insert((conversation, None));
        *pointed = (conversation, last.or_else(|| pointed.1.take()));
    }

    /// What a message holds; a file in it gets an id of ours, under which it is fetched as soon as the message is
    /// stored. One that the provider cannot give stays without.
    fn with_file(&mut self, body: &Body, message: MessageId, conversation: ConversationId) -> Body {
        let mut body = body.clone();
        let Body::Media(media) = &mut body else { return body };
        media.stored = None;
        media.file = None;
        if media.unavailable.is_none() {
            let id = FileId(fresh_id());
            media.file = Some(id);
            let (declared, name) = (media.mime.clone(), media.file_name.clone());
            self.files.push(NewFile { id, conversation, message, kind: media.kind, declared, name });
        }
        body
    }

    /// The conversation that a customer's message belongs to: the open one, a resolved one that is young enough
    /// to be reopened, else a new one.
    fn conversation_for(
        &mut self,
        channel: &Channel,
        address: AddressId,
        at: Time,
    ) -> Option<ConversationId> {
        let now = self.now;
        let known = self.addresses.get(&address)?.clone();
        let current = known.conversation.and_then(|id| self.conversations.get_mut(&id));
        let Some(current) = current else { return self.open(channel, address, None) };
        let id = current.id;
        let change = match (current.stage, current.resolved_at) {
            (Stage::Snoozed, _) => current.wake("contact_wrote", now),
            (Stage::Resolved, _) if known.blocked => None,
            (Stage::Resolved, Some(end)) if at.since_ms(end) > channel.reopen_ms => {
                return self.open(channel, address, None);
            }
            (Stage::Resolved, _) => current.reopen_by_contact(channel.bot, now),
            _ => None,
        };
        if let Some(change) = change {
            self.record(id, Actor::Contact, change);
        }
        Some(id)
    }

    /// The conversation that an answer from the phone app belongs to: the latest one, else a new one. A bot must
    /// not go on beside it, and nobody waits any more.
    fn conversation_for_echo(
        &mut self,
        channel: &Channel,
        address: AddressId,
        actor: Actor,
    ) -> Option<ConversationId> {
        let known = self.addresses.get(&address)?.clone();
        let id = match known.conversation.filter(|id| self.conversations.contains_key(id)) {
            Some(id) => id,
            None => self.open(channel, address, Some(actor))?,
        };
        let now = self.now;
        let conversation = self.conversations.get_mut(&id)?;
        conversation.unread = 0;
        let by_bot = matches!(conversation.owner, Owner::Bot(_));
        if let Some(change) = conversation.answered_on_phone(now) {
            let handoff = conversation.handoff.take();
            self.record(id, actor, change);
            if by_bot {
                self.turns.remove(&id);
                self.late.push(Late::Silence { conversation: id });
            }
            if let Some(handoff) = handoff {
                let outcome = "answered_on_phone";
                self.late.push(Late::EndHandoff { handoff, outcome });
                self.record(id, actor, Change::HandoffEnded { handoff, outcome: outcome.to_owned() });
            }
        }
        Some(id)
    }

    fn open(&mut self, channel: &Channel, address: AddressId, by: Option<Actor>) -> Option<ConversationId> {
        let known = self.addresses.get_mut(&address)?;
        let id = ConversationId(fresh_id());
        let opening = Opening {
            id,
            channel: channel.id,
            contact: known.contact,
            address,
            bot: channel.bot,
            blocked: known.blocked,
        };
        known.conversation = Some(id);
        let conversation = Conversation::open(opening, self.now);
        let stage = conversation.stage;
        self.conversations.insert(id, conversation);
        self.opened.insert(id);
        self.record(id, by.unwrap_or(Actor::Contact), Change::Opened { stage });
        Some(id)
    }

    /// A line that the provider wrote into the thread. It opens no conversation.
    pub(super) fn system(&mut self, address: AddressId, kind: &str, text: &str, when: When) -> Fate {
        let open = self
            .addresses
            .get(&address)
            .and_then(|known| known.conversation)
            .filter(|id| self.conversations.get(id).is_some_and(|c| c.stage != Stage::Resolved));
        let (Some(id), Some(known)) = (open, self.addresses.get(&address).cloned()) else {
            return Fate::Ignored;
        };
        let message = MessageId(fresh_id());
        let seq = self.record(id, Actor::Provider, Change::MessageCreated { message });
        let Some(conversation) = self.conversations.get_mut(&id) else { return Fate::Ignored };
        let at = when.at.unwrap_or(when.received_at);
        self.messages.push(NewMessage {
            id: message,
            conversation: id,
            address,
            channel: known.channel,
            seq,
            sort_at: order::inbound(when.received_at, Some(at), when.whole_seconds),
            at,
            received_at: when.received_at,
            author: Author::Contact,
            body: Body::System { kind: kind.to_owned(), text: text.to_owned() },
            note: false,
            provider_id: None,
            quoted: None,
            quoted_provider_id: None,
            referral: None,
            state: None,
            client_id: None,
            epoch: conversation.epoch,
            tag: None,
        });
        conversation.last_at = self.now;
        Fate::Applied
    }
}

/// What the customer wrote counts; what somebody wrote on the phone does not.
fn hear(conversation: &mut Conversation, inbound: &Inbound, at: Time) {
    if inbound.echo {
        return;
    }
    conversation.hear(at);
    if inbound.referral.is_some() {
        conversation.came_from_ad(at);
    }
}

/// When something was told, and when it came in.
#[derive(Debug, Clone, Copy)]
pub(super) struct When {
    /// By the provider's clock.
    pub(super) at: Option<Time>,
    /// Whether that has whole seconds only.
    pub(super) whole_seconds: bool,
    /// By ours.
    pub(super) received_at: Time,
}

impl When {
    fn of(inbound: &Inbound, received_at: Time) -> When {
        let at = inbound.at.map(|at| Time(at.as_millisecond()));
        When { at, whole_seconds: inbound.whole_seconds, received_at }
    }
}

/// What a bubble is made of.
struct Bubble<'a> {
    address: AddressId,
    body: &'a Body,
    at: Option<Time>,
    received_at: Time,
}
