//! The bus: wake-ups and lossy hints, never business data. Every job that is woken looks into the database, and
//! looks again by itself from time to time, so that a lost wake-up costs a moment and nothing else.

use std::sync::Mutex;

use contract::{AgentId, ConversationId};
use tokio::sync::{broadcast, mpsc, watch};

use crate::jobs::marks::Mark;

pub mod pg;

/// What is worth waking for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Events were appended.
    Events,
    /// Deliveries were queued.
    Deliveries,
    /// Bots' turns were queued.
    Turns,
    /// A number was added, or may send again.
    Channels,
    /// Files are to be fetched.
    Files,
    /// Addresses are to be told something.
    Endpoints,
    /// Rules were published.
    Rules,
}

impl Topic {
    const ALL: [Topic; 7] = [
        Topic::Events,
        Topic::Deliveries,
        Topic::Turns,
        Topic::Channels,
        Topic::Files,
        Topic::Endpoints,
        Topic::Rules,
    ];

    fn letter(self) -> char {
        match self {
            Topic::Events => 'e',
            Topic::Deliveries => 'd',
            Topic::Turns => 't',
            Topic::Channels => 'c',
            Topic::Files => 'f',
            Topic::Endpoints => 'p',
            Topic::Rules => 'r',
        }
    }
}

/// Somebody looks at a conversation or types in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// Who.
    pub agent: AgentId,
    /// Where; absent: no longer anywhere.
    pub conversation: Option<ConversationId>,
    /// What they do there.
    pub activity: Activity,
}

/// What somebody does in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// They look at it.
    Viewing,
    /// They type.
    Typing,
}

/// The bus of this process. Other processes hear of it through [`pg`].
pub struct Bus {
    woken: [watch::Sender<u64>; Topic::ALL.len()],
    hints: broadcast::Sender<Hint>,
    outward: broadcast::Sender<Outward>,
    marks: mpsc::Sender<Mark>,
    marks_inbox: Mutex<Option<mpsc::Receiver<Mark>>>,
}

/// What other processes are told.
#[derive(Debug, Clone, Copy)]
enum Outward {
    Wake(Topic),
    Hint(Hint),
}

impl Default for Bus {
    fn default() -> Bus {
        let (marks, inbox) = mpsc::channel(256);
        Bus {
            woken: Default::default(),
            hints: broadcast::Sender::new(256),
            outward: broadcast::Sender::new(1024),
            marks,
            marks_inbox: Mutex::new(Some(inbox)),
        }
    }
}

impl Bus {
    /// Events were appended, here.
    pub fn events(&self) {
        self.wake(Topic::Events);
    }

    /// Deliveries were queued, here.
    pub fn deliveries(&self) {
        self.wake(Topic::Deliveries);
    }

    /// Bots' turns were queued, here.
    pub fn turns(&self) {
        self.wake(Topic::Turns);
    }

    /// A number was added, or may send again, here.
    pub fn channels(&self) {
        self.wake(Topic::Channels);
    }

    /// Files are to be fetched, here.
    pub fn files(&self) {
        self.wake(Topic::Files);
    }

    /// Addresses are to be told something, here.
    pub fn endpoints(&self) {
        self.wake(Topic::Endpoints);
    }

    /// Rules were published, here.
    pub fn rules(&self) {
        self.wake(Topic::Rules);
    }

    fn wake(&self, topic: Topic) {
        self.wake_here(topic);
        // Nobody may listen: a single process needs nobody else.
        let _unheard = self.outward.send(Outward::Wake(topic));
    }

    /// Something happened in another process.
    fn wake_here(&self, topic: Topic) {
        self.woken[topic as usize].send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Where one hears of a topic. A wake-up between a look and a wait is not lost.
    pub fn listen(&self, topic: Topic) -> watch::Receiver<u64> {
        self.woken[topic as usize].subscribe()
    }

    /// Somebody types.
    pub fn typing(&self, agent: AgentId, conversation: ConversationId) {
        self.hint(Hint { agent, conversation: Some(conversation), activity: Activity::Typing });
    }

    /// Somebody does something that colleagues like to know.
    pub fn hint(&self, hint: Hint) {
        self.hint_here(hint);
        let _unheard = self.outward.send(Outward::Hint(hint));
    }

    fn hint_here(&self, hint: Hint) {
        let _unheard = self.hints.send(hint);
    }

    /// Where one hears hints.
    pub fn hints(&self) -> broadcast::Receiver<Hint> {
        self.hints.subscribe()
    }

    /// Asks for a mark of reading at the provider. Dropped when there is too much to do: it is a courtesy.
    pub fn mark(&self, mark: Mark) {
        let _full = self.marks.try_send(mark);
    }

    /// The marks, for the one job that makes them.
    pub fn marks(&self) -> Option<mpsc::Receiver<Mark>> {
        self.marks_inbox.lock().ok()?.take()
    }
}
