//! How the state is filled: snapshots and pages, from the page itself or from the server.

use std::time::Duration;

use contract::command::Command;
use contract::conversation::Card;
use contract::id::ConversationId;
use contract::inbox::{Inbox, View};
use contract::thread::Thread;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::state::{Live, Slot};
use super::thread::{Local, ThreadState};
use super::{browser, outbox, socket};
use crate::calls::{self, CallError};
use crate::ui::order;

const THREADS_KEPT: usize = 40;

impl Live {
    /// Fills in the snapshot of a view.
    pub fn seed(&self, mut inbox: Inbox) {
        self.clock.set(inbox.now);
        if self.me.get_untracked() != Some(inbox.me) {
            self.me.set(Some(inbox.me));
        }
        self.counts.set(inbox.counts);
        self.agents.set(inbox.agents.clone());
        for card in &mut inbox.cards {
            *card = self.newest(card.clone());
        }
        let (view, me) = (inbox.view, inbox.me);
        inbox.cards.retain(|card| view.shows(card, me));
        order::by_key(&mut inbox.cards, |card| view.key(card));
        if let Some(card) = inbox.offered.take() {
            self.put_card(&card);
        }
        self.list(view).set(Slot::Ready(inbox));
    }

    /// Fills in the snapshot of a thread.
    pub fn seed_thread(&self, thread: Thread) {
        let id = thread.card.id;
        self.clock.set(thread.now);
        self.put_card(&thread.card);
        let early = self.entry(|store| store.early.remove(&id)).unwrap_or_default();
        let slot = self.thread(id);
        slot.update(|slot| match slot.ready_mut() {
            Some(known) => known.replace(thread),
            None => *slot = Slot::Ready(ThreadState::new(thread)),
        });
        for event in early {
            self.apply_to_thread(&event);
        }
    }

    /// Shows what waits to be sent in a thread: after a reload, it is still there.
    pub fn show_waiting(&self, id: ConversationId) {
        let Some(me) = self.me.get_untracked() else { return };
        let waiting = outbox::messages(id);
        if waiting.is_empty() {
            return;
        }
        let at = self.clock.exact();
        self.thread(id).update(|slot| {
            if let Some(thread) = slot.ready_mut() {
                for request in waiting {
                    let known = thread.thread.messages.iter().any(|m| m.client_id == Some(request.id));
                    if !known {
                        thread.add_pending(me, at, request);
                    }
                }
            }
        });
    }

    /// Lets the page live: clock, outbox and socket. In the browser, once the first snapshot is in.
    pub fn start(&self) {
        let live = *self;
        live.clock.start();
        let Some(me) = live.me.get_untracked() else { return };
        outbox::open(me);
        let cursor = View::ALL.into_iter().find_map(|view| {
            live.list(view).with_untracked(|slot| slot.ready().map(|inbox| inbox.cursor.clone()))
        });
        if let Some(cursor) = cursor {
            socket::start(live, cursor);
        }
        let sweep = set_interval_with_handle(move || live.sweep_hints(), Duration::from_secs(1));
        on_cleanup(move || {
            if let Ok(sweep) = sweep {
                sweep.clear();
            }
        });
    }

    /// Loads a view, unless it is here or on its way.
    pub fn ensure_list(&self, view: View) {
        let slot = self.list(view);
        if !slot.with_untracked(|slot| matches!(slot, Slot::Empty | Slot::Failed(_))) {
            return;
        }
        slot.set(Slot::Loading);
        let live = *self;
        spawn_local(async move {
            match calls::inbox(view).await {
                Ok(inbox) => live.seed(inbox),
                Err(error) => live.list(view).set(Slot::Failed(live.check(error))),
            }
        });
    }

    /// Loads the next page of a view.
    pub fn more(&self, view: View) {
        let Some(after) = self.list(view).with_untracked(|slot| slot.ready().and_then(|inbox| inbox.next))
        else {
            return;
        };
        if self.entry(|store| std::mem::replace(&mut store.paging, true)) {
            return;
        }
        let live = *self;
        spawn_local(async move {
            let answer = calls::page(view, after).await;
            live.entry(|store| store.paging = false);
            let Ok(mut page) = answer else { return };
            for card in &mut page.cards {
                *card = live.newest(card.clone());
            }
            live.list(view).update(|slot| {
                if let Some(inbox) = slot.ready_mut().filter(|inbox| inbox.next == Some(after)) {
                    inbox.extend(page);
                }
            });
        });
    }

    /// Loads a thread, unless it is here or on its way.
    pub fn ensure_thread(&self, id: ConversationId) {
        let slot = self.thread(id);
        if !slot.with_untracked(|slot| matches!(slot, Slot::Empty | Slot::Failed(_))) {
            return;
        }
        slot.set(Slot::Loading);
        self.forget_threads(id);
        self.load_thread(id);
    }

    /// Loads a thread anew, behind what is on the screen.
    pub fn load_thread(&self, id: ConversationId) {
        let live = *self;
        live.entry(|store| drop(store.early.insert(id, Vec::new())));
        spawn_local(async move {
            match calls::thread(id).await {
                Ok(thread) => {
                    live.seed_thread(thread);
                    live.show_waiting(id);
                }
                Err(error) => {
                    live.entry(|store| drop(store.early.remove(&id)));
                    let error = live.check(error);
                    live.thread(id).maybe_update(|slot| {
                        let loading = matches!(slot, Slot::Loading);
                        if loading {
                            *slot = Slot::Failed(error);
                        }
                        loading
                    });
                }
            }
        });
    }

    /// Loads the messages before what a thread shows. `done` is called when they are in.
    pub fn earlier(&self, id: ConversationId, done: impl FnOnce() + 'static) {
        let slot = self.thread(id);
        let before = slot.try_update_untracked(|slot| {
            let thread = slot.ready_mut().filter(|thread| !thread.loading_earlier)?;
            let before = thread.thread.before?;
            thread.loading_earlier = true;
            Some(before)
        });
        let Some(before) = before.flatten() else { return };
        spawn_local(async move {
            let page = calls::earlier(id, before).await;
            slot.update(|slot| {
                if let Some(thread) = slot.ready_mut() {
                    thread.loading_earlier = false;
                    if let Ok(page) = page {
                        thread.prepend(page);
                    }
                }
            });
            done();
        });
    }

    /// Tells the desk that what is on the screen has been read, if somebody looks and there is news.
    pub fn mark_read(&self, id: ConversationId) {
        let Some(card) = self.card(id) else { return };
        let (unread, seq) = card.with_untracked(|card| (card.unread, card.seq));
        if unread == 0 || !browser::visible() || self.open.get_untracked() != Some(id) {
            return;
        }
        let told = self.entry(|store| store.read.insert(id, seq).is_some_and(|told| told >= seq));
        if !told {
            self.tell(id, Command::Read { seq });
        }
    }

    /// Loads everything anew by the normal path, then follows the feed from there.
    pub(super) fn reset(&self) {
        if self.entry(|store| std::mem::replace(&mut store.resetting, true)) {
            return;
        }
        let live = *self;
        spawn_local(async move {
            let view = live.view.get_untracked();
            let answer = calls::inbox(view).await;
            live.entry(|store| store.resetting = false);
            match answer {
                Ok(inbox) => {
                    let cursor = inbox.cursor.clone();
                    for other in View::ALL.into_iter().filter(|other| *other != view) {
                        live.list(other).set(Slot::Empty);
                    }
                    live.seed(inbox);
                    live.entry(|store| {
                        let open = live.open.get_untracked();
                        store.threads.retain(|id, _| Some(*id) == open);
                    });
                    if let Some(open) = live.open.get_untracked() {
                        live.load_thread(open);
                    }
                    socket::restart(cursor);
                }
                Err(error) => {
                    live.check(error);
                    set_timeout(move || live.reset(), Duration::from_secs(3));
                }
            }
        });
    }

    /// Puts a row where it belongs: in the cache of rows and in every view that is loaded.
    pub(super) fn put_card(&self, card: &Card) {
        let card = self.newest(card.clone());
        let asked = card.offer.and_then(|offer| offer.agent);
        let mine = asked.is_some() && asked == self.me.get_untracked();
        if mine != (self.offered.get_untracked() == Some(card.id)) {
            self.offered.set(mine.then_some(card.id));
        }
        let lists: Vec<_> = self.store.with_value(|store| store.views.values().cloned().collect());
        for list in lists {
            list.maybe_update(|slot| slot.ready_mut().is_some_and(|inbox| inbox.put(card.clone())));
        }
    }

    /// The newest of a row and what is known of it; the newest is what is known from now on.
    pub(super) fn newest(&self, card: Card) -> Card {
        let known = self.entry(|store| match store.cards.get(&card.id) {
            Some(known) => Some(known.clone()),
            None => {
                store.cards.insert(card.id, ArcRwSignal::new(card.clone()));
                None
            }
        });
        let Some(known) = known else { return card };
        let newer = known.with_untracked(|known| known.seq < card.seq);
        if newer {
            known.set(card.clone());
            return card;
        }
        known.get_untracked()
    }

    /// Keeps the cache of threads small.
    fn forget_threads(&self, but: ConversationId) {
        let open = self.open.get_untracked();
        self.entry(|store| {
            if store.threads.len() > THREADS_KEPT {
                store.threads.retain(|id, slot| {
                    *id == but
                        || Some(*id) == open
                        || slot.with_untracked(|slot| slot.ready().is_some_and(ThreadState::unsent))
                });
            }
        });
    }

    /// Sends the person to the sign-in page if that is what is wrong.
    pub(super) fn check(&self, error: CallError) -> CallError {
        if error.signed_out() {
            go_and_sign_in();
        }
        error
    }
}

impl ThreadState {
    /// Whether something written here is not confirmed.
    fn unsent(&self) -> bool {
        self.pending.iter().any(|key| {
            self.bubbles.get(key).is_some_and(|bubble| {
                bubble
                    .with_untracked(|bubble| matches!(bubble.local, Some(Local::Waiting | Local::Refused(_))))
            })
        })
    }
}

/// Leaves for the sign-in page, to come back here. The sandbox needs no signing in, and stays.
pub(super) fn go_and_sign_in() {
    let here = browser::here();
    if !here.starts_with("/sandbox") {
        let next = String::from(js_sys::encode_uri_component(&here));
        browser::go(&format!("/login?next={next}"));
    }
}
