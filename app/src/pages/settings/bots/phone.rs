//! A phone that talks to a bot without a trace, and tells how the bot came to what it says.

use contract::bots::{
    BotDone, BotTask, Decision, ExchangeView, Preview, PreviewAfter, PreviewHeard, PreviewLine,
    PreviewPacket, Previewed,
};
use contract::connection::{SettingsTask, TaskDone};
use contract::id::BotId;
use leptos::prelude::*;

use super::super::submit::{FormError, Submission};
use super::flow::Editing;
use super::reason_words;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Badge, Button, ButtonKind, ButtonSize, Field, Icon, IconName, Switch, Tone, browser};

/// A talk.
#[derive(Clone, Copy)]
struct Talk {
    id: BotId,
    editor: Option<Editing>,
    submission: Submission,
    /// What was said, with what came of it.
    shown: RwSignal<Vec<Shown>>,
    memory: StoredValue<String>,
    name: RwSignal<String>,
    closed: RwSignal<bool>,
    /// Whether the bot has let go.
    over: RwSignal<bool>,
    end: NodeRef<leptos::html::Div>,
}

/// Something on the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shown {
    /// The customer said it.
    Mine(String),
    /// The bot did.
    Theirs(Box<Previewed>),
}

impl Talk {
    fn hear(self, heard: PreviewHeard, words: String) {
        if self.submission.busy.get_untracked() || self.over.get_untracked() {
            return;
        }
        let preview = Preview {
            bot: self.id,
            definition: self.editor.map(|editor| {
                Box::new(if self.closed.get_untracked() { editor.closed() } else { editor.definition() })
            }),
            memory: self.memory.get_value(),
            said: self.said(),
            heard,
            name: self.name.get_untracked(),
            language: String::new(),
            at: None,
        };
        self.shown.update(|shown| shown.push(Shown::Mine(words)));
        self.submission.run(SettingsTask::Bot(BotTask::Preview(Box::new(preview))), move |done| {
            if let TaskDone::Bot(BotDone::Previewed(done)) = done {
                if done.error.is_none() {
                    self.memory.set_value(done.memory.clone());
                }
                self.over.set(done.handoff.is_some() || done.after == PreviewAfter::Resolve);
                self.shown.update(|shown| shown.push(Shown::Theirs(done)));
                request_animation_frame(move || browser::scroll_to_end(self.end));
            }
        });
    }

    fn said(self) -> Vec<PreviewLine> {
        self.shown.with_untracked(|shown| {
            let lines = shown.iter().flat_map(|one| match one {
                Shown::Mine(text) => {
                    vec![PreviewLine { by_bot: false, text: text.clone(), choices: Vec::new(), menu: None }]
                }
                Shown::Theirs(done) => done.said.clone(),
            });
            lines.collect()
        })
    }

    fn anew(self) {
        self.shown.set(Vec::new());
        self.memory.set_value(String::new());
        self.over.set(false);
        self.submission.clear();
    }
}

/// The phone. With an editor it talks to what is edited, else to what is live.
#[component]
pub(super) fn Phone(id: BotId, editor: Option<Editing>) -> impl IntoView {
    let i18n = use_i18n();
    let talk = Talk {
        id,
        editor,
        submission: Submission::new(),
        shown: RwSignal::new(Vec::new()),
        memory: StoredValue::new(String::new()),
        name: RwSignal::new("Ada".to_owned()),
        closed: RwSignal::new(false),
        over: RwSignal::new(false),
        end: NodeRef::new(),
    };
    let lines = move || {
        let shown = talk.shown.get();
        let last = shown.len();
        let view = |(at, one)| {
            match one {
            Shown::Mine(text) => {
                view! { <p class="chat__line chat__line--mine" dir="auto" data-testid="preview-mine">{text}</p> }
                    .into_any()
            }
            Shown::Theirs(done) => {
                view! { <Answer talk=talk done=*done live={at + 1 == last} /> }.into_any()
            }
        }
        };
        shown.into_iter().enumerate().map(view).collect_view()
    };
    view! {
        <section class="card chat" data-testid="preview" aria-label=tu_string!(i18n, bots.phone)>
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, bots.phone)}</h3>
                <span class="line__grow"></span>
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    icon=IconName::Reopen
                    on_press=move || talk.anew()
                    attr:data-testid="preview-anew"
                >
                    {tu_string!(i18n, bots.anew)}
                </Button>
            </header>
            <div class="chat__lines" node_ref=talk.end role="log" aria-label=tu_string!(i18n, bots.phone) tabindex="0">
                <p class="chat__news">{tu_string!(i18n, bots.phone_text)}</p>
                {lines}
            </div>
            <FormError text=talk.submission.general() />
            <Composer talk=talk />
        </section>
    }
}

#[component]
fn Composer(talk: Talk) -> impl IntoView {
    let i18n = use_i18n();
    let text = RwSignal::new(String::new());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let words = text.get_untracked();
        if !words.trim().is_empty() {
            text.set(String::new());
            talk.hear(PreviewHeard::Words { text: words.clone() }, words);
        }
    };
    let picture = move || {
        talk.hear(PreviewHeard::Picture, format!("[{}]", tu_string!(i18n, bots.picture_word)));
    };
    view! {
        <form class="chat__foot" on:submit=send>
            <div class="line">
                <div class="line__grow">
                    <Field
                        name="preview"
                        id="preview-text"
                        label=tu_string!(i18n, bots.write)
                        placeholder=tu_string!(i18n, bots.write)
                        bare=true
                        value=text
                        autocomplete="off"
                        testid="preview-text"
                    />
                </div>
                {talk
                    .editor
                    .map(|_| view! {
                        <Button
                            kind=ButtonKind::Ghost
                            icon=IconName::Image
                            label=tu_string!(i18n, bots.picture)
                            disabled=talk.over
                            on_press=picture
                        />
                    })}
                <Button
                    kind=ButtonKind::Primary
                    icon=IconName::Send
                    label=tu_string!(i18n, bots.send)
                    submit=true
                    busy=talk.submission.busy
                    disabled=talk.over
                    attr:data-testid="preview-send"
                />
            </div>
            <details class="chat__more">
                <summary>{tu_string!(i18n, settings.more)}</summary>
                <div class="stack">
                    <Field
                        name="customer_name"
                        label=tu_string!(i18n, bots.customer_name)
                        value=talk.name
                        autocomplete="off"
                    />
                    {talk
                        .editor
                        .map(|_| view! {
                            <Switch
                                label=tu_string!(i18n, bots.closed_now)
                                on=talk.closed
                                on_turn=move |on| talk.closed.set(on)
                                testid="preview-closed"
                            />
                        })}
                </div>
            </details>
        </form>
    }
}

/// What the bot said, and below it how it came to that. Only the last answer's choices can be tapped.
#[component]
fn Answer(talk: Talk, done: Previewed, live: bool) -> impl IntoView {
    let i18n = use_i18n();
    let nothing = done.said.is_empty() && done.handoff.is_none() && done.error.is_none();
    let lines =
        done.said.into_iter().map(|line| view! { <Bubble talk=talk line=line live=live /> }).collect_view();
    let after = match done.after {
        PreviewAfter::Stay if nothing => Some(tu_string!(i18n, bots.said_nothing)),
        PreviewAfter::Stay => None,
        PreviewAfter::Resolve => Some(tu_string!(i18n, bots.would_resolve)),
        PreviewAfter::Later => Some(tu_string!(i18n, bots.would_answer_later)),
    };
    let decisions = done.decisions.iter().map(|decision| view! { <li>{words(decision)}</li> }).collect_view();
    view! {
        {lines}
        {done
            .error
            .map(|error| view! { <p class="notice notice--negative" data-testid="preview-error">{error}</p> })}
        {after.map(|words| view! { <p class="chat__news">{words}</p> })}
        {done.handoff.map(|packet| view! { <Packet packet=packet /> })}
        {(!done.decisions.is_empty())
            .then(|| view! { <ul class="chat__why" data-testid="decisions">{decisions}</ul> })}
        {exchanges(done.exchanges)}
    }
}

#[component]
fn Bubble(talk: Talk, line: PreviewLine, live: bool) -> impl IntoView {
    let menu = line.menu;
    let choices = line
        .choices
        .into_iter()
        .map(|choice| {
            let (id, title) = (choice.id.clone(), choice.title.clone());
            let tap = move || {
                talk.hear(PreviewHeard::Tap { id: id.clone(), title: title.clone() }, title.clone());
            };
            view! {
                <button
                    class="chat__choice"
                    type="button"
                    disabled=!live
                    data-choice=choice.id
                    on:click=move |_| tap()
                >
                    <span>{choice.title}</span>
                    {choice.description.map(|text| view! { <small>{text}</small> })}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="chat__line" dir="auto" data-testid="preview-theirs">
            <div class="chat__text">{line.text}</div>
            {menu.map(|menu| view! { <span class="chat__menu"><Icon name=IconName::List /> {menu}</span> })}
            {choices}
        </div>
    }
}

/// What people would be told.
#[component]
fn Packet(packet: PreviewPacket) -> impl IntoView {
    let i18n = use_i18n();
    let slots = packet
        .slots
        .into_iter()
        .map(|(name, value)| view! { <li><span class="mono">{name}</span> ": " {value}</li> })
        .collect_view();
    view! {
        <div class="notice notice--list chat__packet" data-testid="preview-packet">
            <span class="line line--wrap">
                <Badge tone=Tone::Special icon=IconName::Hand>{tu_string!(i18n, bots.would_hand_off)}</Badge>
                <span class="soft small">{reason_words(packet.reason.as_str())}</span>
            </span>
            {packet.title.map(|title| view! { <strong>{title}</strong> })}
            {packet.why.map(|why| view! { <p class="small">{why}</p> })}
            {packet.summary.map(|summary| view! { <p class="small soft">{summary}</p> })}
            <ul class="small">{slots}</ul>
            {packet
                .suggested_reply
                .map(|reply| view! {
                    <p class="small soft">{tu_string!(i18n, bots.suggested)} ": “" {reply} "”"</p>
                })}
        </div>
    }
}

fn words(decision: &Decision) -> String {
    let i18n = use_i18n();
    match decision {
        Decision::Language { code } => {
            tu_string!(i18n, bots.decision_language, code = code.clone()).to_string()
        }
        Decision::Greets => tu_string!(i18n, bots.decision_greets).to_owned(),
        Decision::Keyword { entry, keyword } => {
            let (entry, keyword) = (entry.clone(), keyword.clone());
            tu_string!(i18n, bots.decision_keyword, entry = entry, keyword = keyword).to_string()
        }
        Decision::Chosen { entry } => {
            tu_string!(i18n, bots.decision_chosen, entry = entry.clone()).to_string()
        }
        Decision::Filled { slot, value } => {
            tu_string!(i18n, bots.decision_filled, slot = slot.clone(), value = value.clone()).to_string()
        }
        Decision::Asks { slot } => tu_string!(i18n, bots.decision_asks, slot = slot.clone()).to_string(),
        Decision::Skipped { entry, step, open: true } => {
            tu_string!(i18n, bots.decision_open, step = *step, entry = entry.clone()).to_string()
        }
        Decision::Skipped { entry, step, open: false } => {
            tu_string!(i18n, bots.decision_closed, step = *step, entry = entry.clone()).to_string()
        }
        Decision::NotUnderstood { misses, patience } => {
            tu_string!(i18n, bots.decision_missed, misses = *misses, patience = *patience).to_string()
        }
        Decision::GivesUp => tu_string!(i18n, bots.decision_gives_up).to_owned(),
        Decision::Closed => tu_string!(i18n, bots.decision_is_closed).to_owned(),
    }
}

/// What was asked and answered on the way, folded.
pub(super) fn exchanges(all: Vec<ExchangeView>) -> impl IntoView {
    let i18n = use_i18n();
    all.into_iter()
        .map(|one| {
            let status = one.status.map(|status| status.to_string()).unwrap_or_default();
            let is_well = one.status.is_some_and(|status| (200..300).contains(&status));
            let ms = i64::try_from(one.ms).unwrap_or(i64::MAX);
            view! {
                <details class="fold fold--inner" data-testid="exchange">
                    <summary class="fold__head">
                        <span class="mono small truncate">{one.url}</span>
                        <Badge tone=if is_well { Tone::Positive } else { Tone::Negative }>
                            {if status.is_empty() { tu_string!(i18n, bots.no_response).to_owned() } else { status }}
                        </Badge>
                        <span class="faint small tabular">{tu_string!(i18n, bots.ms, ms = ms).to_string()}</span>
                    </summary>
                    <div class="fold__body stack">
                        {one.error.map(|error| view! { <p class="small">{error}</p> })}
                        <span class="faint small">{tu_string!(i18n, bots.request)}</span>
                        <pre class="code" tabindex="0">{one.request}</pre>
                        {one
                            .response
                            .map(|response| view! {
                                <span class="faint small">{tu_string!(i18n, bots.response)}</span>
                                <pre class="code" tabindex="0">{response}</pre>
                            })}
                    </div>
                </details>
            }
        })
        .collect_view()
}
