//! Where replies and notes are written. A new one is made for every conversation, so that no text can leak
//! from one to another.

use contract::command::{Claim, Command};
use contract::conversation::{Card, Owner, Stage};
use contract::file::Sendable;
use contract::id::ConversationId;
use contract::message::{Body, Media};
use contract::time::Time;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::picker::{Picker, Picking};
use super::window::Window;
use super::words::Texts;
use crate::i18n::{tu_string, use_i18n};
use crate::live::drafts::Mode;
use crate::live::upload::Attachment;
use crate::live::{Live, browser, use_live};
use crate::pages::frame::{Place, use_place};
use crate::ui::{Icon, IconName};

mod attachment;
mod bar;

use attachment::{Attach, Chip};
use bar::{Modes, TemplateButton};

/// The most characters that WhatsApp takes in one message.
const LIMIT: usize = 4096;
/// How many characters before the limit are counted aloud.
const WARN: i64 = 50;
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
    sendable: Memo<Sendable>,
    attachment: Memo<Option<Attachment>>,
    /// Whether a file is held over it.
    over: RwSignal<bool>,
    area: NodeRef<html::Textarea>,
    typed_at: StoredValue<Time>,
    picking: Picking,
    /// Whether the templates were asked for by hand.
    templates: RwSignal<bool>,
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
    let picks = move || composing.picks();
    let left = move || composing.limit() as i64 - composing.length() as i64;
    let over = move || left() < 0;
    view! {
        <section
            class="composer"
            class:composer--note=note
            class:composer--over=move || composing.over.get()
            on:dragover=move |event| composing.hold(&event)
            on:dragleave=move |_| composing.over.set(false)
            on:drop=move |event| composing.take_dropped(&event)
            data-pane="composer"
            aria-label=tu_string!(i18n, inbox.composer)
        >
            <div class="composer__bar">
                <Modes composing=composing />
                <TemplateButton composing=composing />
                <Window card=composing.card />
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
            <Show when=move || !note() && !picks()>
                <Chip id=composing.id attachment=composing.attachment />
            </Show>
            <Show when=picks>
                <Picker picking=composing.picking />
            </Show>
            <div class="composer__field" class:composer__field--off=picks>
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
                    on:paste=move |event| composing.take_pasted(&event)
                ></textarea>
            </div>
            <div class="composer__foot">
                <span class="composer__hint">{move || composing.consequence(i18n)}</span>
                <Show when=move || left() <= WARN>
                    <span class="composer__left tabular" class:composer__left--over=over role="status">
                        {move || left().to_string()}
                    </span>
                </Show>
                <Show when=move || !note() && !picks()>
                    <Attach id=composing.id sendable=composing.sendable />
                </Show>
                <button
                    class="send"
                    class:send--note=note
                    type="button"
                    data-testid="send"
                    aria-disabled=move || (!composing.can_send()).then_some("true")
                    on:click=move |_| composing.send()
                >
                    <Icon name=Signal::derive(move || if note() { IconName::Lock } else { IconName::Send }) />
                    {move || composing.button(i18n)}
                </button>
            </div>
        </section>
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
        let thread = live.thread(id);
        let sendable = Memo::new(move |_| {
            thread.with(|slot| slot.ready().map(|thread| thread.thread.sendable.clone()).unwrap_or_default())
        });
        let attached = live.attachment(id);
        let attachment = Memo::new(move |_| attached.get());
        Composing {
            id,
            live,
            place,
            card,
            mode,
            text,
            closed,
            sendable,
            attachment,
            over: RwSignal::new(false),
            area: NodeRef::new(),
            typed_at: StoredValue::new(Time(0)),
            picking: Picking::new(Memo::new(move |_| Some(card.with(|card| card.channel))).into()),
            templates: RwSignal::new(false),
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
                self.place.note.set(kept == Mode::Note);
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

    /// Whether templates are chosen here in the place of text.
    fn picks(self) -> bool {
        self.mode.get() == Mode::Reply && (self.closed.get() || self.templates.get())
    }

    fn length(self) -> usize {
        self.text.with(|text| text.chars().count())
    }

    /// The longest text that can stand beside the file; 0 where there is none or none can.
    fn caption(self) -> usize {
        let kind = self.attachment.with(|attachment| attachment.as_ref().map(|file| file.kind));
        self.sendable.with(|sendable| {
            let rule = sendable.rules.iter().find(|rule| Some(rule.kind) == kind);
            rule.map_or(0, |rule| rule.caption as usize)
        })
    }

    /// The most characters now. Beside a file without a caption the text goes as a message of its own.
    fn limit(self) -> usize {
        match self.mode.get() {
            Mode::Reply => Some(self.caption()).filter(|most| *most > 0).unwrap_or(LIMIT),
            Mode::Note => LIMIT,
        }
    }

    fn can_send(self) -> bool {
        if self.picks() {
            return self.picking.whole().is_some();
        }
        if self.locked() || self.length() > self.limit() {
            return false;
        }
        let empty = self.text.with(|text| text.trim().is_empty());
        match self.mode.get() {
            Mode::Note => !empty,
            Mode::Reply => self.attachment.with(|attachment| match attachment {
                Some(_) => attachment::ready(attachment).is_some(),
                None => !empty,
            }),
        }
    }

    fn typed(self, text: String) {
        let mode = self.mode.get_untracked();
        let empty = text.is_empty();
        self.live.write(self.id, mode, text);
        let now = browser::clock();
        if !empty && now.since_ms(self.typed_at.get_value()) >= TYPING_MS {
            self.typed_at.set_value(now);
            self.live.tell(self.id, Command::Typing { reply: mode == Mode::Reply });
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
        if !untrack(|| self.can_send()) {
            return;
        }
        let mode = self.mode.get_untracked();
        if let Some(template) = untrack(|| self.picks().then(|| self.picking.whole()).flatten()) {
            self.say(Body::Template(template), untrack(|| self.claim()));
            self.picking.clear();
            self.templates.set(false);
            return;
        }
        let text = self.text.get_untracked().trim().to_owned();
        match mode {
            Mode::Note => drop(self.live.ask(self.id, Command::Note { text })),
            Mode::Reply => self.reply(text),
        }
        self.live.write(self.id, mode, String::new());
        self.typed_at.set_value(Time(0));
        if let Some(area) = self.area.get_untracked() {
            drop(area.focus());
        }
    }

    /// Whether what is sent takes the conversation from somebody else.
    fn claim(self) -> Claim {
        if self.other_owner().is_some() { Claim::TakeOver } else { Claim::IfFree }
    }

    fn say(self, body: Body, claim: Claim) {
        let epoch = self.card.with_untracked(|card| card.epoch);
        self.live.ask(self.id, Command::Reply { epoch, body, quoted: None, claim });
    }

    fn reply(self, text: String) {
        let claim = untrack(|| self.claim());
        let Some(media) = self.attachment.with_untracked(attachment::ready) else {
            self.say(Body::text(text), claim);
            return;
        };
        let beside = untrack(|| self.caption()) > 0;
        let caption = Some(text.clone()).filter(|text| beside && !text.is_empty());
        self.live.detach(self.id);
        self.say(Body::Media(Media { caption, ..media }), claim);
        if !beside && !text.is_empty() {
            // By then it is ours.
            self.say(Body::text(text), Claim::IfFree);
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
            Mode::Reply if self.attachment.with(Option::is_some) => {
                tu_string!(i18n, inbox.write_caption).to_owned()
            }
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
        if self.picks() {
            return tu_string!(i18n, inbox.template_hint).to_owned();
        }
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
