//! Promises to write back: what is due, who has it, and what became of the others.

use std::time::Duration;

use contract::callback::{CallbackKey, CallbackLine, CallbackPage, CallbackQuery, CallbackState};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::calls::{self, CallError};
use crate::i18n::{tu_string, use_i18n};
use crate::lean::{Brought, bring};
use crate::live::browser;
use crate::ui::{Badge, Button, Empty, IconName, Shape, Skeleton, Tone};

mod end;
mod keeper;
mod table;

use end::Ending;
use table::Table;

/// How often the page looks for news while it is in sight.
const FRESH: Duration = Duration::from_secs(4);

/// What is asked before a promise is ended: which one, and as what.
type Asked = Option<(CallbackLine, CallbackState)>;

/// The page. Which promises it shows stands in its address.
#[component]
pub fn Callbacks() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let query = Memo::new(move |_| {
        query.with(|query| CallbackQuery {
            state: query.get("state").and_then(|word| CallbackState::parse(&word)).unwrap_or_default(),
            team: query.get("team").and_then(|id| id.parse().ok()),
            agent: query.get("agent").and_then(|id| id.parse().ok()),
            after: query.get("after").and_then(|key| CallbackKey::parse(&key)),
        })
    });
    view! {
        <Title text=tu_string!(i18n, callbacks.title) />
        <main class="frame__main settings__main scroll" id="main">
            <div class="settings__page callbacks">
                {move || view! { <Listed query=query.get() /> }}
            </div>
        </main>
    }
}

/// A page of promises, and where it comes from.
#[derive(Clone, Copy)]
struct Loaded {
    query: CallbackQuery,
    data: Brought<Result<CallbackPage, CallError>>,
}

impl Loaded {
    fn new(query: CallbackQuery) -> Loaded {
        let loaded = Loaded { query, data: bring(move || query, calls::callbacks) };
        Effect::new(move |_| {
            if let Some(Err(error)) = loaded.data.get()
                && error.signed_out()
            {
                browser::go(&format!("/login?next={}", browser::here()));
            }
        });
        Effect::new(move |_| {
            let look = move || {
                if browser::visible() {
                    loaded.again();
                }
            };
            if let Ok(timer) = set_interval_with_handle(look, FRESH) {
                on_cleanup(move || timer.clear());
            }
        });
        loaded
    }

    /// Asks again. What is shown stays while the server is away, and while nothing is new.
    fn again(self) {
        spawn_local(async move {
            let news = calls::callbacks(self.query).await;
            let shown = self.data.try_get_untracked().flatten();
            let keep = news.is_err() && matches!(shown, Some(Ok(_)));
            if shown.is_some() && !keep && shown.as_ref() != Some(&news) {
                self.data.set(Some(news));
            }
        });
    }
}

#[component]
fn Listed(query: CallbackQuery) -> impl IntoView {
    let i18n = use_i18n();
    let loaded = Loaded::new(query);
    let asked = RwSignal::new(None::<(CallbackLine, CallbackState)>);
    let shown = move || {
        match loaded.data.get()? {
        Ok(page) => Some(view! { <Table query=query page=page asked=asked again=Callback::new(move |()| loaded.again()) /> }.into_any()),
        Err(_) => Some(
            view! {
                <Empty
                    icon=IconName::WifiOff
                    title=tu_string!(i18n, settings.away)
                    text=tu_string!(i18n, settings.away_text)
                >
                    <Button icon=IconName::Refresh on_press=move || loaded.data.refetch()>
                        {tu_string!(i18n, settings.try_again)}
                    </Button>
                </Empty>
            }
            .into_any(),
        ),
    }
    };
    let overdue = move || match loaded.data.get()? {
        Ok(page) if page.overdue > 0 => {
            let many = page.overdue >= CallbackPage::MOST;
            let count = if many { format!("{}+", page.overdue - 1) } else { page.overdue.to_string() };
            let words = tu_string!(i18n, callbacks.overdue_many, count = count).to_string();
            Some(view! {
                <span data-testid="overdue">
                    <Badge tone=Tone::Negative icon=IconName::AlarmClock>{words}</Badge>
                </span>
            })
        }
        _ => None,
    };
    view! {
        <header class="settings__head">
            <div class="settings__words">
                <h1 class="settings__title">{tu_string!(i18n, callbacks.title)}</h1>
                <p class="settings__text">{tu_string!(i18n, callbacks.text)}</p>
            </div>
            <div class="settings__actions">
                <Transition>{overdue}</Transition>
                <Button
                    icon=IconName::Refresh
                    label=tu_string!(i18n, callbacks.refresh)
                    on_press=move || loaded.again()
                    attr:data-testid="refresh"
                />
            </div>
        </header>
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, callbacks.loading) shape=Shape::Blocks count=3 /> }
        }>{shown}</Transition>
        <Ending asked=asked done=Callback::new(move |()| loaded.again()) />
    }
}

/// The address of a page of promises.
fn address(query: CallbackQuery) -> String {
    let mut parts = Vec::new();
    if query.state != CallbackState::Open {
        parts.push(format!("state={}", query.state.as_str()));
    }
    parts.extend(query.team.map(|id| format!("team={id}")));
    parts.extend(query.agent.map(|id| format!("agent={id}")));
    parts.extend(query.after.map(|key| format!("after={key}")));
    if parts.is_empty() { "/callbacks".to_owned() } else { format!("/callbacks?{}", parts.join("&")) }
}
