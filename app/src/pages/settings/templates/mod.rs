//! The templates: where they come from, what happened to those in use, the list, and making one.

use contract::id::ConnectionId;
use contract::settings::{
    AlertView, Settings, SettingsChange, SettingsPage, TemplateSettings, TemplateSource,
};
use leptos::prelude::*;
use leptos_meta::Title;

use super::load::{Loaded, Trouble, load};
use super::submit::{FormError, Submission};
use super::{Head, open_while};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{
    Ago, Badge, Button, ButtonSize, Dialog, DialogSize, Empty, Icon, IconName, Lamp, LampState, Skeleton,
    Tone,
};

mod list;
mod make;

use list::List;
use make::Make;

/// The screen of the templates.
#[component]
pub fn Templates() -> impl IntoView {
    let i18n = use_i18n();
    let loaded = load(SettingsPage::Templates);
    let making = RwSignal::new(None::<ConnectionId>);
    let sources = RwSignal::new(Vec::<TemplateSource>::new());
    // In an effect: while the page wakes, the list has to be as the server wrote it.
    Effect::new(move |_| {
        if let Some(Ok(Settings::Templates(shown))) = loaded.get() {
            sources.set(shown.sources);
        }
    });
    let shown = move || match loaded.get()? {
        Ok(Settings::Templates(shown)) => Some(page(loaded, shown, making).into_any()),
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=loaded /> }.into_any()),
    };
    let open = open_while(making);
    // Which connection it is for; while the dialog goes, and nothing is made any more, the plain words.
    let title = Signal::derive(move || {
        let name = making.get().and_then(|making| {
            sources
                .with(|sources| Some(sources.iter().find(|source| source.connection == making)?.name.clone()))
        });
        match name {
            Some(name) => tu_string!(i18n, settings.make_template_for, name = name).to_string(),
            None => tu_string!(i18n, settings.make_template).to_owned(),
        }
    });
    view! {
        <Title text=tu_string!(i18n, settings.templates) />
        <Head title=tu_string!(i18n, settings.templates) text=tu_string!(i18n, settings.templates_text) />
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, settings.loading) /> }
        }>{shown}</Transition>
        <List sources=sources />
        <Dialog
            open=open
            title=title
            close=tu_string!(i18n, settings.close)
            size=DialogSize::Wide
            testid="make-template-dialog"
        >
            {move || {
                making.get().map(|connection| view! { <Make connection=connection open=open loaded=loaded /> })
            }}
        </Dialog>
    }
}

fn page(loaded: Loaded, shown: TemplateSettings, making: RwSignal<Option<ConnectionId>>) -> impl IntoView {
    let i18n = use_i18n();
    if shown.sources.is_empty() {
        return view! {
            <Empty
                icon=IconName::Template
                title=tu_string!(i18n, settings.no_sources)
                text=tu_string!(i18n, settings.no_sources_text)
            />
        }
        .into_any();
    }
    let submission = Submission::new();
    let source = move |source: TemplateSource| {
        view! { <Source loaded=loaded submission=submission source=source making=making /> }
    };
    view! {
        {alerts(loaded, submission, shown.alerts)}
        <FormError text=submission.general() />
        <section class="card">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.sources)}</h3>
            </header>
            <ul class="sources">{shown.sources.into_iter().map(source).collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// A connection: how far the reading of its list is, and what can be done.
#[component]
fn Source(
    loaded: Loaded,
    submission: Submission,
    source: TemplateSource,
    making: RwSignal<Option<ConnectionId>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let connection = source.connection;
    let sync = move || {
        submission.send(SettingsChange::SyncTemplates { connection }, move || loaded.again());
    };
    let lamp = match (&source.error, source.syncing) {
        (_, true) => LampState::Waiting,
        (Some(_), _) => LampState::Negative,
        (None, _) => LampState::Positive,
    };
    let state = match (source.syncing, source.synced_at) {
        (true, _) => tu_string!(i18n, settings.reading).into_any(),
        (false, Some(at)) => view! { {tu_string!(i18n, settings.read_at)} " " <Ago at=at.0 /> }.into_any(),
        (false, None) => tu_string!(i18n, settings.never_read).into_any(),
    };
    view! {
        <li class="sources__one" data-testid="template-source">
            <Lamp state=lamp />
            <div class="line__grow">
                <div class="table__main">{source.name}</div>
                <div class="table__second">
                    <span class="tabular">{source.templates}</span>
                    " "
                    {tu_string!(i18n, settings.templates_count)}
                    " · "
                    {state}
                </div>
                {source
                    .error
                    .map(|why| view! { <p class="field__error" role="status"><Icon name=IconName::Alert /> {why}</p> })}
            </div>
            <Button size=ButtonSize::Small icon=IconName::Refresh on_press=sync attr:data-testid="sync-templates">
                {tu_string!(i18n, settings.read_now)}
            </Button>
            {source
                .creates
                .then(|| {
                    view! {
                        <Button
                            size=ButtonSize::Small
                            icon=IconName::Plus
                            on_press=move || making.set(Some(connection))
                            attr:data-testid="make-template"
                        >
                            {tu_string!(i18n, settings.make_template)}
                        </Button>
                    }
                })}
        </li>
    }
}

/// What admins should know.
fn alerts(loaded: Loaded, submission: Submission, alerts: Vec<AlertView>) -> impl IntoView {
    let i18n = use_i18n();
    if alerts.is_empty() {
        return ().into_any();
    }
    let unseen = alerts.iter().any(|alert| !alert.seen);
    let row = move |alert: AlertView| {
        let tone = match (alert.seen, alert.kind.as_str()) {
            (true, _) => Tone::Neutral,
            (false, "resumed") => Tone::Positive,
            (false, "stopped") => Tone::Negative,
            _ => Tone::Caution,
        };
        view! {
            <li class="sources__one" data-testid="alert" data-seen=alert.seen.to_string()>
                <Badge tone=tone>{alert.subject}</Badge>
                <div class="line__grow">
                    <div>{alert.text}</div>
                    <div class="table__second">{alert.connection_name} " · " <Ago at=alert.at.0 /></div>
                </div>
            </li>
        }
    };
    view! {
        <section class="card" data-testid="alerts">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.alerts)}</h3>
                {unseen
                    .then(|| {
                        view! {
                            <Button
                                size=ButtonSize::Small
                                icon=IconName::Check
                                on_press=move || {
                                    submission.send(SettingsChange::SeenAlerts, move || loaded.again());
                                }
                                attr:data-testid="see-alerts"
                            >
                                {tu_string!(i18n, settings.seen)}
                            </Button>
                        }
                    })}
            </header>
            <ul class="sources sources--alerts scroll">{alerts.into_iter().map(row).collect_view()}</ul>
        </section>
    }
    .into_any()
}
