//! The connections to providers, and their numbers.

use contract::id::{BotId, ChannelId, ConnectionId};
use contract::settings::{ChannelSettings, Settings, SettingsPage};
use leptos::prelude::*;
use leptos_meta::Title;

use super::Head;
use super::load::{Loaded, Trouble, load};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{ButtonKind, ButtonLink, Choice, Empty, IconName, Shape, Skeleton};

mod add_channel;
mod click;
mod connect;
mod connection;
mod doors;
pub(super) mod fields;
mod found;
mod health;
mod numbers;
mod one;
mod replace_secrets;
mod setup;

use add_channel::AddChannel;
use click::Click;
use connection::Connection;
use replace_secrets::ReplaceSecrets;

pub use connect::Connect;
pub use one::OneConnection;

/// Where an account is connected.
const CONNECT: &str = "/settings/channels/new";

/// What the screen shows, and what is asked on top of it.
#[derive(Clone, Copy)]
struct Desk {
    loaded: Loaded,
    /// What was loaded last, for the dialogs.
    settings: RwSignal<ChannelSettings>,
    /// The connection that gets a number, and the provider's id of it where it is known.
    numbering: RwSignal<Option<(ConnectionId, String)>>,
    /// The connection that gets other secrets.
    replacing: RwSignal<Option<ConnectionId>>,
    /// The number whose link is made.
    linking: RwSignal<Option<ChannelId>>,
}

impl Desk {
    /// A screen whose data come from here, with nothing asked on top of it.
    fn new(loaded: Loaded) -> Desk {
        Desk {
            loaded,
            settings: RwSignal::new(nothing()),
            numbering: RwSignal::new(None),
            replacing: RwSignal::new(None),
            linking: RwSignal::new(None),
        }
    }
}

/// The screen of the connections.
#[component]
pub fn Channels() -> impl IntoView {
    let i18n = use_i18n();
    let desk = Desk::new(load(SettingsPage::Channels));
    Effect::new(move |_| {
        if let Some(Ok(Settings::Channels(settings))) = desk.loaded.get() {
            desk.settings.set(settings);
        }
    });
    let add = move || {
        view! {
            <ButtonLink kind=ButtonKind::Primary icon=IconName::Plus href=CONNECT>
                {tu_string!(i18n, settings.add_connection)}
            </ButtonLink>
        }
    };
    let shown = move || match desk.loaded.get()? {
        Ok(Settings::Channels(settings)) if settings.connections.is_empty() => Some(
            view! {
                <Empty
                    icon=IconName::Plug
                    title=tu_string!(i18n, settings.no_connections)
                    text=tu_string!(i18n, settings.no_connections_text)
                >
                    {add()}
                </Empty>
            }
            .into_any(),
        ),
        Ok(Settings::Channels(settings)) => Some(connections(desk, settings).into_any()),
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=desk.loaded /> }.into_any()),
    };
    view! {
        <Title text=tu_string!(i18n, settings.channels) />
        <Head title=tu_string!(i18n, settings.channels) text=tu_string!(i18n, settings.channels_text)>
            <ButtonLink
                kind=ButtonKind::Primary
                icon=IconName::Plus
                href=CONNECT
                attr:data-testid="add-connection"
            >
                {tu_string!(i18n, settings.add_connection)}
            </ButtonLink>
        </Head>
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, settings.loading) shape=Shape::Blocks count=3 /> }
        }>{shown}</Transition>
        <AddChannel desk=desk />
        <ReplaceSecrets desk=desk />
        <Click desk=desk />
    }
}

fn connections(desk: Desk, settings: ChannelSettings) -> impl IntoView {
    let ChannelSettings { connections, providers, bots } = settings;
    let cards = connections
        .into_iter()
        .map(|connection| {
            let provider = providers.iter().find(|provider| provider.provider == connection.provider);
            let has_doors = provider.is_some_and(|provider| provider.has_doors);
            let name = provider.map_or_else(|| connection.provider.clone(), |provider| provider.name.clone());
            view! {
                <Connection desk=desk connection=connection provider=name has_doors=has_doors bots=bots.clone() />
            }
        })
        .collect_view();
    view! { <div class="stack">{cards}</div> }
}

fn nothing() -> ChannelSettings {
    ChannelSettings { connections: Vec::new(), providers: Vec::new(), bots: Vec::new() }
}

/// The bots to choose from, with "none" on top.
fn bot_choices(bots: &[(BotId, String)], none: &str) -> Vec<Choice> {
    let bots = bots.iter().map(|(id, name)| Choice::new(id.to_string(), name));
    std::iter::once(Choice::new("", none)).chain(bots).collect()
}
