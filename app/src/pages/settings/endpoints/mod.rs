//! Web addresses of others that are told what happens: the list, one address with its log, and one delivery.

use contract::endpoint::{EndpointView, EndpointWish, Endpoints};
use contract::settings::{Settings, SettingsPage};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use super::Head;
use super::load::{Trouble, load};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Ago, Badge, Button, ButtonKind, Dialog, Empty, IconName, Skeleton, Tone};

mod delivery;
mod form;
mod log;
mod one;
mod secret;

pub use delivery::OneDelivery;
pub use one::OneEndpoint;

use form::WishForm;
use secret::Secret;

/// The screen of the addresses.
#[component]
pub fn EndpointList() -> impl IntoView {
    let i18n = use_i18n();
    let loaded = load(SettingsPage::Endpoints);
    let adding = RwSignal::new(false);
    let secret = RwSignal::new(None::<String>);
    let events = RwSignal::new(Vec::<String>::new());
    let shown = move || match loaded.get()? {
        Ok(Settings::Endpoints(Endpoints { endpoints, events: names })) => {
            if events.with_untracked(|known| *known != names) {
                events.set(names);
            }
            Some(table(endpoints).into_any())
        }
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=loaded /> }.into_any()),
    };
    let made = move |made: Option<String>| {
        adding.set(false);
        secret.set(made);
        loaded.again();
    };
    view! {
        <Title text=tu_string!(i18n, endpoints.title) />
        <Head title=tu_string!(i18n, endpoints.title) text=tu_string!(i18n, endpoints.text)>
            <Button
                kind=ButtonKind::Primary
                icon=IconName::Plus
                on_press=move || adding.set(true)
                attr:data-testid="add-endpoint"
            >
                {tu_string!(i18n, endpoints.add)}
            </Button>
        </Head>
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, endpoints.loading) /> }
        }>{shown}</Transition>
        <Dialog
            open=adding
            title=tu_string!(i18n, endpoints.add_title)
            close=tu_string!(i18n, endpoints.close)
            testid="add-endpoint-dialog"
        >
            <WishForm
                known=None
                wish=EndpointWish { name: String::new(), url: String::new(), events: Vec::new() }
                events=events
                open=adding
                done=made
            />
        </Dialog>
        <Secret secret=secret />
    }
}

fn table(endpoints: Vec<EndpointView>) -> impl IntoView {
    let i18n = use_i18n();
    if endpoints.is_empty() {
        return view! {
            <section class="card">
                <Empty
                    icon=IconName::Send
                    title=tu_string!(i18n, endpoints.none)
                    text=tu_string!(i18n, endpoints.none_text)
                />
            </section>
        }
        .into_any();
    }
    let rows = endpoints.into_iter().map(|endpoint| view! { <Row endpoint=endpoint /> }).collect_view();
    view! {
        <section class="card">
            <div class="table-box">
                <table class="table table--stack">
                    <thead>
                        <tr>
                            <th scope="col">{tu_string!(i18n, endpoints.name)}</th>
                            <th scope="col">{tu_string!(i18n, endpoints.events)}</th>
                            <th scope="col">{tu_string!(i18n, endpoints.state)}</th>
                            <th scope="col">{tu_string!(i18n, endpoints.taken_at)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Row(endpoint: EndpointView) -> impl IntoView {
    let i18n = use_i18n();
    let kinds = match endpoint.wish.events.len() {
        0 => tu_string!(i18n, endpoints.all).to_owned(),
        count => tu_string!(i18n, endpoints.some, count = count).to_string(),
    };
    let name = endpoint.wish.name.clone();
    view! {
        <tr data-testid="endpoint" data-id=endpoint.id.to_string()>
            <td>
                <div class="table__main">
                    <A href=format!("/settings/webhooks/{}", endpoint.id)>
                        <bdi>{name}</bdi>
                    </A>
                </div>
                <div class="table__second truncate">{endpoint.wish.url.clone()}</div>
            </td>
            <td class="soft">{kinds}</td>
            <td>
                <States endpoint=endpoint.clone() />
            </td>
            <td class="faint">
                {match endpoint.taken_at {
                    Some(at) => view! { <Ago at=at.0 /> }.into_any(),
                    None => tu_string!(i18n, endpoints.never).into_any(),
                }}
            </td>
        </tr>
    }
}

/// How an address does.
#[component]
fn States(endpoint: EndpointView) -> impl IntoView {
    let i18n = use_i18n();
    let state = match (endpoint.active, &endpoint.off_reason, endpoint.failing_since) {
        (false, Some(_), _) => {
            view! { <Badge tone=Tone::Negative>{tu_string!(i18n, endpoints.switched_off)}</Badge> }.into_any()
        }
        (false, None, _) => view! { <Badge>{tu_string!(i18n, endpoints.off)}</Badge> }.into_any(),
        (true, _, Some(_)) => {
            view! { <Badge tone=Tone::Caution>{tu_string!(i18n, endpoints.failing)}</Badge> }.into_any()
        }
        (true, _, None) => {
            view! { <Badge tone=Tone::Positive>{tu_string!(i18n, endpoints.on)}</Badge> }.into_any()
        }
    };
    let waiting = match endpoint.pending {
        0 => None,
        EndpointView::MANY => {
            Some(tu_string!(i18n, endpoints.pending_many, count = EndpointView::MANY).to_string())
        }
        count => Some(tu_string!(i18n, endpoints.pending_count, count = count).to_string()),
    };
    view! {
        <span class="line line--wrap" data-testid="endpoint-state">
            {state}
            {waiting.map(|waiting| view! { <Badge>{waiting}</Badge> })}
            {endpoint
                .recovering
                .then(|| view! { <Badge tone=Tone::Accent>{tu_string!(i18n, endpoints.recovering)}</Badge> })}
        </span>
    }
}
