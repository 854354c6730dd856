//! One open thread: the snapshot that events change, and beside it what was written here and has not come
//! back yet. Every bubble has its own signal, so that a tick redraws one bubble and nothing else.

use std::collections::HashMap;

use contract::command::{Command, Refusal, Request};
use contract::event::{Change, Event};
use contract::id::{AgentId, ClientId, ConversationId, MessageId};
use contract::message::{Author, Body, DeliveryState, Message};
use contract::thread::{Line, Thread, ThreadPage};
use contract::time::{MINUTE_MS, Time};
use leptos::prelude::*;

/// The place of a bubble on the screen, from the first pale one to the last tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BubbleKey {
    /// Written in a browser.
    Client(ClientId),
    /// Written elsewhere.
    Message(MessageId),
}

impl BubbleKey {
    fn of(message: &Message) -> BubbleKey {
        match message.client_id {
            Some(id) => BubbleKey::Client(id),
            None => BubbleKey::Message(message.id),
        }
    }
}

/// What this browser knows of a message that the server has not confirmed.
#[derive(Debug, Clone, PartialEq)]
pub enum Local {
    /// On its way to the server.
    Waiting,
    /// The server said no.
    Refused(Refusal),
}

/// One bubble.
#[derive(Debug, Clone, PartialEq)]
pub struct Bubble {
    /// What it shows.
    pub message: Message,
    /// Set while the server has not confirmed it.
    pub local: Option<Local>,
    /// The command behind it, for what was written here.
    pub request: Option<Request>,
    /// Whether it begins a group of the same author.
    pub head: bool,
}

/// One line of the thread, top to bottom.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Item {
    /// A day begins.
    Day(i64, Time),
    /// What nobody had read when the thread was opened begins.
    Unread,
    /// Something happened.
    Line(ConversationId, i64),
    /// A message.
    Bubble(BubbleKey),
}

/// A thread and all that the screen keeps of it.
#[derive(Debug)]
pub struct ThreadState {
    /// What the server has said.
    pub thread: Thread,
    /// The bubbles.
    pub bubbles: HashMap<BubbleKey, ArcRwSignal<Bubble>>,
    /// What was written here and is not confirmed, in order.
    pub pending: Vec<BubbleKey>,
    /// The first message that nobody had read when the thread was opened.
    pub first_unread: Option<MessageId>,
    /// Whether an earlier page is on its way.
    pub loading_earlier: bool,
}

const GROUP_MS: i64 = 5 * MINUTE_MS;

impl ThreadState {
    /// A thread as the server has it.
    pub fn new(thread: Thread) -> ThreadState {
        let unread = usize::try_from(thread.card.unread).unwrap_or(0);
        let first_unread = unread.checked_sub(1).and_then(|skip| {
            let from_contact = |message: &&Message| {
                message.author == Author::Contact && message.conversation == thread.card.id
            };
            thread.messages.iter().rev().filter(from_contact).nth(skip).map(|message| message.id)
        });
        let mut state = ThreadState {
            thread,
            bubbles: HashMap::new(),
            pending: Vec::new(),
            first_unread,
            loading_earlier: false,
        };
        state.sync();
        state
    }

    /// Takes a newer snapshot in the place of this one; what is not confirmed stays.
    pub fn replace(&mut self, thread: Thread) {
        self.thread = thread;
        self.sync();
    }

    /// Applies an event. Says whether anything changed, and whether an event before it is missing.
    pub fn apply(&mut self, event: &Event) -> (bool, bool) {
        let gap = event.seq > self.thread.seq + 1;
        let changed = self.thread.apply(event);
        if changed {
            self.sync();
        }
        (changed, changed && gap)
    }

    /// Puts an earlier page in front.
    pub fn prepend(&mut self, page: ThreadPage) {
        self.thread.prepend(page);
        self.loading_earlier = false;
        self.sync();
    }

    /// Shows what was just written here, before the server knows of it.
    pub fn add_pending(&mut self, me: AgentId, at: Time, request: Request) {
        let (body, note) = match &request.command {
            Command::Reply { body, .. } => (body.clone(), false),
            Command::Note { text } => (Body::text(text.clone()), true),
            _ => return,
        };
        let key = BubbleKey::Client(request.id);
        if self.bubbles.contains_key(&key) {
            return;
        }
        let message = Message {
            id: MessageId(request.id.0),
            conversation: request.conversation,
            seq: i64::MAX,
            sort_at: at,
            at,
            author: Author::Agent(me),
            body,
            note,
            quoted: None,
            reactions: Vec::new(),
            state: (!note).then_some(DeliveryState::Queued),
            failure: None,
            client_id: Some(request.id),
            epoch: self.thread.card.epoch,
            edited_at: None,
            revoked_at: None,
            version: -1,
        };
        let bubble = Bubble { message, local: Some(Local::Waiting), request: Some(request), head: true };
        self.bubbles.insert(key, ArcRwSignal::new(bubble));
        self.pending.push(key);
    }

    /// Says on a bubble that the server refused it.
    pub fn refuse(&mut self, refusal: &Refusal) {
        if let Some(bubble) = self.bubbles.get(&BubbleKey::Client(refusal.id)) {
            bubble.update(|bubble| bubble.local = Some(Local::Refused(refusal.clone())));
        }
    }

    /// Takes a refused bubble off the screen.
    pub fn discard(&mut self, id: ClientId) {
        let key = BubbleKey::Client(id);
        if self.pending.contains(&key) {
            self.pending.retain(|other| *other != key);
            self.bubbles.remove(&key);
        }
    }

    /// The lines of the thread, top to bottom.
    pub fn items(&self, day: impl Fn(Time) -> i64) -> Vec<Item> {
        let mut items = Vec::with_capacity(self.thread.messages.len() + self.thread.lines.len() + 8);
        let mut last_day = None;
        let mut begin = |items: &mut Vec<Item>, at: Time| {
            let this = day(at);
            if last_day != Some(this) {
                last_day = Some(this);
                items.push(Item::Day(this, at));
            }
        };
        let mut lines = self.thread.lines.iter().filter(|line| tells(line)).peekable();
        for message in &self.thread.messages {
            while let Some(line) = lines.next_if(|line| comes_before(line, message)) {
                begin(&mut items, line.at);
                items.push(Item::Line(line.conversation, line.seq));
            }
            begin(&mut items, message.sort_at);
            if self.first_unread == Some(message.id) {
                items.push(Item::Unread);
            }
            items.push(Item::Bubble(BubbleKey::of(message)));
        }
        for line in lines {
            begin(&mut items, line.at);
            items.push(Item::Line(line.conversation, line.seq));
        }
        items.extend(self.pending.iter().map(|key| Item::Bubble(*key)));
        items
    }

    /// One line that stands between the messages.
    pub fn line(&self, conversation: ConversationId, seq: i64) -> Option<Line> {
        self.thread.lines.iter().find(|line| line.conversation == conversation && line.seq == seq).cloned()
    }

    /// Brings every bubble up to what the thread says.
    fn sync(&mut self) {
        let mut before: Option<(Author, Time, bool)> = None;
        for message in &self.thread.messages {
            let head = before.is_none_or(|(author, at, note)| {
                author != message.author || note != message.note || message.sort_at.since_ms(at) > GROUP_MS
            });
            before = Some((message.author, message.sort_at, message.note));
            let key = BubbleKey::of(message);
            match self.bubbles.get(&key) {
                Some(bubble) => {
                    let stale = bubble.with_untracked(|known| {
                        known.message.version != message.version
                            || known.head != head
                            || known.local.is_some()
                    });
                    if stale {
                        bubble.update(|known| {
                            known.message = message.clone();
                            known.local = None;
                            known.head = head;
                        });
                    }
                    self.pending.retain(|other| *other != key);
                }
                None => {
                    let bubble = Bubble { message: message.clone(), local: None, request: None, head };
                    self.bubbles.insert(key, ArcRwSignal::new(bubble));
                }
            }
        }
    }
}

/// Whether a line says something that no other line says: a handoff and a snooze have lines of their own.
fn tells(line: &Line) -> bool {
    !matches!(&line.change, Change::OwnerChanged { cause, .. } if cause == "hand_off" || cause == "snooze")
}

fn comes_before(line: &Line, message: &Message) -> bool {
    (line.at, line.seq) < (message.sort_at, message.seq)
}
