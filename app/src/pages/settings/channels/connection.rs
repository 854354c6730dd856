//! One connection: where its webhooks go, whether they come, and its numbers.

use contract::id::BotId;
use contract::settings::ConnectionView;
use leptos::prelude::*;
use leptos_router::components::A;

use super::Desk;
use super::numbers::{Numbers, Unknown};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{
    Ago, Badge, Button, ButtonKind, ButtonSize, CopyLine, Icon, IconName, Lamp, LampState, Menu, MenuItem,
    Tone,
};

/// One connection.
#[component]
pub(super) fn Connection(
    desk: Desk,
    connection: ConnectionView,
    provider: String,
    has_doors: bool,
    bots: Vec<(BotId, String)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let id = connection.id;
    let has_numbers = !connection.channels.is_empty();
    view! {
        <section class="card" data-testid="connection" data-connection=id.to_string() aria-label=connection.name.clone()>
            <Head desk=desk connection=connection.clone() provider=provider />
            <BadSignatures desk=desk connection=connection.clone() />
            <Facts connection=connection.clone() has_doors=has_doors />
            {if has_numbers {
                view! { <Numbers desk=desk channels=connection.channels.clone() bots=bots /> }.into_any()
            } else {
                view! {
                    <div class="card__none">
                        <span class="faint">{tu_string!(i18n, settings.no_numbers)}</span>
                        <Button
                            size=ButtonSize::Small
                            icon=IconName::Plus
                            on_press=move || desk.numbering.set(Some((id, String::new())))
                        >
                            {tu_string!(i18n, settings.add_number)}
                        </Button>
                    </div>
                }
                    .into_any()
            }}
            <Unknown desk=desk connection=id channels=connection.unknown_channels.clone() />
        </section>
    }
}

#[component]
fn Head(desk: Desk, connection: ConnectionView, provider: String) -> impl IntoView {
    let i18n = use_i18n();
    let (id, name) = (connection.id, connection.name.clone());
    view! {
        <header class="card__head">
            <Pulse connection=connection.clone() />
            <h3 class="card__title truncate">
                <A href=format!("/settings/channels/{id}") attr:data-testid="open-connection">
                    {name}
                </A>
            </h3>
            <Badge>{provider}</Badge>
            {connection
                .sandbox
                .then(|| view! { <Badge tone=Tone::Special>{tu_string!(i18n, settings.sandbox)}</Badge> })}
            <span class="line__grow"></span>
            <LastWebhook connection=connection.clone() />
            <Menu
                id=format!("connection-{id}")
                label=tu_string!(i18n, settings.more)
                icon=IconName::Dots
                size=ButtonSize::Small
                testid="connection-menu"
            >
                <MenuItem
                    label=tu_string!(i18n, settings.add_number)
                    icon=IconName::Plus
                    testid="add-number"
                    on_press=move || desk.numbering.set(Some((id, String::new())))
                />
                <MenuItem
                    label=tu_string!(i18n, settings.replace_secrets)
                    icon=IconName::Key
                    testid="replace-secrets"
                    on_press=move || desk.replacing.set(Some(id))
                />
            </Menu>
        </header>
    }
}

/// Where webhooks come in and calls go out.
#[component]
fn Facts(connection: ConnectionView, has_doors: bool) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <dl class="facts">
            // Where there are doors, each has an address of its own, on the connection's page.
            {(!has_doors)
                .then(|| view! {
                    <dt>{tu_string!(i18n, settings.webhook_url)}</dt>
                    <dd>
                        <CopyLine
                            text=connection.webhook_url.clone()
                            label=tu_string!(i18n, settings.copy)
                            done=tu_string!(i18n, settings.copied)
                            testid="webhook-url"
                        />
                    </dd>
                })}
            {connection
                .verify_token
                .clone()
                .map(|token| {
                    view! {
                        <dt>{tu_string!(i18n, settings.verify_token)}</dt>
                        <dd>
                            <CopyLine
                                text=token
                                label=tu_string!(i18n, settings.copy)
                                done=tu_string!(i18n, settings.copied)
                                testid="verify-token"
                            />
                        </dd>
                    }
                })}
            <dt>{tu_string!(i18n, settings.api_base)}</dt>
            <dd class="mono faint truncate">{connection.api_base.clone()}</dd>
        </dl>
    }
}

#[component]
pub(super) fn Pulse(connection: ConnectionView) -> impl IntoView {
    let state = match (connection.last_webhook_at, connection.bad_signatures) {
        (_, bad) if bad > 0 => LampState::Caution,
        (Some(_), _) => LampState::Positive,
        (None, _) => LampState::Waiting,
    };
    view! { <Lamp state=state /> }
}

#[component]
pub(super) fn LastWebhook(connection: ConnectionView) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <span class="card__state" data-testid="webhook-state">
            {match connection.last_webhook_at {
                Some(at) => view! {
                    {tu_string!(i18n, settings.last_webhook)}
                    " "
                    <Ago at=at.0 />
                }
                    .into_any(),
                None => tu_string!(i18n, settings.waiting_for_webhook).into_any(),
            }}
        </span>
    }
}

#[component]
pub(super) fn BadSignatures(desk: Desk, connection: ConnectionView) -> impl IntoView {
    let i18n = use_i18n();
    let (id, bad) = (connection.id, connection.bad_signatures);
    (bad > 0).then(|| {
        view! {
            <div class="notice notice--caution" data-testid="bad-signatures">
                <Icon name=IconName::Shield />
                <span>
                    <strong class="tabular">{bad}</strong>
                    " "
                    {tu_string!(i18n, settings.bad_signatures)}
                </span>
                <Button
                    kind=ButtonKind::Quiet
                    size=ButtonSize::Small
                    on_press=move || desk.replacing.set(Some(id))
                >
                    {tu_string!(i18n, settings.replace_secrets)}
                </Button>
            </div>
        }
    })
}
