//! The hub: reads each event once and gives it to every socket of this process. It never waits for a socket.
//!
//! It pushes an event as soon as it has committed, settled or not, and remembers the ids that it has pushed past
//! its settled cursor; browsers are only told cursors of settled events, so that a resume never skips anything.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::ws::Utf8Bytes;
use contract::frame::Down;
use contract::inbox::Counts;
use contract::{Actor, AgentCard, AgentId, Card, Change, ChannelId, ConversationId, Owner, Presence, Stage};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::bus::{Activity, Hint};
use super::hand::{Hands, Written};
use crate::store::journal::{Cursor, Depth, Heard, Place, Spared};

/// Frames that may wait for one socket. A browser that reads slower than that comes back with its cursor.
pub const WAITING: usize = 1024;
/// Events that are kept in memory for resumes.
const KEPT: usize = 20_000;
/// The most events that a resume reads from the database; a browser further behind loads everything anew.
pub const CATCH_UP: i64 = 5_000;
/// How often cursors are told.
const TELL: Duration = Duration::from_secs(1);

/// What the hub hands to a socket.
#[derive(Debug, Clone)]
pub enum Out {
    /// A frame to send.
    Frame(Utf8Bytes),
    /// Look whether the person may still be here.
    Recheck,
}

/// The hub of this process.
#[derive(Default)]
pub struct Hub {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    generation: i64,
    settled: Place,
    pushed: BTreeSet<i64>,
    kept: VecDeque<(Place, Utf8Bytes)>,
    kept_from: Place,
    cards: HashMap<ConversationId, Arc<Card>>,
    totals: Counts,
    mine: HashMap<AgentId, (u32, u32)>,
    agents: Vec<AgentCard>,
    sockets: HashMap<Uuid, Socket>,
    told: Option<(Instant, Place)>,
    hands: Hands,
    /// Messages that have come in, by number, since this process began.
    heard: HashMap<ChannelId, u64>,
}

struct Socket {
    /// Dropped with the socket's place here, so that its task notices that it was let go.
    _held: tokio_util::sync::DropGuard,
    agent: AgentId,
    presence: Presence,
    out: mpsc::Sender<Out>,
    counts: Counts,
}

/// A socket's end of the hub.
pub struct Seat {
    /// Where it is handed frames.
    pub out: mpsc::Sender<Out>,
    /// Cancelled when the hub lets it go: it reads too slowly, or it has left.
    pub let_go: CancellationToken,
}

/// What a socket needs to go on from a cursor.
pub enum Joined {
    /// The frames since then, from memory.
    Frames(Vec<Utf8Bytes>),
    /// The place from which to read the database.
    ReadFrom(Place),
    /// The cursor is of another generation: everything must be loaded anew.
    Stale,
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // The state is whole between any two statements that can panic.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a socket in. From here on it is handed everything; what lies between its cursor and now comes back.
    pub fn join(&self, id: Uuid, agent: AgentId, seat: Seat, cursor: Cursor) -> Joined {
        let Seat { out, let_go } = seat;
        let mut inner = self.lock();
        if cursor.generation != inner.generation {
            return Joined::Stale;
        }
        let counts = inner.counts(agent);
        send(&out, &Down::Counts(counts));
        send(&out, &Down::Agents { agents: inner.agents.clone() });
        let _held = let_go.drop_guard();
        inner.sockets.insert(id, Socket { _held, agent, presence: Presence::Online, out, counts });
        if cursor.place < inner.kept_from {
            return Joined::ReadFrom(cursor.place);
        }
        let after = inner.kept.iter().filter(|(place, _)| *place > cursor.place);
        Joined::Frames(after.map(|(_, frame)| frame.clone()).collect())
    }

    /// Lets a socket go.
    pub fn leave(&self, id: Uuid) {
        self.lock().sockets.remove(&id);
    }

    /// Notes whether the person at a socket takes work.
    pub fn set_presence(&self, id: Uuid, presence: Presence) {
        if let Some(socket) = self.lock().sockets.get_mut(&id) {
            socket.presence = presence;
        }
    }

    /// The open pages: socket, person, and whether they take work.
    pub fn pages(&self) -> Vec<(Uuid, AgentId, Presence)> {
        self.lock().sockets.iter().map(|(id, socket)| (*id, socket.agent, socket.presence)).collect()
    }

    /// Makes every socket of a person look whether they may still be here.
    pub fn recheck(&self, agent: AgentId) {
        for socket in self.lock().sockets.values().filter(|socket| socket.agent == agent) {
            let _full = socket.out.try_send(Out::Recheck);
        }
    }

    /// How many conversations each view holds for a person.
    pub fn counts(&self, agent: AgentId) -> Counts {
        self.lock().counts(agent)
    }

    /// How many conversations wait for somebody.
    pub fn waiting(&self) -> u32 {
        self.lock().totals.waiting
    }

    /// The colleagues and whether they are there.
    pub fn agents(&self) -> Vec<AgentCard> {
        self.lock().agents.clone()
    }

    /// Open sockets.
    pub fn sockets(&self) -> usize {
        self.lock().sockets.len()
    }

    /// The cursor up to which everything has been handed out.
    pub fn cursor(&self) -> Cursor {
        let inner = self.lock();
        Cursor { generation: inner.generation, place: inner.settled }
    }

    /// Messages that have come in on a number since this process began, whichever process took them.
    pub fn heard(&self, channel: ChannelId) -> u64 {
        self.lock().heard.get(&channel).copied().unwrap_or(0)
    }

    /// Takes what this process has just written, until the feed tells of it.
    pub fn hand(&self, written: Vec<Written>) {
        let mut inner = self.lock();
        let Inner { cards, hands, .. } = &mut *inner;
        for one in written {
            hands.take(cards.get(&one.conversation.id).map(Arc::as_ref), one);
        }
    }

    /// Something that cards show may have another name now: what is next told of a conversation is read.
    pub(super) fn doubt(&self) {
        let mut inner = self.lock();
        let Inner { cards, hands, .. } = &mut *inner;
        hands.doubt(cards.keys().copied());
    }

    /// Notes who is there, and tells everybody if that has changed.
    pub fn set_agents(&self, agents: Vec<AgentCard>) {
        let mut inner = self.lock();
        if inner.agents != agents {
            inner.agents = agents.clone();
            inner.broadcast(&Down::Agents { agents });
        }
    }

    pub(super) fn load(&self, generation: i64, cards: Vec<Card>, cursor: Cursor) {
        let mut inner = self.lock();
        inner.generation = generation;
        inner.settled = cursor.place;
        inner.kept_from = cursor.place;
        inner.kept.clear();
        inner.pushed.clear();
        inner.cards.clear();
        (inner.totals, inner.mine) = (Counts::default(), HashMap::new());
        for card in cards {
            inner.put(Arc::new(card));
        }
    }

    /// Hands out events that have not been handed out yet, and moves the settled cursor. Once one of a run of
    /// pages is not settled, none after it moves the cursor, though it may have settled since: something could
    /// have been written between the two looks.
    ///
    /// What was read without its messages can only be counted: if somebody has come in since, nothing is done, and
    /// it must be read again in full.
    pub(super) fn push(&self, heard: Vec<Heard>, mut settling: bool, depth: Depth) -> Option<bool> {
        let mut inner = self.lock();
        if depth == Depth::Cards && !inner.sockets.is_empty() {
            return None;
        }
        for one in heard {
            settling &= one.settled;
            let Some(event) = one.event else {
                if settling {
                    inner.pushed.remove(&one.place.id);
                    inner.settled = one.place;
                }
                continue;
            };
            if settling {
                inner.settled = one.place;
            } else {
                inner.pushed.insert(one.place.id);
            }
            if event.actor == Actor::Contact && matches!(event.change, Change::MessageCreated { .. }) {
                *inner.heard.entry(event.card.channel).or_default() += 1;
            }
            inner.hands.believe(event.conversation);
            inner.put(Arc::new((*event.card).clone()));
            if depth == Depth::Cards {
                // Whoever comes in later and has missed it reads it from the database.
                inner.kept.clear();
                inner.kept_from = inner.kept_from.max(one.place);
            } else if let Some(frame) = frame(&Down::Event(Box::new(event))) {
                inner.keep(one.place, frame.clone());
                inner.hand_out(&Out::Frame(frame));
            }
        }
        inner.tell_counts();
        inner.tell_cursor();
        Some(settling)
    }

    /// What of these events it has told before, and what it has in hand of the others.
    pub(super) fn spares(&self, events: &[(Place, ConversationId)]) -> Spared {
        let mut inner = self.lock();
        let (told, new): (Vec<_>, Vec<_>) =
            events.iter().partition(|(place, _)| inner.pushed.contains(&place.id));
        let told = told.into_iter().map(|(place, _)| place.id).collect();
        let new: Vec<_> = new.into_iter().map(|(_, conversation)| conversation).collect();
        Spared { told, hands: inner.hands.give(&new) }
    }

    /// There is nothing new.
    pub(super) fn rest(&self) {
        self.lock().tell_cursor();
    }

    pub(super) fn hint(&self, hint: Hint) {
        let inner = self.lock();
        let down = Down::Hint {
            agent: hint.agent,
            conversation: hint.conversation,
            typing: hint.activity == Activity::Typing,
        };
        let Some(frame) = frame(&down) else { return };
        for socket in inner.sockets.values().filter(|socket| socket.agent != hint.agent) {
            let _full = socket.out.try_send(Out::Frame(frame.clone()));
        }
    }
}

impl Inner {
    fn counts(&self, agent: AgentId) -> Counts {
        let (mine, mine_unread) = self.mine.get(&agent).copied().unwrap_or_default();
        Counts { mine, mine_unread, ..self.totals }
    }

    fn put(&mut self, card: Arc<Card>) {
        if let Some(known) = self.cards.get(&card.id).cloned() {
            if known.seq > card.seq {
                return;
            }
            self.cards.remove(&known.id);
            self.count(&known, -1);
        }
        if card.stage != Stage::Resolved {
            self.count(&card, 1);
            self.cards.insert(card.id, card);
        }
    }

    fn count(&mut self, card: &Card, by: i32) {
        let add = |count: &mut u32| *count = count.saturating_add_signed(by);
        add(&mut self.totals.all);
        match (card.stage, card.owner) {
            (Stage::Bot, _) => add(&mut self.totals.bot),
            (Stage::Waiting, _) => add(&mut self.totals.waiting),
            (Stage::Snoozed, _) => add(&mut self.totals.snoozed),
            (Stage::Assigned, Owner::Agent(agent)) => {
                let (mine, unread) = self.mine.entry(agent).or_default();
                add(mine);
                if card.unread > 0 {
                    add(unread);
                }
            }
            _ => {}
        }
    }

    fn keep(&mut self, place: Place, frame: Utf8Bytes) {
        // An event that settles late stands between others: the place tells, not the order of arrival.
        self.kept.push_back((place, frame));
        while self.kept.len() > KEPT {
            if let Some((gone, _)) = self.kept.pop_front() {
                self.kept_from = self.kept_from.max(gone);
            }
        }
    }

    /// Gives something to every socket. One whose queue is full is let go: its task closes it.
    fn hand_out(&mut self, out: &Out) {
        self.sockets.retain(|_, socket| socket.out.try_send(out.clone()).is_ok());
    }

    fn broadcast(&mut self, down: &Down) {
        if let Some(frame) = frame(down) {
            self.hand_out(&Out::Frame(frame));
        }
    }

    fn tell_counts(&mut self) {
        let Inner { sockets, mine, totals, .. } = self;
        sockets.retain(|_, socket| {
            let (count, unread) = mine.get(&socket.agent).copied().unwrap_or_default();
            let counts = Counts { mine: count, mine_unread: unread, ..*totals };
            if counts == socket.counts {
                return true;
            }
            socket.counts = counts;
            send(&socket.out, &Down::Counts(counts))
        });
    }

    fn tell_cursor(&mut self) {
        let soon = |(at, place): (Instant, Place)| at.elapsed() < TELL || place == self.settled;
        if self.told.is_some_and(soon) {
            return;
        }
        self.told = Some((Instant::now(), self.settled));
        let cursor = Cursor { generation: self.generation, place: self.settled };
        self.broadcast(&Down::Cursor { cursor: cursor.to_string() });
    }
}

/// A frame's text. Everything that we send can be written as JSON.
pub fn frame(down: &Down) -> Option<Utf8Bytes> {
    serde_json::to_string(down).ok().map(Utf8Bytes::from)
}

fn send(out: &mpsc::Sender<Out>, down: &Down) -> bool {
    frame(down).is_some_and(|frame| out.try_send(Out::Frame(frame)).is_ok())
}
