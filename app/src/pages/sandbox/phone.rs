//! The phone itself: its frame, the conversation in it, and the sheet that a menu opens.

use contract::message::{Body, Section};
use contract::sandbox::PhoneAct;
use leptos::html;
use leptos::prelude::*;

use super::bubble::Bubble;
use super::compose::Compose;
use super::handset::Handset;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::browser::{near_end, scroll_to_end};
use crate::ui::{Avatar, Button, ButtonKind, Empty, Icon, IconName, IconSize};

/// The menu that is open: of which message.
#[derive(Clone, Copy)]
pub(super) struct Sheet(pub(super) RwSignal<Option<String>>);

/// The phone.
#[component]
pub(super) fn Phone(handset: Handset) -> impl IntoView {
    let i18n = use_i18n();
    let sheet = Sheet(RwSignal::new(None));
    let no_line = Memo::new(move |_| handset.number.get().is_some() && handset.line.get().is_none());
    let has_phone = Memo::new(move |_| handset.number.get().is_some() && handset.line.get().is_some());
    let label = move || {
        let name = handset.view.with(|view| view.as_ref().map(|view| view.phone.name.clone()));
        name.unwrap_or_else(|| tu_string!(i18n, sandbox.phone).to_owned())
    };
    view! {
        <section class="phone" data-testid="phone" data-number=move || handset.number.get() aria-label=label>
            <div class="phone__screen">
                <Show
                    when=move || has_phone.get()
                    fallback=move || {
                        view! {
                            <Empty
                                icon=IconName::Phone
                                title=move || {
                                    if no_line.get() {
                                        tu_string!(i18n, sandbox.no_line)
                                    } else {
                                        tu_string!(i18n, sandbox.no_phone)
                                    }
                                }
                                text=Signal::derive(move || {
                                    let text = if no_line.get() {
                                        tu_string!(i18n, sandbox.no_line_text)
                                    } else {
                                        tu_string!(i18n, sandbox.no_phone_text)
                                    };
                                    Some(text.to_owned())
                                })
                            />
                        }
                    }
                >
                    <Top handset=handset />
                    <Conversation handset=handset sheet=sheet />
                    <Trouble handset=handset />
                    <Compose handset=handset />
                    <MenuSheet handset=handset sheet=sheet />
                </Show>
            </div>
        </section>
    }
}

#[component]
fn Top(handset: Handset) -> impl IntoView {
    let i18n = use_i18n();
    let name = Memo::new(move |_| {
        handset.view.with(|view| view.as_ref().map(|view| view.line.name.clone()).unwrap_or_default())
    });
    let typing = Memo::new(move |_| handset.view.with(|view| view.as_ref().is_some_and(|view| view.typing)));
    let state = move || match (handset.reached.get(), typing.get()) {
        (false, _) => tu_string!(i18n, sandbox.reconnecting),
        (true, true) => tu_string!(i18n, sandbox.typing),
        (true, false) => tu_string!(i18n, sandbox.business),
    };
    view! {
        <header class="phone__top">
            <span class="mirror"><Icon name=IconName::ChevronLeft size=IconSize::Large /></span>
            <Avatar name=name />
            <div class="phone__who">
                <bdi class="phone__name">{move || name.get()}</bdi>
                <span class="phone__state" role="status">{state}</span>
            </div>
        </header>
    }
}

#[component]
fn Conversation(handset: Handset, sheet: Sheet) -> impl IntoView {
    let i18n = use_i18n();
    let node = NodeRef::<html::Div>::new();
    let ids = Memo::new(move |_| {
        handset.view.with(|view| {
            let messages = view.as_ref().map(|view| view.messages.as_slice()).unwrap_or_default();
            messages.iter().map(|message| message.id.clone()).collect::<Vec<_>>()
        })
    });
    let typing = Memo::new(move |_| handset.view.with(|view| view.as_ref().is_some_and(|view| view.typing)));
    // The first look goes to the end at once; later ones follow only who is there already.
    Effect::new(move |before: Option<usize>| {
        let count = ids.with(Vec::len);
        typing.track();
        if before.unwrap_or_default() == 0 || near_end(node) {
            request_animation_frame(move || scroll_to_end(node));
        }
        count
    });
    view! {
        <div
            class="phone__thread"
            node_ref=node
            role="log"
            aria-live="polite"
            aria-label=tu_string!(i18n, sandbox.conversation)
            tabindex="0"
            data-testid="phone-thread"
        >
            <For each=move || ids.get() key=|id| id.clone() let:id>
                <Bubble handset=handset sheet=sheet id=id />
            </For>
            <Show when=move || typing.get()>
                <div class="bubble bubble--typing" data-testid="phone-typing">
                    <span class="visually-hidden">{tu_string!(i18n, sandbox.typing)}</span>
                    <i></i>
                    <i></i>
                    <i></i>
                </div>
            </Show>
        </div>
    }
}

#[component]
fn Trouble(handset: Handset) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Show when=move || handset.problem.read().is_some()>
            <p class="phone__problem" role="alert" data-testid="phone-problem">
                <span>
                    {move || match handset.problem.get().as_deref() {
                        Some("offline") => tu_string!(i18n, sandbox.not_reached).to_owned(),
                        problem => problem.unwrap_or_default().to_owned(),
                    }}
                </span>
                <Button
                    kind=ButtonKind::Ghost
                    icon=IconName::X
                    label=tu_string!(i18n, sandbox.close)
                    on_press=move || handset.problem.set(None)
                />
            </p>
        </Show>
    }
}

/// The rows of a menu, on top of the conversation.
#[component]
fn MenuSheet(handset: Handset, sheet: Sheet) -> impl IntoView {
    let i18n = use_i18n();
    let close = move || sheet.0.set(None);
    let open = move || {
        let id = sheet.0.get()?;
        let Body::List { button, sections, .. } = handset.message(&id)?.body else { return None };
        let name = button.clone();
        let rows = sections.into_iter().map(|part| section(handset, sheet, &id, part)).collect_view();
        Some(view! {
            <div class="sheet" on:click=move |_| close()></div>
            <div
                class="sheet__panel"
                role="dialog"
                aria-label=name
                on:keydown=move |event| {
                    if event.key() == "Escape" {
                        close();
                    }
                }
            >
                <header class="sheet__head">
                    <strong class="line__grow">{button}</strong>
                    <Button
                        kind=ButtonKind::Ghost
                        icon=IconName::X
                        label=tu_string!(i18n, sandbox.close)
                        on_press=close
                    />
                </header>
                {rows}
            </div>
        })
    };
    view! { {open} }
}

fn section(handset: Handset, sheet: Sheet, message: &str, section: Section) -> impl IntoView + use<> {
    let message = message.to_owned();
    let rows = section
        .rows
        .into_iter()
        .map(|row| {
            let (message, choice) = (message.clone(), row.id.clone());
            let choose = move |_| {
                sheet.0.set(None);
                handset.act(PhoneAct::Choose { message: message.clone(), choice: choice.clone() });
            };
            view! {
                <button class="sheet__row" type="button" data-choice=row.id on:click=choose>
                    <span dir="auto">{row.title}</span>
                    {row
                        .description
                        .map(|text| view! { <span class="sheet__second" dir="auto">{text}</span> })}
                </button>
            }
        })
        .collect_view();
    view! {
        {section.title.map(|title| view! { <p class="sheet__title">{title}</p> })}
        {rows}
    }
}
