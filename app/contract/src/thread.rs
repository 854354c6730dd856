//! One contact's messages on one channel: a snapshot, and the pure change of it by events.

use serde::{Deserialize, Serialize};

use crate::consent::ConsentView;
use crate::conversation::Card;
use crate::event::{Actor, Change, Event};
use crate::file::Sendable;
use crate::handoff::Handoff;
use crate::id::{AddressId, ContactId, ConversationId, MessageId};
use crate::message::Message;
use crate::time::Time;

/// The customer, as the thread's side pane shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactView {
    /// Who.
    pub id: ContactId,
    /// What they call themself, else their number or id.
    pub name: String,
    /// What they call themself, as the provider last said.
    pub profile_name: Option<String>,
    /// Their username at the provider.
    pub username: Option<String>,
    /// Every number and id that the provider knows them by.
    pub addresses: Vec<String>,
    /// When they first wrote.
    pub first_seen: Time,
    /// Their conversations before this one, latest first, at most 20.
    pub earlier: Vec<EarlierConversation>,
    /// The latest conversations of others whom the provider holds for the same person, at most 20: both have a history
    /// here, so that they were left apart.
    #[serde(default)]
    pub same_person: Vec<EarlierConversation>,
    /// What they wish about being written to first on this channel, latest first: at most one of each scope. What
    /// came in since the snapshot has neither source nor wording.
    #[serde(default)]
    pub consents: Vec<ConsentView>,
}

/// A conversation of the same contact, in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierConversation {
    /// Which.
    pub id: ConversationId,
    /// When it began.
    pub opened_at: Time,
    /// When it was resolved, if it is.
    pub resolved_at: Option<Time>,
    /// On which channel.
    pub channel_name: String,
}

/// One line between the messages: something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// The event's number.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// By whom.
    pub actor: Actor,
    /// The actor's name.
    pub actor_name: Option<String>,
    /// What.
    pub change: Change,
    /// The name of the agent or bot that it went to, where it went to one.
    pub to_name: Option<String>,
}

/// A place in a thread: where the page before it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ThreadKey {
    /// The message's place.
    pub sort_at: Time,
    /// Breaks ties within a conversation.
    pub seq: i64,
    /// Breaks ties between conversations.
    pub message: MessageId,
}

/// One page of a thread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThreadPage {
    /// Messages, oldest first.
    pub messages: Vec<Message>,
    /// What happened between them, oldest first.
    pub lines: Vec<Line>,
    /// Where the page before it ends; absent at the beginning.
    pub before: Option<ThreadKey>,
}

/// A conversation that is open on the screen, with what the same contact wrote before it on the same channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Thread {
    /// Its row.
    pub card: Card,
    /// The address that the thread belongs to.
    pub address: AddressId,
    /// The customer.
    pub contact: ContactView,
    /// The open handoff, else the last one.
    pub handoff: Option<Handoff>,
    /// Messages, oldest first.
    pub messages: Vec<Message>,
    /// What happened between them, oldest first.
    pub lines: Vec<Line>,
    /// Where the page before it ends; absent at the beginning.
    pub before: Option<ThreadKey>,
    /// The number of the last event applied.
    pub seq: i64,
    /// The server's clock at the snapshot.
    pub now: Time,
    /// Which files may be sent here.
    #[serde(default)]
    pub sendable: Sendable,
}

impl Thread {
    /// Applies an event. One of this conversation that is not newer changes nothing; one of an earlier
    /// conversation in the same scroll changes the messages that are loaded. Says whether anything changed.
    pub fn apply(&mut self, event: &Event) -> bool {
        if event.conversation != self.card.id {
            return self.refresh(event);
        }
        if event.seq <= self.seq {
            return false;
        }
        self.seq = event.seq;
        if event.card.seq > self.card.seq {
            self.card = (*event.card).clone();
        }
        if let Some(message) = &event.message {
            self.put((**message).clone());
        }
        // A summary can come after the next handoff has begun.
        let newer = |known: &Handoff, news: &Handoff| news.created_at >= known.created_at;
        if let Some(handoff) = &event.handoff
            && self.handoff.as_ref().is_none_or(|known| newer(known, handoff))
        {
            self.handoff = Some((**handoff).clone());
        }
        if event.change.has_line() {
            self.lines.push(Line::of(event));
        }
        if let Change::ConsentChanged { scope, state } = event.change {
            self.contact.consents.retain(|wish| wish.scope != scope);
            let (source, wording) = (String::new(), String::new());
            self.contact.consents.insert(0, ConsentView { scope, state, source, wording, at: event.at });
        }
        true
    }

    /// News about a message of another conversation, if that message is here.
    fn refresh(&mut self, event: &Event) -> bool {
        let Some(message) = &event.message else { return false };
        let older = |known: &Message| known.id == message.id && known.version < message.version;
        if !self.messages.iter().any(older) {
            return false;
        }
        self.put((**message).clone());
        true
    }

    /// Puts a message where it belongs, unless it is older than what is here.
    pub fn put(&mut self, message: Message) {
        if let Some(at) = self.messages.iter().position(|known| known.id == message.id) {
            if self.messages[at].version >= message.version {
                return;
            }
            self.messages.remove(at);
        }
        let at = self.messages.partition_point(|other| other.place() <= message.place());
        self.messages.insert(at, message);
    }

    /// Puts an earlier page in front.
    pub fn prepend(&mut self, page: ThreadPage) {
        self.before = page.before;
        for message in page.messages {
            self.put(message);
        }
        for line in page.lines {
            let known = |other: &Line| other.conversation == line.conversation && other.seq == line.seq;
            if !self.lines.iter().any(known) {
                let at = self.lines.partition_point(|other| (other.at, other.seq) < (line.at, line.seq));
                self.lines.insert(at, line);
            }
        }
    }

    /// The place of the first message that is loaded.
    pub fn first(&self) -> Option<ThreadKey> {
        self.messages.first().map(|message| ThreadKey {
            sort_at: message.sort_at,
            seq: message.seq,
            message: message.id,
        })
    }
}

impl Line {
    /// The line of an event.
    pub fn of(event: &Event) -> Line {
        Line {
            conversation: event.conversation,
            seq: event.seq,
            at: event.at,
            actor: event.actor,
            actor_name: event.actor_name.clone(),
            change: event.change.clone(),
            to_name: event.to_name.clone(),
        }
    }
}
