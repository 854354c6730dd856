//! Getting what a settings screen shows, and keeping it fresh while somebody looks.

use std::time::Duration;

use contract::seat::SeatError;
use contract::settings::{Settings, SettingsPage};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::calls::{self, CallError};
use crate::i18n::{tu_string, use_i18n};
use crate::lean::{Brought, bring};
use crate::live::browser;
use crate::ui::{Button, Empty, IconName};

/// How often a screen looks for news while it is in sight.
const FRESH: Duration = Duration::from_secs(4);

/// What a screen shows, and where it comes from.
#[derive(Clone, Copy)]
pub(super) struct Loaded {
    page: SettingsPage,
    data: Brought<Result<Settings, CallError>>,
}

/// Loads a screen, and looks for news every few seconds.
pub(super) fn load(page: SettingsPage) -> Loaded {
    let loaded = once(page);
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

/// Loads a screen.
pub(super) fn once(page: SettingsPage) -> Loaded {
    let loaded = Loaded { page, data: bring(move || page, calls::settings) };
    Effect::new(move |_| {
        if let Some(Err(error)) = loaded.data.get()
            && error.signed_out()
        {
            browser::go(&format!("/login?next={}", browser::here()));
        }
    });
    loaded
}

impl Loaded {
    /// What was loaded; nothing before. Reads inside `<Transition>` only.
    pub(super) fn get(self) -> Option<Result<Settings, CallError>> {
        self.data.get()
    }

    /// What was loaded, as it is now.
    pub(super) fn peek(self) -> Option<Result<Settings, CallError>> {
        self.data.try_get_untracked().flatten()
    }

    /// Asks again. What is shown stays until there is something else to show, and while the server is away.
    pub(super) fn again(self) {
        spawn_local(async move {
            let news = calls::settings(self.page).await;
            let shown = self.data.try_get_untracked().flatten();
            let away = matches!(news, Err(CallError::Offline | CallError::Seat(SeatError::Unavailable)));
            let keep = away && matches!(shown, Some(Ok(_)));
            if shown.is_some() && !keep && shown.as_ref() != Some(&news) {
                self.data.set(Some(news));
            }
        });
    }
}

/// Why a screen cannot be shown, and what to do.
#[component]
pub(super) fn Trouble(error: CallError, loaded: Loaded) -> impl IntoView {
    let i18n = use_i18n();
    let (icon, title, text) = match error {
        CallError::Seat(SeatError::Forbidden) => {
            (IconName::Lock, tu_string!(i18n, settings.forbidden), tu_string!(i18n, settings.forbidden_text))
        }
        CallError::Seat(SeatError::SignedOut) => {
            (IconName::Key, tu_string!(i18n, settings.signed_out), tu_string!(i18n, settings.signed_out_text))
        }
        _ => (IconName::WifiOff, tu_string!(i18n, settings.away), tu_string!(i18n, settings.away_text)),
    };
    view! {
        <Empty icon=icon title=title text=text>
            <Button icon=IconName::Refresh on_press=move || loaded.data.refetch()>
                {tu_string!(i18n, settings.try_again)}
            </Button>
        </Empty>
    }
}
