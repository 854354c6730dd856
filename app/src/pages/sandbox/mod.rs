//! A customer's phone in the browser, for those who have no account at WhatsApp yet. Needs no signing in.

use contract::seat::SeatError;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::calls::{self, CallError};
use crate::i18n::{tu_string, use_i18n};
use crate::lean::{Brought, bring};
use crate::live::browser;
use crate::ui::{Button, Empty, IconName, Skeleton};

mod bubble;
mod business;
mod card;
mod compose;
mod faults;
mod handset;
mod phone;
mod phones;

use business::Business;
use faults::FaultsPanel;
use handset::Handset;
use phone::Phone;
use phones::PhoneList;

/// The screen of the phones. The address says which phone and which line (`?phone=…&line=…`).
#[component]
pub fn Sandbox() -> impl IntoView {
    let i18n = use_i18n();
    let known = bring(|| (), |()| calls::phones());
    let query = use_query_map();
    let asked = move |key: &'static str| Memo::new(move |_| query.read().get(key));
    let handset = Handset::new(known, asked("phone"), asked("line"));
    handset.live();
    Effect::new(move |_| {
        let look = move || {
            if browser::visible() {
                handset.look_for_phones();
            }
        };
        if let Ok(timer) = set_interval_with_handle(look, std::time::Duration::from_secs(4)) {
            on_cleanup(move || timer.clear());
        }
    });
    let shown = move || {
        Some(match known.get()? {
            Ok(_) => view! {
                <div class="sandbox__desk">
                    <PhoneList handset=handset />
                    <Phone handset=handset />
                    <aside class="sandbox__side" aria-label=tu_string!(i18n, sandbox.tools)>
                        <Business handset=handset />
                        <FaultsPanel />
                    </aside>
                </div>
            }
            .into_any(),
            Err(error) => view! { <Off error=error known=known /> }.into_any(),
        })
    };
    view! {
        <Title text=tu_string!(i18n, sandbox.title) />
        <main class="frame__main sandbox" id="main">
            <Transition fallback=move || {
                view! { <Skeleton label=tu_string!(i18n, sandbox.loading) /> }
            }>{shown}</Transition>
        </main>
    }
}

/// What stands here when there are no phones to show.
#[component]
fn Off(error: CallError, known: Brought<handset::Known>) -> impl IntoView {
    let i18n = use_i18n();
    let (icon, title, text) = match error {
        CallError::Seat(SeatError::NotFound | SeatError::SignedOut | SeatError::Forbidden) => {
            (IconName::Phone, tu_string!(i18n, sandbox.off), tu_string!(i18n, sandbox.off_text).to_owned())
        }
        CallError::Sandbox(sentence) => (IconName::Phone, tu_string!(i18n, sandbox.off), sentence),
        _ => (
            IconName::WifiOff,
            tu_string!(i18n, sandbox.away),
            tu_string!(i18n, sandbox.away_text).to_owned(),
        ),
    };
    view! {
        <Empty icon=icon title=title text=text>
            <Button icon=IconName::Refresh on_press=move || known.refetch()>
                {tu_string!(i18n, sandbox.try_again)}
            </Button>
        </Empty>
    }
}
