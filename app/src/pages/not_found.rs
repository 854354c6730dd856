//! What an address shows that leads nowhere.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::i18n::{tu_string, use_i18n};
use crate::ui::{ButtonKind, ButtonLink, Empty, IconName};

/// The page for addresses that lead nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Title text=tu_string!(i18n, auth.not_found_page) />
        <main class="nowhere">
            <Empty
                icon=IconName::Question
                title=tu_string!(i18n, auth.not_found_title)
                text=tu_string!(i18n, auth.not_found_text)
            >
                <ButtonLink href="/inbox" kind=ButtonKind::Primary>
                    {tu_string!(i18n, auth.not_found_home)}
                </ButtonLink>
            </Empty>
        </main>
    }
}
