//! All bots, and adding one.

use contract::bots::{BotDay, BotDone, BotLine, BotList, BotScreen, BotShown, BotTask, KindView};
use contract::connection::{SettingsTask, TaskDone};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

use super::super::Head;
use super::super::channels::fields::{Typed, fields, filled};
use super::super::load::{Loaded, load};
use super::super::submit::{Foot, FormError, Submission};
use super::{page, shown};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{
    Badge, Button, ButtonKind, ButtonLink, Choice, Dialog, Empty, Field, IconName, Select, ToastKind, Tone,
    use_toasts,
};

/// The screen of the bots.
#[component]
pub(super) fn List() -> impl IntoView {
    let i18n = use_i18n();
    let loaded = load(page(BotScreen::All));
    let adding = RwSignal::new(false);
    let view = move |shown| {
        match shown {
        BotShown::All(list) if list.bots.is_empty() => Some(
            view! {
                <Empty icon=IconName::Bot title=tu_string!(i18n, bots.none) text=tu_string!(i18n, bots.none_text)>
                    <Button icon=IconName::Plus on_press=move || adding.set(true)>
                        {tu_string!(i18n, bots.add)}
                    </Button>
                </Empty>
            }
            .into_any(),
        ),
        BotShown::All(list) => Some(table(list).into_any()),
        _ => None,
    }
    };
    view! {
        <Title text=tu_string!(i18n, bots.bots) />
        <Head title=tu_string!(i18n, bots.bots) text=tu_string!(i18n, bots.bots_text)>
            <ButtonLink href="/settings/bots/summaries" icon=IconName::Note attr:data-testid="summaries">
                {tu_string!(i18n, bots.summaries)}
            </ButtonLink>
            <Button
                kind=ButtonKind::Primary
                icon=IconName::Plus
                on_press=move || adding.set(true)
                attr:data-testid="add-bot"
            >
                {tu_string!(i18n, bots.add)}
            </Button>
        </Head>
        {shown(loaded, view)}
        <Dialog
            open=adding
            title=tu_string!(i18n, bots.add)
            close=tu_string!(i18n, settings.close)
            testid="add-bot-dialog"
        >
            <AddBot loaded=loaded open=adding />
        </Dialog>
    }
}

fn table(list: BotList) -> impl IntoView {
    let i18n = use_i18n();
    let BotList { bots, kinds } = list;
    let rows = bots.into_iter().map(|line| row(line, &kinds)).collect_view();
    view! {
        <div class="card">
            <div class="table-box">
                <table class="table table--stack">
                    <thead>
                        <tr>
                            <th scope="col">{tu_string!(i18n, bots.bot)}</th>
                            <th scope="col">{tu_string!(i18n, bots.state)}</th>
                            <th scope="col">{tu_string!(i18n, bots.day)}</th>
                            <th scope="col">{tu_string!(i18n, bots.channels)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}

fn row(line: BotLine, kinds: &[KindView]) -> impl IntoView {
    let i18n = use_i18n();
    let kind = kinds.iter().find(|kind| kind.kind == line.kind);
    let kind = kind.map_or_else(|| line.kind.clone(), |kind| kind.name.clone());
    let names: Vec<String> = line.channels.iter().map(|(_, name)| name.clone()).collect();
    let version = tu_string!(i18n, bots.version, version = line.version).to_string();
    let (state, name, has_draft, day) = (state(&line), line.name, line.has_draft, line.day);
    view! {
        <tr class:table__row--faint=!line.active data-testid="bot" data-bot=line.id.to_string()>
            <td>
                <A href=format!("/settings/bots/{}", line.id) attr:class="table__main">
                    <bdi>{name}</bdi>
                </A>
                <div class="table__second">{kind} " · " {version}</div>
            </td>
            <td>
                <span class="line line--wrap">
                    {state}
                    {has_draft
                        .then(|| view! { <Badge tone=Tone::Accent>{tu_string!(i18n, bots.draft)}</Badge> })}
                </span>
            </td>
            <td>{figures(day)}</td>
            <td class="soft">
                {if names.is_empty() {
                    view! { <span class="faint">{tu_string!(i18n, bots.no_channel)}</span> }.into_any()
                } else {
                    names.join(", ").into_any()
                }}
            </td>
        </tr>
    }
}

/// Whether it answers.
pub(super) fn state(line: &BotLine) -> AnyView {
    let i18n = use_i18n();
    match (line.active, line.breaker.open) {
        (false, _) => view! { <Badge>{tu_string!(i18n, bots.off)}</Badge> }.into_any(),
        (true, true) => view! {
            <Badge tone=Tone::Negative icon=IconName::Alert>
                {tu_string!(i18n, bots.rests)}
            </Badge>
        }
        .into_any(),
        (true, false) => view! { <Badge tone=Tone::Positive>{tu_string!(i18n, bots.on)}</Badge> }.into_any(),
    }
}

/// How it did lately.
pub(super) fn figures(day: BotDay) -> impl IntoView {
    let i18n = use_i18n();
    let figure = |count: i64, label: &'static str| {
        view! {
            <span class="figure">
                <span class="tabular">{count_words(count)}</span>
                " "
                <span class="faint">{label}</span>
            </span>
        }
    };
    view! {
        <span class="figures small" data-testid="figures">
            {day.turns.map(|turns| figure(turns, tu_string!(i18n, bots.turns)))}
            {figure(day.handoffs, tu_string!(i18n, bots.handoffs))}
            {(day.turns.is_none() || day.misses > 0)
                .then(|| figure(day.misses, tu_string!(i18n, bots.misses)))}
            {figure(day.failures, tu_string!(i18n, bots.failures))}
        </span>
    }
}

/// A count, or that there are more.
pub(super) fn count_words(count: i64) -> String {
    let i18n = use_i18n();
    match count >= BotDay::MOST {
        true => tu_string!(i18n, bots.more_than, count = BotDay::MOST).to_string(),
        false => count.to_string(),
    }
}

/// Adding one: its kind, its name, and what its kind needs.
#[component]
fn AddBot(loaded: Loaded, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let kinds = StoredValue::new(kinds_of(loaded));
    let choices = kinds.with_value(|kinds| {
        kinds.iter().map(|kind| Choice::new(kind.kind.clone(), kind.name.clone())).collect::<Vec<_>>()
    });
    let kind = RwSignal::new(choices.first().map(|choice| choice.value.clone()).unwrap_or_default());
    let name = RwSignal::new(String::new());
    let typed = StoredValue::new(Typed::new());
    let (submission, toasts) = (Submission::new(), use_toasts());
    let navigate = use_navigate();
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let task = BotTask::Add {
            kind: kind.get_untracked(),
            name: name.get_untracked(),
            fields: typed.with_value(filled),
        };
        let navigate = navigate.clone();
        submission.run(SettingsTask::Bot(task), move |done| {
            open.set(false);
            toasts.show(ToastKind::Positive, tu_string!(i18n, bots.added));
            if let TaskDone::Bot(BotDone::Added { bot }) = done {
                navigate(&format!("/settings/bots/{bot}"), Default::default());
            }
        });
    };
    let own_fields = move || {
        let chosen = kind.get();
        let found = kinds.with_value(|kinds| kinds.iter().find(|kind| kind.kind == chosen).cloned())?;
        typed
            .set_value(found.fields.into_iter().map(|field| (field, RwSignal::new(String::new()))).collect());
        submission.clear();
        Some(view! {
            <p class="soft small">{found.what}</p>
            {typed.with_value(|typed| fields(typed, submission, tu_string!(i18n, settings.optional)))}
        })
    };
    view! {
        <form class="stack" on:submit=send>
            <Select
                name="kind"
                label=tu_string!(i18n, bots.kind)
                choices=choices
                value=kind
                on_choose=move |chosen| kind.set(chosen)
                error=submission.error("kind")
                testid="bot-kind"
            />
            <Field
                name="name"
                id="bot-name"
                label=tu_string!(i18n, settings.name)
                hint=tu_string!(i18n, bots.name_hint)
                value=name
                error=submission.error("name")
                autocomplete="off"
            />
            {own_fields}
            <FormError text=submission.general() />
            <Foot submission=submission open=open label=tu_string!(i18n, bots.add) />
        </form>
    }
}

fn kinds_of(loaded: Loaded) -> Vec<KindView> {
    match loaded.peek() {
        Some(Ok(contract::settings::Settings::Bots(shown))) => match *shown {
            BotShown::All(list) => list.kinds,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
