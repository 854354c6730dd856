//! One connection: what is to be done at the provider, whether its webhooks come, its numbers, and how it does.

use contract::connection::{ConnectionPage, FoundNumber, SettingsTask, TaskDone};
use contract::id::ConnectionId;
use contract::settings::{ChannelSettings, Settings, SettingsPage};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::super::load::{Trouble, load};
use super::super::submit::{FormError, Submission};
use super::Desk;
use super::add_channel::AddChannel;
use super::click::Click;
use super::connection::{BadSignatures, Pulse};
use super::doors::{AddDoor, Doors};
use super::found::Found;
use super::health::{HealthCard, RepeatWindow};
use super::numbers::{Numbers, Unknown};
use super::replace_secrets::ReplaceSecrets;
use super::setup::Setup;
use crate::i18n::{tu_string, use_i18n};
use crate::pages::not_found::NotFound;
use crate::ui::{Badge, Button, Empty, Icon, IconName, Shape, Skeleton, Tone};

/// The screen of the connection in the address.
#[component]
pub fn OneConnection() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("connection").and_then(|id| id.parse::<ConnectionId>().ok()))
    });
    move || match id.get() {
        Some(id) => view! { <Screen id=id /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

/// Trying the credentials, and what came of it.
#[derive(Clone, Copy)]
pub(super) struct Check {
    pub(super) submission: Submission,
    /// The numbers that the provider has listed.
    pub(super) found: RwSignal<Option<Vec<FoundNumber>>>,
}

impl Check {
    pub(super) fn run(self, desk: Desk, connection: ConnectionId) {
        self.submission.run(SettingsTask::Check { connection }, move |done| {
            if let TaskDone::Holds { numbers } = done {
                self.found.set(Some(numbers));
            }
            desk.loaded.again();
        });
    }
}

#[component]
fn Screen(id: ConnectionId) -> impl IntoView {
    let i18n = use_i18n();
    let desk = Desk::new(load(SettingsPage::Connection(id)));
    let (adding, window) = (RwSignal::new(false), RwSignal::new(false));
    let check = Check { submission: Submission::new(), found: RwSignal::new(None) };
    Effect::new(move |_| {
        if let Some(Ok(Settings::Connection(page))) = desk.loaded.get() {
            desk.settings.set(ChannelSettings {
                connections: vec![page.connection],
                providers: vec![page.provider],
                bots: page.bots,
            });
        }
    });
    let shown = move || match desk.loaded.get()? {
        Ok(Settings::Connection(page)) => Some({
            let asked = Asked { check, adding, window };
            view! { <Page desk=desk asked=asked page=*page /> }.into_any()
        }),
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=desk.loaded /> }.into_any()),
    };
    view! {
        <Title text=tu_string!(i18n, settings.connection) />
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, settings.loading) shape=Shape::Blocks count=3 /> }
        }>{shown}</Transition>
        <AddChannel desk=desk />
        <ReplaceSecrets desk=desk />
        <Click desk=desk />
        <AddDoor desk=desk id=id open=adding />
        <RepeatWindow desk=desk id=id open=window />
    }
}

/// What is asked or tried on this screen alone.
#[derive(Clone, Copy)]
struct Asked {
    check: Check,
    adding: RwSignal<bool>,
    window: RwSignal<bool>,
}

#[component]
fn Page(desk: Desk, asked: Asked, page: ConnectionPage) -> impl IntoView {
    let Asked { check, adding, window } = asked;
    let connection = page.connection.clone();
    view! {
        <Top desk=desk check=check page=page.clone() />
        <BadSignatures desk=desk connection=connection.clone() />
        <FormError text=check.submission.general() />
        <Found desk=desk check=check page=page.clone() />
        <Setup page=page.clone() />
        <NumbersCard desk=desk page=page.clone() />
        {page.provider.has_doors.then(|| view! { <Doors desk=desk page=page.clone() adding=adding /> })}
        <HealthCard desk=desk check=check page=page window=window />
    }
}

#[component]
fn Top(desk: Desk, check: Check, page: ConnectionPage) -> impl IntoView {
    let i18n = use_i18n();
    let connection = page.connection;
    let id = connection.id;
    view! {
        <header class="settings__head" data-testid="connection-page" data-connection=id.to_string()>
            <div class="settings__words">
                <A href="/settings/channels" attr:class="settings__back">
                    <Icon name=IconName::ArrowLeft />
                    <span>{tu_string!(i18n, settings.channels)}</span>
                </A>
                <div class="line line--wrap">
                    <Pulse connection=connection.clone() />
                    <h2 class="settings__title truncate">{connection.name.clone()}</h2>
                    <Badge>{page.provider.name}</Badge>
                    {connection
                        .sandbox
                        .then(|| view! {
                            <Badge tone=Tone::Special>{tu_string!(i18n, settings.sandbox)}</Badge>
                        })}
                </div>
            </div>
            <div class="settings__actions line line--wrap">
                <Button
                    icon=IconName::CheckCircle
                    busy=check.submission.busy
                    on_press=move || check.run(desk, id)
                    attr:data-testid="check"
                >
                    {tu_string!(i18n, settings.check)}
                </Button>
                <Button
                    icon=IconName::Key
                    on_press=move || desk.replacing.set(Some(id))
                    attr:data-testid="replace-secrets"
                >
                    {tu_string!(i18n, settings.replace_secrets)}
                </Button>
            </div>
        </header>
    }
}

#[component]
fn NumbersCard(desk: Desk, page: ConnectionPage) -> impl IntoView {
    let i18n = use_i18n();
    let (id, channels) = (page.connection.id, page.connection.channels);
    let add = move || desk.numbering.set(Some((id, String::new())));
    view! {
        <section class="card" data-testid="numbers">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.numbers)}</h3>
                <span class="line__grow"></span>
                <Button icon=IconName::Plus on_press=add attr:data-testid="add-number">
                    {tu_string!(i18n, settings.add_number)}
                </Button>
            </header>
            {if channels.is_empty() {
                view! {
                    <Empty
                        icon=IconName::Phone
                        title=tu_string!(i18n, settings.no_numbers)
                        text=tu_string!(i18n, settings.no_numbers_text)
                    />
                }
                    .into_any()
            } else {
                view! { <Numbers desk=desk channels=channels bots=page.bots /> }.into_any()
            }}
            <Unknown desk=desk connection=id channels=page.connection.unknown_channels />
        </section>
    }
}
