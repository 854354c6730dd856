//! Having a machine sum up handoffs whose bot gives no summary: where, how, and trying it.

use contract::bots::{
    BotChange, BotDone, BotScreen, BotShown, BotTask, SummaryPage, SummaryTerms, SummaryTried,
};
use contract::connection::{SettingsTask, TaskDone};
use contract::settings::{Settings, SettingsChange};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use super::super::load::{Loaded, load};
use super::super::submit::{FormError, Submission};
use super::{page, shown};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{
    Ago, AgoStyle, Button, ButtonKind, Field, FieldKind, Icon, IconName, Switch, TextArea, ToastKind,
    use_toasts,
};

/// The screen.
#[component]
pub(super) fn Summaries() -> impl IntoView {
    let i18n = use_i18n();
    let loaded = load(page(BotScreen::Summaries));
    let last = RwSignal::new(None::<SummaryPage>);
    Effect::new(move |_| {
        if let Some(Ok(Settings::Bots(shown))) = loaded.get()
            && let BotShown::Summaries(page) = *shown
        {
            last.set(Some(*page));
        }
    });
    // Drawn anew only when what is set up has changed: what is being typed stays while news of its health come in.
    let settled =
        Memo::new(move |_| last.with(|page| page.as_ref().map(|page| (page.terms.clone(), page.has_key))));
    let view = move |shown| match shown {
        BotShown::Summaries(page) => Some(health(*page).into_any()),
        _ => None,
    };
    view! {
        <Title text=tu_string!(i18n, bots.summaries) />
        <header class="settings__head" data-testid="summaries-page">
            <div class="settings__words">
                <A href="/settings/bots" attr:class="settings__back">
                    <Icon name=IconName::ArrowLeft />
                    <span>{tu_string!(i18n, bots.bots)}</span>
                </A>
                <h2 class="settings__title">{tu_string!(i18n, bots.summaries)}</h2>
                <p class="settings__text">{tu_string!(i18n, bots.summaries_text)}</p>
            </div>
        </header>
        {shown(loaded, view)}
        {move || {
            settled.get().map(|(terms, has_key)| view! { <Form loaded=loaded terms=terms has_key=has_key /> })
        }}
        {move || settled.get().map(|_| view! { <Try /> })}
    }
}

/// Whether it does its work.
fn health(page: SummaryPage) -> impl IntoView {
    let i18n = use_i18n();
    page.trouble.map(|(why, at)| {
        view! {
            <div class="notice notice--negative" data-testid="summaries-trouble">
                <Icon name=IconName::Alert />
                <span>
                    {why}
                    " · "
                    <Ago at=at.0 />
                    {page
                        .rests_until
                        .map(|until| view! {
                            " · "
                            {tu_string!(i18n, bots.summaries_rest)}
                            " "
                            <Ago at=until.0 style=AgoStyle::Full />
                        })}
                </span>
            </div>
        }
    })
}

/// What is typed.
#[derive(Clone, Copy)]
struct Typed {
    active: RwSignal<bool>,
    url: RwSignal<String>,
    model: RwSignal<String>,
    key: RwSignal<String>,
    language: RwSignal<String>,
    instructions: RwSignal<String>,
    most_chars: RwSignal<String>,
}

impl Typed {
    fn new(terms: SummaryTerms) -> Typed {
        Typed {
            active: RwSignal::new(terms.active),
            url: RwSignal::new(terms.url),
            model: RwSignal::new(terms.model),
            key: RwSignal::new(String::new()),
            language: RwSignal::new(terms.language),
            instructions: RwSignal::new(terms.instructions),
            most_chars: RwSignal::new(terms.most_chars.to_string()),
        }
    }

    /// What was typed. What is no number is out of bounds, and refused as that.
    fn change(self) -> BotChange {
        let terms = SummaryTerms {
            active: self.active.get_untracked(),
            url: self.url.get_untracked(),
            model: self.model.get_untracked(),
            language: self.language.get_untracked(),
            instructions: self.instructions.get_untracked(),
            most_chars: self.most_chars.get_untracked().trim().parse().unwrap_or(-1),
        };
        BotChange::SetSummaries { terms, key: self.key.get_untracked() }
    }
}

#[component]
fn Form(loaded: Loaded, terms: SummaryTerms, has_key: bool) -> impl IntoView {
    let i18n = use_i18n();
    let (submission, toasts) = (Submission::new(), use_toasts());
    let typed = Typed::new(terms);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        submission.send(SettingsChange::Bot(typed.change()), move || {
            typed.key.set(String::new());
            loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, bots.saved));
        });
    };
    view! {
        <section class="card">
            <form class="card__form card__form--wide" on:submit=send>
                <Switch
                    label=tu_string!(i18n, bots.summaries_on)
                    hint=tu_string!(i18n, bots.summaries_on_hint)
                    on=typed.active
                    on_turn=move |on| typed.active.set(on)
                    testid="summaries-on"
                />
                {fields(typed, submission, has_key)}
                <TextArea
                    name="instructions"
                    id="summary-instructions"
                    label=tu_string!(i18n, bots.summaries_instructions)
                    note=tu_string!(i18n, settings.optional)
                    value=typed.instructions
                    error=submission.error("instructions")
                />
                <FormError text=submission.general() />
                <div class="line">
                    <Button
                        kind=ButtonKind::Primary
                        submit=true
                        busy=submission.busy
                        attr:data-testid="save-summaries"
                    >
                        {tu_string!(i18n, bots.save)}
                    </Button>
                </div>
            </form>
        </section>
    }
}

fn fields(typed: Typed, submission: Submission, has_key: bool) -> impl IntoView {
    let i18n = use_i18n();
    let key_note =
        if has_key { tu_string!(i18n, settings.unchanged) } else { tu_string!(i18n, settings.optional) };
    view! {
        <Field
            name="url"
            id="summary-url"
            label=tu_string!(i18n, bots.summaries_url)
            hint=tu_string!(i18n, bots.summaries_url_hint)
            mono=true
            value=typed.url
            error=submission.error("url")
            autocomplete="off"
        />
        <div class="pairs">
            <Field
                name="model"
                id="summary-model"
                label=tu_string!(i18n, bots.summaries_model)
                mono=true
                value=typed.model
                error=submission.error("model")
                autocomplete="off"
            />
            <Field
                name="key"
                id="summary-key"
                label=tu_string!(i18n, bots.summaries_key)
                note=key_note
                kind=FieldKind::Password
                mono=true
                value=typed.key
                error=submission.error("key")
                autocomplete="new-password"
            />
            <Field
                name="language"
                id="summary-language"
                label=tu_string!(i18n, bots.summaries_language)
                note=tu_string!(i18n, settings.optional)
                hint=tu_string!(i18n, bots.summaries_language_hint)
                value=typed.language
                error=submission.error("language")
                autocomplete="off"
            />
            <Field
                name="most_chars"
                id="summary-most"
                label=tu_string!(i18n, bots.summaries_most)
                hint=tu_string!(i18n, bots.summaries_most_hint)
                kind=FieldKind::Number
                value=typed.most_chars
                error=submission.error("most_chars")
                autocomplete="off"
            />
        </div>
    }
}

/// Trying what is saved.
#[component]
fn Try() -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let sample = RwSignal::new(String::new());
    let came = RwSignal::new(None::<SummaryTried>);
    let run = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        came.set(None);
        let task = BotTask::Summarise { sample: sample.get_untracked() };
        submission.run(SettingsTask::Bot(task), move |done| {
            if let TaskDone::Bot(BotDone::Summarised(tried)) = done {
                came.set(Some(tried));
            }
        });
    };
    let shown = move || {
        came.get().map(|SummaryTried { text, error, ms }| {
            let class = if error.is_some() { "notice notice--negative answer" } else { "notice answer" };
            let title = match error {
                Some(error) => format!("{}: {error}", tu_string!(i18n, bots.test_failed)),
                None => tu_string!(i18n, bots.test_works, ms = ms).to_string(),
            };
            view! {
                <div class=class data-testid="summary-tried">
                    <strong>{title}</strong>
                    {text.map(|text| view! { <p class="answer__said" dir="auto">{text}</p> })}
                </div>
            }
        })
    };
    view! {
        <section class="card">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, bots.try_it)}</h3>
            </header>
            <form class="card__form card__form--wide" on:submit=run>
                <TextArea
                    name="sample"
                    id="summary-sample"
                    label=tu_string!(i18n, bots.summaries_sample)
                    note=tu_string!(i18n, settings.optional)
                    hint=tu_string!(i18n, bots.summaries_sample_hint)
                    value=sample
                    error=submission.error("sample")
                />
                <FormError text=submission.general() />
                <div role="status">{shown}</div>
                <div class="line">
                    <Button
                        icon=IconName::CheckCircle
                        submit=true
                        busy=submission.busy
                        attr:data-testid="try-summary"
                    >
                        {tu_string!(i18n, bots.try_it)}
                    </Button>
                </div>
            </form>
        </section>
    }
}
