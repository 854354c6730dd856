//! The way around: a narrow bar of places, and the person's own menu at its end.

use contract::person::{Me, Presence, Role};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::use_place;
use crate::app::Theme;
use crate::i18n::{tu_string, use_i18n};
use crate::live::{browser, use_live};
use crate::ui::{
    Avatar, BrandMark, Count, Icon, IconName, IconSize, Menu, MenuHeading, MenuItem, MenuSeparator, Tone,
};

/// A page to which the inbox has no route: the browser loads it.
const CALLBACKS: &str = "/callbacks";

/// The rail.
#[component]
pub fn Rail(me: Option<Me>) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let unread = Signal::derive(move || i64::from(live.shown_counts().mine_unread));
    let alerts = me.as_ref().map_or(0, |me| me.alerts);
    let sandbox = me.as_ref().is_some_and(|me| me.sandbox);
    let admin = me.as_ref().is_some_and(|me| me.role == Role::Admin);
    view! {
        <nav class="frame__rail" aria-label=tu_string!(i18n, inbox.places) data-pane="rail">
            <span class="rail__mark">
                <BrandMark />
            </span>
            <Spot to="/inbox/mine" under="/inbox" icon=IconName::Inbox label=tu_string!(i18n, inbox.place_inbox)>
                <Count value=unread tone=Tone::Loud label=tu_string!(i18n, inbox.unread_mine) />
            </Spot>
            <Spot to=CALLBACKS under=CALLBACKS icon=IconName::CallBack label=tu_string!(i18n, inbox.place_callbacks) />
            {sandbox
                .then(|| {
                    view! {
                        <Spot to="/sandbox" under="/sandbox" icon=IconName::Phone label=tu_string!(i18n, inbox.place_sandbox) />
                    }
                })}
            <span class="rail__space"></span>
            {admin
                .then(|| {
                    view! {
                        <Spot
                            to="/settings/channels"
                            under="/settings"
                            icon=IconName::Settings
                            label=tu_string!(i18n, inbox.place_settings)
                        >
                            <Count value=alerts tone=Tone::Loud label=tu_string!(i18n, inbox.unseen_alerts) />
                        </Spot>
                    }
                })}
            {me.map(|me| view! { <Person me=me /> })}
        </nav>
    }
}

#[component]
fn Spot(
    to: &'static str,
    under: &'static str,
    icon: IconName,
    label: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let path = use_location().pathname;
    let here = move || path.with(|path| path.starts_with(under)).then_some("page");
    let rel = (to == CALLBACKS).then_some("external");
    view! {
        <a class="rail__item" href=to rel=rel aria-label=label title=label aria-current=here>
            <Icon name=icon size=IconSize::Large />
            {children.map(|children| children())}
        </a>
    }
}

/// The person's own menu: presence, brightness, help, the way out.
#[component]
fn Person(me: Me) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let place = use_place();
    let id = me.id;
    let theme = RwSignal::new(use_context::<Theme>().unwrap_or_default());
    Effect::new(move |_| theme.set(current_theme()));
    let presence = Memo::new(move |_| {
        if !live.awake.get() {
            return Presence::Online;
        }
        let agents = live.agents.get();
        agents.iter().find(|agent| agent.id == id).map_or(Presence::Online, |agent| agent.presence)
    });
    let choose = move |chosen: Theme| {
        theme.set(chosen);
        browser::set_cookie(Theme::COOKIE, chosen.as_str());
        browser::mark_root("data-theme", chosen.attribute());
    };
    let sign_out = move || {
        if let Some(form) = browser::find("#sign-out button") {
            form.click();
        }
    };
    let name = me.name.clone();
    let lamp = move || match presence.get() {
        Presence::Online => "presence presence--online",
        Presence::Away => "presence presence--away",
        Presence::Offline => "presence",
    };
    let trigger = move || {
        view! {
            <span class="rail__person">
                <Avatar name=name.clone() key=id.to_string() />
                <span class=lamp></span>
            </span>
        }
    };
    let label = tu_string!(i18n, inbox.account_of, name = me.name.clone()).to_string();
    view! {
        <Menu id="account" label=label trigger=trigger testid="account">
            <div class="account__head">
                <strong class="truncate">{me.name.clone()}</strong>
                <span class="truncate faint small">{me.email.clone()}</span>
            </div>
            <MenuSeparator />
            <MenuItem
                label=tu_string!(i18n, inbox.presence_online)
                checked=Signal::derive(move || Some(presence.get() != Presence::Away))
                testid="presence-online"
                on_press=move || live.set_presence(Presence::Online)
            />
            <MenuItem
                label=tu_string!(i18n, inbox.presence_away)
                checked=Signal::derive(move || Some(presence.get() == Presence::Away))
                testid="presence-away"
                on_press=move || live.set_presence(Presence::Away)
            />
            <MenuSeparator />
            <MenuHeading>{tu_string!(i18n, inbox.theme)}</MenuHeading>
            <MenuItem
                label=tu_string!(i18n, inbox.theme_system)
                icon=IconName::Monitor
                checked=Signal::derive(move || Some(theme.get() == Theme::System))
                on_press=move || choose(Theme::System)
            />
            <MenuItem
                label=tu_string!(i18n, inbox.theme_light)
                icon=IconName::Sun
                checked=Signal::derive(move || Some(theme.get() == Theme::Light))
                on_press=move || choose(Theme::Light)
            />
            <MenuItem
                label=tu_string!(i18n, inbox.theme_dark)
                icon=IconName::Moon
                checked=Signal::derive(move || Some(theme.get() == Theme::Dark))
                on_press=move || choose(Theme::Dark)
            />
            <MenuSeparator />
            <MenuItem
                label=tu_string!(i18n, inbox.my_account)
                icon=IconName::User
                on_press=move || place.go("/settings/account")
            />
            <MenuItem
                label=tu_string!(i18n, inbox.keyboard_help)
                icon=IconName::Keyboard
                keys="?"
                on_press=move || place.help.set(true)
            />
            <MenuItem
                label=tu_string!(i18n, inbox.sign_out)
                icon=IconName::LogOut
                testid="sign-out"
                on_press=sign_out
            />
        </Menu>
        <form id="sign-out" hidden=true method="post" action="/logout">
            <button type="submit" tabindex="-1">
                {tu_string!(i18n, inbox.sign_out)}
            </button>
        </form>
    }
}

fn current_theme() -> Theme {
    browser::root_attribute("data-theme").map_or(Theme::System, |word| Theme::parse(&word))
}
