//! The table of contents of the UI: every page and its path.

use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::any_nested_route::IntoAnyNestedRoute;
#[cfg(feature = "more")]
use leptos_router::components::Outlet;
use leptos_router::components::{ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::location::RequestUrl;
use leptos_router::{SsrMode, path};

use leptos_i18n::context::UseLocalesOptions;

use crate::i18n::{I18nContextProvider, tu_string, use_i18n};
use crate::pages::frame::Frame;
use crate::pages::not_found::NotFound;
use crate::ui::{ToastRegion, provide_toasts};

// The browser gets the inbox and the other pages as two programs. A page of the other one is fetched anew.
#[cfg(not(feature = "inbox"))]
use crate::pages::elsewhere::Elsewhere as Inbox;
#[cfg(not(feature = "more"))]
use crate::pages::elsewhere::{Elsewhere, Elsewhere as Login, Elsewhere as Sandbox, Elsewhere as Setup};
#[cfg(feature = "inbox")]
use crate::pages::inbox::Inbox;
#[cfg(feature = "more")]
use crate::pages::{
    callbacks::Callbacks,
    login::Login,
    sandbox::Sandbox,
    settings::{
        Account, Bots, Channels, Connect, Consent, EndpointList, Inbound, Ledger, OneConnection, OneDelivery,
        OneEndpoint, People, Rules, SettingsShell, Teams, Templates, Tokens, Webhook,
    },
    setup::Setup,
};

/// How bright the pages are. The server reads it from the cookie of this name and puts it into the context, so
/// that the first frame has the right colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the device is.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The cookie's name.
    pub const COOKIE: &str = "baton_theme";

    /// The word in the cookie.
    pub fn as_str(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The theme of a word; what is not one is the device's own.
    pub fn parse(word: &str) -> Theme {
        match word {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }
    }

    /// The attribute of the root element, where there is one.
    pub fn attribute(self) -> Option<&'static str> {
        (self != Theme::System).then(|| self.as_str())
    }
}

/// The document around the pages, on the server.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let theme = use_context::<Theme>().unwrap_or_default();
    let program = program(options.clone());
    view! {
        <!DOCTYPE html>
        <html lang="en" dir="ltr" data-theme=theme.attribute()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f9f9fb" />
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#17171a" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <HashedStylesheet id="baton-style" options=program.clone() />
                <AutoReload options=options />
                <HydrationScripts options=program />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The program that keeps the requested page alive, and its style sheet.
fn program(mut options: LeptosOptions) -> LeptosOptions {
    let url = use_context::<RequestUrl>().map(|url| url.as_ref().to_owned()).unwrap_or_default();
    if path_of(&url).starts_with("/inbox") {
        return options;
    }
    options.output_name = "baton-more".into();
    options.hash_file = "hash-more.txt".into();
    options
}

/// The path of an address, with a scheme and a host before it or without.
fn path_of(url: &str) -> &str {
    match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => url,
    }
}

/// All pages.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_toasts();
    #[cfg(feature = "ssr")]
    provide_texts();
    view! {
        <I18nContextProvider
            set_lang_attr_on_html=false
            set_dir_attr_on_html=false
            enable_cookie=false
            ssr_lang_header_getter=UseLocalesOptions::default().ssr_lang_header_getter(|| None)
        >
            <Pages />
        </I18nContextProvider>
    }
}

/// Provides the texts for a page that is rendered here; the provider takes what is there already.
///
/// Made by the provider itself, they would keep a cookie up to date by an effect, which on the server runs on a thread of
/// its own: now and then after the answer has gone out and the page's signals are no more, and then it panics. There is
/// no such cookie here. What is paused never runs.
#[cfg(feature = "ssr")]
fn provide_texts() {
    let owner = Owner::new();
    let options = leptos_i18n::context::I18nContextOptions::<crate::i18n::Locale>::default()
        .enable_cookie(false)
        .ssr_lang_header_getter(UseLocalesOptions::default().ssr_lang_header_getter(|| None));
    let texts = owner.with(|| leptos_i18n::context::init_i18n_context_with_options(options));
    owner.pause();
    // It goes when the page goes.
    StoredValue::new(owner);
    provide_context(texts);
}

#[component]
fn Pages() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Title formatter=|text: String| {
            if text.is_empty() { "Baton".to_owned() } else { format!("{text} · Baton") }
        } />
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/login") view=Login ssr=SsrMode::Async />
                <Route path=path!("/setup") view=Setup ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("/") view=ToInbox ssr=SsrMode::Async />
                    <Route path=path!("/inbox") view=ToInbox ssr=SsrMode::Async />
                    <Route path=path!("/inbox/:view/:conversation?") view=Inbox ssr=SsrMode::Async />
                    <Route path=path!("/sandbox") view=Sandbox ssr=SsrMode::Async />
                    <SettingsRoutes />
                </ParentRoute>
            </Routes>
        </Router>
        <ToastRegion dismiss=tu_string!(i18n, common.dismiss) />
    }
}

/// The promises to write back, to which the inbox has a link and no route: its program need not know them.
#[cfg(feature = "more")]
#[component(transparent)]
fn SettingsRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("/callbacks") view=Callbacks ssr=SsrMode::Async />
            <OwnSettings />
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// The settings. They are all in the program that has the other pages.
#[cfg(feature = "more")]
#[component(transparent)]
fn OwnSettings() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/settings") view=SettingsShell ssr=SsrMode::Async>
            <Route path=path!("") view=ToChannels ssr=SsrMode::Async />
            <Route path=path!("/channels") view=Channels ssr=SsrMode::Async />
            <Route path=path!("/channels/new") view=Connect ssr=SsrMode::Async />
            <Route path=path!("/channels/:connection") view=OneConnection ssr=SsrMode::Async />
            <Route path=path!("/bots") view=Bots ssr=SsrMode::Async />
            <Route path=path!("/bots/:bot/:screen?") view=Bots ssr=SsrMode::Async />
            <Route path=path!("/inbound") view=Inbound ssr=SsrMode::Async />
            <Route path=path!("/inbound/:webhook") view=Webhook ssr=SsrMode::Async />
            <Route path=path!("/webhooks") view=EndpointList ssr=SsrMode::Async />
            <Route path=path!("/webhooks/:endpoint") view=OneEndpoint ssr=SsrMode::Async />
            <Route path=path!("/webhooks/deliveries/:delivery") view=OneDelivery ssr=SsrMode::Async />
            <Route path=path!("/templates") view=Templates ssr=SsrMode::Async />
            <Route path=path!("/consent") view=Consent ssr=SsrMode::Async />
            <Route path=path!("/teams") view=Teams ssr=SsrMode::Async />
            <Route path=path!("/rules/:screen?") view=Rules ssr=SsrMode::Async />
            <Route path=path!("/people") view=People ssr=SsrMode::Async />
            <Route path=path!("/developers") view=Tokens ssr=SsrMode::Async />
            <Route path=path!("/ledger") view=Ledger ssr=SsrMode::Async />
            <Route path=path!("/account") view=Account ssr=SsrMode::Async />
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// The settings, fetched anew wherever one goes in them: the program of the inbox carries no list of them.
#[cfg(not(feature = "more"))]
#[component(transparent)]
fn SettingsRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! { <Route path=path!("/settings/*place") view=Elsewhere ssr=SsrMode::Async /> }
        .into_inner()
        .into_any_nested_route()
}

#[component]
fn ToInbox() -> impl IntoView {
    view! { <Redirect path="/inbox/waiting" /> }
}

#[cfg(feature = "more")]
#[component]
fn ToChannels() -> impl IntoView {
    view! { <Redirect path="/settings/channels" /> }
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn the_path_is_found_behind_any_host() {
        assert_eq!(path_of("http://desk.example/inbox/mine?x=1"), "/inbox/mine?x=1");
        assert_eq!(path_of("/inbox/mine"), "/inbox/mine");
        assert_eq!(path_of("http://desk.example"), "/");
    }
}
