//! The settings: who connects what, who works here, what came in, and one's own account.

use contract::id::ConversationId;
use contract::person::Role;
use leptos::prelude::*;
use leptos_router::components::{A, Outlet};

use crate::calls;
use crate::i18n::{tu_string, use_i18n};
use crate::lean::bring;
use crate::ui::{Icon, IconName};

mod account;
mod ask_first;
mod bots;
mod channels;
mod consent;
mod endpoints;
mod inbound;
mod keeping;
mod ledger;
mod load;
mod people;
mod rules;
pub(super) mod submit;
mod teams;
mod templates;
mod tokens;
mod webhook;

pub use account::Account;
pub use bots::Bots;
pub use channels::{Channels, Connect, OneConnection};
pub use consent::Consent;
pub use endpoints::{EndpointList, OneDelivery, OneEndpoint};
pub use inbound::Inbound;
pub use ledger::Ledger;
pub use people::People;
pub use rules::Rules;
pub use teams::Teams;
pub use templates::Templates;
pub use tokens::Tokens;
pub use webhook::Webhook;

/// The settings' own navigation, and the screen that was chosen.
#[component]
pub fn SettingsShell() -> impl IntoView {
    let i18n = use_i18n();
    let me = bring(|| (), |()| calls::me());
    let for_admins = move || {
        view! {
            <Place to="/settings/channels" icon=IconName::Plug label=tu_string!(i18n, settings.channels) />
            <Place to="/settings/bots" icon=IconName::Bot label=tu_string!(i18n, bots.bots) />
            <Place
                to="/settings/templates"
                icon=IconName::Template
                label=tu_string!(i18n, settings.templates)
            />
            <Place to="/settings/consent" icon=IconName::Check label=tu_string!(i18n, settings.consent) />
            <Place to="/settings/teams" icon=IconName::Transfer label=tu_string!(i18n, settings.teams) />
            <Place to="/settings/rules" icon=IconName::Filter label=tu_string!(i18n, rules.title) />
            <Place to="/settings/people" icon=IconName::Users label=tu_string!(i18n, settings.people) />
            <Place to="/settings/developers" icon=IconName::Key label=tu_string!(i18n, settings.developers) />
            <Place to="/settings/inbound" icon=IconName::Inbox label=tu_string!(i18n, settings.inbound) />
            <Place to="/settings/webhooks" icon=IconName::Send label=tu_string!(i18n, endpoints.title) />
            <Place to="/settings/ledger" icon=IconName::Ledger label=tu_string!(i18n, settings.ledger) />
        }
    };
    view! {
        <div class="frame__main settings">
            <nav class="settings__nav" aria-label=tu_string!(i18n, settings.title)>
                <h1 class="settings__heading">{tu_string!(i18n, settings.title)}</h1>
                <Transition>
                    {move || Suspend::new(async move {
                        me.await.is_ok_and(|me| me.role == Role::Admin).then(for_admins)
                    })}
                </Transition>
                <Place to="/settings/account" icon=IconName::User label=tu_string!(i18n, settings.account) />
            </nav>
            <main class="settings__main scroll" id="main">
                <div class="settings__page">
                    <Outlet />
                </div>
            </main>
        </div>
    }
}

#[component]
fn Place(to: &'static str, icon: IconName, label: &'static str) -> impl IntoView {
    view! {
        <A href=to attr:class="settings__place">
            <Icon name=icon />
            <span>{label}</span>
        </A>
    }
}

/// The head of a screen: what it is, what it is for, what can be done.
#[component]
fn Head(
    title: &'static str,
    text: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="settings__head">
            <div class="settings__words">
                <h2 class="settings__title">{title}</h2>
                <p class="settings__text">{text}</p>
            </div>
            {children.map(|children| view! { <div class="settings__actions">{children()}</div> })}
        </header>
    }
}

/// The conversation of an id, or of an address of the inbox.
fn conversation_at(address: &str) -> Option<ConversationId> {
    let path = address.trim().split(['?', '#']).next()?;
    path.trim_end_matches('/').rsplit('/').next()?.parse().ok()
}

/// Whether a dialog is open that is about something: open while there is something, and nothing once closed.
pub(super) fn open_while<T: Send + Sync + 'static>(subject: RwSignal<Option<T>>) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(subject.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && subject.with_untracked(Option::is_some) {
            subject.set(None);
        }
    });
    open
}
