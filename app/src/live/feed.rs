//! How the state moves: events change it, answers settle what was asked, hints come and go.

use std::time::Duration;

use contract::command::{Ack, Command, Refusal, RefusalCode, Request};
use contract::event::{Change, Event};
use contract::frame::{Down, Up};
use contract::id::{AgentId, ClientId, ConversationId};
use contract::message::{Author, Body};
use leptos::prelude::*;

use super::drafts::Mode;
use super::load::go_and_sign_in;
use super::state::{Hint, Link, Live, Notice};
use super::{browser, outbox, socket};

const TYPING_MS: i64 = 5_000;
const VIEWING_MS: i64 = 120_000;
const BUSY_TRIES: u32 = 5;

impl Live {
    /// Sends a refused message once more, changed by `change`, under a new key.
    pub fn again(&self, request: Request, change: impl FnOnce(&mut Command)) {
        self.discard(request.conversation, request.id);
        let mut command = request.command;
        change(&mut command);
        self.ask(request.conversation, command);
    }

    /// Takes a refused message's text out of the draft that it was put back into.
    pub fn unwrite(&self, request: &Request) {
        if let Some((mode, text)) = written(&request.command)
            && self.draft(request.conversation, mode).with_untracked(|draft| *draft == text)
        {
            self.write(request.conversation, mode, String::new());
        }
    }

    /// Takes a refused message off the screen.
    pub fn discard(&self, conversation: ConversationId, id: ClientId) {
        self.thread(conversation).update(|slot| {
            if let Some(thread) = slot.ready_mut() {
                thread.discard(id);
            }
        });
    }

    /// Says how the socket is.
    pub fn set_link(&self, link: Link) {
        let before = self.link.get_untracked();
        if before == link {
            return;
        }
        if link == Link::Lost {
            self.missed.set_value(Some(0));
            self.hints.set(std::collections::HashMap::new());
        }
        match link {
            Link::Ready => browser::mark_body("data-live", "ready"),
            Link::Lost => browser::mark_body("data-live", "lost"),
            _ => {}
        }
        if link == Link::SignedOut {
            go_and_sign_in();
        }
        // While it is being opened again it is still lost to the person who waits.
        if !(link == Link::Connecting && before == Link::Lost) {
            self.link.set(link);
        }
    }

    pub(super) fn greeted(&self, build: &str) {
        let other = self.entry(|store| match &store.build {
            Some(known) => known != build,
            None => {
                store.build = Some(build.to_owned());
                false
            }
        });
        if other {
            self.outdated.set(true);
        }
        for request in outbox::all() {
            socket::send(&Up::Command(request));
        }
        socket::send(&Up::Viewing { conversation: self.open.get_untracked() });
        browser::mark("baton-interactive");
        self.set_link(Link::Ready);
    }

    pub(super) fn caught_up(&self) {
        if let Some(updates) = self.missed.try_update_value(Option::take).flatten() {
            self.notify(Notice::Back { updates });
        }
    }

    pub(super) fn hear(&self, frame: Down) {
        match frame {
            Down::Event(event) => self.event(&event),
            Down::Ack(ack) => self.acked(&ack),
            Down::Refused(refusal) => self.refused(refusal),
            Down::Counts(counts) => {
                if self.counts.get_untracked() != counts {
                    self.counts.set(counts);
                }
            }
            Down::Agents { agents } => self.agents.set(agents),
            Down::Hint { agent, conversation, typing } => self.hinted(agent, conversation, typing),
            Down::Hello { .. } | Down::Cursor { .. } | Down::Reset { .. } | Down::Pong => {}
        }
    }

    fn event(&self, event: &Event) {
        self.missed.update_value(|missed| {
            if let Some(missed) = missed {
                *missed += 1;
            }
        });
        let fresh =
            self.card(event.conversation).is_none_or(|card| card.with_untracked(|card| card.seq) < event.seq);
        self.put_card(&event.card);
        let waits = self.entry(|store| match store.early.get_mut(&event.conversation) {
            Some(early) => {
                early.push(event.clone());
                true
            }
            None => false,
        });
        if !waits || self.thread(event.conversation).with_untracked(|slot| slot.ready().is_some()) {
            self.apply_to_thread(event);
        }
        if fresh && self.open.get_untracked() == Some(event.conversation) {
            self.arrived(event);
        }
    }

    pub(super) fn apply_to_thread(&self, event: &Event) {
        let known = self.store.with_value(|store| store.threads.get(&event.conversation).cloned());
        let Some(slot) = known else { return };
        let mut missing = false;
        slot.maybe_update(|slot| {
            let Some(thread) = slot.ready_mut() else { return false };
            let (changed, gap) = thread.apply(event);
            missing = gap;
            changed
        });
        if missing {
            self.load_thread(event.conversation);
        }
    }

    fn arrived(&self, event: &Event) {
        let Some(message) = &event.message else { return };
        if matches!(event.change, Change::MessageCreated { .. }) && message.author == Author::Contact {
            let text = message.body.words().unwrap_or_default().to_owned();
            self.arrivals.update(|arrivals| arrivals.push((event.card.contact_name.clone(), text)));
        }
    }

    fn acked(&self, ack: &Ack) {
        outbox::take(ack.id);
        self.settled(ack.id);
    }

    fn settled(&self, id: ClientId) {
        if self.entry(|store| store.acting.remove(&id)).is_some() {
            self.acts.update(|acts| *acts += 1);
        }
    }

    fn refused(&self, refusal: Refusal) {
        if refusal.code == RefusalCode::Unavailable && outbox::tried(refusal.id) <= BUSY_TRIES {
            let id = refusal.id;
            set_timeout(
                move || {
                    if let Some(request) = outbox::all().into_iter().find(|request| request.id == id) {
                        socket::send(&Up::Command(request));
                    }
                },
                Duration::from_secs(2),
            );
            return;
        }
        self.settled(refusal.id);
        let Some(waiting) = outbox::take(refusal.id) else { return };
        let request = waiting.request;
        if !matches!(request.command, Command::Reply { .. } | Command::Note { .. }) {
            self.notify(Notice::Refused { verb: request.command.verb(), refusal });
            return;
        }
        let conversation = request.conversation;
        if let Some((mode, text)) = written(&request.command)
            && self.draft(conversation, mode).with_untracked(String::is_empty)
        {
            self.write(conversation, mode, text);
        }
        let slot = self.thread(conversation);
        let shown = slot.with_untracked(|slot| slot.ready().is_some());
        if shown {
            slot.update(|slot| {
                if let Some(thread) = slot.ready_mut() {
                    thread.refuse(&refusal);
                }
            });
        } else {
            self.notify(Notice::Refused { verb: request.command.verb(), refusal });
        }
    }

    fn hinted(&self, agent: AgentId, conversation: Option<ConversationId>, typing: bool) {
        let at = browser::clock();
        self.hints.update(|hints| match conversation {
            Some(conversation) => drop(hints.insert(agent, Hint { conversation, typing, at })),
            None => drop(hints.remove(&agent)),
        });
    }

    /// Forgets what was heard too long ago.
    pub(super) fn sweep_hints(&self) {
        let now = browser::clock();
        self.hints.maybe_update(|hints| {
            let before = hints.len();
            let mut changed = false;
            hints.retain(|_, hint| now.since_ms(hint.at) < VIEWING_MS);
            for hint in hints.values_mut().filter(|hint| hint.typing) {
                if now.since_ms(hint.at) > TYPING_MS {
                    hint.typing = false;
                    changed = true;
                }
            }
            changed || before != hints.len()
        });
    }
}

/// The text that a command carries, and what it was written as.
fn written(command: &Command) -> Option<(Mode, String)> {
    match command {
        Command::Reply { body: Body::Text { text }, .. } => Some((Mode::Reply, text.clone())),
        Command::Note { text } => Some((Mode::Note, text.clone())),
        _ => None,
    }
}
