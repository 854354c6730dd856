//! Trying the rules on what has happened: what is asked for, how far it has come, and what came of it.

use std::time::Duration;

use contract::connection::SettingsTask;
use contract::rules::{
    Against, RuleScreen, RuleTask, RuleWords, RulesShown, SimulatedRules, SimulatedSet, SimulationState,
    SimulationView, SimulationWish,
};
use leptos::prelude::*;
use leptos_meta::Title;

use super::super::load::{Loaded, load};
use super::super::submit::{FormError, Submission};
use super::outcome::Outcome;
use super::{RulesHead, both, page};
use crate::i18n::{tu_string, use_i18n};
use crate::pages::rules::Lexicon;
use crate::ui::{Ago, AgoStyle, Badge, Button, ButtonKind, Choice, Empty, Icon, IconName, Select, Tone};

/// How far back can be looked, in days.
const DAYS: [i32; 4] = [1, 7, 14, 30];
/// The usual one.
const USUAL: i32 = 7;
/// How often it is asked how far it has come.
const FRESH: Duration = Duration::from_secs(1);

/// What is asked for.
#[derive(Clone, Copy)]
struct Asked {
    days: RwSignal<i32>,
    is_live: RwSignal<bool>,
    is_recorded: RwSignal<bool>,
}

/// The screen.
#[component]
pub(super) fn Simulate() -> impl IntoView {
    let i18n = use_i18n();
    let loaded = load(page(RuleScreen::Simulation(None)));
    let submission = Submission::new();
    let view = move |shown, words| match shown {
        RulesShown::Simulation(view) => {
            Some(view! { <Latest loaded=loaded submission=submission view=view words=words /> }.into_any())
        }
        _ => None,
    };
    view! {
        <Title text=tu_string!(i18n, simulation.title) />
        <RulesHead />
        <p class="soft small">{tu_string!(i18n, simulation.text)}</p>
        <Form loaded=loaded submission=submission />
        {both(loaded, view)}
    }
}

#[component]
fn Form(loaded: Loaded, submission: Submission) -> impl IntoView {
    let i18n = use_i18n();
    let asked = Asked {
        days: RwSignal::new(USUAL),
        is_live: RwSignal::new(false),
        is_recorded: RwSignal::new(false),
    };
    let run = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let rules = match asked.is_live.get_untracked() {
            true => SimulatedRules::Live,
            false => SimulatedRules::Draft,
        };
        let against = match asked.is_recorded.get_untracked() {
            true => Against::Recorded,
            false => Against::Live,
        };
        let wish = SimulationWish { rules, against, days: asked.days.get_untracked() };
        let task = SettingsTask::Rules(RuleTask::Simulate(Box::new(wish)));
        submission.run(task, move |_| loaded.again());
    };
    view! {
        <form class="card rule__body" on:submit=run data-testid="simulate">
            <div class="pairs">
                <Days asked=asked error=submission.error("days") />
                <Select
                    name="rules"
                    id="simulate-rules"
                    label=tu_string!(i18n, simulation.which)
                    choices=vec![
                        Choice::new("draft", tu_string!(i18n, simulation.the_draft)),
                        Choice::new("live", tu_string!(i18n, simulation.the_live)),
                    ]
                    value=Signal::derive(move || either(asked.is_live.get(), "live", "draft"))
                    on_choose=move |chosen: String| asked.is_live.set(chosen == "live")
                    error=submission.error("rules")
                    testid="simulate-rules"
                />
                <Select
                    name="against"
                    id="simulate-against"
                    label=tu_string!(i18n, simulation.against)
                    choices=vec![
                        Choice::new("live", tu_string!(i18n, simulation.against_live)),
                        Choice::new("recorded", tu_string!(i18n, simulation.against_recorded)),
                    ]
                    value=Signal::derive(move || either(asked.is_recorded.get(), "recorded", "live"))
                    on_choose=move |chosen: String| asked.is_recorded.set(chosen == "recorded")
                    testid="simulate-against"
                />
            </div>
            <FormError text=submission.general() />
            <div>
                <Button
                    kind=ButtonKind::Primary
                    icon=IconName::Play
                    submit=true
                    busy=submission.busy
                    attr:data-testid="run-simulation"
                >
                    {tu_string!(i18n, simulation.run)}
                </Button>
            </div>
        </form>
    }
}

fn either(is: bool, yes: &str, no: &str) -> String {
    if is { yes.to_owned() } else { no.to_owned() }
}

#[component]
fn Days(asked: Asked, error: Signal<Option<String>>) -> impl IntoView {
    let i18n = use_i18n();
    let choice = |days: i32| {
        let label = match days {
            1 => tu_string!(i18n, simulation.last_day).to_owned(),
            days => tu_string!(i18n, simulation.last_days, days = days).to_string(),
        };
        Choice::new(days.to_string(), label)
    };
    view! {
        <Select
            name="days"
            id="simulate-days"
            label=tu_string!(i18n, simulation.days)
            choices=DAYS.map(choice).to_vec()
            value=Signal::derive(move || asked.days.get().to_string())
            on_choose=move |days: String| asked.days.set(days.parse().unwrap_or(USUAL))
            error=error
            testid="simulate-days"
        />
    }
}

/// The one that was asked for last.
#[component]
fn Latest(
    loaded: Loaded,
    submission: Submission,
    view: Option<Box<SimulationView>>,
    words: RuleWords,
) -> impl IntoView {
    let i18n = use_i18n();
    let Some(simulation) = view else {
        return view! {
            <section class="card">
                <Empty
                    icon=IconName::Clock
                    title=tu_string!(i18n, simulation.none)
                    text=tu_string!(i18n, simulation.none_text)
                />
            </section>
        }
        .into_any();
    };
    let (state, why) = (simulation.state, simulation.why.clone());
    let result = simulation.result.clone();
    let (against, looked) = (simulation.against, simulation.looked);
    view! {
        <section class="card" data-testid="simulation" data-state=state.as_str()>
            {head(&simulation)}
            {state
                .is_under_way()
                .then(|| view! { <Progress loaded=loaded submission=submission simulation=*simulation /> })}
            {why
                .map(|why| view! {
                    <p class="notice notice--negative">
                        <Icon name=IconName::Alert />
                        <span>{why}</span>
                    </p>
                })}
        </section>
        {result
            .map(|result| view! {
                <Outcome result=result looked=looked against=against lexicon=Lexicon::new(words) />
            })}
    }
    .into_any()
}

/// What was asked for, when, and how it stands.
fn head(simulation: &SimulationView) -> impl IntoView + use<> {
    let i18n = use_i18n();
    let (tone, word) = match simulation.state {
        SimulationState::Queued => (Tone::Neutral, tu_string!(i18n, simulation.queued)),
        SimulationState::Running => (Tone::Accent, tu_string!(i18n, simulation.running)),
        SimulationState::Done => (Tone::Positive, tu_string!(i18n, simulation.done)),
        SimulationState::Cancelled => (Tone::Caution, tu_string!(i18n, simulation.cancelled)),
        SimulationState::Failed => (Tone::Negative, tu_string!(i18n, simulation.failed)),
    };
    let which = match simulation.rules {
        SimulatedSet::Draft => tu_string!(i18n, simulation.of_draft),
        SimulatedSet::Live => tu_string!(i18n, simulation.of_live),
        SimulatedSet::Given => tu_string!(i18n, simulation.of_given),
    };
    let days = match simulation.days {
        1 => tu_string!(i18n, simulation.last_day).to_owned(),
        days => tu_string!(i18n, simulation.last_days, days = days).to_string(),
    };
    let beside = tu_string!(i18n, simulation.of_version, version = simulation.version).to_string();
    let at = simulation.at.0;
    view! {
        <header class="card__head">
            <Badge tone=tone>{word}</Badge>
            <h3 class="card__title">{which}</h3>
            <span class="soft small">{beside} " · " {days}</span>
            <span class="line__grow"></span>
            <span class="faint small">
                <Ago at=at style=AgoStyle::Full />
            </span>
        </header>
    }
}

/// How far it has come, and ending it.
#[component]
fn Progress(loaded: Loaded, submission: Submission, simulation: SimulationView) -> impl IntoView {
    let i18n = use_i18n();
    Effect::new(move |_| {
        if let Ok(timer) = set_interval_with_handle(move || loaded.again(), FRESH) {
            on_cleanup(move || timer.clear());
        }
    });
    let (id, looked, about) = (simulation.id, simulation.looked, simulation.about);
    let cancel = move || {
        let task = SettingsTask::Rules(RuleTask::CancelSimulation(id));
        submission.run(task, move |_| loaded.again());
    };
    view! {
        <div class="card__foot line line--wrap" role="status" data-testid="simulation-progress">
            <progress
                max=about.max(1).to_string()
                value=looked.to_string()
                aria-label=tu_string!(i18n, simulation.title)
            ></progress>
            <span class="tabular small">
                {tu_string!(i18n, simulation.progress, looked = looked, about = about).to_string()}
            </span>
            <span class="line__grow"></span>
            <Button icon=IconName::X busy=submission.busy on_press=cancel attr:data-testid="cancel-simulation">
                {tu_string!(i18n, simulation.cancel)}
            </Button>
        </div>
    }
}
