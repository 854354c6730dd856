//! What the connection is like, when it is not as it should be.

use std::time::Duration;

use leptos::prelude::*;

use super::offer::Offer;
use crate::i18n::{tu_string, use_i18n};
use crate::live::{Link, browser, use_live};
use crate::pages::inbox::words::Texts;
use crate::ui::{Button, ButtonSize, Icon, IconName};

const PATIENCE: Duration = Duration::from_secs(2);

/// A line at the top of the page: reconnecting, or a new version.
#[component]
pub fn Banner() -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let lost = RwSignal::new(false);
    Effect::new(move |_| {
        if live.link.get() != Link::Lost {
            lost.set(false);
            return;
        }
        let timer = set_timeout_with_handle(
            move || {
                lost.try_set(live.link.try_get_untracked() == Some(Link::Lost));
            },
            PATIENCE,
        );
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
        });
    });
    let old = move || live.outdated.get() || live.link.get() == Link::Outdated;
    view! {
        <div class="banner-place" role="status" aria-live="polite">
            <Show when=move || lost.get()>
                <div class="banner banner--lost" data-testid="banner-lost">
                    <Icon name=IconName::WifiOff />
                    <span>{tu_string!(i18n, inbox.reconnecting)}</span>
                </div>
            </Show>
            <Show when=old>
                <div class="banner banner--new" data-testid="banner-new">
                    <Icon name=IconName::Refresh />
                    <span>{tu_string!(i18n, inbox.new_version)}</span>
                    <Button size=ButtonSize::Small on_press=Callback::new(|()| browser::reload())>
                        {tu_string!(i18n, inbox.reload)}
                    </Button>
                </div>
            </Show>
            <Offer />
        </div>
    }
}

/// What is said when the connection is back.
pub fn back(i18n: Texts, updates: u32) -> String {
    match updates {
        0 => tu_string!(i18n, inbox.back_online).to_owned(),
        1 => tu_string!(i18n, inbox.back_online_one).to_owned(),
        count => tu_string!(i18n, inbox.back_online_many, count = count).to_string(),
    }
}
