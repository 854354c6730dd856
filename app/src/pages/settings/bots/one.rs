//! One bot: how it does, what it is, and what can be done with it.

use contract::bots::{BotChange, BotDone, BotPage, BotScreen, BotShown, BotTask, BreakerView, Previewed};
use contract::connection::{SettingsTask, TaskDone};
use contract::id::BotId;
use contract::settings::SettingsChange;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

use super::super::ask_first::AskFirst;
use super::super::load::{Loaded, load};
use super::super::submit::{FormError, Submission};
use super::entries::Entries;
use super::list::{count_words, figures, state};
use super::phone::exchanges;
use super::setup::Setup;
use super::terms::Terms;
use super::{BotHead, page, shown};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Ago, AgoStyle, Button, ButtonKind, ButtonLink, ButtonSize, Dialog, Icon, IconName};

/// What is asked or tried on this screen.
#[derive(Clone, Copy)]
struct Asked {
    loaded: Loaded,
    submission: Submission,
    /// What it answered when it was asked once.
    answer: RwSignal<Option<Previewed>>,
    ending: RwSignal<bool>,
    removing: RwSignal<bool>,
}

/// The screen.
#[component]
pub(super) fn OneBot(id: BotId) -> impl IntoView {
    let i18n = use_i18n();
    let asked = Asked {
        loaded: load(page(BotScreen::One(id))),
        submission: Submission::new(),
        answer: RwSignal::new(None),
        ending: RwSignal::new(false),
        removing: RwSignal::new(false),
    };
    let last = RwSignal::new(None::<BotPage>);
    Effect::new(move |_| {
        if let Some(Ok(contract::settings::Settings::Bots(shown))) = asked.loaded.get()
            && let BotShown::One(page) = *shown
        {
            last.set(Some(*page));
        }
    });
    // Drawn anew only when what they are about has changed: what is being typed stays while figures come in.
    let settled = Memo::new(move |_| last.get().map(settled));
    let forms = move || {
        settled.get().map(|page| {
            view! {
                <Setup loaded=asked.loaded page=page.clone() />
                {page
                    .kind
                    .has_entries
                    .then(|| view! { <Entries loaded=asked.loaded page=page.clone() /> })}
                <Terms loaded=asked.loaded page=page />
            }
        })
    };
    let view = move |shown| match shown {
        BotShown::One(page) => Some(view! { <Page asked=asked page=*page /> }.into_any()),
        _ => None,
    };
    view! {
        <Title text=tu_string!(i18n, bots.bot) />
        {shown(asked.loaded, view)}
        {forms}
        <Ending asked=asked id=id last=last />
        <Removing asked=asked id=id last=last />
    }
}

/// A bot without its figures.
fn settled(mut page: BotPage) -> BotPage {
    page.line.day = Default::default();
    page.line.breaker = Default::default();
    page.line.has_draft = false;
    page.conversations = 0;
    page
}

#[component]
fn Page(asked: Asked, page: BotPage) -> impl IntoView {
    let i18n = use_i18n();
    let (id, active, calls_out) = (page.line.id, page.line.active, page.kind.calls_out);
    let Asked { loaded, submission, ending, removing, .. } = asked;
    let test = move || {
        submission.run(SettingsTask::Bot(BotTask::Ask { bot: id }), move |done| {
            if let TaskDone::Bot(BotDone::Previewed(answer)) = done {
                asked.answer.set(Some(*answer));
            }
        });
    };
    let switch = move || match active {
        true => ending.set(true),
        false => {
            let change = BotChange::SetActive { bot: id, active: true };
            submission.send(SettingsChange::Bot(change), move || loaded.again());
        }
    };
    view! {
        <BotHead id=id name=page.line.name.clone() editable=!calls_out>
            {calls_out
                .then(|| view! {
                    <Button
                        icon=IconName::CheckCircle
                        busy=submission.busy
                        on_press=test
                        attr:data-testid="test-bot"
                    >
                        {tu_string!(i18n, bots.test)}
                    </Button>
                })}
            <Button icon=IconName::Zap on_press=switch attr:data-testid="switch-bot">
                {if active { tu_string!(i18n, bots.switch_off) } else { tu_string!(i18n, bots.switch_on) }}
            </Button>
            <Button
                kind=ButtonKind::Ghost
                icon=IconName::Trash
                label=tu_string!(i18n, bots.remove)
                on_press=move || removing.set(true)
                attr:data-testid="remove-bot"
            />
        </BotHead>
        <FormError text=submission.general() />
        <Answered answer=asked.answer />
        {(!active)
            .then(|| view! {
                <p class="notice notice--caution" data-testid="bot-off">
                    <Icon name=IconName::Pause />
                    <span>{tu_string!(i18n, bots.is_off)}</span>
                </p>
            })}
        {active.then(|| view! { <Resting asked=asked id=id breaker=page.line.breaker.clone() /> })}
        <Facts page=page />
    }
}

/// That it is left alone, why, and trying it again.
#[component]
fn Resting(asked: Asked, id: BotId, breaker: BreakerView) -> impl IntoView {
    let i18n = use_i18n();
    let again = move || {
        let change = SettingsChange::Bot(BotChange::TryAgain { bot: id });
        asked.submission.send(change, move || asked.loaded.again());
    };
    breaker.open.then(|| {
        view! {
            <div class="notice notice--negative" data-testid="resting">
                <Icon name=IconName::Alert />
                <span>
                    {breaker.reason}
                    " "
                    {tu_string!(i18n, bots.rests_text)}
                    " "
                    {breaker.probe_at.map(|at| view! { <Ago at=at.0 style=AgoStyle::Full /> })}
                </span>
                <Button size=ButtonSize::Small icon=IconName::Refresh on_press=again attr:data-testid="try-again">
                    {tu_string!(i18n, bots.try_now)}
                </Button>
            </div>
        }
    })
}

#[component]
fn Facts(page: BotPage) -> impl IntoView {
    let i18n = use_i18n();
    let line = page.line;
    let base = format!("/settings/bots/{}", line.id);
    let channels: Vec<String> = line.channels.iter().map(|(_, name)| name.clone()).collect();
    view! {
        <section class="card" data-testid="bot-facts">
            <dl class="facts facts--top">
                <dt>{tu_string!(i18n, bots.kind)}</dt>
                <dd>
                    {page.kind.name}
                    <div class="faint small">{page.kind.what}</div>
                </dd>
                <dt>{tu_string!(i18n, bots.state)}</dt>
                <dd class="line line--wrap">
                    {state(&line)}
                    <span class="faint small">
                        {tu_string!(i18n, bots.version, version = line.version).to_string()}
                    </span>
                </dd>
                <dt>{tu_string!(i18n, bots.day)}</dt>
                <dd>{figures(line.day)}</dd>
                <dt>{tu_string!(i18n, bots.conversations)}</dt>
                <dd class="tabular">{count_words(page.conversations)}</dd>
                <dt>{tu_string!(i18n, bots.channels)}</dt>
                <dd>
                    {if channels.is_empty() {
                        tu_string!(i18n, bots.no_channel).to_owned()
                    } else {
                        channels.join(", ")
                    }}
                    " "
                    <A href="/settings/channels">{tu_string!(i18n, settings.channels)}</A>
                </dd>
            </dl>
            {(!page.kind.calls_out)
                .then(|| view! {
                    <footer class="card__foot">
                        <ButtonLink kind=ButtonKind::Primary icon=IconName::Pencil href=format!("{base}/flow")>
                            {tu_string!(i18n, bots.edit_flow)}
                        </ButtonLink>
                    </footer>
                })}
        </section>
    }
}

/// What it answered when it was asked once.
#[component]
fn Answered(answer: RwSignal<Option<Previewed>>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div role="status">
            {move || {
                answer
                    .get()
                    .map(|answer| {
                        let class = if answer.error.is_some() { "notice notice--negative" } else { "notice" };
                        let title = match &answer.error {
                            Some(error) => format!("{}: {error}", tu_string!(i18n, bots.test_failed)),
                            None => tu_string!(i18n, bots.test_works, ms = answer.ms).to_string(),
                        };
                        let said = answer
                            .said
                            .iter()
                            .map(|line| view! { <p class="answer__said">{line.text.clone()}</p> })
                            .collect_view();
                        view! {
                            <div class=format!("{class} answer") data-testid="test-answer">
                                <strong>{title}</strong>
                                {said}
                                {exchanges(answer.exchanges)}
                            </div>
                        }
                    })
            }}
        </div>
    }
}

/// Asks before a bot is switched off.
#[component]
fn Ending(asked: Asked, id: BotId, last: RwSignal<Option<BotPage>>) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let title =
        Signal::derive(move || tu_string!(i18n, bots.switch_off_title, name = name_of(last)).to_string());
    let count = move || last.with(|page| page.as_ref().map_or(0, |page| page.conversations));
    let end = move || {
        let change = BotChange::SetActive { bot: id, active: false };
        submission.send(SettingsChange::Bot(change), move || {
            asked.ending.set(false);
            asked.loaded.again();
        });
    };
    view! {
        <Dialog open=asked.ending title=title close=tu_string!(i18n, settings.close) testid="switch-off-dialog">
            <p class="soft">{tu_string!(i18n, bots.switch_off_text)}</p>
            <p>
                {tu_string!(i18n, bots.has_conversations)}
                " "
                <strong class="tabular" data-testid="conversations">{move || count_words(count())}</strong>
            </p>
            <FormError text=submission.general() />
            <div class="dialog__foot">
                <Button on_press=move || asked.ending.set(false)>{tu_string!(i18n, settings.cancel)}</Button>
                <Button kind=ButtonKind::Danger busy=submission.busy on_press=end attr:data-testid="submit">
                    {tu_string!(i18n, bots.switch_off)}
                </Button>
            </div>
        </Dialog>
    }
}

/// Asks before a bot is removed.
#[component]
fn Removing(asked: Asked, id: BotId, last: RwSignal<Option<BotPage>>) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let navigate = StoredValue::new(use_navigate());
    let title = Signal::derive(move || tu_string!(i18n, bots.remove_title, name = name_of(last)).to_string());
    let end = move || {
        submission.send(SettingsChange::Bot(BotChange::Remove { bot: id }), move || {
            asked.removing.set(false);
            navigate.with_value(|navigate| navigate("/settings/bots", Default::default()));
        });
    };
    view! {
        <AskFirst
            open=asked.removing
            title=title
            text=tu_string!(i18n, bots.remove_text)
            label=tu_string!(i18n, bots.remove)
            submission=submission
            on_yes=end
            testid="remove-bot-dialog"
        />
    }
}

fn name_of(last: RwSignal<Option<BotPage>>) -> String {
    last.with(|page| page.as_ref().map(|page| page.line.name.clone()).unwrap_or_default())
}
