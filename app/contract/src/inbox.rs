//! The list of conversations: a snapshot, and the pure change of it by events.

use serde::{Deserialize, Serialize};

use crate::conversation::{Card, Owner, Stage};
use crate::event::Event;
use crate::id::{AgentId, ConversationId};
use crate::person::AgentCard;
use crate::time::Time;

/// Which conversations a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// Assigned to me.
    Mine,
    /// Waiting for somebody, longest first.
    #[default]
    Waiting,
    /// Everything that is not resolved.
    All,
    /// With a bot.
    Bot,
    /// Put aside.
    Snoozed,
    /// Done, latest first.
    Resolved,
}

impl View {
    /// Every view, in the order of the tabs.
    pub const ALL: [View; 6] =
        [View::Mine, View::Waiting, View::All, View::Bot, View::Snoozed, View::Resolved];

    /// The word in addresses and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            View::Mine => "mine",
            View::Waiting => "waiting",
            View::All => "all",
            View::Bot => "bot",
            View::Snoozed => "snoozed",
            View::Resolved => "resolved",
        }
    }

    /// The view of a word, if it is one.
    pub fn parse(word: &str) -> Option<View> {
        View::ALL.into_iter().find(|view| view.as_str() == word)
    }

    /// Whether it shows this conversation to this person.
    pub fn shows(self, card: &Card, me: AgentId) -> bool {
        match self {
            View::Mine => card.stage == Stage::Assigned && card.owner == Owner::Agent(me),
            View::Waiting => card.stage == Stage::Waiting,
            View::All => card.stage != Stage::Resolved,
            View::Bot => card.stage == Stage::Bot,
            View::Snoozed => card.stage == Stage::Snoozed,
            View::Resolved => card.stage == Stage::Resolved,
        }
    }

    /// The key by which it sorts, smallest first: the longest wait on top of the queue, the latest news on
    /// top of the others. The id breaks ties, so that pages neither skip nor repeat.
    pub fn key(self, card: &Card) -> PageKey {
        let at = match self {
            View::Waiting => card.waiting_since.unwrap_or(card.last_at).0,
            _ => -card.last_at.0,
        };
        PageKey { at, id: card.id }
    }
}

/// A place in a sorted list: where the next page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PageKey {
    /// Milliseconds, negative where the latest comes first.
    pub at: i64,
    /// Breaks ties.
    pub id: ConversationId,
}

/// How many conversations each view holds. The view of resolved ones has no count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Counts {
    /// Assigned to me.
    pub mine: u32,
    /// Assigned to me, with something that I have not read.
    pub mine_unread: u32,
    /// Waiting for somebody.
    pub waiting: u32,
    /// Not resolved.
    pub all: u32,
    /// With a bot.
    pub bot: u32,
    /// Put aside.
    pub snoozed: u32,
}

impl Counts {
    /// The count of a view, if it has one.
    pub fn of(&self, view: View) -> Option<u32> {
        match view {
            View::Mine => Some(self.mine),
            View::Waiting => Some(self.waiting),
            View::All => Some(self.all),
            View::Bot => Some(self.bot),
            View::Snoozed => Some(self.snoozed),
            View::Resolved => None,
        }
    }
}

/// The inbox of one person in one view: what the server sends first, and what the browser keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// Whose.
    pub me: AgentId,
    /// Which view.
    pub view: View,
    /// The rows, sorted by the view's key.
    pub cards: Vec<Card>,
    /// Where the next page begins; absent when everything is here.
    pub next: Option<PageKey>,
    /// How many each view holds.
    pub counts: Counts,
    /// The colleagues, sorted by name.
    pub agents: Vec<AgentCard>,
    /// The place in the feed that this snapshot stands at. Opaque.
    pub cursor: String,
    /// The server's clock at the snapshot.
    pub now: Time,
    /// What this person is asked to take.
    #[serde(default)]
    pub offered: Option<Box<Card>>,
}

impl Inbox {
    /// Applies an event: a newer row replaces the older one, moves, comes in or goes out. An event that is
    /// not newer changes nothing, so overlap is harmless. Says whether anything changed.
    pub fn apply(&mut self, event: &Event) -> bool {
        self.put((*event.card).clone())
    }

    /// Puts a row where it belongs, unless it is older than what is here.
    pub fn put(&mut self, card: Card) -> bool {
        let known = self.cards.iter().position(|known| known.id == card.id);
        if let Some(at) = known {
            if self.cards[at].seq >= card.seq {
                return false;
            }
            self.cards.remove(at);
        }
        if !self.view.shows(&card, self.me) {
            return known.is_some();
        }
        let key = self.view.key(&card);
        // A row past the end of what is loaded belongs to a page that is not here yet.
        if self.next.is_some_and(|next| key >= next) {
            return known.is_some();
        }
        let at = self.cards.partition_point(|other| self.view.key(other) < key);
        self.cards.insert(at, card);
        true
    }

    /// Appends the next page.
    pub fn extend(&mut self, page: Page) {
        self.next = page.next;
        for card in page.cards {
            self.put(card);
        }
    }

    /// The row of a conversation, if it is loaded.
    pub fn card(&self, id: ConversationId) -> Option<&Card> {
        self.cards.iter().find(|card| card.id == id)
    }
}

/// One more page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The rows.
    pub cards: Vec<Card>,
    /// Where the page after it begins.
    pub next: Option<PageKey>,
}
