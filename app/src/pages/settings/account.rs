//! My own account: my password, and where I am signed in.

use contract::settings::{Settings, SettingsChange, SettingsPage, SignIn};
use leptos::prelude::*;
use leptos_meta::Title;

use super::Head;
use super::load::{Loaded, Trouble, load};
use super::submit::{FormError, Submission};
use crate::i18n::{tu_string, use_i18n};
use crate::live::browser;
use crate::ui::{
    Ago, Badge, Button, ButtonKind, Field, FieldKind, Icon, IconName, Skeleton, ToastKind, Tone, use_toasts,
};

/// The screen of my account.
#[component]
pub fn Account() -> impl IntoView {
    let i18n = use_i18n();
    let loaded = load(SettingsPage::Account);
    let shown = move || match loaded.get()? {
        Ok(Settings::Account { sign_ins }) => Some(places(sign_ins).into_any()),
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=loaded /> }.into_any()),
    };
    view! {
        <Title text=tu_string!(i18n, settings.account) />
        <Head title=tu_string!(i18n, settings.account) text=tu_string!(i18n, settings.account_text) />
        <Password loaded=loaded />
        <section class="card">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.sign_ins)}</h3>
            </header>
            <Transition fallback=move || {
                view! { <Skeleton label=tu_string!(i18n, settings.loading) count=2 /> }
            }>{shown}</Transition>
            <Everywhere />
        </section>
    }
}

#[component]
fn Password(loaded: Loaded) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let submission = Submission::new();
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let change =
            SettingsChange::ChangePassword { current: current.get_untracked(), new: new.get_untracked() };
        submission.send(change, move || {
            current.set(String::new());
            new.set(String::new());
            loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, settings.password_changed));
        });
    };
    view! {
        <section class="card">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.password)}</h3>
            </header>
            <form class="card__form" on:submit=send>
                <Field
                    name="current"
                    label=tu_string!(i18n, settings.current_password)
                    kind=FieldKind::Password
                    value=current
                    error=submission.error("current")
                    autocomplete="current-password"
                />
                <Field
                    name="new"
                    label=tu_string!(i18n, settings.new_password)
                    hint=tu_string!(i18n, settings.new_password_hint)
                    kind=FieldKind::Password
                    value=new
                    error=submission.error("new")
                    autocomplete="new-password"
                />
                <FormError text=submission.general() />
                <div>
                    <Button
                        kind=ButtonKind::Primary
                        submit=true
                        busy=submission.busy
                        disabled=Signal::derive(move || current.read().is_empty() || new.read().is_empty())
                        attr:data-testid="change-password"
                    >
                        {tu_string!(i18n, settings.change_password)}
                    </Button>
                </div>
            </form>
        </section>
    }
}

fn places(sign_ins: Vec<SignIn>) -> impl IntoView {
    let i18n = use_i18n();
    let rows = sign_ins
        .into_iter()
        .map(|sign_in| {
            let (icon, device) = device(&sign_in.agent);
            view! {
                <li class="places__row" data-testid="sign-in-place">
                    <span class="places__icon">
                        <Icon name=icon />
                    </span>
                    <div class="line__grow">
                        <div class="table__main" title=sign_in.agent.clone()>
                            {device}
                        </div>
                        <div class="table__second">
                            <span class="tabular">{sign_in.address}</span>
                            " · "
                            {tu_string!(i18n, settings.signed_in)}
                            " "
                            <Ago at=sign_in.created_at.0 />
                        </div>
                    </div>
                    {if sign_in.current {
                        view! { <Badge tone=Tone::Positive>{tu_string!(i18n, settings.here)}</Badge> }.into_any()
                    } else {
                        view! {
                            <span class="faint small">
                                <Ago at=sign_in.last_seen.0 />
                            </span>
                        }
                            .into_any()
                    }}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="places">{rows}</ul> }
}

#[component]
fn Everywhere() -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let end = move || submission.send(SettingsChange::SignOutEverywhere, || browser::go("/login"));
    view! {
        <FormError text=submission.general() />
        <footer class="card__foot">
            <span class="faint small line__grow">{tu_string!(i18n, settings.sign_out_text)}</span>
            <Button
                icon=IconName::LogOut
                busy=submission.busy
                on_press=end
                attr:data-testid="sign-out-everywhere"
            >
                {tu_string!(i18n, settings.sign_out_everywhere)}
            </Button>
        </footer>
    }
}

/// What a browser calls itself, in two words where it is one of the common ones.
fn device(agent: &str) -> (IconName, String) {
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    let phone = matches!(system, Some("iPhone" | "iPad" | "Android"));
    let icon = if phone { IconName::Phone } else { IconName::Monitor };
    match (browser, system) {
        (Some(browser), Some(system)) => (icon, format!("{browser} · {system}")),
        (Some(one), None) | (None, Some(one)) => (icon, one.to_owned()),
        (None, None) => (icon, agent.chars().take(60).collect()),
    }
}
