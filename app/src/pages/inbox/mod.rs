//! The inbox: the list, the thread and its details. The address says what is on the screen:
//! `/inbox/{view}/{conversation}`.

use contract::id::ConversationId;
use contract::inbox::{Inbox as InboxSnapshot, View};
use contract::seat::SeatError;
use contract::thread::Thread as ThreadSnapshot;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Redirect;

use crate::calls::{self, CallError};
use crate::i18n::{tu_string, use_i18n};
use crate::lean::bring;
use crate::live::{Live, Slot, browser, use_live};
use crate::pages::frame::{sign_in, use_place};
use crate::ui::{Button, ButtonKind, Empty, IconName, Skeleton};

mod actions;
mod assigned;
mod body;
mod bubble;
mod compose;
mod composer;
mod consent;
mod course;
mod delivery;
mod details;
mod dialogs;
mod file;
mod handoff_card;
mod keep_test;
mod line;
mod list;
pub(in crate::pages) mod markup;
mod menu;
mod picker;
mod row;
mod thread;
mod waits;
mod why;
mod window;
pub mod words;

use compose::Compose;
use details::Details;
use dialogs::Dialogs;
use list::List;
use thread::Thread;

type First = (InboxSnapshot, Option<Result<ThreadSnapshot, CallError>>);

/// The page.
#[component]
pub fn Inbox() -> impl IntoView {
    let live = use_live();
    let place = use_place();
    let first = bring(
        || (),
        move |()| {
            let view = place.view.get_untracked().unwrap_or_default();
            load(live, view, place.conversation.get_untracked())
        },
    );
    view! {
        <Suspense fallback=Outline>
            {move || Suspend::new(async move {
                match first.await {
                    Ok((inbox, thread)) => {
                        live.begin(inbox, thread);
                        view! { <Panes /> }.into_any()
                    }
                    Err(error) => failed(&error, place.live),
                }
            })}
        </Suspense>
    }
}

/// The first snapshot; in the browser, from what is kept, if it is.
async fn load(live: Live, view: View, conversation: Option<ConversationId>) -> Result<First, CallError> {
    let kept = live.list(view).with_untracked(|slot| slot.ready().cloned());
    let inbox = match kept {
        Some(inbox) => inbox,
        None => calls::inbox(view).await?,
    };
    let thread = match conversation {
        Some(id) if live.thread(id).with_untracked(|slot| slot.ready().is_none()) => {
            Some(calls::thread(id).await)
        }
        _ => None,
    };
    Ok((inbox, thread))
}

#[component]
fn Panes() -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let place = use_place();
    // What is in the address is what is on the screen: this alone moves the state along.
    Effect::new(move |_| {
        if let Some(view) = place.view.get() {
            live.view.set(view);
            live.ensure_list(view);
        }
    });
    Effect::new(move |_| {
        let conversation = place.conversation.get();
        place.ask.set(None);
        if let Some(id) = conversation {
            live.ensure_thread(id);
            live.show_waiting(id);
        }
        live.look_at(conversation);
        prefetch(live, conversation);
    });
    on_cleanup(move || live.look_at(None));
    let title = move || {
        let unread = live.shown_counts().mine_unread;
        let name = place
            .conversation
            .get()
            .and_then(|id| live.card(id))
            .map_or_else(|| tu_string!(i18n, inbox.page_title).to_owned(), |card| card.get().contact_name);
        if unread > 0 { format!("({unread}) {name}") } else { name }
    };
    view! {
        <Title text=title />
        <List />
        <main
            class="frame__main"
            id="main"
            data-pane="thread"
            aria-label=tu_string!(i18n, inbox.conversation)
        >
            {move || match place.conversation.get() {
                Some(id) => view! { <Thread id=id /> }.into_any(),
                None => view! { <NoThread /> }.into_any(),
            }}
        </main>
        {move || {
            place
                .conversation
                .get()
                .map(|id| {
                    view! {
                        <aside
                            class="frame__side"
                            data-pane="side"
                            tabindex="-1"
                            aria-label=tu_string!(i18n, inbox.details)
                        >
                            <Details id=id />
                        </aside>
                    }
                })
        }}
        <div class="frame__scrim" on:click=move |_| place.details.set(Some(false))></div>
        <Dialogs />
        <Compose />
    }
}

/// Loads the threads that are likely to be opened next.
fn prefetch(live: Live, open: Option<ConversationId>) {
    let Some(open) = open else { return };
    let view = live.view.get_untracked();
    let next: Vec<ConversationId> = live.list(view).with_untracked(|slot| {
        let Some(inbox) = slot.ready() else { return Vec::new() };
        let from = inbox.cards.iter().position(|card| card.id == open).map_or(0, |at| at + 1);
        inbox.cards.iter().skip(from).take(3).map(|card| card.id).collect()
    });
    set_timeout(
        move || next.into_iter().for_each(|id| live.ensure_thread(id)),
        std::time::Duration::from_millis(300),
    );
}

#[component]
fn NoThread() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="thread-none">
            <Empty
                icon=IconName::Chat
                title=tu_string!(i18n, inbox.choose_title)
                text=tu_string!(i18n, inbox.choose_text)
            >
                <p class="hints">
                    <span><kbd>"J"</kbd> <kbd>"K"</kbd> {tu_string!(i18n, inbox.hint_move)}</span>
                    <span><kbd>"Ctrl"</kbd> <kbd>"K"</kbd> {tu_string!(i18n, inbox.hint_palette)}</span>
                    <span><kbd>"?"</kbd> {tu_string!(i18n, inbox.hint_help)}</span>
                </p>
            </Empty>
        </div>
    }
}

#[component]
fn Outline() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <section class="frame__list">
            <Skeleton label=tu_string!(i18n, inbox.loading) count=8 />
        </section>
        <main class="frame__main" id="main"></main>
    }
}

fn failed(error: &CallError, live: Live) -> AnyView {
    let here = use_place();
    let path = here.view.get_untracked().unwrap_or_default();
    if let Some(to) = sign_in(error, &format!("/inbox/{}", path.as_str())) {
        return view! { <Redirect path=to /> }.into_any();
    }
    live.view.set(path);
    view! {
        <main class="frame__main frame__main--alone" id="main">
            <Failure error=error.clone() retry=Callback::new(|()| browser::reload()) />
        </main>
    }
    .into_any()
}

/// What stands in place of something that could not be had: what, why, and what to do.
#[component]
fn Failure(error: CallError, retry: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (title, text) = match error {
        CallError::Seat(SeatError::NotFound) => {
            (tu_string!(i18n, inbox.not_found_title), tu_string!(i18n, inbox.not_found_text))
        }
        CallError::Seat(SeatError::Forbidden) => {
            (tu_string!(i18n, inbox.forbidden_title), tu_string!(i18n, inbox.forbidden_text))
        }
        CallError::Seat(SeatError::Unavailable) => {
            (tu_string!(i18n, inbox.unavailable_title), tu_string!(i18n, inbox.unavailable_text))
        }
        _ => (tu_string!(i18n, inbox.offline_title), tu_string!(i18n, inbox.offline_text)),
    };
    view! {
        <div class="failure" role="alert">
            <Empty icon=IconName::Alert title=title text=text>
                <Button kind=ButtonKind::Primary on_press=retry>
                    {tu_string!(i18n, common.retry)}
                </Button>
            </Empty>
        </div>
    }
}

impl Live {
    /// Fills in what the page was rendered from.
    fn begin(&self, inbox: InboxSnapshot, thread: Option<Result<ThreadSnapshot, CallError>>) {
        self.seed(inbox);
        match thread {
            Some(Ok(thread)) => self.seed_thread(thread),
            Some(Err(error)) => {
                if let Some(id) = use_place().conversation.get_untracked() {
                    self.thread(id).set(Slot::Failed(error));
                }
            }
            None => {}
        }
    }
}
