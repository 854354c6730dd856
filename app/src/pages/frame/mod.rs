//! The frame around every page of a person signed in: the rail, the keys, the connection.

use contract::command::{Refusal, RefusalCode};
use contract::id::ConversationId;
use contract::inbox::View;
use contract::person::Me;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::Outlet;
use leptos_router::hooks::{use_location, use_navigate};

use crate::calls::{self, CallError};
use crate::i18n::{tu_string, use_i18n};
use crate::lean::bring;
use crate::live::{Live, Notice, browser, socket};
use crate::pages::inbox::words::Texts;
use crate::pages::later::fetch_later;
use crate::ui::{ToastKind, use_toasts};

mod banner;
mod commands;
mod deeds;
mod help;
mod offer;
mod palette;
mod rail;

use banner::Banner;
use help::Help;
use palette::Palette;
use rail::Rail;

pub use commands::keys_of;
pub use deeds::{can_return, can_take, step};

/// What a dialog of the inbox is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// To whom, and a note.
    Transfer,
    /// A note for the bot.
    ReturnToBot,
    /// Until when.
    Snooze,
    /// Which labels.
    Label,
    /// How soon.
    Priority,
    /// That the customer has agreed to be written to first.
    Agree,
    /// Of which bot it becomes a test, and what to call it.
    KeepTest,
    /// With whom to begin a conversation. It is about none.
    Compose,
}

/// Where the person is, and what is open around it.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The state of the desk.
    pub live: Live,
    /// The view in the address.
    pub view: Memo<Option<View>>,
    /// The conversation in the address.
    pub conversation: Memo<Option<ConversationId>>,
    /// The dialog that is open.
    pub ask: RwSignal<Option<Ask>>,
    /// Whether the palette is open.
    pub palette: RwSignal<bool>,
    /// What was typed into the palette, also before its field was there.
    pub wanted: RwSignal<String>,
    /// Whether the help is open.
    pub help: RwSignal<bool>,
    /// Whether the details were opened or closed by hand.
    pub details: RwSignal<Option<bool>>,
    /// Whether the composer writes notes.
    pub note: RwSignal<bool>,
    /// Whether the person wants to write and the composer is not there yet: what they type is no command.
    pub about_to_write: RwSignal<bool>,
    /// Who is signed in.
    pub me: RwSignal<Option<Me>>,
    go: Callback<String>,
}

impl Place {
    /// Goes to another page.
    pub fn go(&self, path: impl Into<String>) {
        self.go.run(path.into());
    }

    /// Opens a conversation in the view on the screen.
    pub fn open(&self, id: ConversationId) {
        let view = self.view.get_untracked().unwrap_or_default();
        self.go(format!("/inbox/{}/{id}", view.as_str()));
    }

    /// Opens or closes the details.
    pub fn toggle_details(&self) {
        let shown = self.details.get_untracked().unwrap_or_else(browser::wide);
        self.details.set(Some(!shown));
    }
}

/// Where the person is.
pub fn use_place() -> Place {
    expect_context::<Place>()
}

/// The frame.
#[component]
pub fn Frame() -> impl IntoView {
    let place = provide_place();
    fetch_later();
    let live = place.live;
    let in_inbox = Memo::new(move |_| place.view.get().is_some());
    let me = bring(|| (), |()| calls::me());
    commands::listen(place);
    tell_notices(live);
    stay_live(place);
    view! {
        <div
            class="frame"
            class:frame--page=move || !in_inbox.get()
            data-pane=move || if place.conversation.get().is_some() { "main" } else { "list" }
            data-side=move || side(place)
        >
            <Suspense>
                {move || Suspend::new(async move {
                    let me = me.await;
                    if let Ok(me) = &me {
                        place.me.set(Some(me.clone()));
                    }
                    view! { <Rail me=me.ok() /> }
                })}
            </Suspense>
            <Outlet />
            <Banner />
        </div>
        <Palette />
        <Help />
    }
}

/// Whether the details are shown: as chosen by hand, else where there is room for them.
fn side(place: Place) -> Option<&'static str> {
    place.view.get()?;
    if place.conversation.get().is_none() {
        return Some("closed");
    }
    place.details.get().map(|open| if open { "open" } else { "closed" })
}

fn provide_place() -> Place {
    let live = Live::new();
    let location = use_location();
    let navigate = use_navigate();
    let path = location.pathname;
    let view = Memo::new(move |_| {
        path.with(|path| path.strip_prefix("/inbox/").and_then(|rest| View::parse(rest.split('/').next()?)))
    });
    let conversation = Memo::new(move |_| {
        path.with(|path| path.strip_prefix("/inbox/").and_then(|rest| rest.split('/').nth(1)?.parse().ok()))
    });
    let place = Place {
        live,
        view,
        conversation,
        ask: RwSignal::new(None),
        palette: RwSignal::new(false),
        wanted: RwSignal::new(String::new()),
        help: RwSignal::new(false),
        details: RwSignal::new(None),
        note: RwSignal::new(false),
        about_to_write: RwSignal::new(false),
        me: RwSignal::new(None),
        go: Callback::new(move |path: String| navigate(&path, NavigateOptions::default())),
    };
    provide_context(live);
    provide_context(place);
    place
}

/// Follows the feed from the first snapshot on, on every page: whoever reads the settings is still there.
fn stay_live(place: Place) {
    let live = place.live;
    Effect::new(move |_| live.awake.set(true));
    Effect::new(move |_| {
        place.conversation.track();
        place.about_to_write.set(false);
    });
    Effect::new(move |started: Option<bool>| {
        if started == Some(true) {
            return true;
        }
        let known = live.me.get().is_some();
        if known {
            live.start();
        } else if place.view.get().is_none() && place.me.get().is_some() {
            live.ensure_list(View::Mine);
        }
        known
    });
    Effect::new(move |_| {
        let online = window_event_listener(leptos::ev::online, |_| socket::nudge());
        let shown = window_event_listener(leptos::ev::visibilitychange, move |_| {
            if browser::visible() {
                socket::nudge();
                if let Some(open) = live.open.get_untracked() {
                    live.mark_read(open);
                }
            }
        });
        on_cleanup(move || {
            online.remove();
            shown.remove();
        });
    });
    on_cleanup(socket::stop);
}

/// What is said when something was refused: who has it, where that is the reason.
fn refused(i18n: Texts, refusal: Refusal) -> String {
    match (refusal.code, refusal.owner_name) {
        (RefusalCode::NotOwner | RefusalCode::StaleEpoch, Some(name)) => {
            tu_string!(i18n, inbox.taken_by, name = name).to_string()
        }
        _ => refusal.message,
    }
}

/// Says in a toast what the state has to tell.
fn tell_notices(live: Live) {
    let toasts = use_toasts();
    let i18n = use_i18n();
    Effect::new(move |_| {
        for notice in live.take_notices() {
            match notice {
                Notice::Refused { refusal, .. } => toasts.show(ToastKind::Negative, refused(i18n, refusal)),
                Notice::Back { updates } => toasts.show(ToastKind::Positive, banner::back(i18n, updates)),
            }
        }
    });
}

/// Where to sign in before coming back to a page.
pub fn sign_in(error: &CallError, path: &str) -> Option<String> {
    error.signed_out().then(|| format!("/login?next={path}"))
}
