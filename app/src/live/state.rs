//! What the screens read: rows, views and threads, each behind its own signal, and what the screens may ask.
//!
//! There is one `Live` a page. It is made while the page is rendered, filled from the snapshot that the server
//! put into it, and from then on moved by events.

use std::collections::HashMap;

use contract::command::{Command, Refusal, Request};
use contract::conversation::Card;
use contract::frame::Up;
use contract::id::{AgentId, ClientId, ConversationId};
use contract::inbox::{Counts, Inbox, View};
use contract::person::{AgentCard, Presence};
use contract::time::Time;
use leptos::prelude::*;

use super::clock::Clock;
use super::drafts::{self, Mode};
use super::thread::ThreadState;
use super::upload::Attachment;
use super::{browser, outbox, socket};
use crate::calls::CallError;
use crate::ui::order;

/// Something that is loaded once and then kept fresh.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Slot<T> {
    /// Nobody has asked for it.
    #[default]
    Empty,
    /// On its way.
    Loading,
    /// Here.
    Ready(T),
    /// It could not be had.
    Failed(CallError),
}

impl<T> Slot<T> {
    /// What is here, if it is.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Slot::Ready(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn ready_mut(&mut self) -> Option<&mut T> {
        match self {
            Slot::Ready(value) => Some(value),
            _ => None,
        }
    }
}

/// How the socket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Link {
    /// Not begun.
    #[default]
    Idle,
    /// Being opened.
    Connecting,
    /// The server has said hello.
    Ready,
    /// Gone; it comes back by itself.
    Lost,
    /// The session has ended.
    SignedOut,
    /// This build is too old for the server.
    Outdated,
}

/// What a colleague does, as far as we have heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// Where.
    pub conversation: ConversationId,
    /// Whether they are typing.
    pub typing: bool,
    /// When we heard it.
    pub at: Time,
}

/// Something to tell the person, once.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// A command was refused.
    Refused {
        /// The word of its verb.
        verb: &'static str,
        /// Why.
        refusal: Refusal,
    },
    /// The socket is back after it was away; so many things happened meanwhile.
    Back {
        /// How many.
        updates: u32,
    },
}

#[derive(Debug, Default)]
pub(super) struct Store {
    pub views: HashMap<View, ArcRwSignal<Slot<Inbox>>>,
    pub cards: HashMap<ConversationId, ArcRwSignal<Card>>,
    pub threads: HashMap<ConversationId, ArcRwSignal<Slot<ThreadState>>>,
    pub drafts: HashMap<(ConversationId, Mode), ArcRwSignal<String>>,
    pub modes: HashMap<ConversationId, Mode>,
    pub attachments: HashMap<ConversationId, ArcRwSignal<Option<Attachment>>>,
    pub acting: HashMap<ClientId, ConversationId>,
    /// Events of threads that are on their way: a snapshot may be older than what was heard meanwhile.
    pub early: HashMap<ConversationId, Vec<contract::event::Event>>,
    /// Up to which event we have said that a conversation was read.
    pub read: HashMap<ConversationId, i64>,
    pub build: Option<String>,
    pub resetting: bool,
    pub paging: bool,
}

/// The state of the desk in this page.
#[derive(Debug, Clone, Copy)]
pub struct Live {
    /// The clock of the screens.
    pub clock: Clock,
    /// How the socket is.
    pub link: RwSignal<Link>,
    /// Who sits here.
    pub me: RwSignal<Option<AgentId>>,
    /// How many conversations each view holds.
    pub counts: RwSignal<Counts>,
    /// The colleagues.
    pub agents: RwSignal<Vec<AgentCard>>,
    /// What colleagues do.
    pub hints: RwSignal<HashMap<AgentId, Hint>>,
    /// What is to be told.
    pub notices: RwSignal<Vec<Notice>>,
    /// What customers wrote in the open thread and what has not been read out yet: name and text.
    pub arrivals: RwSignal<Vec<(String, String)>>,
    /// The server runs another build than this page.
    pub outdated: RwSignal<bool>,
    /// The view on the screen.
    pub view: RwSignal<View>,
    /// The conversation on the screen.
    pub open: RwSignal<Option<ConversationId>>,
    /// What this person is asked to take.
    pub offered: RwSignal<Option<ConversationId>>,
    /// Whether the browser has taken over. Until then only what the server has rendered may be shown: what several
    /// parts read and one of them loads would otherwise be there in one rendering and not in the other.
    pub awake: RwSignal<bool>,
    /// Goes up whenever a command was sent or answered.
    pub acts: RwSignal<u32>,
    pub(super) missed: StoredValue<Option<u32>>,
    pub(super) store: StoredValue<Store>,
}

/// The state of the desk, from the context.
pub fn use_live() -> Live {
    expect_context::<Live>()
}

impl Live {
    /// The state before anything is known.
    pub fn new() -> Live {
        Live {
            clock: Clock::new(),
            link: RwSignal::default(),
            me: RwSignal::new(None),
            counts: RwSignal::default(),
            agents: RwSignal::default(),
            hints: RwSignal::default(),
            notices: RwSignal::default(),
            arrivals: RwSignal::default(),
            outdated: RwSignal::new(false),
            view: RwSignal::default(),
            open: RwSignal::new(None),
            offered: RwSignal::new(None),
            awake: RwSignal::new(false),
            acts: RwSignal::new(0),
            missed: StoredValue::new(None),
            store: StoredValue::new(Store::default()),
        }
    }

    /// How many conversations each view holds, once the browser has taken over.
    pub fn shown_counts(&self) -> Counts {
        if self.awake.get() { self.counts.get() } else { Counts::default() }
    }

    /// A view's list.
    pub fn list(&self, view: View) -> ArcRwSignal<Slot<Inbox>> {
        self.entry(|store| store.views.entry(view).or_default().clone())
    }

    /// A thread.
    pub fn thread(&self, id: ConversationId) -> ArcRwSignal<Slot<ThreadState>> {
        self.entry(|store| store.threads.entry(id).or_insert_with(|| ArcRwSignal::new(Slot::Empty)).clone())
    }

    /// A row, if it is known.
    pub fn card(&self, id: ConversationId) -> Option<ArcRwSignal<Card>> {
        self.store.with_value(|store| store.cards.get(&id).cloned())
    }

    /// Every row that is known, the latest first.
    pub fn known_cards(&self) -> Vec<Card> {
        let mut cards: Vec<Card> =
            self.store.with_value(|store| store.cards.values().map(|card| card.get_untracked()).collect());
        order::by_key(&mut cards, |card| -card.last_at.0);
        cards
    }

    /// What is being written in a conversation.
    pub fn draft(&self, id: ConversationId, mode: Mode) -> ArcRwSignal<String> {
        self.entry(|store| store.drafts.entry((id, mode)).or_default().clone())
    }

    /// Brings back what was being written there before the page was loaded.
    pub fn load_draft(&self, id: ConversationId, mode: Mode) {
        let Some(me) = self.me.get_untracked() else { return };
        let draft = self.draft(id, mode);
        if draft.with_untracked(String::is_empty) {
            draft.set(drafts::load(me, id, mode));
        }
    }

    /// Keeps what is being written.
    pub fn write(&self, id: ConversationId, mode: Mode, text: String) {
        if let Some(me) = self.me.get_untracked() {
            drafts::save(me, id, mode, &text);
        }
        self.draft(id, mode).set(text);
    }

    /// What the composer last wrote in a conversation: replies or notes.
    pub fn mode(&self, id: ConversationId) -> Mode {
        self.store.with_value(|store| store.modes.get(&id).copied().unwrap_or(Mode::Reply))
    }

    /// Remembers what the composer writes in a conversation.
    pub fn set_mode(&self, id: ConversationId, mode: Mode) {
        self.entry(|store| store.modes.insert(id, mode));
    }

    /// Asks for something, and keeps asking until there is an answer.
    pub fn ask(&self, conversation: ConversationId, command: Command) -> ClientId {
        let request = Request { id: browser::fresh_id(), conversation, command };
        let id = request.id;
        let message = matches!(request.command, Command::Reply { .. } | Command::Note { .. });
        if let (true, Some(me)) = (message, self.me.get_untracked()) {
            let at = self.clock.exact();
            self.thread(conversation).maybe_update(|slot| match slot.ready_mut() {
                Some(thread) => {
                    thread.add_pending(me, at, request.clone());
                    true
                }
                None => false,
            });
        }
        if !message {
            self.entry(|store| store.acting.insert(id, conversation));
            self.acts.update(|acts| *acts += 1);
        }
        outbox::put(request.clone());
        socket::send(&Up::Command(request));
        id
    }

    /// Tells something that nobody waits for.
    pub fn tell(&self, conversation: ConversationId, command: Command) {
        socket::send(&Up::Command(Request { id: browser::fresh_id(), conversation, command }));
    }

    /// Whether something asked of a conversation is not answered yet.
    pub fn acting(&self, conversation: ConversationId) -> bool {
        self.acts.track();
        self.store.with_value(|store| store.acting.values().any(|other| *other == conversation))
    }

    /// Says whether this person takes work.
    pub fn set_presence(&self, presence: Presence) {
        let Some(me) = self.me.get_untracked() else { return };
        if socket::send(&Up::Presence { presence }) {
            self.agents.update(|agents| {
                if let Some(card) = agents.iter_mut().find(|card| card.id == me) {
                    card.presence = presence;
                }
            });
        }
    }

    /// Says which conversation is on the screen.
    pub fn look_at(&self, conversation: Option<ConversationId>) {
        if self.open.get_untracked() != conversation {
            self.open.set(conversation);
            self.arrivals.set(Vec::new());
        }
        socket::send(&Up::Viewing { conversation });
    }

    /// Colleagues at a conversation, and whether they type: those heard of lately, without this person.
    pub fn company(&self, conversation: ConversationId) -> Vec<(String, bool)> {
        let me = self.me.get();
        let agents = self.agents.get();
        let mut company: Vec<(String, bool)> = self.hints.with(|hints| {
            let here = |(id, hint): (&AgentId, &Hint)| {
                let named = agents.iter().find(|agent| agent.id == *id)?;
                (hint.conversation == conversation && Some(*id) != me)
                    .then(|| (named.name.clone(), hint.typing))
            };
            hints.iter().filter_map(here).collect()
        });
        order::by_key(&mut company, |(name, _)| name.clone());
        company
    }

    /// Takes what is to be told.
    pub fn take_notices(&self) -> Vec<Notice> {
        if self.notices.with(Vec::is_empty) {
            return Vec::new();
        }
        self.notices.try_update(std::mem::take).unwrap_or_default()
    }

    pub(super) fn notify(&self, notice: Notice) {
        self.notices.update(|notices| notices.push(notice));
    }

    pub(super) fn entry<T>(&self, find: impl FnOnce(&mut Store) -> T) -> T {
        let mut store = self.store.write_value();
        find(&mut store)
    }
}

impl Default for Live {
    fn default() -> Self {
        Live::new()
    }
}
