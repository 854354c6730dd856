//! Where replies and notes are written. A new one is made for every conversation, so that no text can leak
//! from one to another.

use contract::command::{Claim, Command};
use contract::conversation::{Card, Owner, Stage};
use contract::id::ConversationId;
use contract::message::Body;
use contract::time::{HOUR_MS, MINUTE_MS, Time};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::words::{self, Texts};
use crate::i18n::{tu_string, use_i18n};
use crate::live::drafts::Mode;
use crate::live::{Live, browser, use_live};
use crate::pages::frame::{Place, use_place};
use crate::ui::{Badge, Icon, IconName, Tone};

/// The most characters that WhatsApp takes in one message.
const LIMIT: usize = 4096;
/// How many characters before the limit are counted aloud.
const WARN: usize = 50;
/// How often colleagues are told that somebody types.
const TYPING_MS: i64 = 3_000;
/// The most pixels that the text may be high.
const HIGHEST: i32 = 280;

/// The composer and what it knows.
#[derive(Clone, Copy)]
struct Composing {
    id: ConversationId,
    live: Live,
    place: Place,
    card: Memo<Card>,
    mode: Memo<Mode>,
    text: Memo<String>,
    closed: Memo<bool>,
    area: NodeRef<html::Textarea>,
    typed_at: StoredValue<Time>,
}

/// The composer.
#[component]
pub fn Composer(id: ConversationId) -> impl IntoView {
    let live = use_live();
    live.card(id).map(|card| {
        let card = Memo::new(move |_| card.get());
        view! { <Inner composing=Composing::new(id, live, use_place(), card) /> }
    })
}

#[component]
fn Inner(composing: Composing) -> impl IntoView {
    let i18n = use_i18n();
    composing.wake();
    let note = move || composing.mode.get() == Mode::Note;
    let locked = move || composing.locked();
    let left = move || LIMIT.saturating_sub(composing.length());
    let over = move || composing.length() > LIMIT;
    view! {
        <section
            class="composer"
            class:composer--note=note
            data-pane="composer"
            aria-label=tu_string!(i18n, inbox.composer)
        >
            <div class="composer__bar">
                <Modes composing=composing />
                <Window composing=composing />
            </div>
            <Show when=locked>
                <div class="composer__closed" data-testid="window-closed">
                    <Icon name=IconName::Lock />
                    <div>
                        <strong>{tu_string!(i18n, inbox.closed_title)}</strong>
                        <p>{tu_string!(i18n, inbox.closed_text)}</p>
                    </div>
                </div>
            </Show>
            <div class="composer__field" class:composer__field--off=locked>
                <textarea
                    node_ref=composing.area
                    class="composer__text"
                    rows="1"
                    dir="auto"
                    data-testid="composer"
                    aria-label=move || composing.label(i18n)
                    placeholder=move || composing.hint(i18n)
                    disabled=locked
                    spellcheck="true"
                    prop:value=move || composing.text.get()
                    on:input=move |event| composing.typed(event_target_value(&event))
                    on:keydown=move |event| composing.key(&event)
                ></textarea>
            </div>
            <div class="composer__foot">
                <span class="composer__hint">{move || composing.consequence(i18n)}</span>
                <Show when=move || left() <= WARN || over()>
                    <span class="composer__left tabular" class:composer__left--over=over role="status">
                        {move || if over() { (LIMIT as i64 - composing.length() as i64).to_string() } else { left().to_string() }}
                    </span>
                </Show>
                <button
                    class="send"
                    class:send--note=note
                    type="button"
                    data-testid="send"
                    aria-disabled=move || (!composing.sendable()).then_some("true")
                    on:click=move |_| composing.send()
                >
                    <Icon name=Signal::derive(move || if note() { IconName::Lock } else { IconName::Send }) />
                    {move || composing.button(i18n)}
                </button>
            </div>
        </section>
    }
}

/// Reply or note.
#[component]
fn Modes(composing: Composing) -> impl IntoView {
    let i18n = use_i18n();
    let choose = move |mode: Mode| {
        composing.choose(mode);
        request_animation_frame(|| {
            browser::focus("[data-testid=composer]");
        });
    };
    let pressed = move |mode: Mode| (composing.mode.get() == mode).to_string();
    view! {
        <div class="modes" role="group" aria-label=tu_string!(i18n, inbox.modes)>
            <button
                class="modes__mode"
                type="button"
                data-testid="mode-reply"
                aria-pressed=move || pressed(Mode::Reply)
                aria-keyshortcuts="R"
                on:click=move |_| choose(Mode::Reply)
            >
                <Icon name=IconName::Reply />
                {tu_string!(i18n, inbox.mode_reply)}
            </button>
            <button
                class="modes__mode modes__mode--note"
                type="button"
                data-testid="mode-note"
                aria-pressed=move || pressed(Mode::Note)
                aria-keyshortcuts="N"
                on:click=move |_| choose(Mode::Note)
            >
                <Icon name=IconName::Lock />
                {tu_string!(i18n, inbox.mode_note)}
            </button>
        </div>
    }
}

/// How long free text may still be sent.
#[component]
fn Window(composing: Composing) -> impl IntoView {
    let i18n = use_i18n();
    let live = composing.live;
    let shown = Memo::new(move |_| {
        let left = composing.card.with(|card| card.window_until)?.since_ms(live.clock.second.get());
        let text = match left {
            ..=0 => tu_string!(i18n, inbox.window_closed).to_owned(),
            1..900_000 => words::countdown(left),
            _ => words::span(i18n, left),
        };
        let tone = match left {
            ..=0 => Tone::Neutral,
            left if left <= 15 * MINUTE_MS => Tone::Negative,
            left if left <= 2 * HOUR_MS => Tone::Caution,
            _ => Tone::Neutral,
        };
        Some((text, tone))
    });
    let tone = Signal::derive(move || shown.get().map_or(Tone::Neutral, |(_, tone)| tone));
    view! {
        <Show when=move || shown.with(Option::is_some)>
            <span class="window" data-testid="window" title=tu_string!(i18n, inbox.window_hint)>
                <Badge tone=tone icon=IconName::AlarmClock>
                    <span class="tabular">{move || shown.get().map(|(text, _)| text)}</span>
                </Badge>
            </span>
        </Show>
    }
}

impl Composing {
    fn new(id: ConversationId, live: Live, place: Place, card: Memo<Card>) -> Composing {
        let mode = Memo::new(move |_| if place.note.get() { Mode::Note } else { Mode::Reply });
        let text = Memo::new(move |_| live.draft(id, mode.get()).get());
        let closed = Memo::new(move |_| {
            let now = live.clock.second.get();
            card.with(|card| !card.window_open(now))
        });
        Composing {
            id,
            live,
            place,
            card,
            mode,
            text,
            closed,
            area: NodeRef::new(),
            typed_at: StoredValue::new(Time(0)),
        }
    }

    /// In the browser: brings back what was being written here, and keeps the box as high as its text.
    fn wake(self) {
        Effect::new(move |_| {
            self.live.me.track();
            self.live.load_draft(self.id, Mode::Reply);
            self.live.load_draft(self.id, Mode::Note);
        });
        Effect::new(move |before: Option<()>| {
            if before.is_none() {
                let kept = self.live.mode(self.id);
                self.place.note.set(kept == Mode::Note || self.closed.get_untracked());
            }
        });
        Effect::new(move |_| {
            self.text.track();
            self.mode.track();
            if let Some(area) = self.area.get() {
                if self.place.about_to_write.get_untracked() {
                    self.place.about_to_write.set(false);
                    let area = area.clone();
                    request_animation_frame(move || drop(area.focus()));
                }
                request_animation_frame(move || browser::grow(&area, HIGHEST));
            }
        });
    }

    fn choose(self, mode: Mode) {
        self.live.set_mode(self.id, mode);
        self.place.note.set(mode == Mode::Note);
    }

    /// Whether replies cannot be written here now.
    fn locked(self) -> bool {
        self.mode.get() == Mode::Reply && self.closed.get()
    }

    fn length(self) -> usize {
        self.text.with(|text| text.chars().count())
    }

    fn sendable(self) -> bool {
        !self.locked() && self.length() <= LIMIT && self.text.with(|text| !text.trim().is_empty())
    }

    fn typed(self, text: String) {
        let mode = self.mode.get_untracked();
        let empty = text.is_empty();
        self.live.write(self.id, mode, text);
        let now = browser::clock();
        if !empty && now.since_ms(self.typed_at.get_value()) >= TYPING_MS {
            self.typed_at.set_value(now);
            self.live.tell(self.id, Command::Typing);
        }
    }

    fn key(self, event: &KeyboardEvent) {
        if event.is_composing() {
            return;
        }
        let modified = event.ctrl_key() || event.meta_key();
        if event.key() == "Enter" && !event.shift_key() {
            event.prevent_default();
            self.send();
        } else if modified && event.shift_key() && event.code() == "KeyM" {
            event.prevent_default();
            let other = if self.mode.get_untracked() == Mode::Note { Mode::Reply } else { Mode::Note };
            self.choose(other);
        }
    }

    /// Who has it, if that is a colleague or a bot.
    fn other_owner(self) -> Option<String> {
        let me = self.live.me.get();
        self.card.with(|card| match card.owner {
            Owner::Agent(id) if Some(id) == me => None,
            Owner::Agent(_) | Owner::Bot(_) if card.stage != Stage::Resolved => {
                Some(card.owner_name.clone().unwrap_or_default())
            }
            _ => None,
        })
    }

    fn send(self) {
        if !untrack(|| self.sendable()) {
            return;
        }
        let mode = self.mode.get_untracked();
        let text = self.text.get_untracked().trim().to_owned();
        let command = match mode {
            Mode::Note => Command::Note { text },
            Mode::Reply => Command::Reply {
                epoch: self.card.with_untracked(|card| card.epoch),
                body: Body::text(text),
                quoted: None,
                claim: if untrack(|| self.other_owner()).is_some() { Claim::TakeOver } else { Claim::IfFree },
            },
        };
        self.live.write(self.id, mode, String::new());
        self.live.ask(self.id, command);
        self.typed_at.set_value(Time(0));
        if let Some(area) = self.area.get_untracked() {
            drop(area.focus());
        }
    }

    fn label(self, i18n: Texts) -> String {
        let name = self.card.with(|card| card.contact_name.clone());
        match self.mode.get() {
            Mode::Note => tu_string!(i18n, inbox.write_note).to_owned(),
            Mode::Reply => tu_string!(i18n, inbox.write_reply, name = name).to_string(),
        }
    }

    fn hint(self, i18n: Texts) -> String {
        match self.mode.get() {
            Mode::Note => tu_string!(i18n, inbox.note_hint).to_owned(),
            Mode::Reply => self.label(i18n),
        }
    }

    fn button(self, i18n: Texts) -> &'static str {
        match (self.mode.get(), self.other_owner()) {
            (Mode::Note, _) => tu_string!(i18n, inbox.add_note),
            (Mode::Reply, Some(_)) => tu_string!(i18n, inbox.take_over_and_send),
            (Mode::Reply, None) => tu_string!(i18n, inbox.send),
        }
    }

    /// What sending does besides sending.
    fn consequence(self, i18n: Texts) -> String {
        let stage = self.card.with(|card| card.stage);
        match (self.mode.get(), self.other_owner(), stage) {
            (Mode::Note, ..) => tu_string!(i18n, inbox.note_stays).to_owned(),
            (Mode::Reply, Some(name), _) => tu_string!(i18n, inbox.held_by, name = name).to_string(),
            (Mode::Reply, None, Stage::Waiting) => tu_string!(i18n, inbox.reply_takes).to_owned(),
            (Mode::Reply, None, Stage::Resolved) => tu_string!(i18n, inbox.reply_reopens).to_owned(),
            (Mode::Reply, None, _) => tu_string!(i18n, inbox.send_hint).to_owned(),
        }
    }
}
