//! Connecting an account: which provider, with what credentials, which of its numbers. The rest is done on the screen
//! of the connection.

use contract::connection::{FoundNumber, NewConnection, NewNumber, SettingsTask, TaskDone};
use contract::id::BotId;
use contract::settings::{ChannelSettings, ProviderView, Settings, SettingsPage};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;

use super::super::Head;
use super::super::load::{Trouble, once};
use super::super::submit::{FormError, Submission};
use super::bot_choices;
use super::fields::{Typed, fields, filled, typed};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{
    Badge, Button, ButtonKind, ButtonLink, Field, Icon, IconName, Select, Shape, Skeleton, Tone,
};

/// The screen.
#[component]
pub fn Connect() -> impl IntoView {
    let i18n = use_i18n();
    // Loaded once: the form, and what was typed into it, must outlive every webhook that comes in meanwhile.
    let loaded = once(SettingsPage::Channels);
    let shown = move || match loaded.get()? {
        Ok(Settings::Channels(settings)) => Some(view! { <Form settings=settings /> }.into_any()),
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=loaded /> }.into_any()),
    };
    view! {
        <Title text=tu_string!(i18n, settings.connect_title) />
        <Head title=tu_string!(i18n, settings.connect_title) text=tu_string!(i18n, settings.connect_text) />
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, settings.loading) shape=Shape::Blocks count=2 /> }
        }>{shown}</Transition>
    }
}

/// What is chosen and typed.
#[derive(Clone, Copy)]
struct Wizard {
    submission: Submission,
    provider: RwSignal<String>,
    name: RwSignal<String>,
    typed: Memo<Typed>,
    /// The numbers that the provider has listed, once the credentials were tried with success.
    found: RwSignal<Option<Vec<Pick>>>,
}

/// A number that the provider has listed.
#[derive(Debug, Clone)]
struct Pick {
    number: FoundNumber,
    on: RwSignal<bool>,
    name: RwSignal<String>,
    bot: RwSignal<String>,
}

impl Pick {
    fn new(number: FoundNumber) -> Pick {
        let name = number.name.clone().or_else(|| number.number.clone());
        let name = name.unwrap_or_else(|| number.provider_channel.clone());
        Pick { number, on: RwSignal::new(true), name: RwSignal::new(name), bot: RwSignal::new(String::new()) }
    }

    fn chosen(&self) -> Option<NewNumber> {
        self.on.get_untracked().then(|| NewNumber {
            provider_channel: self.number.provider_channel.clone(),
            name: self.name.get_untracked(),
            number: self.number.number.clone(),
            bot: self.bot.get_untracked().parse().ok(),
            rate: self.number.rate,
        })
    }
}

impl Wizard {
    fn check(self) {
        let task = SettingsTask::TryFields {
            provider: self.provider.get_untracked(),
            fields: filled(&self.typed.get_untracked()),
        };
        self.found.set(None);
        self.submission.run(task, move |done| {
            if let TaskDone::Holds { numbers } = done {
                self.found.set(Some(numbers.into_iter().map(Pick::new).collect()));
            }
        });
    }

    fn connect(self, done: impl FnOnce(TaskDone) + 'static) {
        let picks = self.found.get_untracked().unwrap_or_default();
        let task = SettingsTask::Connect(NewConnection {
            provider: self.provider.get_untracked(),
            name: self.name.get_untracked(),
            fields: filled(&self.typed.get_untracked()),
            numbers: picks.iter().filter_map(Pick::chosen).collect(),
        });
        self.submission.run(task, done);
    }
}

#[component]
fn Form(settings: ChannelSettings) -> impl IntoView {
    let i18n = use_i18n();
    let navigate = use_navigate();
    let ChannelSettings { providers, bots, .. } = settings;
    let first = providers.first().map(|it| it.provider.clone()).unwrap_or_default();
    let (provider, known) = (RwSignal::new(first), providers.clone());
    let wizard = Wizard {
        submission: Submission::new(),
        provider,
        name: RwSignal::new(String::new()),
        typed: Memo::new_with_compare(move |_| typed(&known, &provider.get()), |_, _| true),
        found: RwSignal::new(None),
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let navigate = navigate.clone();
        wizard.connect(move |done| {
            if let TaskDone::Connected { connection } = done {
                navigate(
                    &format!("/settings/channels/{connection}"),
                    leptos_router::NavigateOptions::default(),
                );
            }
        });
    };
    view! {
        <form class="stack" on:submit=send data-testid="connect-form">
            <Providers wizard=wizard providers=providers />
            <Credentials wizard=wizard />
            <FoundNumbers wizard=wizard bots=bots />
            <FormError text=wizard.submission.general() />
            <div class="wizard__foot">
                <ButtonLink href="/settings/channels">{tu_string!(i18n, settings.cancel)}</ButtonLink>
                <Button
                    kind=ButtonKind::Primary
                    submit=true
                    busy=wizard.submission.busy
                    attr:data-testid="submit"
                >
                    {tu_string!(i18n, settings.connect)}
                </Button>
            </div>
        </form>
    }
}

/// The providers, one of them chosen.
#[component]
fn Providers(wizard: Wizard, providers: Vec<ProviderView>) -> impl IntoView {
    let i18n = use_i18n();
    let choice = move |provider: ProviderView| {
        let word = provider.provider.clone();
        let chosen = Memo::new(move |_| wizard.provider.get() == word);
        let word = provider.provider.clone();
        let choose = move |_| {
            wizard.submission.clear();
            wizard.found.set(None);
            wizard.provider.set(word.clone());
        };
        view! {
            <label class="choice" class:choice--on=move || chosen.get()>
                <input
                    class="choice__control"
                    type="radio"
                    name="provider"
                    value=provider.provider.clone()
                    prop:checked=move || chosen.get()
                    checked=chosen.get_untracked()
                    on:change=choose
                />
                <span class="choice__name">{provider.name}</span>
            </label>
        }
    };
    view! {
        <fieldset class="card wizard__step" data-testid="providers">
            <legend class="visually-hidden">{tu_string!(i18n, settings.provider)}</legend>
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.provider)}</h3>
            </header>
            <div class="choices">{providers.into_iter().map(choice).collect_view()}</div>
        </fieldset>
    }
}

/// The name and the credentials, and trying them.
#[component]
fn Credentials(wizard: Wizard) -> impl IntoView {
    let i18n = use_i18n();
    let submission = wizard.submission;
    view! {
        <section class="card wizard__step">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.account_at_provider)}</h3>
            </header>
            <div class="card__form">
                <Field
                    name="name"
                    id="connection-name"
                    label=tu_string!(i18n, settings.name)
                    hint=tu_string!(i18n, settings.connection_name_hint)
                    value=wizard.name
                    error=submission.error("name")
                    autocomplete="off"
                />
                {move || fields(&wizard.typed.get(), submission, tu_string!(i18n, settings.optional))}
                <p class="soft small">{tu_string!(i18n, settings.secrets_text)}</p>
                <div class="line line--wrap">
                    <Button
                        icon=IconName::CheckCircle
                        busy=submission.busy
                        on_press=move || wizard.check()
                        attr:data-testid="check"
                    >
                        {tu_string!(i18n, settings.check)}
                    </Button>
                    <span role="status" data-testid="check-state">
                        {move || {
                            wizard
                                .found
                                .with(Option::is_some)
                                .then(|| view! {
                                    <Badge tone=Tone::Positive icon=IconName::Check>
                                        {tu_string!(i18n, settings.holds)}
                                    </Badge>
                                })
                        }}
                    </span>
                </div>
            </div>
        </section>
    }
}

/// The numbers that the provider has listed, to choose from.
#[component]
fn FoundNumbers(wizard: Wizard, bots: Vec<(BotId, String)>) -> impl IntoView {
    let i18n = use_i18n();
    let submission = wizard.submission;
    let error = submission.error("provider_channel");
    move || {
        let picks = wizard.found.get()?;
        let none = picks.is_empty();
        let rows =
            picks.into_iter().map(|pick| view! { <PickRow pick=pick bots=bots.clone() /> }).collect_view();
        Some(view! {
            <section class="card wizard__step" data-testid="found">
                <header class="card__head">
                    <h3 class="card__title">{tu_string!(i18n, settings.numbers_found)}</h3>
                </header>
                {none
                    .then(|| view! {
                        <p class="card__none faint">{tu_string!(i18n, settings.numbers_not_listed)}</p>
                    })}
                <ul class="picks">{rows}</ul>
                {move || {
                    error
                        .get()
                        .map(|error| view! {
                            <p class="notice notice--negative" role="alert">
                                <Icon name=IconName::Alert />
                                <span>{error}</span>
                            </p>
                        })
                }}
            </section>
        })
    }
}

#[component]
fn PickRow(pick: Pick, bots: Vec<(BotId, String)>) -> impl IntoView {
    let i18n = use_i18n();
    let Pick { number, on, name, bot } = pick;
    let id = number.provider_channel.clone();
    let choices = bot_choices(&bots, tu_string!(i18n, settings.people_answer));
    view! {
        <li class="picks__row" data-testid="found-number" data-id=id.clone()>
            <label class="picks__choice">
                <input
                    type="checkbox"
                    checked=true
                    prop:checked=move || on.get()
                    on:change=move |event| on.set(event_target_checked(&event))
                />
                <span>
                    <bdi class="strong tabular">{number.number.clone().unwrap_or_else(|| id.clone())}</bdi>
                    <span class="table__second mono">{id.clone()}</span>
                </span>
            </label>
            {number.quality.map(|quality| view! { <Badge>{quality}</Badge> })}
            {number.messaging_limit.map(|limit| view! { <Badge>{limit}</Badge> })}
            <Field
                name="number_name"
                id=format!("pick-{id}")
                label=tu_string!(i18n, settings.name)
                bare=true
                value=name
                autocomplete="off"
            />
            <Select
                name="number_bot"
                id=format!("pick-bot-{id}")
                label=tu_string!(i18n, settings.answers_first)
                bare=true
                choices=choices
                value=bot
                on_choose=move |chosen| bot.set(chosen)
            />
        </li>
    }
}
