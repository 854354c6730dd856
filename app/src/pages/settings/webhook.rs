//! One webhook with all that is kept of it, and applying it again.

use contract::connection::{SettingsTask, TaskDone};
use contract::settings::{Settings, SettingsPage};
use contract::webhook::{RawBody, Replayed, WebhookKey, WebhookPage};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::inbound::counts;
use super::load::{Loaded, Trouble, once};
use super::submit::{FormError, Submission};
use crate::i18n::{tu_string, use_i18n};
use crate::pages::not_found::NotFound;
use crate::ui::{Ago, AgoStyle, Badge, Button, Icon, IconName, Shape, Skeleton, Tone};

/// The screen of the webhook in the address.
#[component]
pub fn Webhook() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| {
        params.with(|params| params.get("webhook").and_then(|key| key.parse::<WebhookKey>().ok()))
    });
    move || match key.get() {
        Some(key) => view! { <One key=key /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn One(key: WebhookKey) -> impl IntoView {
    let i18n = use_i18n();
    let loaded = once(SettingsPage::Webhook(key));
    // Out here, where redrawing the page leaves it alone: what comes back has to find it still there.
    let replay = Replay { submission: Submission::new(), came: RwSignal::new(None) };
    let shown = move || match loaded.get()? {
        Ok(Settings::Webhook(page)) => {
            Some(view! { <Page loaded=loaded page=*page replay=replay /> }.into_any())
        }
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=loaded /> }.into_any()),
    };
    view! {
        <Title text=tu_string!(i18n, settings.webhook) />
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, settings.loading) shape=Shape::Blocks count=3 /> }
        }>{shown}</Transition>
    }
}

/// Applying the webhook again, and what came of it.
#[derive(Clone, Copy)]
struct Replay {
    submission: Submission,
    came: RwSignal<Option<Replayed>>,
}

impl Replay {
    fn run(self, webhook: WebhookKey, loaded: Loaded) {
        self.submission.run(SettingsTask::Replay { webhook }, move |done| {
            if let TaskDone::Replayed(counts) = done {
                self.came.set(Some(counts));
            }
            loaded.again();
        });
    }
}

#[component]
fn Page(loaded: Loaded, page: WebhookPage, replay: Replay) -> impl IntoView {
    let i18n = use_i18n();
    let Replay { submission, came } = replay;
    let key = page.line.key;
    let may_replay = page.body != RawBody::Gone && page.line.counts.is_some();
    view! {
        <header class="settings__head" data-testid="webhook-page">
            <div class="settings__words">
                <A href="/settings/inbound" attr:class="settings__back">
                    <Icon name=IconName::ArrowLeft />
                    <span>{tu_string!(i18n, settings.inbound)}</span>
                </A>
                <h2 class="settings__title"><Ago at=page.line.at.0 style=AgoStyle::Full /></h2>
                <p class="settings__text">{page.line.connection_name.clone()}</p>
            </div>
            <div class="settings__actions">
                {may_replay
                    .then(|| view! {
                        <Button
                            icon=IconName::Refresh
                            busy=submission.busy
                            on_press=move || replay.run(key, loaded)
                            attr:data-testid="replay"
                        >
                            {tu_string!(i18n, settings.replay)}
                        </Button>
                    })}
            </div>
        </header>
        <FormError text=submission.general() />
        <div role="status">
            {move || {
                came.get()
                    .map(|came| view! {
                        <p class="notice" data-testid="replayed">
                            <span>{tu_string!(i18n, settings.replayed)}</span>
                            {counts(Some(came))}
                        </p>
                    })
            }}
        </div>
        <Facts page=page.clone() />
        <Items page=page.clone() />
        <Body body=page.body />
    }
}

#[component]
fn Facts(page: WebhookPage) -> impl IntoView {
    let i18n = use_i18n();
    let verified = if page.line.fetched {
        tu_string!(i18n, settings.verified_fetched)
    } else {
        tu_string!(i18n, settings.verified)
    };
    let door = (!page.door.is_empty()).then(|| {
        view! {
            <dt>{tu_string!(i18n, settings.door)}</dt>
            <dd class="line line--wrap">
                {page.tag.map(|tag| view! { <Badge icon=IconName::Tag>{tag}</Badge> })}
                <span class="mono truncate">{page.door}</span>
            </dd>
        }
    });
    view! {
        <section class="card">
            <dl class="facts facts--top">
                <dt>{tu_string!(i18n, settings.verification)}</dt>
                <dd class="line line--wrap">
                    <Badge tone=Tone::Positive icon=IconName::Shield>{verified}</Badge>
                </dd>
                <dt>{tu_string!(i18n, settings.outcome)}</dt>
                <dd>{counts(page.line.counts)}</dd>
                <dt>{tu_string!(i18n, settings.content_type)}</dt>
                <dd class="mono">{page.content_type.unwrap_or_default()}</dd>
                {door}
                {(!page.query.is_empty())
                    .then(|| view! {
                        <dt>{tu_string!(i18n, settings.query)}</dt>
                        <dd class="mono truncate">{page.query}</dd>
                    })}
            </dl>
        </section>
    }
}

/// What the desk reads in it now, and what was rejected of it.
#[component]
fn Items(page: WebhookPage) -> impl IntoView {
    let i18n = use_i18n();
    let rejections = page
        .rejections
        .into_iter()
        .map(|(place, rejection)| {
            view! {
                <li class="notice notice--negative" data-testid="rejected-item">
                    <Badge tone=Tone::Negative>
                        <span class="mono">{place} " · " {rejection.reason}</span>
                    </Badge>
                    <span>{rejection.detail}</span>
                </li>
            }
        })
        .collect_view();
    let items = match page.items {
        Ok(items) => items
            .into_iter()
            .map(|item| view! { <li><pre class="raw" dir="auto">{item}</pre></li> })
            .collect_view()
            .into_any(),
        Err(why) => view! { <li class="notice notice--negative"><span>{why}</span></li> }.into_any(),
    };
    view! {
        <section class="card" data-testid="items">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.items)}</h3>
            </header>
            <ul class="raws">{rejections}</ul>
            <ol class="raws" start="0">{items}</ol>
        </section>
    }
}

#[component]
fn Body(body: RawBody) -> impl IntoView {
    let i18n = use_i18n();
    let shown = match body {
        RawBody::Json(text) | RawBody::Text(text) => {
            view! { <pre class="raw" dir="auto">{text}</pre> }.into_any()
        }
        RawBody::Form(fields) => {
            let rows = fields
                .into_iter()
                .map(|(name, value)| {
                    view! {
                        <tr>
                            <th scope="row" class="mono">{name}</th>
                            <td class="mono raw__value" dir="auto">{value}</td>
                        </tr>
                    }
                })
                .collect_view();
            view! { <div class="table-box"><table class="table"><tbody>{rows}</tbody></table></div> }
                .into_any()
        }
        RawBody::Gone => {
            view! { <p class="card__none faint">{tu_string!(i18n, settings.body_gone)}</p> }.into_any()
        }
    };
    view! {
        <section class="card" data-testid="raw-body">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.raw_body)}</h3>
            </header>
            {shown}
        </section>
    }
}
