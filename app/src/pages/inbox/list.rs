//! The list of a view: tabs with counts, and rows that move as news comes in.

use contract::id::ConversationId;
use contract::inbox::View;
use leptos::html;
use leptos::prelude::*;

use super::row::Row;
use super::waits::waits;
use super::{Failure, words};
use crate::calls::CallError;
use crate::i18n::{tu_string, use_i18n};
use crate::live::{Slot, browser, use_live};
use crate::pages::frame::{Ask, use_place};
use crate::pages::later::AtRest;
use crate::ui::{Button, ButtonKind, Empty, IconName, Skeleton};

/// The list's pane.
#[component]
pub fn List() -> impl IntoView {
    let i18n = use_i18n();
    let place = use_place();
    view! {
        <section class="frame__list" data-pane="list" aria-label=tu_string!(i18n, inbox.conversations)>
            <header class="bar">
                <h1 class="bar__title">{tu_string!(i18n, inbox.page_title)}</h1>
                {move || (place.view.get() == Some(View::Waiting)).then(|| view! { <AtRest part=waits /> })}
                <Button
                    kind=ButtonKind::Ghost
                    icon=IconName::Plus
                    label=tu_string!(i18n, inbox.do_compose)
                    keys="Shift+N"
                    on_press=move || place.ask.set(Some(Ask::Compose))
                    attr:data-testid="compose"
                />
                <Button
                    kind=ButtonKind::Ghost
                    icon=IconName::Search
                    label=tu_string!(i18n, inbox.do_palette)
                    keys="Control+K"
                    on_press=move || place.palette.set(true)
                />
            </header>
            <Views />
            {move || view! { <Rows view=place.view.get().unwrap_or_default() /> }}
        </section>
    }
}

/// The views, as links that look like tabs.
#[component]
fn Views() -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let place = use_place();
    let tab = move |view: View| {
        let count = move || live.shown_counts().of(view).filter(|count| *count > 0);
        let current = move || (place.view.get() == Some(view)).then_some("page");
        view! {
            <a
                class="views__view"
                href=format!("/inbox/{}", view.as_str())
                aria-current=current
                data-testid=format!("view-{}", view.as_str())
            >
                {words::view(i18n, view)}
                {move || count().map(|count| view! { <span class="views__count tabular">{count}</span> })}
            </a>
        }
    };
    view! {
        <nav class="views" aria-label=tu_string!(i18n, inbox.views)>
            {View::ALL.into_iter().map(tab).collect_view()}
        </nav>
    }
}

#[derive(Clone, PartialEq)]
enum State {
    Loading,
    Failed(CallError),
    Empty,
    Rows,
}

#[component]
fn Rows(view: View) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let list = live.list(view);
    let state = Memo::new(move |_| {
        list.with(|slot| match slot {
            Slot::Empty | Slot::Loading => State::Loading,
            Slot::Failed(error) => State::Failed(error.clone()),
            Slot::Ready(inbox) if inbox.cards.is_empty() => State::Empty,
            Slot::Ready(_) => State::Rows,
        })
    });
    move || match state.get() {
        State::Loading => {
            view! { <div class="late"><Skeleton label=tu_string!(i18n, inbox.loading) count=8 /></div> }
                .into_any()
        }
        State::Failed(error) => {
            view! { <Failure error=error retry=Callback::new(move |()| live.ensure_list(view)) /> }.into_any()
        }
        State::Empty => {
            let (title, text) = words::empty(i18n, view);
            let icon = if view == View::Waiting || view == View::Mine {
                IconName::CheckCircle
            } else {
                IconName::Inbox
            };
            view! {
                <div class="list-none" data-testid="inbox-list" tabindex="-1">
                    <Empty icon=icon title=title text=text />
                </div>
            }
            .into_any()
        }
        State::Rows => view! { <Listbox view=view /> }.into_any(),
    }
}

/// How near to the end, in pixels, the next page is asked for.
const NEAR_END: i32 = 600;

#[component]
fn Listbox(view: View) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let place = use_place();
    let list = live.list(view);
    let counted = list.clone();
    let ids = Memo::new(move |_| {
        list.with(|slot| {
            slot.ready()
                .map(|inbox| inbox.cards.iter().map(|card| card.id).collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    let more =
        Memo::new(move |_| counted.with(|slot| slot.ready().is_some_and(|inbox| inbox.next.is_some())));
    let node = NodeRef::<html::Div>::new();
    let active = move || {
        let open = place.conversation.get()?;
        ids.with(|ids| ids.contains(&open)).then(|| row_id(open))
    };
    let scrolled = move |_| {
        if more.get_untracked() && node.get_untracked().is_some_and(|node| browser::to_end(&node) < NEAR_END)
        {
            live.more(view);
        }
    };
    let size = move || {
        let loaded = ids.with(Vec::len);
        let all = live.shown_counts().of(view).and_then(|count| usize::try_from(count).ok());
        all.unwrap_or(loaded).max(loaded).to_string()
    };
    view! {
        <div
            class="rows scroll"
            node_ref=node
            role="listbox"
            tabindex="0"
            data-testid="inbox-list"
            aria-label=words::view(i18n, view)
            aria-activedescendant=active
            on:scroll=scrolled
            on:keydown=move |event| arrows(&event, &place)
        >
            <For each=move || ids.get() key=|id| *id let:id>
                <Row
                    id=id
                    view=view
                    size=Signal::derive(size)
                    position=Signal::derive(move || {
                        ids.with(|ids| ids.iter().position(|other| *other == id).map_or(0, |at| at + 1).to_string())
                    })
                />
            </For>
            <Show when=move || more.get()>
                <div class="rows__more" role="presentation">
                    <Button kind=ButtonKind::Ghost on_press=move || live.more(view)>
                        {tu_string!(i18n, inbox.more)}
                    </Button>
                </div>
            </Show>
        </div>
    }
}

/// The arrows move in the list as `j` and `k` do everywhere.
fn arrows(event: &leptos::ev::KeyboardEvent, place: &crate::pages::frame::Place) {
    let by = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    crate::pages::frame::step(place, by);
}

/// The id of a row's element.
pub fn row_id(id: ConversationId) -> String {
    format!("row-{id}")
}
