//! One delivery with every try, and making it again.

use contract::connection::SettingsTask;
use contract::endpoint::{EndpointAttempt, EndpointDelivery, EndpointTask};
use contract::id::EndpointDeliveryId;
use contract::settings::{Settings, SettingsPage};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::super::load::{Loaded, Trouble, load};
use super::super::submit::{FormError, Submission};
use super::log::Outcome;
use crate::i18n::{tu_string, use_i18n};
use crate::pages::not_found::NotFound;
use crate::ui::{
    Ago, AgoStyle, Badge, Button, CopyButton, Icon, IconName, Shape, Skeleton, ToastKind, Tone, use_toasts,
};

/// The screen of the delivery in the address.
#[component]
pub fn OneDelivery() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("delivery").and_then(|id| id.parse::<EndpointDeliveryId>().ok()))
    });
    move || match id.get() {
        Some(id) => view! { <One id=id /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn One(id: EndpointDeliveryId) -> impl IntoView {
    let i18n = use_i18n();
    let loaded = load(SettingsPage::EndpointDelivery(id));
    let submission = Submission::new();
    let shown = move || match loaded.get()? {
        Ok(Settings::EndpointDelivery(delivery)) => {
            Some(view! { <Page loaded=loaded delivery=*delivery submission=submission /> }.into_any())
        }
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=loaded /> }.into_any()),
    };
    view! {
        <Title text=tu_string!(i18n, endpoints.delivery) />
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, endpoints.loading) shape=Shape::Blocks count=3 /> }
        }>{shown}</Transition>
    }
}

#[component]
fn Page(loaded: Loaded, delivery: EndpointDelivery, submission: Submission) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let (id, name) = (delivery.line.id, delivery.endpoint_name.clone());
    let again = move || {
        submission.run(SettingsTask::Endpoint(EndpointTask::Redeliver { delivery: id }), move |_| {
            loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, endpoints.redelivered));
        });
    };
    view! {
        <header class="settings__head" data-testid="delivery-page">
            <div class="settings__words">
                <A href=format!("/settings/webhooks/{}", delivery.endpoint) attr:class="settings__back">
                    <Icon name=IconName::ArrowLeft />
                    <span><bdi>{name}</bdi></span>
                </A>
                <h2 class="settings__title mono">{delivery.line.event.clone()}</h2>
                <p class="settings__text"><Ago at=delivery.line.at.0 style=AgoStyle::Full /></p>
            </div>
            <div class="settings__actions">
                <Button
                    icon=IconName::Refresh
                    busy=submission.busy
                    on_press=again
                    attr:data-testid="redeliver"
                >
                    {tu_string!(i18n, endpoints.redeliver)}
                </Button>
            </div>
        </header>
        <FormError text=submission.general() />
        <Facts delivery=delivery />
    }
}

#[component]
fn Facts(delivery: EndpointDelivery) -> impl IntoView {
    let i18n = use_i18n();
    let curl = curl(&delivery);
    let tries = delivery.attempts.iter().cloned().map(|one| view! { <Try one=one /> }).collect_view();
    let none = delivery.attempts.is_empty();
    view! {
        <section class="card">
            <dl class="facts facts--top">
                <dt>{tu_string!(i18n, endpoints.outcome)}</dt>
                <dd><Outcome line=delivery.line.clone() /></dd>
                <dt>{tu_string!(i18n, endpoints.id)}</dt>
                <dd class="mono endpoint-url">{delivery.line.id.to_string()}</dd>
                <dt>{tu_string!(i18n, endpoints.url)}</dt>
                <dd class="mono endpoint-url">{delivery.url.clone()}</dd>
            </dl>
        </section>
        <section class="card" data-testid="tries">
            <header class="card__head"><h3 class="card__title">{tu_string!(i18n, endpoints.tries)}</h3></header>
            {none.then(|| view! { <p class="card__none faint">{tu_string!(i18n, endpoints.no_tries)}</p> })}
            <ol class="endpoint-tries">{tries}</ol>
        </section>
        <section class="card" data-testid="sent-body">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, endpoints.sent_body)}</h3>
                <span class="line__grow"></span>
                <CopyButton
                    text=curl
                    label=tu_string!(i18n, endpoints.curl)
                    done=tu_string!(i18n, endpoints.copied)
                    shown=true
                />
            </header>
            <pre class="raw" dir="auto" tabindex="0">{delivery.body}</pre>
        </section>
    }
}

#[component]
fn Try(one: EndpointAttempt) -> impl IntoView {
    let i18n = use_i18n();
    let taken = one.status.is_some_and(|status| (200..300).contains(&status));
    let outcome = match one.status {
        Some(status) => status.to_string(),
        None => tu_string!(i18n, endpoints.no_answer).to_owned(),
    };
    let answer = one.status.map(|_| match one.response.filter(|text| !text.is_empty()) {
        Some(text) => view! { <pre class="raw" dir="auto" tabindex="0">{text}</pre> }.into_any(),
        None => view! { <p class="faint small">{tu_string!(i18n, endpoints.empty_response)}</p> }.into_any(),
    });
    view! {
        <li class="endpoint-try" data-testid="try">
            <div class="line line--wrap">
                <strong>{tu_string!(i18n, endpoints.try_n, n = one.n).to_string()}</strong>
                <Badge tone=if taken { Tone::Positive } else { Tone::Negative }>{outcome}</Badge>
                <span class="faint small tabular">
                    {tu_string!(i18n, endpoints.ms, ms = one.ms).to_string()}
                </span>
                <span class="faint small"><Ago at=one.at.0 style=AgoStyle::Full /></span>
            </div>
            {one.error.map(|error| view! { <p class="soft">{error}</p> })}
            {answer}
            <Headers title=tu_string!(i18n, endpoints.request_headers) headers=one.request />
            <Headers title=tu_string!(i18n, endpoints.response_headers) headers=one.headers />
        </li>
    }
}

#[component]
fn Headers(title: &'static str, headers: Vec<(String, String)>) -> impl IntoView {
    let rows = headers
        .iter()
        .map(|(name, value)| view! { <dt class="mono">{name.clone()}</dt><dd class="mono">{value.clone()}</dd> })
        .collect_view();
    (!headers.is_empty()).then(|| {
        view! {
            <details class="endpoint-headers">
                <summary class="small soft">{title}</summary>
                <dl class="facts">{rows}</dl>
            </details>
        }
    })
}

/// The last try as a command line: what a developer repeats against their own machine.
fn curl(delivery: &EndpointDelivery) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let mut parts = vec!["curl".to_owned(), "-X POST".to_owned(), quoted(&delivery.url)];
    let headers = delivery.attempts.first().map(|one| one.request.clone()).unwrap_or_default();
    parts.extend(headers.iter().map(|(name, value)| format!("-H {}", quoted(&format!("{name}: {value}")))));
    // Byte for byte, or the signature would not hold.
    parts.push(format!("--data-raw {}", quoted(&delivery.raw)));
    parts.join(" ")
}
