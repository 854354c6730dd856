//! The phone in the hand: which one, on which line, what it shows, and the poll that keeps it fresh.

use contract::message::Body;
use contract::sandbox::{Line, PhoneAct, PhoneCard, PhoneMessage, PhoneView};
use leptos::prelude::*;
use leptos::task::{spawn_local, spawn_local_scoped_with_cancellation};

use crate::calls::{self, CallError};
use crate::lean::Brought;
use crate::live::browser;
use crate::ui::browser::sleep;

/// All phones, and the lines that they can write to.
type Listed = (Vec<PhoneCard>, Vec<Line>);

/// What the server said of the phones when the page was opened.
pub(super) type Known = Result<Listed, CallError>;

/// How long the server may wait for news before it answers, in milliseconds.
const WAIT: u32 = 20_000;

/// The phone in the hand.
#[derive(Clone, Copy)]
pub(super) struct Handset {
    known: Brought<Known>,
    /// The phones as they were listed since. Apart, because what hangs on `known` is drawn anew with it, and a message
    /// that somebody is writing would be lost.
    news: RwSignal<Option<Listed>>,
    /// Which phone.
    pub(super) number: Memo<Option<String>>,
    /// On which line.
    pub(super) line: Memo<Option<String>>,
    /// What it shows.
    pub(super) view: RwSignal<Option<PhoneView>>,
    /// Whether the server was reached last time.
    pub(super) reached: RwSignal<bool>,
    /// Why the last act was not done.
    pub(super) problem: RwSignal<Option<String>>,
    /// The message that the next one answers.
    pub(super) answering: RwSignal<Option<PhoneMessage>>,
    /// The message that is being changed.
    pub(super) editing: RwSignal<Option<PhoneMessage>>,
}

impl Handset {
    pub(super) fn new(
        known: Brought<Known>,
        phone: Memo<Option<String>>,
        line: Memo<Option<String>>,
    ) -> Handset {
        let first = RwSignal::new((None, None));
        let news = RwSignal::new(None);
        Effect::new(move |_| {
            if let Some((phones, lines)) = listed(news, known) {
                let phone = phones.first().map(|phone| phone.number.clone());
                first.set((phone, lines.first().map(|line| line.provider_channel.clone())));
            }
        });
        Handset {
            known,
            news,
            number: Memo::new(move |_| phone.get().or_else(|| first.get().0)),
            line: Memo::new(move |_| line.get().or_else(|| first.get().1)),
            view: RwSignal::new(None),
            reached: RwSignal::new(true),
            problem: RwSignal::new(None),
            answering: RwSignal::new(None),
            editing: RwSignal::new(None),
        }
    }

    /// All phones. Reads inside `<Transition>` only.
    pub(super) fn phones(self) -> Vec<PhoneCard> {
        listed(self.news, self.known).map(|(phones, _)| phones).unwrap_or_default()
    }

    /// All lines. Reads inside `<Transition>` only.
    pub(super) fn lines(self) -> Vec<Line> {
        listed(self.news, self.known).map(|(_, lines)| lines).unwrap_or_default()
    }

    /// Asks again which phones and lines there are.
    pub(super) fn look_for_phones(self) {
        spawn_local(async move {
            let Ok(news) = calls::phones().await else { return };
            let Some(first) = self.known.try_get_untracked().flatten() else { return };
            let same = self.news.try_with_untracked(|shown| shown.as_ref() == Some(&news));
            if first.is_err() {
                self.known.set(Some(Ok(news)));
            } else if same == Some(false) {
                self.news.set(Some(news));
            }
        });
    }

    /// Follows the conversation of this phone on this line, for as long as it is the one in the hand.
    pub(super) fn live(self) {
        Effect::new(move |_| {
            let (Some(number), Some(line)) = (self.number.get(), self.line.get()) else { return };
            self.view.set(None);
            self.answering.set(None);
            self.editing.set(None);
            self.problem.set(None);
            spawn_local_scoped_with_cancellation(self.follow(number, line));
        });
        self.look_when_something_came();
    }

    /// Asks, and asks again; while the server is away, less and less often. A server that was restarted may count
    /// its revisions anew, so that after a failure nothing counts as known.
    async fn follow(self, number: String, line: String) {
        let mut known = None;
        let mut pause = 250;
        loop {
            let wait = if known.is_some() { WAIT } else { 0 };
            match calls::phone(number.clone(), line.clone(), known.unwrap_or(-1), wait).await {
                Ok(view) => {
                    known = Some(view.revision);
                    pause = 250;
                    self.reached.set(true);
                    if self.view.with_untracked(|shown| shown.as_ref() != Some(&view)) {
                        self.view.set(Some(view));
                    }
                }
                Err(error) => {
                    known = None;
                    self.reached.set(false);
                    if let CallError::Sandbox(sentence) = error {
                        self.problem.set(Some(sentence));
                    }
                    sleep(pause).await;
                    pause = (pause * 2).min(5000);
                }
            }
        }
    }

    /// Tells the sandbox that somebody looks, once for each message that came in.
    fn look_when_something_came(self) {
        let latest = Memo::new(move |_| {
            self.view.with(|view| {
                view.as_ref()?
                    .messages
                    .iter()
                    .rev()
                    .find(|message| !message.mine)
                    .map(|message| message.id.clone())
            })
        });
        let back = Trigger::new();
        Effect::new(move |_| {
            let listener = window_event_listener(leptos::ev::visibilitychange, move |_| back.notify());
            on_cleanup(move || listener.remove());
        });
        Effect::new(move |looked: Option<Option<String>>| {
            back.track();
            let latest = latest.get();
            if !browser::visible() {
                return looked.flatten();
            }
            if latest.is_some() && looked.flatten() != latest {
                self.act(PhoneAct::Look);
            }
            latest
        });
    }

    /// Does something on the phone.
    pub(super) fn act(self, act: PhoneAct) {
        self.act_then(act, |_| ());
    }

    /// Does something on the phone, and tells whether it was done.
    pub(super) fn act_then(self, act: PhoneAct, then: impl FnOnce(bool) + 'static) {
        let (Some(number), Some(line)) = (self.number.get_untracked(), self.line.get_untracked()) else {
            return;
        };
        let quiet = matches!(act, PhoneAct::Look);
        spawn_local(async move {
            let outcome = calls::phone_act(number, line, act).await;
            if self.problem.is_disposed() {
                return;
            }
            let done = outcome.is_ok();
            if !quiet {
                self.problem.set(outcome.err().map(|error| error.to_string()));
            }
            then(done);
        });
    }

    /// Sends something that answers the message chosen, if one is.
    pub(super) fn send(self, body: Body, then: impl FnOnce(bool) + 'static) {
        let quoted = self.answering.try_update(Option::take).flatten().map(|message| message.id);
        self.act_then(PhoneAct::Send { body, quoted }, then);
    }

    /// One message, as it is now.
    pub(super) fn message(self, id: &str) -> Option<PhoneMessage> {
        self.view.with(|view| view.as_ref()?.messages.iter().find(|message| message.id == id).cloned())
    }
}

/// What was listed last.
fn listed(news: RwSignal<Option<Listed>>, known: Brought<Known>) -> Option<Listed> {
    let first = known.get().and_then(Result::ok);
    news.get().or(first)
}
