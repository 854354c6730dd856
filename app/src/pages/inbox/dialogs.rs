//! The questions that some deeds ask first.

use contract::command::Command;
use contract::conversation::{Card, Priority};
use contract::id::{AgentId, ConversationId};
use contract::person::Presence;
use contract::time::{HOUR_MS, Time};
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;

use super::consent::Agree;
use super::keep_test::Keep;
use super::words;
use crate::i18n::{tu_string, use_i18n};
use crate::live::{Live, browser};
use crate::pages::frame::{Ask, Place, use_place};
use crate::pages::later::{Later, Part};
use crate::ui::{
    Avatar, AvatarSize, Button, ButtonKind, Dialog, Field, Icon, IconName, TextArea, letters, order,
};

/// All questions; at most one is open.
#[component]
pub fn Dialogs() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Question ask=Ask::Transfer title=tu_string!(i18n, inbox.do_transfer) testid="dialog-transfer" />
        <Question ask=Ask::ReturnToBot title=tu_string!(i18n, inbox.do_return) testid="dialog-return" />
        <Question ask=Ask::Snooze title=tu_string!(i18n, inbox.do_snooze) testid="dialog-snooze" />
        <Question ask=Ask::Label title=tu_string!(i18n, inbox.do_label) testid="dialog-label" />
        <Question ask=Ask::Priority title=tu_string!(i18n, inbox.do_priority) testid="dialog-priority" />
        <Question ask=Ask::Agree title=tu_string!(i18n, inbox.do_agree) testid="dialog-agree" />
        <Question ask=Ask::KeepTest title=tu_string!(i18n, inbox.do_keep_test) testid="dialog-keep-test" />
    }
}

#[component]
fn Question(ask: Ask, title: &'static str, testid: &'static str) -> impl IntoView {
    let i18n = use_i18n();
    let place = use_place();
    let open = RwSignal::new(false);
    // The dialog's own switch follows the question that is asked, and answers it when it is closed by hand.
    Effect::new(move |_| {
        let asked = place.ask.get() == Some(ask);
        if open.get_untracked() != asked {
            open.set(asked);
        }
    });
    Effect::new(move |_| {
        if !open.get() && place.ask.get_untracked() == Some(ask) {
            place.ask.set(None);
        }
    });
    view! {
        <Dialog open=open title=title close=tu_string!(i18n, common.close) testid=testid>
            {move || {
                let asking = Asking::new(place)?;
                Some(view! { <Later part=move || question(ask, asking) /> })
            }}
        </Dialog>
    }
}

#[wasm_split(later, wasm_split_path = leptos::wasm_split, fallible)]
fn question(ask: Ask, asking: Asking) -> Part {
    Ok(match ask {
        Ask::Transfer => view! { <Transfer asking=asking /> }.into_any(),
        Ask::ReturnToBot => view! { <Return asking=asking /> }.into_any(),
        Ask::Snooze => view! { <Snooze asking=asking /> }.into_any(),
        Ask::Label => view! { <Label asking=asking /> }.into_any(),
        Ask::Priority => view! { <Priorities asking=asking /> }.into_any(),
        Ask::Agree => view! { <Agree id=asking.id /> }.into_any(),
        Ask::KeepTest => view! { <Keep id=asking.id /> }.into_any(),
        // It is about no conversation, and has a dialog of its own.
        Ask::Compose => ().into_any(),
    })
}

/// The conversation that is asked about.
#[derive(Clone, Copy)]
struct Asking {
    id: ConversationId,
    live: Live,
    place: Place,
    card: Memo<Card>,
}

impl Asking {
    fn new(place: Place) -> Option<Asking> {
        let id = place.conversation.get()?;
        let card = place.live.card(id)?;
        Some(Asking { id, live: place.live, place, card: Memo::new(move |_| card.get()) })
    }

    fn epoch(self) -> i64 {
        self.card.with_untracked(|card| card.epoch)
    }

    /// Asks the desk for it, and closes the question.
    fn answer(self, command: Command) {
        self.live.ask(self.id, command);
        self.place.ask.set(None);
    }
}

/// The end of a question: leave it, or answer it.
#[component]
pub(super) fn Foot(label: &'static str, ready: Signal<bool>, testid: &'static str) -> impl IntoView {
    let i18n = use_i18n();
    let place = use_place();
    view! {
        <div class="dialog__foot">
            <Button kind=ButtonKind::Quiet on_press=move || place.ask.set(None)>
                {tu_string!(i18n, common.cancel)}
            </Button>
            <Button
                kind=ButtonKind::Primary
                submit=true
                disabled=Signal::derive(move || !ready.get())
                attr:data-testid=testid
            >
                {label}
            </Button>
        </div>
    }
}

/// To whom, and what they need to know.
#[component]
fn Transfer(asking: Asking) -> impl IntoView {
    let i18n = use_i18n();
    let chosen = RwSignal::new(None::<AgentId>);
    let note = RwSignal::new(String::new());
    let ready = Signal::derive(move || chosen.get().is_some() && note.with(|note| !note.trim().is_empty()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let (true, Some(agent)) = (ready.get_untracked(), chosen.get_untracked()) {
            let note = note.get_untracked().trim().to_owned();
            asking.answer(Command::Transfer { epoch: asking.epoch(), agent, note });
        }
    };
    let agents = move || {
        let owner = asking.card.with(|card| card.owner.agent());
        let mut agents = asking.live.agents.get();
        agents.retain(|agent| Some(agent.id) != owner && Some(agent.id) != asking.live.me.get());
        order::by_key(&mut agents, |agent| agent.presence != Presence::Online);
        agents
    };
    view! {
        <form on:submit=submit class="stack">
            <fieldset class="people">
                <legend class="field__label">{tu_string!(i18n, inbox.to_whom)}</legend>
                {move || {
                    agents()
                        .into_iter()
                        .map(|agent| {
                            let presence = match agent.presence {
                                Presence::Online => tu_string!(i18n, inbox.presence_online),
                                Presence::Away => tu_string!(i18n, inbox.presence_away),
                                Presence::Offline => tu_string!(i18n, inbox.presence_offline),
                            };
                            view! {
                                <label class="people__one">
                                    <input
                                        type="radio"
                                        name="agent"
                                        value=agent.id.to_string()
                                        on:change=move |_| chosen.set(Some(agent.id))
                                    />
                                    <Avatar name=agent.name.clone() key=agent.id.to_string() size=AvatarSize::Small />
                                    <span class="line__grow truncate">{agent.name.clone()}</span>
                                    <span class="faint small">{presence}</span>
                                </label>
                            }
                        })
                        .collect_view()
                }}
                <Show when=move || agents().is_empty()>
                    <p class="faint">{tu_string!(i18n, inbox.nobody_else)}</p>
                </Show>
            </fieldset>
            <TextArea
                name="note"
                id="transfer-note"
                label=tu_string!(i18n, inbox.transfer_note)
                hint=tu_string!(i18n, inbox.transfer_hint)
                value=note
                testid="transfer-note"
            />
            <Foot label=tu_string!(i18n, inbox.transfer) ready=ready testid="transfer-submit" />
        </form>
    }
}

/// What was settled, for the bot.
#[component]
fn Return(asking: Asking) -> impl IntoView {
    let i18n = use_i18n();
    let note = RwSignal::new(String::new());
    let ready = Signal::derive(move || note.with(|note| !note.trim().is_empty()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if ready.get_untracked() {
            let note = note.get_untracked().trim().to_owned();
            asking.answer(Command::ReturnToBot { epoch: asking.epoch(), note, settled: Vec::new() });
        }
    };
    view! {
        <form on:submit=submit class="stack">
            <TextArea
                name="note"
                id="return-note"
                label=tu_string!(i18n, inbox.return_note)
                hint=tu_string!(i18n, inbox.return_hint)
                value=note
                testid="return-note"
            />
            <Foot label=tu_string!(i18n, inbox.return_it) ready=ready testid="return-submit" />
        </form>
    }
}

/// Until when.
#[component]
fn Snooze(asking: Asking) -> impl IntoView {
    let i18n = use_i18n();
    let now = asking.live.clock.exact();
    // Monday at nine, and never today.
    let to_monday = match (8 - browser::local_weekday(now)) % 7 {
        0 => 7,
        days => i32::try_from(days).unwrap_or(7),
    };
    let choices: [(&'static str, &'static str, Time); 3] = [
        (tu_string!(i18n, inbox.snooze_hour), "snooze-hour", now.plus_ms(HOUR_MS)),
        (tu_string!(i18n, inbox.snooze_tomorrow), "snooze-tomorrow", browser::local_hour(now, 1, 9)),
        (tu_string!(i18n, inbox.snooze_week), "snooze-week", browser::local_hour(now, to_monday, 9)),
    ];
    let choice = move |(label, testid, until): (&'static str, &'static str, Time)| {
        let when = browser::local_text(
            until,
            &[
                ("weekday", "short"),
                ("day", "numeric"),
                ("month", "short"),
                ("hour", "2-digit"),
                ("minute", "2-digit"),
            ],
        );
        view! {
            <button
                class="choice"
                type="button"
                data-testid=testid
                on:click=move |_| asking.answer(Command::Snooze { epoch: asking.epoch(), until })
            >
                <Icon name=IconName::AlarmClock />
                <span class="line__grow">{label}</span>
                <span class="faint small tabular">{when}</span>
            </button>
        }
    };
    view! {
        <p class="soft">{tu_string!(i18n, inbox.snooze_text)}</p>
        <div class="choice-list">{choices.into_iter().map(choice).collect_view()}</div>
    }
}

/// Which labels.
#[component]
fn Label(asking: Asking) -> impl IntoView {
    let i18n = use_i18n();
    let text = RwSignal::new(String::new());
    let ready = Signal::derive(move || text.with(|text| !text.trim().is_empty()));
    let change = move |add: Vec<String>, remove: Vec<String>| {
        asking.live.ask(asking.id, Command::Label { add, remove });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if ready.get_untracked() {
            change(vec![letters::lower(text.get_untracked().trim())], Vec::new());
            text.set(String::new());
        }
    };
    let known = move || {
        let mut known: Vec<String> =
            asking.live.known_cards().into_iter().flat_map(|card| card.labels).collect();
        order::by_key(&mut known, Clone::clone);
        known.dedup();
        let has = asking.card.with(|card| card.labels.clone());
        known.retain(|label| !has.contains(label));
        known.truncate(12);
        known
    };
    view! {
        <form on:submit=submit class="stack">
            <div class="line line--wrap label-list">
                {move || {
                    asking.card.with(|card| card.labels.clone()).into_iter().map(|label| {
                        let gone = label.clone();
                        let name = tu_string!(i18n, inbox.remove_label, label = label.clone()).to_string();
                        view! {
                            <button class="label label--on" type="button" title=name on:click=move |_| change(Vec::new(), vec![gone.clone()])>
                                {label}
                                <Icon name=IconName::X />
                            </button>
                        }
                    }).collect_view()
                }}
                {move || {
                    known().into_iter().map(|label| {
                        let added = label.clone();
                        view! {
                            <button class="label" type="button" on:click=move |_| change(vec![added.clone()], Vec::new())>
                                <Icon name=IconName::Plus />
                                {label}
                            </button>
                        }
                    }).collect_view()
                }}
            </div>
            <Field
                name="label"
                id="new-label"
                label=tu_string!(i18n, inbox.new_label)
                value=text
                autocomplete="off"
                testid="new-label"
            />
            <Foot label=tu_string!(i18n, inbox.add_label) ready=ready testid="label-submit" />
        </form>
    }
}

/// How soon somebody should look.
#[component]
fn Priorities(asking: Asking) -> impl IntoView {
    let i18n = use_i18n();
    let choice = move |priority: Priority| {
        let current = move || asking.card.with(|card| card.priority == priority).then_some("true");
        view! {
            <button
                class="choice"
                type="button"
                aria-current=current
                data-testid=format!("priority-{}", priority.as_str())
                on:click=move |_| asking.answer(Command::Prioritise { priority })
            >
                <Icon name=IconName::Flag />
                <span class="line__grow">{words::priority(i18n, priority)}</span>
                {move || current().map(|_| view! { <Icon name=IconName::Check /> })}
            </button>
        }
    };
    view! { <div class="choice-list">{Priority::ALL.into_iter().rev().map(choice).collect_view()}</div> }
}
