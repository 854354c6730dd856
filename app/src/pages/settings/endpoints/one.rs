//! One address: how it does, what can be done about it, and what was sent to it.

use contract::connection::{SettingsTask, TaskDone};
use contract::endpoint::{
    EndpointDone, EndpointPage, EndpointQuery, EndpointState, EndpointTask, EndpointView,
};
use contract::id::EndpointId;
use contract::settings::{Settings, SettingsPage};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};

use super::super::load::{Loaded, Trouble, load, once};
use super::super::submit::{FormError, Submission};
use super::form::WishForm;
use super::log::Log;
use super::secret::Secret;
use crate::i18n::{tu_string, use_i18n};
use crate::live::browser;
use crate::pages::not_found::NotFound;
use crate::ui::{
    Ago, Button, ButtonKind, Choice, Dialog, Icon, IconName, Select, Shape, Skeleton, Switch, ToastKind,
    use_toasts,
};

/// The screen of the address in the page's own address. Which deliveries it shows stands there too.
#[component]
pub fn OneEndpoint() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let query = Memo::new(move |_| {
        let endpoint = params.with(|params| params.get("endpoint")?.parse::<EndpointId>().ok())?;
        Some(query.with(|query| EndpointQuery {
            endpoint,
            state: query.get("state").and_then(|word| EndpointState::parse(&word)),
            conversation: query.get("conversation").and_then(|id| id.parse().ok()),
            before: query.get("before").and_then(|id| id.parse().ok()),
        }))
    });
    move || match query.get() {
        Some(query) => view! { <One query=query /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

/// What is open beside the page.
#[derive(Clone, Copy)]
struct Open {
    changing: RwSignal<bool>,
    rotating: RwSignal<bool>,
    recovering: RwSignal<bool>,
    removing: RwSignal<bool>,
    secret: RwSignal<Option<String>>,
}

#[component]
fn One(query: EndpointQuery) -> impl IntoView {
    let i18n = use_i18n();
    let page = SettingsPage::Endpoint(query);
    let loaded = if query.before.is_none() { load(page) } else { once(page) };
    let known = RwSignal::new(None::<EndpointPage>);
    let open = Open {
        changing: RwSignal::new(false),
        rotating: RwSignal::new(false),
        recovering: RwSignal::new(false),
        removing: RwSignal::new(false),
        secret: RwSignal::new(None),
    };
    let submission = Submission::new();
    let shown = move || match loaded.get()? {
        Ok(Settings::Endpoint(page)) => {
            known.set(Some((*page).clone()));
            Some(
                view! { <Page query=query page=*page loaded=loaded open=open submission=submission /> }
                    .into_any(),
            )
        }
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=loaded /> }.into_any()),
    };
    view! {
        <Title text=tu_string!(i18n, endpoints.title) />
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, endpoints.loading) shape=Shape::Blocks count=3 /> }
        }>{shown}</Transition>
        <Dialogs known=known loaded=loaded open=open endpoint=query.endpoint />
        <Secret secret=open.secret />
    }
}

#[component]
fn Page(
    query: EndpointQuery,
    page: EndpointPage,
    loaded: Loaded,
    open: Open,
    submission: Submission,
) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let endpoint = page.endpoint.clone();
    let (id, active) = (endpoint.id, endpoint.active);
    let test = move || {
        submission.run(SettingsTask::Endpoint(EndpointTask::Test { endpoint: id }), move |_| {
            loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, endpoints.test_sent));
        });
    };
    view! {
        <header class="settings__head" data-testid="endpoint-page">
            <div class="settings__words">
                <A href="/settings/webhooks" attr:class="settings__back">
                    <Icon name=IconName::ArrowLeft />
                    <span>{tu_string!(i18n, endpoints.title)}</span>
                </A>
                <h2 class="settings__title"><bdi>{endpoint.wish.name.clone()}</bdi></h2>
                <p class="settings__text endpoint-url">{endpoint.wish.url.clone()}</p>
            </div>
            <div class="settings__actions">
                <Button
                    icon=IconName::Send
                    disabled=!active
                    busy=submission.busy
                    on_press=test
                    attr:data-testid="send-test"
                >
                    {tu_string!(i18n, endpoints.test)}
                </Button>
                <Button icon=IconName::Pencil on_press=move || open.changing.set(true) attr:data-testid="change">
                    {tu_string!(i18n, endpoints.change)}
                </Button>
            </div>
        </header>
        <FormError text=submission.general() />
        <Notices endpoint=endpoint />
        <Actions id=id active=active loaded=loaded open=open submission=submission />
        <Log query=query page=page />
    }
}

/// What an admin has to know of it.
#[component]
fn Notices(endpoint: EndpointView) -> impl IntoView {
    let i18n = use_i18n();
    let active = endpoint.active;
    let off = endpoint.off_reason.map(|why| {
        view! {
            <p class="notice notice--negative" data-testid="off-reason">
                <Icon name=IconName::Alert />
                <span>{why}</span>
            </p>
        }
    });
    let failing = endpoint.failing_since.filter(|_| active).map(|since| {
        view! {
            <p class="notice notice--caution" data-testid="failing">
                <Icon name=IconName::Clock />
                <span>
                    {tu_string!(i18n, endpoints.failing)} " · " {tu_string!(i18n, endpoints.failing_since)} " "
                    <Ago at=since.0 />
                </span>
            </p>
        }
    });
    view! {
        {off}
        {failing}
    }
}

/// What can be done about it.
#[component]
fn Actions(
    id: EndpointId,
    active: bool,
    loaded: Loaded,
    open: Open,
    submission: Submission,
) -> impl IntoView {
    let i18n = use_i18n();
    let switch = move |on: bool| {
        let task = EndpointTask::Switch { endpoint: id, on };
        submission.run(SettingsTask::Endpoint(task), move |_| loaded.again());
    };
    view! {
        <section class="card endpoint-card">
            <Switch
                label=tu_string!(i18n, endpoints.switch)
                hint=tu_string!(i18n, endpoints.switch_hint)
                on=active
                on_turn=switch
                testid="endpoint-on"
            />
            <div class="line line--wrap">
                <Button icon=IconName::Key on_press=move || open.rotating.set(true) attr:data-testid="rotate">
                    {tu_string!(i18n, endpoints.rotate)}
                </Button>
                <Button
                    icon=IconName::Refresh
                    disabled=!active
                    on_press=move || open.recovering.set(true)
                    attr:data-testid="recover"
                >
                    {tu_string!(i18n, endpoints.recover)}
                </Button>
                <Button
                    kind=ButtonKind::Danger
                    icon=IconName::Trash
                    on_press=move || open.removing.set(true)
                    attr:data-testid="remove"
                >
                    {tu_string!(i18n, endpoints.remove)}
                </Button>
            </div>
        </section>
    }
}

#[component]
fn Dialogs(
    known: RwSignal<Option<EndpointPage>>,
    loaded: Loaded,
    open: Open,
    endpoint: EndpointId,
) -> impl IntoView {
    let i18n = use_i18n();
    let events = RwSignal::new(Vec::new());
    Effect::new(move |_| {
        if let Some(names) = known.with(|page| page.as_ref().map(|page| page.events.clone())) {
            events.set(names);
        }
    });
    let form = move || {
        let wish = known.with_untracked(|page| page.as_ref().map(|page| page.endpoint.wish.clone()))?;
        let done = move |_: Option<String>| {
            open.changing.set(false);
            loaded.again();
        };
        Some(view! { <WishForm known=Some(endpoint) wish=wish events=events open=open.changing done=done /> })
    };
    view! {
        <Dialog
            open=open.changing
            title=tu_string!(i18n, endpoints.change_title)
            close=tu_string!(i18n, endpoints.close)
            testid="change-endpoint-dialog"
        >
            {move || open.changing.get().then(form)}
        </Dialog>
        <Dialog
            open=open.recovering
            title=tu_string!(i18n, endpoints.recover_title)
            close=tu_string!(i18n, endpoints.close)
            testid="recover-dialog"
        >
            <Recover endpoint=endpoint loaded=loaded open=open.recovering />
        </Dialog>
        <Questions known=known open=open endpoint=endpoint />
    }
}

#[component]
fn Questions(known: RwSignal<Option<EndpointPage>>, open: Open, endpoint: EndpointId) -> impl IntoView {
    let i18n = use_i18n();
    let name = Signal::derive(move || {
        let name = known.with(|page| page.as_ref().map(|page| page.endpoint.wish.name.clone()));
        tu_string!(i18n, endpoints.remove_title, name = name.unwrap_or_default()).to_string()
    });
    let show = move |done| {
        if let EndpointDone::Secret { secret, .. } = done {
            open.secret.set(Some(secret));
        }
    };
    view! {
        <Dialog
            open=open.rotating
            title=tu_string!(i18n, endpoints.rotate)
            close=tu_string!(i18n, endpoints.close)
            testid="rotate-dialog"
        >
            <Ask
                text=tu_string!(i18n, endpoints.rotate_text)
                label=tu_string!(i18n, endpoints.rotate)
                task=EndpointTask::Rotate { endpoint }
                open=open.rotating
                done=show
            />
        </Dialog>
        <Dialog open=open.removing title=name close=tu_string!(i18n, endpoints.close) testid="remove-dialog">
            <Ask
                text=tu_string!(i18n, endpoints.remove_text)
                label=tu_string!(i18n, endpoints.remove)
                kind=ButtonKind::Danger
                task=EndpointTask::Remove { endpoint }
                open=open.removing
                done=to_the_list()
            />
        </Dialog>
    }
}

fn to_the_list() -> impl Fn(EndpointDone) + Send + Sync + 'static {
    let navigate = StoredValue::new(use_navigate());
    move |_| navigate.with_value(|navigate| navigate("/settings/webhooks", NavigateOptions::default()))
}

/// Asks once more, and does it.
#[component]
fn Ask(
    text: &'static str,
    label: &'static str,
    #[prop(optional)] kind: ButtonKind,
    task: EndpointTask,
    open: RwSignal<bool>,
    #[prop(into)] done: Callback<EndpointDone>,
) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let kind = if kind == ButtonKind::Quiet { ButtonKind::Primary } else { kind };
    let press = move || {
        submission.run(SettingsTask::Endpoint(task.clone()), move |came| {
            open.set(false);
            if let TaskDone::Endpoint(came) = came {
                done.run(came);
            }
        });
    };
    view! {
        <p class="soft">{text}</p>
        <FormError text=submission.general() />
        <div class="dialog__foot">
            <Button on_press=move || open.set(false)>{tu_string!(i18n, endpoints.cancel)}</Button>
            <Button kind=kind busy=submission.busy on_press=press attr:data-testid="submit">
                {label}
            </Button>
        </div>
    }
}

/// Asks since when what was missed is recovered.
#[component]
fn Recover(endpoint: EndpointId, loaded: Loaded, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let submission = Submission::new();
    let hours = RwSignal::new("24".to_owned());
    let choices = vec![
        Choice::new("1", tu_string!(i18n, endpoints.hour)),
        Choice::new("6", tu_string!(i18n, endpoints.six_hours)),
        Choice::new("24", tu_string!(i18n, endpoints.day)),
        Choice::new("72", tu_string!(i18n, endpoints.three_days)),
        Choice::new("167", tu_string!(i18n, endpoints.week)),
    ];
    let press = move || {
        let hours: i64 = hours.get_untracked().parse().unwrap_or(24);
        let since = browser::clock().plus_ms(-hours * contract::time::HOUR_MS);
        submission.run(SettingsTask::Endpoint(EndpointTask::Recover { endpoint, since }), move |_| {
            open.set(false);
            loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, endpoints.recover_begun));
        });
    };
    view! {
        <p class="soft">{tu_string!(i18n, endpoints.recover_text)}</p>
        <Select
            name="since"
            label=tu_string!(i18n, endpoints.since)
            choices=choices
            value=hours
            on_choose=move |chosen| hours.set(chosen)
            error=submission.error("since")
        />
        <FormError text=submission.general() />
        <div class="dialog__foot">
            <Button on_press=move || open.set(false)>{tu_string!(i18n, endpoints.cancel)}</Button>
            <Button kind=ButtonKind::Primary busy=submission.busy on_press=press attr:data-testid="submit">
                {tu_string!(i18n, endpoints.recover)}
            </Button>
        </div>
    }
}
